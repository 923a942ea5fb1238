package policytest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/orgfile"
	"umbel/internal/yamlfile"
)

var update = flag.Bool("update", false, "write docs/policy-tests.schema.json and the golden reports")

// TestSchemaIsPublished holds the published schema against the types; `go test ./internal/policytest -update` writes it anew.
func TestSchemaIsPublished(t *testing.T) {
	got, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "../../docs/policy-tests.schema.json", string(got))
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// organization is a small organization with everything that cases can use of one.
const organization = `
units: [{path: Prod, policies: [no-s3]}, {path: Prod/EU}, {path: Empty}]
root: {policies: [rcp]}
management: {roles: [{name: boss, trust: [management], managedPolicies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}]}
accounts:
  - name: shop
    email: shop@example.com
    unit: Prod/EU
    roles:
      - name: dev
        path: /team/
        trust: [management, sandbox]
        policies: {own: {Version: "2012-10-17", Statement: {Effect: Allow, Action: ["s3:*", "sqs:*", "sts:*"], Resource: "*"}}}
        boundary: arn:aws:iam::222222222222:policy/limit
        tags: {team: red}
  - {name: sandbox, email: sandbox@example.com}
policies:
  - {name: no-s3, document: {Version: "2012-10-17", Statement: {Sid: NoS3, Effect: Deny, Action: "s3:Delete*", Resource: "*"}}}
  - {name: rcp, type: RESOURCE_CONTROL_POLICY, document: {Version: "2012-10-17", Statement: {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*",
      Condition: {StringNotEqualsIfExists: {aws:PrincipalOrgID: o-umbeltests}, BoolIfExists: {aws:PrincipalIsAWSService: "false"}}}}}
`

