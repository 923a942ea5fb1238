package usage

import (
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// flat is a column of a file that is read by column, and is no map.
type flat struct {
	leafReader
	leaf      int       // in the file
	column    int       // in the header
	converter converter // nil for what is only compared
}

// step is the reading of a column of the header, in whose order they are read: later ones win.
type step struct {
	flat *flat
	maps *mapConverter
	leaf [2]int // of keys and values
}

// columnar reads the rows of a report of CUR by column. What becomes of a row is what the plan's setters make of it.
type columnar struct {
	table    *table
	plan     *plan
	steps    []step
	out      columns
	hashes   []uint64 // that stand for the rows of a block, without their identities
	keys     []rowKey // of the rows of a block
	idSeed   maphash.Seed
	keyed    bool
	ids      *flat
	finished int // rows of the file
}

// columnRows is how many rows a block has at most.
const columnRows = 4096

// newColumnar plans the reading of a file by column; false if it has columns that are only read by row.
func newColumnar(t *table, p *plan) (*columnar, bool) {
	c := &columnar{table: t, plan: p, idSeed: maphash.MakeSeed(), keyed: p.keyed}
	seed, shared := maphash.MakeSeed(), newMemory()
	targets := map[string]bool{}
	for i := range p.columns {
		var leaves [2]int
		found := 0
		for at, l := range t.leaves {
			if l.column == i && l.part != "?" && found < 2 {
				leaves[found] = at
				found++
			}
		}
		name := snake(p.columns[i].name)
		if targets[name] {
			return nil, false
		}
		targets[name] = true
		switch {
		case found == 0: // a list, or something else that is not read
		case t.cells[i].isMap:
			reader := mapReaderOf(name, p.columns[i].set != nil, shared)
			if reader == nil || found != 2 {
				return nil, false
			}
			m := &mapConverter{column: i, reader: reader}
			for at, half := range []*mapLeaf{&m.keys, &m.values} {
				half.leafReader = c.leaf(leaves[at], seed)
				half.entry = m.keys.full
			}
			c.steps = append(c.steps, step{maps: m, leaf: leaves})
		default:
			f := &flat{leafReader: c.leaf(leaves[0], seed), leaf: leaves[0], column: i}
			if p.columns[i].set != nil {
				if f.converter = c.converterOf(name, f, shared); f.converter == nil {
					return nil, false
				}
			}
			c.steps = append(c.steps, step{flat: f})
		}
	}
	return c, true
}

func (c *columnar) leaf(at int, seed maphash.Seed) leafReader {
	path := c.table.file.Schema().Columns()[at]
	found, _ := c.table.file.Schema().Lookup(path...)
	return leafReader{kind: c.table.leaves[at].kind, full: byte(found.MaxDefinitionLevel), seeds: seed}
}

// netFills are the columns after discounts, and what they are where a row leaves them blank.
var netFills = [...]struct {
	which    seen
	to, from string
}{
	{netRate, "line_item_net_unblended_rate", "line_item_unblended_rate"},
	{netCost, "line_item_net_unblended_cost", "line_item_unblended_cost"},
	{netReservation, "reservation_net_effective_cost", "reservation_effective_cost"},
	{netUnusedUpfront, "reservation_net_unused_amortized_upfront_fee_for_billing_period", "reservation_unused_amortized_upfront_fee_for_billing_period"},
	{netUnusedRecurring, "reservation_net_unused_recurring_fee", "reservation_unused_recurring_fee"},
	{netPlan, "savings_plan_net_savings_plan_effective_cost", "savings_plan_savings_plan_effective_cost"},
	{netPlanUpfront, "savings_plan_net_amortized_upfront_commitment_for_billing_period", "savings_plan_amortized_upfront_commitment_for_billing_period"},
	{netPlanRecurring, "savings_plan_net_recurring_commitment_for_billing_period", "savings_plan_recurring_commitment_for_billing_period"},
}

// otherNames are the columns of a line that reports call otherwise.
var otherNames = map[string]string{
	"product_operating_system": "product_platform", "product_database_engine": "product_platform", "product_region": "product_region_code",
}

// converterOf gives what reads a column; nil if it is only read by row.
func (c *columnar) converterOf(name string, f *flat, shared *memory) converter {
	if name == lineblock.ID {
		c.ids = f
		return &ownConverter{}
	}
	if key, ok := strings.CutPrefix(name, "discount_"); ok && key != "" {
		return &discountConverter{column: f.column, key: key, kind: f.kind}
	}
	called := name
	if other, ok := otherNames[name]; ok {
		called = other
	}
	if i := lineblock.Place(lineblock.Texts(), called); i >= 0 {
		t := &textConverter{column: f.column, target: i, part: lineblock.Texts()[i].Part, kind: f.kind, onlyBlank: name == "product_region"}
		switch name {
		case "line_item_usage_account_id", "bill_payer_account_id":
			t.convert = shared.account
		case "line_item_currency_code", "pricing_currency":
			t.convert = shared.currency
		}
		return t
	}
	if i := lineblock.Place(lineblock.Times(), name); i >= 0 {
		return newTimeConverter(f.column, i, lineblock.Times()[i].Part, f.kind)
	}
	if i := lineblock.Place(lineblock.Amounts(), name); i >= 0 {
		n := &numberConverter{column: f.column, target: i, part: lineblock.Amounts()[i].Part, kind: f.kind}
		for _, fill := range netFills {
			if fill.to == name {
				n.net = fill.which
			}
		}
		return n
	}
	return nil
}

// mapReaderOf gives what reads a column of maps; one of no use is compared only.
func mapReaderOf(name string, used bool, shared *memory) mapReader {
	switch {
	case !used:
		return &textMaps{target: func(*columns) *lineblock.Coded[map[string]string] { return &lineblock.Coded[map[string]string]{} },
			object: func([]byte) (map[string]string, error) { return nil, nil }}
	case name == "resource_tags":
		return &textMaps{target: func(b *columns) *lineblock.Coded[map[string]string] { return &b.block.Tags },
			object: func(text []byte) (map[string]string, error) { return shared.tagObject(text, curTag) }}
	case name == "cost_category":
		return &textMaps{target: func(b *columns) *lineblock.Coded[map[string]string] { return &b.block.Categories }, object: shared.object}
	case name == "discount":
		return &discountMaps{row: row{memory: shared}}
	case name == "product":
		p := &productMaps{memory: shared}
		for _, t := range []struct{ key, column string }{
			{"product_name", "product_product_name"}, {"operating_system", "product_platform"}, {"database_engine", "product_platform"},
			{"tenancy", "product_tenancy"}, {"region", "product_region_code"},
		} {
			p.targets = append(p.targets, productTarget{key: t.key, target: lineblock.Place(lineblock.Texts(), t.column), onlyBlank: t.key == "region"})
		}
		return p
	}
	return nil
}

// begin begins a row group.
func (c *columnar) begin(group parquet.RowGroup) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	chunks := group.ColumnChunks()
	for _, s := range c.steps {
		if s.flat != nil {
			s.flat.begin(chunks[s.flat.leaf])
		} else {
			s.maps.begin(chunks[s.leaf[0]], chunks[s.leaf[1]])
		}
	}
	return nil
}

