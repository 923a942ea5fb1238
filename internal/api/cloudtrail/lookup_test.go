package cloudtrail_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/api/cloudtrail"
	"umbel/internal/fault"
	"umbel/internal/ledger"
	model "umbel/internal/model/cloudtrail"
	"umbel/internal/op"
	"umbel/internal/seal"
)

func ptr[T any](v T) *T { return &v }

var now = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// history answers every query with its events and remembers the query.
type history struct {
	events []ledger.Event
	next   string
	err    error
	asked  ledger.Query
}

func (h *history) Lookup(_ context.Context, q ledger.Query) ([]ledger.Event, string, error) {
	h.asked = q
	return h.events, h.next, h.err
}

func lookup(t *testing.T, h *history, account string, in *model.LookupEventsInput) (*model.LookupEventsOutput, error) {
	t.Helper()
	key, err := seal.New([]byte("0123456789abcdef0123456789abcdef"), "page")
	if err != nil {
		t.Fatal(err)
	}
	c := &op.Call{Context: t.Context(), Now: now, Pages: key, Caller: &op.Caller{}}
	c.Caller.Account = "111122223333"
	if account != "" {
		c.Caller.Account = "777788889999"
	}
	out, err := cloudtrail.Service(h).Operations[0].Run(c, in)
	if err != nil {
		return nil, err
	}
	return out.(*model.LookupEventsOutput), nil
}

func by(key, value string) []model.LookupAttribute {
	return []model.LookupAttribute{{AttributeKey: &key, AttributeValue: &value}}
}

func TestQueries(t *testing.T) {
	since := now.Add(-cloudtrail.History)
	base := ledger.Query{Account: "111122223333", From: since, Limit: 50}
	with := func(change func(*ledger.Query)) ledger.Query {
		q := base
		change(&q)
		return q
	}
	for name, c := range map[string]struct {
		in   model.LookupEventsInput
		want ledger.Query
	}{
		"all":           {model.LookupEventsInput{}, base},
		"MaxResults":    {model.LookupEventsInput{MaxResults: ptr[int32](7)}, with(func(q *ledger.Query) { q.Limit = 7 })},
		"EventId":       {model.LookupEventsInput{LookupAttributes: by("EventId", "x")}, with(func(q *ledger.Query) { q.EventID = "x" })},
		"EventName":     {model.LookupEventsInput{LookupAttributes: by("EventName", "x")}, with(func(q *ledger.Query) { q.Name = "x" })},
		"EventSource":   {model.LookupEventsInput{LookupAttributes: by("EventSource", "x")}, with(func(q *ledger.Query) { q.Source = "x" })},
		"Username":      {model.LookupEventsInput{LookupAttributes: by("Username", "x")}, with(func(q *ledger.Query) { q.Username = "x" })},
		"AccessKeyId":   {model.LookupEventsInput{LookupAttributes: by("AccessKeyId", "x")}, with(func(q *ledger.Query) { q.AccessKeyID = "x" })},
		"ResourceType":  {model.LookupEventsInput{LookupAttributes: by("ResourceType", "x")}, with(func(q *ledger.Query) { q.ResourceType = "x" })},
		"ResourceName":  {model.LookupEventsInput{LookupAttributes: by("ResourceName", "x")}, with(func(q *ledger.Query) { q.ResourceName = "x" })},
		"ReadOnly":      {model.LookupEventsInput{LookupAttributes: by("ReadOnly", "true")}, with(func(q *ledger.Query) { q.ReadOnly = ptr(true) })},
		"not ReadOnly":  {model.LookupEventsInput{LookupAttributes: by("ReadOnly", "False")}, with(func(q *ledger.Query) { q.ReadOnly = ptr(false) })},
		"too far back":  {model.LookupEventsInput{StartTime: ptr(since.Add(-time.Hour))}, base},
		"whole seconds": {model.LookupEventsInput{StartTime: ptr(now.Add(-1500 * time.Millisecond)), EndTime: ptr(now.Add(-500 * time.Millisecond))}, with(func(q *ledger.Query) { q.From, q.To = now.Add(-2*time.Second), now.Add(-1) })},
	} {
		t.Run(name, func(t *testing.T) {
			h := &history{}
			if _, err := lookup(t, h, "", &c.in); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, h.asked); d != "" {
				t.Errorf("query (-want +got):\n%s", d)
			}
		})
	}
}

