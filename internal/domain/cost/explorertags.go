package cost

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"umbel/internal/fault"
)

// AllocationTag is a tag key that lines of the payer's bills have or had. Only active ones can be asked for (Billing User Guide,
// "Using user-defined cost allocation tags").
type AllocationTag struct {
	Key      string // as the API has it
	Active   bool
	Updated  time.Time // when it was last activated or deactivated; zero if never
	LastUsed string    `json:",omitempty"` // the last month with a line that has it: "2026-10"
}

// Generated tells whether AWS makes the tag.
func (t *AllocationTag) Generated() bool { return strings.HasPrefix(t.Key, "aws:") }

// LineTag gives the key by which lines have a tag of the API: "user:team" for "team"; AWS's own keep theirs.
func LineTag(key string) string {
	if strings.HasPrefix(key, "aws:") {
		return key
	}
	return "user:" + key
}

// TagOfLine is the way back from LineTag.
func TagOfLine(lineKey string) string { return strings.TrimPrefix(lineKey, "user:") }

// Backfill is a request to apply the activation of tags to past months.
type Backfill struct {
	ID        string // "000001"
	From      string // the first month
	Requested time.Time
	Completed time.Time        // zero until a Follow has found it done
	Wanted    map[string]int64 `json:",omitempty"` // the months it concerns, each with the Wanted it has to come to
}

// ActiveTags gives which tags of lines can be asked for, by the key that lines have: costlines.Change.Promote.
func (e *Explorer) ActiveTags() func(lineTag string) bool {
	active := map[string]bool{}
	for _, t := range e.AllocationTags.All() {
		if t.Active {
			active[LineTag(t.Key)] = true
		}
	}
	return func(lineTag string) bool { return active[lineTag] }
}

// TagWatch is what tags can be asked for while lines are written, and which they had. It is for several goroutines.
type TagWatch struct {
	known, active map[string]bool
	reports       bool
	mu            sync.Mutex
	seen          map[string]bool
}

// WatchTags begins to watch the tags of lines. Lines of reports have activated tags only, so that one not known before can be
// asked for; of usage records' tags none can be until it is activated.
func (e *Explorer) WatchTags(reports bool) *TagWatch {
	w := &TagWatch{known: map[string]bool{}, active: map[string]bool{}, reports: reports, seen: map[string]bool{}}
	for _, t := range e.AllocationTags.All() {
		w.known[LineTag(t.Key)], w.active[LineTag(t.Key)] = true, t.Active
	}
	return w
}

// Promote tells whether a tag can be asked for: costlines.Change.Promote, which is asked about every tag that lines have.
func (w *TagWatch) Promote(lineTag string) bool {
	w.mu.Lock()
	w.seen[lineTag] = true
	w.mu.Unlock()
	return w.active[lineTag] || w.reports && !w.known[lineTag]
}

// Seen gives the tags asked about, for Explorer.SawTags.
func (w *TagWatch) Seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Keys(w.seen))
}

// SawTags notes that lines of a month have tags; keys are those of lines. A tag that was not known before is active if it came
// with a report.
func (e *Explorer) SawTags(keys []string, month string, reports bool) {
	for _, key := range keys {
		row := AllocationTag{Key: TagOfLine(key), Active: reports}
		if t, ok := e.AllocationTags.Get(row.Key); ok {
			if t.LastUsed >= month {
				continue
			}
			row = *t
		}
		row.LastUsed = month
		e.AllocationTags.Put(&row)
	}
}

// MostActiveTags is how many tag keys may be active (Billing User Guide, "Quotas and restrictions"); AWS's own do not count.
const MostActiveTags = 500

// SetTag activates or deactivates a tag; ok is false for one that no line has, full tells that too many are active.
func (e *Explorer) SetTag(key string, active bool, now time.Time) (ok, full bool) {
	t, found := e.AllocationTags.Get(key)
	switch {
	case !found:
		return false, false
	case t.Active == active:
		return true, false
	case active && !t.Generated() && e.activeTags() >= MostActiveTags:
		return true, true
	}
	next := *t
	next.Active, next.Updated = active, now
	e.AllocationTags.Put(&next)
	return true, false
}

func (e *Explorer) activeTags() (n int) {
	for _, t := range e.AllocationTags.All() {
		if t.Active && !t.Generated() {
			n++
		}
	}
	return n
}

// Rewrite asks for the lines of the months from one to another, both included, to be written anew; wanted tells of each that has
// lines which Wanted it has to come to.
func (s *State) Rewrite(from, to string) (wanted map[string]int64) {
	wanted = map[string]int64{}
	var months []string
	for month := range s.Months.All() {
		if from <= month && month <= to {
			months = append(months, month)
		}
	}
	for _, month := range months {
		s.WantRewritten(month)
		if m, ok := s.Months.Get(month); ok {
			wanted[month] = m.Wanted
		}
	}
	return wanted
}

// Rewritten tells whether months have come to what was wanted, and when the last did.
func (s *State) Rewritten(wanted map[string]int64) (at time.Time, done bool) {
	for month, n := range wanted {
		m, ok := s.Months.Get(month)
		if !ok {
			continue
		}
		if m.Done < n {
			return time.Time{}, false
		}
		if m.Computed.After(at) {
			at = m.Computed
		}
	}
	return at, true
}

// BackfillEvery is how often a backfill may be asked for (Cost Explorer API Reference, StartCostAllocationTagBackfill).
const BackfillEvery = 24 * time.Hour

// StartBackfill asks for the activation of tags to be applied to the months from one on. Errors are fault.BackfillLimitExceeded.
func (s *State) StartBackfill(from string, now time.Time) (*Backfill, error) {
	for _, b := range s.Backfills.All() {
		if _, done := s.BackfillDone(b); !done {
			return nil, fault.New(fault.BackfillLimitExceeded, "A request to backfill is already in progress. Once the previous request is complete, you can create another request.")
		}
		if now.Sub(b.Requested) < BackfillEvery {
			return nil, fault.New(fault.BackfillLimitExceeded, "You can request a backfill once every 24 hours.")
		}
	}
	b := &Backfill{ID: fmt.Sprintf("%06d", s.Backfills.Len()+1), From: from, Requested: now, Wanted: s.Rewrite(from, MonthOf(now))}
	if len(b.Wanted) == 0 {
		b.Completed = now // there is nothing to apply it to
	}
	s.Backfills.Put(b)
	return b, nil
}

// BackfillDone tells whether a backfill is done, and when it was.
func (s *State) BackfillDone(b *Backfill) (at time.Time, done bool) {
	if !b.Completed.IsZero() {
		return b.Completed, true
	}
	return s.Rewritten(b.Wanted)
}

// SettleBackfills notes of backfills that are done when they were: months are computed again later.
func (s *State) SettleBackfills() {
	var done []Backfill
	for _, b := range s.Backfills.All() {
		if at, ok := s.BackfillDone(b); ok && b.Completed.IsZero() {
			next := *b
			next.Completed = at
			done = append(done, next)
		}
	}
	for i := range done {
		s.Backfills.Put(&done[i])
	}
}
