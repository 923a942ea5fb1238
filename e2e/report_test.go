package e2e_test

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// report enables Cost Explorer, imports a report of 40 days of storage, a tenfold one five days ago, with last month's tax, and closes
// last month. $LAST_MONTH and $LAST_YEAR are then that month.
func report(ts *testscript.TestScript, _ bool, _ []string) {
	s := serverOf(ts)
	s.EnableCostExplorer("")
	account, today := string(s.First), time.Now().UTC().Truncate(24*time.Hour)
	last := billing.MonthOf(monthsAgo(today, 1))
	charge := func(kind billing.LineType, at time.Time, dollars int64) billing.Line {
		cost := decimal.Int(dollars)
		return billing.Line{
			ID: fmt.Sprint(kind, at.Unix()), Type: kind, Account: account, Start: at, End: at.Add(time.Hour), Product: "AmazonS3", UsageType: "TimedStorage-ByteHrs",
			Usage: decimal.Int(1), Unblended: cost, NetUnblended: cost, Blended: cost, Tags: map[string]string{"user:team": "red"},
			Bill:   billing.BillPart{Type: billing.Anniversary, Entity: billing.EntityAWS},
			Detail: billing.ProductPart{Service: "AmazonS3", Name: "Amazon Simple Storage Service", Region: "us-east-1"},
		}
	}
	lines := []billing.Line{charge(billing.Tax, last.Start(), 19)}
	for day := -40; day < 0; day++ {
		dollars := int64(10)
		if day == -5 {
			dollars = 100
		}
		lines = append(lines, charge(billing.Usage, today.AddDate(0, 0, day), dollars))
	}
	s.PutLines("", lines...)
	ts.Check(s.Desk().CloseMonth(context.Background(), s.First, last))
	s.Settle()
	ts.Setenv("LAST_MONTH", strconv.Itoa(int(last.Month)))
	ts.Setenv("LAST_YEAR", strconv.Itoa(last.Year))
}

// tick does what the server does every hour.
func tick(ts *testscript.TestScript, _ bool, _ []string) { serverOf(ts).Tick() }