// files are what the cases of the tests name.
var files = map[string]string{
	"organization.yaml": organization,
	"broken.yaml":       "units: 3\n",
	"allow.json":        `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
	"bad.json":          "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\"Effect\": \"Perhaps\", \"Action\": \"*\", \"Resource\": \"*\"}\n}",
}

func read(path string) ([]byte, error) {
	text, ok := files[path]
	if !ok {
		return nil, fmt.Errorf("open %s: %w", path, fs.ErrNotExist)
	}
	return []byte(text), nil
}

func parse(t *testing.T, text string) *Suite {
	t.Helper()
	s, err := Parse("cases.yaml", []byte(text), read)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// limit is the text of the boundary of the role dev.
const limit = `managedPolicies: {"arn:aws:iam::222222222222:policy/limit": {Version: "2012-10-17", Statement: {Effect: Allow, Action: "*", Resource: "*"}}}
`

// TestCases decides cases that all are as they expect: each shows one thing that a file can say.
func TestCases(t *testing.T) {
	for name, text := range map[string]string{
		"a service control policy of the chain, and its target": `
  - {name: a, principal: {account: shop, role: dev}, action: s3:DeleteBucket, expect: denied, by: {policy: no-s3, sid: NoS3, statement: 0, target: Prod, layer: serviceControl}}`,
		"the role's own policy": `
  - {name: a, principal: {account: shop, role: dev}, action: s3:PutObject, expect: allowed, by: {policy: own, layer: identity}}`,
		"the boundary that the organization file names": `
  - {name: a, principal: {account: shop, role: dev}, action: sqs:SendMessage, expect: allowed}
  - {name: b, principal: {account: shop, role: dev}, boundary: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}, action: sqs:SendMessage, expect: implicitDeny, by: {layer: boundary}}`,
		"tags and the path of the role": `
  - {name: a, principal: {account: shop, role: dev, tags: {Cost: "7"}}, action: iam:ListUsers, expect: allowed,
     identity: {p: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "iam:*", Resource: "*", Condition: {StringEquals:
       {aws:PrincipalTag/Team: red, aws:PrincipalTag/cost: "7", aws:PrincipalArn: "arn:aws:iam::${account.shop}:role/team/dev", aws:PrincipalOrgPaths: "${organization}/r-test/${unit.Prod}/${unit.Prod/EU}/"}}}}}}`,
		"the trust policy of the role that is assumed": `
  - {name: a, principal: {account: sandbox, role: OrganizationAccountAccessRole}, action: sts:AssumeRole, resource: "arn:aws:iam::${account.shop}:role/team/dev", expect: allowed, by: trust policy}
  - {name: b, principal: {account: shop, user: u}, identity: {a: allow.json}, action: sts:AssumeRole, resource: "arn:aws:iam::${account.shop}:role/team/dev", expect: implicitDeny, by: {layer: resource}}
  - {name: c, principal: {account: management, role: boss}, action: sts:AssumeRole, resource: "arn:aws:iam::${account.shop}:role/OrganizationAccountAccessRole", expect: allowed}
  - {name: d, principal: {account: shop, user: u}, identity: {a: allow.json}, action: sts:AssumeRole, resource: "arn:aws:iam::${account.shop}:role/team/dev", expect: allowed, by: resourcePolicy,
     resourcePolicy: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: {AWS: "${account.shop}"}, Action: "sts:AssumeRole"}}}`,
		"a resource control policy binds who is outside": `
  - {name: a, principal: "arn:aws:iam::999999999999:user/eve", identity: {a: allow.json}, action: s3:GetObject, resource: "arn:aws:s3:::b/k", resourceAccount: shop, expect: explicitDeny, by: {policy: rcp, layer: resourceControl, target: Root},
     context: {aws:PrincipalOrgID: o-another12345}}
  - {name: b, principal: cloudtrail.amazonaws.com, action: s3:PutObject, resource: "arn:aws:s3:::b/k", resourceAccount: "${account.shop}", expect: allowed,
     resourcePolicy: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: {Service: cloudtrail.amazonaws.com}, Action: "s3:PutObject", Resource: "*"}}}`,
		"control policies of the case": `
  - {name: a, principal: {account: sandbox, role: OrganizationAccountAccessRole}, action: sqs:SendMessage, expect: denied, by: {policy: mine, target: sandbox},
     serviceControl: {mine: {Version: "2012-10-17", Statement: {Effect: Deny, Action: "sqs:*", Resource: "*"}}}}
  - {name: b, principal: {account: management, root: true}, action: sqs:SendMessage, expect: allowed,
     serviceControl: {mine: {Version: "2012-10-17", Statement: {Effect: Deny, Action: "sqs:*", Resource: "*"}}}}
  - {name: c, principal: {account: sandbox, role: OrganizationAccountAccessRole}, action: sqs:SendMessage, resource: "arn:aws:sqs:eu-west-1:${account.sandbox}:q", expect: denied, by: {policy: mine, layer: resourceControl},
     resourceControl: {mine: {Version: "2012-10-17", Statement: {Effect: Deny, Principal: "*", Action: "sqs:*", Resource: "*"}}}}`,
		"session policies": `
  - {name: a, principal: {account: sandbox, role: OrganizationAccountAccessRole}, action: sqs:SendMessage, expect: implicitDeny, by: {layer: session},
     session: {s: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}}}`,
		"a session by its ARN has the policies of its role": `
  - {name: a, principal: "arn:aws:sts::${account.shop}:assumed-role/dev/me", action: s3:PutObject, expect: allowed}`,
		"an absent key, and one of several values": `
  - {name: a, principal: {account: sandbox, user: u}, action: sqs:SendMessage, expect: allowed, context: {aws:ViaAWSService: null, aws:TagKeys: [a, b]},
     identity: {p: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "sqs:*", Resource: "*", Condition: {"Null": {aws:ViaAWSService: "true"}, "ForAllValues:StringEquals": {aws:TagKeys: [a, b]}}}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := parse(t, "organization: organization.yaml\n"+limit+"cases:"+text).Run(nil)
			if r.Failed > 0 {
				t.Error(report(t, r, true))
			}
		})
	}
}

