package usage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"umbel/internal/lineblock"
)

// byColumn delivers a file block by block.
func (d *delivery) byColumn(ctx context.Context, c *columnar) error {
	defer c.close()
	if c.plan.keyed {
		d.late.expect(c.table.file.NumRows())
	}
	for _, group := range c.table.file.RowGroups() {
		damage := c.begin(group)
		for left := int(group.NumRows()); left > 0 && damage == nil; left -= columnRows {
			if err := ctx.Err(); err != nil {
				return err
			}
			damage = c.read(min(left, columnRows))
			if errors.Is(damage, io.EOF) {
				damage = io.ErrUnexpectedEOF
			}
			if damage != nil {
				d.report.Cut = fmt.Errorf("usage: damaged Parquet: %w", damage)
			}
			if err := d.block(c.plan, c.out, nil, nil); err != nil {
				return err
			}
		}
		if damage != nil {
			d.report.Cut = fmt.Errorf("usage: damaged Parquet: %w", damage)
			return nil
		}
	}
	return nil
}

// block delivers a block. Lines are where its rows stand in the file, nil for one after the other; problems those of rows that are not
// in it.
func (d *delivery) block(p *plan, out *columns, at []int, problems []Problem) error {
	b, rows := &out.block, out.rows+len(problems)
	problems = d.setAside(p, out, at, problems)
	d.finished += rows
	r := d.report
	r.Rows += rows
	r.Taken += b.Rows
	r.SetAside += len(problems)
	if b.Rows > 0 {
		r.spans(lineblock.Instant(slices.Min(b.Times[startPlace])), lineblock.Instant(slices.Max(b.Times[endPlace])))
		currencies := &b.Texts[currencyPlace]
		last := uint32(0)
		for _, code := range currencies.Codes {
			if code != last {
				r.meets(currencies.Dict.Values[code])
				last = code
			}
		}
		var err error
		if d.sink.Block != nil {
			err = d.sink.Block(b)
		} else {
			d.made = lines(b, d.made)
			err = d.sink.Lines(d.made)
		}
		if err != nil {
			return err
		}
	}
	return d.problems(problems)
}

var currencyPlace = lineblock.Place(lineblock.Texts(), "line_item_currency_code")

// setAside takes the rows out of a block that cannot be taken, or came before in every byte under the same line item ID.
func (d *delivery) setAside(p *plan, out *columns, at []int, problems []Problem) []Problem {
	line := func(row int) int {
		if at != nil {
			return at[row]
		}
		return d.finished + row + 1
	}
	before := len(problems)
	for row, f := range out.flaws {
		problems = append(problems, Problem{File: d.file, Line: line(row), Column: p.columns[f.column].name, Value: f.value, Reason: f.reason})
	}
	again := map[int]bool{}
	d.late.bring(out.keys)
	for row, key := range out.keys {
		if _, flawed := out.flaws[row]; flawed {
			continue
		}
		if d.late.again(key) {
			again[row] = true
			problems = append(problems, Problem{File: d.file, Line: line(row), Reason: "the same row came before"})
		}
	}
	if len(problems) == before {
		return problems
	}
	others := make([]int32, 0, out.rows)
	for row := range out.rows {
		if _, flawed := out.flaws[row]; !flawed && !again[row] {
			others = append(others, int32(row))
		}
	}
	keep(others).block(&out.block)
	slices.SortFunc(problems, func(x, y Problem) int { return cmp.Compare(x.Line, y.Line) })
	return problems
}
