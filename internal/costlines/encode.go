package costlines

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// always are the columns that every segment has, even if they say nothing.
var always = map[string]bool{
	Account: true, Product: true, UsageType: true, LineType: true, Currency: true, startColumn: true,
	metricColumns[UnblendedCost].name: true, metricColumns[AmortizedCost].name: true,
}

// encoder writes segments of a table. What it needs for one it uses again for the next.
type encoder struct {
	*table
	promote func(string) bool
	rows    []int32 // of the segment, in its order
	file    parquetFile

	levels   []byte
	codes    []int32
	numbers  []int64
	some     []int32 // the rows that have a part
	computed []int64 // a metric, by row of the table
	distinct
	packedText []byte // of dictionaries
	ends       []uint32
	places     []uint32 // by a code of the table: the one in the segment and one, or 0
	used       []uint32 // the codes of the table that the segment has, by those of the segment
	cost       costLine
}

// costLine is what metrics are computed from, made of one row after another.
type costLine struct {
	line        line
	reservation billing.ReservationPart
	plan        billing.SavingsPlanPart
}

// planned is a column that a segment may have.
type planned struct {
	name  string
	write func(e *encoder, name string) error
}

// encode writes a segment of some rows, in the order they are given. Columns in which they say nothing are left out.
func (e *encoder) encode(w io.Writer, rows []int32) error {
	e.rows = rows
	if err := e.file.begin(w, len(rows)); err != nil {
		return err
	}
	for _, c := range e.plan() {
		if err := c.write(e, c.name); err != nil {
			return err
		}
	}
	return e.file.close(Account, Product, startColumn)
}

// plan gives the columns in which the table says something, by name.
func (e *encoder) plan() []planned {
	var out []planned
	if len(e.table.ids.Ends) > 0 {
		out = append(out, planned{lineblock.ID, (*encoder).ids})
	}
	for i, c := range lineblock.Texts() {
		if g := &e.texts[i]; g.codes != nil || g.one != 0 || always[c.Name] || isMarker(c.Name) && e.of(c.Part) != nil {
			present := e.of(c.Part)
			out = append(out, planned{c.Name, func(e *encoder, name string) error { return e.text(name, c.Part != lineblock.OfLine, present, g) }})
		}
	}
	for i, c := range lineblock.Times() {
		if e.times[i] != nil {
			out = append(out, planned{c.Name, func(e *encoder, name string) error { return e.time(name, e.times[i]) }})
		}
	}
	for i, c := range lineblock.Amounts() {
		if e.amounts[i].Units != nil || always[c.Name] {
			present := e.of(c.Part)
			out = append(out, planned{c.Name, func(e *encoder, name string) error {
				return e.amount(name, c.Part != lineblock.OfLine, present, &e.amounts[i])
			}})
		}
	}
	for _, m := range []Metric{AmortizedCost, NetAmortizedCost} {
		out = append(out, planned{metricColumns[m].name, func(e *encoder, name string) error { return e.metric(name, m) }})
	}
	out = append(out, e.mapped()...)
	slices.SortFunc(out, func(a, b planned) int { return cmp.Compare(a.name, b.name) })
	return out
}

// isMarker tells whether the column is what tells that a line has a part.
func isMarker(name string) bool { return name == ReservationARN || name == SavingsPlanARN }

// of gives which rows have a part; nil if none has, or all have it.
func (e *encoder) of(p lineblock.Part) []bool {
	switch p {
	case lineblock.OfReservation:
		return e.reserved
	case lineblock.OfPlan:
		return e.planned
	}
	return nil
}

// metric writes a metric that is computed.
func (e *encoder) metric(name string, m Metric) error {
	of := metricColumns[m].of
	plain := &e.amounts[amountPlace(metricColumns[UnblendedCost].name)]
	if m == NetAmortizedCost {
		plain = &e.amounts[amountPlace(metricColumns[NetUnblendedCost].name)]
	}
	types := &e.texts[lineTypeText]
	free := make([]bool, len(types.values)) // by type of line: without a reservation and a plan, it costs what it costs, or nothing
	for code, name := range types.values {
		one := decimal.Int(1)
		free[code] = of(&line{Type: billing.LineType(name), Unblended: one, NetUnblended: one}) != one
	}
	out := &lineblock.Numbers{Units: e.units(e.table.rows)}
	for _, row := range e.rows {
		switch {
		case e.reserved != nil && e.reserved[row], e.planned != nil && e.planned[row]:
			out.Set(int(row), of(e.costs(int(row))))
		case plain.Units == nil || free[types.at(row)]:
			out.Units[row] = 0
		case plain.Wide != nil:
			out.Set(int(row), plain.At(int(row)))
		default:
			out.Units[row] = plain.Units[row]
		}
	}
	return e.amount(name, false, nil, out)
}

