package wire

import (
	"strings"
	"testing"

	"umbel/internal/fault"
	"umbel/internal/model/cloudtrail"
)

func TestMalformedJSON(t *testing.T) {
	deep := strings.Repeat(`[`, 100_000)
	tests := []struct{ body, message string }{
		{`[]`, "Start of list found where not expected"},
		{`"x"`, "Expected structure or map or null"},
		{`{`, "Unexpected end of the request body."},
		{`{}}`, "Unexpected character '}' at position 2 of the request body."},
		{`{"StartTime":"2026-01-01T00:00:00Z"}`, "STRING_VALUE can not be converted to a Timestamp"},
		{`{"StartTime":1e300}`, `"1e300" can not be converted to a Timestamp`},
		{`{"MaxResults":"5"}`, "STRING_VALUE can not be converted to an Integer"},
		{`{"MaxResults":5.5}`, "5.5 can not be converted to an Integer"},
		{`{"MaxResults":3000000000}`, "3000000000 can not be converted to an Integer"},
		{`{"MaxResults":05}`, "Unexpected character '0' at position 14 of the request body."},
		{`{"MaxResults":true}`, "BOOLEAN_VALUE can not be converted to an Integer"},
		{`{"NextToken":5}`, "NUMBER_VALUE can not be converted to a String"},
		{`{"NextToken":{}}`, "Start of structure or map found where not expected."},
		{`{"NextToken":[]}`, "Start of list found where not expected"},
		{`{"LookupAttributes":{}}`, "Start of structure or map found where not expected."},
		{`{"LookupAttributes":5}`, "Expected list or null"},
		{`{"LookupAttributes":[5]}`, "Expected structure or map or null"},
		{`{"LookupAttributes":[null]}`, "null found where a structure or map was expected"},
		{`{"NextToken":"a` + "\n" + `"}`, `Unexpected character '\n' at position 15 of the request body.`},
		{`{"NextToken":"\u0000"}`, "Invalid escape sequence at position 20 of the request body."},
		{`{"NextToken":"\ud800"}`, "Invalid escape sequence at position 20 of the request body."},
		{`{"NextToken":"\ud800\u0041"}`, "Invalid escape sequence at position 26 of the request body."},
		{`{"NextToken":"\x41"}`, "Invalid escape sequence at position 14 of the request body."},
		{`{"NextToken":"\`, "Unexpected end of the request body."},
		{"{\"NextToken\":\"\xff\"}", "The request body is not valid UTF-8."},
		{`{"Unknown":` + deep + `}`, "The request body is nested too deeply."},
		{`{"Unknown":[1,]}`, "Unexpected character ']' at position 14 of the request body."},
		{`{"Unknown":tru}`, "Unexpected character 't' at position 11 of the request body."},
		{`{"Unknown":1.}`, "Unexpected character '}' at position 13 of the request body."},
		{`{"Unknown" 1}`, "Unexpected character '1' at position 11 of the request body."},
		{`{"Unknown":"x}`, "Unexpected end of the request body."},
	}
	_, op := load(t, "cloudtrail", "LookupEvents")
	for _, tt := range tests {
		var in cloudtrail.LookupEventsInput
		err := Decode(op, jsonRequest(op, tt.body), &in)
		if !fault.Is(err, fault.MalformedRequest) || !strings.Contains(err.Error(), tt.message) {
			t.Errorf("%.80s: %v", tt.body, err)
		}
	}
}

func TestJSONNumbersThatAreWhole(t *testing.T) {
	_, op := load(t, "cloudtrail", "LookupEvents")
	for body, want := range map[string]int32{`{"MaxResults":5.0}`: 5, `{"MaxResults":5e0}`: 5, `{"MaxResults":1,"MaxResults":7}`: 7} {
		var in cloudtrail.LookupEventsInput
		if err := Decode(op, jsonRequest(op, body), &in); err != nil || *in.MaxResults != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestMalformedQuery(t *testing.T) {
	tests := []struct{ operation, body, message string }{
		{"AssumeRole", "RoleArn=%zz", "The request contains an invalid escape sequence."},
		{"AssumeRole", "RoleArn=%ff", "The request contains a value that is not valid UTF-8 text."},
		{"AssumeRole", "RoleArn=a%00b", "The request contains a value that is not valid UTF-8 text."},
		{"AssumeRole", "DurationSeconds=abc", `"abc" is not a valid value of DurationSeconds.`},
		{"AssumeRole", "DurationSeconds=", `"" is not a valid value of DurationSeconds.`},
		{"AssumeRole", "DurationSeconds=99999999999", `"99999999999" is not a valid value of DurationSeconds.`},
		{"AssumeRole", "Tags.member.x.Key=a", "x is not a valid index of Tags.member."},
		{"AssumeRole", "Tags.member.-1.Key=a", "-1 is not a valid index of Tags.member."},
		{"AssumeRole", "Tags.member.99999999999999999999.Key=a", "99999999999999999999 is not a valid index of Tags.member."},
		{"AssumeRole", "RoleArn.member.1=a", "RoleArn is not a structure or a list."},
		{"AssumeRole", strings.Repeat("&", maxParams), "The request has too many parameters."},
	}
	for _, tt := range tests {
		e := decodeError(t, "sts", tt.operation, tt.body)
		if e == nil || e.Code != fault.MalformedRequest || e.Message != tt.message {
			t.Errorf("%.80s: %v", tt.body, e)
		}
	}
}

func TestWrongTypeIsADefect(t *testing.T) {
	_, op := load(t, "organizations", "MoveAccount")
	var wrong struct{ AccountId string }
	if err := Decode(op, jsonRequest(op, `{}`), &wrong); err == nil || fault.CodeOf(err) != "" {
		t.Errorf("decoded into a type that cannot carry the input: %v", err)
	}
	if err := Decode(op, jsonRequest(op, `{}`), 5); err == nil {
		t.Error("decoded into a number")
	}
}

// checkDecoded makes sure of what holds for any body: the decoder ends, and fails only in its own ways.
func checkDecoded(t *testing.T, err error) {
	t.Helper()
	switch fault.CodeOf(err) {
	case "", fault.MalformedRequest, fault.ValidationFailed, fault.InvalidPageToken, fault.InvalidMaxResults, fault.InvalidLookupAttributes, fault.InvalidEventCategory:
		if err != nil && fault.CodeOf(err) == "" {
			t.Errorf("an error without a code: %v", err)
		}
	default:
		t.Errorf("unexpected code: %v", err)
	}
}

func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"StartTime":1.5,"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"\u00e9\ud83d\ude00"}]}`,
		`{"MaxResults":-0,"x":[true,false,null,{"y":1e-3}]}`, `{"NextToken":null}`, ``, ` {"EventCategory":"insight"} `,
	} {
		f.Add([]byte(s))
	}
	_, op := load(f, "cloudtrail", "LookupEvents")
	f.Fuzz(func(t *testing.T, body []byte) {
		var in, again cloudtrail.LookupEventsInput
		err := Decode(op, jsonRequest(op, string(body)), &in)
		checkDecoded(t, err)
		if err != nil {
			return
		}
		b, err := bind(op.Input, &in)
		if err != nil {
			t.Fatal(err)
		}
		written := appendStructure(nil, b.node, b.value, false)
		if err := Decode(op, jsonRequest(op, string(written)), &again); err != nil {
			t.Fatalf("%s was read and written as %s, which is: %v", body, written, err)
		}
		b2, err := bind(op.Input, &again)
		if err != nil {
			t.Fatal(err)
		}
		if twice := appendStructure(nil, b2.node, b2.value, false); string(twice) != string(written) {
			t.Fatalf("%s became %s and then %s", body, written, twice)
		}
	})
}

func FuzzDecodeQuery(f *testing.F) {
	for _, s := range []string{
		"RoleArn=a&RoleSessionName=b", "Tags.member.1.Key=a&Tags.member.1.Value=", "Tags=", "Tags.member.0=&Tags.member.3.Key=%41+",
		"PolicyArns.member.2.arn=x&PolicyArns.member.10.arn=y", "DurationSeconds=900", "&&=&=&a", "ProvidedContexts.member.1.ProviderArn=x",
	} {
		f.Add(s)
	}
	_, op := load(f, "sts", "AssumeRole")
	f.Fuzz(func(t *testing.T, body string) {
		in, _ := newTypes(t, op)
		checkDecoded(t, Decode(op, formRequest(body), in))
		params, err := parseForm(body)
		if err != nil {
			return
		}
		for _, p := range params { // what is found by search is what is there
			if _, ok := params.get(p.name); !ok {
				t.Fatalf("lost %q", p.name)
			}
			if i := strings.LastIndexByte(p.name, '.'); i >= 0 && !params.has(p.name[:i]) {
				t.Fatalf("lost what is under %q", p.name[:i])
			}
		}
	})
}