// TestCasesWithoutOrganization decides by what the cases bring alone.
func TestCasesWithoutOrganization(t *testing.T) {
	r := parse(t, `
accounts: {home: "123456789012"}
cases:
  - name: an allow list
    principal: {account: [home, "210987654321"], role: dev}
    identity: {all: allow.json}
    serviceControl: {list: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}}
    fullAccess: false
    action: sqs:SendMessage
    expect: implicitDeny
    by: {layer: serviceControl, target: account}
  - name: FullAWSAccess beside it
    principal: {account: home, role: dev}
    identity: {all: allow.json}
    serviceControl: {list: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}}
    action: sqs:SendMessage
    expect: allowed
  - name: anonymous
    principal: "*"
    action: s3:GetObject
    resource: arn:aws:s3:::b/k
    resourceAccount: home
    resourcePolicy: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "*"}}
    expect: allowed
    by: {layer: resource}
`).Run(nil)
	if r.Failed > 0 || r.Tests != 4 {
		t.Error(report(t, r, true))
	}
}

// TestTables counts what lists expand to, and how the tests of a case are told apart.
func TestTables(t *testing.T) {
	s := parse(t, `
organization: organization.yaml
values: {queue: "arn:aws:sqs:${region}:${principal.account}:q"}
defaults: {context: {aws:RequestedRegion: "${region}", aws:SourceVpc: vpc-1}}
cases:
  - name: many
    table: {region: [eu-west-1, us-east-1]}
    principal: [{account: "s*", root: true}, {unit: Prod, user: [a, b]}]
    action: ["sqs:Send*", sqs:Unheard]
    resource: ["${queue}", "*"]
    context: [{}, {AWS:SourceVPC: null}]
    expect: denied
`)
	var labels []string
	for _, one := range s.Cases[0].Tests {
		labels = append(labels, one.Label)
	}
	if len(labels) != 2*4*2*2*2 {
		t.Fatalf("%d tests: %q", len(labels), labels)
	}
	if want := "region eu-west-1, root user of shop, sqs:SendMessage, arn:aws:sqs:eu-west-1:222222222222:q, aws:RequestedRegion=eu-west-1 aws:SourceVpc=vpc-1"; labels[0] != want {
		t.Errorf("%q, want %q", labels[0], want)
	}
	last := s.Cases[0].Tests[len(labels)-1]
	if diff := cmp.Diff(map[string][]string{"aws:RequestedRegion": {"us-east-1"}}, last.Context); diff != "" || last.Principal != "arn:aws:iam::222222222222:user/b" {
		t.Errorf("%s %s", last.Principal, diff)
	}
}

