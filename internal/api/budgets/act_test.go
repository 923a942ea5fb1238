package budgets_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/testenv"
)

const (
	trust     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"budgets.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	may       = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:AttachPolicy","organizations:DetachPolicy","iam:AttachUserPolicy","iam:DetachUserPolicy"],"Resource":"*"}]}`
	expensive = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:CreateUser","Resource":"*"}]}`
)

// role makes the role that acts, with a policy.
func (w *world) role(policy string) string {
	w.t.Helper()
	client := iam.NewFromConfig(w.Administrator(""))
	out, err := client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("budgets"), AssumeRolePolicyDocument: aws.String(trust)})
	if err != nil {
		w.t.Fatal(err)
	}
	if policy != "" {
		_, err = client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("budgets"), PolicyName: aws.String("act"), PolicyDocument: &policy})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return *out.Role.Arn
}

func (w *world) action(budget string, kind types.ActionType, d *types.Definition, role string, approval types.ApprovalModel) string {
	w.t.Helper()
	out, err := w.CreateBudgetAction(ctx, &budgets.CreateBudgetActionInput{
		AccountId: &w.me, BudgetName: &budget, ActionType: kind, NotificationType: types.NotificationTypeActual, Definition: d, ExecutionRoleArn: &role,
		ActionThreshold: &types.ActionThreshold{ActionThresholdType: types.ThresholdTypePercentage, ActionThresholdValue: 100},
		ApprovalModel:   approval, Subscribers: toTopic,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Settle()
	return *out.ActionId
}

func (w *world) status(budget, id string) types.ActionStatus {
	w.t.Helper()
	out, err := w.DescribeBudgetAction(ctx, &budgets.DescribeBudgetActionInput{AccountId: &w.me, BudgetName: &budget, ActionId: &id})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Action.Status
}

func (w *world) execute(budget, id string, kind types.ExecutionType) error {
	_, err := w.ExecuteBudgetAction(ctx, &budgets.ExecuteBudgetActionInput{AccountId: &w.me, BudgetName: &budget, ActionId: &id, ExecutionType: kind})
	w.Settle()
	return err
}

// scene is an organization with an OU that has a member, a budget over the OU, and an action that attaches an SCP to it.
type scene struct {
	*world
	member, ou, policy, action string
}

func newScene(t *testing.T, policy string, approval types.ApprovalModel, options ...testenv.Option) *scene {
	t.Helper()
	s := &scene{world: newWorld(t, options...)}
	o := s.CreateOrganization("")
	s.ou = o.Unit(o.Root, "Sandbox")
	s.member = o.Account(s.ou, "dev")
	s.policy = o.Policy(orgtypes.PolicyTypeServiceControlPolicy, "deny-expensive", expensive)
	role := s.role(policy)
	s.monthly("ou", "100", map[string][]string{"LinkedAccount": {s.member}})
	s.action = s.world.action("ou", types.ActionTypeScp, &types.Definition{ScpActionDefinition: &types.ScpActionDefinition{PolicyId: &s.policy, TargetIds: []string{s.ou}}}, role, approval)
	return s
}

// refused tells why the member cannot do what the SCP is against; "" if it can.
func (s *scene) refused() string {
	s.t.Helper()
	client := iam.NewFromConfig(s.Role(s.member, ""), func(o *iam.Options) { o.HTTPSignerV4 = skewed{v4.NewSigner(), s.clock} })
	_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("u")})
	if err == nil {
		if _, err := client.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("u")}); err != nil {
			s.t.Fatal(err)
		}
		return ""
	}
	return err.Error()
}

