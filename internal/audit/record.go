package audit

import (
	"cmp"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"

	"umbel/internal/ident"
	"umbel/internal/jsonquote"
	"umbel/internal/ledger"
)

// Version is the eventVersion of the records (CloudTrail User Guide, "CloudTrail record contents").
const Version = "1.11"

// Call is a finished call as its record shows it.
type Call struct {
	Time      time.Time // when it finished
	Rand      io.Reader // makes event IDs
	RequestID string
	Service   string // ID of the service's model: "organizations"
	Source    string // eventSource; empty means that of the service's ID
	Name      string // operation: "MoveAccount"
	Region    string // of the credential scope
	ReadOnly  bool   // the operation changes nothing
	Identity  Identity
	SourceIP  string
	UserAgent string
	TLS       *TLS // nil for a plain connection
	// Input and Output are the operation's own: pointers to structs, or nil. Output counts only without Failure.
	Input, Output any
	Failure       *Failure // nil: the call succeeded
	// Resources are what the operation noted; those that follow from the names of the input are found without.
	Resources []ledger.Resource
	// Others are further accounts whose trail gets the record too, if the call succeeded.
	Others []ident.AccountID
}

// TLS is what the tlsDetails of a record show.
type TLS struct {
	Version string // "TLSv1.3"
	Cipher  string
	Host    string // the host name the client asked for
}

// Failure is an error as the client saw it.
type Failure struct {
	Code    string // the wire's code
	Message string
	Denied  bool // the caller was not allowed to: such a record does not show what was asked
}

// Recorder makes records. It remembers the shapes of inputs and outputs; one serves a whole process.
type Recorder struct {
	plans   plans
	scratch sync.Pool // of *[]byte: where a record grows before its length is known
	bodies  sync.Pool // of *[]byte: of records that are on the ledger
}

// NewRecorder makes a Recorder.
func NewRecorder() *Recorder { return new(Recorder) }

// Record gives the events of a finished call: one in the caller's account, and one in each other account it concerned, all
// with one sharedEventID then. A call whose caller has no account (its access key is unknown) belongs to no trail: none.
func (r *Recorder) Record(c *Call) []ledger.Event {
	own := c.Identity.Account
	if own == "" {
		return nil
	}
	if c.Failure != nil || len(c.Others) == 0 {
		return []ledger.Event{r.event(c, own, "")}
	}
	shared := newID(c.Rand)
	events := []ledger.Event{r.event(c, own, shared)}
	for _, account := range c.Others {
		if account != own {
			events = append(events, r.event(c, account, shared))
		}
	}
	if len(events) == 1 {
		return []ledger.Event{r.event(c, own, "")}
	}
	return events
}

// event makes the event for the trail of one account.
func (r *Recorder) event(c *Call, recipient ident.AccountID, shared string) ledger.Event {
	e := ledger.Event{
		Account: string(recipient), Time: c.Time.UTC(), ID: newID(c.Rand), Name: c.Name,
		Source: cmp.Or(c.Source, Source(c.Service)), ReadOnly: c.ReadOnly, Resources: r.resources(c),
	}
	if recipient == c.Identity.Account {
		e.Username, e.AccessKeyID = c.Identity.username(), c.Identity.AccessKeyID
	}
	e.Body = r.body(c, &e, shared)
	return e
}

// Reuse takes the memory of events that Record gave and that nobody looks at any more.
func (r *Recorder) Reuse(events []ledger.Event) {
	for i := range events {
		if body := events[i].Body; cap(body) <= scratchKept {
			r.bodies.Put(&body)
		}
	}
}

// body writes the record into memory of about its size: records wait in the queue by the thousand.
func (r *Recorder) body(c *Call, e *ledger.Event, shared string) []byte {
	room, ok := r.scratch.Get().(*[]byte)
	if !ok {
		room = new([]byte)
	}
	*room = r.append((*room)[:0], c, e, shared)
	var body []byte
	if used, ok := r.bodies.Get().(*[]byte); ok {
		body = (*used)[:0]
	}
	body = append(body, *room...)
	if cap(*room) <= scratchKept {
		r.scratch.Put(room)
	}
	return body
}

