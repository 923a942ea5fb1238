package cloudtrail_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/testenv"
)

// record is what the tests read of a CloudTrail record.
type record struct {
	EventVersion, EventName, EventSource, AwsRegion, ErrorCode, ErrorMessage, EventID, SharedEventID, RecipientAccountID string
	SourceIPAddress, UserAgent, RequestID, EventType, EventCategory                                                      string
	ReadOnly, ManagementEvent                                                                                            bool
	UserIdentity                                                                                                         struct {
		Type, PrincipalID, ARN, AccountID, AccessKeyID, UserName string
		SessionContext                                           struct {
			SessionIssuer struct{ Type, ARN, UserName string }
		}
	}
	RequestParameters, ResponseElements map[string]any
}

func find(t *testing.T, cfg aws.Config, key types.LookupAttributeKey, value string) []types.Event {
	t.Helper()
	in := &cloudtrail.LookupEventsInput{}
	if key != "" {
		in.LookupAttributes = []types.LookupAttribute{{AttributeKey: key, AttributeValue: &value}}
	}
	var events []types.Event
	pages := cloudtrail.NewLookupEventsPaginator(cloudtrail.NewFromConfig(cfg), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatalf("look up %s %s: %v", key, value, err)
		}
		events = append(events, page.Events...)
	}
	return events
}

func read(t *testing.T, e types.Event) record {
	t.Helper()
	var r record
	if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &r); err != nil {
		t.Fatalf("record is no JSON: %v\n%s", err, *e.CloudTrailEvent)
	}
	return r
}

// one gives the only event of a name, with its record.
func one(t *testing.T, cfg aws.Config, name string) (types.Event, record) {
	t.Helper()
	events := find(t, cfg, types.LookupAttributeKeyEventName, name)
	if len(events) != 1 {
		t.Fatalf("%d events of %s, want 1", len(events), name)
	}
	return events[0], read(t, events[0])
}

func names(events []types.Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, *e.EventName)
	}
	return out
}

func TestEventOfAWrite(t *testing.T) {
	s := testenv.Start(t)
	account := string(s.First)
	admin := s.Administrator("")
	secret := "a-Passw0rd-never-shown"
	s.User(admin, "alice", "")
	client := iam.NewFromConfig(admin)
	if _, err := client.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{UserName: aws.String("alice"), Password: &secret}); err != nil {
		t.Fatal(err)
	}
	e, r := one(t, admin, "CreateUser")
	if *e.ReadOnly != "false" || *e.EventSource != "iam.amazonaws.com" || *e.Username != "umbel-env" || *e.EventId != r.EventID || time.Since(*e.EventTime) > time.Minute {
		t.Errorf("event %+v", e)
	}
	if !strings.HasPrefix(*e.AccessKeyId, "ASIA") || r.UserIdentity.AccessKeyID != *e.AccessKeyId {
		t.Errorf("access key %s, in the record %s", *e.AccessKeyId, r.UserIdentity.AccessKeyID)
	}
	who := r.UserIdentity
	if who.Type != "AssumedRole" || who.AccountID != account || who.SessionContext.SessionIssuer.UserName != "UmbelAdministrator" {
		t.Errorf("identity %+v", who)
	}
	if r.EventVersion != "1.11" || r.AwsRegion != "us-east-1" || r.RecipientAccountID != account || r.EventType != "AwsApiCall" || !r.ManagementEvent ||
		r.EventCategory != "Management" || r.ErrorCode != "" || r.SourceIPAddress != "127.0.0.1" || !strings.Contains(r.UserAgent, "aws-sdk-go-v2") || r.RequestID == "" {
		t.Errorf("record %+v", r)
	}
	if d := cmp.Diff(map[string]any{"userName": "alice"}, r.RequestParameters); d != "" {
		t.Errorf("request parameters:\n%s", d)
	}
	if user, ok := r.ResponseElements["user"].(map[string]any); !ok || user["arn"] != "arn:aws:iam::"+account+":user/alice" {
		t.Errorf("response elements %v", r.ResponseElements)
	}
	key, err := s.User(admin, "bob", "").Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range find(t, admin, "", "") {
		if strings.Contains(*e.CloudTrailEvent, secret) || strings.Contains(*e.CloudTrailEvent, key.SecretAccessKey) {
			t.Errorf("a secret is in the record of %s: %s", *e.EventName, *e.CloudTrailEvent)
		}
	}
}

