package iam_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/testenv"
)

func TestEveryOperationIsCalled(t *testing.T) {
	var served []string
	for _, s := range testenv.Registry().Services() {
		if s.ID == "iam" {
			for _, o := range s.Operations {
				served = append(served, o.Name)
			}
		}
	}
	slices.Sort(served)
	if diff := cmp.Diff(served, slices.Sorted(maps.Keys(everyCall(nil, &names{})))); diff != "" {
		t.Error(diff)
	}
}

func TestEveryOperationIsDeniedWithoutPermission(t *testing.T) {
	f := newFixture(t)
	nobody := f.speaker("nobody", "")
	for name, denied := range everyCall(nobody, &f.names) {
		t.Run(name, func(t *testing.T) {
			err := denied()
			refused(t, err, "AccessDenied", "")
			want := "User: arn:aws:iam::111122223333:user/nobody is not authorized to perform: iam:" + name + " on resource: "
			because := " because no identity-based policy allows the iam:" + name + " action"
			var api smithy.APIError
			if errors.As(err, &api) && (!strings.HasPrefix(api.ErrorMessage(), want) || !strings.HasSuffix(api.ErrorMessage(), because)) {
				t.Errorf("got %s", api.ErrorMessage())
			}
		})
	}
}

func TestEveryOperationRefusesWhatIsNotThere(t *testing.T) {
	f := newFixture(t)
	none := &names{
		user: "none", group: "none", role: "none", linked: "none", profile: "none", policy: "arn:aws:iam::111122223333:policy/none",
		key: "AKIAAAAAAAAAAAAAAAAA", task: f.task,
	}
	makes := []string{"CreateUser", "CreateGroup", "CreateRole", "CreateServiceLinkedRole", "CreateInstanceProfile", "CreatePolicy"}
	lists := []string{
		"ListUsers", "ListGroups", "ListRoles", "ListInstanceProfiles", "ListPolicies", "ListAccountAliases", "ListVirtualMFADevices",
		"GetAccountSummary", "GetAccountAuthorizationDetails", "CreateAccountAlias", "UpdateAccountPasswordPolicy", "SimulateCustomPolicy",
		"GetContextKeysForCustomPolicy",
	}
	codes := map[string]string{"GetAccessKeyLastUsed": "AccessDenied"}
	calls := everyCall(f.Client, none)
	for _, name := range slices.Sorted(maps.Keys(calls)) { // DeleteAccountPasswordPolicy and the like come before updates
		if slices.Contains(makes, name) || slices.Contains(lists, name) {
			continue
		}
		code := codes[name]
		if code == "" {
			code = "NoSuchEntity"
		}
		t.Run(name, func(t *testing.T) { refused(t, calls[name](), code, "") })
	}
}

// TestEveryListRefusesAForgedMarker covers the most likely bad input of lists.
func TestEveryListRefusesAForgedMarker(t *testing.T) {
	f := newFixture(t)
	for name, list := range lists(f.Client, &f.names, ptr("forged")) {
		t.Run(name, func(t *testing.T) { refused(t, list(), "ValidationError", "Invalid Marker.") })
	}
}
