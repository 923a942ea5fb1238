package ce_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// BenchmarkGetCostAndUsage asks for costs by service and account, day by day and month by month, of a million lines.
func BenchmarkGetCostAndUsage(b *testing.B) {
	w := newWorld(b)
	w.EnableCostExplorer("")
	engine, err := w.Desk().Lines()
	if err != nil {
		b.Fatal(err)
	}
	out, err := engine.Begin(ctx, costlines.Change{Payer: w.payer})
	if err != nil {
		b.Fatal(err)
	}
	defer out.Abort()
	start := month(w.today).AddDate(0, -3, 0)
	products := []struct{ code, name, usage string }{
		{"AmazonEC2", "Amazon Elastic Compute Cloud", "BoxUsage:m5.large"}, {"AmazonEC2", "Amazon Elastic Compute Cloud", "EBS:VolumeUsage.gp3"},
		{"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-ByteHrs"}, {"AWSLambda", "AWS Lambda", "Lambda-GB-Second"},
	}
	for i := range 1_000_000 {
		p := products[i%len(products)]
		at := start.Add(time.Duration(i*2160/1_000_000) * time.Hour)
		err := out.Add(&billing.Line{
			ID: fmt.Sprint(i), Type: billing.Usage, Account: fmt.Sprintf("%012d", i%50), Start: at, End: at.Add(time.Hour), Product: p.code, UsageType: p.usage,
			Currency: "USD", Usage: decimal.Int(1), Unblended: decimal.New(int64(i%1000), 4), Detail: billing.ProductPart{Service: p.code, Name: p.name, Region: "eu-west-1"},
			Bill: billing.BillPart{Payer: w.payer, PeriodStart: month(at), PeriodEnd: month(at).AddDate(0, 1, 0)},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := out.Commit(ctx); err != nil {
		b.Fatal(err)
	}
	for _, granularity := range []types.Granularity{types.GranularityMonthly, types.GranularityDaily} {
		b.Run(string(granularity), func(b *testing.B) {
			for b.Loop() {
				_, err := w.ce.GetCostAndUsage(ctx, &costexplorer.GetCostAndUsageInput{
					TimePeriod: between(start, month(w.today)), Granularity: granularity, Metrics: []string{"UnblendedCost"},
					GroupBy: []types.GroupDefinition{dimension("SERVICE"), dimension("LINKED_ACCOUNT")},
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
