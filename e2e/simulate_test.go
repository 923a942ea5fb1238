package e2e_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"umbel/internal/testenv"
)

var simulated = flag.Int("simulated-users", 21, "users whose 24 calls each are simulated with the AWS CLI, in a member and in the management account")

// TestSimulationAgreesWithEnforcement makes users with random policies, lets each of them make calls, and asks the simulators
// by the AWS CLI what would come of these calls: in a member, whose SCPs have a say, simulate-principal-policy; in the
// management account, which none binds, simulate-custom-policy with the same documents.
func TestSimulationAgreesWithEnforcement(t *testing.T) {
	if testing.Short() {
		t.Skip("the AWS CLI takes its time")
	}
	cli := requireCLI(t)
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member := o.Account("", "member")
	g := &policyMaker{rand.New(rand.NewPCG(7, 0))}
	for i := range 3 {
		o.Policy(scp, fmt.Sprint("guardrail ", i), g.document("Deny", 1), member)
	}
	principal := newSimulation(t, cli, g, s.Role(member, ""))
	custom := newSimulation(t, cli, g, s.Administrator(""))
	custom.documents = true
	for i := range *simulated {
		principal.user(i)
		custom.user(i)
	}
	for _, sim := range []*simulation{principal, custom} {
		allowed, denied := sim.seen[true], sim.seen[false]
		t.Logf("%d cases: %d allowed, %d denied", allowed+denied, allowed, denied)
		if min(allowed, denied)*6 < allowed+denied {
			t.Error("the outcomes are too uneven to show much")
		}
	}
}

// simulation is one account's part of the test.
type simulation struct {
	t         *testing.T
	cli, home string
	make      *policyMaker
	cfg       aws.Config // of an administrator
	admin     *iam.Client
	account   string
	documents bool // by simulate-custom-policy
	users     []string
	seen      map[bool]int
}

func newSimulation(t *testing.T, cli string, g *policyMaker, cfg aws.Config) *simulation {
	sim := &simulation{t: t, cli: cli, home: t.TempDir(), make: g, cfg: cfg, admin: iam.NewFromConfig(cfg), seen: map[bool]int{}}
	if err := configureCLI(sim.home); err != nil {
		t.Fatal(err)
	}
	sim.account = strings.Split(identityOf(t, cfg), ":")[4]
	for _, name := range []string{"ann", "bob", "cid"} {
		if _, err := sim.admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name, Path: aws.String("/team/")}); err != nil {
			t.Fatal(err)
		}
		sim.users = append(sim.users, name)
	}
	return sim
}

func (sim *simulation) arn(user string) string {
	return "arn:aws:iam::" + sim.account + ":user/" + user
}

// user makes a user with policies and perhaps a boundary, and compares what it can do with what is foretold.
func (sim *simulation) user(i int) {
	t, name := sim.t, fmt.Sprintf("user-%d", i)
	texts, team := []string{sim.make.document("Allow", 3), sim.make.document("", 2)}, []string{"blue", "red"}[i%2]
	limits := []string{}
	cfg := sim.t.Context()
	keys := sim.testUser(name, texts[0])
	tag := types.Tag{Key: aws.String("team"), Value: &team}
	_, err := sim.admin.TagUser(cfg, &iam.TagUserInput{UserName: &name, Tags: []types.Tag{tag}})
	if err == nil {
		_, err = sim.admin.PutUserPolicy(cfg, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("second"), PolicyDocument: &texts[1]})
	}
	if err == nil && i%3 == 0 {
		limits = append(limits, sim.make.document("Allow", 4))
		limit := makePolicy(t, sim.cfg, "limit-"+name, limits[0])
		_, err = sim.admin.PutUserPermissionsBoundary(cfg, &iam.PutUserPermissionsBoundaryInput{UserName: &name, PermissionsBoundary: &limit})
	}
	if err != nil {
		t.Fatal(err)
	}
	foretold := sim.foretell(name, team, texts, limits)
	client := iam.NewFromConfig(keys)
	for _, action := range sortedActions() {
		for _, on := range sim.users {
			allowed := happens(t, userCalls()[action](t, client, on))
			sim.seen[allowed]++
			if want, ok := foretold[action+" "+sim.arn("team/"+on)]; !ok || want != allowed {
				t.Errorf("%s, %s on %s: allowed %v, foretold %v (%v)\n%s\nboundary %s", name, action, on, allowed, want, ok, strings.Join(texts, "\n"), limits)
			}
		}
	}
}

