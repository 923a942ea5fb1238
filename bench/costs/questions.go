package main

import (
	"fmt"
	"strings"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
)

// question is asked in both languages. The SQL gives a row's start in microseconds, its two keys, its number of lines and its
// sums, and has the files in place of FILES.
type question struct {
	name, about string
	query       costlines.Query
	sql         string
}

const (
	day      = "(epoch_us(line_item_usage_start_date) // 86400000000) * 86400000000"
	monthOf  = "epoch_us(date_trunc('month', make_timestamp(epoch_us(line_item_usage_start_date))))"
	currency = "line_item_currency_code"
)

// questions are the four of the study of engines.
func questions() []question {
	some := make([]string, 20)
	for i := range some {
		some[i] = accountID(i * accounts / len(some))
	}
	one := accountID(123)
	end := first.AddDate(0, len(months), 0)
	uncharged := equals(field(costlines.LineType), string(billing.Credit), string(billing.Tax))
	return []question{
		{
			name: "Q1", about: "service by day, 20 accounts with one value of a tag, two metrics",
			query: costlines.Query{
				Start: first, End: end, Granularity: costlines.Daily, GroupBy: []costlines.Field{field(costlines.Product)},
				Filter: costlines.Filter{And: []costlines.Filter{
					equals(field(costlines.Account), some...), equals(costlines.Field{Kind: costlines.Tag, Name: "user:env"}, "prod"),
				}},
				Metrics: []costlines.Metric{costlines.UnblendedCost, costlines.AmortizedCost},
			},
			sql: `SELECT ` + day + ` AS start, line_item_product_code AS a, '' AS b, ` + currency + `, count(*), sum(line_item_unblended_cost), sum(amortized_cost)
				FROM FILES WHERE line_item_usage_account_id IN (` + list(some) + `) AND "tag:user:env" = 'prod' GROUP BY ALL`,
		},
		{
			name: "Q2", about: "service by month, all but credits and taxes",
			query: costlines.Query{
				Start: first, End: end, Granularity: costlines.Monthly, GroupBy: []costlines.Field{field(costlines.Product)},
				Filter: costlines.Filter{Not: &uncharged}, Metrics: []costlines.Metric{costlines.UnblendedCost},
			},
			sql: `SELECT ` + monthOf + ` AS start, line_item_product_code AS a, '' AS b, ` + currency + `, count(*), sum(line_item_unblended_cost)
				FROM FILES WHERE line_item_line_item_type NOT IN ('Credit', 'Tax') GROUP BY ALL`,
		},
		{
			name: "Q3", about: "account by day, everything",
			query: costlines.Query{
				Start: first, End: end, Granularity: costlines.Daily, GroupBy: []costlines.Field{field(costlines.Account)},
				Metrics: []costlines.Metric{costlines.UnblendedCost},
			},
			sql: `SELECT ` + day + ` AS start, line_item_usage_account_id AS a, '' AS b, ` + currency + `, count(*), sum(line_item_unblended_cost)
				FROM FILES GROUP BY ALL`,
		},
		{
			name: "Q5", about: "usage types of one account in one month",
			query: costlines.Query{
				Start: first.AddDate(0, 1, 0), End: first.AddDate(0, 2, 0), GroupBy: []costlines.Field{field(costlines.UsageType)},
				Filter: equals(field(costlines.Account), one), Metrics: []costlines.Metric{costlines.UnblendedCost},
			},
			sql: `SELECT epoch_us(TIMESTAMP '2026-09-01') AS start, line_item_usage_type AS a, '' AS b, ` + currency + `, count(*), sum(line_item_unblended_cost)
				FROM FILES WHERE line_item_usage_account_id = '` + one + `' AND line_item_usage_start_date >= make_timestamp(epoch_us(TIMESTAMP '2026-09-01'))
				AND line_item_usage_start_date < make_timestamp(epoch_us(TIMESTAMP '2026-10-01')) GROUP BY ALL`,
		},
	}
}

func field(dimension string) costlines.Field { return costlines.Field{Name: dimension} }

func equals(f costlines.Field, values ...string) costlines.Filter {
	return costlines.Filter{Match: &costlines.Match{Field: f, Values: values}}
}

func list(values []string) string { return "'" + strings.Join(values, "', '") + "'" }

func names() string {
	var out []string
	for _, q := range questions() {
		out = append(out, q.name)
	}
	return strings.Join(out, ", ")
}

func questionOf(name string) (*question, error) {
	for _, q := range questions() {
		if q.name == name {
			return &q, nil
		}
	}
	return nil, fmt.Errorf("there is no question %q, only %s", name, names())
}
