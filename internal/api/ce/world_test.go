package ce_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/aws/smithy-go"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/testenv"
)

var ctx = context.Background()

// world is an organization of two accounts with lines of three months, the last of which is the current one.
type world struct {
	*testenv.Server
	payer, member string
	ce            *costexplorer.Client // of the payer's administrator
	today         time.Time
	lines         []*billing.Line
}

func newWorld(t testing.TB, options ...testenv.Option) *world {
	w := &world{Server: testenv.Start(t, options...)}
	o := w.CreateOrganization("")
	w.payer, w.member = string(w.First), o.Account("", "Workloads")
	w.ce = costexplorer.NewFromConfig(w.Administrator(""))
	w.today = time.Now().UTC().Truncate(24 * time.Hour)
	return w
}

func month(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }

func day(t time.Time) *string { return aws.String(t.Format("2006-01-02")) }

func between(start, end time.Time) *types.DateInterval {
	return &types.DateInterval{Start: day(start), End: day(end)}
}

// line makes a line of usage.
func (w *world) line(account string, start time.Time, product, name, usageType string, cost string) *billing.Line {
	d, err := decimal.Parse(cost)
	if err != nil {
		panic(err)
	}
	l := &billing.Line{
		ID: fmt.Sprint(len(w.lines)), Type: billing.Usage, Account: account, Start: start, End: start.Add(time.Hour), Product: product, UsageType: usageType,
		Operation: "RunInstances", Currency: "USD", Usage: decimal.Int(1), Unblended: d, NetUnblended: d, Blended: d.Add(decimal.New(1, 2)),
		Bill:   billing.BillPart{Type: billing.Anniversary, Entity: "AWS", Payer: w.payer, PeriodStart: month(start), PeriodEnd: month(start).AddDate(0, 1, 0)},
		Detail: billing.ProductPart{Service: product, Name: name, Region: "eu-west-1"},
	}
	l.Pricing.Term, l.Pricing.Unit, l.Pricing.PublicCost = "OnDemand", "Hrs", d
	w.lines = append(w.lines, l)
	return l
}

// fill makes many lines, from a seed.
func (w *world) fill(n int) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(values ...string) string { return values[r.IntN(len(values))] }
	first := month(w.today).AddDate(0, -2, 0)
	hours := int(w.today.Sub(first)/time.Hour) + 24
	for range n {
		start := first.Add(time.Duration(r.IntN(hours)) * time.Hour)
		var l *billing.Line
		cost := fmt.Sprintf("%d.%04d", r.IntN(9), r.IntN(10000))
		switch account := pick(w.payer, w.member); r.IntN(4) {
		case 0:
			l = w.line(account, start, "AmazonEC2", "Amazon Elastic Compute Cloud", "BoxUsage:m5.large", cost)
			l.Detail.InstanceType, l.Detail.Platform, l.Detail.Tenancy = "m5.large", "Linux/UNIX", "Shared"
			l.Factor, l.Normalized = decimal.Int(4), decimal.Int(4)
		case 1:
			l = w.line(account, start, "AmazonEC2", "Amazon Elastic Compute Cloud", "EBS:VolumeUsage.gp3", cost)
			l.Pricing.Unit = "GB-Mo"
		case 2:
			l = w.line(account, start, "AmazonS3", "Amazon Simple Storage Service", "TimedStorage-ByteHrs", cost)
			l.Pricing.Unit, l.Detail.Region = "GB-Mo", "us-east-1"
		default:
			l = w.line(account, start, "AWSLambda", "AWS Lambda", "Lambda-GB-Second", cost)
			l.Pricing.Unit = "Lambda-GB-Second"
			l.Detail.Region = ""
		}
		switch r.IntN(12) {
		case 0:
			l.Type, l.Unblended = billing.Credit, l.Unblended.Neg()
			l.Usage, l.Pricing.Unit = decimal.D{}, ""
		case 1:
			l.Type = billing.Tax
			l.Usage, l.Pricing.Unit = decimal.D{}, ""
		}
		if r.IntN(2) == 0 {
			l.Tags = map[string]string{"user:team": pick("red", "blue", "Red"), "aws:createdBy": "someone"}
		}
		if r.IntN(2) == 0 {
			l.Categories = map[string]string{"Unit": pick("Sales", "R&D")}
		}
	}
}

// write keeps the lines.
func (w *world) write(t testing.TB) {
	t.Helper()
	engine, err := w.Desk().Lines()
	if err != nil {
		t.Fatal(err)
	}
	out, err := engine.Begin(ctx, costlines.Change{Payer: w.payer})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Abort()
	for _, l := range w.lines {
		if err := out.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Commit(ctx); err != nil {
		t.Fatal(err)
	}
}

// sum adds up what some lines cost, as answers have it.
func (w *world) sum(which func(*billing.Line) bool) string {
	var d decimal.D
	for _, l := range w.lines {
		if which(l) {
			d = d.Add(l.Unblended)
		}
	}
	return d.Round(10).String()
}

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	if e.ErrorCode() != code || e.ErrorMessage() != message {
		t.Errorf("got %s: %q\nwant %s: %q", e.ErrorCode(), e.ErrorMessage(), code, message)
	}
}
