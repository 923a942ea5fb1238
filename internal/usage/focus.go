package usage

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// charge is what a row of FOCUS says of its kind; it makes the line's type, reservation and savings plan.
type charge struct {
	category, class, frequency         string
	commitment, commitmentType, status string
	negative                           bool // what it costs is below zero
}

// The columns of a charge that lines do not have, by their places after those of a block.
const (
	chargeCategory = iota
	chargeClass
	chargeFrequency
	chargeCommitment
	chargeCommitmentType
	chargeStatus
	chargePayer
	chargeMeter
	chargeProvider
	chargeTexts
)

const (
	chargePriced = iota
	chargeEffective
	chargeAmounts
)

// focusNeeds are the columns without which a file of FOCUS says nothing.
var focusNeeds = []string{"BilledCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart", "ChargePeriodEnd", "BillingAccountId"}

// focusPlan reads FOCUS ("FinOps Open Cost and Usage Specification") 1.0 to 1.2, as AWS exports it ("FOCUS 1.2 with AWS columns").
func focusPlan(header []string) (*plan, error) {
	p := &plan{format: focusVersion(header), priced: true, charged: true, check: checkFOCUS}
	makers := focusMakers()
	for _, name := range header {
		how := makers[name]
		if how == nil {
			p.ignored = append(p.ignored, name)
		}
		p.columns = append(p.columns, column{name: name, make: how})
	}
	for _, name := range focusNeeds {
		if !slices.Contains(header, name) {
			return nil, fmt.Errorf("%w: a file of FOCUS without the column %s", ErrFormat, name)
		}
	}
	return p, nil
}

// focusVersion tells the version by the columns that each brought.
func focusVersion(header []string) Format {
	has := func(name string) bool { return slices.Contains(header, name) }
	switch {
	case has("InvoiceId") || has("BillingAccountType") || has("SubAccountType"):
		return FOCUS12
	case has("ServiceSubcategory") || has("CommitmentDiscountQuantity") || has("CapacityReservationId"):
		return FOCUS11
	}
	return FOCUS10
}

// focusNull is what stands for nothing in FOCUS.
const focusNull = "NULL"

// focusMakers are the columns of FOCUS that are of use.
func focusMakers() map[string]maker {
	all := map[string]maker{
		"SubAccountId":             makeText("line_item_usage_account_id", focusNull, focusAccount),
		"BillingAccountId":         makeCharge(chargePayer, focusAccount),
		"ProviderName":             makeCharge(chargeProvider, focusProvider),
		"BillingCurrency":          makeText("line_item_currency_code", focusNull, (*memory).currency),
		"PricingCurrency":          makeText("pricing_currency", focusNull, (*memory).currency),
		"PricingQuantity":          makeAmountAt(len(lineblock.Amounts())+chargePriced, lineblock.OfLine, 0, focusNull),
		"EffectiveCost":            makeAmountAt(len(lineblock.Amounts())+chargeEffective, lineblock.OfLine, 0, focusNull),
		"Tags":                     makeMap(focusNull, tagMaps(focusTag)),
		"x_CostCategories":         makeMap(focusNull, categoryMaps),
		"x_Discounts":              makeMap(focusNull, newDiscountMaps),
		"ChargeCategory":           makeCharge(chargeCategory, nil),
		"ChargeClass":              makeCharge(chargeClass, nil),
		"ChargeFrequency":          makeCharge(chargeFrequency, nil),
		"CommitmentDiscountId":     makeCharge(chargeCommitment, nil),
		"CommitmentDiscountType":   makeCharge(chargeCommitmentType, nil),
		"CommitmentDiscountStatus": makeCharge(chargeStatus, nil),
		"SkuMeter":                 makeCharge(chargeMeter, nil),
	}
	for name, of := range map[string]string{
		"AvailabilityZone": "line_item_availability_zone", "ChargeDescription": "line_item_line_item_description", "InvoiceId": "bill_invoice_id",
		"InvoiceIssuerName": "bill_invoicing_entity", "PublisherName": "line_item_legal_entity", "PricingUnit": "pricing_unit",
		"RegionId": "product_region_code", "ServiceName": "product_product_name", "SkuId": "product_sku", "SkuPriceId": "pricing_rate_code",
		"x_ServiceCode": "line_item_product_code", "x_UsageType": "line_item_usage_type", "x_Operation": "line_item_operation",
		"ResourceId": "line_item_resource_id",
	} {
		all[name] = makeText(of, focusNull, nil)
	}
	for name, of := range map[string]string{
		"ChargePeriodStart": "line_item_usage_start_date", "ChargePeriodEnd": "line_item_usage_end_date",
		"BillingPeriodStart": "bill_billing_period_start_date", "BillingPeriodEnd": "bill_billing_period_end_date",
	} {
		all[name] = makeTime(of, focusNull)
	}
	for name, of := range map[string]string{
		"BilledCost": "line_item_unblended_cost", "ContractedUnitPrice": "line_item_unblended_rate", "ListCost": "pricing_public_on_demand_cost",
		"ListUnitPrice": "pricing_public_on_demand_rate", "ConsumedQuantity": "line_item_usage_amount",
	} {
		target := lineblock.Place(lineblock.Amounts(), of)
		all[name] = makeAmountAt(target, lineblock.OfLine, 0, focusNull)
	}
	return all
}

