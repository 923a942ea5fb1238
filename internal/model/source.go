package model

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// source is a model as its file has it. An overlay has the same form and is merged into it: what an entry of the
// overlay says replaces what the entry of that name said, member by member, and everything else stays.
type source struct {
	Metadata   sourceMetadata
	Operations map[string]*sourceOperation
	Shapes     map[string]*sourceShape
}

type sourceMetadata struct {
	APIVersion      string     `json:"apiVersion"`
	QueryCompatible *struct{}  `json:"awsQueryCompatible"`
	EndpointPrefix  string     `json:"endpointPrefix"`
	GlobalEndpoint  string     `json:"globalEndpoint"`
	JSONVersion     string     `json:"jsonVersion"`
	Protocol        string     `json:"protocol"`
	Protocols       []Protocol `json:"protocols"`
	ServiceFullName string     `json:"serviceFullName"`
	ServiceID       string     `json:"serviceId"`
	SigningName     string     `json:"signingName"`
	TargetPrefix    string     `json:"targetPrefix"`
	XMLNamespace    string     `json:"xmlNamespace"`
}

type sourceOperation struct {
	HTTP struct {
		Method       string `json:"method"`
		RequestURI   string `json:"requestUri"`
		ResponseCode int    `json:"responseCode"`
	} `json:"http"`
	Input      *sourceRef  `json:"input"`
	Output     *sourceRef  `json:"output"`
	Errors     []sourceRef `json:"errors"`
	AuthType   string      `json:"authtype"`
	Idempotent bool        `json:"idempotent"`
	ReadOnly   bool        `json:"readonly"`
	Deprecated bool        `json:"deprecated"`
}

type sourceShape struct {
	Type            string        `json:"type"`
	Required        []string      `json:"required"`
	Members         sourceMembers `json:"members"`
	Member          *sourceRef    `json:"member"`
	Key             *sourceRef    `json:"key"`
	Value           *sourceRef    `json:"value"`
	Payload         string        `json:"payload"`
	Flattened       bool          `json:"flattened"`
	Enum            []string      `json:"enum"`
	Min             *float64      `json:"min"`
	Max             *float64      `json:"max"`
	Pattern         string        `json:"pattern"`
	Match           string        `json:"match"`  // overlays only: the pattern in Go's syntax
	Except          string        `json:"except"` // overlays only: a pattern in Go's syntax that no value may begin with
	TimestampFormat string        `json:"timestampFormat"`
	XMLNamespace    xmlNamespace  `json:"xmlNamespace"`
	Sensitive       bool          `json:"sensitive"`
	Streaming       bool          `json:"streaming"`
	Union           bool          `json:"union"`
	Document        bool          `json:"document"`
	Exception       bool          `json:"exception"`
	Fault           bool          `json:"fault"`
	Error           struct {
		Code       string `json:"code"`
		StatusCode int    `json:"httpStatusCode"`
	} `json:"error"`
}

type sourceRef struct {
	name            string
	Shape           string       `json:"shape"`
	Location        string       `json:"location"`
	LocationName    string       `json:"locationName"`
	QueryName       string       `json:"queryName"`
	ResultWrapper   string       `json:"resultWrapper"`
	Flattened       bool         `json:"flattened"`
	Streaming       bool         `json:"streaming"`
	XMLAttribute    bool         `json:"xmlAttribute"`
	XMLNamespace    xmlNamespace `json:"xmlNamespace"`
	TimestampFormat string       `json:"timestampFormat"`
	JSONValue       bool         `json:"jsonvalue"`
	Token           bool         `json:"idempotencyToken"`
	Deprecated      bool         `json:"deprecated"`
}

// xmlNamespace is written as a string or as an object with a uri.
type xmlNamespace string

// UnmarshalJSON takes either form.
func (x *xmlNamespace) UnmarshalJSON(raw []byte) error {
	var o struct {
		URI string `json:"uri"`
	}
	if raw[0] != '{' {
		return json.Unmarshal(raw, (*string)(x))
	}
	err := json.Unmarshal(raw, &o)
	*x = xmlNamespace(o.URI)
	return err
}

// sourceMembers are the members of a structure in the file's order.
type sourceMembers []sourceRef

// UnmarshalJSON merges the object into what is there: members that exist are changed, others are added at the end.
func (ms *sourceMembers) UnmarshalJSON(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := tok.(string)
		if err := dec.Decode(ms.named(name)); err != nil {
			return fmt.Errorf("member %s: %w", name, err)
		}
	}
	return nil
}

// named finds the member, or adds it.
func (ms *sourceMembers) named(name string) *sourceRef {
	for i := range *ms {
		if (*ms)[i].name == name {
			return &(*ms)[i]
		}
	}
	*ms = append(*ms, sourceRef{name: name})
	return &(*ms)[len(*ms)-1]
}

func newSource() *source {
	return &source{Operations: map[string]*sourceOperation{}, Shapes: map[string]*sourceShape{}}
}

// merge reads a model or an overlay over what is there.
func (s *source) merge(raw []byte) error {
	var file struct {
		Metadata   json.RawMessage            `json:"metadata"`
		Operations map[string]json.RawMessage `json:"operations"`
		Shapes     map[string]json.RawMessage `json:"shapes"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return err
	}
	if file.Metadata != nil {
		if err := json.Unmarshal(file.Metadata, &s.Metadata); err != nil {
			return fmt.Errorf("metadata: %w", err)
		}
	}
	if err := mergeAll(s.Operations, file.Operations); err != nil {
		return err
	}
	return mergeAll(s.Shapes, file.Shapes)
}

// mergeAll decodes each entry over the one of its name.
func mergeAll[T any](into map[string]*T, from map[string]json.RawMessage) error {
	for name, raw := range from {
		if into[name] == nil {
			into[name] = new(T)
		}
		if err := json.Unmarshal(raw, into[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
