package budgets_test

//lint:file-ignore SA1019 what AWS has deprecated is served too

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"

	"umbel/internal/domain/billing"
)

// thisMonth gives a time in the clock's month.
func (w *world) thisMonth() time.Time { return billing.MonthOf(w.clock.Now()).Start() }

// TestFilters wants a budget to count what its filters and cost types say, Marketplace included.
func TestFilters(t *testing.T) {
	w := newWorld(t)
	at := w.thisMonth()
	o := w.CreateOrganization("")
	dev := o.Account("", "dev")
	w.spend(w.me, at, "10")
	w.spend(dev, at, "20", func(l *billing.Line) { l.Tags = map[string]string{"user:team": "a"} })
	w.spend(dev, at, "40", func(l *billing.Line) {
		l.Product, l.Detail.Name, l.Bill.Entity, l.Detail.InstanceType = "abc", "A Product", billing.EntityMarketplace, ""
	})
	w.spend(dev, at, "-5", func(l *billing.Line) { l.Type = billing.Credit })
	w.spend(dev, at, "3", func(l *billing.Line) { l.Type, l.UsageType = billing.Tax, "" })
	w.spend(dev, at, "7", func(l *billing.Line) {
		l.Type, l.Product, l.Detail.Name = billing.Fee, "AWSSupportBusiness", "AWS Support (Business)"
	})
	w.spend(dev, at.AddDate(0, -1, 3), "1000")
	for name, c := range map[string]struct {
		edit func(*types.Budget)
		want string
	}{
		"everything": {func(*types.Budget) {}, "75"},
		"account":    {func(b *types.Budget) { b.CostFilters = map[string][]string{"LinkedAccount": {dev}} }, "65"},
		"tag":        {func(b *types.Budget) { b.CostFilters = map[string][]string{"TagKeyValue": {"user:team$a"}} }, "20"},
		"no credit, no tax": {func(b *types.Budget) {
			b.CostTypes = &types.CostTypes{IncludeCredit: aws.Bool(false), IncludeTax: aws.Bool(false)}
		}, "77"},
		"no support":  {func(b *types.Budget) { b.CostTypes = &types.CostTypes{IncludeSupport: aws.Bool(false)} }, "68"},
		"marketplace": {func(b *types.Budget) { b.CostFilters = map[string][]string{"BillingEntity": {"AWS Marketplace"}} }, "40"},
		"expression": {func(b *types.Budget) {
			b.Metrics = []types.Metric{types.MetricUnblendedCost}
			b.FilterExpression = &types.Expression{Not: &types.Expression{Dimensions: &types.ExpressionDimensionValues{Key: types.DimensionLinkedAccount, Values: []string{dev}}}}
		}, "10"},
		"hours": {func(b *types.Budget) {
			b.BudgetType, b.BudgetLimit = types.BudgetTypeUsage, &types.Spend{Amount: aws.String("100"), Unit: aws.String("Hrs")}
			b.CostFilters = map[string][]string{"UsageType": {"BoxUsage:m5.large"}}
		}, "3"},
	} {
		t.Run(name, func(t *testing.T) {
			w.monthly(name, "10000", nil, c.edit)
			if got := aws.ToString(w.budget(name).CalculatedSpend.ActualSpend.Amount); got != c.want {
				t.Errorf("%s spent, want %s", got, c.want)
			}
		})
	}
	member := budgets.NewFromConfig(w.Role(dev, ""))
	_, err := member.CreateBudget(ctx, &budgets.CreateBudgetInput{AccountId: &dev, Budget: &types.Budget{
		BudgetName: aws.String("mine"), BudgetType: types.BudgetTypeCost, TimeUnit: types.TimeUnitMonthly, BudgetLimit: usd("1"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.Settle()
	mine, err := member.DescribeBudget(ctx, &budgets.DescribeBudgetInput{AccountId: &dev, BudgetName: aws.String("mine")})
	if err != nil {
		t.Fatal(err)
	}
	if got := *mine.Budget.CalculatedSpend.ActualSpend.Amount; got != "65" {
		t.Errorf("a member counts %s of its own costs, want 65", got)
	}
}

// TestToldOnce wants subscribers told once a period, and the history to know it.
func TestToldOnce(t *testing.T) {
	w := newWorld(t)
	at := w.thisMonth()
	w.spend(w.me, at.AddDate(0, -2, 3), "30")
	w.monthly("all", "100", nil)
	w.spend(w.me, at, "100")
	if n := len(w.deliveries()); n != 0 {
		t.Fatalf("%d alerts before the limit is passed", n)
	}
	w.spend(w.me, at, "0.01")
	w.spend(w.me, at, "50")
	w.LookAtBudgets(w.me)
	if n := w.told.about("all has exceeded your alert threshold"); n != 1 {
		t.Errorf("told %d times, want once", n)
	}
	d := w.deliveries()
	if len(d) != 1 || d[0].State != "DELIVERED" || d[0].Address != topic {
		t.Errorf("records: %+v", d)
	}
	notes, err := w.DescribeNotificationsForBudget(ctx, &budgets.DescribeNotificationsForBudgetInput{AccountId: &w.me, BudgetName: aws.String("all")})
	if err != nil {
		t.Fatal(err)
	}
	if notes.Notifications[0].NotificationState != types.NotificationStateAlarm {
		t.Errorf("the notification is %+v", notes.Notifications[0])
	}
	h, err := w.DescribeBudgetPerformanceHistory(ctx, &budgets.DescribeBudgetPerformanceHistoryInput{AccountId: &w.me, BudgetName: aws.String("all")})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, p := range h.BudgetPerformanceHistory.BudgetedAndActualAmountsList {
		got += fmt.Sprintf("%d:%s/%s ", int(at.Month()-p.TimePeriod.Start.Month()+12)%12, *p.ActualAmount.Amount, *p.BudgetedAmount.Amount)
	}
	if got != "0:150.01/100 2:30/100 " {
		t.Errorf("history: %s", got)
	}
}

// TestForecastedAlert wants a steady spending forecast, and told before it is there.
func TestForecastedAlert(t *testing.T) {
	w := newWorld(t)
	today := w.clock.Now().UTC().Truncate(24 * time.Hour)
	for d := 1; d <= 60; d++ {
		w.spend(w.me, today.AddDate(0, 0, -d), "10")
	}
	name := "ahead"
	_, err := w.CreateBudget(ctx, &budgets.CreateBudgetInput{
		AccountId:                    &w.me,
		Budget:                       &types.Budget{BudgetName: &name, BudgetType: types.BudgetTypeCost, TimeUnit: types.TimeUnitAnnually, BudgetLimit: usd("700")},
		NotificationsWithSubscribers: []types.NotificationWithSubscribers{{Notification: over(100, types.NotificationTypeForecasted), Subscribers: toTopic}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Settle()
	b := w.budget(name)
	year := time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	spent := min(60, int(today.Sub(year)/(24*time.Hour)))
	ahead := int(year.AddDate(1, 0, 0).Sub(today) / (24 * time.Hour))
	want := fmt.Sprint(10 * (spent + ahead))
	if b.CalculatedSpend.ForecastedSpend == nil || *b.CalculatedSpend.ForecastedSpend.Amount != want {
		t.Fatalf("forecast %+v, want %s", b.CalculatedSpend.ForecastedSpend, want)
	}
	if told := w.told.about("FORECASTED Cost"); (told == 1) != (10*(spent+ahead) > 700) {
		t.Errorf("told %d times of a forecast of %s", told, want)
	}
}
