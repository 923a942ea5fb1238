package metering

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// textColumn is a column of text; "" stands for none.
type textColumn struct {
	name string
	at   func(*billing.UsageRecord) *string
}

// offset is where in a record the column is.
func (c textColumn) offset() uintptr {
	var r billing.UsageRecord
	return uintptr(unsafe.Pointer(c.at(&r))) - uintptr(unsafe.Pointer(&r))
}

// texts are the columns of text, by the names that simple usage records have for them.
var texts = []textColumn{
	{"account", func(r *billing.UsageRecord) *string { return &r.Account }},
	{"operation", func(r *billing.UsageRecord) *string { return &r.Operation }},
	{"product", func(r *billing.UsageRecord) *string { return &r.Product }},
	{"region", func(r *billing.UsageRecord) *string { return &r.Region }},
	{"resource", func(r *billing.UsageRecord) *string { return &r.Resource }},
	{"seller", func(r *billing.UsageRecord) *string { return &r.Seller }},
	{"unit", func(r *billing.UsageRecord) *string { return &r.Unit }},
	{"usage_type", func(r *billing.UsageRecord) *string { return &r.UsageType }},
	{"zone", func(r *billing.UsageRecord) *string { return &r.Zone }},
}

// The other columns. Instances and tags are JSON, each distinct one of them once.
const (
	endColumn      = "end"
	instanceColumn = "instance"
	quantityColumn = "quantity"
	startColumn    = "start"
	tagsColumn     = "tags"
)

var schema = func() *parquet.Schema {
	word := parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	group := parquet.Group{
		instanceColumn: parquet.Encoded(parquet.JSON(), &parquet.RLEDictionary),
		tagsColumn:     parquet.Encoded(parquet.JSON(), &parquet.RLEDictionary),
		quantityColumn: parquet.Encoded(parquet.Decimal(decimal.Places, 38, parquet.FixedLenByteArrayType(16)), &parquet.RLEDictionary),
		startColumn:    parquet.Encoded(parquet.Timestamp(parquet.Nanosecond), &parquet.DeltaBinaryPacked),
		endColumn:      parquet.Encoded(parquet.Timestamp(parquet.Nanosecond), &parquet.DeltaBinaryPacked),
	}
	for _, c := range texts {
		group[c.name] = word
	}
	return parquet.NewSchema("usage", group)
}()

// quantityBytes is a number as Parquet keeps decimals: big-endian in two's complement.
func quantityBytes(b []byte, d decimal.D) []byte {
	hi, lo := d.Units()
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, uint64(hi)), lo)
}

func quantityOf(b []byte) (decimal.D, error) {
	if len(b) != 16 {
		return decimal.D{}, fmt.Errorf("a quantity of %d bytes", len(b))
	}
	return decimal.FromUnits(int64(binary.BigEndian.Uint64(b)), binary.BigEndian.Uint64(b[8:]))
}

// written is what is kept of a value in JSON: "" for none.
func written[V any](v V, none bool) string {
	if none {
		return ""
	}
	raw, err := json.Marshal(v) // maps come out sorted by key
	if err != nil {
		panic(err) // texts can always be written
	}
	return string(raw)
}

func tagsText(t map[string]string) string { return written(t, len(t) == 0) }

func instanceText(i *billing.Instance) string { return written(i, i == nil) }

// first and last are the times that can be kept.
var (
	first = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	last  = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)
)
