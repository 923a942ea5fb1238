package cloudtrail

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"umbel/internal/fault"
	"umbel/internal/ledger"
	model "umbel/internal/model/cloudtrail"
	"umbel/internal/op"
)

// Events finds audit events. What a call that was answered before left behind must be found.
type Events interface {
	// Lookup gives the events that match, newest first, at most q.Limit; next continues behind them and is empty at the end.
	Lookup(ctx context.Context, q ledger.Query) (events []ledger.Event, next string, err error)
}

// History is how far back events are found (CloudTrail User Guide, "Working with CloudTrail event history").
const History = 90 * 24 * time.Hour

const maxResults = 50

func lookupEvents(events Events) *op.Operation {
	return op.Define(op.Decl[model.LookupEventsInput, model.LookupEventsOutput]{
		Service: "cloudtrail", Name: "LookupEvents", Access: op.Read,
		Targets: func(*op.Call, *model.LookupEventsInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: func(c *op.Call, in *model.LookupEventsInput) (*model.LookupEventsOutput, error) {
			return runLookupEvents(c, in, events)
		},
	})
}

func runLookupEvents(c *op.Call, in *model.LookupEventsInput, events Events) (*model.LookupEventsOutput, error) {
	q, err := query(c, in)
	if err != nil {
		return nil, err
	}
	if in.EventCategory != nil {
		return &model.LookupEventsOutput{Events: []model.Event{}}, nil // no trail logs Insights events
	}
	what, err := binding(c, in)
	if err != nil {
		return nil, err
	}
	if in.NextToken != nil {
		after, err := c.Pages.Open(*in.NextToken, what)
		if err != nil {
			return nil, fault.New(fault.InvalidPageToken, "Invalid token.").Because(err)
		}
		q.After = string(after)
	}
	found, next, err := events.Lookup(c.Context, q)
	if err != nil {
		return nil, err
	}
	out := &model.LookupEventsOutput{Events: make([]model.Event, len(found))}
	for i := range found {
		out.Events[i] = shown(&found[i])
	}
	if next != "" {
		token := c.Pages.Seal([]byte(next), what)
		out.NextToken = &token
	}
	return out, nil
}

// binding ties a page token to the account and to the parameters it was made for: only with the same is it valid.
func binding(c *op.Call, in *model.LookupEventsInput) ([]byte, error) {
	bound := *in
	bound.NextToken, bound.MaxResults = nil, nil
	raw, err := json.Marshal(&bound)
	if err != nil {
		return nil, fmt.Errorf("cloudtrail: page token: %w", err)
	}
	return append([]byte("cloudtrail.LookupEvents "+c.Caller.Account+" "), raw...), nil
}

// query checks the input. Times count in whole seconds, both ends included, as eventTime does.
func query(c *op.Call, in *model.LookupEventsInput) (ledger.Query, error) {
	q := ledger.Query{Account: string(c.Caller.Account), From: c.Now.Add(-History), Limit: maxResults}
	if in.MaxResults != nil {
		if *in.MaxResults < 1 || *in.MaxResults > maxResults {
			return q, fault.New(fault.InvalidMaxResults, "A max results value of %d is invalid. Specify max results between 1 and %d.", *in.MaxResults, maxResults)
		}
		q.Limit = int(*in.MaxResults)
	}
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) {
		return q, fault.New(fault.InvalidTimeRange, "The start time must be before the end time.")
	}
	if in.StartTime != nil && in.StartTime.After(q.From) {
		q.From = in.StartTime.Truncate(time.Second)
	}
	if in.EndTime != nil {
		q.To = in.EndTime.Truncate(time.Second).Add(time.Second - 1)
	}
	return q, attribute(&q, in.LookupAttributes)
}

// attribute takes the one attribute that events are looked up by.
func attribute(q *ledger.Query, attributes []model.LookupAttribute) error {
	switch len(attributes) {
	case 0:
		return nil
	case 1:
	default:
		return fault.New(fault.InvalidLookupAttributes, "You can specify only one lookup attribute.")
	}
	key, value := *attributes[0].AttributeKey, *attributes[0].AttributeValue
	if weight(value) > 2000 {
		return fault.New(fault.InvalidLookupAttributes, "The value of the lookup attribute %s is longer than 2000 characters.", key)
	}
	switch key {
	case model.LookupAttributeKeyEventId:
		q.EventID = value
	case model.LookupAttributeKeyEventName:
		q.Name = value
	case model.LookupAttributeKeyEventSource:
		q.Source = value
	case model.LookupAttributeKeyUsername:
		q.Username = value
	case model.LookupAttributeKeyAccessKeyId:
		q.AccessKeyID = value
	case model.LookupAttributeKeyResourceType:
		q.ResourceType = value
	case model.LookupAttributeKeyResourceName:
		q.ResourceName = value
	case model.LookupAttributeKeyReadOnly:
		readOnly := strings.EqualFold(value, "true")
		if !readOnly && !strings.EqualFold(value, "false") {
			return fault.New(fault.InvalidLookupAttributes, "The value of the lookup attribute ReadOnly must be true or false.")
		}
		q.ReadOnly = &readOnly
	default:
		return fault.New(fault.InvalidLookupAttributes, "The lookup attribute %s is not valid.", key)
	}
	return nil
}

// weight counts the characters of a value as LookupAttribute does: some count twice.
func weight(value string) int {
	n := utf8.RuneCountInString(value)
	for _, twice := range []string{"_", " ", ",", "\n"} {
		n += strings.Count(value, twice)
	}
	return n
}

// shown is an event as LookupEvents gives it.
func shown(e *ledger.Event) model.Event {
	readOnly, body, at := "false", string(e.Body), e.Time.UTC().Truncate(time.Second)
	if e.ReadOnly {
		readOnly = "true"
	}
	out := model.Event{
		EventId: &e.ID, EventName: &e.Name, EventSource: &e.Source, EventTime: &at, ReadOnly: &readOnly, CloudTrailEvent: &body,
		Resources: make([]model.Resource, len(e.Resources)),
	}
	for i := range e.Resources {
		out.Resources[i] = model.Resource{ResourceType: &e.Resources[i].Type, ResourceName: &e.Resources[i].Name}
	}
	if e.Username != "" {
		out.Username = &e.Username
	}
	if e.AccessKeyID != "" {
		out.AccessKeyId = &e.AccessKeyID
	}
	return out
}
