package costlines

import (
	"maps"
	"slices"
	"strings"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// The dimensions most asked for; Dimensions gives all. Each is a column of CUR 2.0.
const (
	Account         = "line_item_usage_account_id"
	Product         = "line_item_product_code"
	UsageType       = "line_item_usage_type"
	Operation       = "line_item_operation"
	Zone            = "line_item_availability_zone"
	Resource        = "line_item_resource_id"
	LineType        = "line_item_line_item_type"
	LegalEntity     = "line_item_legal_entity"
	Currency        = "line_item_currency_code"
	BillingEntity   = "bill_billing_entity"
	InvoicingEntity = "bill_invoicing_entity"
	Service         = "product_servicecode"
	ServiceName     = "product_product_name"
	Region          = "product_region_code"
	InstanceType    = "product_instance_type"
	Platform        = "product_platform"
	Tenancy         = "product_tenancy"
	Term            = "pricing_term"
	Unit            = "pricing_unit"
	PurchaseOption  = "pricing_purchase_option"
	ReservationARN  = "reservation_reservation_a_r_n"
	SavingsPlanARN  = "savings_plan_savings_plan_a_r_n"
)

// Columns that are no dimensions and that more is known of than of others.
const (
	startColumn  = "line_item_usage_start_date"
	periodColumn = "bill_billing_period_start_date"
	rateColumn   = "line_item_unblended_rate"
)

// Prefixes of the columns whose names come with the data, and the column of tags that are not promoted.
const (
	tagPrefix      = "tag:"
	categoryPrefix = "category:"
	discountPrefix = "discount:"
	otherTags      = "resource_tags"
)

// line and the names below keep the table of columns narrow.
type line = billing.Line

// textColumn, amountColumn and timeColumn say where a column is in a line: nil if the line has no such part.
type (
	textColumn struct {
		name string
		at   func(*line) *string
	}
	amountColumn struct {
		name string
		at   func(*line) *decimal.D
	}
	timeColumn struct {
		name string
		at   func(*line) *time.Time
	}
)

// texts are the columns of text every line has. A text of a part that a line does not have is null.
var texts = func() []textColumn {
	out := []textColumn{{lineblock.ID, func(l *line) *string { return &l.ID }}}
	for _, c := range lineblock.Texts() {
		out = append(out, textColumn{c.Name, c.At})
	}
	return out
}()

// amounts are the columns of amounts every line has.
var amounts = func() (out []amountColumn) {
	for _, c := range lineblock.Amounts() {
		out = append(out, amountColumn{c.Name, c.At})
	}
	return out
}()

// times are the columns of time; a zero time is null.
var times = func() (out []timeColumn) {
	for _, c := range lineblock.Times() {
		out = append(out, timeColumn{c.Name, c.At})
	}
	return out
}()

// metricColumn is a column summed, and what a line adds to it.
type metricColumn struct {
	name string
	of   func(*line) decimal.D
}

// metricColumns are the columns summed. What is not a column of CUR is computed when a line is written.
var metricColumns = [metrics]metricColumn{
	UnblendedCost:         {"line_item_unblended_cost", func(l *line) decimal.D { return l.Unblended }},
	BlendedCost:           {"line_item_blended_cost", func(l *line) decimal.D { return l.Blended }},
	AmortizedCost:         {"amortized_cost", (*line).Amortized},
	NetUnblendedCost:      {"line_item_net_unblended_cost", func(l *line) decimal.D { return l.NetUnblended }},
	NetAmortizedCost:      {"net_amortized_cost", (*line).NetAmortized},
	UsageQuantity:         {"line_item_usage_amount", func(l *line) decimal.D { return l.Usage }},
	NormalizedUsageAmount: {"line_item_normalized_usage_amount", func(l *line) decimal.D { return l.Normalized }},

	PublicCost:           ofColumn("pricing_public_on_demand_cost"),
	PlanCommitment:       ofColumn("savings_plan_total_commitment_to_date"),
	PlanUsed:             ofColumn("savings_plan_used_commitment"),
	PlanUpfront:          ofColumn("savings_plan_amortized_upfront_commitment_for_billing_period"),
	PlanRecurring:        ofColumn("savings_plan_recurring_commitment_for_billing_period"),
	ReservationEffective: ofColumn("reservation_effective_cost"),
	ReservationUpfront:   ofColumn("reservation_amortized_upfront_cost_for_usage"),
	ReservationRecurring: ofColumn("reservation_recurring_fee_for_usage"),
}

// ofColumn is the metric that a column of amounts is.
func ofColumn(name string) metricColumn {
	for _, c := range amounts {
		if c.name == name {
			return metricColumn{name, func(l *line) decimal.D {
				if d := c.at(l); d != nil {
					return *d
				}
				return decimal.D{}
			}}
		}
	}
	panic("costlines: no column is called " + name)
}

// dimensions maps the names of dimensions to where they are in a line.
var dimensions = func() map[string]func(*line) *string {
	m := make(map[string]func(*line) *string, len(texts))
	for _, c := range texts {
		m[c.name] = c.at
	}
	return m
}()

// Dimensions gives the names of all dimensions, sorted, those that are derived among them.
func Dimensions() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(dimensions)), maps.Keys(derivations))
	slices.Sort(names)
	return names
}

// column gives the name of the column a field is in.
func (f Field) column() string {
	switch f.Kind {
	case Tag:
		return tagPrefix + f.Name
	case Category:
		return categoryPrefix + f.Name
	}
	return f.Name
}

// Of gives the value of a field on a line; "" for none. Whether a tag is promoted it does not know.
func (f Field) Of(l *billing.Line) string {
	switch f.Kind {
	case Tag:
		return l.Tags[f.Name]
	case Category:
		return l.Categories[f.Name]
	}
	if d := derivations[f.Name]; d != nil {
		return d.ofLine(l)
	}
	return textOf(f.Name, l)
}

// textOf gives the value of a column on a line; "" for none.
func textOf(column string, l *line) string {
	if at := dimensions[column](l); at != nil {
		return *at
	}
	return ""
}

// Metrics gives all metrics.
func Metrics() []Metric {
	out := make([]Metric, metrics)
	for i := range out {
		out[i] = Metric(i)
	}
	return out
}

// Column gives the name of the column that is summed.
func (m Metric) Column() string { return metricColumns[m].name }

// Of gives a metric of a line.
func (m Metric) Of(l *billing.Line) decimal.D { return metricColumns[m].of(l) }

// compareLines is the order of segments: account, product, time; then whatever keeps like beside like and the order total.
func compareLines(a, b *line) int {
	for _, by := range [...]int{
		strings.Compare(a.Account, b.Account), strings.Compare(a.Product, b.Product), a.Start.Compare(b.Start),
	} {
		if by != 0 {
			return by
		}
	}
	for _, by := range [...]int{
		strings.Compare(a.UsageType, b.UsageType), strings.Compare(a.Operation, b.Operation), strings.Compare(a.Resource, b.Resource),
		strings.Compare(string(a.Type), string(b.Type)), strings.Compare(a.ID, b.ID),
	} {
		if by != 0 {
			return by
		}
	}
	return 0
}
