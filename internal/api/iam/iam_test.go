package iam_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"umbel/internal/testenv"
)

var ctx = context.Background()

const (
	account = "111122223333"
	allow   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	ec2     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	denyAll = "arn:aws:iam::aws:policy/AWSDenyAll"
)

func ptr[T any](v T) *T { return &v }

// must unwraps a result that must be there.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused checks an error's code and, unless it is empty, its text.
func refused(t testing.TB, err error, code, text string) {
	t.Helper()
	var api smithy.APIError
	switch {
	case !errors.As(err, &api) || api.ErrorCode() != code:
		t.Errorf("got %v, want %s", err, code)
	case text != "" && api.ErrorMessage() != text:
		t.Errorf("got  %s\nwant %s", api.ErrorMessage(), text)
	}
}

// fixture is an account with one of everything.
type fixture struct {
	*sdk.Client
	*testing.T
	server *testenv.Server
	names
}

// names are what calls are made on.
type names struct {
	user, group, role, linked, profile string
	policy                             string // ARN
	key, task                          string
}

func newFixture(t *testing.T, options ...testenv.Option) *fixture {
	t.Helper()
	s := testenv.Start(t, append(options, testenv.FirstAccount(account))...)
	f := &fixture{Client: sdk.NewFromConfig(s.Administrator("")), T: t, server: s}
	f.names = names{user: "ann", group: "devs", role: "deploy", linked: "AWSServiceRoleForSupport", profile: "web", policy: "arn:aws:iam::111122223333:policy/team/read"}
	f.ok(call(f.CreateUser, sdk.CreateUserInput{UserName: &f.user, Path: aws.String("/team/")}))
	f.ok(call(f.CreateGroup, sdk.CreateGroupInput{GroupName: &f.group}))
	f.ok(call(f.CreateRole, sdk.CreateRoleInput{RoleName: &f.role, AssumeRolePolicyDocument: aws.String(ec2)}))
	f.ok(call(f.CreateServiceLinkedRole, sdk.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("support.amazonaws.com")}))
	f.ok(call(f.CreateInstanceProfile, sdk.CreateInstanceProfileInput{InstanceProfileName: &f.profile}))
	f.ok(call(f.CreatePolicy, sdk.CreatePolicyInput{PolicyName: aws.String("read"), Path: aws.String("/team/"), PolicyDocument: aws.String(allow)}))
	f.key = *must[*sdk.CreateAccessKeyOutput](t)(f.CreateAccessKey(ctx, &sdk.CreateAccessKeyInput{UserName: &f.user})).AccessKey.AccessKeyId
	f.task = "task/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport/0d0f5a51-0000-4000-8000-000000000000"
	return f
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// speaker gives a client for a new user with an inline policy ("" for none).
func (f *fixture) speaker(name, policy string) *sdk.Client {
	f.Helper()
	return sdk.NewFromConfig(f.server.User(f.server.Administrator(""), name, policy))
}

// call makes a call whose result does not matter.
func call[In, Out any](fn func(context.Context, *In, ...func(*sdk.Options)) (*Out, error), in In) error {
	_, err := fn(ctx, &in)
	return err
}

func tags(pairs ...string) []types.Tag {
	var out []types.Tag
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	return out
}
