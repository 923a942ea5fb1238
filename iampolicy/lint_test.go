package iampolicy

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

// lintCase is a policy with one finding of a code, at the place between « and », and another policy without it.
type lintCase struct {
	code  string
	kind  Kind
	bad   string
	clean string
}

// ofStatements writes a document of statements.
func ofStatements(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// ok is a statement without findings.
const okAllow = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}`

// changed gives the statement okAllow with members in place of its own, or added.
func changed(members string) string {
	s := okAllow
	for _, name := range []string{`"Effect":"Allow"`, `"Action":"s3:GetObject"`, `"Resource":"arn:aws:s3:::bucket/*"`} {
		key, _, _ := strings.Cut(name, ":")
		if strings.Contains(strings.NewReplacer("«", "", "»", "", "Not", "").Replace(members), key+":") {
			s = strings.Replace(s, name, "", 1)
		}
	}
	s = strings.NewReplacer(",,", ",", "{,", "{", ",}", "}").Replace(strings.Replace(s, "}", ","+members+"}", 1))
	return strings.NewReplacer(",,", ",", "{,", "{").Replace(s)
}

func badStatement(members string) string { return ofStatements(changed(members)) }

// trusting is a statement of a trust policy.
func trusting(members string) string {
	return ofStatements(`{"Effect":"Allow",` + members + `}`)
}

const everyone = `"Principal":"*",`

func (c *lintCase) run(t *testing.T) {
	t.Helper()
	start, end := strings.Index(c.bad, "«"), strings.Index(c.bad, "»")-len("«")
	if start < 0 || end < start {
		t.Fatalf("%s: no place is marked: %s", c.code, c.bad)
	}
	text := strings.NewReplacer("«", "", "»", "").Replace(c.bad)
	var found []string
	hit := false
	for _, f := range Lint(text, c.kind) {
		at := f.Locations[0]
		found = append(found, string(f.Type)+" "+f.Code+" at "+at.Path.String()+" "+text[at.Start.Offset:at.End.Offset]+": "+f.Message)
		hit = hit || f.Code == c.code && at.Start.Offset == start && at.End.Offset == end && f.Message != ""
	}
	if !hit {
		t.Errorf("%s is not found at its place in %s\n%s", c.code, c.bad, strings.Join(found, "\n"))
	}
	for _, f := range Lint(c.clean, c.kind) {
		if f.Code == c.code {
			t.Errorf("%s is found in %s: %s", c.code, c.clean, f.Message)
		}
	}
}

// lintCases are the cases of all groups.
func lintCases() []lintCase {
	return slices.Concat(grammarCases, elementCases, actionCases, resourceCases, conditionCases, valueCases, variableCases, principalCases, dangerous(), guardrailCases, sizeCases(), redundancyCases, neverCases)
}

func TestLint(t *testing.T) {
	for _, c := range lintCases() {
		c.run(t)
	}
}

// TestEveryCodeHasACase wants a policy for each kind of finding.
func TestEveryCodeHasACase(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range FindingCodes() {
		if seen[c.Code] || c.Summary == "" {
			t.Errorf("%s stands twice, or has no summary", c.Code)
		}
		seen[c.Code] = true
		if !slices.ContainsFunc(lintCases(), func(l lintCase) bool { return l.code == c.Code }) {
			t.Errorf("%s has no case", c.Code)
		}
	}
}

func TestAnchors(t *testing.T) {
	for code, want := range map[string]string{
		"MISSING_VERSION":     "access-analyzer-reference-policy-checks-general-warning-missing-version",
		"EMPTY_SID_VALUE":     "access-analyzer-reference-policy-checks-suggestion-empty-sid-value",
		"MISSING_EFFECT":      "access-analyzer-reference-policy-checks-error-missing-effect",
		"POLICY_NOT_ACCEPTED": "",
	} {
		if got := (Finding{Code: code}).Anchor(); got != want {
			t.Errorf("%s: %q", code, got)
		}
	}
}

// TestFindingsInOrder: findings come in the order of the document, each with its line, column and path.
func TestFindingsInOrder(t *testing.T) {
	text := "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Sid\": \"é\", \"Effect\": \"allow\", \"Action\": \"s3:GetObject\"}\n  ]\n}"
	var got []string
	for _, f := range Lint(text, KindIdentity) {
		got = append(got, f.Code+" "+f.Locations[0].Path.String())
	}
	want := []string{"MISSING_RESOURCE Statement[0]", "UNSUPPORTED_SID Statement[0].Sid", "INVALID_EFFECT Statement[0].Effect"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	f := Lint(text, KindIdentity)[2].Locations[0]
	if (f.Start != Point{Position{4, 28}, 74}) || f.End.Column != 35 || f.End.Offset != 81 {
		t.Errorf("%+v", f)
	}
}

// TestNotAccepted: what Validate refuses has an ERROR, and the place of what is refused.
func TestNotAccepted(t *testing.T) {
	for _, row := range []struct {
		kind       Kind
		text, path string
	}{
		{KindIdentity, `{"Version":"2008-10-17","Statement":[` + okAllow + `]}`, "Version"},
		{KindTrust, trusting(`"Principal":{"AWS":"*"},"Action":"s3:GetObject"`), "Statement[0].Action"},
		{KindServiceControl, `{"Version":"2012-10-17","Statement":[` + changed(`"Condition":{"":{}}`) + `]}`, "Statement[0].Condition."},
	} {
		for _, f := range Lint(row.text, row.kind) {
			if f.Type == FindingError && f.Locations[0].Path.String() != row.path {
				t.Errorf("%s: %+v", row.text, f)
			}
		}
	}
}

var updateFindings = flag.Bool("update-findings", false, "write the table of docs/policy-findings.md")

// TestFindingsAreDocumented keeps docs/policy-findings.md complete.
func TestFindingsAreDocumented(t *testing.T) {
	const file, tableHead = "../docs/policy-findings.md", "|---|---|---|---|\n"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for _, c := range FindingCodes() {
		known := ""
		if !c.Known {
			known = "Umbel's own"
		}
		rows.WriteString("| " + c.Code + " | " + string(c.Type) + " | " + c.Summary + " | " + known + " |\n")
	}
	head, _, _ := strings.Cut(string(raw), tableHead)
	want := head + tableHead + rows.String()
	if *updateFindings {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(raw) != want {
		t.Errorf("%s is not what the rules say: run go test ./iampolicy -run TestFindingsAreDocumented -update-findings", file)
	}
}
