package orgfile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/orgfile"
	"umbel/internal/testenv"
)

// parse parses a file that has to be right.
func parse(t *testing.T, text string) *orgfile.File {
	t.Helper()
	f, err := orgfile.Parse("organization.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// plan makes a plan for a text.
func plan(t *testing.T, c orgfile.Clients, text string, o orgfile.PlanOptions) *orgfile.Plan {
	t.Helper()
	p, err := orgfile.NewPlan(context.Background(), c, parse(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// converge applies a text and wants nothing left to do after it.
func converge(t *testing.T, c orgfile.Clients, text string, o orgfile.PlanOptions) {
	t.Helper()
	if err := orgfile.Apply(context.Background(), c, plan(t, c, text, o), nil); err != nil {
		t.Fatal(err)
	}
	if again := plan(t, c, text, o); !again.Empty() {
		t.Errorf("a second plan has steps: %+v", again.Steps)
	}
}

// accountID finds an account of the organization by its name.
func accountID(t *testing.T, c orgfile.Clients, name string) string {
	t.Helper()
	live, err := orgfile.Read(context.Background(), c, orgfile.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range live.Accounts {
		if a.Name == name {
			return a.ID
		}
	}
	t.Fatalf("there is no account %s", name)
	return ""
}

// TestStarterOnServer builds the starter on a server: its guardrails hold, and a second apply changes nothing.
func TestStarterOnServer(t *testing.T) {
	s := testenv.Start(t)
	c := orgfile.NewClients(s.Administrator(""))
	converge(t, c, orgfile.StarterText(), orgfile.PlanOptions{})
	sandbox := accountID(t, c, "sandbox")

	user := aws.String("alice")
	_, err := iam.NewFromConfig(s.Root(sandbox)).CreateUser(context.Background(), &iam.CreateUserInput{UserName: user})
	var denied smithy.APIError
	if !errors.As(err, &denied) || denied.ErrorCode() != "AccessDenied" || !strings.Contains(denied.ErrorMessage(), "with an explicit deny in a service control policy") {
		t.Errorf("the root user of the sandbox: %v", err)
	}
	if _, err := iam.NewFromConfig(s.Role(sandbox, "")).CreateUser(context.Background(), &iam.CreateUserInput{UserName: user}); err != nil {
		t.Errorf("the access role of the sandbox: %v", err)
	}
	_, err = iam.NewFromConfig(s.Role(sandbox, "")).AttachRolePolicy(context.Background(), &iam.AttachRolePolicyInput{
		RoleName: aws.String(orgfile.DefaultAccessRole), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	if err != nil {
		t.Errorf("the access role may manage itself: %v", err)
	}
}

// cut is an organization whose line is cut after so many calls that change something.
type cut struct {
	orgfile.Organizations
	left *int
}

var errCut = errors.New("the line is cut")

func (c cut) call() error {
	if *c.left--; *c.left < 0 {
		return errCut
	}
	return nil
}

func (c cut) CreateOrganizationalUnit(ctx context.Context, in *organizations.CreateOrganizationalUnitInput, o ...func(*organizations.Options)) (*organizations.CreateOrganizationalUnitOutput, error) {
	if err := c.call(); err != nil {
		return nil, err
	}
	return c.Organizations.CreateOrganizationalUnit(ctx, in, o...)
}

func (c cut) CreatePolicy(ctx context.Context, in *organizations.CreatePolicyInput, o ...func(*organizations.Options)) (*organizations.CreatePolicyOutput, error) {
	if err := c.call(); err != nil {
		return nil, err
	}
	return c.Organizations.CreatePolicy(ctx, in, o...)
}

func (c cut) AttachPolicy(ctx context.Context, in *organizations.AttachPolicyInput, o ...func(*organizations.Options)) (*organizations.AttachPolicyOutput, error) {
	if err := c.call(); err != nil {
		return nil, err
	}
	return c.Organizations.AttachPolicy(ctx, in, o...)
}

// CreateAccount is carried out, but its answer is lost when the line is cut.
func (c cut) CreateAccount(ctx context.Context, in *organizations.CreateAccountInput, o ...func(*organizations.Options)) (*organizations.CreateAccountOutput, error) {
	out, err := c.Organizations.CreateAccount(ctx, in, o...)
	return out, errors.Join(c.call(), err)
}

func (c cut) MoveAccount(ctx context.Context, in *organizations.MoveAccountInput, o ...func(*organizations.Options)) (*organizations.MoveAccountOutput, error) {
	if err := c.call(); err != nil {
		return nil, err
	}
	return c.Organizations.MoveAccount(ctx, in, o...)
}

// TestCutLine cuts the line every few calls until the starter is whole; in the end there is one of everything.
func TestCutLine(t *testing.T) {
	s := testenv.Start(t)
	c := orgfile.NewClients(s.Administrator(""))
	runs := 0
	for ; runs < 20; runs++ {
		left := 3 + runs%3
		broken := orgfile.Clients{Organizations: cut{c.Organizations, &left}, IAM: c.IAM}
		err := orgfile.Apply(context.Background(), broken, plan(t, c, orgfile.StarterText(), orgfile.PlanOptions{}), nil)
		if err == nil {
			break
		}
		if !errors.Is(err, errCut) {
			t.Fatal(err)
		}
	}
	if runs < 5 || runs == 20 {
		t.Errorf("%d runs", runs)
	}
	converge(t, c, orgfile.StarterText(), orgfile.PlanOptions{Prune: true, CloseAccounts: true})
	live, err := orgfile.Read(context.Background(), c, orgfile.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(live.Accounts) != 8 || len(live.Units) != 6 {
		t.Errorf("%d accounts, %d units", len(live.Accounts), len(live.Units))
	}
}

const company = `
units:
  - {path: Data, tags: {team: data}, policies: [no-ec2, our-secrets]}
  - path: Only/S3
    policies: [only-s3]
    fullAccess: false
accounts:
  - {name: audit, email: audit@example.com}
  - name: lake
    email: lake@example.com
    unit: Data
    role: Landing
    tags: {cost: "42"}
    policies: [no-ec2]
    roles:
      - name: Reader
        path: /team/
        description: reads the lake
        trust: [audit, management]
        policies:
          read: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "s3:Get*", Resource: "*"}]}
        maxSession: 7200
        tags: {a: b}
policies:
  - {name: no-ec2, description: no machines, document: {Version: 2012-10-17, Statement: [{Effect: Deny, Action: "ec2:*", Resource: "*"}]}}
  - {name: only-s3, document: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}
  - {name: our-secrets, type: RESOURCE_CONTROL_POLICY, document: {Version: 2012-10-17, Statement: [{Effect: Deny, Principal: "*", Action: "secretsmanager:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}
root: {tags: {owner: platform}}
`

// TestCompanyOnServer changes an organization in every way that a file can, and takes away only what it is told to.
func TestCompanyOnServer(t *testing.T) {
	s := testenv.Start(t)
	c := orgfile.NewClients(s.Administrator(""))
	converge(t, c, company, orgfile.PlanOptions{})

	lake := accountID(t, c, "lake")
	role, err := iam.NewFromConfig(s.Role(lake, "Landing")).GetRole(context.Background(), &iam.GetRoleInput{RoleName: aws.String("Reader")})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(role.Role.Arn); got != "arn:aws:iam::"+lake+":role/team/Reader" {
		t.Errorf("role %s", got)
	}

	changed := strings.NewReplacer("path: Data,", "path: Lakes, was: Data,", "unit: Data", "unit: Lakes", "Only/S3", "Only/Buckets", `"ec2:*"`, `["ec2:*", "ebs:*"]`,
		"7200", "3600", "s3:Get*", "s3:List*", "team: data", "team: lakes").Replace(company)
	converge(t, c, changed, orgfile.PlanOptions{})
	left := plan(t, c, changed, orgfile.PlanOptions{}).LeftAlone
	if len(left) != 1 || left[0].Name != "Only/S3" {
		t.Errorf("left alone: %+v", left)
	}
	converge(t, c, changed, orgfile.PlanOptions{Prune: true})
	converge(t, c, "units: []\n", orgfile.PlanOptions{Prune: true, CloseAccounts: true})
	live, err := orgfile.Read(context.Background(), c, orgfile.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range live.Policies {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{orgfile.FullAccess, orgfile.RCPFullAccess}, slices.Sorted(slices.Values(names))); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	for _, a := range live.Accounts {
		if a.ID != live.Management && a.State == "ACTIVE" {
			t.Errorf("account %s is %s", a.Name, a.State)
		}
	}
}

// TestExportOnServer plans what was exported, with nothing to do, and builds the same organization on another server from it.
func TestExportOnServer(t *testing.T) {
	text := strings.Replace(company, "    role: Landing\n", "", 1)
	s := testenv.Start(t)
	c := orgfile.NewClients(s.Administrator(""))
	converge(t, c, text, orgfile.PlanOptions{})
	first := export(t, c)
	if p := plan(t, c, first, orgfile.PlanOptions{Prune: true, CloseAccounts: true}); !p.Empty() || len(p.Notes) > 0 {
		t.Errorf("a plan of the export: %+v, %v\n%s", p.Steps, p.Notes, first)
	}
	other := orgfile.NewClients(testenv.Start(t).Administrator(""))
	converge(t, other, first, orgfile.PlanOptions{})
	if diff := cmp.Diff(withoutName(first), withoutName(export(t, other))); diff != "" {
		t.Errorf("export of the copy (-first +copy):\n%s", diff)
	}
}

// withoutName takes out the name of the management account, which is no file's to give.
func withoutName(text string) string {
	before, after, _ := strings.Cut(text, "management:")
	_, after, _ = strings.Cut(after, "\n    name:")
	return fmt.Sprint(before, after[strings.Index(after, "\n")+1:])
}

// export gives an organization as a text.
func export(t *testing.T, c orgfile.Clients) string {
	t.Helper()
	f, err := orgfile.Export(context.Background(), c, orgfile.ExportOptions{Roles: true})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
