package cost

import (
	"slices"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/table"
)

// Bills is what the bills of an account that pays are made of.
type Bills struct {
	Months  *table.Table[Month]  // by "2026-10"
	Imports *table.Table[Import] // by digest
	terms   *table.Table[Terms]  // at most one
}

func newBills() Bills {
	return Bills{
		Months:  table.New("month", func(m *Month) string { return m.Month }),
		Imports: table.New("import", func(i *Import) string { return i.Digest }),
		terms:   table.New("terms", func(*Terms) string { return termsID }),
	}
}

func (b *Bills) tables() []table.Any { return []table.Any{b.Months, b.Imports, b.terms} }

// Month is where a month's bill stands.
type Month struct {
	Month string // "2026-10"
	// Wanted grows with every reason to compute the month again. Done is the Wanted that the lines and the bill are of, Followed
	// the one that everything that follows from a bill (budgets, anomalies, exports) has seen.
	Wanted, Done, Followed int64
	Opened                 time.Time // when usage last came in for it
	Computed               time.Time // when Done was
	Until                  time.Time // how far fees had run in Done
	// Closed is when the month was closed; zero while its bill is estimated. Late usage opens it again.
	Closed time.Time
	// Rewrite is the last Wanted for which reports' lines have to be written anew too, because tags or cost categories changed;
	// 0 if none has to.
	Rewrite int64 `json:",omitempty"`
	// AmountsStand tells that the amounts of a closed month stand: what is wanted beyond Done is new tags or cost categories on its lines.
	AmountsStand bool `json:",omitempty"`
	// Kept keeps a month open that would be closed by itself: someone has reopened it.
	Kept bool `json:",omitempty"`
	// Failure tells why the last computation failed; "" if it did not.
	Failure string `json:",omitempty"`
	// Credits is what Done took of credits.
	Credits []CreditTaken `json:",omitempty"`
}

// CreditTaken is what a month took of a credit.
type CreditTaken struct {
	ID   string
	Used decimal.D
}

// Final tells whether the month's bill is final: closed, and computed since.
func (m *Month) Final() bool { return !m.Closed.IsZero() && m.Done == m.Wanted }

// Import is a file that was imported: usage records, or a report whose lines have their prices.
type Import struct {
	Digest       string // of its content: a file counts once, however it is called or packed
	Name, Format string
	Records      bool // usage records, which are rated here
	At           time.Time
	Taken, Bad   int64    // rows
	Months       []string // that it has rows of
	Files        []string `json:",omitempty"` // of the records, below the payer's directory
	From, To     time.Time
	Currencies   []string `json:",omitempty"` // of a report
}

// Terms are what a payer's bills depend on and no AWS API sets: memberships that differ from the organization's, credits,
// negotiated and bundled discounts, support, taxes, charges, reservations, sharing.
type Terms struct {
	Organization billing.Organization
}

const termsID = "terms"

// Terms gives the payer's terms; empty ones if none were set.
func (b *Bills) Terms() *Terms {
	if t, ok := b.terms.Get(termsID); ok {
		return t
	}
	return &Terms{}
}

// SetTerms replaces the payer's terms. Months that are open are wanted again; closed ones keep the terms they were closed on.
func (b *Bills) SetTerms(t *Terms) {
	b.terms.Put(t)
	b.WantOpen()
}

// WantOpen asks for all months that are not closed to be computed again.
func (b *Bills) WantOpen() {
	for _, m := range b.open() {
		b.Want(m)
	}
}

// open gives the months that are not closed.
func (b *Bills) open() (months []string) {
	for id, m := range b.Months.All() {
		if m.Closed.IsZero() {
			months = append(months, id)
		}
	}
	return months
}

// month gives a copy of a month's row to change.
func (b *Bills) month(month string) *Month {
	next := Month{Month: month}
	if m, ok := b.Months.Get(month); ok {
		next = *m
	}
	return &next
}

// Want asks for a month to be computed again. A month that is closed stays so.
func (b *Bills) Want(month string) {
	next := b.month(month)
	next.Wanted++
	next.AmountsStand = false
	b.Months.Put(next)
}

// Open asks for a month to be computed again because usage has come in, and opens it if it was closed.
func (b *Bills) Open(month string, now time.Time) {
	next := b.month(month)
	next.Wanted++
	next.Opened, next.Closed, next.AmountsStand = now, time.Time{}, false
	b.Months.Put(next)
}

