package budgets_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/billing"
	views "github.com/aws/aws-sdk-go-v2/service/billing/types"
	"github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
)

// TestBillingView wants a budget to count what its billing view sees, and to stay as it is when the view is gone.
func TestBillingView(t *testing.T) {
	w := newWorld(t)
	o := w.CreateOrganization("")
	dev := o.Account("", "dev")
	w.spend(w.me, w.thisMonth(), "10")
	w.spend(dev, w.thisMonth(), "20")
	client := billing.NewFromConfig(w.Administrator(""), func(o *billing.Options) { o.HTTPSignerV4 = skewed{v4.NewSigner(), w.clock} })
	made, err := client.CreateBillingView(ctx, &billing.CreateBillingViewInput{
		Name: aws.String("dev"), SourceViews: []string{"arn:aws:billing::" + w.me + ":billingview/primary"},
		DataFilterExpression: &views.Expression{Dimensions: &views.DimensionValues{Key: views.DimensionLinkedAccount, Values: []string{dev}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	through := func(arn string) func(*types.Budget) {
		return func(b *types.Budget) { b.BillingViewArn = &arn }
	}
	spent := func() string { return aws.ToString(w.budget("dev").CalculatedSpend.ActualSpend.Amount) }
	w.monthly("dev", "15", nil, through(*made.Arn))
	if b := w.budget("dev"); spent() != "20" || aws.ToString(b.BillingViewArn) != *made.Arn || b.HealthStatus.Status != types.HealthStatusValueHealthy {
		t.Errorf("got %s of %s: %+v", spent(), aws.ToString(b.BillingViewArn), b.HealthStatus)
	}
	if n := w.told.about("dev"); n != 1 {
		t.Errorf("told %d times", n)
	}
	_, err = client.DeleteBillingView(ctx, &billing.DeleteBillingViewInput{Arn: made.Arn})
	if code(err) != "ConflictException" {
		t.Errorf("delete a view that a budget uses: %v", err)
	}
	if _, err := client.DeleteBillingView(ctx, &billing.DeleteBillingViewInput{Arn: made.Arn, Force: true}); err != nil {
		t.Fatal(err)
	}
	w.spend(dev, w.thisMonth(), "7")
	if b := w.budget("dev"); spent() != "20" || b.HealthStatus.Status != types.HealthStatusValueUnhealthy || b.HealthStatus.StatusReason != types.HealthStatusReasonBillingViewUnhealthy {
		t.Errorf("got %s: %+v", spent(), b.HealthStatus)
	}
	b := &types.Budget{BudgetName: aws.String("more"), BudgetType: types.BudgetTypeCost, TimeUnit: types.TimeUnitMonthly, BudgetLimit: usd("1")}
	through(*made.Arn)(b)
	if _, err := w.CreateBudget(ctx, &budgets.CreateBudgetInput{AccountId: &w.me, Budget: b}); code(err) != "NotFoundException" {
		t.Errorf("a budget of a view that is not there: %v", err)
	}
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"budgets:*","Resource":"*"}]}`
	user := budgets.NewFromConfig(w.User(w.Administrator(""), "planner", policy), func(o *budgets.Options) { o.HTTPSignerV4 = skewed{v4.NewSigner(), w.clock} })
	through("arn:aws:billing::" + w.me + ":billingview/primary")(b)
	if _, err := user.CreateBudget(ctx, &budgets.CreateBudgetInput{AccountId: &w.me, Budget: b}); code(err) != "AccessDeniedException" {
		t.Errorf("without billing:GetBillingViewData: %v", err)
	}
}
