package authz

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/seal"
)

// MessagePurpose is the purpose of the seal key that encoded authorization messages are sealed under.
const MessagePurpose = "authorization message"

// Refusal is what a refused call was decided by: the cause of the error that Authorize gives.
type Refusal struct {
	Request  iampolicy.Request
	Policies iampolicy.Policies
	Decision iampolicy.Decision
	caller   *op.Caller
}

// Error names what was refused, for logs.
func (r *Refusal) Error() string {
	return r.Decision.Outcome.String() + " of " + r.Request.Action + " on " + r.Request.Resource
}

// items is how the decoded message writes lists.
type items[T any] struct {
	Items []T `json:"items"`
}

type valueItem struct {
	Value string `json:"value"`
}

// messageText is a decoded message (STS API reference, DecodeAuthorizationMessage: what it contains; its form as AWS answers it).
type messageText struct {
	Allowed           bool                    `json:"allowed"`
	ExplicitDeny      bool                    `json:"explicitDeny"`
	MatchedStatements items[matchedStatement] `json:"matchedStatements"`
	Failures          items[valueItem]        `json:"failures"`
	Context           messageContext          `json:"context"`
}

type matchedStatement struct {
	StatementID     string                  `json:"statementId"`
	Effect          string                  `json:"effect"`
	Principals      items[valueItem]        `json:"principals"`
	PrincipalGroups items[valueItem]        `json:"principalGroups"`
	Actions         items[valueItem]        `json:"actions"`
	NotActions      *items[valueItem]       `json:"notActions,omitempty"`
	Resources       items[valueItem]        `json:"resources"`
	NotResources    *items[valueItem]       `json:"notResources,omitempty"`
	Conditions      items[matchedCondition] `json:"conditions"`
}

type matchedCondition struct {
	Key   string           `json:"key"`
	Value items[valueItem] `json:"value"`
}

type messageContext struct {
	Principal  messagePrincipal        `json:"principal"`
	Action     string                  `json:"action"`
	Resource   string                  `json:"resource"`
	Conditions items[messageCondition] `json:"conditions"`
}

type messagePrincipal struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	ARN  string `json:"arn"`
}

type messageCondition struct {
	Key    string           `json:"key"`
	Values items[valueItem] `json:"values"`
}

func values(texts []string) items[valueItem] {
	out := items[valueItem]{Items: make([]valueItem, len(texts))}
	for i, t := range texts {
		out.Items[i].Value = t
	}
	return out
}

// text gives the refusal as the JSON that DecodeAuthorizationMessage answers.
func (r *Refusal) text() ([]byte, error) {
	m := messageText{
		ExplicitDeny:      r.Decision.Outcome == iampolicy.ExplicitDeny,
		MatchedStatements: items[matchedStatement]{Items: []matchedStatement{}},
		Failures:          values(nil),
		Context: messageContext{
			Principal:  messagePrincipal{ID: r.caller.UserID, ARN: r.caller.ARN},
			Action:     r.Request.Action,
			Resource:   r.Request.Resource,
			Conditions: items[messageCondition]{Items: []messageCondition{}},
		},
	}
	if r.caller.Kind == op.User {
		m.Context.Principal.Name = r.caller.Name
	}
	r.Request.Context.Keys(func(key string, v []string) bool {
		m.Context.Conditions.Items = append(m.Context.Conditions.Items, messageCondition{key, values(v)})
		return true
	})
	slices.SortFunc(m.Context.Conditions.Items, func(a, b messageCondition) int { return strings.Compare(a.Key, b.Key) })
	if s, ok := r.statement(); ok {
		m.MatchedStatements.Items = append(m.MatchedStatements.Items, s)
	}
	return json.Marshal(m)
}

