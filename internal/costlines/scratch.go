package costlines

// scratch is memory that asking one segment after another goes round with: what is lent for one is lent again for the next. A nil
// scratch gives memory that stays the caller's.
type scratch struct {
	codes   lender[int32]
	numbers lender[int64]
	masks   lender[bool]
}

// takeBack ends all loans.
func (s *scratch) takeBack() { s.codes.lent, s.numbers.lent, s.masks.lent = 0, 0, 0 }

// int32s lends so many numbers, of any content.
func (s *scratch) int32s(n int) []int32 {
	if s == nil {
		return make([]int32, n)
	}
	return s.codes.lend(n)
}

func (s *scratch) int64s(n int) []int64 {
	if s == nil {
		return make([]int64, n)
	}
	return s.numbers.lend(n)
}

func (s *scratch) bools(n int) []bool {
	if s == nil {
		return make([]bool, n)
	}
	return s.masks.lend(n)
}

// lender lends slices of one type. Segments are asked for the same in the same order, so that the sizes soon fit.
type lender[T any] struct {
	slices [][]T
	lent   int
}

func (l *lender[T]) lend(n int) []T {
	if l.lent == len(l.slices) {
		l.slices = append(l.slices, nil)
	}
	at := &l.slices[l.lent]
	l.lent++
	if cap(*at) < n {
		*at = make([]T, n+n/8)
	}
	return (*at)[:n]
}
