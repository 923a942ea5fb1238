package wire

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/fault"
	"umbel/internal/model"
	"umbel/internal/model/iam"
	"umbel/internal/model/organizations"
	"umbel/internal/model/sts"
)

// load gives a service and one of its operations.
func load(t testing.TB, service, operation string) (*model.Service, *model.Operation) {
	t.Helper()
	svc, err := model.Load(service)
	if err != nil {
		t.Fatal(err)
	}
	op := svc.Operations[operation]
	if op == nil {
		t.Fatalf("no operation %s", operation)
	}
	return svc, op
}

func ptr[T any](v T) *T { return &v }

// jsonRequest is an awsJson request as the SDKs make them.
func jsonRequest(op *model.Operation, body string) *Request {
	return &Request{Method: "POST", Path: "/", Body: []byte(body), Header: http.Header{
		"X-Amz-Target": {op.Service.TargetPrefix + "." + op.Name}, "Content-Type": {"application/x-amz-json-1.1"},
	}}
}

// formRequest is an awsQuery request as the SDKs make them.
func formRequest(body string) *Request {
	return &Request{Method: "POST", Path: "/", Body: []byte(body), Header: http.Header{
		"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"},
	}}
}

func TestDecodeJSON(t *testing.T) {
	_, op := load(t, "organizations", "CreateAccount")
	var in organizations.CreateAccountInput
	body := ` {"Email":"a\u0040b.co","AccountName":"caf\u00e9 \ud83d\ude00","Later":[{"x":[null,1e3]}],"RoleName":null,"Tags":[{"Key":"k","Value":""}]} `
	err := Decode(op, jsonRequest(op, strings.Replace(body, "caf\\u00e9 \\ud83d\\ude00", "Jo\\n", 1)), &in)
	if !fault.Is(err, fault.ValidationFailed) {
		t.Errorf("a name with a newline: %v", err)
	}
	in = organizations.CreateAccountInput{}
	if err := Decode(op, jsonRequest(op, strings.Replace(body, "caf\\u00e9 \\ud83d\\ude00", "J\\u006f", 1)), &in); err != nil {
		t.Fatal(err)
	}
	want := organizations.CreateAccountInput{
		Email: ptr("a@b.co"), AccountName: ptr("Jo"), Tags: []organizations.Tag{{Key: ptr("k"), Value: ptr("")}},
	}
	if d := cmp.Diff(want, in); d != "" {
		t.Error(d)
	}
}

func TestDecodeQuery(t *testing.T) {
	_, op := load(t, "sts", "AssumeRole")
	var in sts.AssumeRoleInput
	err := Decode(op, formRequest("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fx&RoleSessionName=s1"+
		"&DurationSeconds=900&Tags.member.10.Key=c&Tags.member.10.Value=3&Tags.member.2.Key=a+b&Tags.member.2.Value=%2B&TransitiveTagKeys=&Nothing=1"), &in)
	if err != nil {
		t.Fatal(err)
	}
	want := sts.AssumeRoleInput{
		RoleArn: ptr("arn:aws:iam::111122223333:role/x"), RoleSessionName: ptr("s1"), DurationSeconds: ptr(int32(900)),
		Tags:              []sts.Tag{{Key: ptr("a b"), Value: ptr("+")}, {Key: ptr("c"), Value: ptr("3")}},
		TransitiveTagKeys: []string{},
	}
	if d := cmp.Diff(want, in); d != "" {
		t.Error(d)
	}
}

func TestEncode(t *testing.T) {
	created := time.Date(2026, 11, 21, 5, 6, 7, 890_000_000, time.UTC)
	tests := []struct {
		service, operation string
		out                any
		contentType, body  string
	}{
		{"organizations", "ListAccounts", &organizations.ListAccountsOutput{Accounts: []organizations.Account{{Id: ptr("111122223333"), Name: ptr("a\"\n\u2028é"), JoinedTimestamp: &created}}},
			"application/x-amz-json-1.1", `{"Accounts":[{"Id":"111122223333","Name":"a\"\n` + "\u2028" + `é","JoinedTimestamp":1795237567.890}]}`},
		{"organizations", "ListAccounts", &organizations.ListAccountsOutput{}, "application/x-amz-json-1.1", `{"Accounts":[]}`},
		{"organizations", "MoveAccount", (*organizations.MoveAccountOutput)(nil), "application/x-amz-json-1.1", `{}`},
		{"iam", "GetRole", &iam.GetRoleOutput{Role: &iam.Role{RoleName: ptr("a<b>&\r\x01"), CreateDate: &created, Tags: []iam.Tag{}}}, "text/xml",
			`<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><RoleName>a&lt;b&gt;&amp;&#13;` + "\uFFFD" +
				`</RoleName><CreateDate>2026-11-21T05:06:07Z</CreateDate><Tags></Tags></Role></GetRoleResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetRoleResponse>`},
		{"iam", "DeleteRole", &iam.DeleteRoleOutput{}, "text/xml",
			`<DeleteRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></DeleteRoleResponse>`},
	}
	for _, tt := range tests {
		t.Run(tt.operation, func(t *testing.T) {
			_, op := load(t, tt.service, tt.operation)
			w := httptest.NewRecorder()
			Encode(op, tt.out, "r-1", w)
			if w.Code != 200 || w.Header().Get("Content-Type") != tt.contentType || w.Header().Get("x-amzn-requestid") != "r-1" {
				t.Errorf("status %d, headers %v", w.Code, w.Header())
			}
			if d := cmp.Diff(tt.body, w.Body.String()); d != "" {
				t.Error(d)
			}
		})
	}
}
