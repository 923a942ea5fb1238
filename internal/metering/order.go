package metering

import (
	"cmp"
	"slices"
	"strings"

	"umbel/internal/domain/billing"
)

// place is where a record is, and what most are sorted by: a number of its hour, account and kind of usage, its start and resource.
type place struct {
	key      uint64
	start    int64 // in nanoseconds since 1970
	resource string
	at       int
}

// sort finds the order that records are written in. Only that of the hours counts. Within an hour records are in the order of account,
// kind of usage and what billing.CompareUsage says, which is that in which they are rated: who rates them finds them in order, as often as
// they are read. What is alike packs better too.
func (h *held) sort() {
	var accounts ranking[string]
	var kinds ranking[kind]
	accountOf, kindOf := make([]uint32, len(h.records)), make([]uint32, len(h.records))
	for i := range h.records {
		r := &h.records[i]
		accountOf[i], kindOf[i] = accounts.code(r.Account), kinds.code(kind{r.Product, r.UsageType})
	}
	accountRanks, kindRanks := accounts.ranks(strings.Compare), kinds.ranks(kind.compare)
	h.order = slices.Grow(h.order[:0], len(h.records))[:len(h.records)]
	for i := range h.records {
		r := &h.records[i]
		hour := uint64(r.Start.Unix()-h.from) / 3600 // of a month: ten bits
		h.order[i] = place{hour<<54 | accountRanks[accountOf[i]]<<27 | kindRanks[kindOf[i]], r.Start.UnixNano(), r.Resource, i}
	}
	slices.SortFunc(h.order, func(a, b place) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		if a.start != b.start {
			return cmp.Compare(a.start, b.start)
		}
		if by := strings.Compare(a.resource, b.resource); by != 0 {
			return by
		}
		return cmp.Or(billing.CompareUsage(&h.records[a.at], &h.records[b.at]), a.at-b.at)
	})
}

// What is held has fewer values than ranks of 27 bits tell apart.
const _ = uint(1<<27 - 2*Buffered)

// kind is a kind of usage, as far as it decides where a record is.
type kind struct{ product, usageType string }

func (k kind) compare(o kind) int {
	return cmp.Or(strings.Compare(k.product, o.product), strings.Compare(k.usageType, o.usageType))
}

// ranking numbers values, of which there are few.
type ranking[K comparable] struct {
	codes    map[K]uint32
	values   []K
	last     K // the one asked for last: neighbours are often alike
	lastCode uint32
}

func (r *ranking[K]) code(value K) uint32 {
	if len(r.values) > 0 && value == r.last {
		return r.lastCode
	}
	code, known := r.codes[value]
	if !known {
		if r.codes == nil {
			r.codes = map[K]uint32{}
		}
		code = uint32(len(r.values))
		r.codes[value], r.values = code, append(r.values, value)
	}
	r.last, r.lastCode = value, code
	return code
}

// ranks gives the place of each value among all, by its code.
func (r *ranking[K]) ranks(compare func(a, b K) int) []uint64 {
	sorted := slices.SortedFunc(slices.Values(r.values), compare)
	ranks := make([]uint64, len(sorted))
	for rank, value := range sorted {
		ranks[r.codes[value]] = uint64(rank)
	}
	return ranks
}
