package organizations_test

import (
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"

	"umbel/internal/testenv"
)

// TestEveryCallIsTested keeps everyCall complete.
func TestEveryCallIsTested(t *testing.T) {
	calls := everyCall(new(sdk.Client), ids{})
	n := 0
	for _, s := range testenv.Registry().Services() {
		if s.ID != "organizations" {
			continue
		}
		for _, o := range s.Operations {
			n++
			if calls[o.Name] == nil {
				t.Errorf("no test calls %s", o.Name)
			}
		}
	}
	if n != len(calls) {
		t.Errorf("%d operations are served and %d called", n, len(calls))
	}
}

// TestDenied has a user without any policy make every call.
func TestDenied(t *testing.T) {
	f := newFixture(t)
	nobody := f.as(f.server.User(f.server.Administrator(""), "nobody", ""))
	for name, do := range everyCall(nobody, f.ids) {
		t.Run(name, func(t *testing.T) {
			err := do()
			refused(t, err, "AccessDeniedException", "")
			for _, part := range []string{
				"user/nobody is not authorized to perform: organizations:" + name,
				"because no identity-based policy allows the organizations:" + name + " action",
			} {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("the message lacks %q: %v", part, err)
				}
			}
		})
	}
}

// TestMember has the administrator of a member account make every call.
func TestMember(t *testing.T) {
	f := newFixture(t)
	member := f.as(f.server.Role(f.account, ""))
	for name, do := range everyCall(member, f.ids) {
		t.Run(name, func(t *testing.T) {
			err := do()
			switch name {
			case "DescribeOrganization":
				if err != nil {
					t.Error(err)
				}
			case "CreateOrganization":
				refused(t, err, "AlreadyInOrganizationException", "")
			case "LeaveOrganization":
				refused(t, err, "ConstraintViolationException", "WAIT_PERIOD_ACTIVE")
			default:
				refused(t, err, "AccessDeniedException", "")
				if err == nil || !strings.Contains(err.Error(), "You don't have permissions to access this resource.") {
					t.Errorf("another message: %v", err)
				}
			}
		})
	}
}

// TestAlone has the administrator of an account that is in no organization make every call.
func TestAlone(t *testing.T) {
	s := testenv.Start(t)
	alone := sdk.NewFromConfig(s.Administrator(""))
	x := ids{
		root: "r-ab12", ou: "ou-ab12-12345678", account: "123456789012", other: "123456789013", policy: "p-12345678",
		request: "car-12345678",
	}
	for name, do := range everyCall(alone, x) {
		if name == "CreateOrganization" {
			continue
		}
		t.Run(name, func(t *testing.T) { refused(t, do(), "AWSOrganizationsNotInUseException", "") })
	}
}

// TestResourcePermissions checks that calls are authorized on the resources they name, on their tags and on the request's.
func TestResourcePermissions(t *testing.T) {
	f := newFixture(t)
	root := "arn:aws:organizations::" + string(f.server.First) + ":root/" + f.ID + "/" + f.root
	limited := f.as(f.server.User(f.server.Administrator(""), "limited", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"organizations:CreateOrganizationalUnit","Resource":"`+root+`"},
		{"Effect":"Allow","Action":"organizations:TagResource","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"a"}}},
		{"Effect":"Allow","Action":"organizations:MoveAccount","Resource":["arn:aws:organizations::*:account/*","`+root+`"]},
		{"Effect":"Allow","Action":"organizations:AttachPolicy","Resource":"*","Condition":{"StringEquals":{"organizations:PolicyType":"RESOURCE_CONTROL_POLICY"}}},
		{"Effect":"Allow","Action":"organizations:ListParents","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}
	]}`))
	allowed := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	unit := func(parent, name string, tag string) error {
		in := sdk.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name}
		if tag != "" {
			in.Tags = tagged("team", tag)
		}
		return call(limited.CreateOrganizationalUnit, in)
	}
	allowed(unit(f.root, "plain", ""))
	allowed(unit(f.root, "tagged", "a"))
	refused(t, unit(f.root, "badly tagged", "b"), "AccessDeniedException", "")
	refused(t, unit(f.ou, "elsewhere", ""), "AccessDeniedException", "")

	refused(t, call(limited.MoveAccount, sdk.MoveAccountInput{AccountId: &f.other, SourceParentId: &f.root, DestinationParentId: &f.ou}),
		"AccessDeniedException", "")
	refused(t, everyCall(limited, f.ids)["AttachPolicy"](), "AccessDeniedException", "")

	refused(t, call(limited.ListParents, sdk.ListParentsInput{ChildId: &f.account}), "AccessDeniedException", "")
	allowed(call(f.TagResource, sdk.TagResourceInput{ResourceId: &f.account, Tags: tagged("team", "a")}))
	allowed(call(limited.ListParents, sdk.ListParentsInput{ChildId: &f.account}))
}
