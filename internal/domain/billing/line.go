package billing

import (
	"time"

	"umbel/internal/decimal"
)

// Line is one line of a bill: usage, or a charge of its own, with its price. Behind each field stands the column of CUR 2.0 that
// holds it. Amounts are in Currency.
type Line struct {
	ID         string    // identity_line_item_id: the same in every report of the hour
	Type       LineType  // line_item_line_item_type
	Account    string    // line_item_usage_account_id
	Start, End time.Time // line_item_usage_start_date, line_item_usage_end_date: UTC, End exclusive

	Product     string // line_item_product_code: "AmazonEC2"
	UsageType   string // line_item_usage_type
	Operation   string // line_item_operation
	Zone        string // line_item_availability_zone
	Resource    string // line_item_resource_id
	Description string // line_item_line_item_description
	TaxType     string // line_item_tax_type
	LegalEntity string // line_item_legal_entity: the seller of record
	Currency    string // line_item_currency_code: "USD"

	Usage      decimal.D // line_item_usage_amount
	Factor     decimal.D // line_item_normalization_factor; 0 where sizes cannot be compared
	Normalized decimal.D // line_item_normalized_usage_amount

	UnblendedRate, Unblended       decimal.D // line_item_unblended_rate, line_item_unblended_cost
	BlendedRate, Blended           decimal.D // line_item_blended_rate, line_item_blended_cost
	NetUnblendedRate, NetUnblended decimal.D // line_item_net_unblended_rate, line_item_net_unblended_cost

	Bill        BillPart
	Pricing     PricingPart
	Detail      ProductPart
	Reservation *ReservationPart // nil without
	SavingsPlan *SavingsPlanPart // nil without

	Tags       map[string]string // resource_tags: "user:team" by its key as activated
	Categories map[string]string // cost_category
	Discounts  map[string]decimal.D
}

// Clone copies a line with its parts, for who keeps or changes what was only lent. Its maps stay shared.
func (l *Line) Clone() *Line {
	c := *l
	if l.Reservation != nil {
		r := *l.Reservation
		c.Reservation = &r
	}
	if l.SavingsPlan != nil {
		p := *l.SavingsPlan
		c.SavingsPlan = &p
	}
	return &c
}

// LineType is the kind of a line, as CUR names it.
type LineType string

// The kinds of lines.
const (
	Usage                LineType = "Usage"
	DiscountedUsage      LineType = "DiscountedUsage" // covered by a reservation
	SavingsPlanCovered   LineType = "SavingsPlanCoveredUsage"
	SavingsPlanNegation  LineType = "SavingsPlanNegation" // takes back the on-demand cost of what a plan covers
	SavingsPlanRecurring LineType = "SavingsPlanRecurringFee"
	SavingsPlanUpfront   LineType = "SavingsPlanUpfrontFee"
	ReservationFee       LineType = "RIFee"
	Fee                  LineType = "Fee" // a one-time fee: support, a reservation's upfront payment, a subscription
	Tax                  LineType = "Tax"
	Credit               LineType = "Credit"
	Refund               LineType = "Refund"
	BundledDiscount      LineType = "BundledDiscount"
	PrivateRate          LineType = "PrivateRateDiscount"
	EnterpriseDiscount   LineType = "EdpDiscount"
	DistributorDiscount  LineType = "DistributorDiscount"
	SolutionProvider     LineType = "SppDiscount"
	ReservationVolume    LineType = "RiVolumeDiscount"
)

// BillPart is what a line says of the bill it is on.
type BillPart struct {
	Type        BillType  // bill_bill_type
	Entity      string    // bill_billing_entity: "AWS", "AWS Marketplace"
	Issuer      string    // bill_invoicing_entity
	Invoice     string    // bill_invoice_id; "" until the bill is final
	Payer       string    // bill_payer_account_id
	PeriodStart time.Time // bill_billing_period_start_date
	PeriodEnd   time.Time // bill_billing_period_end_date, exclusive
}

// BillType is the kind of a bill.
type BillType string