// Close closes a month: its bill becomes final. It does nothing to one that is closed.
func (b *Bills) Close(month string, now time.Time) {
	next := b.month(month)
	next.Kept = false
	if next.Closed.IsZero() {
		next.Wanted++
		next.Closed, next.AmountsStand = now, false
	}
	b.Months.Put(next)
}

// Reopen makes the bill of a closed month an estimate again, until Close.
func (b *Bills) Reopen(month string) {
	next := b.month(month)
	next.Kept = true
	if !next.Closed.IsZero() {
		next.Wanted++
		next.Closed, next.AmountsStand = time.Time{}, false
	}
	b.Months.Put(next)
}

// A month is closed by itself on the fourth day after it, as AWS does within the first days of the next month (Billing User Guide,
// "Understanding your bill"); one that usage came in for later, a day after that.
const (
	closingDay   = 3 * 24 * time.Hour
	settlingTime = 24 * time.Hour
)

// Due tells whether the month is to be closed by now.
func (m *Month) Due(now time.Time) bool {
	month, err := billing.ParseMonth(m.Month)
	if err != nil || m.Kept || !m.Closed.IsZero() {
		return false
	}
	return !now.Before(month.End().Add(closingDay)) && !now.Before(m.Opened.Add(settlingTime))
}

// Stale tells whether fees of an open month have run on for a day since it was computed.
func (m *Month) Stale(now time.Time) bool {
	month, err := billing.ParseMonth(m.Month)
	if err != nil || m.Until.IsZero() || !m.Closed.IsZero() {
		return false
	}
	until := now.UTC().Truncate(24 * time.Hour)
	if end := month.End(); until.After(end) {
		until = end
	}
	return m.Until.Before(until)
}

// Pending gives the months that are to be computed, the earliest first, and those that were and whose followers are yet to hear
// of it.
func (b *Bills) Pending() (compute, follow []string) {
	for id, m := range b.Months.All() {
		switch {
		case m.Done < m.Wanted:
			compute = append(compute, id)
		case m.Followed < m.Done:
			follow = append(follow, id)
		}
	}
	return compute, follow
}

// Computed notes that a month was computed as it was wanted at a time. Months after it that share credits with it are wanted again
// if it takes something else of them than before.
func (b *Bills) Computed(month string, wanted int64, now, until time.Time, credits []CreditTaken) {
	next := b.month(month)
	changed := !slices.Equal(next.Credits, credits)
	next.Done, next.Computed, next.Until, next.Failure, next.Credits = wanted, now, until, "", credits
	b.Months.Put(next)
	if !changed {
		return
	}
	var later []string
	for id, m := range b.Months.After(month) {
		if m.Done == m.Wanted && m.Closed.IsZero() { // a final bill has taken what it has taken
			later = append(later, id)
		}
	}
	for _, id := range later {
		b.Want(id)
	}
}

// Failed notes why a month could not be computed.
func (b *Bills) Failed(month, why string) {
	next := b.month(month)
	next.Failure = why
	b.Months.Put(next)
}

// Followed notes that everything that follows from a month's bill, as it was done, has happened.
func (b *Bills) Followed(month string, done int64) {
	next := b.month(month)
	next.Followed = done
	b.Months.Put(next)
}

// Taken gives what was taken of each credit by other months than one: by those before it, and by closed ones after it.
func (b *Bills) Taken(month string) map[string]decimal.D {
	taken := map[string]decimal.D{}
	for id, m := range b.Months.All() {
		if id < month || id > month && !m.Closed.IsZero() {
			for _, c := range m.Credits {
				taken[c.ID] = taken[c.ID].Add(c.Used)
			}
		}
	}
	return taken
}

// Reports tells whether a month has lines that came in with their prices.
func (b *Bills) Reports(month string) bool {
	for _, i := range b.Imports.All() {
		if !i.Records && slices.Contains(i.Months, month) {
			return true
		}
	}
	return false
}

// Files gives the files of usage records of a month, in the order of their imports' digests.
func (b *Bills) Files() (files []string) {
	for _, i := range b.Imports.All() {
		files = append(files, i.Files...)
	}
	return files
}

// WantRewritten asks for the lines of a month to be written anew, those of reports too, because the tags that can be asked for or
// the cost categories are others. It does nothing for a month without lines. No amount changes: a closed month stays closed, and keeps
// the prices and terms that it was closed on.
func (b *Bills) WantRewritten(month string) {
	m, ok := b.Months.Get(month)
	if !ok {
		return
	}
	next := *m
	next.AmountsStand = next.Final() || next.AmountsStand
	next.Wanted++
	next.Rewrite = next.Wanted
	b.Months.Put(&next)
}
