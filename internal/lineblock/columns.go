package lineblock

import (
	"slices"
	"time"
	"unsafe"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

type line = billing.Line

// ID is the name of the column of identities, which is none of Texts: no line has the identity of another.
const ID = "identity_line_item_id"

// Part is what of a line a column belongs to.
type Part uint8

// The parts.
const (
	OfLine        Part = iota
	OfReservation      // only lines that have a reservation have the column
	OfPlan             // only lines that have a savings plan have it
)

// Column is a column of lines: its name in CUR 2.0, and where it is in a line, nil if the line has no such part.
type Column[T any] struct {
	Name string
	Part Part
	At   func(*billing.Line) *T
}

// direct is a column that every line has, found in the line without a call: lines are many.
type direct[T any] struct {
	place  int
	offset uintptr
}

func (c direct[T]) at(l *line) *T { return (*T)(unsafe.Add(unsafe.Pointer(l), c.offset)) }

// parted are the places of columns by the part of a line that they belong to.
type parted[T any] struct {
	line              []direct[T]
	reservation, plan []int
}

func byPart[T any](columns []Column[T]) (p parted[T]) {
	var probe line
	for i, c := range columns {
		switch c.Part {
		case OfLine:
			p.line = append(p.line, direct[T]{i, uintptr(unsafe.Pointer(c.At(&probe))) - uintptr(unsafe.Pointer(&probe))})
		case OfReservation:
			p.reservation = append(p.reservation, i)
		case OfPlan:
			p.plan = append(p.plan, i)
		}
	}
	return p
}

var textsOf, amountsOf, timesOf = byPart(texts[:]), byPart(amounts[:]), byPart(times[:])

// ownTexts are the texts of every line that are a line's own, though it is like others (Builder.AddLike); commonTexts are the places
// of those it has in common with them.
var ownTexts, commonTexts = func() (own []direct[string], common []int) {
	for _, c := range textsOf.line {
		if slices.Contains([]string{
			"line_item_usage_account_id", "line_item_availability_zone", "line_item_resource_id", "bill_invoice_id",
			"pricing_purchase_option", "pricing_lease_contract_length", "pricing_offering_class",
		}, texts[c.place].Name) {
			own = append(own, c)
		} else {
			common = append(common, c.place)
		}
	}
	return own, common
}()

// Texts gives the columns of text but ID. A block has them in this order.
func Texts() []Column[string] { return texts[:] }

// Amounts gives the columns of amounts. A block has them in this order.
func Amounts() []Column[decimal.D] { return amounts[:] }

// Times gives the columns of time. A block has them in this order.
func Times() []Column[time.Time] { return times[:] }

// Place gives where a block has a column of Texts, Amounts or Times; -1 for none of them.
func Place[T any](columns []Column[T], name string) int {
	return slices.IndexFunc(columns, func(c Column[T]) bool { return c.Name == name })
}

var texts = [...]Column[string]{
	{"line_item_line_item_type", OfLine, func(l *line) *string { return (*string)(&l.Type) }},
	{"line_item_usage_account_id", OfLine, func(l *line) *string { return &l.Account }},
	{"line_item_product_code", OfLine, func(l *line) *string { return &l.Product }},
	{"line_item_usage_type", OfLine, func(l *line) *string { return &l.UsageType }},
	{"line_item_operation", OfLine, func(l *line) *string { return &l.Operation }},
	{"line_item_availability_zone", OfLine, func(l *line) *string { return &l.Zone }},
	{"line_item_resource_id", OfLine, func(l *line) *string { return &l.Resource }},
	{"line_item_line_item_description", OfLine, func(l *line) *string { return &l.Description }},
	{"line_item_tax_type", OfLine, func(l *line) *string { return &l.TaxType }},
	{"line_item_legal_entity", OfLine, func(l *line) *string { return &l.LegalEntity }},
	{"line_item_currency_code", OfLine, func(l *line) *string { return &l.Currency }},
	{"bill_bill_type", OfLine, func(l *line) *string { return (*string)(&l.Bill.Type) }},
	{"bill_billing_entity", OfLine, func(l *line) *string { return &l.Bill.Entity }},
	{"bill_invoicing_entity", OfLine, func(l *line) *string { return &l.Bill.Issuer }},
	{"bill_invoice_id", OfLine, func(l *line) *string { return &l.Bill.Invoice }},
	{"bill_payer_account_id", OfLine, func(l *line) *string { return &l.Bill.Payer }},
	{"pricing_term", OfLine, func(l *line) *string { return &l.Pricing.Term }},
	{"pricing_unit", OfLine, func(l *line) *string { return &l.Pricing.Unit }},
	{"pricing_currency", OfLine, func(l *line) *string { return &l.Pricing.Currency }},
	{"pricing_purchase_option", OfLine, func(l *line) *string { return &l.Pricing.PurchaseOption }},
	{"pricing_lease_contract_length", OfLine, func(l *line) *string { return &l.Pricing.LeaseLength }},
	{"pricing_offering_class", OfLine, func(l *line) *string { return &l.Pricing.OfferingClass }},
	{"pricing_rate_code", OfLine, func(l *line) *string { return &l.Pricing.RateCode }},
	{"pricing_rate_id", OfLine, func(l *line) *string { return &l.Pricing.RateID }},
	{"product_servicecode", OfLine, func(l *line) *string { return &l.Detail.Service }},
	{"product_product_name", OfLine, func(l *line) *string { return &l.Detail.Name }},
	{"product_product_family", OfLine, func(l *line) *string { return &l.Detail.Family }},
	{"product_region_code", OfLine, func(l *line) *string { return &l.Detail.Region }},
	{"product_sku", OfLine, func(l *line) *string { return &l.Detail.SKU }},
	{"product_instance_type", OfLine, func(l *line) *string { return &l.Detail.InstanceType }},
	{"product_platform", OfLine, func(l *line) *string { return &l.Detail.Platform }},
	{"product_tenancy", OfLine, func(l *line) *string { return &l.Detail.Tenancy }},
	{"product_from_region_code", OfLine, func(l *line) *string { return &l.Detail.FromRegion }},
	{"product_to_region_code", OfLine, func(l *line) *string { return &l.Detail.ToRegion }},
	{"reservation_reservation_a_r_n", OfReservation, ofReservation(func(r *billing.ReservationPart) *string { return &r.ARN })},
	{"savings_plan_savings_plan_a_r_n", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.ARN })},
	{"savings_plan_offering_type", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.Offering })},
	{"savings_plan_region", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.Region })},
	{"savings_plan_instance_type_family", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.Family })},
	{"savings_plan_purchase_term", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.PurchaseTerm })},
	{"savings_plan_payment_option", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *string { return &p.PaymentOption })},
}

