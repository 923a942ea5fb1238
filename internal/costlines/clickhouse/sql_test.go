package clickhouse

import (
	"testing"

	"umbel/internal/costlines"
)

// TestQuote: no text ends the literal it is in.
func TestQuote(t *testing.T) {
	for text, want := range map[string]string{"plain": `'plain'`, `it's`: `'it\'s'`, `\'`: `'\\\''`, "": `''`, "a\x00b": `'a\0b'`} {
		if got := quote(text); got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
}

func TestConditions(t *testing.T) {
	values := func(costlines.Field) ([]string, error) { return []string{"9", "10", "much"}, nil }
	product := costlines.Field{Name: costlines.Product}
	match := func(m costlines.Match) costlines.Filter { return costlines.Filter{Match: &m} }
	some := match(costlines.Match{Field: product, Values: []string{"a"}})
	for want, f := range map[string]costlines.Filter{
		"1":                                     {},
		"(line_item_product_code IN ('a'))":     some,
		"NOT (line_item_product_code IN ('a'))": {Not: &some},
		"((line_item_product_code IN ('a')) OR 1)": {Or: []costlines.Filter{some, {}}},
		"0":                                  {Or: []costlines.Filter{}},
		"(0)":                                match(costlines.Match{Field: product}),
		"(line_item_product_code = '')":      match(costlines.Match{Field: product, Op: costlines.Absent}),
		"(line_item_product_code IN ('10'))": match(costlines.Match{Field: product, Op: costlines.AtLeast, Values: []string{"9.5"}}),
		`(line_item_product_code LIKE '50\\%%' OR line_item_product_code LIKE 'a\\_b%')`: match(costlines.Match{Field: product, Op: costlines.StartsWith, Values: []string{"50%", "a_b"}}),
		"(lowerUTF8(tag_values[indexOf(tag_keys, 'k')]) LIKE '%ab%')":                    match(costlines.Match{Field: costlines.Field{Kind: costlines.Tag, Name: "k"}, Op: costlines.Contains, IgnoreCase: true, Values: []string{"AB"}}),
	} {
		if got, err := (conditions{values}).of(&f); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}
