package clickhouse

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// Engine is the costlines.Engine over a database of a ClickHouse server.
type Engine struct {
	conn driver.Conn
	mu   sync.Mutex // one commit at a time
}

var _ costlines.Engine = (*Engine)(nil)

// longest is how long a query may be, in bytes and in parts: it may name thousands of accounts.
const longest = 64 << 20

// Open connects to the database of a URL, "clickhouse://user:password@host:port/database", and makes its tables.
func Open(ctx context.Context, url string) (*Engine, error) {
	options, err := clickhouse.ParseDSN(url)
	if err != nil {
		return nil, fmt.Errorf("clickhouse: %w", err)
	}
	if options.Settings == nil {
		options.Settings = clickhouse.Settings{}
	}
	for _, limit := range []string{"max_query_size", "max_ast_elements", "max_expanded_ast_elements"} {
		options.Settings[limit] = longest
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		return nil, fmt.Errorf("clickhouse: %w", err)
	}
	if err := createTables(ctx, conn); err != nil {
		return nil, cmp.Or(err, conn.Close())
	}
	return &Engine{conn: conn}, nil
}

// Close ends the connections. What was committed is safe already.
func (e *Engine) Close() error { return e.conn.Close() }

// broken gives the reason of the context, if it has ended, for the server's or driver's.
func broken(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if reason := ctx.Err(); reason != nil {
		return fmt.Errorf("clickhouse: %w", reason)
	}
	return fmt.Errorf("clickhouse: %w", err)
}

// asked is what a question is about: lines of a view and a range of time that meet a filter.
type asked struct {
	view       costlines.View
	start, end time.Time
	filter     *costlines.Filter
	kept       *costlines.Kept // nil for all
}

// where writes it as SQL; "" if nothing that counts can be meant.
func (e *Engine) where(ctx context.Context, a asked) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	m, err := e.load(ctx, a.view.Payer)
	if err != nil {
		return "", err
	}
	from, to := micros(a.start), micros(a.end)
	var places, months []string
	for _, p := range m.Places {
		if a.kept != nil && (p.Month != a.kept.Month || p.Origin != a.kept.Origin) {
			continue
		}
		if p.Last >= from && p.First < to {
			places = append(places, p.ID)
			if !slices.Contains(months, string(p.Month)) {
				months = append(months, string(p.Month))
			}
		}
	}
	if len(places) == 0 || a.view.Accounts != nil && len(a.view.Accounts) == 0 {
		return "", nil
	}
	where := fmt.Sprintf("%s = %s AND %s IN %s AND %s IN %s AND %s >= %d AND %[7]s < %[9]d", payerColumn, quote(a.view.Payer),
		monthColumn, list(months), placeColumn, list(places), startColumn, from, to)
	if a.view.Accounts != nil {
		where += " AND " + in(costlines.Account, a.view.Accounts)
	}
	seen := where
	condition, err := conditions{func(f costlines.Field) ([]string, error) { return e.distinct(ctx, column(f), seen) }}.of(a.filter)
	return where + " AND " + condition, err
}

// distinct gives the values of an expression.
func (e *Engine) distinct(ctx context.Context, expression, where string) (out []string, err error) {
	rows, err := e.conn.Query(ctx, "SELECT DISTINCT "+expression+" AS value FROM "+linesTable+" WHERE "+where)
	if err != nil {
		return nil, broken(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, broken(ctx, rows.Err())
}

// Query gives exact sums; decimal.ErrRange if one is beyond what a number can hold.
func (e *Engine) Query(ctx context.Context, q costlines.Query) ([]costlines.Row, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	where, err := e.where(ctx, asked{q.View, q.Start, q.End, &q.Filter, nil})
	if err != nil || where == "" {
		return nil, err
	}
	from := micros(q.Start)
	keys := []string{"''", "''"}
	for i, f := range q.GroupBy {
		keys[i] = column(f)
	}
	columns := []string{bucket(q.Granularity, from) + " AS row_start", keys[0] + " AS key_1", keys[1] + " AS key_2", costlines.Currency + " AS key_3", "count() AS row_lines"}
	columns = append(columns, sums(q.Metrics)...)
	rows, err := e.conn.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+linesTable+" WHERE "+where+" GROUP BY row_start, key_1, key_2, key_3")
	if err != nil {
		return nil, broken(ctx, err)
	}
	defer rows.Close()
	var out []costlines.Row
	for rows.Next() {
		row, err := rowOf(rows, len(q.Metrics))
		if err != nil {
			return nil, err
		}
		if row.Start.UnixMicro() == from {
			row.Start = q.Start.UTC()
		}
		out = append(out, row)
	}
	slices.SortFunc(out, func(a, b costlines.Row) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Keys[0], b.Keys[0]), strings.Compare(a.Keys[1], b.Keys[1]), strings.Compare(a.Currency, b.Currency))
	})
	return out, broken(ctx, rows.Err())
}