// close ends the reading of a row group.
func (c *columnar) close() {
	for _, s := range c.steps {
		if s.flat != nil {
			s.flat.close()
		} else {
			s.maps.keys.close()
			s.maps.values.close()
		}
	}
}

// read reads the next rows of a group into the block. In case of an error it has the rows that were read of every column.
func (c *columnar) read(rows int) (err error) {
	ids := c.out.block.IDs
	c.out = columns{rows: rows, block: lineblock.Block{Rows: rows, IDs: lineblock.Bytes{Data: ids.Data[:0], Ends: ids.Ends[:0]}}}
	if cap(c.hashes) < rows {
		c.hashes = make([]uint64, rows)
	}
	c.hashes = c.hashes[:rows]
	clear(c.hashes)
	whole := rows
	for _, s := range c.steps {
		done, wrong := c.step(&s, rows)
		if wrong != nil {
			whole, err = min(whole, done), errors.Join(err, wrong)
		}
	}
	if whole < rows {
		keep := make([]int32, whole)
		for row := range keep {
			keep[row] = int32(row)
		}
		if ids := &c.out.block.IDs; ids.Ends != nil && len(ids.Ends) < rows {
			ids.Ends = append(ids.Ends, make([]uint32, rows-len(ids.Ends))...)
		}
		drop(&c.out.block, keep)
		maps.DeleteFunc(c.out.flaws, func(row int, _ flaw) bool { return row >= whole })
		c.out.rows, c.out.seen = whole, c.out.seen[:min(whole, len(c.out.seen))]
	}
	if whole > 0 {
		c.check()
	}
	return err
}

// step reads a column of the block, and tells how many rows of it could be read.
func (c *columnar) step(s *step, rows int) (done int, err error) {
	defer func() {
		if r := recover(); r != nil { // the library panics on some damaged files
			err = fmt.Errorf("%v", r)
		}
	}()
	if s.maps != nil {
		return s.maps.take(&c.out, c.hashes)
	}
	f := s.flat
	if f.converter != nil {
		f.converter.begin(&c.out, rows)
	}
	err = f.rows(rows, func(s segment) {
		if f.converter != nil {
			f.converter.take(&s, done)
		}
		if c.keyed && f != c.ids {
			f.addHashes(&s, c.hashes[done:], saltOf(f.column))
		}
		done += s.rows
	})
	if whole, ok := f.converter.(interface{ finish() }); ok {
		whole.finish()
	}
	return done, err
}

