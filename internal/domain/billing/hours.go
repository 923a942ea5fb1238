package billing

import (
	"cmp"
	"encoding/binary"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"umbel/internal/decimal"
)

// Hours is a month's usage: each batch holds all records of one hour, in any order, and hours ascend. A record belongs to the
// hour in which it starts. Hours can be iterated again and then give the same; a batch is read before the next is asked for.
type Hours = iter.Seq2[[]UsageRecord, error]

// ByHour gives records that are all in memory as Hours.
func ByHour(records []UsageRecord) Hours {
	sorted := slices.Clone(records)
	slices.SortStableFunc(sorted, func(a, b UsageRecord) int { return a.Start.Compare(b.Start) })
	return func(yield func([]UsageRecord, error) bool) {
		for rest := sorted; len(rest) > 0; {
			hour, n := hourOf(rest[0].Start), 1
			for n < len(rest) && hourOf(rest[n].Start).Equal(hour) {
				n++
			}
			if !yield(rest[:n:n], nil) {
				return
			}
			rest = rest[n:]
		}
	}
}

// Split gives usage that spans hours as records of one hour each, the first and the last perhaps of less, their quantities in
// proportion and summing to the whole. A record within one hour stays as it is.
func (r *UsageRecord) Split() []UsageRecord {
	if r.WithinHour() {
		return []UsageRecord{*r}
	}
	var parts []UsageRecord
	var weights []decimal.D
	for start := r.Start; start.Before(r.End); {
		end := earlier(hourOf(start).Add(time.Hour), r.End)
		part := *r
		part.Start, part.End = start, end
		parts, weights = append(parts, part), append(weights, decimal.Int(int64(end.Sub(start))))
		start = end
	}
	for i, share := range decimal.Shares(r.Quantity, weights) {
		parts[i].Quantity = share
	}
	return parts
}

// WithinHour tells whether all of it is usage of one hour.
func (r *UsageRecord) WithinHour() bool { return !r.End.After(hourOf(r.Start).Add(time.Hour)) }

func hourOf(t time.Time) time.Time { return t.UTC().Truncate(time.Hour) }

// use is what a record says beside its account and its class.
type use struct {
	resource, zone string
	start, end     time.Time
	quantity       decimal.D
	tags           map[string]string
}

// CompareUsage orders usage of one account and one kind: what is rated first does not depend on the order of the input. It is called
// often, and most usage differs in what is compared first: the start, then the resource.
func CompareUsage(a, b *UsageRecord) int {
	if c := a.Start.Compare(b.Start); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Resource, b.Resource); c != 0 {
		return c
	}
	if c := cmp.Or(cmp.Compare(a.Zone, b.Zone), a.End.Compare(b.End), a.Quantity.Cmp(b.Quantity)); c != 0 {
		return c
	}
	return compareTags(a.Tags, b.Tags)
}

// ranked is a record with what decides of most pairs which comes first, as a number: it is compared more often than it is read.
type ranked struct {
	mark   uint64 // the eight bytes of the resource after those that all have in common
	record *UsageRecord
}

// inOrder appends some of the records in order.
func inOrder(to []ranked, records []UsageRecord, places []place) []ranked {
	first := &records[places[0].record]
	common, together := len(first.Resource), true
	for _, p := range places {
		u := &records[p.record]
		if !strings.HasPrefix(u.Resource, first.Resource[:common]) {
			common = commonPrefix(first.Resource[:common], u.Resource)
		}
		together = together && u.Start.Equal(first.Start)
		to = append(to, ranked{record: u})
	}
	if len(to) == 1 {
		return to
	}
	if together {
		for i := range to {
			to[i].mark = markOf(to[i].record.Resource[common:])
		}
	}
	for i := range to[1:] {
		if to[i+1].compare(&to[i]) < 0 { // Usage that was put in at once comes in order mostly.
			slices.SortFunc(to, func(a, b ranked) int { return a.compare(&b) })
			break
		}
	}
	return to
}

// compare is CompareUsage: marks are all 0 unless all of it starts at once.
func (r *ranked) compare(o *ranked) int {
	if r.mark != o.mark {
		return cmp.Compare(r.mark, o.mark)
	}
	return CompareUsage(r.record, o.record)
}

// commonPrefix gives how many bytes two texts begin with in common.
func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// markOf gives a number that orders texts as far as their first eight bytes do.
func markOf(s string) (mark uint64) {
	if len(s) >= 8 {
		return binary.BigEndian.Uint64([]byte(s[:8]))
	}
	for i := range len(s) {
		mark |= uint64(s[i]) << (56 - 8*i)
	}
	return mark
}

func compareTags(a, b map[string]string) int {
	if maps.Equal(a, b) {
		return 0
	}
	x, y := slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b))
	if c := slices.Compare(x, y); c != 0 {
		return c
	}
	for _, key := range x {
		if c := cmp.Compare(a[key], b[key]); c != 0 {
			return c
		}
	}
	return 0
}
