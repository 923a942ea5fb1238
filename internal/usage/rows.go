package usage

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"umbel/internal/domain/billing"
)

// Selection is one column of a file: a column of a table under a name, or what stands under one key of a column that is a map.
type Selection struct {
	Column string
	Key    string // "" for the whole column
	As     string // "" for the column's or the key's name
}

// Name is what the column is called in the file.
func (s Selection) Name() string { return cmp.Or(s.As, s.Key, s.Column) }

// Rows makes the rows of a table out of lines, cell by cell, as texts. It is not for several goroutines at once.
type Rows struct {
	columns []Column
	cells   []cell
	texts   [][]byte
	expand  func(l *billing.Line, emit func(*billing.Line) error) error
	parsed  map[string]map[string]string // maps, by their texts
}

type cell struct {
	get getter
	key string // of a map
}

// NewRows selects columns of a table: CUR2, FOCUS10, FOCUS12. names gives the names of accounts, and may be nil. It fails for a
// column that the table does not have, and for a key of one that is no map.
func NewRows(table Format, selected []Selection, names map[string]string) (*Rows, error) {
	r := &Rows{parsed: map[string]map[string]string{}}
	var getters map[string]getter
	known := TableColumns(table)
	switch table {
	case CUR2:
		getters, r.expand = cur2Columned(names), asIs
		known = slices.Concat(known, TypedColumns(SplitColumns()))
	case FOCUS10, FOCUS12:
		charges := &focusRows{names: names}
		getters, r.expand = charges.getters(), charges.each
	default:
		return nil, fmt.Errorf("usage: no table is made of %s", table)
	}
	for _, s := range selected {
		i := slices.IndexFunc(known, func(c Column) bool { return c.Name == s.Column })
		switch {
		case i < 0:
			return nil, fmt.Errorf("usage: %s has no column %q", table, s.Column)
		case s.Key != "" && !known[i].Type.Map():
			return nil, fmt.Errorf("usage: the column %s of %s has no keys", s.Column, table)
		}
		c := Column{s.Name(), known[i].Type}
		if s.Key != "" {
			c.Type = map[Type]Type{TextMap: Text, NumberMap: Number}[c.Type]
		}
		r.columns = append(r.columns, c)
		of := cell{get: getters[s.Column], key: s.Key}
		if get := getters["product_"+s.Key]; s.Column == "product" && s.Key != "" && get != nil {
			of = cell{get: get} // an attribute that has a column of its own
		}
		r.cells = append(r.cells, of)
	}
	r.texts = make([][]byte, len(r.cells))
	return r, nil
}

func asIs(l *billing.Line, emit func(*billing.Line) error) error { return emit(l) }

// Columns gives the columns selected, as they are in a file.
func (r *Rows) Columns() []Column { return r.columns }

// Each gives the rows that a line makes: one, or of FOCUS none, one or two. The cells are the receiver's until it returns.
func (r *Rows) Each(l *billing.Line, take func(cells [][]byte) error) error {
	return r.expand(l, func(l *billing.Line) error {
		for i := range r.cells {
			c := &r.cells[i]
			r.texts[i] = r.texts[i][:0]
			if c.get == nil {
				continue
			}
			r.texts[i] = c.get(r.texts[i], l)
			if c.key != "" {
				r.texts[i] = append(r.texts[i][:0], r.object(r.texts[i])[c.key]...)
			}
		}
		return take(r.texts)
	})
}

// object reads the text of a map that a getter wrote, or gives what it read before.
func (r *Rows) object(text []byte) map[string]string {
	if o, ok := r.parsed[string(text)]; ok {
		return o
	}
	o := readMap(text)
	if len(r.parsed) >= mostMaps {
		clear(r.parsed)
	}
	r.parsed[string(text)] = o
	return o
}

// readMap reads a map as getters write it: of texts, or of numbers.
func readMap(text []byte) map[string]string {
	var texts map[string]string
	if json.Unmarshal(text, &texts) == nil {
		return texts
	}
	var numbers map[string]json.Number
	if json.Unmarshal(text, &numbers) != nil {
		return nil
	}
	o := make(map[string]string, len(numbers))
	for key, n := range numbers {
		o[key] = n.String()
	}
	return o
}

// cur2Columned are the columns of CUR 2.0.
func cur2Columned(names map[string]string) map[string]getter {
	getters := map[string]getter{}
	for _, f := range curFields() {
		getters[snake(f.name)] = f.get
	}
	for name, get := range cur2Getters() {
		getters[name] = get
	}
	getters["bill_payer_account_name"] = func(b []byte, l *billing.Line) []byte { return append(b, names[l.Bill.Payer]...) }
	getters["line_item_usage_account_name"] = func(b []byte, l *billing.Line) []byte { return append(b, names[l.Account]...) }
	return getters
}
