package iampolicy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// PolicySet is a set of policies as it is written in JSON: every layer of the chain, levels root first.
type PolicySet struct{ policies Policies }

// jsonPolicies, jsonLevel and jsonSource are the written form.
type jsonPolicies struct {
	ServiceControl  []jsonLevel  `json:"serviceControl"`
	ResourceControl []jsonLevel  `json:"resourceControl"`
	Identity        []jsonSource `json:"identity"`
	Boundary        *jsonSource  `json:"boundary"`
	Session         []jsonSource `json:"session"`
	Resource        *jsonSource  `json:"resource"`
}

type jsonLevel struct {
	Target   string       `json:"target"`
	Policies []jsonSource `json:"policies"`
}

type jsonSource struct {
	Name     string          `json:"name"`
	Document json.RawMessage `json:"document"`
	Unknown  bool            `json:"unknown"` // in place of the document
}

type jsonRequest struct {
	Principal       string                     `json:"principal"`
	Action          string                     `json:"action"`
	Resource        string                     `json:"resource"`
	ResourceAccount string                     `json:"resourceAccount"`
	FederatedBy     string                     `json:"federatedBy"`
	CanonicalUser   string                     `json:"canonicalUser"`
	Context         map[string]json.RawMessage `json:"context"`
	Policies        json.RawMessage            `json:"policies"`
	Unknown         []Unknown                  `json:"unknown"`
}

// DecodePolicies reads a set of policies. Every document is parsed; the error names the first that is malformed.
func DecodePolicies(text []byte) (*PolicySet, error) {
	var in jsonPolicies
	if err := decodeStrict(text, &in); err != nil {
		return nil, err
	}
	set := &PolicySet{}
	p := &set.policies
	var err error
	if p.ServiceControl, err = levels("serviceControl", in.ServiceControl); err != nil {
		return nil, err
	}
	if p.ResourceControl, err = levels("resourceControl", in.ResourceControl); err != nil {
		return nil, err
	}
	if p.Identity, err = sources("identity", in.Identity); err != nil {
		return nil, err
	}
	if p.Session, err = sources("session", in.Session); err != nil {
		return nil, err
	}
	if p.Boundary, err = optional("boundary", in.Boundary); err != nil {
		return nil, err
	}
	p.Resource, err = optional("resource", in.Resource)
	return set, err
}

// DecodeRequest reads one request for a decision. Its own policies come first; if it has none, those of shared are taken,
// which may be nil.
//
// The principal is an ARN (user, assumed-role session, federated user, root), a service's name, or "*" for an anonymous
// caller. Context values are strings, numbers, booleans, or lists of them. Without resourceAccount, the account in the
// resource's ARN owns it, else the principal's own. Of a federated user, federatedBy gives the ARN of the IAM user whose session
// it is; canonicalUser gives the canonical user ID of the principal's account. ResourcePolicyMustAllow tells whether the resource's policy must allow.
//
// A request with something unknown is refused: see DecodePartialRequest.
func DecodeRequest(text []byte, shared *PolicySet) (*Request, *Policies, error) {
	req, ps, unknowns, err := DecodePartialRequest(text, shared)
	if err == nil && len(unknowns) > 0 {
		return nil, nil, errors.New("unknown: here everything must be known")
	}
	return req, ps, err
}

// decodeRequest reads a request, and gives it as it was written too.
func decodeRequest(text []byte, shared *PolicySet) (*jsonRequest, *Request, *Policies, error) {
	var in jsonRequest
	if err := decodeStrict(text, &in); err != nil {
		return nil, nil, nil, err
	}
	set := shared
	if len(in.Policies) > 0 && string(in.Policies) != "null" {
		own, err := DecodePolicies(in.Policies)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("policies: %w", err)
		}
		set = own
	}
	service, name, _ := strings.Cut(in.Action, ":")
	switch {
	case set == nil:
		return nil, nil, nil, errors.New("no policies: neither in the request nor for all")
	case service == "" || name == "":
		return nil, nil, nil, fmt.Errorf(`action: %q is not of the form "service:Name"`, in.Action)
	case in.Resource == "":
		return nil, nil, nil, errors.New(`resource: missing: an ARN, or "*"`)
	}
	req := &Request{Action: in.Action, Resource: in.Resource, ResourceAccount: in.ResourceAccount, Context: new(Context)}
	if parts := strings.SplitN(in.Resource, ":", 6); in.ResourceAccount == "" && len(parts) == 6 && len(parts[4]) == 12 && isDigits(parts[4]) {
		req.ResourceAccount = parts[4]
	}
	for key, raw := range in.Context {
		values, err := contextValues(raw)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("context: %s: %w", key, err)
		}
		if _, twice := req.Context.Get(key); twice {
			return nil, nil, nil, fmt.Errorf("context: %s: given twice, in different case", key)
		}
		req.Context.Set(key, values...)
	}
	var err error
	if req.Principal, err = ParsePrincipal(in.Principal, req.Context); err != nil {
		return nil, nil, nil, fmt.Errorf("principal: %w", err)
	}
	req.Principal.UserARN, req.Principal.CanonicalUser = in.FederatedBy, in.CanonicalUser
	describePrincipal(&req.Principal, req.Context)
	policies := set.policies
	policies.ResourceMustAllow = ResourcePolicyMustAllow(req.Action, req.Resource)
	return &in, req, &policies, nil
}

