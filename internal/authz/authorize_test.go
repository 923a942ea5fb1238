package authz_test

import (
	"errors"
	"strings"
	"testing"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

const newUser = "arn:aws:iam::222222222222:user/bob"

// refused is what every refusal of CreateUser in these tests begins with.
func refused(who string) string {
	return "User: " + who + " is not authorized to perform: iam:CreateUser on resource: " + newUser
}

const (
	alice   = "arn:aws:iam::222222222222:user/alice"
	session = "arn:aws:sts::222222222222:assumed-role/deployer/s1"
	root    = "arn:aws:iam::222222222222:root"
)

// attempt is a call of iam:CreateUser and what comes of it.
type attempt struct {
	call func(w *world) (c *op.Call, policyARN string)
	want string // ARN stands for the policy's; empty: allowed
}

func try(t *testing.T, attempts map[string]attempt) {
	for name, c := range attempts {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			call, arn := c.call(w)
			want := c.want
			if start, ok := strings.CutSuffix(want, "ARN"); ok {
				want = start + arn
			}
			if got := message(t, authorize(call, "iam:CreateUser", op.Target{Resource: newUser})); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// user is the member's user alice with inline policies.
func user(w *world, policies ...string) *op.Call {
	return w.user(member, entity("alice", "AIDA1", policies...))
}

func TestPoliciesOfTheAccount(t *testing.T) {
	try(t, map[string]attempt{
		"root":         {func(w *world) (*op.Call, string) { return w.root(member), "" }, ""},
		"user allowed": {func(w *world) (*op.Call, string) { return user(w, allow), "" }, ""},
		"user without a policy": {func(w *world) (*op.Call, string) { return user(w), "" },
			refused(alice) + " because no identity-based policy allows the iam:CreateUser action"},
		"inline deny": {func(w *world) (*op.Call, string) { return user(w, allow, deny), "" },
			refused(alice) + " with an explicit deny in an identity-based policy"},
		"managed deny": {func(w *world) (*op.Call, string) {
			e := entity("alice", "AIDA1", allow)
			e.Attached = []string{w.managed(member, "no", deny)}
			return w.user(member, e), e.Attached[0]
		}, refused(alice) + " with an explicit deny in an identity-based policy: ARN"},
		"group deny": {func(w *world) (*op.Call, string) {
			w.iam(member).Groups.Put(&iam.Group{Entity: entity("staff", "AGPA1", deny)})
			c := user(w, allow)
			c.Caller.User.Groups = []string{"staff"}
			return c, ""
		}, refused(alice) + " with an explicit deny in an identity-based policy"},
		"boundary without allow": {func(w *world) (*op.Call, string) {
			e := entity("alice", "AIDA1", allow)
			e.Boundary = w.managed(member, "limit", none)
			return w.user(member, e), ""
		}, refused(alice) + " because no permissions boundary allows the iam:CreateUser action"},
		"boundary deny": {func(w *world) (*op.Call, string) {
			e := entity("alice", "AIDA1", allow)
			e.Boundary = w.managed(member, "limit", deny)
			return w.user(member, e), e.Boundary
		}, refused(alice) + " with an explicit deny in a permissions boundary: ARN"},
		"boundary deleted": {func(w *world) (*op.Call, string) {
			e := entity("alice", "AIDA1", allow)
			e.Boundary = "arn:aws:iam::222222222222:policy/gone"
			return w.user(member, e), ""
		}, refused(alice) + " because no permissions boundary allows the iam:CreateUser action"},
		"session without allow": {func(w *world) (*op.Call, string) {
			return w.role(member, entity("deployer", "AROA1", allow), iam.Session{Policies: []string{none}}), ""
		}, refused(session) + " because no session policy allows the iam:CreateUser action"},
		"session deny by ARN": {func(w *world) (*op.Call, string) {
			arn := w.managed(member, "no", deny)
			return w.role(member, entity("deployer", "AROA1", allow), iam.Session{Policies: []string{allow}, PolicyARNs: []string{arn}}), arn
		}, refused(session) + " with an explicit deny in a session policy: ARN"},
		"session policy deleted": {func(w *world) (*op.Call, string) {
			return w.role(member, entity("deployer", "AROA1", allow), iam.Session{PolicyARNs: []string{"arn:aws:iam::222222222222:policy/gone"}}), ""
		}, refused(session) + " because no session policy allows the iam:CreateUser action"},
	})
}

func TestPoliciesOfTheOrganization(t *testing.T) {
	try(t, map[string]attempt{
		"SCP deny on the account binds root": {func(w *world) (*op.Call, string) {
			return w.root(member), w.guard(ownOrg, org.ServiceControlPolicy, string(member), deny)
		}, refused(root) + " with an explicit deny in a service control policy: ARN"},
		"SCP deny on the OU": {func(w *world) (*op.Call, string) {
			return w.root(member), w.guard(ownOrg, org.ServiceControlPolicy, string(w.ou.ID), deny)
		}, refused(root) + " with an explicit deny in a service control policy: ARN"},
		"SCP deny on the root": {func(w *world) (*op.Call, string) {
			o, _ := w.org(ownOrg).Organization()
			return user(w, allow), w.guard(ownOrg, org.ServiceControlPolicy, string(o.Root), deny)
		}, refused(alice) + " with an explicit deny in a service control policy: ARN"},
		"SCP allow missing on the OU": {func(w *world) (*op.Call, string) {
			w.guard(ownOrg, org.ServiceControlPolicy, string(w.ou.ID), none)
			if err := w.org(ownOrg).Detach(&w.quotas, "p-FullAWSAccess", string(w.ou.ID)); err != nil {
				w.t.Fatal(err)
			}
			return user(w, allow), ""
		}, refused(alice) + " because no service control policy allows the iam:CreateUser action"},
		"SCP spares service-linked roles": {func(w *world) (*op.Call, string) {
			w.guard(ownOrg, org.ServiceControlPolicy, string(member), deny)
			e := entity("AWSServiceRoleForX", "AROA2", allow)
			e.Path = "/aws-service-role/x.amazonaws.com/"
			return w.role(member, e, iam.Session{}), ""
		}, ""},
		"RCP does not cover IAM": {func(w *world) (*op.Call, string) {
			w.guard(ownOrg, org.ResourceControlPolicy, string(member),
				`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:*","Resource":"*"}]}`)
			return w.root(member), ""
		}, ""},
	})
}

func TestManagementAccountIsExempt(t *testing.T) {
	w := newWorld(t)
	o, _ := w.org(ownOrg).Organization()
	w.guard(ownOrg, org.ServiceControlPolicy, string(o.Root), deny)
	if got := message(t, authorize(w.root(management), "iam:CreateUser", op.Target{Resource: "*"})); got != "" {
		t.Error(got)
	}
}

func TestAssumeRole(t *testing.T) {
	trusting := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}]}`
	}
	denying := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}`
	outsiders := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Resource":"*",
		"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"` + string(ownOrg) + `"}}}]}`
	for name, c := range map[string]struct {
		caller, owner ident.AccountID
		policies      []string
		trust         string
		rcp           bool
		role          string
		reason        string // "-" for allowed
	}{
		"same account":                                   {member, member, []string{allow}, trusting("222222222222"), false, "r", "-"},
		"same account, not trusted":                      {member, member, []string{allow}, trusting("333333333333"), false, "r", ""},
		"trust policy denies":                            {member, member, []string{allow}, denying, false, "r", " with an explicit deny in the role trust policy"},
		"of the organization":                            {member, sibling, []string{allow}, trusting("222222222222"), false, "r", "-"},
		"of the organization, no identity policy":        {member, sibling, nil, trusting("222222222222"), false, "r", ""},
		"of another organization":                        {stranger, sibling, []string{allow}, trusting("444444444444"), false, "r", "-"},
		"of another organization, not trusted":           {stranger, sibling, []string{allow}, trusting("222222222222"), false, "r", ""},
		"of another organization, kept out by the RCP":   {stranger, sibling, []string{allow}, trusting("444444444444"), true, "r", ""},
		"of none, kept out by the RCP":                   {lone, sibling, []string{allow}, trusting("555555555555"), true, "r", ""},
		"of the organization, let through by the RCP":    {member, sibling, []string{allow}, trusting("222222222222"), true, "r", "-"},
		"the RCP spares roles of the management account": {lone, management, []string{allow}, trusting("555555555555"), true, "r", "-"},
		"the RCP spares service-linked roles":            {lone, sibling, []string{allow}, trusting("555555555555"), true, "aws-service-role/x.amazonaws.com/r", "-"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if c.rcp {
				o, _ := w.org(ownOrg).Organization()
				w.guard(ownOrg, org.ResourceControlPolicy, string(o.Root), outsiders)
			}
			call := w.user(c.caller, entity("alice", "AIDA1", c.policies...))
			call.Service = "sts"
			arn := ident.IAM(c.owner, "role/"+c.role)
			target := op.Target{
				Resource: arn, Account: c.owner,
				Policy: &iampolicy.Source{ID: arn, Document: iampolicy.NewDocument(c.trust)},
			}
			want := ""
			if c.reason != "-" {
				want = "User: " + call.Caller.ARN + " is not authorized to perform: sts:AssumeRole on resource: " + arn + c.reason
			}
			if got := message(t, authorize(call, "sts:AssumeRole", target)); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// TestPoliciesThatMustAllow: a role's trust policy and a key's policy decide in one account too; a key whose policy is not kept
// has the default one.
func TestPoliciesThatMustAllow(t *testing.T) {
	w := newWorld(t)
	c := w.user(member, entity("alice", "AIDA1", allow))
	role, key := ident.IAM(member, "role/r"), "arn:aws:kms:eu-west-1:"+string(member)+":key/k"
	silent := &iampolicy.Source{ID: "p", Document: iampolicy.NewDocument(none)}
	for _, tt := range []struct {
		action, resource string
		policy           *iampolicy.Source
		allowed          bool
	}{
		{"sts:AssumeRole", role, nil, false},
		{"sts:AssumeRole", role, silent, false},
		{"kms:Decrypt", key, silent, false},
		{"kms:Decrypt", key, nil, true},
		{"iam:GetRole", role, silent, true},
	} {
		err := authorize(c, tt.action, op.Target{Resource: tt.resource, Policy: tt.policy})
		if got := message(t, err) == ""; got != tt.allowed {
			t.Errorf("%s, policy %v: allowed %t (%v)", tt.action, tt.policy, got, err)
		}
	}
}

func TestEveryTargetMustBeAllowed(t *testing.T) {
	w := newWorld(t)
	c := w.user(member, entity("alice", "AIDA1", allow, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:PassRole","Resource":"*"}]}`))
	err := authorize(c, "iam:CreateUser", op.Target{Resource: "*"}, op.Target{Action: "iam:PassRole", Resource: "arn:aws:iam::222222222222:role/r"})
	if got := message(t, err); got != "User: arn:aws:iam::222222222222:user/alice is not authorized to perform: iam:PassRole on resource: "+
		"arn:aws:iam::222222222222:role/r with an explicit deny in an identity-based policy" {
		t.Error(got)
	}
	if err := authorize(c, "iam:CreateUser"); err == nil || fault.CodeOf(err) != "" {
		t.Errorf("an operation that names nothing: %v", err)
	}
}

func TestAccountMoved(t *testing.T) {
	w := newWorld(t)
	c := w.root(member)
	c.View = store.Scope{Read: []store.Partition{op.IAMPartition(member), op.OrgPartition(ownOrg)}}
	err := authorize(c, "sts:AssumeRole", op.Target{Resource: "arn:aws:iam::444444444444:role/r", Account: stranger})
	if !errors.Is(err, authz.ErrMoved) {
		t.Errorf("got %v", err)
	}
}

func TestFederatedUserWithoutSessionPolicy(t *testing.T) {
	w := newWorld(t)
	c := w.user(member, entity("alice", "AIDA1", allow))
	c.Caller.Kind, c.Caller.ARN = op.FederatedUser, "arn:aws:sts::222222222222:federated-user/bob"
	c.Caller.Session = &iam.Session{Kind: iam.FederatedSession, Account: member, Name: "bob", Issued: now, Expires: now}
	c.Service = "organizations"
	if got := message(t, authorize(c, "organizations:ListRoots", op.Target{Resource: "*"})); got == "" {
		t.Error("allowed")
	}
	c.Service = "iam"
	if err := authorize(c, "iam:ListUsers", op.Target{Resource: "*"}); !fault.Is(err, fault.InvalidClientToken) {
		t.Errorf("IAM: %v", err)
	}
}
