package e2e_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
)

// anomaly is one as the AWS CLI shows it.
type anomaly struct {
	AnomalyId, AnomalyStartDate, AnomalyEndDate, DimensionValue, MonitorArn, Feedback string
	RootCauses                                                                        []struct {
		Service, Region, LinkedAccount, UsageType string
		Impact                                    struct{ Contribution float64 }
	}
	Impact struct{ MaxImpact, TotalImpact, TotalActualSpend, TotalExpectedSpend, TotalImpactPercentage float64 }
}

// What is planted: far more storage than a day has, of a kind that there was none of before.
const (
	spikeService = "Amazon Simple Storage Service"
	spikeType    = "Retrieval-SIA"
)

// anomalies runs the commands of cost anomaly detection, while a report comes in of a day on which storage cost much more than usual.
func (w *everyday) anomalies(t *testing.T) {
	yesterday := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
	day := yesterday.Format(time.DateOnly)
	account := w.storing(t)
	services := w.create(t, "MonitorArn", "create-anomaly-monitor", "--anomaly-monitor", `{"MonitorName":"services","MonitorType":"DIMENSIONAL","MonitorDimension":"SERVICE"}`)
	ofAccount := w.create(t, "MonitorArn", "create-anomaly-monitor", "--anomaly-monitor",
		`{"MonitorName":"one account","MonitorType":"CUSTOM","MonitorSpecification":{"Dimensions":{"Key":"LINKED_ACCOUNT","Values":["`+account+`"]}}}`)
	usual := w.charged(t, "day < '"+day+"' AND day >= '"+yesterday.AddDate(0, 0, -28).Format(time.DateOnly)+"' AND product = 'AmazonS3'") / 28
	subscription := w.create(t, "SubscriptionArn", "create-anomaly-subscription", "--anomaly-subscription", `{"SubscriptionName":"at once","Frequency":"IMMEDIATE","MonitorArnList":["`+services+`"],
		"Subscribers":[{"Type":"SNS","Address":"`+w.topic()+`"}],
		"ThresholdExpression":{"Dimensions":{"Key":"ANOMALY_TOTAL_IMPACT_ABSOLUTE","MatchOptions":["GREATER_THAN_OR_EQUAL"],"Values":["`+strconv.FormatFloat(10*usual, 'f', 6, 64)+`"]}}}`)
	spike := w.plant(t, account, yesterday, 50*usual)

	found := w.found(t, day, "--monitor-arn", services)
	if len(found) != 1 {
		t.Fatalf("the monitor of services found %+v", found)
	}
	a := found[0]
	actual := w.charged(t, "day = '"+day+"' AND product = 'AmazonS3'")
	near(t, "what the day cost", actual, a.Impact.TotalActualSpend)
	near(t, "the impact", a.Impact.TotalActualSpend-a.Impact.TotalExpectedSpend, a.Impact.TotalImpact)
	// What was to be expected is nobody's sum; but costs grow by a few percent a month.
	if math.Abs(a.Impact.TotalExpectedSpend-usual) > usual/4 {
		t.Errorf("expected %f, and a usual day cost %f", a.Impact.TotalExpectedSpend, usual)
	}
	if a.DimensionValue != spikeService || !strings.HasPrefix(a.AnomalyStartDate, day) || a.AnomalyEndDate != a.AnomalyStartDate || len(a.RootCauses) == 0 {
		t.Fatalf("found %+v", a)
	}
	if c := a.RootCauses[0]; c.Service != spikeService || c.LinkedAccount != account || c.UsageType != spikeType || c.Region != "us-east-1" {
		t.Errorf("because of %+v", c)
	}
	near(t, "what the cause contributed", spike, a.RootCauses[0].Impact.Contribution)

	if of := w.found(t, day, "--monitor-arn", ofAccount); len(of) != 1 {
		t.Errorf("the monitor of the account found %+v", of)
	} else {
		near(t, "what the account cost", w.charged(t, "day = '"+day+"' AND account = '"+account+"'"), of[0].Impact.TotalActualSpend)
	}
	w.told(t, actual)
	w.anomalyLists(t, day, &a, subscription)
}

// storing gives an account that stores.
func (w *everyday) storing(t *testing.T) (account string) {
	t.Helper()
	if err := w.db.QueryRow("SELECT MAX(account) FROM line WHERE product = 'AmazonS3'").Scan(&account); err != nil {
		t.Fatal(err)
	}
	return account
}

// plant brings a report in with the line of a spike, and gives what it cost.
func (w *everyday) plant(t *testing.T, account string, day time.Time, amount float64) float64 {
	t.Helper()
	cost, err := decimal.Parse(strconv.FormatFloat(amount, 'f', 6, 64))
	if err != nil || cost.Sign() <= 0 {
		t.Fatalf("a spike of %f, %v", amount, err)
	}
	l := billing.Line{
		ID: "spike", Type: billing.Usage, Account: account, Start: day.Add(9 * time.Hour), End: day.Add(10 * time.Hour), Product: "AmazonS3", UsageType: spikeType,
		Currency: "USD", Usage: decimal.Int(1), Unblended: cost, Blended: cost, NetUnblended: cost, Bill: billing.BillPart{Type: billing.Anniversary, Entity: billing.EntityAWS},
		Detail: billing.ProductPart{Service: "AmazonS3", Name: spikeService, Region: "us-east-1"},
	}
	insert, err := w.db.Prepare("INSERT INTO line VALUES (" + strings.Repeat("?,", 24) + "?)")
	if err != nil {
		t.Fatal(err)
	}
	defer insert.Close()
	if err := insertLine(insert, &l); err != nil {
		t.Fatal(err)
	}
	w.PutLines("", l)
	return parsed(t, cost.String())
}