// check finds the rows that lack what every line needs, and completes the others.
func (c *columnar) check() {
	b := &c.out.block
	texts := []struct {
		of     *lineblock.Coded[string]
		column string
	}{
		{&b.Texts[lineblock.Place(lineblock.Texts(), "line_item_usage_account_id")], "line_item_usage_account_id"},
		{&b.Texts[lineblock.Place(lineblock.Texts(), "line_item_line_item_type")], "line_item_line_item_type"},
		{&b.Texts[lineblock.Place(lineblock.Texts(), "line_item_currency_code")], "line_item_currency_code"},
	}
	starts, ends := b.Times[startPlace], b.Times[endPlace]
	missing := func(row int) (name string, err error) {
		for _, t := range texts {
			if t.of.Dict == nil || t.of.Codes[row] == 0 {
				return t.column, errMissing
			}
		}
		switch {
		case starts == nil || starts[row] == lineblock.NoTime:
			return "line_item_usage_start_date", errMissing
		case ends == nil || ends[row] == lineblock.NoTime:
			return "line_item_usage_end_date", errMissing
		case ends[row] < starts[row]:
			return "line_item_usage_end_date", errBackward
		}
		return "", nil
	}
	for row := range c.out.rows {
		name, err := missing(row)
		if err == nil {
			continue
		}
		if _, is := c.out.flaws[row]; !is {
			c.out.bad(row, slices.IndexFunc(c.plan.columns, func(x column) bool { return snake(x.name) == name }), nil, err)
		}
	}
	c.fill()
}

// The columns of a line's time.
var (
	startPlace = lineblock.Place(lineblock.Times(), "line_item_usage_start_date")
	endPlace   = lineblock.Place(lineblock.Times(), "line_item_usage_end_date")
)

// fill gives rows that leave a column after discounts blank what is before discounts.
func (c *columnar) fill() {
	b := &c.out.block
	for _, f := range netFills {
		to, from := &b.Amounts[lineblock.Place(lineblock.Amounts(), f.to)], &b.Amounts[lineblock.Place(lineblock.Amounts(), f.from)]
		if c.out.met&f.which == 0 {
			*to = *from
			continue
		}
		if from.Units == nil {
			continue
		}
		for row, seen := range c.out.seen {
			if seen&f.which == 0 {
				if to.Units == nil {
					to.Units = make([]int64, c.out.rows)
				}
				to.Set(row, from.At(row))
			}
		}
	}
}

// drop takes rows out of the block; keep has the others.
func drop(b *lineblock.Block, keep []int32) {
	for i := range b.Texts {
		b.Texts[i].Codes = kept(b.Texts[i].Codes, keep)
	}
	for i := range b.Amounts {
		n := &b.Amounts[i]
		wide := map[int]decimal.D{}
		for at, row := range keep {
			if d, ok := n.Wide[int(row)]; ok {
				wide[at] = d
			}
		}
		*n = lineblock.Numbers{Units: kept(n.Units, keep), Wide: wide}
	}
	for i := range b.Times {
		b.Times[i] = kept(b.Times[i], keep)
	}
	b.Reserved, b.Planned = kept(b.Reserved, keep), kept(b.Planned, keep)
	b.Tags.Codes, b.Categories.Codes = kept(b.Tags.Codes, keep), kept(b.Categories.Codes, keep)
	discounts := map[int]map[string]decimal.D{}
	var ids lineblock.Bytes
	for at, row := range keep {
		if d := b.Discounts[int(row)]; d != nil {
			discounts[at] = d
		}
		ids.Data = append(ids.Data, b.IDs.At(int(row))...)
		ids.Ends = append(ids.Ends, uint32(len(ids.Data)))
	}
	if b.IDs.Ends != nil {
		b.IDs = ids
	}
	b.Discounts, b.Rows = discounts, len(keep)
}

// kept gives the rows that are kept of a column, which may be shared with another.
func kept[T any](column []T, keep []int32) []T {
	if column == nil {
		return nil
	}
	out := make([]T, len(keep))
	for at, row := range keep {
		out[at] = column[row]
	}
	return out
}

// lines gives the lines of a block.
func lines(b *lineblock.Block, out []billing.Line) []billing.Line {
	out = slices.Grow(out[:0], b.Rows)[:b.Rows]
	for row := range out {
		b.Line(row, &out[row])
	}
	return out
}
