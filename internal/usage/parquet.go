package usage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"umbel/internal/jsonquote"
)

// ReadParquet is Read for a file in Parquet, as Data Exports writes CUR 2.0 and FOCUS. Problems name rows, from 1, instead of lines;
// the digest is that of the file's bytes. Of a damaged file, what comes before the damage is delivered, and the report's Cut tells
// of it, unless not even its header can be read.
func ReadParquet(ctx context.Context, file io.ReaderAt, size int64, name string, sink Sink) (*Report, error) {
	digest := sha256.New()
	if _, err := io.Copy(digest, io.NewSectionReader(file, 0, size)); err != nil {
		return nil, fmt.Errorf("usage: %s cannot be read: %w", name, err)
	}
	t, err := openTable(file, size)
	if err != nil {
		return nil, err
	}
	p, err := planOf(t.header)
	if err != nil {
		return nil, err
	}
	if p.priced && sink.Lines == nil && sink.Block == nil || !p.priced && sink.Records == nil {
		return nil, fmt.Errorf("%w that is wanted: %s", ErrFormat, p.format)
	}
	d := &delivery{sink: sink, report: &Report{Format: p.format, Ignored: p.ignored}, file: name}
	if p.priced {
		err = d.byColumn(ctx, parquetColumns(t, p))
	} else {
		err = d.byRow(ctx, t, p)
	}
	if err != nil {
		return nil, err
	}
	d.report.Digest = hex.EncodeToString(digest.Sum(nil))
	return d.report, nil
}

// byRow delivers a file of usage records row by row.
func (d *delivery) byRow(ctx context.Context, t *table, p *plan) error {
	worker := p.parser(d.file, [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()})
	out := new(batch)
	at := 0
	flush := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		defer out.reset()
		return d.take(out)
	}
	t.rows(func(row parquet.Row) error {
		worker.fields = t.fields(row, worker.fields[:0])
		at++
		out.rows++
		worker.take(at, out)
		if out.rows < 1024 {
			return nil
		}
		t.away = true
		err := flush()
		t.away = false
		return err
	})
	if t.stopped == nil {
		out.err = t.damage
		t.stopped = flush()
	}
	return t.stopped
}

// table is a file of Parquet, its columns as those of a table of texts.
type table struct {
	file    *parquet.File
	header  []string
	leaves  []leaf      // by the file's column index
	cells   []tableCell // by the header's
	text    []byte      // of the row last read, all its fields
	damage  error
	stopped error // what the receiver of rows answered
	away    bool  // the receiver is at work: its panics are its own
}

// leaf is what a column of the file is for.
type leaf struct {
	column int
	part   string // "" for a whole field, "key" and "value" of a map, "?" for what is not read
	kind   *format.LogicalType
}

// tableCell is a field of the row being read.
type tableCell struct {
	from, to int
	isMap    bool
	keys     [][]byte
	values   [][]byte // as JSON has them; nil for none
}

// readBytes is how much is read of a column at a time. Pages are larger than the library's own 4 KiB.
const readBytes = 64 << 10

func openTable(source io.ReaderAt, size int64) (t *table, err error) {
	defer func() {
		if r := recover(); r != nil { // the library panics on some damaged files
			t, err = nil, fmt.Errorf("%w: Parquet: %v", ErrFormat, r)
		}
	}()
	file, err := parquet.OpenFile(source, size, parquet.ReadBufferSize(readBytes))
	if err != nil {
		return nil, fmt.Errorf("%w: Parquet: %w", ErrFormat, err)
	}
	t = &table{file: file}
	for _, path := range file.Schema().Columns() {
		found, _ := file.Schema().Lookup(path...)
		i := slices.Index(t.header, path[0])
		if i < 0 {
			i = len(t.header)
			t.header = append(t.header, path[0])
			t.cells = append(t.cells, tableCell{})
		}
		l := leaf{column: i, part: "?", kind: found.Node.Type().LogicalType()}
		switch {
		case len(path) == 1 && found.MaxRepetitionLevel == 0:
			l.part = ""
		case len(path) == 3 && (path[2] == "key" || path[2] == "value"):
			l.part = path[2]
			t.cells[i].isMap = true
		}
		t.leaves = append(t.leaves, l)
	}
	return t, nil
}

// rows gives every row of the file to a function, until it fails or the file does.
func (t *table) rows(take func(parquet.Row) error) {
	defer func() {
		if t.away {
			return
		}
		if r := recover(); r != nil {
			t.damage = fmt.Errorf("usage: damaged Parquet: %v", r)
		}
	}()
	for _, group := range t.file.RowGroups() {
		if !t.group(group, take) {
			return
		}
	}
}

