package audit_test

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/audit"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/model/iam"
	"umbel/internal/model/organizations"
	"umbel/internal/model/sts"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func ptr[T any](v T) *T { return &v }

func seeded() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{1}) }

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

var alice = audit.Identity{
	Kind: audit.IAMUser, Account: "111122223333", PrincipalID: "AIDAQRSTUVWXYZEXAMPLE",
	ARN: "arn:aws:iam::111122223333:user/alice", AccessKeyID: "AKIAIOSFODNN7EXAMPLE", Name: "alice",
}

var deployer = audit.Identity{
	Kind: audit.AssumedRole, Account: "111122223333", PrincipalID: "AROAIDPPEZS35WEXAMPLE:s1",
	ARN: "arn:aws:sts::111122223333:assumed-role/deployer/s1", AccessKeyID: "ASIAIOSFODNN7EXAMPLE", Name: "s1",
	Session: &audit.Session{
		Issuer: &audit.Issuer{
			Type: "Role", PrincipalID: "AROAIDPPEZS35WEXAMPLE", ARN: "arn:aws:iam::111122223333:role/ci/deployer", Account: "111122223333", Name: "deployer",
		},
		Created: at("2026-11-01T11:00:00Z"), SourceIdentity: "alice",
	},
}

// call makes a call that the tests change.
func call(service, name string, who audit.Identity) *audit.Call {
	return &audit.Call{
		Time: at("2026-11-01T12:00:00.9Z"), Rand: seeded(), RequestID: "b2f17b71-056d-4e6d-9e1c-6598f6f9e3e7", Service: service, Name: name, Region: "eu-west-1",
		Identity: who, SourceIP: "192.0.2.10", UserAgent: "aws-cli/2.31.0",
	}
}

func assumeRole(who audit.Identity, account string) *audit.Call {
	c := call("sts", "AssumeRole", who)
	c.ReadOnly = true
	role := "arn:aws:iam::" + account + ":role/get-user-data"
	c.Input = &sts.AssumeRoleInput{
		RoleArn: &role, RoleSessionName: ptr("aws-go-sdk-1"), DurationSeconds: ptr(int32(900)), TokenCode: ptr("123456"),
		Tags: []sts.Tag{{Key: ptr("team"), Value: ptr("a \"b\"\n")}}, TransitiveTagKeys: []string{"team"},
	}
	c.Output = &sts.AssumeRoleOutput{
		Credentials: &sts.Credentials{
			AccessKeyId: ptr("ASIATFQR7NSC6LRKSQNV"), SecretAccessKey: ptr("never/shown"), SessionToken: ptr("IQoJb3JpZ2lu"),
			Expiration: ptr(at("2026-11-01T12:15:00Z")),
		},
		AssumedRoleUser: &sts.AssumedRoleUser{
			AssumedRoleId: ptr("AROATFQR7NSCWCZMFXMXZ:aws-go-sdk-1"), Arn: ptr("arn:aws:sts::" + account + ":assumed-role/get-user-data/aws-go-sdk-1"),
		},
	}
	c.Resources = []ledger.Resource{{Type: "AWS::IAM::AccessKey", Name: "ASIATFQR7NSC6LRKSQNV"}, {Type: "AWS::IAM::Role", Name: role}}
	return c
}

