package cloudwatch_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/testenv"
)

// month is the last month that is over, in which all times of the tests are.
var month = billing.MonthOf(billing.MonthOf(time.Now()).Start().Add(-time.Hour))

// at gives an hour of the month, the days counted from 1.
func at(day, hour int) time.Time {
	return month.Start().AddDate(0, 0, day-1).Add(time.Duration(hour) * time.Hour)
}

// charge is a line of a bill.
func charge(account, service, dollars string, start time.Time) *billing.Line {
	amount, err := decimal.Parse(dollars)
	if err != nil {
		panic(err)
	}
	return &billing.Line{
		ID: fmt.Sprint(account, service, start), Type: billing.Usage, Account: account, Start: start, End: start.Add(time.Hour),
		Product: service, UsageType: "x", Currency: "USD", Unblended: amount, Detail: billing.ProductPart{Service: service},
		Bill: billing.BillPart{Entity: billing.EntityAWS},
	}
}

// fixture is an organization with charges of two accounts.
type fixture struct {
	*testing.T
	server *testenv.Server
	member string
	cw     *sdk.Client
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	f := &fixture{T: t, server: s, member: o.Account("", "one"), cw: sdk.NewFromConfig(s.Administrator(""))}
	payer := string(s.First)
	sold := charge(payer, "example", "1000", at(2, 0))
	sold.Bill.Entity = billing.EntityMarketplace
	f.write(
		charge(payer, "AmazonEC2", "10.25", at(1, 0)), charge(payer, "AmazonEC2", "2", at(1, 7)), charge(f.member, "AmazonS3", "0.5", at(1, 5)),
		charge(f.member, "AmazonEC2", "100", at(3, 23)), sold, charge(payer, "AmazonEC2", "7", month.Next().Start()),
	)
	return f
}

// write puts lines where bills would.
func (f *fixture) write(lines ...*billing.Line) {
	f.Helper()
	engine, err := f.server.Desk().Lines()
	if err != nil {
		f.Fatal(err)
	}
	payer := string(f.server.First)
	w, err := engine.Begin(f.Context(), costlines.Change{Payer: payer, Origin: "report"})
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range lines {
		l.Bill.Payer = payer
		if err := w.Add(l); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Commit(f.Context()); err != nil {
		f.Fatal(err)
	}
}

// dimensions makes dimensions of "Name=Value".
func dimensions(pairs ...string) (out []types.Dimension) {
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		out = append(out, types.Dimension{Name: &name, Value: &value})
	}
	return out
}

// query asks for EstimatedCharges.
func query(id, stat string, period int32, pairs ...string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String("AWS/Billing"), MetricName: aws.String("EstimatedCharges"), Dimensions: dimensions(pairs...)},
		Period: &period, Stat: &stat,
	}}
}

