package costlines

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"umbel/internal/decimal"
)

// leaf is a column of a segment about to be written.
type leaf struct {
	name string
	node parquet.Node
	at   func(*line) parquet.Value // the null value for none
}

// always are the columns that every segment has, even if they say nothing.
var always = map[string]bool{
	Account: true, Product: true, UsageType: true, LineType: true, Currency: true, startColumn: true,
	metricColumns[UnblendedCost].name: true, metricColumns[AmortizedCost].name: true,
}

// encode writes a segment of sorted lines.
func encode(w io.Writer, lines []*line, promote func(string) bool) error {
	leaves := plan(lines, promote)
	group := parquet.Group{}
	byName := map[string]leaf{}
	for _, l := range leaves {
		group[l.name], byName[l.name] = l.node, l
	}
	schema := parquet.NewSchema("line", group)
	pw := parquet.NewGenericWriter[any](w, schema,
		parquet.Compression(&parquet.Zstd),
		parquet.DataPageStatistics(false),
		parquet.MaxRowsPerRowGroup(int64(len(lines))+1),
		parquet.CreatedBy("umbel", "1", "costlines"),
		parquet.SortingWriterConfig(parquet.SortingColumns(
			parquet.Ascending(Account), parquet.Ascending(Product), parquet.Ascending(startColumn))),
	)
	columns := pw.ColumnWriters()
	values := make([]parquet.Value, 4096)
	for i, path := range schema.Columns() {
		l := byName[path[0]]
		present := 0
		if l.node.Optional() {
			present = 1
		}
		for from := 0; from < len(lines); from += len(values) {
			part := lines[from:min(from+len(values), len(lines))]
			for k, line := range part {
				if v := l.at(line); v.IsNull() {
					values[k] = v.Level(0, 0, i)
				} else {
					values[k] = v.Level(0, present, i)
				}
			}
			if _, err := columns[i].WriteRowValues(values[:len(part)]); err != nil {
				return fmt.Errorf("costlines: writing column %s: %w", l.name, err)
			}
		}
	}
	return pw.Close()
}

// plan chooses the columns in which these lines say something, and how each is kept.
func plan(lines []*line, promote func(string) bool) []leaf {
	var leaves []leaf
	for _, c := range texts {
		if speaks(lines, func(l *line) bool { s := c.at(l); return s != nil && (*s != "" || c.isMarker()) }) || always[c.name] {
			leaves = append(leaves, textLeaf(c.name, c.ofPart(), c.at))
		}
	}
	for _, c := range times {
		if speaks(lines, func(l *line) bool { t := c.at(l); return t != nil && !t.IsZero() }) || always[c.name] {
			leaves = append(leaves, timeLeaf(c))
		}
	}
	for _, c := range amounts {
		leaves = appendAmount(leaves, lines, c.name, c.at)
	}
	for _, m := range []Metric{AmortizedCost, NetAmortizedCost} {
		var d decimal.D
		c := metricColumns[m]
		leaves = appendAmount(leaves, lines, c.name, func(l *line) *decimal.D { d = c.of(l); return &d })
	}
	return append(leaves, mapLeaves(lines, promote)...)
}

// speaks tells whether any line says something.
func speaks(lines []*line, something func(*line) bool) bool {
	return slices.ContainsFunc(lines, something)
}

// isMarker tells whether the column is what tells that a line has a part.
func (c textColumn) isMarker() bool { return c.name == ReservationARN || c.name == SavingsPlanARN }

// ofPart tells whether the column is of a part that not every line has.
func (c textColumn) ofPart() bool { return c.at(&line{}) == nil }

func text(s string) parquet.Value {
	return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s))) // the writer only reads it
}

func textLeaf(name string, optional bool, at func(*line) *string) leaf {
	node := parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	if name == texts[0].name { // no line has the identity of another
		node = parquet.Encoded(parquet.String(), &parquet.DeltaByteArray)
	}
	if optional {
		node = parquet.Optional(node)
	}
	return leaf{name, node, func(l *line) parquet.Value {
		if s := at(l); s != nil {
			return text(*s)
		}
		return parquet.NullValue()
	}}
}

func timeLeaf(c timeColumn) leaf {
	node := parquet.Encoded(parquet.Timestamp(parquet.Microsecond), &parquet.RLEDictionary)
	if c.name == startColumn {
		return leaf{c.name, node, func(l *line) parquet.Value { return parquet.Int64Value(l.Start.UnixMicro()) }}
	}
	return leaf{c.name, parquet.Optional(node), func(l *line) parquet.Value {
		t := c.at(l)
		if t == nil || t.IsZero() {
			return parquet.NullValue()
		}
		return parquet.Int64Value(t.UnixMicro())
	}}
}

