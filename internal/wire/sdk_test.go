package wire

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdkiam "github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	sdkorg "github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"

	"umbel/internal/fault"
	"umbel/internal/model"
	"umbel/internal/model/iam"
	"umbel/internal/model/organizations"
)

// serve answers every call with what answer gives for it.
func serve(t *testing.T, answer func(op *model.Operation, in any) (any, error)) aws.Config {
	t.Helper()
	router := NewRouter(allServices(t))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		req := &Request{Method: r.Method, Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Header: r.Header, Body: body}
		svc, op, err := router.Route(req, "")
		if err != nil {
			EncodeError(svc, op, err, "req-1", w)
			return
		}
		in, _ := newTypes(t, op)
		if err := Decode(op, req, in); err != nil {
			EncodeError(svc, op, err, "req-1", w)
			return
		}
		out, err := answer(op, in)
		if err != nil {
			EncodeError(svc, op, err, "req-1", w)
			return
		}
		Encode(op, out, "req-1", w)
	}))
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIAABCDEFGHIJKLMNOP", "secret", ""),
	}
}

func TestSDKReadsOutputs(t *testing.T) {
	joined := time.Date(2026, 11, 21, 5, 6, 7, 890_000_000, time.UTC)
	cfg := serve(t, func(op *model.Operation, in any) (any, error) {
		switch in := in.(type) {
		case *organizations.DescribeAccountInput:
			return &organizations.DescribeAccountOutput{Account: &organizations.Account{Id: in.AccountId, Name: ptr("é<\n>"), JoinedTimestamp: &joined}}, nil
		case *iam.CreateUserInput:
			return &iam.CreateUserOutput{User: &iam.User{UserName: in.UserName, CreateDate: &joined, Tags: in.Tags}}, nil
		}
		return nil, fault.New(fault.NotOffered, "")
	})
	acc, err := sdkorg.NewFromConfig(cfg).DescribeAccount(t.Context(), &sdkorg.DescribeAccountInput{AccountId: ptr("111122223333")})
	if err != nil || *acc.Account.Id != "111122223333" || *acc.Account.Name != "é<\n>" || !acc.Account.JoinedTimestamp.Equal(joined) {
		t.Errorf("%+v: %v", acc, err)
	}
	user, err := sdkiam.NewFromConfig(cfg).CreateUser(t.Context(), &sdkiam.CreateUserInput{UserName: ptr("ann"), Tags: []iamtypes.Tag{{Key: ptr("k"), Value: ptr("a b+é")}}})
	if err != nil || *user.User.UserName != "ann" || *user.User.Tags[0].Value != "a b+é" || !user.User.CreateDate.Equal(joined.Truncate(time.Second)) {
		t.Errorf("%+v: %v", user, err)
	}
}

func TestSDKReadsErrors(t *testing.T) {
	var next error
	cfg := serve(t, func(*model.Operation, any) (any, error) { return nil, next })
	org, users := sdkorg.NewFromConfig(cfg), sdkiam.NewFromConfig(cfg)

	next = fault.New(fault.NotInOrganization, "")
	_, err := org.ListAccounts(t.Context(), &sdkorg.ListAccountsInput{})
	var unused *orgtypes.AWSOrganizationsNotInUseException
	if !errors.As(err, &unused) || unused.ErrorMessage() != "Your account is not a member of an organization." {
		t.Errorf("%v", err)
	}
	next = fault.WithReason(fault.ConstraintViolation, "OU_DEPTH_LIMIT_EXCEEDED", "Too deep.")
	_, err = org.ListAccounts(t.Context(), &sdkorg.ListAccountsInput{})
	var constraint *orgtypes.ConstraintViolationException
	if !errors.As(err, &constraint) || constraint.Reason != orgtypes.ConstraintViolationExceptionReasonOuDepthLimitExceeded {
		t.Errorf("%v", err)
	}
	_, err = org.ListAccounts(t.Context(), &sdkorg.ListAccountsInput{MaxResults: ptr(int32(21))})
	var input *orgtypes.InvalidInputException
	if !errors.As(err, &input) || input.Reason != orgtypes.InvalidInputExceptionReasonMaxValueExceeded {
		t.Errorf("%v", err)
	}
	next = fault.New(fault.NoSuchEntity, "The user with name ann cannot be found.")
	_, err = users.GetUser(t.Context(), &sdkiam.GetUserInput{UserName: ptr("ann")})
	var missing *iamtypes.NoSuchEntityException
	if !errors.As(err, &missing) || missing.ErrorMessage() != "The user with name ann cannot be found." {
		t.Errorf("%v", err)
	}
	next = fault.New(fault.NotOffered, "")
	_, err = users.ListVirtualMFADevices(t.Context(), &sdkiam.ListVirtualMFADevicesInput{})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "NotImplemented" || api.ErrorMessage() != "Umbel does not serve ListVirtualMFADevices of AWS Identity and Access Management." {
		t.Errorf("%v", err)
	}
}