// charged gives what the lines cost that monitors look at: usage, not sold by others, after negotiated discounts.
func (w *everyday) charged(t *testing.T, where string) float64 {
	t.Helper()
	return parsed(t, w.query(t, "SELECT '', SUM(netamortized) FROM line WHERE type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') AND entity = 'AWS' AND "+where)[""])
}

func parsed(t *testing.T, text string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// near compares amounts that went through a floating point number.
func near(t *testing.T, what string, want, got float64) {
	t.Helper()
	if want == 0 || math.Abs(want-got) > 1e-9*math.Abs(want) {
		t.Errorf("%s: got %f, want %f", what, got, want)
	}
}

// create runs a command that makes something, and gives its ARN.
func (w *everyday) create(t *testing.T, arn string, args ...string) string {
	t.Helper()
	out := map[string]string{}
	w.run(t, args, &out)
	if !strings.HasPrefix(out[arn], "arn:aws:ce::"+string(w.First)+":anomaly") {
		t.Fatalf("aws ce %s: %v", args[0], out)
	}
	return out[arn]
}

// found gives the anomalies of a day.
func (w *everyday) found(t *testing.T, day string, more ...string) []anomaly {
	t.Helper()
	var out struct{ Anomalies []anomaly }
	w.run(t, append([]string{"get-anomalies", "--date-interval", "StartDate=" + day + ",EndDate=" + day}, more...), &out)
	return out.Anomalies
}

func (w *everyday) topic() string { return "arn:aws:sns:us-east-1:" + string(w.First) + ":finance" }

// told wants the subscriber to be written to, once, with the sum.
func (w *everyday) told(t *testing.T, actual float64) {
	t.Helper()
	all, err := w.Alerts(operator.AlertsRequest{})
	if err != nil || len(all) != 1 {
		t.Fatalf("%d alerts, %v", len(all), err)
	}
	if m := all[0]; m.Address != w.topic() || !strings.Contains(m.Body, "$"+strconv.FormatFloat(actual, 'f', 2, 64)+" instead of $") {
		t.Errorf("told %+v", m)
	}
}

// anomalyLists runs the commands that list what there is, and change it.
func (w *everyday) anomalyLists(t *testing.T, day string, a *anomaly, subscription string) {
	t.Helper()
	impact := strconv.FormatFloat(a.Impact.TotalImpact-1, 'f', -1, 64)
	for want, more := range map[int][][]string{
		1: {{"--monitor-arn", a.MonitorArn, "--total-impact", "NumericOperator=GREATER_THAN,StartValue=" + impact}},
		0: {{"--monitor-arn", a.MonitorArn, "--total-impact", "NumericOperator=LESS_THAN,StartValue=" + impact}, {"--feedback", "YES"}},
	} {
		for _, args := range more {
			if got := w.found(t, day, args...); len(got) != want {
				t.Errorf("%v: got %+v", args, got)
			}
		}
	}
	var given struct{ AnomalyId string }
	w.run(t, []string{"provide-anomaly-feedback", "--anomaly-id", a.AnomalyId, "--feedback", "YES"}, &given)
	if got := w.found(t, day, "--feedback", "YES"); given.AnomalyId != a.AnomalyId || len(got) != 1 || got[0].AnomalyId != a.AnomalyId || got[0].Feedback != "YES" {
		t.Errorf("after feedback: %+v", got)
	}
	var monitors struct {
		AnomalyMonitors []struct {
			MonitorArn, MonitorName, LastEvaluatedDate string
			DimensionalValueCount                      int
		}
	}
	w.run(t, []string{"get-anomaly-monitors", "--monitor-arn-list", a.MonitorArn}, &monitors)
	values := len(w.query(t, "SELECT DISTINCT "+sqlService+", 0 FROM line WHERE type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') AND entity = 'AWS' AND day >= '"+w.today.AddDate(0, 0, -150).Format(time.DateOnly)+"'"))
	if m := monitors.AnomalyMonitors; len(m) != 1 || m[0].MonitorName != "services" || m[0].LastEvaluatedDate == "" || m[0].DimensionalValueCount != values {
		t.Errorf("monitors %+v, want one of %d services", m, values)
	}
	var subscriptions struct {
		AnomalySubscriptions []struct {
			SubscriptionArn string
			MonitorArnList  []string
		}
	}
	w.run(t, []string{"get-anomaly-subscriptions", "--monitor-arn", a.MonitorArn}, &subscriptions)
	if s := subscriptions.AnomalySubscriptions; len(s) != 1 || s[0].SubscriptionArn != subscription || len(s[0].MonitorArnList) != 1 || s[0].MonitorArnList[0] != a.MonitorArn {
		t.Errorf("subscriptions %+v", s)
	}
}
