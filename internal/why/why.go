// Package why owns the operator's question "why was this denied?": it reads an error message, a CloudTrail record or a
// principal, action and resource, puts the call together again from the state as it is now, and has the decision explained.
// What it decides by is gathered by package authz, as for a real call; it never decides anything itself, and changes nothing.
package why

import (
	"context"
	"encoding/json"
	"time"

	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/seal"
	"umbel/internal/store"
)

// Question is what is asked: a Text, or Principal, Action and Resource.
type Question struct {
	// Text is an error message as AWS words a refusal, with or without what the CLI puts before it and with EC2's encoded
	// message, a CloudTrail record, or a decoded message.
	Text      string `json:"text,omitempty"`
	Principal string `json:"principal,omitempty"` // an ARN
	Action    string `json:"action,omitempty"`    // "service:Name"
	Resource  string `json:"resource,omitempty"`  // an ARN; empty is "*"
	// Context are condition keys of the request that are known besides; they count before all others.
	Context map[string][]string `json:"context,omitempty"`
	Region  string              `json:"region,omitempty"` // the Region the request was sent to; empty is us-east-1
	TLS     bool                `json:"tls,omitempty"`    // the request came over HTTPS
	// SessionPolicies are the session's policies as JSON documents, for sessions that the trail does not tell of.
	SessionPolicies []string `json:"sessionPolicies,omitempty"`
}

// Answer explains a decision.
type Answer struct {
	Explanation json.RawMessage `json:"explanation"` // of iampolicy.Explanation
	// Said is what the message asked about said of the cause, if it disagrees with the explanation.
	Said        string   `json:"said,omitempty"`
	Notes       []string `json:"notes"`       // what else is known of the cause
	Found       []string `json:"found"`       // what was looked up in the trail
	Assumptions []string `json:"assumptions"` // what is not known and was taken for granted
	Text        string   `json:"text"`        // all of it, for a person
}

// Finder looks events up in the trail.
type Finder interface {
	Lookup(ctx context.Context, q ledger.Query) (events []ledger.Event, next string, err error)
}

// Desk answers questions.
type Desk struct {
	Store    store.Store
	Events   Finder
	Settings *op.Settings
	Messages *seal.Key // seals encoded authorization messages
	Now      func() time.Time
}

// DoorSession is the name of the sessions that the operator's door gives: with MFA, without session policies or tags, and
// without a record in the trail.
const DoorSession = "umbel-env"

// history is how far back the trail is searched, as far as CloudTrail's event history goes.
const history = 90 * 24 * time.Hour

// attempts bounds how often the call is put together while accounts move between organizations.
const attempts = 4

// Answer answers a question from the state as it is now. Questions that cannot be answered fail with fault.ValidationFailed,
// fault.NoSuchEntity or fault.AccountNotFound.
func (d *Desk) Answer(ctx context.Context, q Question) (Answer, error) {
	f, err := read(q)
	if err != nil {
		return Answer{}, err
	}
	if err := d.complete(ctx, f); err != nil {
		return Answer{}, err
	}
	return d.explain(ctx, f)
}
