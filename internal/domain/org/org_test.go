package org

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/fault"
	"umbel/internal/ident"
)

const management = ident.AccountID("111111111111")

var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// world is an organization under test.
type world struct {
	*State
	t    testing.TB
	q    Quotas
	r    *rand.ChaCha8
	root string
}

func newWorld(t testing.TB, features FeatureSet) *world {
	t.Helper()
	w := &world{State: NewState(), t: t, q: DefaultQuotas(), r: rand.NewChaCha8([32]byte{1})}
	o, err := w.Create(w.r, start, "o-exampleorg1", Founder{ID: management, Name: "Management", Email: "root@example.com"}, features)
	if err != nil {
		t.Fatal(err)
	}
	w.root = string(o.Root)
	return w
}

func (w *world) enable(types ...PolicyType) *world {
	w.t.Helper()
	for _, k := range types {
		_, err := w.EnablePolicyType(ident.RootID(w.root), k)
		w.must(err)
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// fails checks an error's code and, where there is one, its reason.
func (w *world) fails(err error, code fault.Code, reason string) {
	w.t.Helper()
	f, ok := err.(*fault.Error)
	if !ok || f.Code != code || f.Reason != reason {
		w.t.Fatalf("got %v, want %s %s", err, code, reason)
	}
}

func (w *world) ou(parent, name string) string {
	w.t.Helper()
	ou, err := w.CreateOU(w.r, start, &w.q, parent, name, nil)
	w.must(err)
	return string(ou.ID)
}

// join makes a member account in the root, created at the beginning of time.
func (w *world) join(n int) ident.AccountID {
	w.t.Helper()
	req, err := w.RequestAccount(w.r, start, &w.q, NewAccount{Name: fmt.Sprintf("a%d", n), Email: fmt.Sprintf("a%d@example.com", n)})
	w.must(err)
	if reason := w.Refusal(&w.q, req); reason != "" {
		w.t.Fatalf("refused: %s", reason)
	}
	a, err := w.Admit(start, req)
	w.must(err)
	return a.ID
}

const denyS3 = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`

func (w *world) scp(name string) ident.PolicyID {
	w.t.Helper()
	p, err := w.CreatePolicy(w.r, start, &w.q, NewPolicy{Type: ServiceControlPolicy, Name: name, Content: denyS3})
	w.must(err)
	return p.ID
}

// chain shows a chain as "target: policies".
func (w *world) chain(id ident.AccountID, t PolicyType) []string {
	var out []string
	for _, l := range w.Chain(id, t) {
		var names []string
		for _, p := range l.Policies {
			names = append(names, p.ID[strings.LastIndex(p.ID, "/")+1:])
		}
		out = append(out, l.Target+": "+strings.Join(names, " "))
	}
	return out
}

func TestCreate(t *testing.T) {
	w := newWorld(t, AllFeatures)
	o, err := w.Existing()
	w.must(err)
	if len(o.PolicyTypes) != 0 {
		t.Errorf("policy types %v are enabled from the start", o.PolicyTypes)
	}
	a, err := w.ExistingAccount(management)
	w.must(err)
	if a.Method != Invited || a.Parent != w.root || a.State != StateActive {
		t.Errorf("the management account is %+v", a)
	}
	_, err = w.Create(w.r, start, "o-exampleorg2", Founder{ID: "222222222222"}, AllFeatures)
	w.fails(err, fault.AlreadyInOrganization, "")
}

func TestChain(t *testing.T) {
	w := newWorld(t, AllFeatures)
	prod := w.ou(w.root, "Production")
	web := w.ou(prod, "Web")
	a := w.join(1)
	w.must(w.Move(a, w.root, web))
	if got := w.Chain(a, ServiceControlPolicy); got != nil {
		t.Errorf("a chain of a type that is not enabled: %v", got)
	}
	w.enable(ServiceControlPolicy, ResourceControlPolicy)
	deny := w.scp("deny")
	w.must(w.Attach(&w.q, deny, prod))
	both := []string{"p-FullAWSAccess", string(deny)}
	slices.Sort(both)
	want := []string{
		w.root + ": p-FullAWSAccess", prod + ": " + strings.Join(both, " "), web + ": p-FullAWSAccess", string(a) + ": p-FullAWSAccess",
	}
	if diff := cmp.Diff(want, w.chain(a, ServiceControlPolicy)); diff != "" {
		t.Error(diff)
	}
	if got := w.chain(a, ResourceControlPolicy); len(got) != 4 || got[3] != string(a)+": p-RCPFullAWSAccess" {
		t.Errorf("RCP chain: %v", got)
	}
	if got := w.Chain(management, ServiceControlPolicy); got != nil {
		t.Errorf("the management account has a chain: %v", got)
	}
	if got := w.Chain("999999999999", ServiceControlPolicy); got != nil {
		t.Errorf("a stranger has a chain: %v", got)
	}
	w.must(w.Move(a, web, w.root))
	want = []string{w.root + ": p-FullAWSAccess", string(a) + ": p-FullAWSAccess"}
	if diff := cmp.Diff(want, w.chain(a, ServiceControlPolicy)); diff != "" {
		t.Errorf("after a move the chain is the old one:\n%s", diff)
	}
}

// TestChainIsShared checks that a second look costs nothing and that a change of a forked state leaves the first alone.
func TestChainIsShared(t *testing.T) {
	w := newWorld(t, AllFeatures).enable(ServiceControlPolicy)
	a := w.join(1)
	first, again := w.Chain(a, ServiceControlPolicy), w.Chain(a, ServiceControlPolicy)
	if &first[0] != &again[0] {
		t.Error("the chain was worked out twice")
	}
	b := w.join(2)
	if x, y := w.Chain(a, ServiceControlPolicy), w.Chain(b, ServiceControlPolicy); x[1].Target == y[1].Target {
		t.Error("two accounts share their own level")
	}
}

func TestPaths(t *testing.T) {
	w := newWorld(t, AllFeatures)
	prod := w.ou(w.root, "Production")
	a := w.join(1)
	w.must(w.Move(a, w.root, prod))
	if got, want := w.Path(a), "o-exampleorg1/"+w.root+"/"+prod+"/"; got != want {
		t.Errorf("Path = %s, want %s", got, want)
	}
	if got := w.Path("999999999999"); got != "" {
		t.Errorf("a stranger has the path %s", got)
	}
}

func TestARNs(t *testing.T) {
	w := newWorld(t, AllFeatures)
	o, _ := w.Organization()
	p, _ := w.Policy("p-FullAWSAccess")
	own, _ := w.Policy(w.scp("deny"))
	for got, want := range map[string]string{
		o.ARN():                   "arn:aws:organizations::111111111111:organization/o-exampleorg1",
		o.AccountARN(management):  "arn:aws:organizations::111111111111:account/o-exampleorg1/111111111111",
		o.NodeARN("r-ab12"):       "arn:aws:organizations::111111111111:root/o-exampleorg1/r-ab12",
		o.NodeARN("ou-ab12-zzzz"): "arn:aws:organizations::111111111111:ou/o-exampleorg1/ou-ab12-zzzz",
		o.PolicyARN(p):            "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
		o.PolicyARN(own):          "arn:aws:organizations::111111111111:policy/o-exampleorg1/service_control_policy/" + string(own.ID),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestUnits(t *testing.T) {
	w := newWorld(t, AllFeatures)
	prod := w.ou(w.root, "Production")
	_, err := w.CreateOU(w.r, start, &w.q, w.root, "Production", nil)
	w.fails(err, fault.DuplicateOU, "")
	_, err = w.CreateOU(w.r, start, &w.q, "ou-none-12345678", "x", nil)
	w.fails(err, fault.ParentNotFound, "")
	_, err = w.CreateOU(w.r, start, &w.q, string(management), "x", nil)
	w.fails(err, fault.ParentNotFound, "")
	_, err = w.CreateOU(w.r, start, &w.q, w.root, "a\x00b", nil)
	w.fails(err, fault.InvalidInput, "INVALID_PATTERN")

	deep := prod
	for i := range 4 {
		deep = w.ou(deep, fmt.Sprint("level", i+2))
	}
	_, err = w.CreateOU(w.r, start, &w.q, deep, "level6", nil)
	w.fails(err, fault.ConstraintViolation, "OU_DEPTH_LIMIT_EXCEEDED")
	w.q.OUs = w.ous.Len()
	_, err = w.CreateOU(w.r, start, &w.q, prod, "one too many", nil)
	w.fails(err, fault.ConstraintViolation, "OU_NUMBER_LIMIT_EXCEEDED")

	w.fails(w.DeleteOU(ident.OUID(prod)), fault.OUNotEmpty, "")
	_, err = w.RenameOU(ident.OUID(prod), "Production") // its own name
	w.must(err)
	_, err = w.RenameOU("ou-none-12345678", "x")
	w.fails(err, fault.OUNotFound, "")
	a := w.join(1)
	w.must(w.Move(a, w.root, deep))
	w.fails(w.DeleteOU(ident.OUID(deep)), fault.OUNotEmpty, "")
	w.must(w.Move(a, deep, w.root))
	w.must(w.DeleteOU(ident.OUID(deep)))
	w.fails(w.DeleteOU(ident.OUID(deep)), fault.OUNotFound, "")
}

func TestMove(t *testing.T) {
	w := newWorld(t, AllFeatures)
	prod, test := w.ou(w.root, "Production"), w.ou(w.root, "Test")
	a := w.join(1)
	none := "ou-none-12345678"
	w.fails(w.Move("999999999999", w.root, prod), fault.AccountNotFound, "")
	w.fails(w.Move(a, none, prod), fault.SourceParentNotFound, "")
	w.fails(w.Move(a, w.root, none), fault.DestinationParentNotFound, "")
	w.fails(w.Move(a, w.root, w.root), fault.DuplicateAccount, "")
	w.fails(w.Move(a, prod, test), fault.AccountNotFound, "")
	w.must(w.Move(a, w.root, prod))
	w.must(w.Move(management, w.root, test))
}

func TestRemove(t *testing.T) {
	w := newWorld(t, AllFeatures).enable(ServiceControlPolicy)
	a := w.join(1)
	w.must(w.Tag(&w.q, string(a), map[string]string{"team": "a"}))
	w.must(w.Attach(&w.q, w.scp("deny"), string(a)))
	w.fails(w.Remove(start, &w.q, management), fault.ManagementCannotLeave, "")
	w.fails(w.Remove(start, &w.q, "999999999999"), fault.AccountNotFound, "")
	w.fails(w.Remove(start.Add(4*day-1), &w.q, a), fault.ConstraintViolation, "WAIT_PERIOD_ACTIVE")
	w.must(w.Remove(start.Add(4*day), &w.q, a))
	if w.TagsOf(string(a)) != nil || w.attachments.Len() != 0 {
		t.Error("the account left its tags or attachments behind")
	}
}

func TestDeleteOrganization(t *testing.T) {
	w := newWorld(t, AllFeatures).enable(ServiceControlPolicy)
	w.ou(w.root, "Production")
	a := w.join(1)
	w.fails(w.Delete(), fault.OrganizationNotEmpty, "")
	w.must(w.Remove(start.Add(30*day), &w.q, a))
	req, err := w.RequestAccount(w.r, start, &w.q, NewAccount{Name: "b", Email: "b@example.com"})
	w.must(err)
	w.fails(w.Delete(), fault.OrganizationNotEmpty, "")
	w.Fail(start, req, FailureInternal)
	w.must(w.Delete())
	for _, tab := range w.Tables() {
		if tab.Len() != 0 {
			t.Errorf("%d rows of %s are left", tab.Len(), tab.Kind())
		}
	}
	w.fails(w.Delete(), fault.NotInOrganization, "")
}

// TestReload loads the records of a state into empty memory, as a restart does, and compares.
func TestReload(t *testing.T) {
	w := newWorld(t, AllFeatures).enable(ServiceControlPolicy, ResourceControlPolicy)
	a := w.join(1)
	prod := w.ou(w.root, "Production")
	w.must(w.Move(a, w.root, prod))
	w.must(w.Attach(&w.q, w.scp("deny"), prod))
	again := NewState()
	for i, tab := range w.Tables() {
		for _, c := range tab.Changes() {
			if c.Row != nil {
				w.must(again.Tables()[i].Load(c.ID, encode(t, c.Row)))
			}
		}
	}
	before, after := w.chain(a, ServiceControlPolicy), (&world{State: again}).chain(a, ServiceControlPolicy)
	if diff := cmp.Diff(before, after); diff != "" || len(after) == 0 {
		t.Errorf("the chain is another after loading:\n%s", diff)
	}
	if !bytes.Equal(dump(t, w.State), dump(t, again)) {
		t.Error("the records are others after loading")
	}
}
