//lint:file-ignore SA1019 the API model served has PackedPolicySize; only the newest SDK prefers another name

package sts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"umbel/internal/testenv"
)

func iamTags(kv ...string) []iamtypes.Tag {
	var tags []iamtypes.Tag
	for i := 0; i < len(kv); i += 2 {
		tags = append(tags, iamtypes.Tag{Key: &kv[i], Value: &kv[i+1]})
	}
	return tags
}

func stsTags(kv ...string) []types.Tag {
	var tags []types.Tag
	for i := 0; i < len(kv); i += 2 {
		tags = append(tags, types.Tag{Key: &kv[i], Value: &kv[i+1]})
	}
	return tags
}

var everything = []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}

func TestChainingLastsAnHour(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:AssumeRole"))
	root := "arn:aws:iam::" + w.account + ":root"
	name, document, long := "long", trust(root, ""), int32(43200)
	arn := w.role(w.admin, iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &document, MaxSessionDuration: &long}, allow("sts:AssumeRole"))
	out, first := w.assume(alice, sts.AssumeRoleInput{RoleArn: &arn, DurationSeconds: &long})
	if left := time.Until(*out.Credentials.Expiration); left < 11*time.Hour {
		t.Errorf("a user's session lasts %v", left)
	}
	w.assume(first, sts.AssumeRoleInput{RoleArn: &arn, DurationSeconds: aws.Int32(3600)})
	_, err := assumeRole(t.Context(), first, sts.AssumeRoleInput{RoleArn: &arn, DurationSeconds: aws.Int32(3601)})
	refused(t, err, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
}

func TestSessionPolicies(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:AssumeRole"))
	arn := w.simpleRole("wide", trust("arn:aws:iam::"+w.account+":root", ""), allow("iam:ListUsers", "iam:ListRoles"))
	managed, err := iam.NewFromConfig(w.admin).CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("roles-only"), PolicyDocument: aws.String(allow("iam:ListRoles", "iam:ListGroups"))})
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]sts.AssumeRoleInput{
		"inline":  {Policy: aws.String(allow("iam:ListRoles", "iam:ListGroups"))},
		"managed": {PolicyArns: []types.PolicyDescriptorType{{Arn: managed.Policy.Arn}}},
	} {
		t.Run(name, func(t *testing.T) {
			in.RoleArn = &arn
			out, session := w.assume(alice, in)
			if out.PackedPolicySize == nil || *out.PackedPolicySize < 1 || *out.PackedPolicySize > 100 {
				t.Errorf("packed policy size %v", out.PackedPolicySize)
			}
			client := iam.NewFromConfig(session)
			if _, err := client.ListRoles(t.Context(), &iam.ListRolesInput{}); err != nil {
				t.Errorf("in both: %v", err)
			}
			_, err := client.ListUsers(t.Context(), &iam.ListUsersInput{})
			refused(t, err, "AccessDenied", "because no session policy allows the iam:ListUsers action")
			_, err = client.ListGroups(t.Context(), &iam.ListGroupsInput{})
			refused(t, err, "AccessDenied", "because no identity-based policy allows the iam:ListGroups action")
		})
	}
}

