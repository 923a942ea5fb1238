package orgfile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/google/go-cmp/cmp"
)

// made gives a fake with the organization that a text describes.
func made(t *testing.T, text string) *fake {
	t.Helper()
	f := newFake()
	if _, _, err := f.apply0(t, context.Background(), text, PlanOptions{}); err != nil {
		t.Fatal(err)
	}
	return f
}

// expect applies a text and compares the calls that it makes, and then checks that nothing is left to do.
func (f *fake) expect(t *testing.T, text string, o PlanOptions, want ...string) *Plan {
	t.Helper()
	p, got, err := f.apply0(t, context.Background(), text, o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	again, err := NewPlan(context.Background(), f.clients(), mustParse(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Empty() {
		t.Errorf("a second plan has steps: %v", again.Steps)
	}
	return p
}

// policyText describes SCPs that deny one service each.
func policyText(names ...string) string {
	var b strings.Builder
	b.WriteString("policies:\n")
	for _, n := range names {
		fmt.Fprintf(&b, "  - {name: %s, document: {Version: 2012-10-17, Statement: [{Effect: Deny, Action: '%s:*', Resource: '*'}]}}\n", n, n)
	}
	return b.String()
}

func TestStarter(t *testing.T) {
	f := made(t, StarterText())
	if n := len(f.live.Accounts); n > 10 {
		t.Errorf("the starter has %d accounts with the management account; the default quota is 10", n)
	}
	f.expect(t, StarterText(), PlanOptions{Prune: true, CloseAccounts: true})
	var b strings.Builder
	live, err := Read(context.Background(), f.clients(), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := RenderTree(&b, NewTree(live), Style{}); err != nil {
		t.Fatal(err)
	}
	const want = `o-1  ALL features, management account 111111111111
Root                     r-1           FullAWSAccess deny-leave-organization deny-root-user protect-access-role protect-cloudtrail
├── boss                 111111111111  management account  FullAWSAccess
├── Infrastructure/      ou-8          FullAWSAccess
│   └── shared-services  222222222015  FullAWSAccess
├── Sandbox/             ou-12         FullAWSAccess approved-regions deny-expensive-instances
│   └── sandbox          222222222019  FullAWSAccess
├── Security/            ou-7          FullAWSAccess
│   ├── audit            222222222014  FullAWSAccess
│   └── log-archive      222222222013  FullAWSAccess
└── Workloads/           ou-9          FullAWSAccess approved-regions
    ├── NonProduction/   ou-11         FullAWSAccess deny-expensive-instances
    │   ├── development  222222222018  FullAWSAccess
    │   └── staging      222222222017  FullAWSAccess
    └── Production/      ou-10         FullAWSAccess deny-expensive-instances
        └── production   222222222016  FullAWSAccess
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
}

// TestFailureHalfWay fails each call of the starter once, applies again, and wants the same organization every time.
func TestFailureHalfWay(t *testing.T) {
	whole := newFake()
	_, calls, err := whole.apply0(t, context.Background(), StarterText(), PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the line is cut")
	for i, at := range calls {
		f := newFake()
		f.fail = func(call string) error {
			if call == at {
				return broken
			}
			return nil
		}
		_, first, err := f.apply0(t, context.Background(), StarterText(), PlanOptions{})
		var failed *Failed
		if !errors.As(err, &failed) || !errors.Is(err, broken) {
			t.Fatalf("call %d, %s: error %v", i, at, err)
		}
		f.fail = nil
		_, second, err := f.apply0(t, context.Background(), StarterText(), PlanOptions{})
		if err != nil {
			t.Fatalf("call %d, %s: again: %v", i, at, err)
		}
		got := slices.Sorted(slices.Values(append(first, second...)))
		if diff := cmp.Diff(slices.Sorted(slices.Values(calls)), got); diff != "" {
			t.Errorf("call %d, %s: calls in both runs (-want +got):\n%s", i, at, diff)
		}
	}
}

// TestLostAnswer carries out each call and answers with an error nonetheless, as when the line is cut in between.
func TestLostAnswer(t *testing.T) {
	_, calls, err := newFake().apply0(t, context.Background(), StarterText(), PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range calls {
		f := newFake()
		p, err := NewPlan(context.Background(), f.clients(), mustParse(t, StarterText()), PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		half := *p
		half.Steps = p.Steps[:i+1]
		now := func(context.Context, time.Duration) error { return nil }
		if err := apply(context.Background(), f.clients(), &half, nil, now); err != nil {
			t.Fatal(err)
		}
		// The plan of before, carried out a second time: every step finds its work done.
		if err := apply(context.Background(), f.clients(), p, nil, now); err != nil {
			t.Fatalf("after %s: %v", p.Steps[i].Sentence(), err)
		}
		f.expect(t, StarterText(), PlanOptions{})
	}
}

func TestBusy(t *testing.T) {
	f := newFake()
	refusals := 5
	f.fail = func(string) error {
		if refusals--; refusals >= 0 {
			return &types.ConcurrentModificationException{}
		}
		return nil
	}
	f.expect(t, "units:\n  - path: A\n", PlanOptions{}, "CreateOrganization", "CreateOrganizationalUnit A")
}

func TestStop(t *testing.T) {
	f := newFake()
	c, stop := context.WithCancel(context.Background())
	f.fail = func(call string) error {
		if call == "CreateOrganizationalUnit A" {
			stop()
		}
		return nil
	}
	_, calls, err := f.apply0(t, c, "units:\n  - path: A\n  - path: B\n", PlanOptions{})
	var stopped *Stopped
	if !errors.As(err, &stopped) || stopped.Done != 2 || stopped.Left != 1 {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff([]string{"CreateOrganization", "CreateOrganizationalUnit A"}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestCreationUnderWay stops while an account is being created; the next run waits for that one.
func TestCreationUnderWay(t *testing.T) {
	f := made(t, "units:\n  - path: A\n")
	const text = "units:\n  - path: A\naccounts:\n  - {name: a, email: a@example.com, unit: A}\n"
	f.begin("a", "A@example.com", 3)
	p := f.expect(t, text, PlanOptions{}, "MoveAccount a")
	if want := "its creation is under way since 1970-01-01 00:00:00 UTC"; p.Steps[0].Note != want {
		t.Errorf("note %q, want %q", p.Steps[0].Note, want)
	}
	f.begin("b", "other@example.com", 2) // of the same name, but another account
	f.expect(t, text+"  - {name: b, email: b@example.com}\n", PlanOptions{}, "CreateAccount b")
}

func TestAccountCreatedMeanwhile(t *testing.T) {
	f := made(t, "units:\n  - path: A\n")
	p, err := NewPlan(context.Background(), f.clients(), mustParse(t, "units: [{path: A}]\naccounts:\n  - {name: a, email: a@example.com, unit: A}\n"), PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f.live.Accounts = append(f.live.Accounts, LiveAccount{ID: "333333333333", Name: "a", Email: "a@example.com", State: "ACTIVE", Parent: f.live.Root})
	if err := apply(context.Background(), f.clients(), p, nil, func(context.Context, time.Duration) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if got := f.name(f.live.index().ids["333333333333"].Parent); got != "A" {
		t.Errorf("the account is in %s", got)
	}
}

func TestUpdates(t *testing.T) {
	f := made(t, "units:\n  - path: Old/In\naccounts:\n  - {name: a, email: a@example.com, unit: Old/In}\nroot: {policies: [ec2]}\n"+policyText("ec2", "s3"))
	const text = `units:
  - {path: New, was: Old, tags: {team: x}}
  - path: New/In
  - path: Other
    policies: [s3]
accounts:
  - {name: a, email: A@EXAMPLE.com, unit: Other, tags: {owner: me}, policies: [ec2]}
policies:
  - {name: ec2, description: no EC2, document: {Version: 2012-10-17, Statement: [{Effect: Deny, Action: ['ec2:*', 'ebs:*'], Resource: '*'}]}}
  - {name: s3, document: {Version: 2012-10-17, Statement: {Effect: Deny, Resource: ['*'], Action: 's3:*'}}}
`
	p := f.expect(t, text, PlanOptions{}, "UpdatePolicy ec2", "UpdateOrganizationalUnit New", "CreateOrganizationalUnit Other",
		"TagResource New", "AttachPolicy s3 Other", "TagResource a", "AttachPolicy ec2 a", "MoveAccount a")
	want := []Leftover{{Kind: KindPolicy, Name: "ec2", ID: f.live.index().policy(ServiceControl, "ec2").ID, Target: &Place{Kind: KindRoot}, Why: "attached here, though the file does not say so; --prune detaches it"}}
	if diff := cmp.Diff(want, p.LeftAlone, cmp.AllowUnexported(Place{})); diff != "" {
		t.Errorf("left alone (-want +got):\n%s", diff)
	}
}

func TestLeftAloneAndPruned(t *testing.T) {
	f := made(t, "units:\n  - path: A/B\n  - {path: C, tags: {x: y}, policies: [s3]}\naccounts:\n  - {name: a, email: a@example.com, unit: C}\n  - {name: b, email: b@example.com, unit: A}\nroot: {policies: [ec2, s3]}\n"+policyText("ec2", "s3"))
	text := "units:\n  - path: C\naccounts:\n  - {name: a, email: a@example.com, unit: C}\nroot: {policies: [s3]}\n" + policyText("s3")
	p := f.expect(t, text, PlanOptions{})
	var left []string
	for _, l := range p.LeftAlone {
		left = append(left, l.text(Style{}))
	}
	ec2 := f.live.index().policy(ServiceControl, "ec2").ID
	want := []string{
		"policy s3 at unit C " + f.live.index().policy(ServiceControl, "s3").ID + ": attached here, though the file does not say so; --prune detaches it",
		"account b " + f.live.index().account("b@example.com").ID + ": not in the file; --close-accounts closes it",
		"unit A/B " + p.live.index().paths["A/B"].ID + ": not in the file; --prune deletes it if it is empty",
		"unit A " + p.live.index().paths["A"].ID + ": not in the file; --prune deletes it if it is empty",
		"policy ec2 " + ec2 + ": not in the file; --prune detaches and deletes it",
	}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Errorf("left alone (-want +got):\n%s", diff)
	}
	f.expect(t, text, PlanOptions{Prune: true}, "DetachPolicy ec2 r-1", "UntagResource C", "DetachPolicy s3 C", "DeleteOrganizationalUnit B", "DeletePolicy ec2")
	f.expect(t, text, PlanOptions{CloseAccounts: true}, "CloseAccount b")
}

func TestAllowList(t *testing.T) {
	const allow = "  - {name: only-s3, document: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}}\n"
	f := made(t, "units:\n  - path: A\n")
	f.expect(t, "units:\n  - {path: A, policies: [only-s3], fullAccess: false}\npolicies:\n"+allow, PlanOptions{},
		"EnablePolicyType SERVICE_CONTROL_POLICY", "CreatePolicy only-s3", "AttachPolicy only-s3 A", "DetachPolicy FullAWSAccess A")
	f.expect(t, "units:\n  - {path: A, policies: [only-s3]}\npolicies:\n"+allow, PlanOptions{}) // left as it is
	f.expect(t, "units:\n  - {path: A, tags: {a: b}}\n", PlanOptions{Prune: true}, "TagResource A", "AttachPolicy FullAWSAccess A", "DetachPolicy only-s3 A", "DeletePolicy only-s3")
	f.expect(t, "units:\n  - {path: A, policies: [only-s3], fullAccess: false}\npolicies:\n"+allow, PlanOptions{}, "CreatePolicy only-s3", "AttachPolicy only-s3 A", "DetachPolicy FullAWSAccess A")
	f.expect(t, "units:\n  - {path: A, fullAccess: true}\npolicies:\n"+allow, PlanOptions{Prune: true}, "AttachPolicy FullAWSAccess A", "UntagResource A", "DetachPolicy only-s3 A")
}

// TestNoRoom swaps policies where as many as possible are attached: one goes for one that comes, and never more.
func TestNoRoom(t *testing.T) {
	old := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"}
	f := made(t, "root: {policies: ["+strings.Join(old, ", ")+"]}\n"+policyText(old...))
	swapped := "root: {policies: [a, b, c, d, e, f, g, y, z]}\n" + policyText(append(old, "y", "z")...)
	_, _, err := f.apply0(t, context.Background(), swapped, PlanOptions{})
	if want := `organization.yaml:1:7: no room for policy "y": the root has 10 policies of type SERVICE_CONTROL_POLICY attached, some of them not in the file; detach some, or let --prune do it`; err == nil || err.Error() != strings.Replace(want, "1:7", "1:18", 1) {
		t.Fatalf("error %v", err)
	}
	f.expect(t, swapped, PlanOptions{Prune: true}, "CreatePolicy y", "CreatePolicy z", "DetachPolicy h r-1", "AttachPolicy y r-1", "DetachPolicy i r-1", "AttachPolicy z r-1")
}

func TestConflicts(t *testing.T) {
	f := made(t, "accounts:\n  - {name: a, email: a@example.com}\n")
	f.live.index().account("a@example.com").State = "CLOSED"
	_, _, err := f.apply0(t, context.Background(), "organization: {features: CONSOLIDATED_BILLING}\naccounts:\n  - {name: a, email: a@example.com}\n  - {name: b, email: Boss@example.com}\n", PlanOptions{})
	want := []string{
		`organization.yaml:1:26: the organization has all features, and there is no way back to CONSOLIDATED_BILLING: say ALL`,
		`organization.yaml:3:5: account "a" (222222222001) is CLOSED: take it out of the file; a new account needs another e-mail address`,
		`organization.yaml:4:22: "Boss@example.com" is the management account's e-mail address: what concerns the management account stands under management`,
	}
	if err == nil {
		t.Fatal("no problem found")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

const rolesText = `accounts:
  - {name: audit, email: audit@example.com}
  - name: prod
    email: prod@example.com
    role: Landing
    roles:
      - name: Reader
        trust: [audit, management, "999999999999", ec2.amazonaws.com]
        managedPolicies: [arn:aws:iam::aws:policy/ReadOnlyAccess]
        policies:
          inline: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}
        maxSession: 7200
        tags: {a: b}
management:
  roles:
    - {name: Billing, trustPolicy: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {AWS: "999999999999"}, Action: "sts:AssumeRole"}]}}
`

func TestRoles(t *testing.T) {
	f := newFake()
	f.expect(t, rolesText, PlanOptions{}, "CreateOrganization", "CreateAccount audit", "CreateAccount prod", "CreateRole Billing",
		"CreateRole Reader", "AttachRolePolicy Reader arn:aws:iam::aws:policy/ReadOnlyAccess", "PutRolePolicy Reader inline")
	prod, audit := f.live.index().account("prod@example.com").ID, f.live.index().account("audit@example.com").ID
	if !slices.Contains(f.assumed, prod+" Landing") || !slices.Contains(f.assumed, f.live.Management+" ") {
		t.Errorf("assumed %v", f.assumed)
	}
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::` + audit + `:root","arn:aws:iam::111111111111:root","arn:aws:iam::999999999999:root"],"Service":["ec2.amazonaws.com"]},"Action":"sts:AssumeRole"}]}`
	if got := f.iam[prod].roles["Reader"].Trust; got != trust {
		t.Errorf("trust %s", got)
	}
	changed := strings.NewReplacer("policy/ReadOnlyAccess", "policy/ViewOnlyAccess", "7200", "3600", "inline:", "other:", `, "999999999999", ec2.amazonaws.com`, "", "{a: b}", "{a: c}").Replace(rolesText)
	p := f.expect(t, changed, PlanOptions{}, "UpdateAssumeRolePolicy Reader", "UpdateRole Reader", "AttachRolePolicy Reader arn:aws:iam::aws:policy/ViewOnlyAccess", "PutRolePolicy Reader other", "TagRole Reader")
	if len(p.LeftAlone) != 2 || !strings.Contains(p.LeftAlone[0].Why, "policy/ReadOnlyAccess") || !strings.Contains(p.LeftAlone[1].Why, "inline") {
		t.Errorf("left alone %v", p.LeftAlone)
	}
	f.expect(t, changed, PlanOptions{Prune: true}, "DetachRolePolicy Reader arn:aws:iam::aws:policy/ReadOnlyAccess", "DeleteRolePolicy Reader inline")
}

func TestExport(t *testing.T) {
	text := strings.Replace(StarterText(), "accounts:\n", "accounts:\n"+strings.TrimPrefix(strings.Split(strings.Replace(rolesText, "role: Landing\n    ", "", 1), "management:\n")[0], "accounts:\n  - {name: audit, email: audit@example.com}\n"), 1)
	text += "management: {tags: {a: b}}\n"
	f := made(t, text)
	out, err := Export(context.Background(), f.clients(), ExportOptions{Roles: true})
	if err != nil {
		t.Fatal(err)
	}
	var first strings.Builder
	if err := out.Write(&first); err != nil {
		t.Fatal(err)
	}
	f.expect(t, first.String(), PlanOptions{Prune: true, CloseAccounts: true})
	files := map[string]string{}
	err = out.SplitPolicies("policies/", func(name string, text []byte) error { files["policies/"+name] = string(text); return nil })
	if err != nil {
		t.Fatal(err)
	}
	var second strings.Builder
	if err := out.Write(&second); err != nil {
		t.Fatal(err)
	}
	split, err := Parse("organization.yaml", []byte(second.String()), memory(files))
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(context.Background(), f.clients(), split, PlanOptions{Prune: true})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Empty() || len(files) != 6 {
		t.Errorf("%d files, plan %v", len(files), p.Steps)
	}
}
