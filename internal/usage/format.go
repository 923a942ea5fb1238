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

// plan is how the rows of one file are read: usage records row by row, lines of a bill by column.
type plan struct {
	format  Format
	header  []byte // its text, without line end: met again, it is no row
	columns []column
	ignored []string
	priced  bool            // rows are lines of a bill, not usage records
	charged bool            // rows are charges of FOCUS
	keyed   bool            // rows have identities: one that comes twice counts once
	check   func(*columnar) // finds the lines of a block that lack something, and completes the others
}

// column is one column of a file: what sets it in a usage record, or makes a column of lines of it. One of no use has neither.
type column struct {
	name string
	set  setter
	make maker
}

// place gives where the file has a column; -1 for nowhere.
func (p *plan) place(name string) int {
	return slices.IndexFunc(p.columns, func(c column) bool {
		return snake(c.name) == snake(name) || plainName(c.name) == plainName(name)
	})
}

// called gives a column's name as the file has it.
func (p *plan) called(name string) string {
	if i := p.place(name); i >= 0 {
		return p.columns[i].name
	}
	return name
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
	makers := curMakers()
	p := &plan{format: format, priced: true, check: checkCUR}
	var names []string
	for _, name := range header {
		how := makers[snake(name)]
		if how == nil {
			how = prefixed(name)
		}
		if how == nil {
			p.ignored = append(p.ignored, name)
		}
		p.columns = append(p.columns, column{name: name, make: how})
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
