package iampolicy

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"order of the elements": {
			`{"Statement":[{"Condition":{"StringLike":{"b":["x"],"a":["y","z"]},"Bool":{"c":true,"d":"false"}},"NotResource":"*","NotAction":["s3:*"],"NotPrincipal":{"Service":"a.b","AWS":["1","2"]},"Effect":"Deny","Sid":"S"}],"Id":"i","Version":"2012-10-17"}`,
			`{
  "Version": "2012-10-17",
  "Id": "i",
  "Statement": [
    {
      "Sid": "S",
      "Effect": "Deny",
      "NotPrincipal": {
        "Service": "a.b",
        "AWS": [
          "1",
          "2"
        ]
      },
      "NotAction": ["s3:*"],
      "NotResource": "*",
      "Condition": {
        "StringLike": {
          "b": ["x"],
          "a": [
            "y",
            "z"
          ]
        },
        "Bool": {
          "c": true,
          "d": "false"
        }
      }
    }
  ]
}
`},
		"one statement without a list": {
			"{ \"Statement\" : {\n\"Resource\":\"*\",\t\"Action\":\"*\", \"Principal\":\"*\",\"Effect\":\"Allow\",\"Condition\":{}}}",
			`{
  "Statement": {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {}
  }
}
`},
		"nothing in lists": {
			`{"Statement":[{"Effect":"Allow","Action":[],"Resource":[]}]}`,
			`{
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [],
      "Resource": []
    }
  ]
}
`},
		"no statements":          {`{"Statement":[]}`, "{\n  \"Statement\": []\n}\n"},
		"numbers as written":     {`{"Statement":{"Effect":"Deny","Condition":{"NumericLessThan":{"Statement":[1.50,2e3]}}}}`, "{\n  \"Statement\": {\n    \"Effect\": \"Deny\",\n    \"Condition\": {\n      \"NumericLessThan\": {\n        \"Statement\": [\n          1.50,\n          2e3\n        ]\n      }\n    }\n  }\n}\n"},
		"escapes only if needed": {`{"Id":"\u0041\/<é>\"\\\n\t\u0001","Statement":[]}`, "{\n  \"Id\": \"A/<é>\\\"\\\\\\n\\t\\u0001\",\n  \"Statement\": []\n}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Format(tt.text)
			if err != nil || got != tt.want {
				t.Fatalf("%v\n%s", err, got)
			}
			checkFormat(t, tt.text)
		})
	}
}

func TestFormatRefusesWhatIsNoPolicy(t *testing.T) {
	for _, text := range malformed {
		_, parsed := parseTree(text)
		got, err := Format(text)
		var syntax *SyntaxError
		if parsed != nil && (got != "" || !errors.As(err, &syntax) || *syntax != *parsed.syntaxError(text)) {
			t.Errorf("%s: %q, %v, want the error of Parse: %v", text, got, err, parsed.syntaxError(text))
		}
	}
	_, err := Format("{\n  \"Statement\": [],\n  \"Statement\": []\n}")
	if err == nil || err.Error() != `line 3, column 3: the key "Statement" appears twice` {
		t.Errorf("a duplicate element: %v", err)
	}
}

// checkFormat wants the formatted text to be the same policy, the same JSON values in the same lists, and to stay as it is.
func checkFormat(t *testing.T, text string) {
	t.Helper()
	got, err := Format(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if again, err := Format(got); err != nil || again != got {
		t.Errorf("%s\nformatted twice, with %v:\n%s", got, err, again)
	}
	before, f := parseTree(text)
	if f != nil {
		t.Fatal(f.message)
	}
	after, f := parseTree(got)
	if f != nil {
		t.Fatal(f.message)
	}
	if a, b := unplaced(before), unplaced(after); !reflect.DeepEqual(a, b) {
		t.Errorf("%s\nis another policy than\n%s", got, text)
	}
	var a, b any
	if json.Unmarshal([]byte(text), &a) != nil || json.Unmarshal([]byte(got), &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("%s\nhas other values than\n%s", got, text)
	}
}

// unplaced gives a tree without the places of its parts.
func unplaced(t *syntaxTree) any {
	raw := reflect.ValueOf(t).Elem()
	return strip(raw)
}

// strip gives a value without the fields that hold offsets.
func strip(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Struct:
		out := map[string]any{}
		for i := range v.NumField() {
			switch name := v.Type().Field(i).Name; name {
			case "offset", "conditionAt":
				out[name] = v.Field(i).Int() > 0
			default:
				out[name] = strip(v.Field(i))
			}
		}
		return out
	case reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = strip(v.Index(i))
		}
		return out
	case reflect.Bool:
		return v.Bool()
	}
	return v.String()
}

// TestFormatKeepsThePolicy formats policies by the thousand: those that the generator makes, and the published examples.
func TestFormatKeepsThePolicy(t *testing.T) {
	d := seeded(7, 11)
	formatted := 0
	for range 5000 {
		text := d.document(flavour(d.below(int(flavours))), d.oneIn(2))
		if _, f := parseTree(text); f != nil {
			continue
		}
		formatted++
		checkFormat(t, text)
		if t.Failed() {
			return
		}
	}
	files, err := filepath.Glob("testdata/scp-examples/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		checkFormat(t, string(text))
		formatted++
	}
	if formatted < 4000 {
		t.Errorf("only %d policies were formatted", formatted)
	}
}

// TestFormatIsJSONsOwnLayout holds the layout of lists and objects against encoding/json's, which differs only in that it breaks
// lists of one value.
func TestFormatIsJSONsOwnLayout(t *testing.T) {
	const text = `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":["a:b","c:d"],"Resource":"*","Condition":{"StringEquals":{"k":["v","w"]}}}]}`
	got, err := Format(text)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Indent(&want, []byte(text), "", "  "); err != nil {
		t.Fatal(err)
	}
	if strings.TrimSuffix(got, "\n") != want.String() {
		t.Errorf("%s\nwant\n%s", got, want.String())
	}
}