func TestEventOfARefusalAndAFailure(t *testing.T) {
	s := testenv.Start(t)
	admin := s.Administrator("")
	alice := s.User(admin, "alice", "")
	arn := "arn:aws:iam::" + string(s.First) + ":user/alice"
	if _, err := iam.NewFromConfig(alice).CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("g")}); err == nil {
		t.Fatal("not refused")
	}
	e, r := one(t, admin, "CreateGroup")
	if r.ErrorCode != "AccessDenied" || !strings.HasPrefix(r.ErrorMessage, "User: "+arn+" is not authorized to perform: iam:CreateGroup on resource: ") {
		t.Errorf("refusal %s: %s", r.ErrorCode, r.ErrorMessage)
	}
	if *e.Username != "alice" || r.UserIdentity.Type != "IAMUser" || r.UserIdentity.UserName != "alice" || r.RequestParameters != nil || r.ResponseElements != nil {
		t.Errorf("refusal shows %+v", r)
	}
	if _, err := iam.NewFromConfig(admin).GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("nobody")}); err == nil {
		t.Fatal("found nobody")
	}
	e, r = one(t, admin, "GetUser")
	if r.ErrorCode != "NoSuchEntityException" || *e.ReadOnly != "true" || r.RequestParameters["userName"] != "nobody" {
		t.Errorf("failure %+v", r)
	}
	if _, err := sts.NewFromConfig(admin).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("long-enough-but-no-ARN"), RoleSessionName: aws.String("s")}); err == nil {
		t.Fatal("assumed")
	}
	if _, r = one(t, admin, "AssumeRole"); r.ErrorCode != "ValidationException" {
		t.Errorf("failure %+v", r)
	}
}

func TestLookupByEachAttribute(t *testing.T) {
	s := testenv.Start(t)
	admin := s.Administrator("")
	alice := s.User(admin, "alice", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	key, err := alice.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := iam.NewFromConfig(alice)
	if _, err := client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("readers")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ListGroups(t.Context(), &iam.ListGroupsInput{}); err != nil {
		t.Fatal(err)
	}
	created, _ := one(t, admin, "CreateGroup")
	for _, c := range []struct {
		key   types.LookupAttributeKey
		value string
		want  []string
	}{
		{types.LookupAttributeKeyEventId, *created.EventId, []string{"CreateGroup"}},
		{types.LookupAttributeKeyEventId, "none", nil},
		{types.LookupAttributeKeyEventName, "ListGroups", []string{"ListGroups"}},
		{types.LookupAttributeKeyUsername, "alice", []string{"ListGroups", "CreateGroup"}},
		{types.LookupAttributeKeyAccessKeyId, key.AccessKeyID, []string{"ListGroups", "CreateGroup"}},
		{types.LookupAttributeKeyResourceType, "AWS::IAM::Group", []string{"CreateGroup"}},
		{types.LookupAttributeKeyResourceName, "readers", []string{"CreateGroup"}},
		{types.LookupAttributeKeyResourceName, "%", nil},
		{types.LookupAttributeKeyEventSource, "iam.amazonaws.com", []string{"ListGroups", "CreateGroup", "CreateAccessKey", "PutUserPolicy", "CreateUser"}},
		{types.LookupAttributeKeyReadOnly, "false", []string{"CreateGroup", "CreateAccessKey", "PutUserPolicy", "CreateUser"}},
	} {
		t.Run(string(c.key)+" "+c.value, func(t *testing.T) {
			if d := cmp.Diff(c.want, names(find(t, admin, c.key, c.value))); d != "" {
				t.Errorf("events (-want +got):\n%s", d)
			}
		})
	}
	reads := names(find(t, admin, types.LookupAttributeKeyReadOnly, "true"))
	if len(reads) < 2 || reads[len(reads)-1] != "ListGroups" || reads[0] != "LookupEvents" {
		t.Errorf("reads: %v", reads)
	}
}

func TestPages(t *testing.T) {
	s := testenv.Start(t)
	admin := s.Administrator("")
	client := iam.NewFromConfig(admin)
	for range 7 {
		if _, err := client.ListUsers(t.Context(), &iam.ListUsersInput{}); err != nil {
			t.Fatal(err)
		}
	}
	ct := cloudtrail.NewFromConfig(admin)
	in := &cloudtrail.LookupEventsInput{
		MaxResults: aws.Int32(3), LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: aws.String("ListUsers")}},
	}
	seen := map[string]bool{}
	var sizes []int
	var last time.Time
	for {
		out, err := ct.LookupEvents(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(out.Events))
		for _, e := range out.Events {
			if seen[*e.EventId] || !last.IsZero() && e.EventTime.After(last) {
				t.Errorf("event %s at %v comes twice, or behind one at %v", *e.EventId, e.EventTime, last)
			}
			seen[*e.EventId], last = true, *e.EventTime
		}
		if out.NextToken == nil {
			break
		}
		in.NextToken = out.NextToken
	}
	if d := cmp.Diff([]int{3, 3, 1}, sizes); d != "" || len(seen) != 7 {
		t.Errorf("pages of %v, %d events", sizes, len(seen))
	}
	in.LookupAttributes[0].AttributeValue = aws.String("ListRoles")
	_, err := ct.LookupEvents(t.Context(), in)
	refused(t, err, "InvalidNextTokenException", "")
}