// The kinds of bills.
const (
	Anniversary  BillType = "Anniversary" // the month's
	Purchase     BillType = "Purchase"    // an upfront payment's
	RefundIssued BillType = "Refund"
)

// The entities that bills are of.
const (
	EntityAWS         = "AWS"
	EntityMarketplace = "AWS Marketplace"
)

// PricingPart is what a line says of its price.
type PricingPart struct {
	Term           string    // pricing_term: "OnDemand", "Reserved", ""
	Unit           string    // pricing_unit
	PublicRate     decimal.D // pricing_public_on_demand_rate
	PublicCost     decimal.D // pricing_public_on_demand_cost
	Currency       string    // pricing_currency
	PurchaseOption string    // pricing_purchase_option: "All Upfront", …
	LeaseLength    string    // pricing_lease_contract_length: "1yr"
	OfferingClass  string    // pricing_offering_class: "standard", "convertible"
	RateCode       string    // pricing_rate_code
	RateID         string    // pricing_rate_id
}

// ProductPart is what a line says of the product used.
type ProductPart struct {
	Service      string // product_servicecode: "AmazonEC2"; data transfer has its own
	Name         string // product's product_name: "Amazon Elastic Compute Cloud"
	Family       string // product_product_family: "Compute Instance"
	Region       string // product_region_code
	SKU          string // product_sku
	InstanceType string // product_instance_type
	Platform     string // product's operating_system or database_engine
	Tenancy      string // product's tenancy
	FromRegion   string // product_from_region_code
	ToRegion     string // product_to_region_code
}

// ReservationPart is what a line says of a reservation.
type ReservationPart struct {
	ARN                        string    // reservation_reservation_a_r_n
	EffectiveCost              decimal.D // reservation_effective_cost
	AmortizedUpfront           decimal.D // reservation_amortized_upfront_cost_for_usage
	RecurringFee               decimal.D // reservation_recurring_fee_for_usage
	UnusedAmortizedUpfront     decimal.D // reservation_unused_amortized_upfront_fee_for_billing_period
	UnusedRecurringFee         decimal.D // reservation_unused_recurring_fee
	UnusedQuantity             decimal.D // reservation_unused_quantity
	UnusedNormalized           decimal.D // reservation_unused_normalized_unit_quantity
	NetEffectiveCost           decimal.D // reservation_net_effective_cost
	NetUnusedAmortizedUpfront  decimal.D // reservation_net_unused_amortized_upfront_fee_for_billing_period
	NetUnusedRecurringFee      decimal.D // reservation_net_unused_recurring_fee
	Count, UnitsPerReservation decimal.D // reservation_number_of_reservations, reservation_units_per_reservation
	Start, End                 time.Time // reservation_start_time, reservation_end_time
}

// SavingsPlanPart is what a line says of a savings plan.
type SavingsPlanPart struct {
	ARN              string    // savings_plan_savings_plan_a_r_n
	Offering         string    // savings_plan_offering_type: "ComputeSavingsPlans", "EC2InstanceSavingsPlans"
	Rate             decimal.D // savings_plan_savings_plan_rate
	EffectiveCost    decimal.D // savings_plan_savings_plan_effective_cost
	NetEffectiveCost decimal.D // savings_plan_net_savings_plan_effective_cost
	Commitment       decimal.D // savings_plan_total_commitment_to_date
	Used             decimal.D // savings_plan_used_commitment
	AmortizedUpfront decimal.D // savings_plan_amortized_upfront_commitment_for_billing_period
	Recurring        decimal.D // savings_plan_recurring_commitment_for_billing_period
	NetAmortized     decimal.D // savings_plan_net_amortized_upfront_commitment_for_billing_period
	NetRecurring     decimal.D // savings_plan_net_recurring_commitment_for_billing_period
	Region, Family   string    // savings_plan_region, savings_plan_instance_type_family
	PurchaseTerm     string    // savings_plan_purchase_term: "1yr"
	PaymentOption    string    // savings_plan_payment_option: "No Upfront", …
	StartTime        time.Time // savings_plan_start_time
	EndTime          time.Time // savings_plan_end_time
}
