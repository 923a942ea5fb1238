package costlines

import (
	"encoding/json"
	"fmt"
	"strings"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// setter puts one row's value of a column into a line.
type setter func(l *line, row int) error

// lines is a reader of a segment's lines.
type lines struct {
	segment      *segment
	reservations *textData // nil if no line has one
	plans        *textData
	setters      []setter
	row          int
}

// lines reads all columns of a segment; a line is put together when it is asked for.
func (s *segment) lines() (*lines, error) {
	r := &lines{segment: s}
	var err error
	if s.has(ReservationARN) {
		if r.reservations, err = s.text(ReservationARN, nil); err != nil {
			return nil, err
		}
	}
	if s.has(SavingsPlanARN) {
		if r.plans, err = s.text(SavingsPlanARN, nil); err != nil {
			return nil, err
		}
	}
	for _, c := range texts {
		if err := r.text(c.name, func(l *line, value string) error { *c.at(l) = value; return nil }); err != nil {
			return nil, err
		}
	}
	for _, c := range times {
		if err := r.time(c); err != nil {
			return nil, err
		}
	}
	for _, c := range amounts {
		if err := r.amount(c.name, func(l *line, d decimal.D) { *c.at(l) = d }); err != nil {
			return nil, err
		}
	}
	return r, r.maps()
}

func (r *lines) text(column string, set func(*line, string) error) error {
	if !r.segment.has(column) {
		return nil
	}
	data, err := r.segment.text(column, nil)
	if err != nil {
		return err
	}
	r.setters = append(r.setters, func(l *line, row int) error {
		if value, ok := data.at(row); ok {
			return set(l, value)
		}
		return nil
	})
	return nil
}

func (r *lines) time(c timeColumn) error {
	if !r.segment.has(c.name) {
		return nil
	}
	data, err := r.segment.numbers(c.name, nil)
	if err != nil {
		return err
	}
	r.setters = append(r.setters, func(l *line, row int) error {
		if micro, ok := data.at(row); ok {
			*c.at(l) = instant(micro)
		}
		return nil
	})
	return nil
}

func (r *lines) amount(column string, set func(*line, decimal.D)) error {
	if !r.segment.has(column) {
		return nil
	}
	f, err := r.segment.formOf(column)
	if err != nil {
		return err
	}
	if f.wide {
		data, err := r.segment.wide(column)
		if err != nil {
			return err
		}
		r.setters = append(r.setters, func(l *line, row int) error {
			if data[row] != nil {
				set(l, *data[row])
			}
			return nil
		})
		return nil
	}
	data, err := r.segment.numbers(column, nil)
	if err != nil {
		return err
	}
	r.setters = append(r.setters, func(l *line, row int) error {
		if n, ok := data.at(row); ok {
			set(l, f.decimal(n))
		}
		return nil
	})
	return nil
}

// maps reads the columns of tags, categories and discounts.
func (r *lines) maps() error {
	for column := range r.segment.columns {
		var err error
		if key, ok := strings.CutPrefix(column, tagPrefix); ok {
			err = r.text(column, func(l *line, value string) error { put(&l.Tags, key, value); return nil })
		} else if key, ok := strings.CutPrefix(column, categoryPrefix); ok {
			err = r.text(column, func(l *line, value string) error { put(&l.Categories, key, value); return nil })
		} else if key, ok := strings.CutPrefix(column, discountPrefix); ok {
			err = r.amount(column, func(l *line, d decimal.D) { put(&l.Discounts, key, d) })
		} else if column == otherTags {
			err = r.text(column, func(l *line, value string) error {
				var rest map[string]string
				if err := json.Unmarshal([]byte(value), &rest); err != nil {
					return fmt.Errorf("%w: segment %s, column %s: %w", ErrDamaged, r.segment.name, otherTags, err)
				}
				for key, value := range rest {
					put(&l.Tags, key, value)
				}
				return nil
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func put[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

// next gives the next line, or nil after the last.
func (r *lines) next() (*line, error) {
	if r.row == r.segment.rows {
		return nil, nil
	}
	l, err := r.line(r.row)
	r.row++
	return l, err
}

// line puts the line of a row together.
func (r *lines) line(row int) (*line, error) {
	l := &line{}
	if r.reservations != nil {
		if _, ok := r.reservations.at(row); ok {
			l.Reservation = &billing.ReservationPart{}
		}
	}
	if r.plans != nil {
		if _, ok := r.plans.at(row); ok {
			l.SavingsPlan = &billing.SavingsPlanPart{}
		}
	}
	for _, set := range r.setters {
		if err := set(l, row); err != nil {
			return nil, err
		}
	}
	return l, nil
}
