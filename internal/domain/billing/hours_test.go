package billing

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"umbel/internal/decimal"
)

// TestInOrder: the marks of records put them in the order of what they say.
func TestInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	start := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	texts := []string{"", "a", "a\x00", "a\x00\x00b", "arn:aws:s3:::b", "arn:aws:s3:::bucket-1", "arn:aws:s3:::bucket-10", "arn:aws:s3:::bucket-100000001",
		"arn:aws:s3:::bucket-100000002", "arn:aws:s3:::bucket-1000000021", "arn:aws:s3:::bucket-\xff\xff", "arn:aws:s3:::bucket-é"}
	for range 2000 {
		from := r.IntN(len(texts))
		records := make([]UsageRecord, 1+r.IntN(30))
		var places []place
		for i := range records {
			records[i] = UsageRecord{Resource: texts[from+r.IntN(len(texts)-from)], Quantity: decimal.Int(r.Int64N(3)), Start: start, End: start}
			if from%3 == 0 {
				records[i].Start = start.Add(time.Duration(r.IntN(2)) * time.Second)
			}
			places = append(places, place{record: int32(i)})
		}
		got := inOrder(nil, records, places)
		if len(got) != len(records) || !slices.IsSortedFunc(got, func(a, b ranked) int { return CompareUsage(a.record, b.record) }) {
			t.Fatalf("%d of %d records, or not in order: %v", len(got), len(records), got)
		}
		for i := range got[1:] {
			if a, b := &got[i], &got[i+1]; (a.compare(b) == 0) != (CompareUsage(a.record, b.record) == 0) {
				t.Fatalf("%+v and %+v are told apart wrongly", a.record, b.record)
			}
		}
	}
}
