package iam

import (
	"fmt"
	"strings"
	"testing"

	"umbel/internal/fault"
)

func TestNamesAreUniqueWithoutRegardToCase(t *testing.T) {
	f := newFixture(t)
	f.user("Alice")
	_, err := f.CreateUser(f.env, UserSpec{Name: "ALICE"})
	f.refused(err, fault.EntityAlreadyExists, "User with name ALICE already exists.")
	f.group("Devs")
	_, err = f.CreateGroup(f.env, "devs", "")
	f.refused(err, fault.EntityAlreadyExists, "Group with name devs already exists.")
	f.role("Deploy")
	_, err = f.CreateRole(f.env, RoleSpec{Name: "deploy", Trust: ec2}, Alone)
	f.refused(err, fault.EntityAlreadyExists, "Role with name deploy already exists.")
	f.policy("Read")
	_, err = f.CreatePolicy(f.env, PolicySpec{Name: "READ", Document: allow})
	f.refused(err, fault.EntityAlreadyExists, "A policy called READ already exists. Duplicate names are not allowed.")
	_, err = f.CreateInstanceProfile(f.env, "web", "", nil)
	f.ok(err)
	_, err = f.CreateInstanceProfile(f.env, "Web", "", nil)
	f.refused(err, fault.EntityAlreadyExists, "Instance Profile Web already exists.")

	if u, ok := f.User("aLiCe"); !ok || u.Name != "Alice" {
		t.Errorf("a user is found by its name in any case, got %v", u)
	}
	if _, ok := f.UserByARN("arn:aws:iam::111122223333:user/alice"); ok {
		t.Error("an ARN names a user in one case only")
	}
	if _, ok := f.RoleByARN("arn:aws:iam::111122223333:role/Deploy"); !ok {
		t.Error("no role by its ARN")
	}
}

