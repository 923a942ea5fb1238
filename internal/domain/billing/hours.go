package billing

import (
	"cmp"
	"encoding/binary"
	"iter"
	"maps"
	"slices"
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

// compare orders usage of one account and class: what is rated first does not depend on the order of the input. It is called often,
// and most usage differs in what is compared first.
func (u *use) compare(o *use) int {
	if c := u.start.Compare(o.start); c != 0 {
		return c
	}
	if c := cmp.Compare(u.resource, o.resource); c != 0 {
		return c
	}
	if c := cmp.Or(cmp.Compare(u.zone, o.zone), u.end.Compare(o.end), u.quantity.Cmp(o.quantity)); c != 0 {
		return c
	}
	return compareTags(u.tags, o.tags)
}

// ranked is usage with what decides of most pairs which comes first, as a number: it is compared more often than it is read.
type ranked struct {
	mark uint64 // the eight bytes of the resource after those that all have in common
	use  *use
}

// inOrder appends usage in order.
func inOrder(to []ranked, all []use) []ranked {
	if len(all) == 1 {
		return append(to, ranked{use: &all[0]})
	}
	first, common, together := &all[0], len(all[0].resource), true
	for i := range all[1:] {
		u := &all[i+1]
		common = commonPrefix(first.resource[:common], u.resource)
		together = together && u.start.Equal(first.start)
	}
	for i := range all {
		u := &all[i]
		mark := uint64(0)
		if together {
			mark = markOf(u.resource[common:])
		}
		to = append(to, ranked{mark, u})
	}
	slices.SortFunc(to, func(a, b ranked) int { return a.compare(&b) })
	return to
}

// compare is that of the usage: marks are all 0 unless all of it starts at once.
func (r *ranked) compare(o *ranked) int {
	if r.mark != o.mark {
		return cmp.Compare(r.mark, o.mark)
	}
	return r.use.compare(o.use)
}

// commonPrefix gives how many bytes two texts begin with in common.
func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	if a == b {
		return n
	}
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
	if len(a) == 0 && len(b) == 0 {
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
