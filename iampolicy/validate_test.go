package iampolicy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// placeholders are the forms in which the published examples leave a value open: ${Account}, [NAME], <name>, and in one file
// a comment that says to remove it.
var placeholders = []struct {
	pattern *regexp.Regexp
	value   string
}{
	{regexp.MustCompile(`(?m)^\s*//.*$`), ""},
	{regexp.MustCompile(`\$\{Account\}`), "111122223333"},
	{regexp.MustCompile(`\$\{Region\}`), "eu-west-1"},
	{regexp.MustCompile(`<my-corporate-cidr>`), "203.0.113.0/24"},
	{regexp.MustCompile(`<[a-z-]+>`), "example"},
	{regexp.MustCompile(`\[[A-Z_]+(/\*)?\]`), "example$1"},
}

// TestPublishedServiceControlPolicies validates the policies of aws-samples/service-control-policy-examples.
func TestPublishedServiceControlPolicies(t *testing.T) {
	n, open := 0, 0
	err := filepath.WalkDir("testdata/scp-examples", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		text := string(raw)
		for _, p := range placeholders {
			text = p.pattern.ReplaceAllString(text, p.value)
		}
		if text != string(raw) {
			open++
		}
		if err := Validate(KindServiceControl, text); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if size := Size(KindServiceControl, text); size > 10240 {
			t.Errorf("%s: %d characters", path, size)
		}
		if p, err := Parse(text); err != nil || p.Statements() == 0 {
			t.Errorf("%s: %v", path, err)
		}
		return nil
	})
	if err != nil || n != 57 || open < 25 {
		t.Errorf("%d policies, %d with placeholders, want 57 and at least 25 (%v)", n, open, err)
	}
}

const okStatement = `{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example"}`

func doc(statement string) string {
	return `{"Version":"2012-10-17","Statement":` + statement + `}`
}

// The tests of identity policies have a row for each text of IAM, and for the order in which faults are looked for. Texts and
// order: as IAM answers CreatePolicy.
const (
	syntaxText  = "Syntax errors in policy."
	versionText = "Policy document must be version 2012-10-17 or greater."
	legacyText  = "The policy failed legacy parsing"
	vendorText  = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
)

func allowing(members string) string { return doc(`{"Effect":"Allow",` + members + `}`) }

func on(resource string) string {
	return allowing(`"Action":"s3:ListBucket","Resource":"` + resource + `"`)
}

func when(condition string) string {
	return allowing(`"Action":"s3:ListBucket","Resource":"*","Condition":` + condition)
}

func TestValidateIdentitySyntax(t *testing.T) {
	table{KindIdentity}.run(t, [][2]string{
		{doc(okStatement), ""},
		{doc("[" + okStatement + "]"), ""},
		{on("*"), ""},
		{on("arn:aws:fdsasf"), ""},
		{on("arn:aws:iam:::user/example"), ""},
		{on("arn:aws:s3:eu-west-1:111122223333:accesspoint/a"), ""},
		{allowing(`"NotAction":"s3-s.x:A","NotResource":"*"`), ""},
		{allowing(`"Action":"iam: any thing ","Resource":"*"`), ""},
		{when(`{}`), ""},
		{when(`{"a":{}}`), ""},
		{when(`{"DateGreaterThan":{"a":"01T"}}`), ""},
		{when(`{"DateGreaterThan":{"a":[]}}`), ""},
		{when(`{"DateLessThan":{"a":"-292275054"}}`), ""},
		{when(`{"DateLessThanEquals":{"a":"2016-12-13t2:00:00.593194+23"}}`), ""},
		{when(`{"Bool":{"aws:SecureTransport":false}}`), ""},
		{when(`{"NumericLessThan":{"s3:max-keys":10}}`), ""},
		{"not a document", syntaxText},
		{`[]`, syntaxText},
		{`{"Version":"2013-10-17","Statement":` + okStatement + `}`, syntaxText},
		{`{"Version":"2012-10-17"}`, syntaxText},
		{doc(`[]`), syntaxText},
		{doc(`["s"]`), syntaxText},
		{`{"Version":"2012-10-17","Statement":` + okStatement + `,"Extra":1}`, syntaxText},
		{`{"Version":"2012-10-17","Id":[],"Statement":` + okStatement + `}`, syntaxText},
		{`{"Version":"2012-10-17","Version":"2012-10-17","Statement":` + okStatement + `}`, syntaxText},
		{allowing(`"Effect":"Deny","Action":"*","Resource":"*"`), syntaxText},
		{allowing(`"Action":"*","Resource":"*","Extra":1`), syntaxText},
		{allowing(`"Sid":{},"Action":"*","Resource":"*"`), syntaxText},
		{allowing(`"Action":{},"Resource":"*"`), syntaxText},
		{allowing(`"Action":[[]],"Resource":"*"`), syntaxText},
		{allowing(`"Action":"*","NotAction":[],"Resource":"*"`), syntaxText},
		{allowing(`"Action":"*","Resource":"*","NotResource":"*"`), syntaxText},
		{doc(`{"Action":"*","Resource":"*"}`), syntaxText},
		{doc(`{"Effect":"invalid","Action":"*","Resource":"*"}`), syntaxText},
		{when(`[]`), syntaxText},
		{when(`{"a":"b"}`), syntaxText},
		{when(`{"x":{"a":"1"}}`), syntaxText},
		{when(`{"StringEquals":{"a":{}}}`), syntaxText},
		{when(`{"StringEquals":{"a":null}}`), syntaxText},
		{when(`{"ForAnyValue::StringEquals":{"a":"1"}}`), syntaxText},
		{when(`{"NullIfExists":{"a":"true"}}`), syntaxText},
	})
}