func TestBadQueries(t *testing.T) {
	for name, c := range map[string]struct {
		in   model.LookupEventsInput
		want fault.Code
	}{
		"two attributes":    {model.LookupEventsInput{LookupAttributes: append(by("EventName", "x"), by("Username", "y")...)}, fault.InvalidLookupAttributes},
		"unknown attribute": {model.LookupEventsInput{LookupAttributes: by("Region", "x")}, fault.InvalidLookupAttributes},
		"ReadOnly maybe":    {model.LookupEventsInput{LookupAttributes: by("ReadOnly", "maybe")}, fault.InvalidLookupAttributes},
		"heavy value":       {model.LookupEventsInput{LookupAttributes: by("Username", strings.Repeat("_", 1001))}, fault.InvalidLookupAttributes},
		"no results":        {model.LookupEventsInput{MaxResults: ptr[int32](0)}, fault.InvalidMaxResults},
		"too many results":  {model.LookupEventsInput{MaxResults: ptr[int32](51)}, fault.InvalidMaxResults},
		"end before start":  {model.LookupEventsInput{StartTime: ptr(now), EndTime: ptr(now.Add(-time.Second))}, fault.InvalidTimeRange},
		"altered token":     {model.LookupEventsInput{NextToken: ptr("abc")}, fault.InvalidPageToken},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := lookup(t, &history{}, "", &c.in); !fault.Is(err, c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestTokenBelongsToItsParameters(t *testing.T) {
	h := &history{next: "behind"}
	out, err := lookup(t, h, "", &model.LookupEventsInput{LookupAttributes: by("EventName", "x")})
	if err != nil || out.NextToken == nil || strings.Contains(*out.NextToken, "behind") {
		t.Fatalf("token %v, %v", out, err)
	}
	again := &model.LookupEventsInput{LookupAttributes: by("EventName", "x"), NextToken: out.NextToken, MaxResults: ptr[int32](5)}
	if _, err := lookup(t, h, "", again); err != nil || h.asked.After != "behind" {
		t.Errorf("continued behind %q, %v", h.asked.After, err)
	}
	other := &model.LookupEventsInput{LookupAttributes: by("EventName", "y"), NextToken: out.NextToken}
	if _, err := lookup(t, h, "", other); !fault.Is(err, fault.InvalidPageToken) {
		t.Errorf("with other parameters: %v", err)
	}
	if _, err := lookup(t, h, "777788889999", again); !fault.Is(err, fault.InvalidPageToken) {
		t.Errorf("in another account: %v", err)
	}
}

func TestEventsAsShown(t *testing.T) {
	h := &history{events: []ledger.Event{
		{
			Time: now.Add(999 * time.Millisecond), ID: "e-1", Name: "CreateUser", Source: "iam.amazonaws.com", Username: "alice", AccessKeyID: "AKIAX",
			Resources: []ledger.Resource{{Type: "AWS::IAM::User", Name: "bob"}}, Body: []byte(`{"eventVersion":"1.11"}`),
		},
		{Time: now, ID: "e-2", Name: "AssumeRole", Source: "sts.amazonaws.com", ReadOnly: true, Body: []byte("{}")},
	}}
	got, err := lookup(t, h, "", &model.LookupEventsInput{})
	if err != nil {
		t.Fatal(err)
	}
	want := &model.LookupEventsOutput{Events: []model.Event{
		{
			EventId: ptr("e-1"), EventName: ptr("CreateUser"), EventSource: ptr("iam.amazonaws.com"), EventTime: &now, ReadOnly: ptr("false"), Username: ptr("alice"),
			AccessKeyId: ptr("AKIAX"), Resources: []model.Resource{{ResourceType: ptr("AWS::IAM::User"), ResourceName: ptr("bob")}}, CloudTrailEvent: ptr(`{"eventVersion":"1.11"}`),
		},
		{
			EventId: ptr("e-2"), EventName: ptr("AssumeRole"), EventSource: ptr("sts.amazonaws.com"), EventTime: &now, ReadOnly: ptr("true"),
			Resources: []model.Resource{}, CloudTrailEvent: ptr("{}"),
		},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("output (-want +got):\n%s", d)
	}
}

func TestInsightsAreNone(t *testing.T) {
	h := &history{events: make([]ledger.Event, 1)}
	out, err := lookup(t, h, "", &model.LookupEventsInput{EventCategory: ptr("insight")})
	if err != nil || len(out.Events) != 0 {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestLedgerFails(t *testing.T) {
	broken := errors.New("disk is gone")
	if _, err := lookup(t, &history{err: broken}, "", &model.LookupEventsInput{}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
