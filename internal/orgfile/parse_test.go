package orgfile

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// memory gives a reader of files held in memory.
func memory(files map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		text, ok := files[name]
		if !ok {
			return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
		}
		return []byte(text), nil
	}
}

// mustParse parses a file that has to be right.
func mustParse(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("organization.yaml", []byte(text), memory(nil))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// manyPolicies lists n policies by name, and describes them.
func manyPolicies(n int, kind string) string {
	var names, policies []string
	for i := range n {
		names = append(names, fmt.Sprintf("p%d", i))
		effect := `{Effect: Deny, Action: "s3:*", Resource: "*"}`
		if kind == ResourceControl {
			effect = `{Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*"}`
		}
		policies = append(policies, fmt.Sprintf("  - {name: p%d, type: %s, document: {Version: 2012-10-17, Statement: [%s]}}", i, kind, effect))
	}
	return "root:\n  policies:\n    - " + strings.Join(names, "\n    - ") + "\npolicies:\n" + strings.Join(policies, "\n")
}

// longPolicy is an SCP of n characters.
func longPolicy(n int) string {
	const frame = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:","Resource":"*"}]}`
	return strings.Replace(frame, "s3:", "s3:"+strings.Repeat("x", n-len(frame)), 1)
}

// problemTests are files that are wrong, and what is said about them.
var problemTests = []struct {
	name  string
	text  string
	files map[string]string
	want  []string
}{
	{"not YAML", "units:\n  - path: [\n", nil, []string{
		"organization.yaml:2:1: not YAML: did not find expected node content"}},
	{"second document", "units: []\n---\nunits: []\n", nil, []string{
		"organization.yaml:2:1: a second document begins here: one file holds one"}},
	{"alias to itself", "units: &a\n  - *a\n", nil, []string{
		"organization.yaml:2:5: the alias here refers to itself, or aliases make the file too large: write it out"}},
	{"not a mapping", "- a\n", nil, []string{
		"organization.yaml:1:1: the file must be a mapping of keys to values, not a list"}},
	{"unknown key", "unitss: []\naccounts:\n  - name: a\n    mail: a@example.com\n", nil, []string{
		`organization.yaml:1:1: unknown key "unitss" (did you mean "units"?); the file has the keys organization, root, management, units, accounts, policies`,
		`organization.yaml:3:5: accounts[0] has no email`,
		`organization.yaml:4:5: unknown key "mail" (did you mean "email"?); accounts[0] has the keys name, email, unit, role, policies, fullAccess, tags, roles`}},
	{"duplicate key", "units:\n  - path: A\n    path: B\n", nil, []string{
		`organization.yaml:3:5: "path" is here twice; the first is at line 2: keep one of them`}},
	{"wrong kinds", "units: {}\nroot:\n  policies: x\n  fullAccess: perhaps\naccounts:\n  - [a]\n", nil, []string{
		`organization.yaml:1:8: units must be a list, not a mapping`,
		`organization.yaml:3:13: root.policies must be a list, not "x"`,
		`organization.yaml:4:15: root.fullAccess must be true or false, not "perhaps"`,
		`organization.yaml:6:5: accounts[0] must be a mapping of keys to values, not a list`}},
	{"features", "organization: {features: all}\n", nil, []string{
		`organization.yaml:1:26: organization.features: "all" is not one of ALL, CONSOLIDATED_BILLING (did you mean "ALL"?)`}},
	{"policies without all features", "organization: {features: CONSOLIDATED_BILLING}\npolicies:\n  - {name: a, template: deny-root-user}\n", nil, []string{
		`organization.yaml:1:26: policies need the feature set ALL: with CONSOLIDATED_BILLING an organization has none`}},
	{"one e-mail, one name twice", "accounts:\n  - {name: a, email: aws+a@example.com}\n  - {name: b, email: AWS+a@example.com}\n  - {name: a, email: c@example.com}\n", nil, []string{
		`organization.yaml:3:22: "AWS+a@example.com" is the e-mail address of account "a" at line 2: every account needs its own, such as AWS+b@example.com`,
		`organization.yaml:4:12: account "a" is here twice; the first is at line 2`}},
	{"names and addresses", "accounts:\n  - {name: Über, email: nowhere}\n  - {name: management, email: x@y.z}\n  - {name: \"" + strings.Repeat("n", 51) + "\", email: \"" + strings.Repeat("e", 60) + "@e.com\"}\n", nil, []string{
		`organization.yaml:2:12: accounts[0].name: "Über" is not made of printable ASCII characters only`,
		`organization.yaml:2:25: accounts[0].email: "nowhere" is not an e-mail address such as aws+dev@example.com`,
		`organization.yaml:3:12: the name "management" stands for the management account: choose another`,
		`organization.yaml:3:31: accounts[1].email: "x@y.z" is too short: at least 6 characters`,
		`organization.yaml:4:12: accounts[2].name: "` + strings.Repeat("n", 51) + `" is too long: 51 characters, at most 50`,
		`organization.yaml:4:74: accounts[2].email: "` + strings.Repeat("e", 60) + `@e.com" is too long: 66 characters, at most 64`}},
	{"no such unit", "units:\n  - path: Workloads/Production\naccounts:\n  - {name: a, email: a@example.com, unit: Workloads}\n  - {name: b, email: b@example.com, unit: Workloads/Prod}\n", nil, []string{
		`organization.yaml:5:43: there is no unit "Workloads/Prod" (did you mean "Workloads/Production"?): list it under units`}},
	{"paths", "units:\n  - path: a/b/c/d/e/f\n  - path: /a\n  - path: a\n  - path: a\n  - {path: b/c, was: a/c}\n  - path: " + strings.Repeat("u", 129) + "\n", nil, []string{
		`organization.yaml:2:11: path "a/b/c/d/e/f" is 6 units deep: at most 5 below the root`,
		`organization.yaml:3:11: path "/a" has an empty name: paths begin below the root, as in Workloads/Production`,
		`organization.yaml:5:11: unit "a" is here twice; the first is at line 4`,
		`organization.yaml:6:22: "a/c" and "b/c" have different parents: a unit can be renamed, but never moved; make the new unit and move its accounts`,
		`organization.yaml:7:11: the unit name "` + strings.Repeat("u", 129) + `" is too long: 129 characters, at most 128`}},
	{"references to policies", "root: {policies: [lock, lok, FullAWSAccess, lock]}\npolicies:\n  - {name: lock, template: deny-root-user}\n", nil, []string{
		`organization.yaml:1:25: there is no policy "lok" (did you mean "lock"?): list it under policies`,
		`organization.yaml:1:30: FullAWSAccess is attached by AWS and not listed: leave it out, or say fullAccess: false to have FullAWSAccess detached`,
		`organization.yaml:1:45: policy "lock" is here twice`}},
	{"names of policies", "policies:\n  - {name: FullAWSAccess, template: deny-root-user}\n  - {name: a, template: deny-root-user}\n  - {name: a, template: deny-root-user}\n", nil, []string{
		`organization.yaml:2:12: FullAWSAccess is a policy of AWS: choose another name`,
		`organization.yaml:4:12: policy "a" is here twice; the first is at line 3`}},
	{"no allow list", "root: {policies: [a], fullAccess: false}\npolicies:\n  - {name: a, template: deny-root-user}\n", nil, []string{
		`organization.yaml:1:35: fullAccess: false needs an SCP that allows something in root.policies: without one nothing at all is allowed, and AWS refuses to detach the last SCP`}},
	{"too many SCPs", manyPolicies(10, ServiceControl), nil, []string{
		`organization.yaml:12:7: too many policies of type SERVICE_CONTROL_POLICY on root: at most 10, the one that AWS attaches included`}},
	{"too many RCPs", manyPolicies(5, ResourceControl), nil, []string{
		`organization.yaml:7:7: too many policies of type RESOURCE_CONTROL_POLICY on root: at most 5, the one that AWS attaches included`}},
	{"policy type not enabled", "organization: {policyTypes: [RESOURCE_CONTROL_POLICY]}\npolicies:\n  - {name: a, template: deny-root-user}\n", nil, []string{
		`organization.yaml:3:5: policy "a" is a SERVICE_CONTROL_POLICY, which organization.policyTypes does not enable: add it there`}},
	{"text of a policy", "policies:\n  - {name: a}\n  - {name: b, template: deny-root-user, file: b.json}\n  - {name: c, file: c.json}\n  - {name: d, document: x}\n  - {name: e, file: e.json, with: {a: b}}\n",
		map[string]string{"e.json": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`}, []string{
			`organization.yaml:2:5: policy "a" needs exactly one of template, file and document; it has none`,
			`organization.yaml:3:5: policy "b" needs exactly one of template, file and document; it has template and file`,
			`organization.yaml:4:21: there is no file "c.json": paths are relative to the file that names them`,
			`organization.yaml:5:25: policies[3].document must be a policy written as a mapping, not "x"`,
			`organization.yaml:6:35: with belongs to a template; policy "e" has none`}},
	{"template and parameters", "policies:\n  - {name: a, template: deny-root}\n  - {name: b, template: approved-regions}\n  - {name: c, template: approved-regions, with: {regions: [eu-west-1, Frankfurt], region: x}}\n  - {name: d, template: protect-access-role, with: {role: [a, b]}}\n", nil, []string{
		`organization.yaml:2:25: there is no template "deny-root" (did you mean "deny-root-user"?): there are approved-regions, deny-expensive-instances, deny-leave-organization, deny-root-user, protect-access-role, protect-cloudtrail`,
		`organization.yaml:3:5: template "approved-regions" needs the parameter regions in with: the approved Regions, such as [eu-west-1, eu-central-1]`,
		`organization.yaml:4:71: "Frankfurt" is not a Region such as eu-west-1`,
		`organization.yaml:4:83: template "approved-regions" has no parameter "region" (did you mean "regions"?): it has exemptActions and exemptRoles and regions`,
		`organization.yaml:5:59: the parameter role of template "protect-access-role" takes one value, not 2`}},
	{"policy file that is no JSON", "policies:\n  - {name: a, file: a.json}\n", map[string]string{"a.json": "{\n\t\"Version\": \"2012-10-17\",\n\t\"Statement\": [}\n}\n"}, []string{
		`a.json:3:16: not JSON: invalid character '}' looking for beginning of value`}},
	{"invalid policy in a file", "policies:\n  - {name: a, file: a.json}\n", map[string]string{"a.json": "{\n\t\"Version\": \"2012-10-17\",\n\t\"Statement\": [{\n\t\t\"Effect\": \"deny\", \"Action\": \"s3:*\", \"Resource\": \"*\"\n\t}]\n}\n"}, []string{
		`a.json:4:13: policy "a" is not a valid SERVICE_CONTROL_POLICY: Effect is "Allow" or "Deny", in this case`}},
	{"invalid policy in YAML", "policies:\n  - name: a\n    document:\n      Version: 2012-10-17\n      Statement:\n        - Effect: deny\n          Action: s3:*\n          Resource: '*'\n", nil, []string{
		`organization.yaml:6:19: policy "a" is not a valid SERVICE_CONTROL_POLICY: Effect is "Allow" or "Deny", in this case`}},
	{"policy too long", "policies:\n  - {name: a, file: a.json}\n  - {name: b, file: b.json}\n", map[string]string{"a.json": longPolicy(10240) + "\n  \n", "b.json": longPolicy(10241)}, []string{
		`organization.yaml:3:21: policy "b" is too long: 10241 characters without white space, at most 10240 for a SERVICE_CONTROL_POLICY: split it in two`}},
	{"tags", "root:\n  tags: {aws:x: a, 'b?': c, d: 'e?'}\n", nil, []string{
		`organization.yaml:2:10: the tag key "aws:x" is reserved: keys must not begin with aws:`,
		`organization.yaml:2:20: "b?" is not a tag key: 1 to 128 letters, digits, spaces and _.:/=+-@`,
		`organization.yaml:2:32: "e?" is not a tag value: at most 256 letters, digits, spaces and _.:/=+-@`}},
	{"roles", "accounts:\n  - name: audit\n    email: a@example.com\n    roles:\n      - {name: A, trust: [adit]}\n      - {name: a, trust: [audit], maxSession: 60}\n      - {name: B}\n      - {name: OrganizationAccountAccessRole, trust: [management]}\n      - {name: C, trust: [ec2.amazonaws.com], managedPolicies: [ReadOnlyAccess-is-no-arn]}\n", nil, []string{
		`organization.yaml:5:27: there is no account "adit" (did you mean "audit"?): trust takes names of accounts, "management", account IDs, ARNs and services`,
		`organization.yaml:6:16: role "a" is here twice; the first is at line 5`,
		`organization.yaml:6:47: accounts[0].roles[1].maxSession must be a whole number from 3600 to 43200, not "60"`,
		`organization.yaml:7:9: role "B" needs either trust or trustPolicy: who may assume it`,
		`organization.yaml:8:16: "OrganizationAccountAccessRole" is the account's access role, through which its other roles are managed: it is made with the account and not listed`,
		`organization.yaml:9:65: accounts[0].roles[4].managedPolicies[0]: "ReadOnlyAccess-is-no-arn" is not the ARN of a managed policy such as arn:aws:iam::aws:policy/ReadOnlyAccess`}},
}

func TestProblems(t *testing.T) {
	for _, tt := range problemTests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("organization.yaml", []byte(tt.text), memory(tt.files))
			if err == nil {
				t.Fatal("no problem found")
			}
			if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestJSON reads the same organization from YAML and from JSON indented with tabs.
func TestJSON(t *testing.T) {
	yaml := mustParse(t, "units:\n  - path: A\n    tags: {a: b}\npolicies:\n  - name: p\n    document: {Version: 2012-10-17, Statement: [{Effect: Deny, Action: 's3:*', Resource: '*', Condition: {StringEquals: {aws:PrincipalAccount: [123456789012, 012345678901]}}}]}\n")
	json := mustParse(t, "{\n\t\"units\": [{\"path\": \"A\", \"tags\": {\"a\": \"b\"}}],\n\t\"policies\": [{\"name\": \"p\", \"document\":\t{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"*\", \"Condition\": {\"StringEquals\": {\"aws:PrincipalAccount\": [\"123456789012\", \"012345678901\"]}}}]}}]\n}\n")
	if diff := cmp.Diff(yaml.Units, json.Units); diff != "" {
		t.Errorf("units (-yaml +json):\n%s", diff)
	}
	const want = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":["123456789012","012345678901"]}}}]}`
	if got := yaml.Policies[0].Text(); got != want {
		t.Errorf("YAML gives %s", got)
	}
	if got := json.Policies[0].Text(); got != want {
		t.Errorf("JSON gives %s", got)
	}
}

func TestMergeKeys(t *testing.T) {
	f := mustParse(t, "units:\n  - &base {path: A, tags: {team: a}}\n  - {<<: *base, path: B}\n")
	want := []Unit{{Path: "A", Target: Target{Tags: map[string]string{"team": "a"}}}, {Path: "B", Target: Target{Tags: map[string]string{"team": "a"}}}}
	if diff := cmp.Diff(want, f.Units); diff != "" {
		t.Errorf("units (-want +got):\n%s", diff)
	}
}

func TestPaths(t *testing.T) {
	for _, path := range []string{"A", "A/B", `R\/D/x\\y`, "A/ B"} {
		if got := cleanPath(path); got != path {
			t.Errorf("cleanPath(%q) = %q", path, got)
		}
	}
	if diff := cmp.Diff([]string{"R/D", `x\y`}, SplitPath(`R\/D/x\\y`)); diff != "" {
		t.Errorf("SplitPath (-want +got):\n%s", diff)
	}
	f := mustParse(t, "units:\n  - path: A/B/C\n  - path: A\n  - path: A/D\n")
	if diff := cmp.Diff([]string{"A", "A/B", "A/B/C", "A/D"}, f.UnitPaths()); diff != "" {
		t.Errorf("UnitPaths (-want +got):\n%s", diff)
	}
}

func TestSameDocument(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{`{"Statement":{"Effect":"Deny","Action":["a:b","a:c"]}}`, `{ "Statement": [{"Action": ["a:c", "a:b"], "Effect": "Deny"}] }`, true},
		{`{"Action":"a:b"}`, `{"Action":["a:b"]}`, true},
		{`{"Principal":{"AWS":"123456789012"}}`, `{"Principal":{"AWS":["arn:aws:iam::123456789012:root"]}}`, true},
		{`{"Condition":{"Bool":{"a":true}}}`, `{"Condition":{"Bool":{"a":"true"}}}`, true},
		{`{"Action":"a:b"}`, `{"Action":["a:b","a:c"]}`, false},
		{`{"Statement":[{"Sid":"1"},{"Sid":"2"}]}`, `{"Statement":[{"Sid":"2"},{"Sid":"1"}]}`, false},
		{`not JSON`, `{}`, false},
	}
	for _, tt := range tests {
		if got := SameDocument(tt.a, tt.b); got != tt.want {
			t.Errorf("SameDocument(%s, %s) = %t", tt.a, tt.b, got)
		}
	}
}
