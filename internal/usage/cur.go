package usage

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// field is a column of the Cost and Usage Report: how it gets into a line, and how it is written.
type field struct {
	name string // as CUR 1 has it: "lineItem/UsageAmount"
	set  setter
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

func textField(name string, at func(*billing.Line) *string) field {
	return field{name, func(r *row, b []byte) error {
		*at(&r.line) = r.text(b)
		return nil
	}, getText(at)}
}

// ownField is for texts that each line has its own of: they are not remembered.
func ownField(name string, at func(*billing.Line) *string) field {
	return field{name, func(r *row, b []byte) error {
		*at(&r.line) = string(b)
		return nil
	}, getText(at)}
}

func accountField(name string, at func(*billing.Line) *string) field {
	return field{name, func(r *row, b []byte) (err error) {
		*at(&r.line), err = r.account(b)
		return err
	}, getText(at)}
}

func currencyField(name string, at func(*billing.Line) *string) field {
	return field{name, func(r *row, b []byte) (err error) {
		*at(&r.line), err = r.currency(b)
		return err
	}, getText(at)}
}

func timeField(name string, at func(*billing.Line) *time.Time) field {
	return field{name, func(r *row, b []byte) (err error) {
		*at(&r.line), err = instant(b)
		return err
	}, func(b []byte, l *billing.Line) []byte { return appendTime(b, *at(l)) }}
}

func numberField(name string, at func(*billing.Line) *decimal.D) field {
	return field{name, func(r *row, b []byte) (err error) {
		*at(&r.line), err = number(b)
		return err
	}, getNumber(at)}
}

// seen is a set of columns after discounts. What a row leaves blank there is as before discounts.
type seen uint8

// The columns after discounts.
const (
	netRate seen = 1 << iota
	netCost
	netReservation
	netUnusedUpfront
	netUnusedRecurring
	netPlan
	netPlanUpfront
	netPlanRecurring
)

// netField is a number after discounts.
func netField(name string, which seen, at func(*billing.Line) *decimal.D) field {
	f := numberField(name, at)
	set := f.set
	f.set = func(r *row, b []byte) error {
		r.seen |= which
		return set(r, b)
	}
	return f
}

// reservedField is a number of the line's reservation, which the line has only if one of them is not 0. which is 0 for what has
// no discounts.
func reservedField(name string, which seen, at func(*billing.ReservationPart) *decimal.D) field {
	return field{name, func(r *row, b []byte) error {
		d, err := number(b)
		r.seen |= which
		if err == nil && !d.IsZero() {
			*at(r.reservation()) = d
		}
		return err
	}, ofReservation(func(b []byte, p *billing.ReservationPart) []byte { return at(p).Append(b) })}
}

// planField is a number of the line's savings plan.
func planField(name string, which seen, at func(*billing.SavingsPlanPart) *decimal.D) field {
	return field{name, func(r *row, b []byte) error {
		d, err := number(b)
		r.seen |= which
		if err == nil && !d.IsZero() {
			*at(r.plan()) = d
		}
		return err
	}, ofPlan(func(b []byte, p *billing.SavingsPlanPart) []byte { return at(p).Append(b) })}
}

func planText(name string, at func(*billing.SavingsPlanPart) *string) field {
	return field{name, func(r *row, b []byte) error {
		*at(r.plan()) = r.text(b)
		return nil
	}, ofPlan(func(b []byte, p *billing.SavingsPlanPart) []byte { return append(b, *at(p)...) })}
}

func planTime(name string, at func(*billing.SavingsPlanPart) *time.Time) field {
	return field{name, func(r *row, b []byte) (err error) {
		*at(r.plan()), err = instant(b)
		return err
	}, ofPlan(func(b []byte, p *billing.SavingsPlanPart) []byte { return appendTime(b, *at(p)) })}
}

func reservedTime(name string, at func(*billing.ReservationPart) *time.Time) field {
	return field{name, func(r *row, b []byte) (err error) {
		*at(r.reservation()), err = instant(b)
		return err
	}, ofReservation(func(b []byte, p *billing.ReservationPart) []byte { return appendTime(b, *at(p)) })}
}

func (r *row) reservation() *billing.ReservationPart {
	if r.line.Reservation == nil {
		r.line.Reservation = &billing.ReservationPart{}
	}
	return r.line.Reservation
}

func (r *row) plan() *billing.SavingsPlanPart {
	if r.line.SavingsPlan == nil {
		r.line.SavingsPlan = &billing.SavingsPlanPart{}
	}
	return r.line.SavingsPlan
}

// What every line needs.
var (
	errMissing  = errors.New("nothing stands here")
	errBackward = errors.New("the end is before the start")
)

// finishLine completes a line of CUR and tells which column is wrong.
func finishLine(r *row) (column string, err error) {
	l := &r.line
	switch {
	case l.Account == "":
		return "lineItem/UsageAccountId", errMissing
	case l.Type == "":
		return "lineItem/LineItemType", errMissing
	case l.Currency == "":
		return "lineItem/CurrencyCode", errMissing
	case l.Start.IsZero():
		return "lineItem/UsageStartDate", errMissing
	case l.End.IsZero():
		return "lineItem/UsageEndDate", errMissing
	case l.End.Before(l.Start):
		return "lineItem/UsageEndDate", errBackward
	}
	r.net(netRate, &l.NetUnblendedRate, l.UnblendedRate)
	r.net(netCost, &l.NetUnblended, l.Unblended)
	if p := l.Reservation; p != nil {
		r.net(netReservation, &p.NetEffectiveCost, p.EffectiveCost)
		r.net(netUnusedUpfront, &p.NetUnusedAmortizedUpfront, p.UnusedAmortizedUpfront)
		r.net(netUnusedRecurring, &p.NetUnusedRecurringFee, p.UnusedRecurringFee)
	}
	if p := l.SavingsPlan; p != nil {
		r.net(netPlan, &p.NetEffectiveCost, p.EffectiveCost)
		r.net(netPlanUpfront, &p.NetAmortized, p.AmortizedUpfront)
		r.net(netPlanRecurring, &p.NetRecurring, p.Recurring)
	}
	return r.finishMaps()
}

func (r *row) net(which seen, to *decimal.D, from decimal.D) {
	if r.seen&which == 0 {
		*to = from
	}
}
