package usage

import (
	"slices"
	"strings"
)

// Type is what a column of an exported table holds, as the table dictionary of AWS Data Exports calls it.
type Type string

// The types. Numbers of type double have what a double holds: fifteen significant digits of any amount, often more.
const (
	Text      Type = "string"
	Number    Type = "double"
	Time      Type = "timestamp_milliseconds"
	TextMap   Type = "map<string,string>"
	NumberMap Type = "map<string,double>"
)

// Map tells whether a column holds many values under keys.
func (t Type) Map() bool { return t == TextMap || t == NumberMap }

// Column is a column of an exported table, or of a file of one.
type Column struct {
	Name string
	Type Type
}

// SplitColumns gives the columns that split cost allocation data adds to CUR 2.0 (AWS Data Exports User Guide, "Split line item
// columns"). Lines have nothing in them.
func SplitColumns() []string { return strings.Fields(splitColumns) }

const splitColumns = `
split_line_item_actual_usage split_line_item_net_split_cost split_line_item_net_unused_cost split_line_item_parent_resource_id
split_line_item_public_on_demand_split_cost split_line_item_public_on_demand_unused_cost split_line_item_reserved_usage
split_line_item_split_cost split_line_item_split_usage split_line_item_split_usage_ratio split_line_item_unused_cost`

// FOCUS10Columns gives the columns of FOCUS 1.0 as AWS exports it (AWS Data Exports User Guide, "FOCUS 1.0 with AWS columns").
func FOCUS10Columns() []string { return strings.Fields(focus10Columns) }

const focus10Columns = `
AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory
ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId
CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice
EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity PricingUnit ProviderName PublisherName RegionId
RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName SkuId SkuPriceId SubAccountId SubAccountName Tags
x_CostCategories x_Discounts x_Operation x_ServiceCode x_UsageType`

// numbers are the columns of type double, in all tables.
var numbers = strings.Fields(`
discount_bundled_discount discount_total_discount line_item_blended_cost line_item_net_unblended_cost line_item_normalization_factor
line_item_normalized_usage_amount line_item_unblended_cost line_item_usage_amount pricing_public_on_demand_cost
reservation_amortized_upfront_cost_for_usage reservation_amortized_upfront_fee_for_billing_period reservation_effective_cost
reservation_net_amortized_upfront_cost_for_usage reservation_net_amortized_upfront_fee_for_billing_period
reservation_net_effective_cost reservation_net_recurring_fee_for_usage
reservation_net_unused_amortized_upfront_fee_for_billing_period reservation_net_unused_recurring_fee reservation_net_upfront_value
reservation_recurring_fee_for_usage reservation_unused_amortized_upfront_fee_for_billing_period
reservation_unused_normalized_unit_quantity reservation_unused_quantity reservation_unused_recurring_fee reservation_upfront_value
savings_plan_amortized_upfront_commitment_for_billing_period savings_plan_net_amortized_upfront_commitment_for_billing_period
savings_plan_net_recurring_commitment_for_billing_period savings_plan_net_savings_plan_effective_cost
savings_plan_recurring_commitment_for_billing_period savings_plan_savings_plan_effective_cost savings_plan_savings_plan_rate
savings_plan_total_commitment_to_date savings_plan_used_commitment split_line_item_actual_usage split_line_item_net_split_cost
split_line_item_net_unused_cost split_line_item_public_on_demand_split_cost split_line_item_public_on_demand_unused_cost
split_line_item_reserved_usage split_line_item_split_cost split_line_item_split_usage split_line_item_split_usage_ratio
split_line_item_unused_cost
BilledCost CommitmentDiscountQuantity ConsumedQuantity ContractedCost ContractedUnitPrice EffectiveCost ListCost ListUnitPrice
PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity`)

// times are the columns of times. When commitments begin and end is text in CUR.
var times = strings.Fields(`
bill_billing_period_end_date bill_billing_period_start_date line_item_usage_end_date line_item_usage_start_date
BillingPeriodEnd BillingPeriodStart ChargePeriodEnd ChargePeriodStart`)

// typeOf gives the type of a column of CUR 2.0 or FOCUS.
func typeOf(name string) Type {
	switch {
	case slices.Contains(numbers, name):
		return Number
	case slices.Contains(times, name):
		return Time
	}
	switch name {
	case "resource_tags", "cost_category", "product", "Tags", "SkuPriceDetails", "x_CostCategories":
		return TextMap
	case "discount", "x_Discounts":
		return NumberMap
	}
	return Text
}

// TableColumns gives the columns of a table, in their order: CUR2, FOCUS10 or FOCUS12; nil for another.
func TableColumns(table Format) []Column {
	var names []string
	switch table {
	case CUR2:
		names = CUR2Columns()
	case FOCUS10:
		names = FOCUS10Columns()
	case FOCUS12:
		names = FOCUS12Columns()
	}
	return TypedColumns(names)
}

// TypedColumns gives columns of CUR 2.0 or FOCUS with their types.
func TypedColumns(names []string) []Column {
	columns := make([]Column, len(names))
	for i, name := range names {
		columns[i] = Column{name, typeOf(name)}
	}
	return columns
}
