// Package model owns the API models of the AWS services: what operations there are, and the shape and constraints of
// everything they take and give. The models are data (see NOTICE for their source and licence), corrected by small
// overlays where AWS itself behaves differently. The package reads them and touches nothing else: it knows neither
// protocols nor which operations are served.
package model

import (
	"regexp"
	"sync"
)

// Protocol is how a service's requests and responses are written, by the model's own names.
type Protocol string

// The protocols that AWS services speak.
const (
	JSON      Protocol = "json"      // awsJson 1.0 and 1.1
	Query     Protocol = "query"     // awsQuery: form in, XML out
	RESTJSON  Protocol = "rest-json" // restJson1
	RESTXML   Protocol = "rest-xml"  // restXml
	EC2       Protocol = "ec2"       // ec2Query
	RPCv2CBOR Protocol = "smithy-rpc-v2-cbor"
)

// Service is one service's model.
type Service struct {
	ID             string // the model's file name: "organizations"
	ServiceID      string // AWS's own identifier: "Organizations"
	FullName       string // "AWS Organizations"
	SigningName    string // in the credential scope: "organizations"
	EndpointPrefix string // first label of the host name
	GlobalEndpoint string // host name of a service that has only one endpoint; empty for regional ones
	Protocol       Protocol
	JSONVersion    string // "1.0" or "1.1", for JSON
	TargetPrefix   string // of X-Amz-Target, for JSON
	APIVersion     string // "2016-11-28"
	XMLNamespace   string // of responses, for Query and RESTXML
	// QueryCompatible tells of a JSON or CBOR service that was a query service: its failures name their old codes, too.
	QueryCompatible bool
	Operations      map[string]*Operation
	Shapes          map[string]*Shape

	voices []*Service // the service in each protocol it is spoken to in, the preferred one first; shared by all of them
}

// Operation is one operation of a service.
type Operation struct {
	Service       *Service
	Name          string
	Method        string // HTTP method
	URI           string // path with {labels}, and constant query parameters, as the model has it
	Status        int    // of a success; 200 unless the model says otherwise
	Input, Output *Shape // never nil: an operation without input or output has an empty structure
	ResultWrapper string // element around the output, for Query
	Errors        []*Shape
	Unsigned      bool // may be called without a signature
	UnsignedBody  bool // its body need not be signed; only the catalog tells
	Idempotent    bool
	ReadOnly      bool // only where the model says so
	Deprecated    bool
}

// Type is the type of a shape, by the model's own names.
type Type string

// The types of shapes.
const (
	Structure Type = "structure"
	List      Type = "list"
	Map       Type = "map"
	String    Type = "string"
	Character Type = "character"
	Boolean   Type = "boolean"
	Byte      Type = "byte"
	Short     Type = "short"
	Integer   Type = "integer"
	Long      Type = "long"
	Float     Type = "float"
	Double    Type = "double"
	Timestamp Type = "timestamp"
	Blob      Type = "blob"
)

// Shape is a type of the model with its constraints.
type Shape struct {
	Name            string
	Type            Type
	Members         []*Member // of a structure, in the model's order
	Payload         string    // the member that is the whole body
	Elem            *Member   // of a list
	Key, Value      *Member   // of a map
	Flattened       bool      // a list or map without a wrapping element
	Enum            []string
	Min, Max        *float64 // length in characters or elements, or the range of a number
	Pattern         string   // as the model writes it; it has to match the whole string
	TimestampFormat string   // iso8601, unixTimestamp or rfc822; empty for the protocol's own
	XMLNamespace    string
	Sensitive       bool // its value must not be logged
	Streaming       bool
	Union           bool // exactly one member is set
	Document        bool // any JSON value
	Exception       bool
	Fault           bool   // an exception that is the server's failure
	ErrorCode       string // wire code of an exception where it differs from the name
	ErrorStatus     int    // HTTP status of an exception; 0 where the model does not say

	match func() matcher
}

// Member is a member of a structure, the element of a list, or the key or value of a map.
type Member struct {
	Name            string // empty for elements, keys and values
	Shape           *Shape
	Required        bool
	Location        string // header, headers, querystring, uri, statusCode; empty for the body
	LocationName    string // its name there, or in the body
	QueryName       string // its name in ec2 queries
	Flattened       bool
	Streaming       bool
	XMLAttribute    bool
	XMLNamespace    string
	TimestampFormat string
	JSONValue       bool // a header whose string is encoded JSON
	Token           bool // an idempotency token, which a client fills in by itself
	Deprecated      bool
}

// Member gives the member of that name, or nil.
func (s *Shape) Member(name string) *Member {
	for _, m := range s.Members {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// WireName is the name of the member in its place on the wire.
func (m *Member) WireName() string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return m.Name
}

// GoName is the name of the field that carries the member: its own, capitalized.
func (m *Member) GoName() string {
	if m.Name == "" || m.Name[0] < 'a' || m.Name[0] > 'z' {
		return m.Name
	}
	return string(m.Name[0]-'a'+'A') + m.Name[1:]
}

// Code is the name of an exception on the wire.
func (s *Shape) Code() string {
	if s.ErrorCode != "" {
		return s.ErrorCode
	}
	return s.Name
}

// Matches reports whether the shape's pattern matches the whole of s. A shape without a pattern matches everything.
func (s *Shape) Matches(v string) bool { return s.match == nil || s.match()(v) }

// setPattern prepares the pattern for Matches. The expression is compiled when it is first asked for: few of a model's
// patterns ever are.
// A value that begins with what matches except is refused: some patterns of the models say by a lookahead what a value
// must not be, which Go's expressions cannot.
func (s *Shape) setPattern(shown, match, except string) {
	s.Pattern = shown
	if match == "" {
		match = shown
	}
	switch match {
	case "", `[\s\S]*`, `(?s).*`:
		return // everything
	}
	s.match = sync.OnceValue(func() matcher {
		matches := newMatcher(translate(match))
		if except == "" {
			return matches
		}
		refused := regexp.MustCompile("^(?:" + except + ")")
		return func(v string) bool { return matches(v) && !refused.MatchString(v) }
	})
}
