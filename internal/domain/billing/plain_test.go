package billing_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// TestPlainLines: usage that something is taken off is counted and made lines of one by one, other usage on demand is not. A discount
// of nothing changes no line and no row.
func TestPlainLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o, usage := drawBook(t, true), drawOrganization(t), drawUsage(t, drawnAccounts)
		o.Discounts = nil
		plain, plainLines := linesOf(t, b, o, usage)
		o.Discounts = []billing.Discount{{Type: billing.EnterpriseDiscount, Percent: decimal.D{}}}
		one, oneLines := linesOf(t, b, o, usage)
		if !reflect.DeepEqual(plainLines, oneLines) {
			t.Error("other lines")
		}
		if !reflect.DeepEqual(plain, one) {
			t.Errorf("another bill:\n%+v\n%+v", plain, one)
		}
	})
}

func linesOf(t *rapid.T, b *billing.Book, o *billing.Organization, usage []billing.UsageRecord) (*billing.Bill, []billing.Line) {
	var lines []billing.Line
	bill, err := billing.Compute(billing.Request{
		Month: october, Book: b, Organization: o, Usage: billing.ByHour(usage), Compare: true, Final: true, Until: at(6),
		Emit: func(l, _ *billing.Line) error { lines = append(lines, *l.Clone()); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return bill, lines
}
