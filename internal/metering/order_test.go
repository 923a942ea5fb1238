package metering

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// TestOrderWithinHour: what is put in at once comes out by hour, account, kind of usage and in the order that it is rated in, and what
// is alike in those as it came.
func TestOrderWithinHour(t *testing.T) {
	s, r := open(t, 10_000), rand.New(rand.NewPCG(3, 3))
	records := make([]billing.UsageRecord, 3000)
	for i := range records {
		start := october.Start().Add(time.Duration(r.IntN(3*3600)) * time.Second)
		records[i] = billing.UsageRecord{
			Account: fmt.Sprint("account-", r.IntN(12)), Product: fmt.Sprint("product-", r.IntN(3)), UsageType: fmt.Sprint("type-", r.IntN(12)),
			Resource: fmt.Sprint("resource-", r.IntN(20)), Operation: fmt.Sprint(i), Start: start, End: start, Quantity: decimal.Int(r.Int64N(3)),
		}
		if i%2 == 0 {
			records[i].Start = start.Truncate(time.Hour)
		}
	}
	got := read(t, s, put(t, s, "a", records))
	slices.SortStableFunc(records, func(a, b billing.UsageRecord) int {
		return cmp.Or(hour(&a).Compare(hour(&b)), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Product, b.Product),
			cmp.Compare(a.UsageType, b.UsageType), billing.CompareUsage(&a, &b))
	})
	if !slices.EqualFunc(records, got, func(a, b billing.UsageRecord) bool { return a.Operation == b.Operation && a.Account == b.Account }) {
		t.Error("in another order")
	}
}