func decodeStrict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("the JSON text ends too early")
		}
		return fmt.Errorf("not of the expected form: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end of the JSON object")
	}
	return nil
}

func levels(layer string, in []jsonLevel) ([]Level, error) {
	var out []Level
	for i := range in {
		policies, err := sources(fmt.Sprintf("%s[%d]", layer, i), in[i].Policies)
		if err != nil {
			return nil, err
		}
		out = append(out, Level{Target: in[i].Target, Policies: policies})
	}
	return out, nil
}

func sources(layer string, in []jsonSource) ([]Source, error) {
	var out []Source
	for i := range in {
		s, err := in[i].source(fmt.Sprintf("%s[%d]", layer, i))
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func optional(layer string, in *jsonSource) (*Source, error) {
	if in == nil {
		return nil, nil
	}
	s, err := in.source(layer)
	return &s, err
}

// source takes a document as a JSON object, or as a string that holds one.
func (s *jsonSource) source(where string) (Source, error) {
	var text string
	if json.Unmarshal(s.Document, &text) != nil {
		text = string(s.Document)
	}
	if s.Unknown && text == "" && s.Name != "" {
		return Source{ID: s.Name}, nil
	}
	if s.Unknown {
		return Source{}, fmt.Errorf("%s: an unknown policy has a name and no document", where)
	}
	if text == "" {
		return Source{}, fmt.Errorf("%s: the policy %q has no document", where, s.Name)
	}
	d := NewDocument(text)
	if _, err := d.Policy(); err != nil {
		return Source{}, fmt.Errorf("%s: the policy %q: %w", where, s.Name, err)
	}
	return Source{ID: s.Name, Document: d}, nil
}

func contextValues(raw json.RawMessage) ([]string, error) {
	v, f := readJSON(string(raw))
	if f != nil {
		return nil, f.syntaxError(string(raw))
	}
	list := []jsonValue{v}
	if v.kind == jsonArray {
		list = v.items
	}
	var out []string
	for i := range list {
		switch list[i].kind {
		case jsonString, jsonNumber, jsonBool:
			out = append(out, list[i].text)
		default:
			return nil, errors.New("a value is a string, a number, true or false, or a list of them")
		}
	}
	return out, nil
}

// MarshalJSON writes a decision as `umbel decide` shows it; what is not known is left out.
func (d Decision) MarshalJSON() ([]byte, error) {
	out := struct {
		Decision  string `json:"decision"`
		Layer     string `json:"layer,omitempty"`
		Target    string `json:"target,omitempty"`
		Policy    string `json:"policy,omitempty"`
		Statement *int   `json:"statement,omitempty"`
		Sid       string `json:"sid,omitempty"`
	}{Decision: d.Outcome.String(), Layer: d.Layer.String(), Target: d.Target, Policy: d.Policy, Sid: d.Sid}
	if d.Statement >= 0 {
		out.Statement = &d.Statement
	}
	return json.Marshal(out)
}

// String gives the layer's name in requests and decisions of `umbel decide`; "" for LayerNone.
func (l Layer) String() string {
	switch l {
	case LayerServiceControl:
		return "serviceControl"
	case LayerResourceControl:
		return "resourceControl"
	case LayerResource:
		return "resource"
	case LayerIdentity:
		return "identity"
	case LayerBoundary:
		return "boundary"
	case LayerSession:
		return "session"
	}
	return ""
}
