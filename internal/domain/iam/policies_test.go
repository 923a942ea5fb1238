package iam

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/iampolicy"
	"umbel/internal/fault"
)

func TestAWSManagedPoliciesCanBeRead(t *testing.T) {
	n := 0
	for id, p := range AWSPolicies("") {
		n++
		if _, err := p.DefaultVersion().Document.Policy(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if key(p.Name) != id || len(p.UniqueID) != 21 || p.Created.IsZero() || p.Updated.Before(p.Created) {
			t.Errorf("%s: %+v", id, p)
		}
	}
	if n < 1500 {
		t.Errorf("only %d AWS managed policies", n)
	}
	for name := range AWSPolicies("zz") {
		t.Errorf("%s comes after zz", name)
	}
	s := NewState()
	for _, name := range []string{
		"AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "job-function/ViewOnlyAccess", "SecurityAudit", "IAMFullAccess",
		"IAMReadOnlyAccess", "IAMUserChangePassword", "AWSOrganizationsFullAccess", "AWSOrganizationsReadOnlyAccess", "AWSDenyAll",
		"AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "AmazonEC2FullAccess", "AmazonEC2ReadOnlyAccess", "AWSCloudTrail_FullAccess",
		"AWSCloudTrail_ReadOnlyAccess", "job-function/Billing", "service-role/AWSLambdaBasicExecutionRole", "AmazonSSMManagedInstanceCore",
		"aws-service-role/AWSOrganizationsServiceTrustPolicy",
	} {
		arn := "arn:aws:iam::aws:policy/" + name
		p, ok := s.Policy(arn)
		if !ok || s.PolicyARN(p) != arn {
			t.Errorf("no policy %s", arn)
		}
	}
}

func TestEveryLinkedServiceHasItsPolicy(t *testing.T) {
	f := newFixture(t)
	for service := range linkedServices() {
		r, err := f.CreateServiceLinkedRole(f.env, service, "", "")
		f.ok(err)
		if !r.ServiceLinked() || r.Service() != service || f.RoleARN(r) != LinkedRoleARN(account, service, "") {
			t.Errorf("%s has the role %+v", service, r)
		}
		identity, _ := f.RolePolicies(r)
		if len(identity) != 1 || identity[0].ID != r.Attached[0] {
			t.Errorf("%s: the policies of its role are %v", service, identity)
		}
		if err := iampolicy.Validate(iampolicy.KindTrust, r.Trust.Text()); err != nil {
			t.Errorf("%s: trust policy: %v", service, err)
		}
	}
}

func TestVersions(t *testing.T) {
	f := newFixture(t)
	arn := f.policy("p")
	for range 4 {
		_, err := f.CreatePolicyVersion(f.env, arn, allow, false)
		f.ok(err)
	}
	_, err := f.CreatePolicyVersion(f.env, arn, allow, false)
	f.refused(err, fault.LimitExceeded, "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
	f.refused(f.DeletePolicyVersion(f.env, arn, "v1"), fault.DeleteConflict, "Cannot delete the default version of a policy.")
	f.refused(f.DeletePolicy(arn), fault.DeleteConflict, "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	f.ok(f.SetDefaultPolicyVersion(f.env, arn, "v3"))
	f.ok(f.DeletePolicyVersion(f.env, arn, "v5"))
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	v, err := f.CreatePolicyVersion(f.env, arn, deny, true)
	f.ok(err)
	if VersionID(v.Number) != "v6" {
		t.Errorf("a number is used again: %d", v.Number)
	}
	if src, _ := f.ManagedSource(arn); src.Document.Text() != deny {
		t.Errorf("in force is %s", src.Document.Text())
	}
	_, err = f.CreatePolicyVersion(f.env, arn, "{", false)
	if !fault.Is(err, fault.MalformedPolicy) && !fault.Is(err, fault.LimitExceeded) {
		t.Errorf("malformed: %v", err)
	}
	f.ok(f.DeletePolicyVersion(f.env, arn, "v1"))
	_, err = f.CreatePolicyVersion(f.env, arn, "{", false)
	if !fault.Is(err, fault.MalformedPolicy) {
		t.Errorf("malformed: %v", err)
	}
}

func TestSources(t *testing.T) {
	f := newFixture(t)
	f.user("u")
	f.group("g")
	arn := f.policy("p")
	f.ok(f.PutInlinePolicy(f.env, UserKind, "u", "z", allow))
	f.ok(f.PutInlinePolicy(f.env, UserKind, "u", "a", allow))
	f.ok(f.AttachPolicy(f.env, UserKind, "u", "arn:aws:iam::aws:policy/AWSDenyAll"))
	f.ok(f.AttachPolicy(f.env, GroupKind, "g", arn))
	f.ok(f.PutInlinePolicy(f.env, GroupKind, "g", "in-group", allow))
	f.ok(f.AddUserToGroup(f.env, "G", "U"))
	f.ok(f.PutBoundary(UserKind, "u", "arn:aws:iam::aws:policy/PowerUserAccess"))
	u, _ := f.User("u")
	identity, boundary := f.UserPolicies(u)
	var got []string
	for _, s := range identity {
		got = append(got, s.ID)
	}
	if diff := cmp.Diff([]string{"a", "z", "arn:aws:iam::aws:policy/AWSDenyAll", "in-group", arn}, got); diff != "" {
		t.Error(diff)
	}
	if boundary == nil || boundary.ID != "arn:aws:iam::aws:policy/PowerUserAccess" {
		t.Errorf("the boundary is %v", boundary)
	}
	if use := f.Usage(arn); use != (Usage{Attached: 1}) {
		t.Errorf("usage of %s: %v", arn, use)
	}
	if use := f.Usage("arn:aws:iam::aws:policy/PowerUserAccess"); use != (Usage{Boundaries: 1}) {
		t.Errorf("usage as boundary: %v", use)
	}
	f.ok(f.DeleteBoundary(UserKind, "u"))
	u, _ = f.User("u")
	if _, boundary := f.UserPolicies(u); boundary != nil {
		t.Errorf("the boundary is still %v", boundary)
	}
	f.refused(f.DeleteBoundary(UserKind, "u"), fault.NoSuchEntity, "The user with name u does not have a permissions boundary attached.")
}

func TestMissingBoundaryAllowsNothing(t *testing.T) {
	f := newFixture(t)
	r := &Role{Entity: Entity{Name: "r", Path: "/", Boundary: "arn:aws:iam::111122223333:policy/gone", Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}}
	ps := iampolicy.Policies{}
	ps.Identity, ps.Boundary = f.RolePolicies(r)
	rq := iampolicy.Request{Principal: iampolicy.Principal{Kind: iampolicy.AssumedRole, Account: account}, Action: "s3:ListAllMyBuckets", Resource: "*", Context: &iampolicy.Context{}}
	if d := iampolicy.Decide(&rq, &ps); d.Outcome == iampolicy.Allowed {
		t.Errorf("%+v", d)
	}
	ps.Boundary = nil
	if d := iampolicy.Decide(&rq, &ps); d.Outcome != iampolicy.Allowed {
		t.Errorf("without a boundary: %+v", d)
	}
}

func TestServiceLinkedRolesAreProtected(t *testing.T) {
	f := newFixture(t)
	r, err := f.CreateServiceLinkedRole(f.env, "organizations.amazonaws.com", "", "")
	f.ok(err)
	if got := f.RoleARN(r); got != "arn:aws:iam::111122223333:role/aws-service-role/organizations.amazonaws.com/AWSServiceRoleForOrganizations" {
		t.Errorf("its ARN is %s", got)
	}
	longest := 7200
	for _, err := range []error{
		f.AttachRolePolicy(f.env, r.Name, "arn:aws:iam::aws:policy/AdministratorAccess"),
		f.DetachPolicy(RoleKind, r.Name, r.Attached[0]),
		f.PutInlinePolicy(f.env, RoleKind, r.Name, "x", allow),
		f.PutBoundary(RoleKind, r.Name, "arn:aws:iam::aws:policy/AdministratorAccess"),
		f.UpdateTrust(f.env, r.Name, ec2, Alone),
		f.DeleteRole(r.Name),
		second(f.UpdateRole(r.Name, nil, &longest)),
	} {
		f.refused(err, fault.UnmodifiableEntity, "Cannot perform the operation on the protected role 'AWSServiceRoleForOrganizations' - this role is only modifiable by AWS")
	}
	text := "mine"
	f.ok(second(f.UpdateRole(r.Name, &text, nil)))
	f.ok(f.Tag(f.env, RoleKind, r.Name, []Tag{{"a", "b"}}))

	_, err = f.CreateServiceLinkedRole(f.env, "organizations.amazonaws.com", "", "")
	f.refused(err, fault.InvalidInput, "Service role name AWSServiceRoleForOrganizations has been taken in this account, please try a different suffix.")
	_, err = f.CreateServiceLinkedRole(f.env, "organizations.amazonaws.com", "x", "")
	f.refused(err, fault.InvalidInput, "Custom suffix is not allowed for organizations.amazonaws.com")
	f.role("plain")
	f.refused(f.AttachRolePolicy(f.env, "plain", r.Attached[0]), fault.PolicyNotAttachable, "Cannot attach a Service Role Policy to a Customer Role.")

	kept, err := f.DeleteServiceLinkedRole(f.env, r.Name, map[string][]string{"us-east-1": {"x"}})
	f.ok(err)
	if gone, _ := f.FindRemoval(kept); gone.Reason == "" {
		t.Error("a role in use was deleted")
	}
	task, err := f.DeleteServiceLinkedRole(f.env, r.Name, nil)
	f.ok(err)
	if gone, err := f.FindRemoval(task); err != nil || gone.Reason != "" {
		t.Errorf("removal: %+v %v", gone, err)
	}
	if _, ok := f.Role(r.Name); ok {
		t.Error("the role is still there")
	}
}