func (sim *simulation) testUser(name, policy string) aws.Config {
	cfg := sim.cfg.Copy()
	client := sim.admin
	ctx := sim.t.Context()
	if _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}); err != nil {
		sim.t.Fatal(err)
	}
	if _, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("first"), PolicyDocument: &policy}); err != nil {
		sim.t.Fatal(err)
	}
	out, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
	if err != nil {
		sim.t.Fatal(err)
	}
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*out.AccessKey.AccessKeyId, *out.AccessKey.SecretAccessKey, "")
	return cfg
}

// happens tells whether a call was allowed; any answer but success and AccessDenied fails the test.
func happens(t *testing.T, err error) bool {
	var e smithy.APIError
	if err != nil && (!errors.As(err, &e) || e.ErrorCode() != "AccessDenied") {
		t.Errorf("neither allowed nor denied: %v", err)
	}
	return err == nil
}

// foretell asks a simulator by the AWS CLI about all calls at once, by "action resource".
func (sim *simulation) foretell(name, team string, texts, limits []string) map[string]bool {
	entry := func(key, kind, value string) map[string]any {
		return map[string]any{"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": []string{value}}
	}
	input := map[string]any{
		"ActionNames": sortedActions(),
		"ContextEntries": []any{
			entry("aws:RequestedRegion", "string", "us-east-1"), entry("aws:SourceIp", "ip", "127.0.0.1"),
			entry("aws:SecureTransport", "boolean", "false"), entry("aws:CurrentTime", "date", time.Now().UTC().Format(time.RFC3339)),
			entry("aws:PrincipalTag/team", "string", team),
		},
	}
	var resources []string
	for _, u := range sim.users {
		resources = append(resources, sim.arn("team/"+u))
	}
	input["ResourceArns"] = resources
	operation := "simulate-principal-policy"
	if sim.documents {
		operation = "simulate-custom-policy"
		input["PolicyInputList"], input["CallerArn"] = texts, sim.arn(name)
		if len(limits) > 0 {
			input["PermissionsBoundaryPolicyInputList"] = limits
		}
	} else {
		input["PolicySourceArn"] = sim.arn(name)
	}
	return sim.ask(operation, input)
}

