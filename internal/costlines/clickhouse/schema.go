package clickhouse

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"umbel/internal/costlines"
)

// Tables.
const (
	linesTable     = "umbel_cost_lines"
	manifestsTable = "umbel_cost_manifests"
)

// Columns of lines beside the dimensions and metrics.
const (
	placeColumn = "place"
	monthColumn = "month"
	startColumn = "usage_start_us" // microseconds since 1970
	sinceColumn = "usage_month_us" // the start of the month of usage_start_us, which old servers cannot tell for every time
	payerColumn = "bill_payer_account_id"
	lineColumn  = "line"
)

// columns are those of lines, in the order of their values in a row, with their types.
func columns() (names, types []string) {
	add := func(typ string, more ...string) {
		for _, name := range more {
			names, types = append(names, name), append(types, typ)
		}
	}
	add("String", placeColumn, monthColumn)
	add("Int64", startColumn, sinceColumn)
	add("String", costlines.Dimensions()...)
	for _, m := range costlines.Metrics() {
		add("Decimal(38, 12)", m.Column())
	}
	add("Array(String)", "tag_keys", "tag_values", "category_keys", "category_values")
	add("String", lineColumn)
	return names, types
}

// createTables makes the tables, if they are not there.
func createTables(ctx context.Context, conn driver.Conn) error {
	names, types := columns()
	defined := make([]string, len(names))
	for i := range names {
		defined[i] = names[i] + " " + types[i]
	}
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS " + linesTable + " (" + strings.Join(defined, ", ") + ") ENGINE = MergeTree() PARTITION BY " + monthColumn +
			" ORDER BY (" + strings.Join([]string{payerColumn, costlines.Account, costlines.Product, startColumn}, ", ") + ")",
		"CREATE TABLE IF NOT EXISTS " + manifestsTable + " (payer String, number UInt64, body String) ENGINE = MergeTree() ORDER BY (payer, number)",
	} {
		if err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("clickhouse: making the tables: %w", err)
		}
	}
	return complete(ctx, conn, names)
}

// complete tells whether the table of lines has all columns. One made by an older program may not: then what its lines have of a
// new dimension or metric is not known, and no answer is better than a wrong one.
func complete(ctx context.Context, conn driver.Conn, names []string) error {
	rows, err := conn.Query(ctx, "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = "+quote(linesTable))
	if err != nil {
		return broken(ctx, err)
	}
	defer rows.Close()
	there := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		there[name] = true
	}
	for _, name := range names {
		if !there[name] {
			return fmt.Errorf("clickhouse: table %s was made by an older program, and has no column %s: import into a new database", linesTable, name)
		}
	}
	return broken(ctx, rows.Err())
}

// payerIDs are the payers an engine takes: those that the engine over a directory takes.
var payerIDs = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

func validPayer(id string) error {
	if !payerIDs.MatchString(id) {
		return fmt.Errorf("clickhouse: %q is no payer", id)
	}
	return nil
}