// data gives the answers to queries, as "time value" by the query's ID, oldest first.
func data(t *testing.T, cw *sdk.Client, from, to time.Time, queries ...types.MetricDataQuery) map[string][]string {
	t.Helper()
	got := map[string][]string{}
	pages := sdk.NewGetMetricDataPaginator(cw, &sdk.GetMetricDataInput{
		MetricDataQueries: queries, StartTime: &from, EndTime: &to, ScanBy: types.ScanByTimestampAscending, MaxDatapoints: aws.Int32(5),
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.MetricDataResults {
			for i, at := range r.Timestamps {
				got[*r.Id] = append(got[*r.Id], fmt.Sprintf("%s %g", at.Format("02 15:04"), r.Values[i]))
			}
		}
	}
	return got
}

func TestEstimatedCharges(t *testing.T) {
	f := newFixture(t)
	payer := "LinkedAccount=" + string(f.server.First)
	got := data(t, f.cw, at(1, 0), at(5, 0),
		query("all", "Maximum", 86400, "Currency=USD"),
		query("ec2", "Maximum", 86400, "Currency=USD", "ServiceName=AmazonEC2"),
		query("payer", "Maximum", 86400, "Currency=USD", payer),
		query("pair", "Maximum", 86400, payer, "ServiceName=AmazonS3", "Currency=USD"),
		query("steps", "Average", 3600, "Currency=USD"),
		query("euros", "Maximum", 86400, "Currency=EUR"),
		query("nothing", "Maximum", 86400),
		query("other", "Maximum", 86400, "Currency=USD", "Color=blue"),
	)
	want := map[string][]string{ // what the Marketplace sold for 1000 is nowhere
		"all":   {"01 00:00 12.75", "02 00:00 12.75", "03 00:00 112.75", "04 00:00 112.75"},
		"ec2":   {"01 00:00 12.25", "02 00:00 12.25", "03 00:00 112.25", "04 00:00 112.25"},
		"payer": {"01 00:00 12.25", "02 00:00 12.25", "03 00:00 12.25", "04 00:00 12.25"},
		"steps": {"01 00:00 10.75", "01 06:00 12.75", "01 12:00 12.75", "01 18:00 12.75", "02 00:00 12.75", "02 06:00 12.75", "02 12:00 12.75",
			"02 18:00 12.75", "03 00:00 12.75", "03 06:00 12.75", "03 12:00 12.75", "03 18:00 112.75", "04 00:00 112.75", "04 06:00 112.75",
			"04 12:00 112.75", "04 18:00 112.75"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	got = data(t, f.cw, month.End().Add(-time.Hour*6), month.End().Add(time.Hour), query("turn", "Sum", 3600, "Currency=USD"))
	end := month.End().AddDate(0, 0, -1).Format("02")
	if d := cmp.Diff(map[string][]string{"turn": {end + " 18:00 112.75", "01 00:00 7"}}, got); d != "" {
		t.Errorf("over the end of the month: %s", d)
	}
}

// TestMembers makes sure that a member sees its own charges, and none by account.
func TestMembers(t *testing.T) {
	f := newFixture(t)
	member := sdk.NewFromConfig(f.server.Role(f.member, ""))
	got := data(t, member, at(4, 0), at(5, 0), query("all", "Maximum", 86400, "Currency=USD"),
		query("own", "Maximum", 86400, "Currency=USD", "LinkedAccount="+f.member))
	if d := cmp.Diff(map[string][]string{"all": {"04 00:00 100.5"}}, got); d != "" {
		t.Error(d)
	}
}

func TestStatistics(t *testing.T) {
	f := newFixture(t)
	ask := func(change func(*sdk.GetMetricStatisticsInput)) (*sdk.GetMetricStatisticsOutput, error) {
		in := &sdk.GetMetricStatisticsInput{
			Namespace: aws.String("AWS/Billing"), MetricName: aws.String("EstimatedCharges"), Dimensions: dimensions("Currency=USD"),
			StartTime: aws.Time(at(1, 0)), EndTime: aws.Time(at(2, 0)), Period: aws.Int32(86400),
			Statistics: []types.Statistic{types.StatisticAverage, types.StatisticMinimum, types.StatisticMaximum, types.StatisticSum, types.StatisticSampleCount},
		}
		change(in)
		return f.cw.GetMetricStatistics(t.Context(), in)
	}
	out, err := ask(func(*sdk.GetMetricStatisticsInput) {})
	if err != nil || len(out.Datapoints) != 1 {
		t.Fatalf("%+v: %v", out, err)
	}
	p := out.Datapoints[0]
	if !p.Timestamp.Equal(at(1, 0)) || *p.Average != 12.25 || *p.Minimum != 10.75 || *p.Maximum != 12.75 || *p.Sum != 49 || *p.SampleCount != 4 || p.Unit != "None" {
		t.Errorf("%+v", p)
	}
	for name, change := range map[string]func(*sdk.GetMetricStatisticsInput){
		"another namespace": func(in *sdk.GetMetricStatisticsInput) { in.Namespace = aws.String("AWS/EC2") },
		"another unit":      func(in *sdk.GetMetricStatisticsInput) { in.Unit = types.StandardUnitBytes },
		"before all data": func(in *sdk.GetMetricStatisticsInput) {
			in.StartTime = aws.Time(at(-5, 0))
			in.EndTime = aws.Time(at(-4, 0))
		},
	} {
		if out, err := ask(change); err != nil || len(out.Datapoints) != 0 {
			t.Errorf("%s: %+v: %v", name, out, err)
		}
	}
	for code, change := range map[string]func(*sdk.GetMetricStatisticsInput){
		"InvalidParameterValue":       func(in *sdk.GetMetricStatisticsInput) { in.EndTime = in.StartTime },
		"InvalidParameterCombination": func(in *sdk.GetMetricStatisticsInput) { in.Period = aws.Int32(1) },
		"MissingParameter":            func(in *sdk.GetMetricStatisticsInput) { in.Statistics = nil },
		"NotImplemented":              func(in *sdk.GetMetricStatisticsInput) { in.Statistics = nil; in.ExtendedStatistics = []string{"p99"} },
	} {
		_, err := ask(change)
		refused(t, err, code)
	}
}

// refused checks what a failure was called when CloudWatch was a query service, as SDKs of all kinds find it.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || !strings.HasPrefix(api.ErrorCode(), code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestRefusals(t *testing.T) {
	f := newFixture(t)
	ask := func(cw *sdk.Client, queries ...types.MetricDataQuery) error {
		_, err := cw.GetMetricData(t.Context(), &sdk.GetMetricDataInput{MetricDataQueries: queries, StartTime: aws.Time(at(1, 0)), EndTime: aws.Time(at(2, 0))})
		return err
	}
	good := query("a", "Sum", 60, "Currency=USD")
	refused(t, ask(f.cw, types.MetricDataQuery{Id: aws.String("a"), Expression: aws.String("1+1")}), "NotImplemented")
	refused(t, ask(f.cw, types.MetricDataQuery{Id: aws.String("a")}), "Validation")
	refused(t, ask(f.cw, good, good), "Validation")
	refused(t, ask(f.cw, query("Big", "Sum", 60)), "Validation")
	refused(t, ask(f.cw, query("a", "Sum", 61)), "InvalidParameterValue")
	refused(t, ask(f.cw, query("a", "Sum", 0)), "Validation")
	_, err := f.cw.ListMetrics(t.Context(), &sdk.ListMetricsInput{NextToken: aws.String("x")})
	refused(t, err, "InvalidParameterValue")

	nobody := sdk.NewFromConfig(f.server.User(f.server.Administrator(""), "nobody", ""))
	refused(t, ask(nobody, good), "AccessDenied")
	_, err = nobody.ListMetrics(t.Context(), &sdk.ListMetricsInput{})
	refused(t, err, "AccessDenied")
	_, err = nobody.GetMetricStatistics(t.Context(), &sdk.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/Billing"), MetricName: aws.String("EstimatedCharges"), StartTime: aws.Time(at(1, 0)), EndTime: aws.Time(at(2, 0)),
		Period: aws.Int32(60), Statistics: []types.Statistic{types.StatisticSum},
	})
	refused(t, err, "AccessDenied")
	_, err = f.cw.ListDashboards(t.Context(), &sdk.ListDashboardsInput{})
	refused(t, err, "NotImplemented")
}

func TestListMetrics(t *testing.T) {
	f := newFixture(t)
	f.write(charge(f.member, "AmazonEC2", "1", time.Now().UTC().Truncate(time.Hour)))
	list := func(in *sdk.ListMetricsInput) (got []string) {
		out, err := f.cw.ListMetrics(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range out.Metrics {
			name := *m.Namespace + " " + *m.MetricName
			for _, d := range m.Dimensions {
				name += " " + *d.Name + "=" + strings.Replace(*d.Value, f.member, "member", 1)
			}
			got = append(got, name)
		}
		return got
	}
	const metric = "AWS/Billing EstimatedCharges "
	got := list(&sdk.ListMetricsInput{Dimensions: []types.DimensionFilter{{Name: aws.String("LinkedAccount"), Value: &f.member}, {Name: aws.String("ServiceName")}}})
	found := false
	for _, m := range got {
		found = found || m == metric+"ServiceName=AmazonEC2 LinkedAccount=member Currency=USD"
	}
	if !found || len(list(&sdk.ListMetricsInput{})) < 4 {
		t.Errorf("%q", got)
	}
	if got := list(&sdk.ListMetricsInput{Namespace: aws.String("AWS/EC2")}); got != nil {
		t.Errorf("%q", got)
	}
}

// TestOldProtocols asks in the two protocols that the SDK for Go no longer speaks.
func TestOldProtocols(t *testing.T) {
	f := newFixture(t)
	keys, err := f.server.Administrator("").Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{
		"Action": {"GetMetricStatistics"}, "Version": {"2010-08-01"}, "Namespace": {"AWS/Billing"}, "MetricName": {"EstimatedCharges"},
		"Dimensions.member.1.Name": {"Currency"}, "Dimensions.member.1.Value": {"USD"}, "Statistics.member.1": {"Maximum"}, "Period": {"86400"},
		"StartTime": {at(4, 0).Format(time.RFC3339)}, "EndTime": {at(5, 0).Format(time.RFC3339)},
	}
	for _, call := range []struct{ contentType, target, body, want string }{
		{"application/x-www-form-urlencoded", "", form.Encode(), "<Maximum>112.75</Maximum>"},
		{"application/x-amz-json-1.0", "GraniteServiceVersion20100801.GetMetricStatistics", fmt.Sprintf(
			`{"Namespace":"AWS/Billing","MetricName":"EstimatedCharges","Dimensions":[{"Name":"Currency","Value":"USD"}],"Statistics":["Maximum"],"Period":86400,"StartTime":%d,"EndTime":%d}`,
			at(4, 0).Unix(), at(5, 0).Unix()), `"Maximum":112.75`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.server.URL+"/", strings.NewReader(call.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", call.contentType)
		if call.target != "" {
			r.Header.Set("X-Amz-Target", call.target)
		}
		if err := v4.NewSigner().SignHTTP(t.Context(), keys, r, digest(call.body), "monitoring", "us-east-1", time.Now()); err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var body strings.Builder
		if err := errors.Join(answer.Write(&body), answer.Body.Close()); err != nil || !strings.Contains(body.String(), call.want) {
			t.Errorf("%s: %s %v", call.contentType, &body, err)
		}
	}
}

func digest(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}