func refused(t *testing.T, err error, code, text string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), text) {
		t.Errorf("got %v, want %s: …%s…", err, code, text)
	}
}

func TestLookupRefusedAndBadInput(t *testing.T) {
	s := testenv.Start(t)
	admin := s.Administrator("")
	alice := s.User(admin, "alice", "")
	_, err := cloudtrail.NewFromConfig(alice).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{})
	refused(t, err, "AccessDeniedException", "User: arn:aws:iam::"+string(s.First)+":user/alice is not authorized to perform: cloudtrail:LookupEvents")
	ct := cloudtrail.NewFromConfig(admin)
	_, err = ct.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(51)})
	refused(t, err, "InvalidMaxResultsException", "A max results value of 51 is invalid. Specify max results between 1 and 50.")
	_, err = ct.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{StartTime: aws.Time(time.Now()), EndTime: aws.Time(time.Now().Add(-time.Hour))})
	refused(t, err, "InvalidTimeRangeException", "")
	out, err := ct.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{EndTime: aws.Time(time.Now().Add(-time.Hour))})
	if err != nil || len(out.Events) != 0 {
		t.Errorf("events before the server began: %v, %v", out, err)
	}
	_, err = ct.DescribeTrails(t.Context(), &cloudtrail.DescribeTrailsInput{})
	refused(t, err, "NotImplementedException", "")
}

func TestBothSidesOfACrossAccountCall(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member := o.Account("", "member")
	admin := s.Administrator("")
	role := "arn:aws:iam::" + member + ":role/OrganizationAccountAccessRole"
	out, err := sts.NewFromConfig(admin).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("s1")})
	if err != nil {
		t.Fatal(err)
	}
	inside := s.Keys(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	e, own := one(t, admin, "AssumeRole")
	_, other := one(t, inside, "AssumeRole")
	if own.SharedEventID == "" || own.SharedEventID != other.SharedEventID || own.EventID == other.EventID {
		t.Errorf("shared %q and %q, IDs %q and %q", own.SharedEventID, other.SharedEventID, own.EventID, other.EventID)
	}
	if own.RecipientAccountID != string(s.First) || other.RecipientAccountID != member {
		t.Errorf("recipients %s and %s", own.RecipientAccountID, other.RecipientAccountID)
	}
	if own.UserIdentity.Type != "AssumedRole" || other.UserIdentity.Type != "AWSAccount" || other.UserIdentity.AccountID != string(s.First) || other.UserIdentity.AccessKeyID != "" {
		t.Errorf("identities %+v and %+v", own.UserIdentity, other.UserIdentity)
	}
	if other.UserIdentity.PrincipalID != own.UserIdentity.PrincipalID {
		t.Errorf("principals %s and %s", own.UserIdentity.PrincipalID, other.UserIdentity.PrincipalID)
	}
	if strings.Contains(*e.CloudTrailEvent, *out.Credentials.SecretAccessKey) {
		t.Error("the secret is in the record")
	}
	found := find(t, inside, types.LookupAttributeKeyResourceName, role)
	if len(found) != 1 || *found[0].EventName != "AssumeRole" {
		t.Errorf("by the role's ARN: %v", names(found))
	}
}

// TestEventsStayInTheirAccount checks that a refusal in a member is in the member's history, and only there.
func TestEventsStayInTheirAccount(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member := o.Account("", "member")
	id := o.Policy(orgtypes.PolicyTypeServiceControlPolicy, "no-users", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:CreateUser","Resource":"*"}]}`, member)
	root := s.Root(member)
	if _, err := iam.NewFromConfig(root).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("x")}); err == nil {
		t.Fatal("not refused")
	}
	e, r := one(t, s.Role(member, ""), "CreateUser")
	if *e.Username != "root" || r.UserIdentity.Type != "Root" || r.ErrorCode != "AccessDenied" || !strings.Contains(r.ErrorMessage, "with an explicit deny in a service control policy: ") || !strings.HasSuffix(r.ErrorMessage, id) {
		t.Errorf("event of %s: %+v", *e.Username, r)
	}
	admin := s.Administrator("")
	if events := find(t, admin, types.LookupAttributeKeyEventName, "CreateUser"); len(events) != 0 {
		t.Errorf("%d events in the management account", len(events))
	}
	_, r = one(t, admin, "CreateAccount")
	if r.RequestParameters["email"] != "****" || r.RequestParameters["accountName"] != "****" || r.RecipientAccountID != string(s.First) {
		t.Errorf("CreateAccount shows %+v", r.RequestParameters)
	}
	if _, err := organizations.NewFromConfig(admin).DescribeAccount(t.Context(), &organizations.DescribeAccountInput{AccountId: &member}); err != nil {
		t.Fatal(err)
	}
	if e, _ := one(t, admin, "DescribeAccount"); len(e.Resources) != 1 || *e.Resources[0].ResourceName != member {
		t.Errorf("resources %+v", e.Resources)
	}
}
