package costlines

import (
	"maps"
	"slices"
	"strings"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
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

const startColumn = "line_item_usage_start_date"

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
var texts = []textColumn{
	{"identity_line_item_id", func(l *line) *string { return &l.ID }},
	{LineType, func(l *line) *string { return (*string)(&l.Type) }},
	{Account, func(l *line) *string { return &l.Account }},
	{Product, func(l *line) *string { return &l.Product }},
	{UsageType, func(l *line) *string { return &l.UsageType }},
	{Operation, func(l *line) *string { return &l.Operation }},
	{Zone, func(l *line) *string { return &l.Zone }},
	{Resource, func(l *line) *string { return &l.Resource }},
	{"line_item_line_item_description", func(l *line) *string { return &l.Description }},
	{"line_item_tax_type", func(l *line) *string { return &l.TaxType }},
	{LegalEntity, func(l *line) *string { return &l.LegalEntity }},
	{Currency, func(l *line) *string { return &l.Currency }},
	{"bill_bill_type", func(l *line) *string { return (*string)(&l.Bill.Type) }},
	{BillingEntity, func(l *line) *string { return &l.Bill.Entity }},
	{InvoicingEntity, func(l *line) *string { return &l.Bill.Issuer }},
	{"bill_invoice_id", func(l *line) *string { return &l.Bill.Invoice }},
	{"bill_payer_account_id", func(l *line) *string { return &l.Bill.Payer }},
	{Term, func(l *line) *string { return &l.Pricing.Term }},
	{Unit, func(l *line) *string { return &l.Pricing.Unit }},
	{"pricing_currency", func(l *line) *string { return &l.Pricing.Currency }},
	{PurchaseOption, func(l *line) *string { return &l.Pricing.PurchaseOption }},
	{"pricing_lease_contract_length", func(l *line) *string { return &l.Pricing.LeaseLength }},
	{"pricing_offering_class", func(l *line) *string { return &l.Pricing.OfferingClass }},
	{"pricing_rate_code", func(l *line) *string { return &l.Pricing.RateCode }},
	{"pricing_rate_id", func(l *line) *string { return &l.Pricing.RateID }},
	{Service, func(l *line) *string { return &l.Detail.Service }},
	{ServiceName, func(l *line) *string { return &l.Detail.Name }},
	{"product_product_family", func(l *line) *string { return &l.Detail.Family }},
	{Region, func(l *line) *string { return &l.Detail.Region }},
	{"product_sku", func(l *line) *string { return &l.Detail.SKU }},
	{InstanceType, func(l *line) *string { return &l.Detail.InstanceType }},
	{Platform, func(l *line) *string { return &l.Detail.Platform }},
	{Tenancy, func(l *line) *string { return &l.Detail.Tenancy }},
	{"product_from_region_code", func(l *line) *string { return &l.Detail.FromRegion }},
	{"product_to_region_code", func(l *line) *string { return &l.Detail.ToRegion }},
	{ReservationARN, ofReservation(func(r *billing.ReservationPart) *string { return &r.ARN })},
	{SavingsPlanARN, ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.ARN })},
	{"savings_plan_offering_type", ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.Offering })},
	{"savings_plan_region", ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.Region })},
	{"savings_plan_instance_type_family", ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.Family })},
	{"savings_plan_purchase_term", ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.PurchaseTerm })},
	{"savings_plan_payment_option", ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.PaymentOption })},
}

