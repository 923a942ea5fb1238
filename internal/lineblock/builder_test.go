package lineblock_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
	"umbel/internal/usage"
)

// TestBuilder: the lines of a month come out of blocks as they went in, whether or not it is said what they are like, and blocks are
// built in the memory of those before.
func TestBuilder(t *testing.T) {
	book, err := billing.Seed()
	if err != nil {
		t.Fatal(err)
	}
	s := &usage.Simulation{Seed: 4, First: billing.Month{Year: 2026, Month: time.March}, Months: 1, Resources: 12, Book: book}
	for i := range 20 {
		s.Accounts = append(s.Accounts, fmt.Sprint(111122223333+i))
	}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	alone, like := lineblock.NewBuilder(), lineblock.NewBuilder()
	var want, got, gotLike []billing.Line
	alike, reserved, planned := 0, 0, 0
	take := func() {
		got, gotLike = lines(got, alone.Block()), lines(gotLike, like.Block())
	}
	_, err = billing.Compute(billing.Request{
		Month: s.First, Book: s.Book, Organization: s.Organization(), Usage: firstDay(s), Final: true,
		Emit: func(l, other *billing.Line) error {
			want = append(want, *l.Clone())
			alone.Add(l)
			like.AddLike(l, other)
			if other != nil {
				alike++
			}
			if l.Reservation != nil {
				reserved++
			}
			if l.SavingsPlan != nil {
				planned++
			}
			if alone.Rows() == 1+len(want)%700 {
				take()
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	take()
	if alike < 1000 || reserved == 0 || planned == 0 {
		t.Errorf("of %d lines %d are like others, %d have a reservation, %d a plan", len(want), alike, reserved, planned)
	}
	same := cmp.Options{cmp.Comparer(func(a, b decimal.D) bool { return a == b }), cmpopts.EquateEmpty()}
	if d := cmp.Diff(want, got, same); d != "" {
		t.Errorf("(-in +out):\n%.3000s", d)
	}
	if d := cmp.Diff(want, gotLike, same); d != "" {
		t.Errorf("said what they are like (-in +out):\n%.3000s", d)
	}
}

// firstDay is the usage of the first day.
func firstDay(s *usage.Simulation) billing.Hours {
	return func(yield func([]billing.UsageRecord, error) bool) {
		for records, err := range s.Hours(s.First) {
			if len(records) > 0 && records[0].Start.Day() > 1 || !yield(records, err) {
				return
			}
		}
	}
}

// lines appends the lines of a block.
func lines(to []billing.Line, b *lineblock.Block) []billing.Line {
	for row := range b.Rows {
		var l billing.Line
		b.Line(row, &l)
		to = append(to, l)
	}
	return to
}
