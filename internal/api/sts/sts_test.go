//lint:file-ignore SA1019 the API model served has PackedPolicySize; only the newest SDK prefers another name

package sts_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"umbel/internal/testenv"
)

// world is a server with one account, its administrator, and what the tests make in it.
type world struct {
	*testing.T
	*testenv.Server
	account string
	admin   aws.Config
}

func start(t *testing.T, options ...testenv.Option) *world {
	t.Helper()
	s := testenv.Start(t, options...)
	return &world{T: t, Server: s, account: string(s.First), admin: s.Administrator("")}
}

// allow is an identity policy that allows the actions everywhere.
func allow(actions ...string) string {
	raw, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{
		map[string]any{"Effect": "Allow", "Action": actions, "Resource": "*"},
	}})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// trust is a trust policy that lets a principal in; condition may be empty.
func trust(principal, condition string, actions ...string) string {
	if len(actions) == 0 {
		actions = []string{"sts:AssumeRole"}
	}
	names, err := json.Marshal(actions)
	if err != nil {
		panic(err)
	}
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":` + string(names) + condition + `}]}`
}

// role makes a role in the account that cfg speaks for, with an inline policy ("" for none), and gives its ARN.
func (w *world) role(cfg aws.Config, in iam.CreateRoleInput, policy string) string {
	w.Helper()
	client := iam.NewFromConfig(cfg)
	out, err := client.CreateRole(w.Context(), &in)
	if err != nil {
		w.Fatalf("create role: %v", err)
	}
	if policy != "" {
		_, err := client.PutRolePolicy(w.Context(), &iam.PutRolePolicyInput{RoleName: in.RoleName, PolicyName: aws.String("inline"), PolicyDocument: &policy})
		if err != nil {
			w.Fatalf("put role policy: %v", err)
		}
	}
	return *out.Role.Arn
}

func (w *world) simpleRole(name, trust, policy string) string {
	w.Helper()
	return w.role(w.admin, iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust}, policy)
}

// assume assumes a role and gives what came back and the configuration that speaks as the session.
func (w *world) assume(cfg aws.Config, in sts.AssumeRoleInput) (*sts.AssumeRoleOutput, aws.Config) {
	w.Helper()
	out, err := assumeRole(w.Context(), cfg, in)
	if err != nil {
		w.Fatalf("assume %s: %v", *in.RoleArn, err)
	}
	return out, w.speak(out.Credentials)
}

func (w *world) speak(c *types.Credentials) aws.Config {
	return w.Keys(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

func assumeRole(ctx context.Context, cfg aws.Config, in sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	if in.RoleSessionName == nil {
		in.RoleSessionName = aws.String("s1")
	}
	return sts.NewFromConfig(cfg).AssumeRole(ctx, &in)
}

// refused checks an error's code and that its message contains the text.
func refused(t *testing.T, err error, code, text string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	if api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), text) {
		t.Errorf("got %s: %s\nwant %s: …%s…", api.ErrorCode(), api.ErrorMessage(), code, text)
	}
}

// notAuthorized checks a refusal of AssumeRole.
func notAuthorized(t *testing.T, err error, caller, action, resource string) {
	t.Helper()
	refused(t, err, "AccessDenied", "User: "+caller+" is not authorized to perform: "+action+" on resource: "+resource)
}

// whoami gives the ARN that GetCallerIdentity tells.
func (w *world) whoami(cfg aws.Config) string {
	w.Helper()
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(w.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		w.Fatalf("who am I: %v", err)
	}
	return *out.Arn
}

// late signs at the time of the server's clock, as a client does that lives then.
type late struct{ now func() time.Time }

func (l late) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, opts ...func(*v4.SignerOptions)) error {
	return v4.NewSigner().SignHTTP(ctx, c, r, hash, service, region, l.now(), opts...)
}

func TestGetCallerIdentity(t *testing.T) {
	w := start(t)
	denyAll := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	alice := w.User(w.admin, "alice", denyAll)
	for name, c := range map[string]struct {
		cfg     aws.Config
		arn, id string
	}{
		"user, explicitly denied everything": {alice, "arn:aws:iam::" + w.account + ":user/alice", "AIDA"},
		"role session":                       {w.admin, "arn:aws:sts::" + w.account + ":assumed-role/UmbelAdministrator/", "AROA"},
		"root user":                          {w.Root(w.account), "arn:aws:iam::" + w.account + ":root", w.account},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := sts.NewFromConfig(c.cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(*out.Arn, c.arn) || !strings.HasPrefix(*out.UserId, c.id) || *out.Account != w.account {
				t.Errorf("got %s, %s, %s", *out.Arn, *out.UserId, *out.Account)
			}
		})
	}
}

