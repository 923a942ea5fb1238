package iampolicy

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestDecimals(t *testing.T) {
	ordered := []string{"-10", "-9.5", "-9.25", "-1", "-0.5", "0", "0.05", "0.5", "1", "9.25", "9.5", "10", "9007199254740992", "9007199254740993"}
	for i, a := range ordered {
		for j, b := range ordered {
			x, ok1 := parseDecimal(a)
			y, ok2 := parseDecimal(b)
			want := equal
			if i < j {
				want = less
			} else if i > j {
				want = greater
			}
			if got := x.compare(y); !ok1 || !ok2 || got != want {
				t.Errorf("%s to %s: %v, want %v", a, b, got, want)
			}
		}
	}
	for _, same := range [][2]string{{"0", "-0.0"}, {"1", "1.00"}, {"007", "7"}, {"+1", "1"}, {"1e3", "1000"}, {"1.25E+1", "12.5"}, {"1.25e-1", "0.125"}, {"-12.5e-3", "-0.0125"}, {"125e-2", "1.25"}, {"1.25e2", "125"}} {
		x, _ := parseDecimal(same[0])
		y, _ := parseDecimal(same[1])
		if x.compare(y) != equal {
			t.Errorf("%s is not %s", same[0], same[1])
		}
	}
	for _, bad := range []string{"", "-", "+", "1e", "e1", "1e+", "1e1000", "1e1.5", "+-1", "1.", ".5", "0x1", "1 ", "١", "NaN", "Infinity"} {
		if _, ok := parseDecimal(bad); ok {
			t.Errorf("%q is taken for a number", bad)
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC)
	for _, s := range []string{"2026-11-21T05:00:00Z", "2026-11-21t5:00:00z", "2026-11-21T05:00Z", "2026-11-21T07:00:00+02:00", "2026-11-21T07:00:00+02", "2026-11-21T00:30:00-0430", "2026-11-21T05:00:00.000", "1795237200"} {
		if got, ok := parseDate(s); !ok || !got.Equal(at) {
			t.Errorf("%s: %v %v", s, got, ok)
		}
	}
	if got, ok := parseDate("2026-11-21T05:00:00.25Z"); !ok || got.Sub(at) != 250*time.Millisecond {
		t.Errorf("fraction: %v %v", got, ok)
	}
	for _, s := range []string{"", "now", "2026-13-01", "2026-11-32", "2026-", "2026-11-", "T05:00", "2026-11-21T24:00Z", "2026-11-21T05:60Z", "2026-11-21T05:00:00+1", "2026-11-21T05:00:00+25:00", "99999999999999999999"} {
		if got, ok := parseDate(s); ok {
			t.Errorf("%q is taken for %v", s, got)
		}
	}
}

func TestDocumentIsStoredAsItWasWritten(t *testing.T) {
	text := "{ \"Statement\" : [] }\n"
	b, err := json.Marshal(map[string]*Document{"d": NewDocument(text)})
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]*Document
	if err := json.Unmarshal(b, &back); err != nil || back["d"].Text() != text {
		t.Errorf("%s: %v", b, err)
	}
}

func TestErrorTexts(t *testing.T) {
	_, err := Parse("{")
	if err == nil || err.Error() != "line 1, column 2: expected a key in double quotes" {
		t.Error(err)
	}
	err = Validate(KindIdentity, doc(`{"Effect":"Allow","Action":"x","Resource":"*"}`))
	want := "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (line 1, column 64: the action \"x\" has no service prefix)"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
}

// TestJSON agrees with encoding/json on what JSON is.
func TestJSON(t *testing.T) {
	for _, text := range []string{`"\"\\\/\b\f\n\r\té"`, `"\ud83d\ude00"`, `"\ud83dx"`, `"\ud83d\u0041"`, `-0.5e+10`, `1E9`, `0`, `-`, `01`, `1.`, `1e`, `.5`, `true`, `tru`, `null`, `[1,]`, `[1 2]`, `{"a":1,"b":[{}]}`, `{"a":1}}`, `[`, "\"\t\"", `"\`, `"\u00`} {
		v, f := readJSON(text)
		if (f == nil) != json.Valid([]byte(text)) {
			t.Errorf("%s: %v", text, f)
		}
		var s string
		if f == nil && v.kind == jsonString && (json.Unmarshal([]byte(text), &s) != nil || s != v.text) {
			t.Errorf("%s: %q, want %q", text, v.text, s)
		}
	}
	if _, f := readJSON(`{"a":"` + "\xff" + `"}`); f == nil || f.offset != 6 || !strings.Contains(f.message, "UTF-8") {
		t.Errorf("not UTF-8: %+v", f)
	}
}

func TestNotPrincipalOfOthers(t *testing.T) {
	deny := func(names string) Policies {
		return Policies{Identity: []Source{fullAccess}, Session: []Source{fullAccess}, Resource: &Source{ID: "p", Document: policy2012(
			statementOf("Deny", "s3:*", `,"NotPrincipal":`+names), statementOf("Allow", "*", `,"Principal":"*"`))}}
	}
	for _, c := range []decisionCase{
		{"service listed", Request{Principal: service, ResourceAccount: own}, deny(`{"Service":"CloudTrail.amazonaws.com"}`), Allowed, LayerResource, ""},
		{"another service", Request{Principal: service, ResourceAccount: own}, deny(`{"Service":"sns.amazonaws.com"}`), ExplicitDeny, LayerResource, ""},
		{"federated user listed", Request{Principal: federated}, deny(`{"AWS":["` + federated.ARN + `","` + own + `"]}`), Allowed, LayerResource, ""},
		{"federated user without account", Request{Principal: federated}, deny(`{"AWS":"` + federated.ARN + `"}`), ExplicitDeny, LayerResource, ""},
		{"everyone listed", Request{Principal: user}, deny(`"*"`), Allowed, LayerResource, ""},
	} {
		c.run(t)
	}
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct {
		policy, request string
		want            bool
	}{
		{"192.0.2.5/24", "192.0.2.1", true},
		{"192.0.2.0/024", "192.000.002.001", true},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"::ffff:192.0.2.1", "192.0.2.1", false},
		{"2001:db8::4/127", "2001:db8::5", true},
		{"2001:db8::5/64", "2001:db8::5", false},
		{"0.0.0.0/0", "2001:db8::5", false},
		{"0.0.0.0/0", "203.0.113.9", true},
	} {
		p, valid := parsePrefix(tt.policy)
		a, ok := parseIP(tt.request)
		if got := valid && ok && p.Contains(a); got != tt.want {
			t.Errorf("%s in %s: %v, want %v", tt.request, tt.policy, got, tt.want)
		}
	}
	for _, bad := range []string{"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2..4", "1.2.3.x", "fe80::1%eth0", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/x", "2001:db8::/129", "2001:db8::5/64"} {
		if validPrefix(bad) {
			t.Errorf("%q is taken for a range", bad)
		}
	}
}

func validPrefix(s string) bool {
	_, ok := parsePrefix(s)
	return ok
}

func TestEqualLower(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"Prod", "pROD", true}, {"a", "ab", false}, {"É", "é", true}, {"K", "\u212a", true}, {"ß", "ẞ", true},
		{"s", "ſ", false}, {"Σ", "ς", false}, {"Σ", "σ", true}, {"i", "İ", false}, {"I", "ı", false}, {"", "", true},
	} {
		if got := equalLower(tt.a, tt.b); got != tt.want {
			t.Errorf("%q and %q: %v", tt.a, tt.b, got)
		}
	}
}
