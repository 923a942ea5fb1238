package costlines

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// pageRows is how many rows a page holds at most.
const pageRows = 1 << 14

// parquetFile is a file of Parquet with one row group, being written column by column. The columns are made elsewhere, as codes of
// dictionaries or numbers, so that no value passes through more than its encoding; that is why it is not the library's writer, which
// takes rows of values.
type parquetFile struct {
	to       io.Writer
	at       int64
	rows     int
	elements []format.SchemaElement
	chunks   []format.ColumnChunk
	size     int64 // of what the chunks hold, unpacked
	raw      []byte
	packed   []byte
	head     bytes.Buffer
}

// chunk is a column of a segment.
type chunk struct {
	name       string
	kind       format.Type
	length     int // of values of a fixed length
	logical    format.LogicalTypeValue
	converted  deprecated.ConvertedType
	levels     []byte // by row: 1 where there is a value, else 0; nil if all rows have one
	encoding   format.Encoding
	dictionary []byte // plain; nil for none
	entries    int    // of the dictionary
	low, high  []byte // of the values, plain; nil if there are none, or they are not known
	// encode appends the values from one to another, counted without rows that have none.
	encode func(b []byte, from, to int) ([]byte, error)
}

// packing packs pages; it has encoders that are used again.
var packing = &zstd.Codec{Level: zstd.SpeedFastest}

const parquetMagic = "PAR1"

// begin begins a file, with the room of the one before.
func (f *parquetFile) begin(to io.Writer, rows int) error {
	*f = parquetFile{to: to, rows: rows, elements: f.elements[:0], chunks: f.chunks[:0], raw: f.raw, packed: f.packed}
	return f.write([]byte(parquetMagic))
}

func (f *parquetFile) write(b []byte) error {
	n, err := f.to.Write(b)
	f.at += int64(n)
	return err
}

// add writes a column.
func (f *parquetFile) add(c *chunk) error {
	m := format.ColumnMetaData{
		Type: c.kind, Encoding: []format.Encoding{c.encoding, format.RLE}, PathInSchema: []string{c.name}, Codec: format.Zstd, NumValues: int64(f.rows),
		Statistics: format.Statistics{MinValue: c.low, MaxValue: c.high},
	}
	from, size := f.at, f.size
	if c.dictionary != nil {
		m.Encoding = append(m.Encoding, format.Plain)
		m.DictionaryPageOffset = f.at
		header := format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(c.entries)})}
		if err := f.page(header, nil, c.dictionary, true); err != nil {
			return err
		}
	}
	m.DataPageOffset = f.at
	value := 0
	for row := 0; row < f.rows; row += pageRows {
		rows := min(pageRows, f.rows-row)
		nulls, err := f.dataPage(c, row, rows, value)
		if err != nil {
			return fmt.Errorf("costlines: writing column %s: %w", c.name, err)
		}
		value += rows - nulls
		m.Statistics.NullCount += int64(nulls)
	}
	m.TotalUncompressedSize, m.TotalCompressedSize = f.size-size, f.at-from
	f.chunks = append(f.chunks, format.ColumnChunk{MetaData: m})
	f.elements = append(f.elements, c.element())
	return nil
}

func (f *parquetFile) dataPage(c *chunk, row, rows, value int) (nulls int, err error) {
	var levels []byte
	if c.levels != nil {
		here := c.levels[row : row+rows]
		nulls = bytes.Count(here, []byte{0})
		if levels, err = (&rle.Encoding{BitWidth: 1}).EncodeLevels(nil, here); err != nil {
			return 0, err
		}
	}
	if f.raw, err = c.encode(f.raw[:0], value, value+rows-nulls); err != nil {
		return 0, err
	}
	header := format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{
		NumValues: int32(rows), NumNulls: int32(nulls), NumRows: int32(rows), Encoding: c.encoding, DefinitionLevelsByteLength: int32(len(levels)),
	})}
	return nulls, f.page(header, levels, f.raw, c.encoding != format.DeltaBinaryPacked)
}

// page writes a page, packed if it is worth it; a dictionary always is.
func (f *parquetFile) page(h format.PageHeader, levels, data []byte, pack bool) (err error) {
	h.UncompressedPageSize = int32(len(levels) + len(data))
	body := data
	if pack {
		if f.packed, err = packing.Encode(f.packed[:0], data); err != nil {
			return err
		}
		if body = f.packed; h.Type != format.DictionaryPage && len(body) >= len(data) {
			body, pack = data, false
		}
	}
	if h.DataPageHeaderV2.Valid {
		h.DataPageHeaderV2.V.IsCompressed = thrift.New(pack)
	}
	h.CompressedPageSize = int32(len(levels) + len(body))
	h.CRC = int32(crc32.Update(crc32.ChecksumIEEE(levels), crc32.IEEETable, body))
	var protocol thrift.CompactProtocol
	f.head.Reset()
	if err := thrift.NewEncoder(protocol.NewWriter(&f.head)).Encode(&h); err != nil {
		return err
	}
	f.size += int64(f.head.Len()) + int64(h.UncompressedPageSize)
	for _, part := range [][]byte{f.head.Bytes(), levels, body} {
		if err := f.write(part); err != nil {
			return err
		}
	}
	return nil
}

func (c *chunk) element() format.SchemaElement {
	e := format.SchemaElement{
		Name: c.name, Type: thrift.New(c.kind), RepetitionType: thrift.New(format.Required), LogicalType: format.LogicalType{Value: c.logical},
		ConvertedType: thrift.New(c.converted),
	}
	if c.levels != nil {
		e.RepetitionType = thrift.New(format.Optional)
	}
	if c.length > 0 {
		e.TypeLength = thrift.New(int32(c.length))
	}
	if d, ok := c.logical.(*format.DecimalType); ok {
		e.Scale, e.Precision = thrift.New(d.Scale), thrift.New(d.Precision)
	}
	return e
}

// close writes what a reader begins with.
func (f *parquetFile) close(sorted ...string) error {
	group := format.RowGroup{Columns: f.chunks, TotalByteSize: f.size, NumRows: int64(f.rows), FileOffset: int64(len(parquetMagic)), TotalCompressedSize: f.at - int64(len(parquetMagic))}
	for _, name := range sorted {
		for i := range f.chunks {
			if f.chunks[i].MetaData.PathInSchema[0] == name {
				group.SortingColumns = append(group.SortingColumns, format.SortingColumn{ColumnIdx: int32(i)})
			}
		}
	}
	root := format.SchemaElement{Name: "line", NumChildren: thrift.New(int32(len(f.elements)))}
	meta := format.FileMetaData{
		Version: 2, Schema: append([]format.SchemaElement{root}, f.elements...), NumRows: int64(f.rows), RowGroups: []format.RowGroup{group},
		CreatedBy: "umbel version 1(build costlines)",
	}
	for range f.chunks {
		meta.ColumnOrders = append(meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	var protocol thrift.CompactProtocol
	footer, err := thrift.Marshal(&protocol, &meta)
	if err != nil {
		return err
	}
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	return f.write(append(footer, parquetMagic...))
}