// scratchKept is what a rare long record may leave behind at most, in bytes.
const scratchKept = 64 << 10

// append writes the record, members in the order CloudTrail has them.
func (r *Recorder) append(b []byte, c *Call, e *ledger.Event, shared string) []byte {
	b = append(b, `{"eventVersion":"`+Version+`","userIdentity":`...)
	b = c.Identity.append(b, e.Account)
	b = append(b, `,"eventTime":"`...)
	b = e.Time.AppendFormat(b, time.RFC3339)
	b = append(b, '"')
	b = member(b, "eventSource", e.Source)
	b = member(b, "eventName", e.Name)
	b = member(b, "awsRegion", region(c.Service, c.Region))
	b = member(b, "sourceIPAddress", c.SourceIP)
	b = member(b, "userAgent", limited(c.UserAgent))
	if c.Failure != nil {
		b = member(b, "errorCode", errorCode(c.Service, c.Failure))
		b = member(b, "errorMessage", limited(c.Failure.Message))
	}
	b = append(b, `,"requestParameters":`...)
	b = r.input(b, c)
	b = append(b, `,"responseElements":`...)
	b = r.output(b, c)
	b = member(b, "requestID", c.RequestID)
	b = member(b, "eventID", e.ID)
	b = flag(b, "readOnly", e.ReadOnly)
	b = appendResources(b, c.Service, e.Resources)
	b = append(b, `,"eventType":"AwsApiCall","managementEvent":true`...)
	b = member(b, "recipientAccountId", e.Account)
	if shared != "" {
		b = member(b, "sharedEventID", shared)
	}
	b = append(b, `,"eventCategory":"Management"`...)
	b = c.TLS.append(b)
	return append(b, '}')
}

func (t *TLS) append(b []byte) []byte {
	if t == nil {
		return b
	}
	b = append(b, `,"tlsDetails":{"tlsVersion":`...)
	b = jsonquote.Append(b, t.Version)
	b = member(b, "cipherSuite", t.Cipher)
	b = member(b, "clientProvidedHostHeader", t.Host)
	return append(b, '}')
}

// Source gives the eventSource of a service: "iam.amazonaws.com".
func Source(service string) string { return service + ".amazonaws.com" }

// region gives the awsRegion of a record. The services with one endpoint for all Regions log in us-east-1.
func region(service, scope string) string {
	switch service {
	case "account", "iam", "organizations":
		return "us-east-1"
	}
	return scope
}

// errorCode gives the errorCode of a record. EC2 says there whose fault it was. IAM and STS name there the model's exception, not the code of the wire:
// NoSuchEntityException for NoSuchEntity. A refusal is AccessDenied everywhere, whatever the wire calls it.
func errorCode(service string, f *Failure) string {
	switch {
	case service == "ec2":
		return "Client." + f.Code
	case f.Denied:
		return "AccessDenied"
	}
	if service != "iam" && service != "sts" {
		return f.Code
	}
	switch f.Code {
	case "NoSuchEntity", "EntityAlreadyExists", "LimitExceeded", "DeleteConflict", "InvalidInput", "MalformedPolicyDocument",
		"PackedPolicyTooLarge", "PasswordPolicyViolation", "PolicyNotAttachable", "UnmodifiableEntity",
		"EntityTemporarilyUnmodifiable", "InvalidUserType", "InvalidAuthorizationMessage", "ConcurrentModification":
		return f.Code + "Exception"
	case "ValidationError":
		return "ValidationException"
	}
	return f.Code
}

// newID makes a random UUID.
func newID(r io.Reader) string { return uuid.Must(uuid.NewRandomFromReader(r)).String() }
