package iampolicy

import "encoding/json"

// MarshalText gives the outcome's name, as String does.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// MarshalText gives the layer's name, as String does.
func (l Layer) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// String gives the grant's name in explanations: "account", "role", "caller", or "" for GrantNone.
func (g Grant) String() string { return [...]string{"", "account", "role", "caller"}[g] }

// String gives the kind's name in explanations.
func (k StepKind) String() string {
	return [...]string{"", "setKey", "dropKey", "removePolicy", "removeStatement", "extend", "addStatement"}[k]
}

// jsonExplanation is the written form: a Decision's members first.
type jsonExplanation struct {
	Decision        string            `json:"decision"`
	Layer           string            `json:"layer,omitempty"`
	Target          string            `json:"target,omitempty"`
	Policy          string            `json:"policy,omitempty"`
	Statement       *int              `json:"statement,omitempty"`
	Sid             string            `json:"sid,omitempty"`
	Principal       string            `json:"principal"`
	Action          string            `json:"action"`
	Resource        string            `json:"resource"`
	Account         string            `json:"principalAccount,omitempty"`
	ResourceAccount string            `json:"resourceAccount,omitempty"`
	CrossAccount    bool              `json:"crossAccount"`
	Grant           string            `json:"resourceGrant,omitempty"`
	Cause           string            `json:"cause"`
	Layers          []LayerReport     `json:"layers"`
	Matched         []StatementReport `json:"matched"`
	Nearest         []StatementReport `json:"nearest"`
	Absent          []string          `json:"absentKeys"`
	Remedies        []Remedy          `json:"remedies"`
}

// MarshalJSON writes an explanation: the members of its Decision, then what explains it. Lists are never null.
func (e *Explanation) MarshalJSON() ([]byte, error) {
	d := &e.Decision
	return json.Marshal(jsonExplanation{
		Decision: d.Outcome.String(), Layer: d.Layer.String(), Target: d.Target, Policy: d.Policy, Statement: indexed(d.Statement), Sid: d.Sid,
		Principal: e.Caller, Action: e.Action, Resource: e.Resource, Account: e.CallerAccount, ResourceAccount: e.ResourceAccount,
		CrossAccount: e.CrossAccount, Grant: e.Grant.String(), Cause: e.Cause(), Layers: filled(e.Layers), Matched: filled(e.Matched),
		Nearest: filled(e.Nearest), Absent: filled(e.Absent), Remedies: filled(e.Remedies),
	})
}

// indexed leaves out -1.
func indexed(i int) *int {
	if i < 0 {
		return nil
	}
	return &i
}

// filled keeps a list from being null.
func filled[E any](l []E) []E {
	if l == nil {
		return []E{}
	}
	return l
}

// MarshalJSON writes a layer's report.
func (r LayerReport) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Layer    Layer   `json:"layer"`
		Target   string  `json:"target,omitempty"`
		Decision Outcome `json:"decision"`
		Exempt   string  `json:"exempt,omitempty"`
		Waived   bool    `json:"waived,omitempty"`
		Policies int     `json:"policies"`
	}{r.Layer, r.Target, r.Outcome, r.Exempt, r.Waived, r.Policies})
}

// MarshalJSON writes a statement's report. A document that cannot be read has an error and no statement.
func (s StatementReport) MarshalJSON() ([]byte, error) {
	effect := "Allow"
	if s.Deny {
		effect = "Deny"
	}
	out := struct {
		Layer     Layer     `json:"layer"`
		Target    string    `json:"target,omitempty"`
		Policy    string    `json:"policy"`
		Statement *int      `json:"statement,omitempty"`
		Sid       string    `json:"sid,omitempty"`
		Effect    string    `json:"effect"`
		Start     *Position `json:"start,omitempty"`
		End       *Position `json:"end,omitempty"`
		Applies   bool      `json:"applies"`
		Parts     []Part    `json:"parts"`
		Error     string    `json:"error,omitempty"`
	}{Layer: s.Layer, Target: s.Target, Policy: s.Policy, Statement: indexed(s.Statement), Sid: s.Sid, Effect: effect, Applies: s.Applies, Parts: filled(s.Parts), Error: s.Error}
	if s.Statement >= 0 {
		out.Start, out.End = &s.Start, &s.End
	}
	return json.Marshal(out)
}

// MarshalJSON writes a step with its wording.
func (s Step) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Kind      string   `json:"kind"`
		Text      string   `json:"text"`
		Layer     string   `json:"layer,omitempty"`
		Target    string   `json:"target,omitempty"`
		Policy    string   `json:"policy,omitempty"`
		Statement *int     `json:"statement,omitempty"`
		Sid       string   `json:"sid,omitempty"`
		Element   string   `json:"element,omitempty"`
		Key       string   `json:"key,omitempty"`
		Values    []string `json:"values,omitempty"`
		Like      string   `json:"like,omitempty"`
		Action    string   `json:"action,omitempty"`
		Resource  string   `json:"resource,omitempty"`
	}{
		s.Kind.String(), s.Text(), s.Layer.String(), s.Target, s.Policy, indexed(s.Statement), s.Sid, s.Element, s.Key, s.Values, s.Like,
		s.Action, s.Resource,
	})
}