func calls() map[string]*audit.Call {
	all := map[string]*audit.Call{}
	all["assume-role"] = assumeRole(alice, "111122223333")
	all["assume-role"].TLS = &audit.TLS{Version: "TLSv1.3", Cipher: "TLS_AES_128_GCM_SHA256", Host: "sts.eu-west-1.amazonaws.com"}

	all["assume-role-across"] = assumeRole(deployer, "777788889999")
	all["assume-role-across"].Others = []ident.AccountID{"777788889999"}

	denied := assumeRole(alice, "777788889999")
	denied.Failure = &audit.Failure{Code: "AccessDenied", Message: "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::777788889999:role/get-user-data", Denied: true}
	denied.Output, denied.Resources = nil, nil
	all["assume-role-denied"] = denied

	failed := call("iam", "DeleteLoginProfile", alice)
	failed.Input = &iam.DeleteLoginProfileInput{UserName: ptr("login-profile-user")}
	failed.Failure = &audit.Failure{Code: "NoSuchEntity", Message: "Login Profile for User login-profile-user cannot be found."}
	all["iam-failed"] = failed

	role := call("iam", "CreateRole", deployer)
	document := `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"AWS":"111122223333"}}],"Version":"2012-10-17"}`
	role.Input = &iam.CreateRoleInput{
		Path: ptr("/"), RoleName: ptr("leave-org-role"), AssumeRolePolicyDocument: &document, MaxSessionDuration: ptr(int32(3600)),
		Tags: []iam.Tag{{Key: ptr("StratusRedTeam"), Value: ptr("true")}},
	}
	role.Output = &iam.CreateRoleOutput{Role: &iam.Role{
		Path: ptr("/"), RoleName: ptr("leave-org-role"), RoleId: ptr("AROATFQR7NSCRI4ZA26CX"), Arn: ptr("arn:aws:iam::111122223333:role/leave-org-role"),
		CreateDate: ptr(at("2026-11-01T12:00:00Z")), AssumeRolePolicyDocument: ptr("%7B%22Statement%22%3A"),
	}}
	all["iam-create-role"] = role

	key := call("iam", "CreateAccessKey", audit.Identity{
		Kind: audit.Root, Account: "111122223333", PrincipalID: "111122223333", ARN: "arn:aws:iam::111122223333:root", AccessKeyID: "ASIAROOTROOTROOTROOT",
		Session: &audit.Session{Created: at("2026-11-01T11:00:00Z"), MFA: true},
	})
	key.Output = &iam.CreateAccessKeyOutput{AccessKey: &iam.AccessKey{
		UserName: ptr("bob"), AccessKeyId: ptr("AKIAI44QH8DHBEXAMPLE"), Status: ptr("Active"), SecretAccessKey: ptr("never/shown"), CreateDate: ptr(at("2026-11-01T12:00:00Z")),
	}}
	all["iam-create-access-key"] = key

	profile := call("iam", "CreateLoginProfile", alice)
	profile.Input = &iam.CreateLoginProfileInput{UserName: ptr("bob"), Password: ptr("never/shown"), PasswordResetRequired: ptr(true)}
	all["iam-create-login-profile"] = profile

	account := call("organizations", "CreateAccount", alice)
	account.Input = &organizations.CreateAccountInput{Email: ptr("never@shown"), AccountName: ptr("never shown"), Tags: []organizations.Tag{}}
	account.Output = &organizations.CreateAccountOutput{CreateAccountStatus: &organizations.CreateAccountStatus{
		AccountName: ptr("never shown"), State: ptr("IN_PROGRESS"), Id: ptr("car-examplecreateaccountrequestid111"), RequestedTimestamp: ptr(at("2026-11-01T21:20:50Z")),
	}}
	all["organizations-create-account"] = account

	read := call("organizations", "DescribeOrganization", alice)
	read.ReadOnly, read.Input, read.Output = true, &organizations.DescribeOrganizationInput{}, &organizations.DescribeOrganizationOutput{}
	all["organizations-read"] = read

	all["service"] = call("sts", "AssumeRole", audit.Identity{Kind: audit.AWSService, Account: "111122223333", InvokedBy: "rds.amazonaws.com"})
	return all
}

// TestRecord compares whole records with goldens that were checked, member by member, against records that AWS wrote.
func TestRecord(t *testing.T) {
	r := audit.NewRecorder()
	for name, c := range calls() {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, e := range r.Record(c) {
				var record json.RawMessage = e.Body
				e.Body = nil
				out, err := json.MarshalIndent(map[string]any{"columns": e, "record": record}, "", "  ")
				if err != nil {
					t.Fatalf("record is not JSON: %v\n%s", err, record)
				}
				got.Write(append(out, '\n'))
			}
			if strings.Contains(got.String(), "never") {
				t.Errorf("a secret is in the record:\n%s", got.String())
			}
			golden(t, filepath.Join("testdata", name+".json"), got.String())
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("record differs (-want +got):\n%s", d)
	}
}

