package ce_test

//lint:file-ignore SA1019 what AWS has deprecated is served too

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"umbel/internal/api/ce"
	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/ident"
	"umbel/internal/store"
	"umbel/internal/testenv"
)

func serviceMonitor(t *testing.T, client *costexplorer.Client) string {
	t.Helper()
	out, err := client.CreateAnomalyMonitor(context.Background(), &costexplorer.CreateAnomalyMonitorInput{AnomalyMonitor: &types.AnomalyMonitor{
		MonitorName: aws.String("services"), MonitorType: types.MonitorTypeDimensional, MonitorDimension: types.MonitorDimensionService,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return *out.MonitorArn
}

func atLeast(key types.Dimension, value string) *types.Expression {
	return &types.Expression{Dimensions: &types.DimensionValues{Key: key, Values: []string{value}, MatchOptions: []types.MatchOption{types.MatchOptionGreaterThanOrEqual}}}
}

func TestAnomalyMonitors(t *testing.T) {
	s, ctx := testenv.Start(t), context.Background()
	client := explorer(s, "")
	arn := serviceMonitor(t, client)
	create := func(m types.AnomalyMonitor) error {
		m.MonitorName = aws.String("m")
		_, err := client.CreateAnomalyMonitor(ctx, &costexplorer.CreateAnomalyMonitorInput{AnomalyMonitor: &m})
		return err
	}
	refusedWith(t, create(types.AnomalyMonitor{MonitorType: "DIMENSIONAL", MonitorDimension: "SERVICE"}), "ValidationException", "Limit exceeded on dimensional spend monitor creation")
	refusedWith(t, create(types.AnomalyMonitor{MonitorType: "DIMENSIONAL", MonitorDimension: "TAG"}), "ValidationException", "tag key")
	refusedWith(t, create(types.AnomalyMonitor{MonitorType: "CUSTOM"}), "ValidationException", "MonitorSpecification is required")
	refusedWith(t, create(types.AnomalyMonitor{MonitorType: "CUSTOM", MonitorSpecification: &types.Expression{Dimensions: &types.DimensionValues{Key: "REGION", Values: []string{"x"}}}}), "ValidationException", "LINKED_ACCOUNT")
	if err := create(types.AnomalyMonitor{MonitorType: "CUSTOM", MonitorSpecification: &types.Expression{Tags: &types.TagValues{Key: aws.String("team"), Values: []string{"red"}}}}); err != nil {
		t.Error(err)
	}
	if _, err := client.UpdateAnomalyMonitor(ctx, &costexplorer.UpdateAnomalyMonitorInput{MonitorArn: &arn, MonitorName: aws.String("new")}); err != nil {
		t.Fatal(err)
	}
	one, err := client.GetAnomalyMonitors(ctx, &costexplorer.GetAnomalyMonitorsInput{MonitorArnList: []string{arn}})
	if err != nil || len(one.AnomalyMonitors) != 1 || *one.AnomalyMonitors[0].MonitorName != "new" || one.AnomalyMonitors[0].LastEvaluatedDate != nil {
		t.Errorf("monitor %+v, %v", one, err)
	}
	first, err := client.GetAnomalyMonitors(ctx, &costexplorer.GetAnomalyMonitorsInput{MaxResults: aws.Int32(1)})
	if err != nil || first.NextPageToken == nil {
		t.Fatalf("first page %+v, %v", first, err)
	}
	second, err := client.GetAnomalyMonitors(ctx, &costexplorer.GetAnomalyMonitorsInput{MaxResults: aws.Int32(1), NextPageToken: first.NextPageToken})
	if err != nil || len(second.AnomalyMonitors) != 1 || second.NextPageToken != nil {
		t.Errorf("second page %+v, %v", second, err)
	}
	if _, err := client.DeleteAnomalyMonitor(ctx, &costexplorer.DeleteAnomalyMonitorInput{MonitorArn: &arn}); err != nil {
		t.Fatal(err)
	}
	_, err = client.GetAnomalyMonitors(ctx, &costexplorer.GetAnomalyMonitorsInput{MonitorArnList: []string{arn}})
	refusedWith(t, err, "UnknownMonitorException", "does not exist")
}

func TestAnomalySubscriptions(t *testing.T) {
	s, ctx := testenv.Start(t), context.Background()
	client := explorer(s, "")
	monitor := serviceMonitor(t, client)
	mail := []types.Subscriber{{Address: aws.String("anna@example.com"), Type: types.SubscriberTypeEmail}}
	create := func(change func(*types.AnomalySubscription)) (string, error) {
		a := &types.AnomalySubscription{
			SubscriptionName: aws.String("daily"), Frequency: types.AnomalySubscriptionFrequencyDaily, MonitorArnList: []string{monitor}, Subscribers: mail,
			ThresholdExpression: atLeast(types.DimensionAnomalyTotalImpactAbsolute, "100"),
		}
		change(a)
		out, err := client.CreateAnomalySubscription(ctx, &costexplorer.CreateAnomalySubscriptionInput{AnomalySubscription: a})
		if err != nil {
			return "", err
		}
		return *out.SubscriptionArn, nil
	}
	for says, change := range map[string]func(*types.AnomalySubscription){
		"Threshold and ThresholdExpression cannot both be null": func(a *types.AnomalySubscription) { a.ThresholdExpression = nil },
		"cannot both be set":            func(a *types.AnomalySubscription) { a.Threshold = aws.Float64(1) },
		"GREATER_THAN_OR_EQUAL":         func(a *types.AnomalySubscription) { a.ThresholdExpression.Dimensions.MatchOptions = nil },
		"between 0 and 10,000,000,000":  func(a *types.AnomalySubscription) { a.ThresholdExpression.Dimensions.Values = []string{"-1"} },
		"Immediate alerts require":      func(a *types.AnomalySubscription) { a.Frequency = "IMMEDIATE" },
		"Subscribers must not be empty": func(a *types.AnomalySubscription) { a.Subscribers = []types.Subscriber{} },
	} {
		_, err := create(change)
		refusedWith(t, err, "ValidationException", says)
	}
	_, err := create(func(a *types.AnomalySubscription) { a.MonitorArnList = []string{monitor + "0"} })
	refusedWith(t, err, "UnknownMonitorException", "")
	arn, err := create(func(*types.AnomalySubscription) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.UpdateAnomalySubscription(ctx, &costexplorer.UpdateAnomalySubscriptionInput{SubscriptionArn: &arn, Threshold: aws.Float64(12.5), Frequency: "WEEKLY"}); err != nil {
		t.Fatal(err)
	}
	out, err := client.GetAnomalySubscriptions(ctx, &costexplorer.GetAnomalySubscriptionsInput{MonitorArn: &monitor})
	if err != nil || len(out.AnomalySubscriptions) != 1 {
		t.Fatalf("subscriptions %+v, %v", out, err)
	}
	if a := out.AnomalySubscriptions[0]; a.Frequency != "WEEKLY" || *a.Threshold != 12.5 || a.ThresholdExpression.Dimensions.Values[0] != "12.5" || a.Subscribers[0].Status != "CONFIRMED" || *a.AccountId != string(s.First) {
		t.Errorf("changed to %+v", a)
	}
	if _, err := client.DeleteAnomalySubscription(ctx, &costexplorer.DeleteAnomalySubscriptionInput{SubscriptionArn: &arn}); err != nil {
		t.Fatal(err)
	}
	_, err = client.DeleteAnomalySubscription(ctx, &costexplorer.DeleteAnomalySubscriptionInput{SubscriptionArn: &arn})
	refusedWith(t, err, "UnknownSubscriptionException", "")
}

// spend puts 40 days of storage and data bases on an account's bills, up to yesterday; five days ago storage costs ten times as much.
func spend(t *testing.T, s *testenv.Server) {
	t.Helper()
	engine, err := s.Desk().Lines()
	if err != nil {
		t.Fatal(err)
	}
	w, err := engine.Begin(context.Background(), costlines.Change{Payer: string(s.First)})
	if err != nil {
		t.Fatal(err)
	}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	for d := -40; d < 0; d++ {
		for product, name := range map[string]string{"AmazonS3": "Amazon Simple Storage Service", "AmazonRDS": "Amazon Relational Database Service"} {
			l := &billing.Line{Type: billing.Usage, Account: string(s.First), Product: product, UsageType: "Use", Currency: "USD", Start: today.AddDate(0, 0, d)}
			l.End, l.Bill.Payer, l.Bill.Entity, l.Detail.Service, l.Detail.Name, l.Detail.Region = l.Start.Add(time.Hour), l.Account, billing.EntityAWS, product, name, "us-east-1"
			l.Unblended, l.NetUnblended = decimal.Int(10), decimal.Int(10)
			if d == -5 && product == "AmazonS3" {
				l.UsageType, l.Unblended, l.NetUnblended = "Spike", decimal.Int(100), decimal.Int(100)
			}
			if err := w.Add(l); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestAnomalies(t *testing.T) {
	s, ctx := testenv.Start(t), context.Background()
	client := explorer(s, "")
	monitor := serviceMonitor(t, client)
	spend(t, s)
	topic := "arn:aws:sns:us-east-1:" + string(s.First) + ":costs"
	for _, least := range []string{"50", "1000"} {
		if _, err := client.CreateAnomalySubscription(ctx, &costexplorer.CreateAnomalySubscriptionInput{AnomalySubscription: &types.AnomalySubscription{
			SubscriptionName: aws.String("at once"), Frequency: "IMMEDIATE", MonitorArnList: []string{monitor},
			Subscribers: []types.Subscriber{{Address: &topic, Type: types.SubscriberTypeSns}}, ThresholdExpression: atLeast(types.DimensionAnomalyTotalImpactAbsolute, least),
		}}); err != nil {
			t.Fatal(err)
		}
	}
	told := map[string]int{}
	watch := &ce.Watch{Store: s.Store(), Desk: s.Desk(), Now: func() time.Time { return time.Now() }, Tell: func(_ store.Tx, account ident.AccountID, m ce.Message, _ time.Time) error {
		told[m.Cause]++
		if account != s.First || m.To[0].Address != topic {
			t.Errorf("told %s %+v", account, m)
		}
		return nil
	}}
	month := billing.Month{}
	for range 2 {
		if err := watch.Follow(ctx, s.First, []billing.Month{month}); err != nil {
			t.Fatal(err)
		}
	}
	if len(told) != 0 {
		t.Errorf("what ended five days before the subscription was made is no news: %v", told)
	}
	change(t, s, string(s.First), func(st *cost.State) {
		var older []cost.AnomalySubscription
		for _, sub := range st.AnomalySubscriptions.All() {
			older = append(older, *sub)
		}
		for i := range older {
			older[i].Created = older[i].Created.AddDate(0, 0, -30)
			st.AnomalySubscriptions.Put(&older[i])
		}
	})
	for range 2 {
		if err := watch.Follow(ctx, s.First, nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(told) != 1 {
		t.Errorf("told of %v, want the anomaly once", told)
	}
	for cause, n := range told {
		if n != 1 {
			t.Errorf("told %d times of %s", n, cause)
		}
	}
	checkFound(t, s, client, monitor)
}

// checkFound looks at the one anomaly that was found, and gives feedback on it.
func checkFound(t *testing.T, s *testenv.Server, client *costexplorer.Client, monitor string) {
	t.Helper()
	ctx := context.Background()
	from := time.Now().UTC().AddDate(0, 0, -30).Format(time.DateOnly)
	get := func(in costexplorer.GetAnomaliesInput) []types.Anomaly {
		t.Helper()
		in.DateInterval = &types.AnomalyDateInterval{StartDate: &from}
		out, err := client.GetAnomalies(ctx, &in)
		if err != nil {
			t.Fatal(err)
		}
		return out.Anomalies
	}
	found := get(costexplorer.GetAnomaliesInput{MonitorArn: &monitor})
	if len(found) != 1 {
		t.Fatalf("found %+v, want one anomaly", found)
	}
	a, day := found[0], time.Now().UTC().AddDate(0, 0, -5).Format(time.DateOnly)+"T00:00:00Z"
	if *a.AnomalyStartDate != day || *a.AnomalyEndDate != day || *a.DimensionValue != "Amazon Simple Storage Service" || a.Impact.MaxImpact != 90 ||
		*a.Impact.TotalActualSpend != 100 || *a.Impact.TotalExpectedSpend != 10 || *a.Impact.TotalImpactPercentage != 900 {
		t.Errorf("anomaly %+v of %+v", a.Impact, a)
	}
	if len(a.RootCauses) == 0 || *a.RootCauses[0].UsageType != "Spike" || *a.RootCauses[0].Region != "us-east-1" || *a.RootCauses[0].LinkedAccount != string(s.First) {
		t.Errorf("causes %+v", a.RootCauses)
	}
	if _, err := client.ProvideAnomalyFeedback(ctx, &costexplorer.ProvideAnomalyFeedbackInput{AnomalyId: a.AnomalyId, Feedback: "PLANNED_ACTIVITY"}); err != nil {
		t.Fatal(err)
	}
	impact := func(op types.NumericOperator, value float64) *types.TotalImpactFilter {
		return &types.TotalImpactFilter{NumericOperator: op, StartValue: value}
	}
	for name, test := range map[string]struct {
		in   costexplorer.GetAnomaliesInput
		want int
	}{
		"feedback":       {costexplorer.GetAnomaliesInput{Feedback: "PLANNED_ACTIVITY"}, 1},
		"other feedback": {costexplorer.GetAnomaliesInput{Feedback: "YES"}, 0},
		"impact":         {costexplorer.GetAnomaliesInput{TotalImpact: impact("GREATER_THAN_OR_EQUAL", 90)}, 1},
		"more impact":    {costexplorer.GetAnomaliesInput{TotalImpact: impact("GREATER_THAN", 90)}, 0},
	} {
		if got := get(test.in); len(got) != test.want {
			t.Errorf("%s: %d anomalies", name, len(got))
		}
	}
	_, err := client.ProvideAnomalyFeedback(ctx, &costexplorer.ProvideAnomalyFeedbackInput{AnomalyId: aws.String("none"), Feedback: "YES"})
	refusedWith(t, err, "ValidationException", "")
}
