package bills

import (
	"errors"
	"testing"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/costlines/costlinestest"
	"umbel/internal/domain/billing"
)

// TestUnbilledLine: a line that is kept under a month and tells of no billing period makes the bill fail: it is not passed over.
func TestUnbilledLine(t *testing.T) {
	engine, err := costlines.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	month := billing.MonthOf(costlinestest.First)
	j := &job{desk: &Desk{cfg: Config{Engine: engine}}, payer: costlinestest.Payer, month: month, org: &billing.Organization{Payer: costlinestest.Payer}}
	rated := &billing.Bill{Currency: "USD", Subtotals: []billing.Subtotal{{Account: costlinestest.Payer, Type: billing.Usage, Totals: billing.Totals{Lines: 2}}}}
	l := costlinestest.NewGenerator(1).Line()
	l.Bill.PeriodStart = month.Start()
	for _, want := range []error{nil, costlines.ErrUnbilled} {
		if err := costlinestest.Put(engine, costlines.Change{Payer: costlinestest.Payer, Origin: originReport}, l); err != nil {
			t.Fatal(err)
		}
		made, err := j.collect(t.Context(), rated)
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if want == nil && (len(made) != 1 || made[0].Total.Lines != 3) {
			t.Errorf("got %+v", made)
		}
		unbilled := *l
		unbilled.ID, unbilled.Start = "unbilled", costlinestest.First
		unbilled.Bill.PeriodStart = time.Time{}
		l = &unbilled
	}
}
