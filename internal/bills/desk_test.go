package bills_test

import (
	"strings"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/testenv"
	"umbel/internal/usage"
)

var october = billing.Month{Year: 2026, Month: time.October}

// storage is usage of an account in S3, in GB-months, in the first hour of October.
func storage(account string, quantity int64) billing.UsageRecord {
	return billing.UsageRecord{
		Account: account, Product: "AmazonS3", UsageType: "TimedStorage-ByteHrs", Quantity: decimal.Int(quantity), Start: october.Start(), End: october.Start().Add(time.Hour),
	}
}

func TestUsageBecomesABill(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member := o.Account("", "storage")
	s.PutUsage("", storage(string(s.First), 100), storage(member, 200))
	bill := s.Bill("", "2026-10")
	if bill.Final || bill.Total.Lines != 2 || bill.Total.Unblended.IsZero() || len(bill.Strangers) > 0 || len(bill.Unpriced) > 0 {
		t.Errorf("the bill: %+v", bill)
	}
	lines := s.Lines("", "2026-10", "2026-10")
	if len(lines) != 2 || lines[0].Unblended.Add(lines[1].Unblended) != bill.Total.Unblended {
		t.Errorf("lines: %+v", lines)
	}
	s.PutUsage(member, storage(member, 200)) // a member's usage is the payer's to pay
	if again := s.Bill(member, "2026-10"); again.Total.Lines != 3 || !bill.Total.Unblended.Less(again.Total.Unblended) {
		t.Errorf("more usage, and the bill is %+v", again.Total)
	}
}

const records = "account,usageType,product,quantity,start\n"

func TestAFileCountsOnce(t *testing.T) {
	s := testenv.Start(t)
	row := string(s.First) + ",TimedStorage-ByteHrs,AmazonS3,10,2026-10-03T00:00:00Z\n"
	first := s.Import("", "a.csv", strings.NewReader(records+row))
	if first.Before || first.Taken != 1 || !first.Records {
		t.Fatalf("%+v", first)
	}
	again := s.Import("", "b.csv", strings.NewReader(records+row))
	if !again.Before || again.Name != "a.csv" {
		t.Errorf("again: %+v", again)
	}
	if bill := s.Bill("", "2026-10"); bill.Total.Lines != 1 {
		t.Errorf("%d lines", bill.Total.Lines)
	}
}

func TestSimulate(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	o.Account("", "one")
	s.Simulate(usage.Simulation{Seed: 1, First: billing.Month{Year: 2026, Month: time.September}, Months: 2, Resources: 3})
	for _, month := range []string{"2026-09", "2026-10"} {
		bill := s.Bill("", month)
		if bill.Total.Lines < 1000 || len(bill.Accounts()) != 2 {
			t.Errorf("%d lines of %v", bill.Total.Lines, bill.Accounts())
		}
		if n := checkRows(t, s, bill); n < 20 {
			t.Errorf("%d rows", n)
		}
	}
}
