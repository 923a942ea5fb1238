package cost

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
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
	Completed time.Time        // zero while it is being done
	Failed    bool             `json:",omitempty"`
	Months    map[string]int64 // the months it concerns, each with the Wanted it has to come to
}

// ActiveTags gives which tags of lines can be asked for, by the key that lines have: costlines.Change.Promote.
func (e *Explorer) ActiveTags() func(lineTag string) bool {
	active := map[string]bool{}
	for _, t := range e.Tags.All() {
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
	for _, t := range e.Tags.All() {
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
		if t, ok := e.Tags.Get(row.Key); ok {
			if t.LastUsed >= month {
				continue
			}
			row = *t
		}
		row.LastUsed = month
		e.Tags.Put(&row)
	}
}
