package billing

import "errors"

// emission brings lines to who wants them, while the next are made: sheet by sheet, in their order.
type emission struct {
	emit func(l, like *Line) error
	full chan *sheet
	free chan *sheet
	stop chan struct{} // closed when no more lines are wanted
}

// sheet is room for lines and their parts.
type sheet struct {
	lines        []Line
	plains       []plain // instead of lines where they have a pattern
	reservations []ReservationPart
	plans        []SavingsPlanPart
	like         []*Line
	used         int
}

const (
	sheetLines   = 256
	sheetsAtOnce = 4
)

// errStopped ends the making of lines that nobody takes any more. Why is the error of who took them.
var errStopped = errors.New("billing: no more lines are wanted")

func newSheet(lines int) *sheet {
	return &sheet{
		lines: make([]Line, lines), plains: make([]plain, lines), reservations: make([]ReservationPart, lines), plans: make([]SavingsPlanPart, lines), like: make([]*Line, lines),
	}
}

func newEmission(emit func(l, like *Line) error) *emission {
	e := &emission{emit: emit, full: make(chan *sheet, sheetsAtOnce), free: make(chan *sheet, sheetsAtOnce), stop: make(chan struct{})}
	for range sheetsAtOnce {
		e.free <- newSheet(sheetLines)
	}
	return e
}

// run emits all lines that are handed over.
func (e *emission) run() error {
	defer close(e.stop)
	var line Line
	for s := range e.full {
		for i := range s.lines[:s.used] {
			l := &s.lines[i]
			if p := &s.plains[i]; p.like != nil {
				l = &line
				p.line(l)
			}
			if err := e.emit(l, s.like[i]); err != nil {
				return err
			}
		}
		s.used = 0
		e.free <- s
	}
	return nil
}

// sheet gives an empty one; one that is of no use if no more lines are wanted.
func (e *emission) sheet() *sheet {
	select {
	case s := <-e.free:
		return s
	case <-e.stop:
		return newSheet(sheetLines)
	}
}

func (e *emission) stopped() bool {
	select {
	case <-e.stop:
		return true
	default:
		return false
	}
}

// hand hands lines over.
func (e *emission) hand(s *sheet) {
	select {
	case e.full <- s:
	case <-e.stop:
	}
}

// emits tells that lines are emitted, and not counted.
func (w *writer) emits() bool { return w.out != nil }

// begin makes room for a line that is like another; nil for none. What was begun before is complete.
func (w *writer) begin(like *Line) {
	s := w.lines
	if s.used == len(s.lines) {
		if w.emits() {
			w.out.hand(s)
			s = w.out.sheet()
			w.lines = s
		} else {
			s.used = 0
		}
	}
	w.line, w.reservation, w.plan = &s.lines[s.used], &s.reservations[s.used], &s.plans[s.used]
	s.like[s.used], s.plains[s.used].like = like, nil
	s.used++
}

// end hands over what is left, and at last the lines of the month as a whole.
func (w *writer) end(closing []Line) {
	for i := range closing {
		w.begin(nil)
		*w.line = closing[i]
		if w.final {
			w.line.Bill.Invoice = w.invoice(w.line)
		}
	}
	w.out.hand(w.lines)
}
