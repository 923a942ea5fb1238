package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"umbel/internal/testenv"
)

// commandLine runs commands in a directory against a server, through the SDK's default chain (--aws).
type commandLine struct{ t *testing.T }

// inOrganization starts a server and gives a command line that speaks to it as its administrator.
func inOrganization(t *testing.T) commandLine {
	t.Helper()
	s := testenv.Start(t)
	creds, err := s.Administrator("").Credentials.Retrieve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for key, value := range map[string]string{
		"AWS_ENDPOINT_URL": s.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": creds.AccessKeyID, "AWS_SECRET_ACCESS_KEY": creds.SecretAccessKey,
		"AWS_SESSION_TOKEN": creds.SessionToken, "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "",
	} {
		t.Setenv(key, value)
	}
	return commandLine{t}
}

// run runs a command and gives what it writes; it has to end with the code.
func (c commandLine) run(code int, args ...string) (stdout, stderr string) {
	c.t.Helper()
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: os.Getenv}
	if got := a.run(context.Background(), args); got != code {
		c.t.Fatalf("umbel %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

// write writes a file.
func (c commandLine) write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// has checks that a text has a part.
func (c commandLine) has(text, part string) {
	c.t.Helper()
	if !strings.Contains(text, part) {
		c.t.Errorf("%q is not in\n%s", part, text)
	}
}

func TestPlanApplyExport(t *testing.T) {
	c := inOrganization(t)
	out, _ := c.run(2, "plan", "--aws", "--starter", "--detailed-exitcode")
	c.has(out, "  + create account sandbox <aws+sandbox@example.com> for unit Sandbox\n")
	c.has(out, "Plan: 20 to create, 1 to enable, 7 to move, 9 to attach.\n")

	_, errs := c.run(1, "apply", "--aws", "--starter")
	c.has(errs, "say --yes to apply without asking")
	_, errs = c.run(1, "tree", "--aws")
	c.has(errs, "this account is in no organization")
	out, _ = c.run(0, "apply", "--aws", "--starter", "--yes")
	c.has(out, "[37/37] ok move account sandbox from the root to unit Sandbox\n\nDone: 37 steps in ")
	out, _ = c.run(0, "apply", "--aws", "--starter", "--yes")
	if out != "No changes: the organization is as the file says.\n" {
		t.Errorf("a second apply: %s", out)
	}

	c.run(0, "export", "--aws", "-f", "organization.yaml", "--policies", "policies")
	if files, err := filepath.Glob("policies/*.json"); err != nil || len(files) != 6 {
		t.Errorf("policy files %v, %v", files, err)
	}
	c.run(0, "plan", "--aws", "--detailed-exitcode", "--prune", "--close-accounts")
	_, errs = c.run(1, "export", "--aws", "-f", "organization.yaml")
	c.has(errs, "organization.yaml is there already")

	out, _ = c.run(0, "tree", "--aws")
	c.has(out, "\n└── Workloads/ ")
	out, _ = c.run(0, "tree", "--aws", "--output", "json")
	var tree struct {
		Root struct{ Children []struct{ Name string } }
	}
	if err := json.Unmarshal([]byte(out), &tree); err != nil || len(tree.Root.Children) != 5 {
		t.Errorf("%d children of the root, %v: %s", len(tree.Root.Children), err, out)
	}
}

func TestPlanFindsProblemsFirst(t *testing.T) {
	c := commandLine{t}
	t.Chdir(t.TempDir())
	c.write("organization.yaml", "accounts:\n  - {name: a, mail: a@example.com}\n")
	_, errs := c.run(1, "plan", "--data", "nowhere")
	c.has(errs, "organization.yaml:2:5: accounts[0] has no email\norganization.yaml:2:15: unknown key \"mail\" (did you mean \"email\"?)")
	c.has(errs, "umbel: the organization file has 2 problems; nothing was changed\n")
	_, errs = c.run(1, "plan", "-f", "missing.yaml")
	c.has(errs, "or begin with the built-in one: --starter")
	_, errs = c.run(1, "plan", "--output", "xml")
	c.has(errs, `--output is text or json, not "xml"`)
}

func TestPlanJSON(t *testing.T) {
	c := inOrganization(t)
	c.write("organization.yaml", "units:\n  - path: A/B\n")
	out, _ := c.run(0, "plan", "--aws", "--output", "json")
	var plan struct {
		Steps []struct{ Action, Kind, Name string }
	}
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		t.Fatal(err)
	}
	if len(plan.Steps) != 3 || plan.Steps[2].Action != "create" || plan.Steps[2].Kind != "unit" || plan.Steps[2].Name != "A/B" {
		t.Errorf("steps %+v", plan.Steps)
	}
	out, _ = c.run(0, "plan", "--schema")
	c.has(out, `"$schema": "https://json-schema.org/draft/2020-12/schema"`)
}
