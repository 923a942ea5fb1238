package why_test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"umbel/internal/testenv"
	"umbel/internal/why"
)

var update = flag.Bool("update", false, "write the golden files anew")

// stage is an organization on a server: a root, the OU Workloads with the accounts dev and prod; and the account
// "partner", which is in no organization.
type stage struct {
	t         *testing.T
	s         *testenv.Server
	o         *testenv.Organization
	ou        string
	dev, prod string
	fakes     map[string]string // IDs of this run, and what golden files show for them
}

const (
	partner = "444444444444"
	first   = "111111111111"
)

func newStage(t *testing.T) *stage {
	t.Helper()
	w := &stage{t: t, s: testenv.Start(t, testenv.FirstAccount(first)), fakes: map[string]string{}}
	w.o = w.s.CreateOrganization("")
	w.ou = w.o.Unit(w.o.Root, "Workloads")
	w.dev, w.prod = w.o.Account(w.ou, "dev"), w.o.Account(w.ou, "prod")
	if err := w.s.SignUp(partner, "partner", "root@partner.example"); err != nil {
		t.Fatal(err)
	}
	w.fake(w.o.ID, "o-exampleorg")
	w.fake(w.o.Root, "r-ab12")
	w.fake(w.ou, "ou-ab12-workload")
	w.fake(w.dev, "222222222222")
	w.fake(w.prod, "333333333333")
	return w
}

func (w *stage) fake(id, shown string) { w.fakes[id] = shown }

// on gives the stage for a subtest.
func (w *stage) on(t *testing.T) *stage {
	sub := *w
	sub.t = t
	return &sub
}

// admin speaks as an account's root user.
func (w *stage) admin(account string) aws.Config { return w.s.Root(account) }

func (w *stage) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

var ctx = context.Background()

// guard attaches an organization policy for the length of the test.
func (w *stage) guard(kind types.PolicyType, name, document, target string) {
	w.t.Helper()
	id := w.o.Policy(kind, name, document, target)
	w.fake(id, "p-"+strings.ToLower((name + "xxxxxxxx")[:8]))
	w.t.Cleanup(func() {
		_, err := w.o.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: &id, TargetId: &target})
		w.must(err)
	})
}

const (
	scp = types.PolicyTypeServiceControlPolicy
	rcp = types.PolicyTypeResourceControlPolicy
)

// only takes FullAWSAccess from a target and attaches a policy in its place.
func (w *stage) only(name, document, target string) {
	w.t.Helper()
	full := aws.String("p-FullAWSAccess")
	w.t.Cleanup(func() {
		_, err := w.o.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: full, TargetId: &target})
		w.must(err)
	})
	// Cleanups run last first: the detachment of the policy needs FullAWSAccess back.
	id := w.o.Policy(scp, name, document, target)
	w.fake(id, "p-"+strings.ToLower((name + "xxxxxxxx")[:8]))
	_, err := w.o.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: full, TargetId: &target})
	w.must(err)
}

// user makes a user with an inline policy, "" for none.
func (w *stage) user(account, name, policy string) aws.Config {
	w.t.Helper()
	return w.s.User(w.admin(account), name, policy)
}

// role makes a role; policy "" for none.
func (w *stage) role(account, name, trust, policy string) string {
	w.t.Helper()
	client := iam.NewFromConfig(w.admin(account))
	out, err := client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust})
	w.must(err)
	w.fake(aws.ToString(out.Role.RoleId), "AROAEXAMPLEID00000000")
	if policy != "" {
		_, err = client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("work"), PolicyDocument: &policy})
		w.must(err)
	}
	return aws.ToString(out.Role.Arn)
}

// managed makes a managed policy and gives its ARN.
func (w *stage) managed(account, name, document string) string {
	w.t.Helper()
	out, err := iam.NewFromConfig(w.admin(account)).CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document})
	w.must(err)
	return aws.ToString(out.Policy.Arn)
}