// TestSharedEvent checks what the two sides of a cross-account call have in common and what not.
func TestSharedEvent(t *testing.T) {
	events := audit.NewRecorder().Record(calls()["assume-role-across"])
	if len(events) != 2 || events[0].Account != "111122223333" || events[1].Account != "777788889999" {
		t.Fatalf("events in the wrong accounts: %+v", events)
	}
	var record [2]struct {
		EventID, SharedEventID, RecipientAccountID string
		UserIdentity                               struct{ Type, AccessKeyID string }
	}
	for i := range record {
		if err := json.Unmarshal(events[i].Body, &record[i]); err != nil {
			t.Fatal(err)
		}
	}
	a, b := record[0], record[1]
	if a.SharedEventID == "" || a.SharedEventID != b.SharedEventID || a.EventID == b.EventID {
		t.Errorf("shared %q and %q, event IDs %q and %q", a.SharedEventID, b.SharedEventID, a.EventID, b.EventID)
	}
	if b.UserIdentity.Type != "AWSAccount" || b.UserIdentity.AccessKeyID != "" || events[1].AccessKeyID != "" {
		t.Errorf("the other side learns too much: %+v", b.UserIdentity)
	}
}

func TestNoRecordWithoutAccount(t *testing.T) {
	if events := audit.NewRecorder().Record(call("iam", "GetUser", audit.Identity{})); len(events) != 0 {
		t.Errorf("got %d events for a caller without account", len(events))
	}
}

func TestLargeFields(t *testing.T) {
	c := call("iam", "PutUserPolicy", alice)
	c.Input = &iam.PutUserPolicyInput{UserName: ptr("bob"), PolicyDocument: ptr(strings.Repeat("x", 110<<10))}
	c.UserAgent = strings.Repeat("é", 1000)
	c.Failure = &audit.Failure{Code: "LimitExceeded", Message: "a" + strings.Repeat("é", 1000)}
	var record struct {
		UserAgent, ErrorMessage string
		RequestParameters       struct {
			Omitted      bool
			OriginalSize int
			Reason       string
		}
	}
	if err := json.Unmarshal(audit.NewRecorder().Record(c)[0].Body, &record); err != nil {
		t.Fatal(err)
	}
	if len(record.UserAgent) != 1024 || len(record.ErrorMessage) != 1023 {
		t.Errorf("userAgent has %d bytes, errorMessage %d", len(record.UserAgent), len(record.ErrorMessage))
	}
	if p := record.RequestParameters; !p.Omitted || p.OriginalSize < 110<<10 || p.Reason != "requestParameters too large" {
		t.Errorf("requestParameters are %+v", p)
	}
}

// TestRealMembers checks that every member of a record is one that records of AWS have.
func TestRealMembers(t *testing.T) {
	known := map[string]bool{}
	for _, name := range strings.Fields(`eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage
		requestParameters responseElements additionalEventData requestID eventID readOnly resources eventType managementEvent recipientAccountId
		sharedEventID eventCategory tlsDetails sessionCredentialFromConsole`) {
		known[name] = true
	}
	r := audit.NewRecorder()
	for name, c := range calls() {
		for _, e := range r.Record(c) {
			var members map[string]json.RawMessage
			if err := json.Unmarshal(e.Body, &members); err != nil {
				t.Fatal(err)
			}
			for m := range members {
				if !known[m] {
					t.Errorf("%s: no record of AWS has %q", name, m)
				}
			}
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\"b\\c\x00\x1f\n\r\t é \xff \u2028 \U0001F600")
	r := audit.NewRecorder()
	f.Fuzz(func(t *testing.T, text string) {
		c := call("iam", "GetUser", alice)
		c.UserAgent = text
		var got struct{ UserAgent string }
		if err := json.Unmarshal(r.Record(c)[0].Body, &got); err != nil {
			t.Fatalf("%q makes no JSON: %v", text, err)
		}
		want := strings.ToValidUTF8(text, "\ufffd")
		if len(text) <= 1024 && !strings.Contains(text, "\ufffd") && strings.ReplaceAll(got.UserAgent, "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Errorf("%q became %q", text, got.UserAgent)
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	r, c := audit.NewRecorder(), assumeRole(deployer, "111122223333")
	b.ReportAllocs()
	for b.Loop() {
		if len(r.Record(c)) != 1 {
			b.Fatal("not one event")
		}
	}
}
