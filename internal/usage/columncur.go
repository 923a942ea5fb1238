package usage

import (
	"strings"

	"github.com/parquet-go/parquet-go/format"

	"umbel/internal/lineblock"
)

// What makes the columns of lines, by their names in CUR 2.0, of columns of reports. null is what stands for nothing there.

func makeText(name, null string, convert func(*memory, []byte) (string, error)) maker {
	target := lineblock.Place(lineblock.Texts(), name)
	return makeTextAt(target, lineblock.Texts()[target].Part, null, convert)
}

func makeTextAt(target int, part lineblock.Part, null string, convert func(*memory, []byte) (string, error)) maker {
	return func(c *columnar, column int, kind *format.LogicalType) converter {
		t := &textConverter{column: column, target: target, part: part, null: null, kind: kind}
		if convert != nil {
			t.convert = func(text []byte) (string, error) { return convert(c.shared, text) }
		}
		return t
	}
}

func makeTime(name, null string) maker {
	target := lineblock.Place(lineblock.Times(), name)
	return func(_ *columnar, column int, kind *format.LogicalType) converter {
		return newTimeConverter(column, target, null, kind)
	}
}

func makeAmount(name, null string) maker {
	target := lineblock.Place(lineblock.Amounts(), name)
	part, net := lineblock.Amounts()[target].Part, seen(0)
	for _, fill := range netFills {
		if fill.to == name {
			net = fill.which
		}
	}
	return makeAmountAt(target, part, net, null)
}

func makeAmountAt(target int, part lineblock.Part, net seen, null string) maker {
	return func(_ *columnar, column int, kind *format.LogicalType) converter {
		return &numberConverter{column: column, target: target, part: part, net: net, null: null, kind: kind}
	}
}

func makeMap(null string, reader func(*memory) mapReader) maker {
	return func(c *columnar, column int, kind *format.LogicalType) converter {
		return &jsonConverter{column: column, null: null, kind: kind, reader: reader(c.shared)}
	}
}

func makeID(c *columnar, _ int, _ *format.LogicalType) converter {
	c.manyIDs = c.ids != nil
	c.ids = &ownConverter{}
	return c.ids
}

// tagMaps are maps of tags, whose keys are called otherwise in the file.
func tagMaps(called func(key string) string) func(*memory) mapReader {
	return func(m *memory) mapReader {
		return &textMaps{target: func(b *columns) *lineblock.Coded[map[string]string] { return &b.block.Tags },
			object: func(text []byte) (map[string]string, error) { return m.tagObject(text, called) }}
	}
}

func categoryMaps(m *memory) mapReader {
	return &textMaps{target: func(b *columns) *lineblock.Coded[map[string]string] { return &b.block.Categories }, object: m.object}
}

func newDiscountMaps(*memory) mapReader { return &discountMaps{} }

// newProductMaps takes of the product's attributes what has no column of its own in CUR 2.0.
func newProductMaps(m *memory) mapReader {
	p := &productMaps{memory: m}
	for _, t := range []struct{ key, column string }{
		{"product_name", "product_product_name"}, {"operating_system", "product_platform"}, {"database_engine", "product_platform"},
		{"tenancy", "product_tenancy"}, {"region", "product_region_code"},
	} {
		p.targets = append(p.targets, productTarget{key: t.key, target: lineblock.Place(lineblock.Texts(), t.column), onlyBlank: t.key == "region"})
	}
	return p
}

// otherNames are the columns of a line that reports call otherwise.
var otherNames = map[string]string{"product_operating_system": "product_platform", "product_database_engine": "product_platform"}

// curMakers are the columns of the Cost and Usage Report that are of use, by their names in CUR 2.0.
func curMakers() map[string]maker {
	region := makeText("product_region_code", "", nil)
	all := map[string]maker{
		"resource_tags": makeMap("", tagMaps(curTag)), "cost_category": makeMap("", categoryMaps), "discount": makeMap("", newDiscountMaps),
		"product": makeMap("", newProductMaps), lineblock.ID: makeID,
		"product_region": func(c *columnar, column int, kind *format.LogicalType) converter { // of what is of no Region's price, in reports of old
			t := region(c, column, kind).(*textConverter)
			t.onlyBlank = true
			return t
		},
	}
	converts := map[string]func(*memory, []byte) (string, error){
		"line_item_usage_account_id": (*memory).account, "bill_payer_account_id": (*memory).account,
		"line_item_currency_code": (*memory).currency, "pricing_currency": (*memory).currency,
	}
	for _, f := range curFields() {
		name := snake(f.name)
		called := name
		if other, is := otherNames[name]; is {
			called = other
		}
		switch {
		case all[name] != nil:
		case lineblock.Place(lineblock.Texts(), called) >= 0:
			all[name] = makeText(called, "", converts[name])
		case lineblock.Place(lineblock.Times(), called) >= 0:
			all[name] = makeTime(called, "")
		default:
			all[name] = makeAmount(called, "")
		}
	}
	return all
}

