package usage

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Format is what a file is, as its header tells.
type Format string

// The formats.
const (
	Records Format = "simple usage records"
	CUR1    Format = "CUR 1"
	CUR2    Format = "CUR 2.0"
	FOCUS10 Format = "FOCUS 1.0"
	FOCUS11 Format = "FOCUS 1.1"
	FOCUS12 Format = "FOCUS 1.2"
)

// plan is how the rows of one file are read.
type plan struct {
	format  Format
	header  []byte // its text, without line end: met again, it is no row
	columns []column
	ignored []string
	null    string // what stands for nothing, beside nothing
	finish  func(*row) (column string, err error)
	priced  bool // rows are lines of a bill, not usage records
	keyed   bool // rows have identities: one that comes twice counts once
}

// column is one column of a file; set is nil for those of no use.
type column struct {
	name string
	set  setter
}

// planOf knows a file by its header.
func planOf(header []string) (*plan, error) {
	if len(header) == 1 && header[0] == "" {
		return nil, fmt.Errorf("%w: the file is empty", ErrFormat)
	}
	for i, name := range header {
		if name != "" && slices.Contains(header[:i], name) {
			return nil, fmt.Errorf("%w: the column %q comes twice", ErrFormat, name)
		}
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(header, name) })
	}
	switch {
	case has("lineItem/UsageAccountId", "lineItem/LineItemType", "identity/LineItemId"):
		return curPlan(CUR1, header)
	case has("line_item_usage_account_id", "line_item_line_item_type", "identity_line_item_id"):
		return curPlan(CUR2, header)
	case has("BilledCost", "ChargeCategory", "ChargePeriodStart"):
		return focusPlan(header)
	}
	return recordPlan(header)
}

// curNeeds are the columns without which a report says nothing.
var curNeeds = []string{
	"line_item_usage_account_id", "line_item_line_item_type", "line_item_usage_start_date", "line_item_usage_end_date", "line_item_product_code",
	"line_item_usage_type", "line_item_usage_amount", "line_item_currency_code", "line_item_unblended_cost",
}

func curPlan(format Format, header []string) (*plan, error) {
	setters := mapSetters()
	for _, f := range curFields() {
		setters[snake(f.name)] = f.set
	}
	setters["product_region"] = func(r *row, b []byte) error { // of what is of no Region's price, in reports of old
		if r.line.Detail.Region == "" {
			r.line.Detail.Region = r.text(b)
		}
		return nil
	}
	p := &plan{format: format, priced: true, finish: finishLine}
	var names []string
	for i, name := range header {
		set := setters[snake(name)]
		if set == nil {
			set = prefixed(i, name)
		}
		if set == nil {
			p.ignored = append(p.ignored, name)
		}
		p.columns = append(p.columns, column{name, set})
		names = append(names, snake(name))
	}
	for _, name := range curNeeds {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%w: a report without the column %s", ErrFormat, name)
		}
	}
	p.keyed = slices.Contains(names, "identity_line_item_id")
	return p, nil
}

// headerOf takes the names of a header apart.
func headerOf(fields [][]byte) []string {
	var names []string
	for i, f := range fields {
		if i == 0 {
			f = bytes.TrimPrefix(f, []byte("\ufeff"))
		}
		names = append(names, strings.TrimSpace(string(f)))
	}
	return names
}