func makeCharge(text int, convert func(*memory, []byte) (string, error)) maker {
	return makeTextAt(len(lineblock.Texts())+text, lineblock.OfLine, focusNull, convert)
}

// focusAccount reads an account ID. Anonymised files have IDs of other lengths: those that are longer are taken as they are.
func focusAccount(m *memory, b []byte) (string, error) {
	if len(b) > 12 && len(b) <= 64 {
		return m.text(b), nil
	}
	return m.account(b)
}

func focusProvider(m *memory, b []byte) (string, error) {
	if s := m.text(b); s == "AWS" || strings.HasPrefix(s, "Amazon") {
		return s, nil
	}
	return "", errProvider
}

var (
	errProvider = errors.New("not a charge of AWS")
	errCategory = errors.New("not a category of FOCUS")
)

// verdict is what a charge becomes.
type verdict struct {
	kind      billing.LineType
	bill      billing.BillType
	term      string
	part      lineblock.Part // which the commitment is of; OfLine for none
	effective []int          // the amounts that are EffectiveCost
	err       error          // why it becomes nothing
}

// The amounts of a commitment: of what it covers, and of what nothing used, which is Commitment - Used for a savings plan.
var (
	planCovers     = amountPlaces("savings_plan_savings_plan_effective_cost", "savings_plan_net_savings_plan_effective_cost")
	planUnused     = amountPlaces("savings_plan_total_commitment_to_date", "savings_plan_net_recurring_commitment_for_billing_period")
	reservedCovers = amountPlaces("reservation_effective_cost", "reservation_net_effective_cost")
	reservedUnused = amountPlaces("reservation_unused_recurring_fee", "reservation_net_unused_recurring_fee")
)

func amountPlaces(names ...string) (places []int) {
	for _, name := range names {
		places = append(places, lineblock.Place(lineblock.Amounts(), name))
	}
	return places
}

// classify tells what a charge becomes. BilledCost is what is unblended; amounts that FOCUS has beside it are taken only where it is
// not the cost: EffectiveCost of what a commitment covers or leaves unused.
func (c *charge) classify() verdict {
	plan := c.commitment != "" && (strings.Contains(c.commitmentType, "Savings Plan") || strings.Contains(c.commitment, ":savingsplan/"))
	reserved := c.commitment != "" && !plan
	unused := c.status == "Unused"
	switch {
	case c.category == "Tax":
		return verdict{kind: billing.Tax, bill: billing.Anniversary}
	case c.category == "Credit":
		return verdict{kind: billing.Credit, bill: billing.Anniversary}
	case c.category == "Adjustment" || c.class == "Correction" && c.negative:
		return verdict{kind: billing.Refund, bill: billing.RefundIssued}
	case c.category == "Usage" && plan && unused:
		return verdict{kind: billing.SavingsPlanRecurring, bill: billing.Anniversary, part: lineblock.OfPlan, effective: planUnused}
	case c.category == "Usage" && plan:
		return verdict{kind: billing.SavingsPlanCovered, bill: billing.Anniversary, part: lineblock.OfPlan, effective: planCovers}
	case c.category == "Usage" && reserved && unused:
		return verdict{kind: billing.ReservationFee, bill: billing.Anniversary, part: lineblock.OfReservation, effective: reservedUnused}
	case c.category == "Usage" && reserved:
		return verdict{kind: billing.DiscountedUsage, bill: billing.Anniversary, part: lineblock.OfReservation, effective: reservedCovers}
	case c.category == "Usage":
		return verdict{kind: billing.Usage, bill: billing.Anniversary, term: "OnDemand"}
	case c.category == "Purchase":
		return c.purchase(plan, reserved)
	case c.category == "":
		return verdict{err: errMissing}
	}
	return verdict{err: errCategory}
}

// purchase is a fee: of a commitment, upfront or recurring, or of something else.
func (c *charge) purchase(plan, reserved bool) verdict {
	once := c.frequency == "One-Time"
	v := verdict{kind: billing.Fee, bill: billing.Anniversary}
	switch {
	case plan && once:
		v.kind = billing.SavingsPlanUpfront
	case plan:
		v.kind = billing.SavingsPlanRecurring
	case reserved && !once:
		v.kind = billing.ReservationFee
	}
	if plan {
		v.part = lineblock.OfPlan
	}
	if reserved {
		v.part = lineblock.OfReservation
	}
	if once {
		v.bill = billing.Purchase
	}
	return v
}
