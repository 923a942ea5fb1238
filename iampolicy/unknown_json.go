package iampolicy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// UnmarshalJSON reads an unknown as it stands in requests of `umbel decide`: its name as a string, or an object with the members
// name, present, multiValued and values.
func (u *Unknown) UnmarshalJSON(text []byte) error {
	if strings.HasPrefix(string(text), `"`) {
		return json.Unmarshal(text, &u.Name)
	}
	var in struct {
		Name        string   `json:"name"`
		Present     bool     `json:"present"`
		MultiValued bool     `json:"multiValued"`
		Values      []string `json:"values"`
	}
	if err := decodeStrict(text, &in); err != nil {
		return err
	}
	*u = Unknown(in)
	return nil
}

// MarshalJSON writes a partial decision as `umbel decide` shows it: like a Decision where nothing depends.
func (d PartialDecision) MarshalJSON() ([]byte, error) {
	if d.Outcome != Depends {
		return json.Marshal(d.Decision)
	}
	return json.Marshal(struct {
		Decision  string   `json:"decision"`
		DependsOn []string `json:"dependsOn"`
		Allowing  *Example `json:"allowing"`
		Denying   *Example `json:"denying"`
	}{d.Outcome.String(), d.DependsOn, d.Allowing, d.Denying})
}

// DecodePartialRequest reads a request of which something may be unknown, as DecodeRequest does; the list of unknowns is empty if
// nothing is. What is unknown stands in its member "unknown", a list (see Unknown), and a policy with "unknown": true instead of
// a document is unknown too. A key that the context states cannot be in the list.
func DecodePartialRequest(text []byte, shared *PolicySet) (*Request, *Policies, []Unknown, error) {
	in, req, ps, err := decodeRequest(text, shared)
	if err != nil {
		return nil, nil, nil, err
	}
	listed := map[string]bool{}
	for i := range in.Unknown {
		name := in.Unknown[i].Name
		listed[name] = true
		for key := range in.Context {
			if equalFold(key, name) {
				return nil, nil, nil, fmt.Errorf("context: %s: given, and unknown at once", key)
			}
		}
	}
	unknowns := in.Unknown
	ps.each(func(_ Layer, s *Source) {
		if name := "policy:" + s.ID; s.Document == nil && !listed[name] {
			listed[name] = true
			unknowns = append(unknowns, Unknown{Name: name})
		}
	})
	return req, ps, unknowns, nil
}