// amounts are the columns of amounts every line has.
var amounts = []amountColumn{
	{"line_item_usage_amount", func(l *line) *decimal.D { return &l.Usage }},
	{"line_item_normalization_factor", func(l *line) *decimal.D { return &l.Factor }},
	{"line_item_normalized_usage_amount", func(l *line) *decimal.D { return &l.Normalized }},
	{"line_item_unblended_rate", func(l *line) *decimal.D { return &l.UnblendedRate }},
	{"line_item_unblended_cost", func(l *line) *decimal.D { return &l.Unblended }},
	{"line_item_blended_rate", func(l *line) *decimal.D { return &l.BlendedRate }},
	{"line_item_blended_cost", func(l *line) *decimal.D { return &l.Blended }},
	{"line_item_net_unblended_rate", func(l *line) *decimal.D { return &l.NetUnblendedRate }},
	{"line_item_net_unblended_cost", func(l *line) *decimal.D { return &l.NetUnblended }},
	{"pricing_public_on_demand_rate", func(l *line) *decimal.D { return &l.Pricing.PublicRate }},
	{"pricing_public_on_demand_cost", func(l *line) *decimal.D { return &l.Pricing.PublicCost }},

	{"reservation_effective_cost", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.EffectiveCost })},
	{"reservation_amortized_upfront_cost_for_usage", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.AmortizedUpfront })},
	{"reservation_recurring_fee_for_usage", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.RecurringFee })},
	{"reservation_unused_amortized_upfront_fee_for_billing_period", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnusedAmortizedUpfront })},
	{"reservation_unused_recurring_fee", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnusedRecurringFee })},
	{"reservation_unused_quantity", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnusedQuantity })},
	{"reservation_unused_normalized_unit_quantity", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnusedNormalized })},
	{"reservation_net_effective_cost", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.NetEffectiveCost })},
	{"reservation_net_unused_amortized_upfront_fee_for_billing_period", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.NetUnusedAmortizedUpfront })},
	{"reservation_net_unused_recurring_fee", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.NetUnusedRecurringFee })},
	{"reservation_number_of_reservations", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.Count })},
	{"reservation_units_per_reservation", ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnitsPerReservation })},

	{"savings_plan_savings_plan_rate", ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.Rate })},
	{"savings_plan_savings_plan_effective_cost", ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.EffectiveCost })},
	{"savings_plan_net_savings_plan_effective_cost", ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.NetEffectiveCost })},
	{"savings_plan_total_commitment_to_date", ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.Commitment })},
	{"savings_plan_used_commitment", ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.Used })},
	{"savings_plan_amortized_upfront_commitment_for_billing_period", ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.AmortizedUpfront })},
	{"savings_plan_recurring_commitment_for_billing_period", ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.Recurring })},
	{"savings_plan_net_amortized_upfront_commitment_for_billing_period", ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.NetAmortized })},
	{"savings_plan_net_recurring_commitment_for_billing_period", ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.NetRecurring })},
}

// times are the columns of time; a zero time is null.
var times = []timeColumn{
	{startColumn, func(l *line) *time.Time { return &l.Start }},
	{"line_item_usage_end_date", func(l *line) *time.Time { return &l.End }},
	{"bill_billing_period_start_date", func(l *line) *time.Time { return &l.Bill.PeriodStart }},
	{"bill_billing_period_end_date", func(l *line) *time.Time { return &l.Bill.PeriodEnd }},
	{"reservation_start_time", ofReservation(func(r *billing.ReservationPart) *time.Time { return &r.Start })},
	{"reservation_end_time", ofReservation(func(r *billing.ReservationPart) *time.Time { return &r.End })},
	{"savings_plan_start_time", ofPlan(func(p *billing.SavingsPlanPart) *time.Time { return &p.StartTime })},
	{"savings_plan_end_time", ofPlan(func(p *billing.SavingsPlanPart) *time.Time { return &p.EndTime })},
}

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

func ofReservation[T any](at func(*billing.ReservationPart) *T) func(*line) *T {
	return func(l *line) *T {
		if l.Reservation == nil {
			return nil
		}
		return at(l.Reservation)
	}
}

func ofPlan[T any](at func(*billing.SavingsPlanPart) *T) func(*line) *T {
	return func(l *line) *T {
		if l.SavingsPlan == nil {
			return nil
		}
		return at(l.SavingsPlan)
	}
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