func TestSessionTags(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:*"))
	root := "arn:aws:iam::" + w.account + ":root"
	byTag := `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"a"}}},
		{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":"*"}]}`
	first := w.simpleRole("first", trust(root, "", everything...), byTag)
	second := w.simpleRole("second", trust(root, "", everything...), byTag)
	untagged := w.simpleRole("untagged", trust(root, ""), byTag)

	_, err := assumeRole(t.Context(), alice, sts.AssumeRoleInput{RoleArn: &untagged, Tags: stsTags("team", "a")})
	notAuthorized(t, err, "arn:aws:iam::"+w.account+":user/alice", "sts:TagSession", untagged)

	out, a := w.assume(alice, sts.AssumeRoleInput{RoleArn: &first, Tags: stsTags("team", "a", "cost", "1"), TransitiveTagKeys: []string{"team"}})
	if out.PackedPolicySize == nil {
		t.Error("tags take no room")
	}
	_, b := w.assume(a, sts.AssumeRoleInput{RoleArn: &second, Tags: stsTags("cost", "2")})
	_, plain := w.assume(alice, sts.AssumeRoleInput{RoleArn: &first, Tags: stsTags("team", "b")})
	for name, cfg := range map[string]aws.Config{"tagged": a, "tag handed down": b} {
		if _, err := iam.NewFromConfig(cfg).ListUsers(t.Context(), &iam.ListUsersInput{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = iam.NewFromConfig(plain).ListUsers(t.Context(), &iam.ListUsersInput{})
	refused(t, err, "AccessDenied", "iam:ListUsers")

	_, err = assumeRole(t.Context(), a, sts.AssumeRoleInput{RoleArn: &second, Tags: stsTags("Team", "b")})
	refused(t, err, "InvalidParameterValue", "conflicts with a transitive tag key from the calling session")
	_, err = assumeRole(t.Context(), a, sts.AssumeRoleInput{RoleArn: &untagged})
	notAuthorized(t, err, w.whoami(a), "sts:TagSession", untagged)
}

func TestTagsAsCondition(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:*"))
	arn := w.simpleRole("picky", trust("arn:aws:iam::"+w.account+":root", `{"StringEquals":{"aws:RequestTag/team":["a","b"]},"ForAllValues:StringEquals":{"aws:TagKeys":["team"],"sts:TransitiveTagKeys":["team"]}}`, everything...), "")
	w.assume(alice, sts.AssumeRoleInput{RoleArn: &arn, Tags: stsTags("team", "b"), TransitiveTagKeys: []string{"team"}})
	for name, tags := range map[string][]types.Tag{"another value": stsTags("team", "c"), "another key": stsTags("team", "a", "cost", "1"), "none": nil} {
		if _, err := assumeRole(t.Context(), alice, sts.AssumeRoleInput{RoleArn: &arn, Tags: tags}); err == nil {
			t.Errorf("%s: assumed", name)
		}
	}
}

func TestSourceIdentitySticks(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:*"))
	root := "arn:aws:iam::" + w.account + ":root"
	first := w.simpleRole("first", trust(root, `{"StringLike":{"sts:SourceIdentity":"*"}}`, everything...), allow("sts:AssumeRole", "sts:SetSourceIdentity"))
	second := w.simpleRole("second", trust(root, `{"StringEquals":{"aws:SourceIdentity":"alice"}}`, everything...), "")
	forgetful := w.simpleRole("forgetful", trust(root, ""), "")

	_, err := assumeRole(t.Context(), alice, sts.AssumeRoleInput{RoleArn: &first})
	notAuthorized(t, err, "arn:aws:iam::"+w.account+":user/alice", "sts:AssumeRole", first)
	out, a := w.assume(alice, sts.AssumeRoleInput{RoleArn: &first, SourceIdentity: aws.String("alice")})
	if aws.ToString(out.SourceIdentity) != "alice" {
		t.Errorf("source identity %v", out.SourceIdentity)
	}
	out, _ = w.assume(a, sts.AssumeRoleInput{RoleArn: &second})
	if aws.ToString(out.SourceIdentity) != "alice" {
		t.Errorf("inherited source identity %v", out.SourceIdentity)
	}
	_, err = assumeRole(t.Context(), a, sts.AssumeRoleInput{RoleArn: &second, SourceIdentity: aws.String("bob")})
	refused(t, err, "AccessDenied", "")
	_, err = assumeRole(t.Context(), a, sts.AssumeRoleInput{RoleArn: &forgetful})
	notAuthorized(t, err, w.whoami(a), "sts:SetSourceIdentity", forgetful)
}

func TestAssumeRoleAcrossAccounts(t *testing.T) {
	w := start(t)
	o := w.CreateOrganization("")
	member := o.Account("", "member")
	access := "arn:aws:iam::" + member + ":role/OrganizationAccountAccessRole"
	out, session := w.assume(w.admin, sts.AssumeRoleInput{RoleArn: &access})
	if want := "arn:aws:sts::" + member + ":assumed-role/OrganizationAccountAccessRole/s1"; *out.AssumedRoleUser.Arn != want || w.whoami(session) != want {
		t.Errorf("got %s, want %s", *out.AssumedRoleUser.Arn, want)
	}
	if err := w.SignUp("", "outsider", "outsider@example.com"); err != nil {
		t.Fatal(err)
	}
	outsider := w.Administrator("outsider")
	_, err := assumeRole(t.Context(), outsider, sts.AssumeRoleInput{RoleArn: &access})
	notAuthorized(t, err, w.whoami(outsider), "sts:AssumeRole", access)
	if strings.Contains(err.Error(), "because") {
		t.Errorf("an outsider is told why: %v", err)
	}

	// Both sides have to agree: the trust policy, and the policies of the one who calls.
	ids := w.whoami(outsider)
	outside := strings.Split(ids, ":")[4]
	partner := w.role(session, iam.CreateRoleInput{RoleName: aws.String("partner"), AssumeRolePolicyDocument: aws.String(trust("arn:aws:iam::"+outside+":root", ""))}, "")
	w.assume(outsider, sts.AssumeRoleInput{RoleArn: &partner})
	carol := w.User(outsider, "carol", "")
	_, err = assumeRole(t.Context(), carol, sts.AssumeRoleInput{RoleArn: &partner})
	notAuthorized(t, err, "arn:aws:iam::"+outside+":user/carol", "sts:AssumeRole", partner)

	// A resource control policy binds by the role's account, whoever calls: outsiders and other organizations.
	perimeter := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"` + o.ID + `"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}]}`
	o.Policy(orgtypes.PolicyTypeResourceControlPolicy, "perimeter", perimeter, o.Root)
	_, err = assumeRole(t.Context(), outsider, sts.AssumeRoleInput{RoleArn: &partner})
	notAuthorized(t, err, w.whoami(outsider), "sts:AssumeRole", partner)
	w.CreateOrganization(outside)
	_, err = assumeRole(t.Context(), outsider, sts.AssumeRoleInput{RoleArn: &partner})
	notAuthorized(t, err, w.whoami(outsider), "sts:AssumeRole", partner)
	w.assume(w.admin, sts.AssumeRoleInput{RoleArn: &access})
}

func TestAssumeRoleUnderServiceControl(t *testing.T) {
	w := start(t)
	o := w.CreateOrganization("")
	a, b := o.Account("", "a"), o.Account("", "b")
	inA := w.Role(a, "")
	open := trust("arn:aws:iam::"+a+":root", "")
	target := w.role(w.Role(b, ""), iam.CreateRoleInput{RoleName: aws.String("target"), AssumeRolePolicyDocument: &open}, "")
	w.assume(inA, sts.AssumeRoleInput{RoleArn: &target})
	id := o.Policy(orgtypes.PolicyTypeServiceControlPolicy, "no-assume", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}]}`, a)
	_, err := assumeRole(t.Context(), inA, sts.AssumeRoleInput{RoleArn: &target})
	notAuthorized(t, err, w.whoami(inA), "sts:AssumeRole", target+" with an explicit deny in a service control policy: arn:aws:organizations::"+w.account+":policy/"+o.ID+"/service_control_policy/"+id)
	w.assume(w.admin, sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + a + ":role/OrganizationAccountAccessRole")})
}