func (sim *simulation) ask(operation string, input map[string]any) map[string]bool {
	t := sim.t
	raw, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(sim.home, "input.json")
	if err := os.WriteFile(file, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	c := sim.cfg.Credentials.(credentials.StaticCredentialsProvider).Value
	cmd := exec.Command(sim.cli, "--endpoint-url", *sim.cfg.BaseEndpoint, "iam", operation, "--cli-input-json", "file://"+file, "--output", "json")
	cmd.Env = append(cliEnvironment(sim.home), "AWS_ACCESS_KEY_ID="+c.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+c.SecretAccessKey, "AWS_SESSION_TOKEN="+c.SessionToken)
	cmd.Stderr = os.Stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	var out struct {
		EvaluationResults []struct {
			EvalActionName          string
			ResourceSpecificResults []struct{ EvalResourceName, EvalResourceDecision string }
		}
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	foretold := map[string]bool{}
	for _, r := range out.EvaluationResults {
		for _, one := range r.ResourceSpecificResults {
			foretold[r.EvalActionName+" "+one.EvalResourceName] = one.EvalResourceDecision == "allowed"
		}
	}
	return foretold
}

func sortedActions() []string { return slices.Sorted(maps.Keys(userCalls())) }

// userCalls are reads that are authorized on a user, and on nothing else.
func userCalls() map[string]func(*testing.T, *iam.Client, string) error {
	return map[string]func(*testing.T, *iam.Client, string) error{
		"iam:GetUser": func(t *testing.T, c *iam.Client, user string) error {
			_, err := c.GetUser(t.Context(), &iam.GetUserInput{UserName: &user})
			return err
		},
		"iam:ListUserPolicies": func(t *testing.T, c *iam.Client, user string) error {
			_, err := c.ListUserPolicies(t.Context(), &iam.ListUserPoliciesInput{UserName: &user})
			return err
		},
		"iam:ListAttachedUserPolicies": func(t *testing.T, c *iam.Client, user string) error {
			_, err := c.ListAttachedUserPolicies(t.Context(), &iam.ListAttachedUserPoliciesInput{UserName: &user})
			return err
		},
		"iam:ListAccessKeys": func(t *testing.T, c *iam.Client, user string) error {
			_, err := c.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: &user})
			return err
		},
		"iam:ListUserTags": func(t *testing.T, c *iam.Client, user string) error {
			_, err := c.ListUserTags(t.Context(), &iam.ListUserTagsInput{UserName: &user})
			return err
		},
		"iam:ListGroupsForUser": func(t *testing.T, c *iam.Client, user string) error {
			_, err := c.ListGroupsForUser(t.Context(), &iam.ListGroupsForUserInput{UserName: &user})
			return err
		},
		"iam:ListMFADevices": func(t *testing.T, c *iam.Client, user string) error {
			_, err := c.ListMFADevices(t.Context(), &iam.ListMFADevicesInput{UserName: &user})
			return err
		},
		"iam:ListSSHPublicKeys": func(t *testing.T, c *iam.Client, user string) error {
			_, err := c.ListSSHPublicKeys(t.Context(), &iam.ListSSHPublicKeysInput{UserName: &user})
			return err
		},
	}
}

// policyMaker makes random policies about the calls above.
type policyMaker struct{ *rand.Rand }

func (g *policyMaker) one(choices ...string) string { return choices[g.IntN(len(choices))] }

// document makes a policy of so many statements; without an effect, each has one of its own.
func (g *policyMaker) document(effect string, statements int) string {
	var all []string
	for range statements {
		e := effect
		if e == "" {
			e = g.one("Allow", "Allow", "Deny")
		}
		all = append(all, `{"Effect":"`+e+`",`+g.actions()+`,`+g.resources()+g.conditions(e)+`}`)
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(all, ",") + `]}`
}

func (g *policyMaker) actions() string {
	return g.one(`"Action":"iam:*"`, `"Action":"iam:List*"`, `"Action":["iam:Get*","iam:ListA*"]`, `"Action":"IAM:listuser*"`,
		`"Action":["iam:GetUser","iam:ListMFADevices","iam:ListGroupsForUser"]`, `"NotAction":["iam:GetUser","iam:List*Keys","iam:ListSSH*"]`,
		`"Action":"iam:List???rTags"`, `"Action":"*"`)
}

func (g *policyMaker) resources() string {
	return g.one(`"Resource":"*"`, `"Resource":"arn:aws:iam::*:user/team/*"`, `"Resource":["arn:aws:iam::*:user/team/ann","arn:aws:iam::*:user/team/c*"]`,
		`"NotResource":"arn:aws:iam::*:user/*/b?b"`, `"Resource":"arn:aws:iam::*:user/${aws:PrincipalTag/team, 'team'}/*"`,
		`"NotResource":"arn:aws:iam::*:user/team/${aws:username}"`)
}

func (g *policyMaker) conditions(effect string) string {
	if g.IntN(5) > 1 && effect == "Allow" {
		return ""
	}
	return `,"Condition":` + g.one(
		`{"StringEquals":{"aws:PrincipalTag/team":"blue"}}`, `{"StringNotEquals":{"aws:principaltag/TEAM":["blue","green"]}}`,
		`{"StringLike":{"aws:username":"*-?"}}`, `{"Bool":{"aws:SecureTransport":"true"}}`, `{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`,
		`{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","127.0.0.0/8"]}}`, `{"NotIpAddress":{"aws:SourceIp":"127.0.0.1"}}`,
		`{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"},"StringEquals":{"aws:RequestedRegion":"us-east-1"}}`,
		`{"Null":{"aws:TokenIssueTime":"true"}}`, `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/user-1*"}}`,
	)
}