// prefixed makes a column that is one of many of its kind: "resourceTags/user:team"; nil if it is none.
func prefixed(name string) maker {
	if key, ok := cutAny(name, "resourceTags/"); ok {
		return makePart((*columnar).tagParts, key)
	}
	for prefix, owner := range map[string]string{"resource_tags_user_": "user:", "resource_tags_aws_": "aws:"} {
		if key, ok := cutAny(name, prefix); ok {
			return makePart((*columnar).tagParts, owner+key)
		}
	}
	if key, ok := cutAny(name, "costCategory/", "cost_category_"); ok {
		return makePart((*columnar).categoryParts, key)
	}
	if key, ok := cutAny(name, "discount/", "discount_"); ok {
		return func(_ *columnar, column int, kind *format.LogicalType) converter {
			return &discountConverter{column: column, key: snake(key), kind: kind}
		}
	}
	return nil
}

func (c *columnar) tagParts() *gathered      { return &c.tags }
func (c *columnar) categoryParts() *gathered { return &c.groups }

func makePart(of func(*columnar) *gathered, name string) maker {
	return func(c *columnar, column int, kind *format.LogicalType) converter {
		g, target := of(c), c.extra()
		g.parts = append(g.parts, part{name, target})
		return makeTextAt(target, lineblock.OfLine, "", nil)(c, column, kind)
	}
}

func cutAny(name string, prefixes ...string) (rest string, ok bool) {
	for _, p := range prefixes {
		if rest, ok = strings.CutPrefix(name, p); ok && rest != "" {
			return rest, true
		}
	}
	return "", false
}

// curNeeded is what every line of CUR needs.
var curNeeded = []need{
	{"lineItem/UsageAccountId", false, lineblock.Place(lineblock.Texts(), "line_item_usage_account_id")},
	{"lineItem/LineItemType", false, lineblock.Place(lineblock.Texts(), "line_item_line_item_type")},
	{"lineItem/CurrencyCode", false, currencyPlace},
	{"lineItem/UsageStartDate", true, startPlace},
	{"lineItem/UsageEndDate", true, endPlace},
}

// checkCUR finds the rows of CUR that lack what every line needs, and completes the others.
func checkCUR(c *columnar) {
	c.missing(curNeeded)
	c.fill()
	c.tags.gather(c.out, &c.out.block.Tags)
	c.groups.gather(c.out, &c.out.block.Categories)
}

// seen is a set of columns after discounts. What a row leaves blank there is as before discounts.
type seen uint8

// The columns after discounts.
const (
	netRate seen = 1 << iota
	netCost
	netReservation
	netUnusedUpfront
	netUnusedRecurring
	netPlan
	netPlanUpfront
	netPlanRecurring
)

// netFills are the columns after discounts, and what they are where a row leaves them blank.
var netFills = [...]struct {
	which    seen
	to, from string
}{
	{netRate, "line_item_net_unblended_rate", "line_item_unblended_rate"},
	{netCost, "line_item_net_unblended_cost", "line_item_unblended_cost"},
	{netReservation, "reservation_net_effective_cost", "reservation_effective_cost"},
	{netUnusedUpfront, "reservation_net_unused_amortized_upfront_fee_for_billing_period", "reservation_unused_amortized_upfront_fee_for_billing_period"},
	{netUnusedRecurring, "reservation_net_unused_recurring_fee", "reservation_unused_recurring_fee"},
	{netPlan, "savings_plan_net_savings_plan_effective_cost", "savings_plan_savings_plan_effective_cost"},
	{netPlanUpfront, "savings_plan_net_amortized_upfront_commitment_for_billing_period", "savings_plan_amortized_upfront_commitment_for_billing_period"},
	{netPlanRecurring, "savings_plan_net_recurring_commitment_for_billing_period", "savings_plan_recurring_commitment_for_billing_period"},
}

// fill gives rows that leave a column after discounts blank what is before discounts.
func (c *columnar) fill() {
	b := &c.out.block
	for _, f := range netFills {
		to, from := &b.Amounts[lineblock.Place(lineblock.Amounts(), f.to)], &b.Amounts[lineblock.Place(lineblock.Amounts(), f.from)]
		if c.out.met&f.which == 0 {
			*to = *from
			continue
		}
		if from.Units == nil {
			continue
		}
		for row, seen := range c.out.seen {
			if seen&f.which == 0 {
				if to.Units == nil {
					to.Units = make([]int64, c.out.rows)
				}
				to.Set(row, from.At(row))
			}
		}
	}
}