func TestRolesOfAClosedAccount(t *testing.T) {
	w := start(t)
	o := w.CreateOrganization("")
	member := o.Account("", "member")
	access := "arn:aws:iam::" + member + ":role/OrganizationAccountAccessRole"
	_, inside := w.assume(w.admin, sts.AssumeRoleInput{RoleArn: &access})
	if _, err := o.CloseAccount(t.Context(), &organizations.CloseAccountInput{AccountId: &member}); err != nil {
		t.Fatal(err)
	}
	w.Settle()
	_, err := assumeRole(t.Context(), w.admin, sts.AssumeRoleInput{RoleArn: &access})
	notAuthorized(t, err, w.whoami(w.admin), "sts:AssumeRole", access)
	if _, err := sts.NewFromConfig(inside).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err == nil {
		t.Error("a session of a closed account still calls")
	}
}

func TestTrustedAccountKeysAssumeRoles(t *testing.T) {
	w := start(t, testenv.TrustAccountKeys())
	arn := w.simpleRole("open", trust("arn:aws:iam::"+w.account+":root", ""), "")
	w.assume(w.Keys("test", "test", ""), sts.AssumeRoleInput{RoleArn: &arn})
	w.assume(w.Keys(w.account, "test", ""), sts.AssumeRoleInput{RoleArn: &arn})
}