// statement shows the statement that denied; false if none did.
func (r *Refusal) statement() (matchedStatement, bool) {
	text, ok := r.document()
	if !ok || r.Decision.Statement < 0 {
		return matchedStatement{}, false
	}
	var policy struct{ Statement anyOrList[policyStatement] }
	if json.Unmarshal([]byte(text), &policy) != nil || r.Decision.Statement >= len(policy.Statement) {
		return matchedStatement{}, false
	}
	s := policy.Statement[r.Decision.Statement]
	id, _, _ := strings.Cut(r.caller.UserID, ":")
	m := matchedStatement{
		StatementID: s.Sid, Effect: strings.ToUpper(s.Effect), Principals: values([]string{id}), PrincipalGroups: values(nil),
		Actions: values(s.Action), Resources: values(s.Resource), Conditions: items[matchedCondition]{Items: []matchedCondition{}},
	}
	if s.NotAction != nil {
		not := values(s.NotAction)
		m.NotActions = &not
	}
	if s.NotResource != nil {
		not := values(s.NotResource)
		m.NotResources = &not
	}
	for _, keys := range s.Condition {
		for key, v := range keys {
			m.Conditions.Items = append(m.Conditions.Items, matchedCondition{key, values(v)})
		}
	}
	slices.SortFunc(m.Conditions.Items, func(a, b matchedCondition) int { return strings.Compare(a.Key, b.Key) })
	return m, true
}

// policyStatement is a statement as it is shown; who it names is not.
type policyStatement struct {
	Sid         string
	Effect      string
	Action      anyOrList[string]
	NotAction   anyOrList[string]
	Resource    anyOrList[string]
	NotResource anyOrList[string]
	Condition   map[string]map[string]anyOrList[string]
}

// anyOrList is what policies write alone or as a list.
type anyOrList[T any] []T

// UnmarshalJSON takes either form; numbers and truth values count as texts.
func (l *anyOrList[T]) UnmarshalJSON(raw []byte) error {
	var list []json.RawMessage
	if raw[0] != '[' {
		list = []json.RawMessage{raw}
	} else if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	*l = make([]T, len(list))
	for i, one := range list {
		if text, ok := any(&(*l)[i]).(*string); ok && one[0] != '"' {
			*text = string(one)
			continue
		}
		if err := json.Unmarshal(one, &(*l)[i]); err != nil {
			return err
		}
	}
	return nil
}

// document finds the text of the policy that decided.
func (r *Refusal) document() (string, bool) {
	ps := &r.Policies
	var sources []iampolicy.Source
	switch r.Decision.Layer {
	case iampolicy.LayerServiceControl:
		sources = ofChain(ps.ServiceControl)
	case iampolicy.LayerResourceControl:
		sources = ofChain(ps.ResourceControl)
	case iampolicy.LayerResource:
		sources = []iampolicy.Source{*ps.Resource}
	case iampolicy.LayerIdentity:
		sources = ps.Identity
	case iampolicy.LayerBoundary:
		sources = []iampolicy.Source{*ps.Boundary}
	case iampolicy.LayerSession:
		sources = ps.Session
	}
	i := slices.IndexFunc(sources, func(s iampolicy.Source) bool { return s.ID == r.Decision.Policy && s.Document != nil })
	if i < 0 {
		return "", false
	}
	return sources[i].Document.Text(), true
}

func ofChain(levels []iampolicy.Level) (all []iampolicy.Source) {
	for _, l := range levels {
		all = append(all, l.Policies...)
	}
	return all
}

// Messages are of the URL alphabet, without padding, as those of AWS.
var (
	toMessage   = strings.NewReplacer("+", "-", "/", "_", "=", "")
	fromMessage = strings.NewReplacer("-", "+", "_", "/")
)

// Encode gives the refusal as an encoded authorization message, which only who may call sts:DecodeAuthorizationMessage in the
// caller's account can read.
func (r *Refusal) Encode(key *seal.Key) (string, error) {
	plain, err := r.text()
	if err != nil {
		return "", fmt.Errorf("authz: message: %w", err)
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return "", fmt.Errorf("authz: message: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return "", fmt.Errorf("authz: message: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("authz: message: %w", err)
	}
	return toMessage.Replace(key.Seal(packed.Bytes(), []byte(r.caller.Account))), nil
}

// DecodeMessage gives the JSON of an encoded authorization message of the account, or seal.ErrForged.
func DecodeMessage(key *seal.Key, account ident.AccountID, message string) (string, error) {
	padded := fromMessage.Replace(message) + strings.Repeat("=", -len(message)&3)
	packed, err := key.Open(padded, []byte(account))
	if err != nil {
		return "", err
	}
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return "", fmt.Errorf("authz: message: %w", err)
	}
	return string(plain), nil
}
