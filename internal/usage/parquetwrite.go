package usage

import (
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// NewParquet writes a file of Parquet that ReadParquet reads back, compressed with Snappy as Data Exports does. Every column may be
// null, and is where a cell is blank; columns stand in the order given.
func NewParquet(to io.Writer, columns []Column) (File, error) {
	fields := make([]parquet.Field, len(columns))
	f := &parquetFile{columns: columns, maps: map[string]map[string]string{}}
	for i, c := range columns {
		if slices.ContainsFunc(columns[:i], func(other Column) bool { return other.Name == c.Name }) {
			return nil, fmt.Errorf("usage: the column %q comes twice", c.Name)
		}
		fields[i] = parquetField{nodeOf(c.Type), c.Name}
		f.leaf = append(f.leaf, f.leaves)
		f.leaves++
		if c.Type.Map() {
			f.leaves++
		}
	}
	schema := parquet.NewSchema("export", parquetRow{parquet.Group{}, fields})
	f.to = parquet.NewWriter(to, schema, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(rowGroup), parquet.DataPageStatistics(true),
		parquet.CreatedBy("umbel", "1", "exports"))
	return f, nil
}

// rowGroup bounds the memory that a file needs while it is written.
const rowGroup = 64 << 10

// parquetRow is a group whose fields stand in a given order; parquet.Group sorts them.
type parquetRow struct {
	parquet.Group
	fields []parquet.Field
}

func (r parquetRow) Fields() []parquet.Field { return r.fields }

func (r parquetRow) GoType() reflect.Type { return reflect.TypeFor[map[string]any]() }

func (r parquetRow) String() string { return "export" }

type parquetField struct {
	parquet.Node
	name string
}

func (f parquetField) Name() string { return f.name }

// Value is for rows that are Go values; rows here are made of parquet.Value.
func (f parquetField) Value(base reflect.Value) reflect.Value {
	return base.MapIndex(reflect.ValueOf(f.name))
}

func nodeOf(t Type) parquet.Node {
	switch t {
	case Number:
		return parquet.Optional(parquet.Leaf(parquet.DoubleType))
	case Time:
		return parquet.Optional(parquet.Timestamp(parquet.Millisecond))
	case TextMap:
		return parquet.Optional(parquet.Map(parquet.String(), parquet.Optional(parquet.String())))
	case NumberMap:
		return parquet.Optional(parquet.Map(parquet.String(), parquet.Optional(parquet.Leaf(parquet.DoubleType))))
	}
	return parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary))
}

type parquetFile struct {
	//lint:ignore SA1019 its successor wants a Go type, and these columns are known at run time only
	to      *parquet.Writer
	columns []Column
	leaf    []int // the first leaf of each column
	leaves  int
	row     parquet.Row
	maps    map[string]map[string]string
}

// WriteRow writes a row. It fails for a cell that is not of its column's type.
func (f *parquetFile) WriteRow(cells [][]byte) error {
	f.row = f.row[:0]
	for i, c := range f.columns {
		if err := f.put(i, c, cells[i]); err != nil {
			return fmt.Errorf("usage: %s: %.80q: %w", c.Name, cells[i], err)
		}
	}
	_, err := f.to.WriteRows([]parquet.Row{f.row})
	return err
}

func (f *parquetFile) put(i int, c Column, cell []byte) error {
	at := f.leaf[i]
	if c.Type.Map() {
		return f.putMap(at, c, cell)
	}
	if len(cell) == 0 {
		f.row = append(f.row, parquet.NullValue().Level(0, 0, at))
		return nil
	}
	var v parquet.Value
	switch c.Type {
	case Number:
		n, err := strconv.ParseFloat(string(cell), 64)
		if err != nil {
			return err
		}
		v = parquet.DoubleValue(n)
	case Time:
		t, err := instant(cell)
		if err != nil {
			return err
		}
		v = parquet.Int64Value(t.UnixMilli())
	default:
		v = parquet.ByteArrayValue(cell)
	}
	f.row = append(f.row, v.Level(0, 1, at))
	return nil
}

// putMap writes a map; one without entries is there, and empty. Levels of definition: 0 no map, 1 an empty one, 2 an entry's key, 3
// its value.
func (f *parquetFile) putMap(at int, c Column, cell []byte) error {
	if len(cell) == 0 {
		f.row = append(f.row, parquet.NullValue().Level(0, 0, at), parquet.NullValue().Level(0, 0, at+1))
		return nil
	}
	o, ok := f.maps[string(cell)]
	if !ok {
		if o = readMap(cell); o == nil {
			return errMap
		}
		if len(f.maps) >= mostMaps {
			clear(f.maps)
		}
		f.maps[string(cell)] = o
	}
	if len(o) == 0 {
		f.row = append(f.row, parquet.NullValue().Level(0, 1, at), parquet.NullValue().Level(0, 1, at+1))
		return nil
	}
	keys := slices.Sorted(maps.Keys(o))
	for j, key := range keys {
		f.row = append(f.row, parquet.ByteArrayValue([]byte(key)).Level(min(j, 1), 2, at))
	}
	for j, key := range keys {
		v := parquet.ByteArrayValue([]byte(o[key]))
		if c.Type == NumberMap {
			n, err := strconv.ParseFloat(o[key], 64)
			if err != nil {
				return err
			}
			v = parquet.DoubleValue(n)
		}
		f.row = append(f.row, v.Level(min(j, 1), 3, at+1))
	}
	return nil
}

// Close completes the file. One without rows is a file too.
func (f *parquetFile) Close() error { return f.to.Close() }
