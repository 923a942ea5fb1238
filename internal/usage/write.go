package usage

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/jsonquote"
)

// Writer writes lines as a file of comma-separated values that Read reads back. It buffers: Flush at the end.
type Writer struct {
	to      io.Writer
	columns []getter // nil for what a line does not hold
	buffer  []byte
	cell    []byte
	err     error
}

// writeAt is how much is gathered before it is written.
const writeAt = 64 << 10

func newWriter(to io.Writer, names []string, getters map[string]getter) *Writer {
	w := &Writer{to: to}
	for i, name := range names {
		if i > 0 {
			w.buffer = append(w.buffer, ',')
		}
		w.buffer = append(w.buffer, name...)
		w.columns = append(w.columns, getters[name])
	}
	w.buffer = append(w.buffer, newline)
	return w
}

// Write writes a line. A row that Read would refuse for its length is an error, and leaves no trace.
func (w *Writer) Write(l *billing.Line) error {
	if w.err != nil {
		return w.err
	}
	start := len(w.buffer)
	for i, get := range w.columns {
		if i > 0 {
			w.buffer = append(w.buffer, ',')
		}
		if get == nil {
			continue
		}
		w.cell = get(w.cell[:0], l)
		w.buffer = appendCell(w.buffer, w.cell)
	}
	w.buffer = append(w.buffer, newline)
	if n := len(w.buffer) - start; n > maxRow {
		w.buffer = w.buffer[:start]
		return fmt.Errorf("usage: a row of %d bytes is longer than 256 KiB: line item %.80q", n, l.ID)
	}
	if len(w.buffer) < writeAt {
		return nil
	}
	return w.Flush()
}

// Flush writes what is buffered.
func (w *Writer) Flush() error {
	if w.err == nil {
		_, w.err = w.to.Write(w.buffer)
		w.buffer = w.buffer[:0]
	}
	return w.err
}

// appendCell appends a field, in quotes if it needs them.
func appendCell(b, cell []byte) []byte {
	if !bytes.ContainsAny(cell, ",\"\r\n") {
		return append(b, cell...)
	}
	b = append(b, '"')
	for {
		i := bytes.IndexByte(cell, '"')
		if i < 0 {
			break
		}
		b = append(append(b, cell[:i]...), `""`...)
		cell = cell[i+1:]
	}
	return append(append(b, cell...), '"')
}

// appendTexts appends a JSON object of texts, its keys in order.
func appendTexts(b []byte, o map[string]string, called func(string) string) []byte {
	named := make(map[string]string, len(o))
	for key, value := range o {
		named[called(key)] = value
	}
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(named)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsonquote.Append(b, key), ':')
		b = jsonquote.Append(b, named[key])
	}
	return append(b, '}')
}

// appendNumbers appends a JSON object of numbers, its keys in order.
func appendNumbers(b []byte, o map[string]decimal.D) []byte {
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(o)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsonquote.Append(b, key), ':')
		b = o[key].Append(b)
	}
	return append(b, '}')
}