// bound gives a user a boundary.
func (w *stage) bound(account, user, boundary string) {
	w.t.Helper()
	_, err := iam.NewFromConfig(w.admin(account)).PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: &user, PermissionsBoundary: &boundary})
	w.must(err)
}

// assume assumes a role as cfg.
func assume(cfg aws.Config, role string, more ...func(*sts.AssumeRoleInput)) (*sts.AssumeRoleOutput, error) {
	in := &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("ana")}
	for _, m := range more {
		m(in)
	}
	return sts.NewFromConfig(cfg).AssumeRole(ctx, in)
}

// session speaks as a role that was assumed.
func (w *stage) session(cfg aws.Config, role string, more ...func(*sts.AssumeRoleInput)) aws.Config {
	w.t.Helper()
	out, err := assume(cfg, role, more...)
	w.must(err)
	c := out.Credentials
	return w.s.Keys(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

// The calls that are denied.

func createUser(cfg aws.Config, name string, tags ...iamtypes.Tag) error {
	_, err := iam.NewFromConfig(cfg).CreateUser(ctx, &iam.CreateUserInput{UserName: &name, Tags: tags})
	return err
}

func getUser(cfg aws.Config, name string) error {
	_, err := iam.NewFromConfig(cfg).GetUser(ctx, &iam.GetUserInput{UserName: &name})
	return err
}

func lookupEvents(cfg aws.Config, region string) error {
	cfg.Region = region
	_, err := cloudtrail.NewFromConfig(cfg).LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
	return err
}

func try(_ *sts.AssumeRoleOutput, err error) error { return err }

// ask asks why of a running server and gives the answer.
func (w *stage) ask(q why.Question) why.Answer {
	w.t.Helper()
	a, err := w.s.Door.Why(ctx, q)
	w.must(err)
	return a
}

// golden compares an answer with its file. Names of this run are replaced by fixed ones of the same length.
func (w *stage) golden(name, question string, a why.Answer) {
	w.t.Helper()
	got := w.stable(question + "\n\n" + strings.Repeat("-", 100) + "\n\n" + a.Text)
	file := filepath.Join("testdata", name+".txt")
	if *update {
		w.must(os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	w.must(err)
	if got != string(want) {
		w.t.Errorf("differs from %s (rewrite with -update and read it):\n%s", file, got)
	}
}

var userID = regexp.MustCompile(`AIDA[A-Z0-9]{17}`)

var moment = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

func (w *stage) stable(text string) string {
	ids := make([]string, 0, len(w.fakes))
	for id := range w.fakes {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return len(b) - len(a) })
	for _, id := range ids {
		text = strings.ReplaceAll(text, id, w.fakes[id])
	}
	text = userID.ReplaceAllString(text, "AIDAEXAMPLEID00000000")
	return moment.ReplaceAllString(text, "2026-11-01T12:00:00Z")
}

// doc makes a policy of statements, on lines of their own as people write them.
func doc(statements ...string) string {
	return "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    " + strings.Join(statements, ",\n    ") + "\n  ]\n}"
}

func trusting(principal, extra string) string {
	return doc(`{"Effect": "Allow", "Principal": {"AWS": ` + quote(principal) + `}, "Action": "sts:AssumeRole"` + extra + `}`)
}

func quote(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// record gives the latest record of an operation in an account's trail.
func (w *stage) record(account, name string) string {
	w.t.Helper()
	client := cloudtrail.NewFromConfig(w.admin(account))
	out, err := client.LookupEvents(ctx, &cloudtrail.LookupEventsInput{LookupAttributes: []cttypes.LookupAttribute{{AttributeKey: cttypes.LookupAttributeKeyEventName, AttributeValue: &name}}})
	w.must(err)
	if len(out.Events) == 0 {
		w.t.Fatalf("no record of %s", name)
	}
	return aws.ToString(out.Events[0].CloudTrailEvent)
}
