package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"umbel/iampolicy"
	"umbel/internal/testenv"
)

// TestPublishedServiceControlPolicies creates the SCPs that AWS publishes as examples, and reads each back byte for byte.
func TestPublishedServiceControlPolicies(t *testing.T) {
	o := testenv.Start(t).CreateOrganization("")
	examples := publishedPolicies(t)
	if len(examples) != 57 {
		t.Errorf("%d examples, want 57", len(examples))
	}
	for i, text := range examples {
		id := o.Policy(scp, fmt.Sprint("example ", i), text)
		out, err := o.DescribePolicy(t.Context(), &organizations.DescribePolicyInput{PolicyId: &id})
		if err != nil {
			t.Fatal(err)
		}
		if *out.Policy.Content != text {
			t.Errorf("example %d came back as %s", i, *out.Policy.Content)
		}
	}
	seen := 0
	pages := organizations.NewListPoliciesPaginator(o.Client, &organizations.ListPoliciesInput{Filter: scp})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		seen += len(page.Policies)
	}
	if seen != len(examples)+1 { // and FullAWSAccess
		t.Errorf("%d policies are listed", seen)
	}
}

// publishedPolicies reads the examples and fills in what they leave open.
func publishedPolicies(t *testing.T) (texts []string) {
	t.Helper()
	placeholders := [][2]string{
		{`(?m)^\s*//.*$`, ""}, {`\$\{Account\}`, "111122223333"}, {`\$\{Region\}`, "eu-west-1"}, {`<my-corporate-cidr>`, "203.0.113.0/24"},
		{`<[a-z-]+>`, "example"}, {`\[[A-Z_]+(/\*)?\]`, "example$1"},
	}
	err := filepath.WalkDir("../iampolicy/testdata/scp-examples", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := string(raw)
		for _, p := range placeholders {
			text = regexp.MustCompile(p[0]).ReplaceAllString(text, p[1])
		}
		texts = append(texts, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// TestMalformedPolicies wants AWS's one answer to each kind of document that is no SCP, or no RCP.
func TestMalformedPolicies(t *testing.T) {
	o := testenv.Start(t).CreateOrganization("")
	statement := func(members string) string { return `{"Version":"2012-10-17","Statement":[{` + members + `}]}` }
	const deny, on = `"Effect":"Deny",`, `,"Resource":"*"`
	service := []string{
		"no JSON", `[]`, `{}`, `"text"`, `{"Version":"2012-10-17"}`, `{"Version":"2012-10-17","Statement":[]}`,
		`{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`,
		`{"Version":"2008-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`,
		`{"Version":"2012-10-17","Owner":"me","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`,
		`{"Version":"2012-10-17","Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`,
		statement(deny+`"Action":"*"`+on) + "}",
		statement(`"Action":"*"` + on), statement(`"Effect":"deny","Action":"*"` + on), statement(`"Effect":"Forbid","Action":"*"` + on),
		statement(deny + `"Resource":"*"`), statement(deny + `"Action":"*"`), statement(deny + `"Action":[]` + on),
		statement(deny + `"Action":"*","NotAction":"iam:*"` + on), statement(deny + `"Action":"*","Resource":"*","NotResource":"*"`),
		statement(deny + `"Action":7` + on), statement(deny + `"Action":"CreateUser"` + on), statement(deny + `"Action":"iam:Create:User"` + on),
		statement(deny + `"Action":"*","Resource":"bucket"`),
		statement(deny + `"Principal":"*","Action":"*"` + on), statement(deny + `"NotPrincipal":{"AWS":"111122223333"},"Action":"*"` + on),
		statement(deny + `"Action":"*","Condition":[]` + on), statement(deny + `"Action":"*","Condition":{"StringEquals":"x"}` + on),
		statement(deny + `"Sid":"not a sid!","Action":"*"` + on), statement(deny + `"Colour":"blue","Action":"*"` + on),
		`{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Deny","Action":"a:*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"b:*","Resource":"*"}]}`,
	}
	resource := []string{
		statement(deny + `"Action":"s3:*"` + on), statement(deny + `"Principal":"*","Action":"*"` + on),
		statement(`"Effect":"Allow","Principal":"*","Action":"s3:*"` + on), statement(deny + `"Principal":{"AWS":"111122223333"},"Action":"s3:*"` + on),
		statement(deny + `"NotPrincipal":"*","Action":"s3:*"` + on), statement(deny + `"Principal":"*","NotAction":"s3:*"` + on),
		`{"Version":"2008-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}`,
	}
	good := map[types.PolicyType]string{scp: statement(deny + `"Action":"*"` + on), rcp: statement(deny + `"Principal":"*","Action":"s3:*"` + on)}
	const refused = "MalformedPolicyDocumentException: The provided policy document does not meet the requirements of the specified policy type."
	for kind, texts := range map[types.PolicyType][]string{scp: service, rcp: resource} {
		id := o.Policy(kind, "good "+string(kind), good[kind])
		for _, text := range texts {
			_, err := o.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{Type: kind, Name: aws.String("bad"), Description: aws.String("bad"), Content: &text})
			wantRefused(t, string(kind)+" "+text, err, refused)
			_, err = o.UpdatePolicy(t.Context(), &organizations.UpdatePolicyInput{PolicyId: &id, Content: &text})
			wantRefused(t, "update "+string(kind)+" "+text, err, refused)
		}
	}
}

// TestLongPolicies fills policies up to the last character, white space included, and one beyond.
func TestLongPolicies(t *testing.T) {
	o := testenv.Start(t).CreateOrganization("")
	for kind, tt := range map[types.PolicyType]struct {
		text  string
		limit int
	}{scp: {deny("*"), 10240}, rcp: {forbid("", "s3:*"), 5120}} {
		longest := tt.text + strings.Repeat(" ", tt.limit-len(tt.text))
		id := o.Policy(kind, "longest", longest)
		longer := longest + " "
		_, err := o.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{Type: kind, Name: aws.String("longer"), Description: aws.String(""), Content: &longer})
		wantTooLong(t, err)
		_, err = o.UpdatePolicy(t.Context(), &organizations.UpdatePolicyInput{PolicyId: &id, Content: &longer})
		wantTooLong(t, err)
	}
}

func wantTooLong(t *testing.T, err error) {
	t.Helper()
	var e *types.ConstraintViolationException
	if !errors.As(err, &e) || e.Reason != types.ConstraintViolationExceptionReasonPolicyContentLimitExceeded {
		t.Errorf("have %s, want POLICY_CONTENT_LIMIT_EXCEEDED", refusal(err))
	}
}

// publishedMistakes are the errors in what AWS publishes, by their code.
var publishedMistakes = map[string]string{
	"INVALID_ACTION":       "actions of private marketplaces that AWS has renamed since",
	"INVALID_ARN_RESOURCE": "function/* for a function of Lambda, and what is left open",
	"INVALID_REGION":       "{example-region-1}, left open",
	"INVALID_VPC_FORMAT":   "a VPC, left open",
}

// TestPublishedPoliciesAreValidated validates every published SCP with the AWS CLI: no errors are found but those that AWS made,
// each finding is whole, and they are those of the language.
func TestPublishedPoliciesAreValidated(t *testing.T) {
	if testing.Short() {
		t.Skip("the AWS CLI takes its time")
	}
	cli := requireCLI(t)
	s := testenv.Start(t)
	key, err := s.Administrator("").Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := configureCLI(dir); err != nil {
		t.Fatal(err)
	}
	for i, text := range publishedPolicies(t) {
		file := filepath.Join(dir, fmt.Sprintf("%d.json", i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(cli, "--endpoint-url", s.URL, "--output", "json", "accessanalyzer", "validate-policy", "--policy-type", "SERVICE_CONTROL_POLICY",
			"--policy-document", "file://"+file)
		cmd.Env = append(cliEnvironment(dir), "AWS_ACCESS_KEY_ID="+key.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+key.SecretAccessKey, "AWS_SESSION_TOKEN="+key.SessionToken)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("example %d: %v", i, err)
		}
		var answer struct {
			Findings []struct {
				FindingType, IssueCode, FindingDetails, LearnMoreLink string
				Locations                                             []any
			}
		}
		if err := json.Unmarshal(out, &answer); err != nil {
			t.Fatal(err)
		}
		if want := iampolicy.Lint(text, iampolicy.KindServiceControl); len(want) != len(answer.Findings) {
			t.Errorf("example %d: %d findings, the language has %d", i, len(answer.Findings), len(want))
		}
		for _, f := range answer.Findings {
			if f.FindingType == "ERROR" && publishedMistakes[f.IssueCode] == "" || f.IssueCode == "" || f.FindingDetails == "" || f.LearnMoreLink == "" || len(f.Locations) == 0 {
				t.Errorf("example %d: %+v\n%s", i, f, text)
			}
		}
	}
}
