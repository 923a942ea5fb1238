package usage

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// field is a column of the Cost and Usage Report, and how it is written.
type field struct {
	name string // as CUR 1 has it: "lineItem/UsageAmount"
	get  getter
}

// getter appends what stands in a column of a line.
type getter func(b []byte, l *billing.Line) []byte

func getText(at func(*billing.Line) *string) getter {
	return func(b []byte, l *billing.Line) []byte { return append(b, *at(l)...) }
}

func getNumber(at func(*billing.Line) *decimal.D) getter {
	return func(b []byte, l *billing.Line) []byte { return at(l).Append(b) }
}

// appendTime writes times as reports have them; nothing for none.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	return t.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
}

func ofReservation(write func(b []byte, p *billing.ReservationPart) []byte) getter {
	return func(b []byte, l *billing.Line) []byte {
		if l.Reservation == nil {
			return b
		}
		return write(b, l.Reservation)
	}
}

func ofPlan(write func(b []byte, p *billing.SavingsPlanPart) []byte) getter {
	return func(b []byte, l *billing.Line) []byte {
		if l.SavingsPlan == nil {
			return b
		}
		return write(b, l.SavingsPlan)
	}
}

// snake gives the name that CUR 2.0 and Athena have for a column of CUR 1: "line_item_usage_amount".
func snake(name string) string {
	var b strings.Builder
	for i, c := range name {
		switch {
		case c == '/':
			b.WriteByte('_')
		case unicode.IsUpper(c):
			if i > 0 && !strings.HasSuffix(b.String(), "_") {
				b.WriteByte('_')
			}
			b.WriteRune(unicode.ToLower(c))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func textField(name string, at func(*billing.Line) *string) field { return field{name, getText(at)} }

func timeField(name string, at func(*billing.Line) *time.Time) field {
	return field{name, func(b []byte, l *billing.Line) []byte { return appendTime(b, *at(l)) }}
}

func numberField(name string, at func(*billing.Line) *decimal.D) field {
	return field{name, getNumber(at)}
}

func reservedField(name string, at func(*billing.ReservationPart) *decimal.D) field {
	return field{name, ofReservation(func(b []byte, p *billing.ReservationPart) []byte { return at(p).Append(b) })}
}

func reservedTime(name string, at func(*billing.ReservationPart) *time.Time) field {
	return field{name, ofReservation(func(b []byte, p *billing.ReservationPart) []byte { return appendTime(b, *at(p)) })}
}

func planField(name string, at func(*billing.SavingsPlanPart) *decimal.D) field {
	return field{name, ofPlan(func(b []byte, p *billing.SavingsPlanPart) []byte { return at(p).Append(b) })}
}

func planText(name string, at func(*billing.SavingsPlanPart) *string) field {
	return field{name, ofPlan(func(b []byte, p *billing.SavingsPlanPart) []byte { return append(b, *at(p)...) })}
}

func planTime(name string, at func(*billing.SavingsPlanPart) *time.Time) field {
	return field{name, ofPlan(func(b []byte, p *billing.SavingsPlanPart) []byte { return appendTime(b, *at(p)) })}
}

// What every line needs.
var (
	errMissing  = errors.New("nothing stands here")
	errBackward = errors.New("the end is before the start")
)