// units gives room for numbers of a table's rows; what is in it is not cleared.
func (e *encoder) units(rows int) []int64 {
	if cap(e.computed) < rows {
		e.computed = make([]int64, rows)
	}
	return e.computed[:rows]
}

// costs gives of a row what metrics are computed from, until it is called again.
func (e *encoder) costs(row int) *line {
	e.cost = costLine{}
	l := &e.cost.line
	if e.reserved != nil && e.reserved[row] {
		l.Reservation = &e.cost.reservation
		l.Reservation.ARN = e.texts[reservationText].values[e.texts[reservationText].at(int32(row))]
	}
	if e.planned != nil && e.planned[row] {
		l.SavingsPlan = &e.cost.plan
	}
	l.Type = billing.LineType(e.texts[lineTypeText].values[e.texts[lineTypeText].at(int32(row))])
	for i, c := range lineblock.Amounts() {
		if n := &e.amounts[i]; n.Units != nil && (n.Units[row] != 0 || n.Wide != nil) {
			if to := c.At(l); to != nil {
				*to = n.At(row)
			}
		}
	}
	return l
}

// mapped gives the columns whose names come with the lines: tags, categories and discounts.
func (e *encoder) mapped() (out []planned) {
	tags := keysOf(e.tags.values)
	promoted, rest := map[string]bool{}, false
	for _, key := range tags {
		promoted[key] = key != "" && (e.promote == nil || e.promote(key))
		rest = rest || !promoted[key]
		if promoted[key] {
			out = append(out, e.key(tagPrefix, key, &e.tags))
		}
	}
	for _, key := range keysOf(e.categories.values) {
		out = append(out, e.key(categoryPrefix, key, &e.categories))
	}
	if rest {
		out = append(out, planned{otherTags, func(e *encoder, name string) error { return e.otherTags(name, promoted) }})
	}
	for _, key := range e.discountKeys() {
		out = append(out, planned{discountPrefix + key, func(e *encoder, name string) error { return e.discount(name, key) }})
	}
	return out
}

// key is the column of a key of maps.
func (e *encoder) key(prefix, key string, of *gathered[map[string]string]) planned {
	return planned{prefix + key, func(e *encoder, name string) error {
		codes := newRetexting(len(of.values))
		for code, m := range of.values {
			if value, ok := m[key]; ok {
				codes.set(code, value)
			}
		}
		return e.through(name, of, codes, false)
	}}
}

// otherTags is the column of tags that are not promoted: a JSON object.
func (e *encoder) otherTags(name string, promoted map[string]bool) error {
	codes := newRetexting(len(e.tags.values))
	for code, m := range e.tags.values {
		rest := map[string]string{}
		for key, value := range m {
			if !promoted[key] {
				rest[key] = value
			}
		}
		if len(rest) == 0 {
			continue
		}
		raw, err := json.Marshal(rest)
		if err != nil {
			return err
		}
		codes.set(code, string(raw))
	}
	return e.through(name, &e.tags, codes, true)
}

// keysOf gives the keys of maps, sorted.
func keysOf(all []map[string]string) []string {
	seen := map[string]bool{}
	for _, m := range all {
		for key := range m {
			seen[key] = true
		}
	}
	return sortedKeys(seen)
}

func (e *encoder) discountKeys() []string {
	seen := map[string]bool{}
	for _, m := range e.discounts {
		for key := range m {
			seen[key] = true
		}
	}
	return sortedKeys(seen)
}

// discount writes the column of one kind of discount, which few lines have.
func (e *encoder) discount(name, key string) error {
	out, present := &lineblock.Numbers{Units: make([]int64, e.table.rows)}, make([]bool, e.table.rows)
	some := false
	for row, m := range e.discounts {
		if d, ok := m[key]; ok {
			present[row] = true
			out.Set(row, d)
		}
	}
	for _, row := range e.rows {
		some = some || present[row]
	}
	if !some {
		return nil
	}
	return e.amountSaid(name, true, present, out)
}
