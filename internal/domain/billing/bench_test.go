package billing_test

import (
	"flag"
	"fmt"
	"runtime"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

var (
	benchLines    = flag.Int("lines", 1_000_000, "how many usage records the benchmark's month has")
	benchAccounts = flag.Uint64("accounts", 500, "how many accounts they are of")
)

// month is a synthetic month: 500 accounts or as many as are asked for, 744 hours, instances among 40 types (a third of the records, some reserved and some
// under plans) and 60 other kinds of usage. It is made hour by hour into the same memory.
func month(lines int, b *billing.Book) (*billing.Organization, billing.Hours) {
	const hours = 744
	accounts := *benchAccounts
	o := organization("000000000000")
	ids := make([]string, accounts)
	for i := range ids {
		ids[i] = fmt.Sprintf("%012d", i)
		o.Members = append(o.Members, billing.Membership{Account: ids[i]})
	}
	instances := make([]*billing.Instance, 40)
	types := []string{"m5", "c5", "r5", "m6i", "c6i", "r6i", "t3", "m4"}
	for i := range instances {
		instances[i] = &billing.Instance{Type: types[i%8] + "." + []string{"large", "xlarge", "2xlarge", "4xlarge", "medium"}[i/8]}
		mustAdd(b, billing.Price{
			Key: billing.PriceKey{Product: "AmazonEC2", UsageType: "BoxUsage:" + instances[i].Type}, Unit: "Hrs", Tiers: []billing.Tier{{Rate: decimal.New(int64(i+1), 2)}},
			Plans: []billing.PlanRate{{Kind: billing.ComputePlan, Rate: decimal.New(int64(i+1)*7, 3)}},
		})
	}
	for i := range 40 {
		o.Reservations = append(o.Reservations, reserved(fmt.Sprint("ri-", i), ids[i*7], types[i%8]+".large", "", 20))
		p := committed(billing.ComputePlan, "5")
		p.ARN, p.Owner, p.Start, p.End = fmt.Sprint("plan-", i), ids[i*11], at(0), at(8760)
		o.Plans = append(o.Plans, p)
	}
	usageTypes := make([]string, 60)
	for i := range usageTypes {
		usageTypes[i] = fmt.Sprintf("USE1-Kind%02d-Bytes", i)
		mustAdd(b, price("AmazonS3", usageTypes[i], "GB", "0:.1 100000:.08 5000000:.06"))
	}
	resources := make([]string, 4000)
	for i := range resources {
		resources[i] = fmt.Sprintf("i-%017x", i*2654435761)
	}
	tags := map[string]string{"user:team": "a"}
	per := lines / hours
	records := make([]billing.UsageRecord, per)
	return o, func(yield func([]billing.UsageRecord, error) bool) {
		for hour := range hours {
			start, seed := at(hour), uint64(hour)
			for i := range records {
				seed = seed*6364136223846793005 + 1442695040888963407
				n := seed >> 33
				r := billing.UsageRecord{Account: ids[n%accounts], Region: "us-east-1", Start: start, End: start.Add(time.Hour), Resource: resources[n%4000], Tags: tags}
				if n%3 == 0 {
					r.Instance = instances[n/7%40]
					r.Product, r.UsageType, r.Operation, r.Zone, r.Quantity = "AmazonEC2", boxUsage[n/7%40], "RunInstances", "us-east-1a", decimal.Int(1)
				} else {
					r.Product, r.UsageType, r.Operation, r.Quantity = "AmazonS3", usageTypes[n/7%60], "GetObject", decimal.New(int64(n%100000), 3)
				}
				records[i] = r
			}
			if !yield(records, nil) {
				return
			}
		}
	}
}

var boxUsage = func() (names [40]string) {
	types := []string{"m5", "c5", "r5", "m6i", "c6i", "r6i", "t3", "m4"}
	for i := range names {
		names[i] = "BoxUsage:" + types[i%8] + "." + []string{"large", "xlarge", "2xlarge", "4xlarge", "medium"}[i/8]
	}
	return names
}()

func mustAdd(b *billing.Book, p billing.Price) {
	if err := b.Add(p); err != nil {
		panic(err)
	}
}

// BenchmarkBill measures the bill of a month; with lines, every line is made too.
func BenchmarkBill(b *testing.B) {
	for _, c := range []struct {
		name          string
		compare, emit bool
	}{{"bill", false, false}, {"compared", true, false}, {"lines", false, true}} {
		b.Run(c.name, func(b *testing.B) {
			prices := billing.NewBook("USD")
			o, usage := month(*benchLines, prices)
			q := billing.Request{Month: october, Book: prices, Organization: o, Usage: usage, Compare: c.compare}
			if c.emit {
				q.Emit = func(_, _ *billing.Line) error { return nil }
			}
			for b.Loop() {
				if _, err := billing.Compute(q); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(*benchLines), "ns/line")
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys)/1e6, "MB-of-system")
		})
	}
}