func TestValidateIdentity(t *testing.T) {
	table{KindIdentity}.run(t, [][2]string{
		{allowing(`"Principal":"*","Action":"*","Resource":"*"`), "Policy document should not specify a principal."},
		{`{"Statement":` + okStatement + `}`, versionText},
		{`{"Version":"2008-10-17","Statement":` + okStatement + `}`, versionText},
		{`{"Statement":{"Effect":"denY","Action":"*","Resource":"*"}}`, versionText},
		{doc(`{"Effect":"allow","Action":"*","Resource":"*"}`), legacyText},
		{doc(`{"Effect":"denY"}`), legacyText},
		{when(`{"DateGreaterThan":{"a":"sdf"}}`), legacyText},
		{when(`{"DateLessThanEquals":{"a":"234-13"}}`), legacyText},
		{when(`{"DateLessThanEquals":{"a":"2016-12-13t2:00:00.593194+1"}}`), legacyText},
		{when(`{"DateLessThanEquals":{"a":"2016-12-13t2:00:00.1999999999+10:59"}}`), legacyText},
		{when(`{"DateLessThan":{"a":"9223372036854775808"}}`), legacyText},
		{on("arn:aws:s3::example_bucket"), legacyText},
		{on("arn:aws::::example_bucket"), legacyText},
		{on("arn:aws::fdsasf"), legacyText},
		{allowing(`"Resource":"arn:aws:s3::example_bucket"`), legacyText},
		{allowing(`"Sid":"a-b","Action":"*","Resource":"*"`), "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
		{doc(`[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Allow"}]`), "Statement IDs (SID) in a single policy must be unique."},
		{allowing(`"Resource":"*"`), "Policy statement must contain actions."},
		{allowing(`"Action":[],"Resource":"*"`), "Policy statement must contain actions."},
		{doc(`[{"Effect":"Deny"},` + okStatement + `]`), "Policy statement must contain actions."},
		{allowing(`"Action":"s3:ListBucket"`), "Policy statement must contain resources."},
		{allowing(`"Action":"s3:ListBucket","Resource":[]`), "Policy statement must contain resources."},
		{allowing(`"Action":"invalid"`), vendorText},
		{allowing(`"Action":"invalid","Resource":"*"`), vendorText},
		{allowing(`"NotAction":"","Resource":"*"`), vendorText},
		{allowing(`"Action":"a a:ListBucket","Resource":"*"`), "Vendor a a is not valid"},
		{allowing(`"Action":"s3*:Get","Resource":"*"`), "Vendor s3* is not valid"},
		{allowing(`"Action":"s3:List:Bucket","Resource":"*"`), "Actions/Condition can contain only one colon."},
		{allowing(`"Action":"s:3:ListBucket","Resource":"sdfsadf"`), `Resource sdfsadf must be in ARN format or "*".`},
		{on(""), `Resource  must be in ARN format or "*".`},
		{on("a:bsdf"), `Partition "bsdf" is not valid for resource "arn:bsdf:*:*:*:*".`},
		{on("a:b:c"), `Partition "b" is not valid for resource "arn:b:c:*:*:*".`},
		{on("a:b:c:d:e:f:g:h"), `Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".`},
		{on("aws:s3:::example"), `Partition "s3" is not valid for resource "arn:s3:::example:*".`},
		{on("arn:aws"), "Resource vendor must be fully qualified and cannot contain regexes."},
		{on("arn:aws:iam:us-east-1::user/a"), "IAM resource arn:aws:iam:us-east-1::user/a cannot contain region information."},
		{on("arn:aws:s3:us-east-1::b"), "Resource arn:aws:s3:us-east-1::b can not contain region information."},
		{on("arn:aws:iam:::example"), `IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`},
	})
}

// table runs rows of a document and the message it is refused with, "" for none.
type table struct{ kind Kind }

func (tb table) run(t *testing.T, rows [][2]string) {
	t.Helper()
	for _, row := range rows {
		got := ""
		err := Validate(tb.kind, row[0])
		var bad *ValidationError
		if errors.As(err, &bad) {
			got = bad.Message
			if bad.Line < 1 || bad.Column < 1 || bad.Detail == "" || bad.Kind != tb.kind {
				t.Errorf("%s: an error without a place or a reason: %+v", row[0], bad)
			}
		} else if err != nil {
			t.Fatalf("%s: %T", row[0], err)
		}
		if got != row[1] {
			t.Errorf("%s\n got %q\nwant %q", row[0], got, row[1])
		}
	}
}

func TestValidateTrust(t *testing.T) {
	with := func(principal, rest string) string {
		return doc(`{"Effect":"Allow","Principal":` + principal + rest + `}`)
	}
	const assume = `,"Action":"sts:AssumeRole"`
	table{KindTrust}.run(t, [][2]string{
		{with(`{"AWS":"111122223333"}`, assume), ""},
		{with(`{"AWS":"*"}`, assume), ""},
		{with(`{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:role/a/b","arn:aws:sts::111122223333:assumed-role/r/s"]}`, assume), ""},
		{with(`{"AWS":"AROAEXAMPLEAPP000000"}`, assume), ""},
		{with(`{"Service":"ec2.amazonaws.com"}`, `,"Action":["sts:AssumeRole","sts:TagSession"]`), ""},
		{with(`{"Federated":"accounts.google.com"}`, `,"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"accounts.google.com:aud":"x"}}`), ""},
		{`{"Version":"2008-10-17","Statement":[{"Sid":"","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`, ""},
		{"{", "This policy contains invalid Json"},
		{`{"Version":"1","Statement":[]}`, "The policy must contain a valid version string"},
		{doc(`[]`), "Could not parse the policy: Statement is empty!"},
		{`{"Version":"2012-10-17"}`, "Could not parse the policy: Statement is empty!"},
		{doc(`{"Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`), "Missing required field Effect"},
		{doc(`{"Effect":"Allow","Action":"sts:AssumeRole"}`), "Missing required field Principal"},
		{with(`{}`, assume), "Missing required field Principal cannot be empty!"},
		{with(`{"AWS":[]}`, assume), "Missing required field Principal cannot be empty!"},
		{with(`"*"`, assume), `AssumeRolepolicy contained an invalid principal: "STAR":"*".`},
		{with(`{"AWS":"nobody"}`, assume), `Invalid principal in policy: "AWS":"nobody"`},
		{with(`{"AWS":"arn:aws:iam::111122223333:role/*"}`, assume), `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/*"`},
		{with(`{"AWS":"arn:aws:iam::111122223333:group/g"}`, assume), `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:group/g"`},
		{with(`{"Service":"ec2"}`, assume), `Invalid principal in policy: "SERVICE":"ec2"`},
		{with(`{"AWS":"*"}`, ""), "Missing required field Action"},
		{with(`{"AWS":"*"}`, `,"Action":"s3:GetObject"`), "AssumeRole policy may only specify STS AssumeRole actions."},
		{with(`{"AWS":"*"}`, `,"Action":"*"`), "AssumeRole policy may only specify STS AssumeRole actions."},
		{with(`{"AWS":"*"}`, assume+`,"Resource":"*"`), "Has prohibited field Resource"},
		{doc(`{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole"}`), "AssumeRole policy must not contain NotPrincipal field."},
		{doc(`{"Effect":"Allow","NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole"}`), "Allow with NotPrincipal is not allowed."},
		{doc(`[{"Sid":"a","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"},{"Sid":"a","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]`), "The Statement Ids in the policy are not unique"},
	})
}

func TestValidateResource(t *testing.T) {
	table{KindResource}.run(t, [][2]string{
		{doc(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`), ""},
		{doc(`{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}`), ""},
		{doc(okStatement), "Missing required field Principal"},
		{doc(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}`), "Missing required field Resource"},
		{doc(`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"b"}`), "Policy has invalid resource"},
	})
}

// TestValidateServiceControl: Organizations User Guide, "SCP syntax", and the full language of 2025-09-19.
func TestValidateServiceControl(t *testing.T) {
	const bad = PolicyTypeMessage
	deny := func(members string) string { return doc(`{"Effect":"Deny",` + members + `}`) }
	table{KindServiceControl}.run(t, [][2]string{
		{doc(`{"Effect":"Allow","Action":"*","Resource":"*"}`), ""},
		{doc(`{"Effect":"Allow","NotAction":["iam:*"],"NotResource":"arn:aws:s3:::x","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}`), ""},
		{deny(`"Action":["*:*","s3:*Bucket*"],"Resource":["arn:aws:iam::*:role/x","arn:*:s3:::b"]`), ""},
		{`{`, bad},
		{`{}`, bad},
		{`[]`, bad},
		{doc(`[]`), bad},
		{doc(`{}`), bad},
		{`{"Statement":` + okStatement + `}`, bad},
		{`{"Version":"2008-10-17","Statement":` + okStatement + `}`, bad},
		{doc(`{"Effect":"deny","Action":"*","Resource":"*"}`), bad},
		{deny(`"Resource":"*"`), bad},
		{deny(`"Action":[],"Resource":"*"`), bad},
		{deny(`"Action":"*"`), bad},
		{deny(`"Action":"*","Resource":[]`), bad},
		{deny(`"Action":"*","Resource":"bucket"`), bad},
		{deny(`"Action":"*","Resource":"arn:aws"`), bad},
		{deny(`"Action":"GetObject","Resource":"*"`), bad},
		{deny(`"Action":"s3:a:b","Resource":"*"`), bad},
		{deny(`"Action":"*","Resource":"*","Principal":"*"`), bad},
		{deny(`"Action":"*","Resource":"*","NotPrincipal":{"AWS":"*"}`), bad},
		{deny(`"Action":"*","Resource":"*","Condition":{"StringIs":{"a":"b"}}`), bad},
		{deny(`"Action":"*","Resource":"*","Condition":{"DateEquals":{"a":"b"}}`), bad},
		{deny(`"Sid":"a b","Action":"*","Resource":"*"`), bad},
		{doc(`[{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"}]`), bad},
		{deny(`"Action":"*","Resource":"*","resource":"*"`), bad},
		{doc(okStatement) + "x", bad},
	})
}

// TestValidateResourceControl: Organizations User Guide, "RCP syntax".
func TestValidateResourceControl(t *testing.T) {
	const bad = PolicyTypeMessage
	deny := func(members string) string { return doc(`{"Effect":"Deny",` + members + `}`) }
	table{KindResourceControl}.run(t, [][2]string{
		{deny(`"Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`), ""},
		{deny(`"Principal":"*","Action":["sts:AssumeRole","s3:*Get*"],"NotResource":"arn:aws:s3:::b"`), ""},
		{doc(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}`), bad},
		{deny(`"Principal":"*","Action":"*","Resource":"*"`), bad},
		{deny(`"Principal":"*","Action":["s3:*","*:*"],"Resource":"*"`), bad},
		{deny(`"Principal":"*","Action":"GetObject","Resource":"*"`), bad},
		{deny(`"Principal":"*","NotAction":"s3:*","Resource":"*"`), bad},
		{deny(`"Principal":{"AWS":"*"},"Action":"s3:*","Resource":"*"`), bad},
		{deny(`"NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`), bad},
		{deny(`"Action":"s3:*","Resource":"*"`), bad},
		{deny(`"Principal":"*","Action":"s3:*"`), bad},
		{strings.Replace(deny(`"Principal":"*","Action":"s3:*","Resource":"*"`), "2012", "2008", 1), bad},
	})
}

// TestErrorsHaveAPlace checks lines and columns, in characters.
func TestErrorsHaveAPlace(t *testing.T) {
	var syntax *SyntaxError
	_, err := Parse("{\n \"Version\": \"2012-10-17\",\n \"Statement\": {\"Sid\": \"é\", \"Effekt\": 1}\n}")
	if !errors.As(err, &syntax) || syntax.Line != 3 || syntax.Column != 28 || syntax.Message != `unknown element "Effekt"` {
		t.Errorf("%v", err)
	}
	var bad *ValidationError
	err = Validate(KindServiceControl, "{\"Version\":\"2012-10-17\",\n\"Statement\":[\n{\"Effect\":\"Deny\",\"Action\":\"Get\",\"Resource\":\"*\"}]}")
	if !errors.As(err, &bad) || bad.Line != 3 || bad.Column != 27 {
		t.Errorf("%v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", "{", "{}", "nul", `{"a":1,}`, `{"a" 1}`, `{a:1}`, `{"Statement":[],"Statement":[]}`, "{\"Statement\":[\"\x01\"]}", "\xff{}",
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":01}]}`, `{"Statement":"\q"}`, `{"Statement":"\u12"}`, `{"Statement":"`,
		`{"Statement":{"Effect":"Allow","Resource":"*"}}`, `{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"x"}}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"aws":"*"}}}`,
		strings.Repeat(`[`, 1000), strings.Repeat(`{"a":`, 1000),
	} {
		var syntax *SyntaxError
		if _, err := Parse(text); !errors.As(err, &syntax) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
	if _, err := Parse("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"\\u0073\\ud83d\\ude00\\ud800\\n:*\",\"Resource\":\"*\"}}"); err != nil {
		t.Error(err)
	}
}

// TestValidateDelegation: Organizations User Guide, "Update a resource-based delegation policy".
func TestValidateDelegation(t *testing.T) {
	const bad = PolicyTypeMessage
	with := func(members string) string {
		return doc(`{"Effect":"Allow","Principal":{"AWS":"111122223333"},` + members + `}`)
	}
	table{KindDelegation}.run(t, [][2]string{
		{with(`"Action":["organizations:ListPolicies","Organizations:Describe*"],"Resource":"*"`), ""},
		{with(`"NotAction":"organizations:ListPolicies","Resource":"*"`), bad},
		{with(`"Action":"organizations:ListPolicies","NotResource":"*"`), bad},
		{with(`"Action":"s3:GetObject","Resource":"*"`), bad},
		{doc(okStatement), bad},
		{"{", bad},
	})
}

// TestValidateLikeIdentity: boundaries and session policies are written like identity policies.
func TestValidateLikeIdentity(t *testing.T) {
	for _, kind := range []Kind{KindBoundary, KindSession} {
		table{kind}.run(t, [][2]string{
			{doc(okStatement), ""}, {"{", "Syntax errors in policy."},
			{allowing(`"Principal":"*","Action":"*","Resource":"*"`), "Policy document should not specify a principal."},
		})
	}
}

// TestQuota: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas".
func TestQuota(t *testing.T) {
	for kind, want := range map[Kind]int{
		KindIdentity: 6144, KindBoundary: 6144, KindTrust: 2048, KindSession: 2048, KindServiceControl: 10240, KindResourceControl: 5120, KindDelegation: 40000, KindResource: 0,
	} {
		if got := Quota(kind); got != want {
			t.Errorf("kind %d: %d", kind, got)
		}
	}
}

func TestSize(t *testing.T) {
	text := "{ \"Sid\":\t\"a b\"\r\n}é"
	if got := Size(KindIdentity, text); got != 13 {
		t.Errorf("IAM counts %d characters, want 13", got)
	}
	if got := Size(KindServiceControl, text); got != 18 {
		t.Errorf("Organizations counts %d characters, want 18", got)
	}
}