func TestMissing(t *testing.T) {
	f := newFixture(t)
	for want, err := range map[string]error{
		"The user with name x cannot be found.":                                                     second(f.FindUser("x")),
		"The group with name x cannot be found.":                                                    second(f.FindGroup("x")),
		"The role with name x cannot be found.":                                                     second(f.FindRole("x")),
		"Instance Profile x cannot be found.":                                                       second(f.FindProfile("x")),
		"Policy arn:aws:iam::111122223333:policy/x was not found.":                                  second(f.FindPolicy("arn:aws:iam::111122223333:policy/x")),
		"Policy arn:aws:iam::111122223333:policy/x does not exist or is not attachable.":            f.AttachRolePolicy(f.env, f.role("r").Name, "arn:aws:iam::111122223333:policy/x"),
		"The Password Policy with domain name 111122223333 cannot be found.":                        second(f.FindPasswordPolicy()),
		"Login Profile for User u cannot be found.":                                                 second(f.FindLogin(f.user("u").Name)),
		"The Access Key with id AKIAX cannot be found.":                                             f.DeleteAccessKey("u", "AKIAX"),
		"The user policy with name p cannot be found.":                                              f.DeleteInlinePolicy(UserKind, "u", "p"),
		"The account alias a cannot be found.":                                                      f.DeleteAlias("a"),
		"Policy arn:aws:iam::aws:policy/AdministratorAccess was not found.":                         f.DetachPolicy(RoleKind, "r", "arn:aws:iam::aws:policy/AdministratorAccess"),
		"Policy arn:aws:iam::aws:policy/AWSDenyAll version v9 does not exist or is not attachable.": third(f.FindVersion("arn:aws:iam::aws:policy/AWSDenyAll", "v9")),
	} {
		f.refused(err, fault.NoSuchEntity, want)
	}
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

func TestDeleteConflicts(t *testing.T) {
	f := newFixture(t)
	f.user("u")
	f.group("g")
	f.role("r")
	_, err := f.CreateInstanceProfile(f.env, "p", "", nil)
	f.ok(err)
	policy := f.policy("read")

	f.ok(f.AddUserToGroup(f.env, "g", "u"))
	f.refused(f.DeleteUser("u"), fault.DeleteConflict, "Cannot delete entity, must remove users from group first.")
	f.refused(f.DeleteGroup("g"), fault.DeleteConflict, "Cannot delete entity, must remove users from group first.")
	f.ok(f.RemoveUserFromGroup("g", "u"))

	k, err := f.CreateAccessKey(f.env, "u")
	f.ok(err)
	f.refused(f.DeleteUser("u"), fault.DeleteConflict, "Cannot delete entity, must delete access keys first.")
	f.ok(f.DeleteAccessKey("u", k.ID))

	_, err = f.CreateLogin(f.env, "u", "Secret-pass1", false)
	f.ok(err)
	f.refused(f.DeleteUser("u"), fault.DeleteConflict, "Cannot delete entity, must delete login profile first.")
	f.ok(f.DeleteLogin("u"))

	f.ok(f.AddRoleToInstanceProfile("p", "r"))
	f.refused(f.DeleteRole("r"), fault.DeleteConflict, "Cannot delete entity, must remove roles from instance profile first.")
	f.refused(f.DeleteInstanceProfile("p"), fault.DeleteConflict, "Cannot delete entity, must remove roles from instance profile first.")
	f.ok(f.RemoveRoleFromInstanceProfile("p", "R"))

	remove := map[Kind]func() error{
		UserKind:  func() error { return f.DeleteUser("u") },
		GroupKind: func() error { return f.DeleteGroup("g") },
		RoleKind:  func() error { return f.DeleteRole("r") },
	}
	for k, name := range map[Kind]string{UserKind: "u", GroupKind: "g", RoleKind: "r"} {
		f.ok(f.AttachPolicy(f.env, k, name, policy))
		f.refused(remove[k](), fault.DeleteConflict, "Cannot delete entity, must detach all policies first.")
		f.refused(f.DeletePolicy(policy), fault.DeleteConflict, "Cannot delete a policy attached to entities.")
		f.ok(f.DetachPolicy(k, name, policy))
		f.ok(f.PutInlinePolicy(f.env, k, name, "i", allow))
		f.refused(remove[k](), fault.DeleteConflict, "Cannot delete entity, must delete policies first.")
		f.ok(f.DeleteInlinePolicy(k, name, "i"))
		f.ok(remove[k]())
	}
	f.ok(f.DeletePolicy(policy))
	f.ok(f.DeleteInstanceProfile("p"))
}

func TestQuotas(t *testing.T) {
	f := newFixture(t)
	*f.env.Quotas = Quotas{
		Users: 1, Groups: 2, Roles: 1, Policies: 2, InstanceProfiles: 1, PoliciesPerUser: 1, PoliciesPerGroup: 1, PoliciesPerRole: 1,
		GroupsPerUser: 1, AccessKeysPerUser: 2, VersionsPerPolicy: 5, Tags: 2,
		ManagedPolicySize: len(allow), TrustPolicySize: len(ec2), UserInlineSize: len(allow), GroupInlineSize: len(allow), RoleInlineSize: len(allow),
	}
	f.user("u")
	f.group("g")
	f.group("h")
	f.role("r")
	one, two := f.policy("one"), f.policy("two")
	_, err := f.CreateInstanceProfile(f.env, "p", "", nil)
	f.ok(err)
	for range 2 {
		_, err := f.CreateAccessKey(f.env, "u")
		f.ok(err)
	}
	f.ok(f.AddUserToGroup(f.env, "g", "u"))
	for k, name := range map[Kind]string{UserKind: "u", GroupKind: "g", RoleKind: "r"} {
		f.ok(f.AttachPolicy(f.env, k, name, one))
		f.ok(f.AttachPolicy(f.env, k, name, one)) // twice is once
		f.ok(f.PutInlinePolicy(f.env, k, name, "a", allow))
		f.ok(f.PutInlinePolicy(f.env, k, name, "a", strings.ReplaceAll(allow, ",", " ,\n\t"))) // white space does not count
	}
	long := strings.Replace(allow, "s3:*", "s3:Get*", 1)
	longTrust := strings.Replace(ec2, "ec2", "ecs-tasks", 1)

	_, user := f.CreateUser(f.env, UserSpec{Name: "v"})
	_, group := f.CreateGroup(f.env, "i", "")
	_, role := f.CreateRole(f.env, RoleSpec{Name: "s", Trust: ec2}, Alone)
	_, policy := f.CreatePolicy(f.env, PolicySpec{Name: "three", Document: allow})
	_, profile := f.CreateInstanceProfile(f.env, "q", "", nil)
	_, key := f.CreateAccessKey(f.env, "U")
	_, version := f.CreatePolicyVersion(f.env, one, long, false)
	for want, err := range map[string]error{
		"UsersPerAccount: 1": user, "GroupsPerAccount: 2": group, "RolesPerAccount: 1": role, "PoliciesPerAccount: 2": policy,
		"InstanceProfilesPerAccount: 1": profile, "AccessKeysPerUser: 2": key, "GroupsPerUser: 1": f.AddUserToGroup(f.env, "h", "u"),
		"PoliciesPerUser: 1":                        f.AttachPolicy(f.env, UserKind, "u", two),
		"PoliciesPerGroup: 1":                       f.AttachPolicy(f.env, GroupKind, "g", two),
		"PoliciesPerRole: 1":                        f.AttachPolicy(f.env, RoleKind, "r", two),
		fmt.Sprintf("PolicySize: %d", len(allow)):   version,
		fmt.Sprintf("ACLSizePerRole: %d", len(ec2)): f.UpdateTrust(f.env, "r", longTrust, Alone),
	} {
		f.refused(err, fault.LimitExceeded, "Cannot exceed quota for "+want)
	}
	for k, name := range map[Kind]string{UserKind: "u", GroupKind: "g", RoleKind: "r"} {
		f.refused(f.PutInlinePolicy(f.env, k, name, "b", allow), fault.LimitExceeded,
			fmt.Sprintf("Maximum policy size of %d bytes exceeded for %s %s", len(allow), k, name))
	}
	f.refused(f.Tag(f.env, UserKind, "u", []Tag{{"a", ""}, {"b", ""}, {"c", ""}}), fault.LimitExceeded, "The number of tags has reached the maximum limit.")
}

func TestRenamesKeepWhatBelongs(t *testing.T) {
	f := newFixture(t)
	u := f.user("ann")
	f.group("devs")
	f.group("ops")
	f.ok(f.AddUserToGroup(f.env, "devs", "ann"))
	f.ok(f.AddUserToGroup(f.env, "ops", "ann"))
	k, err := f.CreateAccessKey(f.env, "ann")
	f.ok(err)

	f.ok(f.UpdateUser("ann", "Bea", "/x/"))
	f.ok(f.UpdateGroup("devs", "Engineers", "/y/"))
	moved, err := f.FindUser("bea")
	f.ok(err)
	if moved.UniqueID != u.UniqueID || f.UserARN(moved) != "arn:aws:iam::111122223333:user/x/Bea" {
		t.Errorf("the user became %+v", moved)
	}
	if _, ok := f.User("ann"); ok {
		t.Error("the old name is still taken")
	}
	if key, _ := f.Key(k.ID); key.User != "bea" {
		t.Errorf("the key belongs to %q", key.User)
	}
	groups := f.GroupsOf(moved)
	if len(groups) != 2 || f.GroupARN(groups[0]) != "arn:aws:iam::111122223333:group/y/Engineers" || groups[1].Name != "ops" {
		t.Errorf("the user is in %v", groups)
	}
	f.ok(f.UpdateUser("bea", "BEA", "")) // only the case
	f.user("cid")
	f.refused(f.UpdateUser("cid", "bea", ""), fault.EntityAlreadyExists, "User with name bea already exists.")
	f.refused(f.UpdateGroup("ops", "engineers", ""), fault.EntityAlreadyExists, "Group with name engineers already exists.")
	f.refused(f.RemoveUserFromGroup("ops", "cid"), fault.NoSuchEntity, "The user with name cid cannot be found.")
}

func TestTags(t *testing.T) {
	f := newFixture(t)
	f.user("u")
	f.ok(f.Tag(f.env, UserKind, "u", []Tag{{"Team", "a"}, {"env", "x"}}))
	f.ok(f.Tag(f.env, UserKind, "u", []Tag{{"team", "b"}}))
	f.ok(f.Untag(UserKind, "u", []string{"ENV", "none"}))
	u, _ := f.User("u")
	if len(u.Tags) != 1 || u.Tags["team"] != "b" {
		t.Errorf("tags are %v", u.Tags)
	}
	f.refused(f.Tag(f.env, UserKind, "u", []Tag{{"a", "1"}, {"A", "2"}}), fault.InvalidInput,
		"Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	if err := f.Tag(f.env, UserKind, "u", []Tag{{"aws:x", "1"}}); !fault.Is(err, fault.InvalidInput) {
		t.Errorf("a system tag: %v", err)
	}
}
