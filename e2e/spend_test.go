package e2e_test

import (
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"umbel/internal/domain/billing"
	"umbel/internal/operator"
)

// topicOfScripts is the SNS topic whose alerts reach an endpoint of the test.
const topicOfScripts = "arn:aws:sns:us-east-1:100000000001:alerts"

// spend puts dollars into this month's bill: spend ACCOUNT AMOUNT [marketplace]. $MONTH is then when the month began, $TOMORROW a
// day from now.
func spend(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: spend ACCOUNT AMOUNT [marketplace]")
	}
	month := billing.MonthOf(time.Now().UTC())
	ts.Setenv("MONTH", month.Start().Format(time.RFC3339))
	ts.Setenv("TOMORROW", time.Now().UTC().AddDate(0, 0, 1).Format(time.RFC3339))
	serverOf(ts).Spend(args[0], month.Start(), args[1], func(l *billing.Line) {
		if len(args) > 2 {
			l.Product, l.Detail.Name, l.Detail.Service, l.Bill.Entity = "7h3xsfexample", "A Product", "7h3xsfexample", billing.EntityMarketplace
		}
	})
}

// told wants so many alerts delivered whose subject has the text: told NUMBER TEXT.
func told(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: told NUMBER TEXT")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	all, err := serverOf(ts).Alerts(operator.AlertsRequest{State: "DELIVERED"})
	ts.Check(err)
	n := 0
	for _, d := range all {
		if strings.Contains(d.Subject, args[1]) {
			n++
		}
	}
	if n != want {
		ts.Fatalf("%d alerts about %q were delivered, want %d: %+v", n, args[1], want, all)
	}
}
