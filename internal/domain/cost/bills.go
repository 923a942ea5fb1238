package cost

import (
	"time"

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
	Computed               time.Time // when Done was
	Until                  time.Time // how far fees had run in Done
	// Closed is when the month was closed; zero while its bill is estimated. Late usage opens it again.
	Closed time.Time
	// Rewrite is the last Wanted for which reports' lines have to be written anew too, because tags or cost categories changed;
	// 0 if none has to.
	Rewrite int64 `json:",omitempty"`
	// Failure tells why the last computation failed; "" if it did not.
	Failure string `json:",omitempty"`
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
	Currency     string `json:",omitempty"`
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

// SetTerms replaces the payer's terms.
func (b *Bills) SetTerms(t *Terms) { b.terms.Put(t) }

// Want asks for a month to be computed again, and opens it if it was closed.
func (b *Bills) Want(month string) {
	next := Month{Month: month}
	if m, ok := b.Months.Get(month); ok {
		next = *m
	}
	next.Wanted++
	next.Closed = time.Time{}
	b.Months.Put(&next)
}

// WantRewritten asks for the lines of a month to be written anew, those of reports too, because the tags that can be asked for or
// the cost categories are others. It does nothing for a month without lines. No amount changes, so a closed month stays closed.
func (b *Bills) WantRewritten(month string) {
	m, ok := b.Months.Get(month)
	if !ok {
		return
	}
	next := *m
	next.Wanted++
	next.Rewrite = next.Wanted
	b.Months.Put(&next)
}