func TestAssumeRoleResult(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:AssumeRole"))
	path := "/ci/team/"
	name, document := "Deployer", trust("arn:aws:iam::"+w.account+":root", "")
	arn := w.role(w.admin, iam.CreateRoleInput{RoleName: &name, Path: &path, AssumeRolePolicyDocument: &document}, allow("iam:ListUsers"))
	before := time.Now()
	out, session := w.assume(alice, sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("a.b@c")})
	want := "arn:aws:sts::" + w.account + ":assumed-role/Deployer/a.b@c"
	if *out.AssumedRoleUser.Arn != want || w.whoami(session) != want {
		t.Errorf("session is %s and says it is %s; want %s", *out.AssumedRoleUser.Arn, w.whoami(session), want)
	}
	if id := *out.AssumedRoleUser.AssumedRoleId; !strings.HasPrefix(id, "AROA") || !strings.HasSuffix(id, ":a.b@c") {
		t.Errorf("assumed role ID %s", id)
	}
	if out.PackedPolicySize != nil || out.SourceIdentity != nil {
		t.Errorf("packed size %v, source identity %v: nothing was passed", out.PackedPolicySize, out.SourceIdentity)
	}
	if left := out.Credentials.Expiration.Sub(before); left < 59*time.Minute || left > 61*time.Minute {
		t.Errorf("expires in %v, want an hour", left)
	}
	if _, err := iam.NewFromConfig(session).ListUsers(t.Context(), &iam.ListUsersInput{}); err != nil {
		t.Errorf("what the role allows: %v", err)
	}
	_, err := iam.NewFromConfig(session).ListRoles(t.Context(), &iam.ListRolesInput{})
	refused(t, err, "AccessDenied", "User: "+want+" is not authorized to perform: iam:ListRoles")
}

func TestAssumeRoleRefused(t *testing.T) {
	w := start(t)
	user := func(name string) string { return "arn:aws:iam::" + w.account + ":user/" + name }
	alice := w.User(w.admin, "alice", allow("sts:AssumeRole"))
	bob := w.User(w.admin, "bob", "")
	account := "arn:aws:iam::" + w.account + ":root"
	open := w.simpleRole("open", trust(account, ""), "")
	named := w.simpleRole("named", trust(user("bob"), ""), "")
	service := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	servant := w.simpleRole("servant", service, "")

	w.assume(bob, sts.AssumeRoleInput{RoleArn: &named}) // named directly: needs no policy of its own
	for name, c := range map[string]struct {
		cfg          aws.Config
		caller, role string
	}{
		"the account is trusted, the user not allowed": {bob, user("bob"), open},
		"another user is trusted":                      {alice, user("alice"), named},
		"a service is trusted":                         {alice, user("alice"), servant},
		"no such role":                                 {alice, user("alice"), "arn:aws:iam::" + w.account + ":role/none"},
		"another path":                                 {alice, user("alice"), "arn:aws:iam::" + w.account + ":role/x/open"},
		"another case":                                 {alice, user("alice"), "arn:aws:iam::" + w.account + ":role/OPEN"},
		"no such account":                              {alice, user("alice"), "arn:aws:iam::999999999999:role/open"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := assumeRole(t.Context(), c.cfg, sts.AssumeRoleInput{RoleArn: &c.role})
			notAuthorized(t, err, c.caller, "sts:AssumeRole", c.role)
			if !strings.HasSuffix(err.Error(), "on resource: "+c.role) {
				t.Errorf("a reason tells whether there is such a role: %v", err)
			}
		})
	}
	_, err := assumeRole(t.Context(), w.Root(w.account), sts.AssumeRoleInput{RoleArn: &open})
	refused(t, err, "AccessDenied", "Roles may not be assumed by root accounts.")
}

