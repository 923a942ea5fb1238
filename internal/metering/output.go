package metering

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"umbel/internal/domain/billing"
)

// rowGroup is how many records a row group holds: what a reader keeps dictionaries of.
const rowGroup = Buffered

// pageBytes is the size of a page, what a reader holds of each column.
const pageBytes = 32 << 10

// The keys under which a file says which hours it holds, from the first to the last.
const (
	firstKey = "umbel.first"
	lastKey  = "umbel.last"
)

// output writes a file of records, given in the order of their hours.
type output struct {
	file        *parquet.GenericWriter[any]
	values      []parquet.Value
	held        int // records in the row group
	first, last time.Time
	tags        texter[map[string]string]
	instances   texter[*billing.Instance]
}

func newOutput(to io.Writer) *output {
	return &output{
		file: parquet.NewGenericWriter[any](to, schema, parquet.Compression(&parquet.Zstd), parquet.DataPageStatistics(false),
			parquet.PageBufferSize(pageBytes), parquet.MaxRowsPerRowGroup(1<<40), parquet.CreatedBy("umbel", "1", "metering")),
		values: make([]parquet.Value, 0, 1024),
	}
}

// hours adds records as Hours gives them.
func (o *output) hours(hours billing.Hours) error {
	for records, err := range hours {
		if err != nil {
			return err
		}
		if err := o.add(records); err != nil {
			return err
		}
	}
	return nil
}

// ordered adds what is held, in its order.
func (o *output) ordered(h *held) error {
	var records [256]billing.UsageRecord
	for places := range slices.Chunk(h.order, len(records)) {
		for i, p := range places {
			records[i] = h.records[p.at]
		}
		if err := o.add(records[:len(places)]); err != nil {
			return err
		}
	}
	return nil
}

// add adds records.
func (o *output) add(records []billing.UsageRecord) error {
	for len(records) > 0 {
		part := records[:min(len(records), cap(o.values), rowGroup-o.held)]
		records = records[len(part):]
		if o.first.IsZero() {
			o.first = hour(&part[0])
		}
		o.last = hour(&part[len(part)-1])
		if err := o.columns(part); err != nil {
			return err
		}
		if o.held += len(part); o.held == rowGroup {
			if err := o.file.Flush(); err != nil {
				return fmt.Errorf("metering: %w", err)
			}
			o.held = 0
		}
	}
	return nil
}

// columns writes records column by column.
func (o *output) columns(records []billing.UsageRecord) error {
	writers := o.file.ColumnWriters()
	for i, path := range schema.Columns() {
		o.values = o.values[:0]
		for k := range records {
			o.values = append(o.values, o.value(path[0], &records[k]).Level(0, 0, i))
		}
		if _, err := writers[i].WriteRowValues(o.values); err != nil {
			return fmt.Errorf("metering: writing column %s: %w", path[0], err)
		}
	}
	return nil
}

func (o *output) value(column string, r *billing.UsageRecord) parquet.Value {
	switch column {
	case startColumn:
		return parquet.Int64Value(r.Start.UnixNano())
	case endColumn:
		return parquet.Int64Value(r.End.UnixNano())
	case quantityColumn:
		return parquet.FixedLenByteArrayValue(quantityBytes(nil, r.Quantity))
	case tagsColumn:
		return valueOf(o.tags.text(r.Tags, maps.Equal, tagsText))
	case instanceColumn:
		return valueOf(o.instances.text(r.Instance, func(a, b *billing.Instance) bool { return a == b || a != nil && b != nil && *a == *b }, instanceText))
	}
	return valueOf(*textOf[column](r))
}

var textOf = func() map[string]func(*billing.UsageRecord) *string {
	m := map[string]func(*billing.UsageRecord) *string{}
	for _, c := range texts {
		m[c.name] = c.at
	}
	return m
}()

// texter remembers the last value that was written: neighbours are often alike.
type texter[V any] struct {
	known bool
	value V
	last  string
}

func (t *texter[V]) text(v V, equal func(V, V) bool, write func(V) string) string {
	if !t.known || !equal(t.value, v) {
		t.known, t.value, t.last = true, v, write(v)
	}
	return t.last
}

func valueOf(s string) parquet.Value {
	return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s))) // the writer only reads it
}

// close ends the file.
func (o *output) close() error {
	o.file.SetKeyValueMetadata(firstKey, o.first.Format(time.RFC3339))
	o.file.SetKeyValueMetadata(lastKey, o.last.Format(time.RFC3339))
	return o.file.Close()
}