func report(t *testing.T, r *Result, verbose bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := Report(&b, []*Result{r}, orgfile.Style{}, verbose); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// failing is a suite with failures of every form.
const failing = `
organization: organization.yaml
` + limit + `
cases:
  - name: nobody deletes
    principal: {account: [shop, sandbox], role: OrganizationAccountAccessRole}
    action: [s3:DeleteBucket, s3:DeleteBucketPolicy, s3:DeleteObject, s3:DeleteObjectTagging]
    expect: denied
    by: {policy: no-s3}
  - {name: dev sends, principal: {account: shop, role: dev}, action: sqs:SendMessage, resource: "*", context: {aws:RequestedRegion: eu-west-1}, expect: denied}
  - {name: dev puts, principal: {account: shop, role: dev}, action: s3:PutObject, expect: allowed}
  - {name: by another policy, principal: {account: shop, role: dev}, action: s3:DeleteObject, expect: explicitDeny, by: {policy: other}}
  - {name: by another Sid, principal: {account: shop, role: dev}, action: s3:DeleteObject, expect: explicitDeny, by: {sid: Other}}
  - {name: by another statement, principal: {account: shop, role: dev}, action: s3:DeleteObject, expect: explicitDeny, by: {statement: 1}}
  - {name: by another layer, principal: {account: shop, role: dev}, action: s3:DeleteObject, expect: explicitDeny, by: {layer: boundary}}
  - {name: by another target, principal: {account: shop, role: dev}, action: s3:DeleteObject, expect: explicitDeny, by: {target: Root}}
  - {name: implicitly, principal: {account: shop, role: dev}, action: s3:DeleteObject, expect: implicitDeny}
  - {name: by a policy at all, principal: {account: management, root: true}, action: s3:DeleteObject, expect: allowed, by: "?*"}
`

// TestReport compares reports with files that one can read. What iampolicy explains is not this package's to word.
func TestReport(t *testing.T) {
	r := parse(t, failing).Run(nil)
	for path, verbose := range map[string]bool{"testdata/report.txt": false, "testdata/report-verbose.txt": true} {
		text := report(t, r, verbose)
		for _, c := range r.Cases {
			for _, one := range c.Tests {
				if one.Explanation != nil {
					var b strings.Builder
					indent(&b, one.Explanation.Text())
					text = strings.ReplaceAll(text, b.String(), "      (the explanation)\n")
				}
			}
		}
		golden(t, path, text)
	}
	for i := range r.Cases {
		for j := range r.Cases[i].Tests {
			r.Cases[i].Tests[j].Explanation = nil
		}
	}
	var b bytes.Buffer
	if err := JUnit(&b, []*Result{r}); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/report.xml", b.String())
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
	}
	if err := xml.Unmarshal(b.Bytes(), &suites); err != nil || suites.Tests != r.Tests || suites.Failures == 0 {
		t.Errorf("%+v, %v", suites, err)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var back Result
	if err := json.Unmarshal(text, &struct{ Failed *int }{&back.Failed}); err != nil || back.Failed != r.Failed || r.Failed != 9 {
		t.Errorf("%d failed, as JSON %d: %v", r.Failed, back.Failed, err)
	}
}

// TestRunSome runs only the cases that are asked for.
func TestRunSome(t *testing.T) {
	r := parse(t, failing).Run(func(name string) bool { return strings.HasPrefix(name, "dev") })
	if len(r.Cases) != 2 || r.Passed != 1 || r.Failed != 1 {
		t.Errorf("%+v", r)
	}
}

// TestProblems wants every mistake to be told with its place.
func TestProblems(t *testing.T) {
	const who = "    principal: {account: shop, role: OrganizationAccountAccessRole}\n"
	one := func(rest string) string {
		return "organization: organization.yaml\ncases:\n  - name: a\n    expect: denied\n" + rest
	}
	for name, tt := range map[string]struct{ text, want string }{
		"not YAML":                      {"cases: [", "cases.yaml:1:1: not YAML: did not find expected node content"},
		"no cases":                      {"cases: []", "cases.yaml:1:8: there are no cases: a file that tests nothing would always pass"},
		"no key cases":                  {"values: {}", "cases.yaml:1:1: the file has no cases"},
		"an unknown key":                {"casses: []\ncases: [{name: a, expect: denied}]", `cases.yaml:1:1: unknown key "casses" (did you mean "cases"?); the file has the keys organization, accounts, managedPolicies, values, defaults, cases`},
		"a wrong expectation":           {"cases: [{name: a, expect: deny}]", `cases.yaml:1:27: cases[0].expect: "deny" is not one of allowed, denied, explicitDeny, implicitDeny`},
		"a list for a text":             {"cases: [{name: [a], expect: denied}]", "cases.yaml:1:16: cases[0].name must be a single value, not a list"},
		"no organization file":          {"organization: none.yaml\ncases: []", `cases.yaml:1:15: there is no file "none.yaml": paths are relative to the file that names them; builtin:starter is the built-in organization`},
		"a broken organization":         {"organization: broken.yaml\ncases: []", "broken.yaml:1:8: units must be a list, not \"3\""},
		"two cases of a name":           {"cases: [{name: a, expect: denied, principal: '*', action: s3:A},\n {name: a, expect: denied, principal: '*', action: s3:A}]", `cases.yaml:2:9: the case "a" is here twice; the first is at line 1`},
		"no principal":                  {one("    action: s3:GetObject\n"), `cases.yaml:3:5: case "a" has no principal, and neither have the defaults`},
		"no action":                     {one(who), `cases.yaml:3:5: case "a" has no action, and neither have the defaults`},
		"not an action":                 {one(who + "    action: GetObject\n"), `cases.yaml:6:13: "GetObject" is not an action: it has the form service:Name`},
		"a service that is not":         {one(who + "    action: dynamodbb:*\n"), `cases.yaml:6:13: no known action matches "dynamodbb:*" (is the service "dynamodb" meant?)`},
		"actions that are not":          {one(who + "    action: [s3:GetObject, s3:Gobble*]\n"), `cases.yaml:6:28: no known action matches "s3:Gobble*" (is the service "s3" meant?)`},
		"not a resource":                {one(who + "    action: s3:GetObject\n    resource: bucket\n"), `cases.yaml:7:15: "bucket" is not a resource: it is an ARN, or "*"`},
		"an unknown account":            {one("    principal: {account: shap, root: true}\n    action: s3:GetObject\n"), `cases.yaml:5:26: there is no account "shap" (did you mean "shop"?): accounts are those of the organization file, or IDs`},
		"an unknown unit":               {one("    principal: {unit: Prod/US, root: true}\n    action: s3:GetObject\n"), `cases.yaml:5:23: there is no unit "Prod/US": units are those of the organization file`},
		"an empty unit":                 {one("    principal: {unit: Empty, root: true}\n    action: s3:GetObject\n"), `cases.yaml:5:23: no account is in unit "Empty"`},
		"an unknown role":               {one("    principal: {account: shop, role: ghost}\n    action: s3:GetObject\n"), `cases.yaml:5:38: account shop has no role "ghost" in the organization file: list it there, or give the case its identity policies`},
		"an ARN and an account":         {one("    principal: {account: shop, arn: '*'}\n    action: s3:GetObject\n"), "cases.yaml:5:16: a principal is either an arn or of an account, not both"},
		"role and user":                 {one("    principal: {account: shop, role: dev, user: u}\n    action: s3:GetObject\n"), "cases.yaml:5:16: a principal of an account is exactly one of role, user and root: true"},
		"neither ARN nor account":       {one("    principal: {role: dev}\n    action: s3:GetObject\n"), "cases.yaml:5:16: a principal needs an arn, an account or a unit"},
		"the session of a user":         {one("    principal: {account: shop, user: u, session: ss}\n    action: s3:GetObject\n"), "cases.yaml:5:50: only a role has sessions"},
		"a principal that is not":       {one("    principal: arn:aws:iam::1:user/a\n    action: s3:GetObject\n"), `cases.yaml:5:16: "arn:aws:iam::1:user/a" is not the ARN of a principal`},
		"an unknown placeholder":        {one(who+"    action: s3:GetObject\n    resource: arn:aws:s3:::${bukket}\n") + "values: {bucket: b}\n", "cases.yaml:7:15: nothing stands for ${bukket} (did you mean \"bucket\"?): there are account.management, account.sandbox, account.shop, bucket, organization, principal.account, unit.Empty, unit.Prod, unit.Prod/EU"},
		"a placeholder without end":     {one(who+"    action: s3:GetObject\n    resource: arn:aws:s3:::${a}\n") + "values: {a: 'x${a}'}\n", `cases.yaml:7:15: the placeholders of "arn:aws:s3:::xxxxxxxx${a}" have no end: a value holds itself, or a brace is not closed`},
		"an empty table":                {one(who + "    action: s3:GetObject\n    table: {a: []}\n"), "cases.yaml:7:16: the list is empty: nothing would be tested"},
		"a policy that is none":         {one(who + "    action: s3:GetObject\n    identity: {p: bad.json}\n"), `bad.json:3:27: not a valid policy: Effect is "Allow" or "Deny"`},
		"a written policy that is none": {one(who + "    action: s3:GetObject\n    identity: {p: {Statement: {Effect: Allow, Action: x, Resource: '*'}}}\n"), `cases.yaml:7:19: not a valid policy: Version is not 2012-10-17`},
		"a filled policy that is none":  {one(who+"    action: s3:GetObject\n    identity: {p: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '${v}', Resource: '*'}}}\n") + "values: {v: none}\n", `cases.yaml:7:19: not a valid policy: the action "none" has no service prefix`},
		"a policy of AWS that is not":   {one(who + "    action: s3:GetObject\n    identity: {p: arn:aws:iam::aws:policy/Nope}\n"), `cases.yaml:7:19: the file "arn:aws:iam::aws:policy/Nope" cannot be read: AWS has no managed policy with this ARN`},
		"a managed policy unknown":      {one("    principal: {account: shop, role: dev}\n    action: s3:GetObject\n"), "cases.yaml:5:16: the text of the managed policy arn:aws:iam::222222222222:policy/limit, which the organization file gives the role, is not known: give it under managedPolicies"},
		"an owner unknown":              {one(who + "    action: s3:GetObject\n    resourceAccount: shap\n"), `cases.yaml:7:22: there is no account "shap" (did you mean "shop"?): accounts are those of the organization file, or IDs`},
		"FullAWSAccess twice said":      {one(who + "    action: s3:GetObject\n    fullAccess: false\n"), "cases.yaml:7:17: fullAccess: false needs a case without an organization file, which says itself where FullAWSAccess is detached"},
		"not an account ID":             {"accounts: {a: '12', b: '123456789012', c: '123456789012'}\ncases: []", "cases.yaml:1:15: \"12\" is not an account ID: 12 digits\ncases.yaml:1:43: 123456789012 is the ID of account \"b\": no two accounts share one"},
		"the ID of no account":          {"organization: organization.yaml\naccounts: {shap: '123456789012'}\ncases: []", `cases.yaml:2:12: there is no account "shap" in the organization file (did you mean "shop"?)`},
		"by a policy, implicitly":       {"cases: [{name: a, principal: '*', action: s3:A, expect: implicitDeny, by: {policy: p}}]", "cases.yaml:1:84: an implicit deny has no policy that decided: give the layer that does not allow"},
		"allowed by an SCP":             {"cases: [{name: a, principal: '*', action: s3:A, expect: allowed, by: {layer: serviceControl}}]", "cases.yaml:1:78: SCPs and RCPs grant nothing: what allows is the identity's or the resource's policy"},
		"a target of a boundary":        {"cases: [{name: a, principal: '*', action: s3:A, expect: denied, by: {layer: boundary, target: Root}}]", "cases.yaml:1:95: only SCPs and RCPs are attached to a target"},
		"a key twice":                   {one(who + "    action: s3:GetObject\n    context: {AWS:sourcevpc: a, aws:SourceVpc: b}\n"), "cases.yaml:7:33: the condition key \"aws:SourceVpc\" is here twice: keys are matched without regard to case"},
		"too much":                      {one("    principal: {account: '*', root: true}\n    action: ['*', '*', '*', '*', '*', '*', '*', '*', '*']\n    resource: ['*', '*', '*', '*']\n"), "cases.yaml:3:5: the case stands for more than 1000000 decisions: split it"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("cases.yaml", []byte(tt.text), read)
			problems, ok := err.(yamlfile.Problems)
			if !ok || problems.Error() != tt.want {
				t.Errorf("\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

// TestLoadFromDisk reads what a file names from where it lies.
func TestLoadFromDisk(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.MkdirAll(dir+"/sub/policies", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("sub/organization.yaml", "policies: [{name: p, file: policies/p.json}]\nroot: {policies: [p]}\naccounts: [{name: a, email: a@example.com}]")
	write("sub/policies/p.json", `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`)
	write("cases.yaml", "organization: sub/organization.yaml\ncases: [{name: n, principal: {account: a, root: true}, action: s3:A, expect: denied, by: p}]")
	s, err := Load(dir + "/cases.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Run(nil); r.Passed != 1 {
		t.Error(report(t, r, true))
	}
	if _, err := Load(dir + "/none.yaml"); err == nil {
		t.Error("a file that is not there was read")
	}
}