// appendAmount adds a column of amounts in the narrowest form that keeps all of them exactly.
func appendAmount(leaves []leaf, lines []*line, name string, at func(*line) *decimal.D) []leaf {
	f, optional := newFormer(), false
	var of decimal.D
	for i, l := range lines {
		d := at(l)
		if d == nil {
			optional = true
		} else if i == 0 || *d != of { // repeated amounts were shown before
			of = *d
			f.show(of)
		}
	}
	if f.nothing() && !always[name] {
		return leaves
	}
	return append(leaves, amountLeaf(name, f.form(), optional, repetitive(lines, at), at))
}

// repetitive tells whether a column of amounts has few enough different ones for a dictionary.
func repetitive(lines []*line, at func(*line) *decimal.D) bool {
	const sample = 4096
	seen := map[decimal.D]bool{}
	step := max(1, len(lines)/sample)
	n := 0
	for i := 0; i < len(lines); i += step {
		if d := at(lines[i]); d != nil {
			seen[*d] = true
		}
		n++
	}
	return len(seen)*8 <= n
}

func amountLeaf(name string, f form, optional, dictionary bool, at func(*line) *decimal.D) leaf {
	node := parquet.Decimal(f.scale, 18, parquet.Int64Type)
	value := func(d decimal.D) parquet.Value { return parquet.Int64Value(f.small(d)) }
	if f.wide {
		node = parquet.Decimal(f.scale, 38, parquet.FixedLenByteArrayType(16))
		value = func(d decimal.D) parquet.Value { return parquet.FixedLenByteArrayValue(appendWide(nil, d)) }
	}
	switch {
	case dictionary:
		node = parquet.Encoded(node, &parquet.RLEDictionary)
	case !f.wide:
		node = parquet.Encoded(node, &parquet.DeltaBinaryPacked)
	}
	if optional {
		node = parquet.Optional(node)
	}
	return leaf{name, node, func(l *line) parquet.Value {
		if d := at(l); d != nil {
			return value(*d)
		}
		return parquet.NullValue()
	}}
}

// mapLeaves gives the columns whose names come with the lines: tags, categories and discounts.
func mapLeaves(lines []*line, promote func(string) bool) (leaves []leaf) {
	tags, categories, discounts := map[string]bool{}, map[string]bool{}, map[string]bool{}
	others := false
	for _, l := range lines {
		for key := range l.Tags {
			if _, known := tags[key]; !known {
				tags[key] = key != "" && (promote == nil || promote(key))
			}
			others = others || !tags[key]
		}
		for name := range l.Categories {
			categories[name] = true
		}
		for name := range l.Discounts {
			discounts[name] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if tags[key] {
			leaves = append(leaves, textLeaf(tagPrefix+key, true, valueOf(key, func(l *line) map[string]string { return l.Tags })))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(categories)) {
		leaves = append(leaves, textLeaf(categoryPrefix+name, true, valueOf(name, func(l *line) map[string]string { return l.Categories })))
	}
	for _, name := range slices.Sorted(maps.Keys(discounts)) {
		leaves = append(leaves, discountLeaf(lines, name))
	}
	if others {
		leaves = append(leaves, otherTagsLeaf(tags))
	}
	return leaves
}

// valueOf gives where a key's value is in a line's map.
func valueOf(key string, of func(*line) map[string]string) func(*line) *string {
	return func(l *line) *string {
		if s, ok := of(l)[key]; ok {
			return &s
		}
		return nil
	}
}

func discountLeaf(lines []*line, name string) leaf {
	at := func(l *line) *decimal.D {
		if d, ok := l.Discounts[name]; ok {
			return &d
		}
		return nil
	}
	f := newFormer()
	for _, l := range lines {
		if d := at(l); d != nil {
			f.show(*d)
		}
	}
	return amountLeaf(discountPrefix+name, f.form(), true, repetitive(lines, at), at)
}

// otherTagsLeaf is the column of tags that are not promoted: a JSON object.
func otherTagsLeaf(promoted map[string]bool) leaf {
	node := parquet.Optional(parquet.Encoded(parquet.JSON(), &parquet.RLEDictionary))
	return leaf{otherTags, node, func(l *line) parquet.Value {
		rest := map[string]string{}
		for key, value := range l.Tags {
			if !promoted[key] {
				rest[key] = value
			}
		}
		if len(rest) == 0 {
			return parquet.NullValue()
		}
		raw, err := json.Marshal(rest)
		if err != nil {
			panic(err) // strings can always be written
		}
		return parquet.ByteArrayValue(raw)
	}}
}

// instant gives back what UnixMicro made.
func instant(micro int64) time.Time { return time.UnixMicro(micro).UTC() }
