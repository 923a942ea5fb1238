package costlines

import (
	"context"
	"errors"
	"fmt"
	"time"

	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// ErrImported tells that an import with this identity was committed before.
var ErrImported = errors.New("costlines: imported before")

// ErrChanged tells that what was to be replaced has been replaced by someone else meanwhile: begin again.
var ErrChanged = errors.New("costlines: the month was replaced meanwhile")

// ErrLine tells of a line that does not belong into the change it is added to.
var ErrLine = errors.New("costlines: line not of this change")

// ErrDone tells that a change was committed or given up before.
var ErrDone = errors.New("costlines: the change is done")

// Engine keeps lines and answers queries. Queries see every committed change whole, or nothing of it; each sees one state.
type Engine interface {
	Query(ctx context.Context, q Query) ([]Row, error)                            // by Start, Keys and Currency; no row without lines
	Values(ctx context.Context, q ValuesQuery) ([]string, error)                  // sorted; "" is not listed
	Keys(ctx context.Context, q KeysQuery) ([]string, error)                      // sorted
	Scan(ctx context.Context, q ScanQuery, yield func(*billing.Line) error) error // in no order; ends with yield's first error
	// Bill gives what lines are on a bill, Subtotals or BillRows, in no order, and one of them perhaps in several pieces; it ends with
	// yield's first error. ErrUnbilled if a line is not on that bill. What is given is yield's.
	Bill(ctx context.Context, q BillQuery, part *BillPart, yield func(currency string, r *billing.Row) error) error
	Months(ctx context.Context, payer string) ([]Month, error)    // those that have lines, sorted
	Begin(ctx context.Context, c Change) (Writer, error)          // ErrImported
	Compact(ctx context.Context, payer string, month Month) error // makes queries faster, and changes no answer; ErrChanged
	// Forget removes all lines of a payer, and what was imported for it. Nothing of the payer may be under way.
	Forget(ctx context.Context, payer string) error
	Close() error
}

// Change says what a set of lines is. Committed, it is there as a whole; before, and if anything fails, nothing of it is.
type Change struct {
	Payer string
	// Import identifies what the lines were read from, such as the hash of a file's content: it counts once. "" for none.
	Import string
	// Origin names where the lines come from, such as "report" or "rated"; "" for none. Lines of different origins are kept apart,
	// and asked for together.
	Origin string
	// Replace names the months whose lines of the same origin, as they are when the change begins, give way to those of the change.
	Replace []Month
	// Promote tells which tags can be asked for; the others are kept, and only Scan gives them. nil for all.
	Promote func(key string) bool
}

// Writer takes the lines of a change. It is not for several goroutines at once.
type Writer interface {
	// Add takes a line; it keeps what the line points to. Its errors are final: the change can only be given up.
	Add(line *billing.Line) error
	// Identify names what the lines were read from, as Change.Import does, where that is known only when all is read. It comes
	// before Commit, whose error tells then if it was imported before (ErrImported).
	Identify(imported string)
	// Commit makes the change count, durably. If it fails, the change does not count, unless the error says that this is not
	// known; then beginning it again tells (ErrImported).
	Commit(ctx context.Context) error
	// Abort gives the change up. After Commit it does nothing.
	Abort()
}

// BlockWriter is a Writer that takes lines by column too.
type BlockWriter interface {
	Writer
	// AddBlock is Add for the lines of a block, which nobody changes any more.
	AddBlock(b *lineblock.Block) error
}

// AddBlock adds the lines of a block to a change.
func AddBlock(w Writer, b *lineblock.Block) error {
	if w, ok := w.(BlockWriter); ok {
		return w.AddBlock(b)
	}
	lines := make([]billing.Line, b.Rows)
	for i := range lines {
		b.Line(i, &lines[i])
		if err := w.Add(&lines[i]); err != nil {
			return err
		}
	}
	return nil
}

// Building adds lines that come one by one to a change by column.
type Building struct {
	to      Writer
	builder *lineblock.Builder
}

// builtLines is how many lines are put together before they are added by column.
const builtLines = 1024

// Build begins to add lines to a change.
func Build(to Writer) *Building { return &Building{to, lineblock.NewBuilder()} }

// Add takes a line, and what it is like, as lineblock.Builder.AddLike does. Its errors are those of AddBlock, and may be of lines
// before.
func (b *Building) Add(l, like *billing.Line) error {
	if b.builder.AddLike(l, like); b.builder.Rows() < builtLines {
		return nil
	}
	return b.End()
}

// End adds the lines that were not added yet. It comes before Commit.
func (b *Building) End() error { return AddBlock(b.to, b.builder.Block()) }

// Month is a month in UTC: "2026-10".
type Month string

// MonthOf gives the month of a time.
func MonthOf(t time.Time) Month { return Month(t.UTC().Format("2006-01")) }

// Start gives the month's first instant, or an error if this is no month.
func (m Month) Start() (time.Time, error) {
	t, err := time.Parse("2006-01", string(m))
	if err != nil {
		return time.Time{}, fmt.Errorf("costlines: %q is no month", string(m))
	}
	return t, nil
}

// KeptUnder gives the month a line is kept under: that of its bill, or of its usage.
func KeptUnder(l *billing.Line) Month {
	if l.Bill.PeriodStart.IsZero() {
		return MonthOf(l.Start)
	}
	return MonthOf(l.Bill.PeriodStart)
}

// Fits tells whether a line belongs into the change; its errors wrap ErrLine.
func (c *Change) Fits(l *billing.Line) error {
	switch {
	case l.Bill.Payer != c.Payer:
		return fmt.Errorf("%w: payer %q instead of %q", ErrLine, l.Bill.Payer, c.Payer)
	case l.Start.Year() < 1970 || l.Start.Year() > 9999:
		return fmt.Errorf("%w: usage starts %s", ErrLine, l.Start)
	}
	return nil
}

// FitsBlock is Fits for all lines of a block.
func (c *Change) FitsBlock(b *lineblock.Block) error {
	starts, payers := b.Times[startTime], &b.Texts[payerText]
	for row := range b.Rows {
		if payer := payers.At(row); payer != c.Payer {
			return fmt.Errorf("%w: payer %q instead of %q", ErrLine, payer, c.Payer)
		}
		if starts == nil || starts[row] < firstStart || starts[row] >= endOfStarts {
			var at int64 = lineblock.NoTime
			if starts != nil {
				at = starts[row]
			}
			return fmt.Errorf("%w: usage starts %s", ErrLine, lineblock.Instant(at))
		}
	}
	return nil
}

// The starts that lines may have.
var (
	firstStart  = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	endOfStarts = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
)