// TestSCPAction wants the SCP attached once the budget is spent, the member denied by it, and a new period or a reversal to lift it.
func TestSCPAction(t *testing.T) {
	s := newScene(t, may, types.ApprovalModelAuto)
	if why := s.refused(); why != "" {
		t.Fatalf("denied before anything was spent: %s", why)
	}
	s.spend(s.me, s.thisMonth(), "1000") // not the OU's
	s.spend(s.member, s.thisMonth(), "100")
	if got := s.status("ou", s.action); got != types.ActionStatusStandby || s.refused() != "" {
		t.Fatalf("the action is %s while the limit is not passed", got)
	}
	s.spend(s.member, s.thisMonth(), "1")
	if got := s.status("ou", s.action); got != types.ActionStatusExecutionSuccess {
		t.Fatalf("the action is %s", got)
	}
	if why := s.refused(); !strings.Contains(why, "with an explicit deny in a service control policy") {
		t.Errorf("the member is not denied by the SCP: %q", why)
	}
	if n := s.told.about("EXECUTION_SUCCESS"); n != 1 {
		t.Errorf("told of the action %d times, want once", n)
	}
	if n := s.told.about("ou has exceeded your alert threshold"); n != 1 {
		t.Errorf("told of the budget %d times, want once", n)
	}
	s.pass(32 * 24 * time.Hour)
	if got := s.status("ou", s.action); got != types.ActionStatusStandby || s.refused() != "" {
		t.Errorf("after a new period has begun the action is %s, the member denied: %q", got, s.refused())
	}
	s.spend(s.member, s.thisMonth(), "200")
	if why := s.refused(); why == "" {
		t.Error("the next period's spending has no consequences")
	}
	if err := s.execute("ou", s.action, types.ExecutionTypeReverseBudgetAction); err != nil {
		t.Fatal(err)
	}
	if got := s.status("ou", s.action); got != types.ActionStatusReverseSuccess || s.refused() != "" {
		t.Errorf("after a reversal the action is %s, the member denied: %q", got, s.refused())
	}
	s.LookAtBudgets(s.me)
	if s.refused() != "" {
		t.Error("a reversed action acts again in the same period")
	}
	if err := s.execute("ou", s.action, types.ExecutionTypeApproveBudgetAction); code(err) != "ResourceLockedException" {
		t.Errorf("approved what does not wait: %v", err)
	}
}

// TestRoleMayNot wants an action to fail that its role may not do, and to succeed once it may.
func TestRoleMayNot(t *testing.T) {
	s := newScene(t, "", types.ApprovalModelAuto)
	s.spend(s.member, s.thisMonth(), "101")
	if got := s.status("ou", s.action); got != types.ActionStatusExecutionFailure || s.refused() != "" {
		t.Fatalf("the action is %s", got)
	}
	h, err := s.DescribeBudgetActionHistories(ctx, &budgets.DescribeBudgetActionHistoriesInput{AccountId: &s.me, BudgetName: aws.String("ou"), ActionId: &s.action})
	if err != nil {
		t.Fatal(err)
	}
	words := *h.ActionHistories[0].ActionHistoryDetails.Message
	if !strings.Contains(words, "assumed-role/budgets/AWSBudgets is not authorized to perform: organizations:AttachPolicy on resource: arn:aws:organizations::") {
		t.Errorf("the history says: %s", words)
	}
	policy := may
	_, err = iam.NewFromConfig(s.Administrator("")).PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("budgets"), PolicyName: aws.String("act"), PolicyDocument: &policy})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.execute("ou", s.action, types.ExecutionTypeRetryBudgetAction); err != nil {
		t.Fatal(err)
	}
	if got := s.status("ou", s.action); got != types.ActionStatusExecutionSuccess || s.refused() == "" {
		t.Errorf("the action is %s", got)
	}
	// Both stand in the trail, as calls of the role that Budgets made.
	denied, attached := s.recorded("AttachPolicy", "AccessDenied"), s.recorded("AttachPolicy", "")
	if denied == nil || denied["requestParameters"] != nil || denied["sourceIPAddress"] != "budgets.amazonaws.com" {
		t.Errorf("the denial's record: %v", denied)
	}
	want := map[string]any{"policyId": s.policy, "targetId": s.ou}
	if diff := cmp.Diff(want, attached["requestParameters"]); diff != "" {
		t.Errorf("what was attached (-want +got):\n%s", diff)
	}
	who, _ := attached["userIdentity"].(map[string]any)
	if arn, _ := who["arn"].(string); who["type"] != "AssumedRole" || !strings.HasSuffix(arn, ":assumed-role/budgets/AWSBudgets") {
		t.Errorf("by %v", who)
	}
}