func TestAssumeRoleBadInput(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:*"))
	open := w.simpleRole("open", trust("arn:aws:iam::"+w.account+":root", "", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"), "")
	for name, c := range map[string]struct {
		in         sts.AssumeRoleInput
		code, text string
	}{
		"no ARN":             {sts.AssumeRoleInput{RoleArn: aws.String("open-and-long-enough")}, "ValidationError", "Request ARN is invalid"},
		"a user's ARN":       {sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + w.account + ":user/alice")}, "ValidationError", "Request ARN is invalid"},
		"session name":       {sts.AssumeRoleInput{RoleSessionName: aws.String("a b")}, "ValidationError", "roleSessionName"},
		"too short":          {sts.AssumeRoleInput{DurationSeconds: aws.Int32(899)}, "ValidationError", "durationSeconds"},
		"too long":           {sts.AssumeRoleInput{DurationSeconds: aws.Int32(43201)}, "ValidationError", "durationSeconds"},
		"over the role's":    {sts.AssumeRoleInput{DurationSeconds: aws.Int32(3601)}, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		"policy is no JSON":  {sts.AssumeRoleInput{Policy: aws.String("{")}, "MalformedPolicyDocument", "This policy contains invalid Json"},
		"policy has no rule": {sts.AssumeRoleInput{Policy: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Action":"*","Resource":"*"}]}`)}, "MalformedPolicyDocument", ""},
		"policy too long":    {sts.AssumeRoleInput{Policy: aws.String(allow(strings.Repeat("s3:GetObject", 200)))}, "ValidationError", "length less than or equal to 2048"},
		"policy unknown":     {sts.AssumeRoleInput{PolicyArns: []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::" + w.account + ":policy/none")}}}, "ValidationError", "policy/none"},
		"tags twice":         {sts.AssumeRoleInput{Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("A"), Value: aws.String("2")}}}, "InvalidParameterValue", "Duplicate tag keys found."},
		"transitive, not passed": {sts.AssumeRoleInput{Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}, TransitiveTagKeys: []string{"b"}},
			"InvalidParameterValue", "The specified transitive tag key must be included in the requested tags."},
		"MFA": {sts.AssumeRoleInput{SerialNumber: aws.String("arn:aws:iam::" + w.account + ":mfa/alice"), TokenCode: aws.String("123456")}, "AccessDenied", "MultiFactorAuthentication failed"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.in.RoleArn == nil {
				c.in.RoleArn = &open
			}
			_, err := assumeRole(t.Context(), alice, c.in)
			refused(t, err, c.code, c.text)
		})
	}
}

func TestExternalID(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:AssumeRole"))
	arn := w.simpleRole("vendor", trust("arn:aws:iam::"+w.account+":root", `{"StringEquals":{"sts:ExternalId":"s3cret:/x"}}`), "")
	w.assume(alice, sts.AssumeRoleInput{RoleArn: &arn, ExternalId: aws.String("s3cret:/x")})
	for _, id := range []*string{nil, aws.String("S3CRET:/x")} {
		_, err := assumeRole(t.Context(), alice, sts.AssumeRoleInput{RoleArn: &arn, ExternalId: id})
		notAuthorized(t, err, "arn:aws:iam::"+w.account+":user/alice", "sts:AssumeRole", arn)
	}
}

func TestSessionNameAsCondition(t *testing.T) {
	w := start(t)
	alice := w.User(w.admin, "alice", allow("sts:AssumeRole"))
	arn := w.simpleRole("named-sessions", trust("arn:aws:iam::"+w.account+":root", `{"StringEquals":{"sts:RoleSessionName":"${aws:username}"}}`), "")
	w.assume(alice, sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("alice")})
	_, err := assumeRole(t.Context(), alice, sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("mallory")})
	notAuthorized(t, err, "arn:aws:iam::"+w.account+":user/alice", "sts:AssumeRole", arn)
}

func TestRoleTagAsCondition(t *testing.T) {
	w := start(t)
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/team":"a","aws:ResourceTag/team":"a"}}}]}`
	alice := w.User(w.admin, "alice", policy)
	if _, err := iam.NewFromConfig(w.admin).CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("tagged"), AssumeRolePolicyDocument: aws.String(trust("arn:aws:iam::"+w.account+":root", "")), Tags: iamTags("team", "a"),
	}); err != nil {
		t.Fatal(err)
	}
	plain := w.simpleRole("plain", trust("arn:aws:iam::"+w.account+":root", ""), "")
	tagged := "arn:aws:iam::" + w.account + ":role/tagged"
	w.assume(alice, sts.AssumeRoleInput{RoleArn: &tagged})
	_, err := assumeRole(t.Context(), alice, sts.AssumeRoleInput{RoleArn: &plain})
	notAuthorized(t, err, "arn:aws:iam::"+w.account+":user/alice", "sts:AssumeRole", plain)
}