func (t *table) group(group parquet.RowGroup, take func(parquet.Row) error) (more bool) {
	rows := group.Rows()
	defer rows.Close()
	some := make([]parquet.Row, 64)
	for {
		n, err := rows.ReadRows(some)
		for _, row := range some[:n] {
			if t.stopped = take(row); t.stopped != nil {
				return false
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			t.damage = fmt.Errorf("usage: damaged Parquet: %w", err)
			return false
		}
	}
}

// fields gives a row's fields as texts, maps as JSON objects.
func (t *table) fields(row parquet.Row, fields [][]byte) [][]byte {
	t.text = t.text[:0]
	for i := range t.cells {
		c := &t.cells[i]
		c.from, c.to, c.keys, c.values = 0, 0, c.keys[:0], c.values[:0]
	}
	for _, v := range row {
		l := &t.leaves[v.Column()]
		c := &t.cells[l.column]
		switch {
		case l.part == "" && !v.IsNull():
			c.from = len(t.text)
			t.text = appendValue(t.text, v, l.kind)
			c.to = len(t.text)
		case l.part == "key" && !v.IsNull():
			c.keys = append(c.keys, v.ByteArray())
		case l.part == "value":
			c.values = append(c.values, jsonValue(v, l.kind))
		}
	}
	for i := range t.cells {
		c := &t.cells[i]
		if !c.isMap || len(c.keys) == 0 {
			continue
		}
		c.from = len(t.text)
		t.text = append(t.text, '{')
		for j, key := range c.keys {
			if j >= len(c.values) || c.values[j] == nil {
				continue
			}
			if t.text[len(t.text)-1] != '{' {
				t.text = append(t.text, ',')
			}
			t.text = append(jsonquote.Append(t.text, string(key)), ':')
			t.text = append(t.text, c.values[j]...)
		}
		t.text = append(t.text, '}')
		c.to = len(t.text)
	}
	for i := range t.cells {
		fields = append(fields, t.text[t.cells[i].from:t.cells[i].to])
	}
	return fields
}

// jsonValue gives a map's value as JSON, nil for none.
func jsonValue(v parquet.Value, kind *format.LogicalType) []byte {
	switch {
	case v.IsNull():
		return nil
	case v.Kind() == parquet.ByteArray:
		return jsonquote.Append(nil, string(v.ByteArray()))
	}
	return appendValue(nil, v, kind)
}

// appendValue appends a value as CSV has it.
func appendValue(b []byte, v parquet.Value, kind *format.LogicalType) []byte {
	var logical format.LogicalTypeValue
	if kind != nil {
		logical = kind.Value
	}
	switch of := logical.(type) {
	case *format.TimestampType:
		unit := int64(of.Unit.Value.Duration())
		n := v.Int64()
		perSecond := int64(time.Second) / unit
		return time.Unix(floor(n, perSecond), (n-floor(n, perSecond)*perSecond)*unit).UTC().AppendFormat(b, time.RFC3339Nano)
	case *format.DateType:
		return time.Unix(int64(v.Int32())*86400, 0).UTC().AppendFormat(b, time.DateOnly)
	case *format.DecimalType:
		return appendDecimal(b, v, int(of.Scale))
	}
	switch v.Kind() {
	case parquet.Boolean:
		return strconv.AppendBool(b, v.Boolean())
	case parquet.Int32:
		return strconv.AppendInt(b, int64(v.Int32()), 10)
	case parquet.Int64:
		return strconv.AppendInt(b, v.Int64(), 10)
	case parquet.Int96: // a time, as Spark and Hive wrote it: nanoseconds of the day, and the Julian day
		t := v.Int96()
		day := int64(t[2]) - 2440588
		return time.Unix(day*86400, int64(uint64(t[1])<<32|uint64(t[0]))).UTC().AppendFormat(b, time.RFC3339Nano)
	case parquet.Float:
		return strconv.AppendFloat(b, float64(v.Float()), 'g', -1, 32)
	case parquet.Double:
		return strconv.AppendFloat(b, v.Double(), 'g', -1, 64)
	}
	return append(b, v.ByteArray()...)
}

func floor(n, by int64) int64 {
	q := n / by
	if n%by < 0 {
		q--
	}
	return q
}

// appendDecimal writes unscaled × 10^-scale.
func appendDecimal(b []byte, v parquet.Value, scale int) []byte {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default: // two's complement, big end first
		raw := v.ByteArray()
		n.SetBytes(raw)
		if len(raw) > 0 && raw[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(raw))))
		}
	}
	return fmt.Appendf(b, "%se-%d", n, scale)
}