// beyond is a size that no sum within the range of numbers (10^26) has, and below which no sum of the server has left its 128 bits
// (1.7 × 10^26): there the server says nothing, and gives a wrong sum. A sum in floating point tells.
const beyond = 1.35e26

// rowOf reads a row with so many sums.
func rowOf(rows driver.Rows, metrics int) (row costlines.Row, err error) {
	var start int64
	keys, lines, sums, err := grouped(rows, 3, metrics, &start)
	if err != nil {
		return row, err
	}
	return costlines.Row{Start: time.UnixMicro(start).UTC(), Keys: [2]string(keys), Currency: keys[2], Lines: lines, Sums: sums}, nil
}

// grouped reads a row: what comes first, so many keys, the number of lines and so many sums.
func grouped(rows driver.Rows, keys, metrics int, first ...any) (texts []string, lines int64, out []decimal.D, err error) {
	var count uint64
	texts, out = make([]string, keys), make([]decimal.D, metrics)
	sums, about := make([]amount, metrics), make([]float64, metrics)
	into := first
	for i := range texts {
		into = append(into, &texts[i])
	}
	into = append(into, &count)
	for i := range metrics {
		into = append(into, &sums[i], &about[i])
	}
	if err := rows.Scan(into...); err != nil {
		return nil, 0, nil, err
	}
	for i := range metrics {
		if math.Abs(about[i]) > beyond {
			return nil, 0, nil, decimal.ErrRange
		}
		if out[i], err = decimal.Parse(sums[i].text); err != nil {
			return nil, 0, nil, err
		}
	}
	return texts, int64(count), out, nil
}

// amount takes a decimal as the driver gives it.
type amount struct{ text string }

// Scan takes a value of the driver.
func (a *amount) Scan(value any) error {
	number, ok := value.(fmt.Stringer)
	if !ok {
		return fmt.Errorf("clickhouse: a sum is of type %T", value)
	}
	a.text = number.String()
	return nil
}

// Values gives the values of a field.
func (e *Engine) Values(ctx context.Context, q costlines.ValuesQuery) ([]string, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	where, err := e.where(ctx, asked{q.View, q.Start, q.End, &q.Filter, nil})
	if err != nil || where == "" {
		return nil, err
	}
	values, err := e.distinct(ctx, column(q.Field), where)
	return sifted(values, q.Search), err
}

// Keys gives the tag keys or the cost categories that lines have.
func (e *Engine) Keys(ctx context.Context, q costlines.KeysQuery) ([]string, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	where, err := e.where(ctx, asked{q.View, q.Start, q.End, &q.Filter, nil})
	if err != nil || where == "" {
		return nil, err
	}
	keys := "tag_keys"
	if q.Kind == costlines.Category {
		keys = "category_keys"
	}
	values, err := e.distinct(ctx, "arrayJoin("+keys+")", where)
	return sifted(values, q.Search), err
}

// sifted gives the values that are not empty and that a search finds, sorted.
func sifted(values []string, search string) []string {
	search = strings.ToLower(search)
	values = slices.DeleteFunc(values, func(v string) bool { return v == "" || !strings.Contains(strings.ToLower(v), search) })
	slices.Sort(values)
	return values
}

// Scan gives whole lines.
func (e *Engine) Scan(ctx context.Context, q costlines.ScanQuery, yield func(*billing.Line) error) error {
	if err := q.Validate(); err != nil {
		return err
	}
	where, err := e.where(ctx, asked{q.View, q.Start, q.End, &q.Filter, q.Kept})
	if err != nil || where == "" {
		return err
	}
	rows, err := e.conn.Query(ctx, "SELECT "+lineColumn+" FROM "+linesTable+" WHERE "+where)
	if err != nil {
		return broken(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		l := &billing.Line{}
		if err := json.Unmarshal([]byte(body), l); err != nil {
			return fmt.Errorf("%w: a line of payer %s: %w", costlines.ErrDamaged, q.View.Payer, err)
		}
		if err := yield(l); err != nil {
			return err
		}
	}
	return broken(ctx, rows.Err())
}

// Months gives the months that have lines.
func (e *Engine) Months(ctx context.Context, payer string) ([]costlines.Month, error) {
	m, err := e.load(ctx, payer)
	if err != nil {
		return nil, err
	}
	return m.months(), nil
}