var amounts = [...]Column[decimal.D]{
	{"line_item_usage_amount", OfLine, func(l *line) *decimal.D { return &l.Usage }},
	{"line_item_normalization_factor", OfLine, func(l *line) *decimal.D { return &l.Factor }},
	{"line_item_normalized_usage_amount", OfLine, func(l *line) *decimal.D { return &l.Normalized }},
	{"line_item_unblended_rate", OfLine, func(l *line) *decimal.D { return &l.UnblendedRate }},
	{"line_item_unblended_cost", OfLine, func(l *line) *decimal.D { return &l.Unblended }},
	{"line_item_blended_rate", OfLine, func(l *line) *decimal.D { return &l.BlendedRate }},
	{"line_item_blended_cost", OfLine, func(l *line) *decimal.D { return &l.Blended }},
	{"line_item_net_unblended_rate", OfLine, func(l *line) *decimal.D { return &l.NetUnblendedRate }},
	{"line_item_net_unblended_cost", OfLine, func(l *line) *decimal.D { return &l.NetUnblended }},
	{"pricing_public_on_demand_rate", OfLine, func(l *line) *decimal.D { return &l.Pricing.PublicRate }},
	{"pricing_public_on_demand_cost", OfLine, func(l *line) *decimal.D { return &l.Pricing.PublicCost }},

	{"reservation_effective_cost", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.EffectiveCost })},
	{"reservation_amortized_upfront_cost_for_usage", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.AmortizedUpfront })},
	{"reservation_recurring_fee_for_usage", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.RecurringFee })},
	{"reservation_unused_amortized_upfront_fee_for_billing_period", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnusedAmortizedUpfront })},
	{"reservation_unused_recurring_fee", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnusedRecurringFee })},
	{"reservation_unused_quantity", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnusedQuantity })},
	{"reservation_unused_normalized_unit_quantity", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnusedNormalized })},
	{"reservation_net_effective_cost", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.NetEffectiveCost })},
	{"reservation_net_unused_amortized_upfront_fee_for_billing_period", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.NetUnusedAmortizedUpfront })},
	{"reservation_net_unused_recurring_fee", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.NetUnusedRecurringFee })},
	{"reservation_number_of_reservations", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.Count })},
	{"reservation_units_per_reservation", OfReservation, ofReservation(func(r *billing.ReservationPart) *decimal.D { return &r.UnitsPerReservation })},

	{"savings_plan_savings_plan_rate", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.Rate })},
	{"savings_plan_savings_plan_effective_cost", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.EffectiveCost })},
	{"savings_plan_net_savings_plan_effective_cost", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.NetEffectiveCost })},
	{"savings_plan_total_commitment_to_date", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.Commitment })},
	{"savings_plan_used_commitment", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.Used })},
	{"savings_plan_amortized_upfront_commitment_for_billing_period", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.AmortizedUpfront })},
	{"savings_plan_recurring_commitment_for_billing_period", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.Recurring })},
	{"savings_plan_net_amortized_upfront_commitment_for_billing_period", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.NetAmortized })},
	{"savings_plan_net_recurring_commitment_for_billing_period", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *decimal.D { return &p.NetRecurring })},
}

var times = [...]Column[time.Time]{
	{"line_item_usage_start_date", OfLine, func(l *line) *time.Time { return &l.Start }},
	{"line_item_usage_end_date", OfLine, func(l *line) *time.Time { return &l.End }},
	{"bill_billing_period_start_date", OfLine, func(l *line) *time.Time { return &l.Bill.PeriodStart }},
	{"bill_billing_period_end_date", OfLine, func(l *line) *time.Time { return &l.Bill.PeriodEnd }},
	{"reservation_start_time", OfReservation, ofReservation(func(r *billing.ReservationPart) *time.Time { return &r.Start })},
	{"reservation_end_time", OfReservation, ofReservation(func(r *billing.ReservationPart) *time.Time { return &r.End })},
	{"savings_plan_start_time", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *time.Time { return &p.StartTime })},
	{"savings_plan_end_time", OfPlan, ofPlan(func(p *billing.SavingsPlanPart) *time.Time { return &p.EndTime })},
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
