package clickhouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// inLine gives the expression for what a line as JSON has under a name that no part before has. A name in a text is none: its quotes
// are escaped. Tags, whose keys can be any name, come last.
func inLine(name string) string {
	return "visitParamExtractString(" + lineColumn + ", " + quote(name) + ")"
}

// sums gives the columns of sums, as sumsOf reads them.
func sums(metrics []costlines.Metric) (columns []string) {
	for i, m := range metrics {
		columns = append(columns, fmt.Sprintf("sum(%s) AS sum_%d, sum(toFloat64(%[1]s)) AS about_%[2]d", m.Column(), i))
	}
	return columns
}

// Bill gives the parts of a bill, decimal.ErrRange if a sum is beyond what a number can hold.
func (e *Engine) Bill(ctx context.Context, q costlines.BillQuery, part *costlines.BillPart, yield func(currency string, r *billing.Row) error) error {
	if err := q.Validate(); err != nil {
		return err
	}
	all := q.Lines()
	where, err := e.where(ctx, asked{all.View, all.Start, all.End, &all.Filter, all.Kept})
	if err != nil || where == "" {
		return err
	}
	rate := "'0'"
	if part.Rated() {
		rate = inLine("UnblendedRate")
	}
	keys := append([]string{inLine("PeriodStart"), rate}, part.Columns()...)
	columns, groups := make([]string, len(keys)), make([]string, len(keys))
	for i, key := range keys {
		groups[i] = fmt.Sprint("key_", i)
		columns[i] = key + " AS " + groups[i]
	}
	columns = append(append(columns, "count() AS row_lines"), sums(part.Metrics())...)
	rows, err := e.conn.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+linesTable+" WHERE "+where+" GROUP BY "+strings.Join(groups, ", "))
	if err != nil {
		return broken(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		values, lines, amounts, err := grouped(rows, len(keys), len(part.Metrics()))
		if err != nil {
			return err
		}
		period, err := time.Parse(time.RFC3339, values[0])
		if err != nil {
			return fmt.Errorf("%w: a line of payer %s: %w", costlines.ErrDamaged, q.Payer, err)
		}
		if costlines.MonthOf(period) != q.Kept.Month {
			return q.Unbilled("a line of the period from " + values[0])
		}
		rate, err := decimal.Parse(values[1])
		if err != nil {
			return fmt.Errorf("%w: a line of payer %s: %w", costlines.ErrDamaged, q.Payer, err)
		}
		currency, r := part.Of(values[2:], rate, lines, amounts)
		if err := yield(currency, &r); err != nil {
			return err
		}
	}
	return broken(ctx, rows.Err())
}
