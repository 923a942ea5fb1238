package usage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"umbel/internal/domain/billing"
)

// batch is what became of a block.
type batch struct {
	cells    cells    // of a report
	made     *columns // of them
	records  []billing.UsageRecord
	problems []Problem
	rows     int
	whole    []byte // the block's
	err      error  // why nothing follows, if it is not the end
	panicked any    // what making it has panicked with, which is for the caller to hear of
}

// reset makes room for the next block.
func (b *batch) reset() {
	clear(b.records) // lets go of what they hold
	b.cells.reset()
	*b = batch{cells: b.cells, records: b.records[:0], problems: b.problems[:0]}
}

// cells are the rows of a report that could be taken apart, by column.
type cells struct {
	text    []byte
	columns [][]span // where the fields of each stand, of rows that leave it not blank
	lines   []int    // where the rows begin in the file
	keys    []rowKey // of the rows, where rows have identities
}

func (c *cells) reset() {
	c.text, c.lines, c.keys = nil, c.lines[:0], c.keys[:0]
	for i := range c.columns {
		c.columns[i] = c.columns[i][:0]
	}
}

// rowKey stands for the text of a row.
type rowKey [2]uint64

// parser is one worker's: it makes batches of blocks.
type parser struct {
	*plan
	file   string
	row    row
	seeds  [2]maphash.Seed
	splits splitter
	fields [][]byte // of a usage record
	used   []bool   // which columns lines are made of
}

func (p *plan) parser(file string, seeds [2]maphash.Seed) *parser {
	used := make([]bool, len(p.columns))
	for i, c := range p.columns {
		used[i] = c.make != nil
	}
	return &parser{plan: p, file: file, row: row{memory: newMemory()}, seeds: seeds, used: used}
}

// csv reads the rows of a block into the batch.
func (p *parser) csv(b block, out *batch) {
	p.splits.data, p.splits.at = b.data, 0
	out.cells.text = b.data
	for at := b.line; ; {
		text, wrong := p.splits.next()
		if text == nil {
			break
		}
		begin := at
		at += bytes.Count(text, []byte{newline})
		bare := bytes.TrimRight(text, "\r\n")
		if len(bare) == 0 {
			continue
		}
		out.rows++
		whole := len(text) > 0 && text[len(text)-1] == newline
		switch {
		case !whole && (p.priced || b.err != nil):
			wrong = "the file ends within this row"
		case wrong == "" && p.splits.count != len(p.columns):
			wrong = fmt.Sprintf("the row has %d fields, and the header %d", p.splits.count, len(p.columns))
		case bytes.Equal(bare, p.header):
			wrong = "the header comes again"
		}
		if wrong != "" {
			out.problems = append(out.problems, Problem{File: p.file, Line: begin, Reason: wrong})
			continue
		}
		if p.priced {
			p.spread(begin, bare, &out.cells)
			continue
		}
		p.fields = p.splits.texts(p.fields)
		p.take(begin, out)
	}
}

// spread adds the fields of a row to their columns.
func (p *parser) spread(at int, text []byte, out *cells) {
	if out.columns == nil {
		out.columns = make([][]span, len(p.columns))
	}
	row := int32(len(out.lines))
	for _, field := range p.splits.fields {
		if column := field.at; p.used[column] {
			field.at = row
			out.columns[column] = append(out.columns[column], field)
		}
	}
	out.lines = append(out.lines, at)
	if p.keyed {
		out.keys = append(out.keys, rowKey{maphash.Bytes(p.seeds[0], text), maphash.Bytes(p.seeds[1], text)})
	}
}

// take reads a usage record of as many fields as there are columns.
func (p *parser) take(at int, out *batch) {
	r := &p.row
	r.reset()
	for i := range p.columns {
		c, value := &p.columns[i], p.fields[i]
		if len(value) == 0 {
			continue
		}
		if err := c.set(r, value); err != nil {
			out.problems = append(out.problems, Problem{p.file, at, c.name, shortened(value), err.Error()})
			return
		}
	}
	p.finished(at, out)
}

// finished adds a record whose fields are read.
func (p *parser) finished(at int, out *batch) {
	if column, err := finishRecord(&p.row); err != nil {
		out.problems = append(out.problems, Problem{File: p.file, Line: at, Column: p.called(column), Reason: err.Error()})
		return
	}
	out.records = append(out.records, p.row.record)
}

// json reads the usage records of a block, a JSON object a line.
func (p *parser) json(b block, out *batch) {
	setters := recordColumns()
	at := b.line - 1
	for text := range bytes.Lines(b.data) {
		at++
		bare := bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
		if len(bare) == 0 {
			continue
		}
		out.rows++
		problem := Problem{File: p.file, Line: at}
		if b.err != nil && text[len(text)-1] != newline {
			problem.Reason = "the file ends within this row"
		} else if len(text) > maxRow {
			problem.Reason = "the row is longer than 256 KiB"
		} else {
			problem.Column, problem.Value, problem.Reason = p.object(setters, bare)
		}
		if problem.Reason != "" {
			out.problems = append(out.problems, problem)
			continue
		}
		p.finished(at, out)
	}
}

// object reads one usage record and tells what is wrong with it.
func (p *parser) object(setters map[string]setter, text []byte) (column, value, reason string) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return "", "", "not a JSON object: " + strings.TrimPrefix(err.Error(), "json: ")
	}
	p.row.reset()
	met := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		v, plain := raw[key], plainName(key)
		set := setters[plain]
		switch {
		case set == nil:
			return key, "", "a usage record has no such key"
		case met[plain]:
			return key, "", "the key comes twice"
		}
		met[plain] = true
		b, err := scalar(plain, v)
		if err == nil && len(b) > 0 {
			err = set(&p.row, b)
		}
		if err != nil {
			return key, shortened(v), err.Error()
		}
	}
	return "", "", ""
}

// scalar gives a JSON value as a field of CSV has it.
func scalar(key string, v json.RawMessage) ([]byte, error) {
	switch {
	case string(v) == "null":
		return nil, nil
	case v[0] == '"':
		var s string
		err := json.Unmarshal(v, &s)
		return []byte(s), err
	case v[0] == '{' && key == "tags", v[0] != '{' && v[0] != '[':
		return v, nil
	}
	return nil, errors.New("neither a text nor a number")
}