// recorded gives the management account's last CloudTrail record of an operation called by Budgets that ended with an error code, "" for none.
func (s *scene) recorded(operation, code string) (record map[string]any) {
	s.t.Helper()
	out, err := cloudtrail.NewFromConfig(s.Administrator("")).LookupEvents(ctx, &cloudtrail.LookupEventsInput{
		LookupAttributes: []trailtypes.LookupAttribute{{AttributeKey: trailtypes.LookupAttributeKeyEventName, AttributeValue: &operation}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range out.Events {
		var r map[string]any
		if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &r); err != nil {
			s.t.Fatal(err)
		}
		if got, _ := r["errorCode"].(string); got == code && r["userAgent"] == "budgets.amazonaws.com" {
			return r
		}
	}
	return nil
}

// TestApproval wants an action without automatic approval to wait for it.
func TestApproval(t *testing.T) {
	s := newScene(t, may, types.ApprovalModelManual)
	s.spend(s.member, s.thisMonth(), "101")
	if got := s.status("ou", s.action); got != types.ActionStatusPending || s.refused() != "" {
		t.Fatalf("the action is %s", got)
	}
	if n := s.told.about("waits for your approval"); n != 1 {
		t.Errorf("asked for approval %d times", n)
	}
	if err := s.execute("ou", s.action, types.ExecutionTypeApproveBudgetAction); err != nil {
		t.Fatal(err)
	}
	if got := s.status("ou", s.action); got != types.ActionStatusExecutionSuccess || s.refused() == "" {
		t.Errorf("the action is %s", got)
	}
	if err := s.execute("ou", s.action, types.ExecutionTypeResetBudgetAction); err != nil {
		t.Fatal(err)
	}
	if got := s.status("ou", s.action); got != types.ActionStatusStandby || s.refused() != "" {
		t.Errorf("after a reset the action is %s", got)
	}
}

// TestIAMAction wants a policy attached to users, but not taken from who had it before.
func TestIAMAction(t *testing.T) {
	w := newWorld(t)
	admin := iam.NewFromConfig(w.Administrator(""))
	w.User(w.Administrator(""), "anna", "")
	w.User(w.Administrator(""), "berta", "")
	p, err := admin.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("deny"), PolicyDocument: aws.String(expensive)})
	if err != nil {
		t.Fatal(err)
	}
	arn := p.Policy.Arn
	if _, err := admin.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("berta"), PolicyArn: arn}); err != nil {
		t.Fatal(err)
	}
	has := func(user string) bool {
		t.Helper()
		out, err := admin.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: &user})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.AttachedPolicies) == 1
	}
	w.monthly("all", "10", nil)
	id := w.action("all", types.ActionTypeIam, &types.Definition{IamActionDefinition: &types.IamActionDefinition{PolicyArn: arn, Users: []string{"anna", "berta"}}}, w.role(may), types.ApprovalModelAuto)
	w.spend(w.me, w.thisMonth(), "11")
	if got := w.status("all", id); got != types.ActionStatusExecutionSuccess || !has("anna") || !has("berta") {
		t.Fatalf("the action is %s; anna %v, berta %v", got, has("anna"), has("berta"))
	}
	if err := w.execute("all", id, types.ExecutionTypeReverseBudgetAction); err != nil {
		t.Fatal(err)
	}
	if has("anna") || !has("berta") {
		t.Errorf("after the reversal: anna %v, berta %v", has("anna"), has("berta"))
	}
}
