package usage

import (
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

type (
	line        = billing.Line
	reservation = billing.ReservationPart
	savingsPlan = billing.SavingsPlanPart
)

// curFields are the columns of the Cost and Usage Report that a line keeps.
func curFields() []field {
	var all []field
	for _, part := range [][]field{lineItemFields(), billFields(), pricingFields(), productFields(), reservationFields(), planFields()} {
		all = append(all, part...)
	}
	return all
}

func lineItemFields() []field {
	return []field{
		textField("identity/LineItemId", func(l *line) *string { return &l.ID }),
		textField("lineItem/UsageAccountId", func(l *line) *string { return &l.Account }),
		textField("lineItem/LineItemType", func(l *line) *string { return (*string)(&l.Type) }),
		timeField("lineItem/UsageStartDate", func(l *line) *time.Time { return &l.Start }),
		timeField("lineItem/UsageEndDate", func(l *line) *time.Time { return &l.End }),
		textField("lineItem/ProductCode", func(l *line) *string { return &l.Product }),
		textField("lineItem/UsageType", func(l *line) *string { return &l.UsageType }),
		textField("lineItem/Operation", func(l *line) *string { return &l.Operation }),
		textField("lineItem/AvailabilityZone", func(l *line) *string { return &l.Zone }),
		textField("lineItem/ResourceId", func(l *line) *string { return &l.Resource }),
		numberField("lineItem/UsageAmount", func(l *line) *decimal.D { return &l.Usage }),
		numberField("lineItem/NormalizationFactor", func(l *line) *decimal.D { return &l.Factor }),
		numberField("lineItem/NormalizedUsageAmount", func(l *line) *decimal.D { return &l.Normalized }),
		textField("lineItem/CurrencyCode", func(l *line) *string { return &l.Currency }),
		numberField("lineItem/UnblendedRate", func(l *line) *decimal.D { return &l.UnblendedRate }),
		numberField("lineItem/UnblendedCost", func(l *line) *decimal.D { return &l.Unblended }),
		numberField("lineItem/BlendedRate", func(l *line) *decimal.D { return &l.BlendedRate }),
		numberField("lineItem/BlendedCost", func(l *line) *decimal.D { return &l.Blended }),
		numberField("lineItem/NetUnblendedRate", func(l *line) *decimal.D { return &l.NetUnblendedRate }),
		numberField("lineItem/NetUnblendedCost", func(l *line) *decimal.D { return &l.NetUnblended }),
		textField("lineItem/LineItemDescription", func(l *line) *string { return &l.Description }),
		textField("lineItem/TaxType", func(l *line) *string { return &l.TaxType }),
		textField("lineItem/LegalEntity", func(l *line) *string { return &l.LegalEntity }),
	}
}

func billFields() []field {
	return []field{
		textField("bill/BillType", func(l *line) *string { return (*string)(&l.Bill.Type) }),
		textField("bill/BillingEntity", func(l *line) *string { return &l.Bill.Entity }),
		textField("bill/InvoicingEntity", func(l *line) *string { return &l.Bill.Issuer }),
		textField("bill/InvoiceId", func(l *line) *string { return &l.Bill.Invoice }),
		textField("bill/PayerAccountId", func(l *line) *string { return &l.Bill.Payer }),
		timeField("bill/BillingPeriodStartDate", func(l *line) *time.Time { return &l.Bill.PeriodStart }),
		timeField("bill/BillingPeriodEndDate", func(l *line) *time.Time { return &l.Bill.PeriodEnd }),
	}
}

func pricingFields() []field {
	return []field{
		textField("pricing/term", func(l *line) *string { return &l.Pricing.Term }),
		textField("pricing/unit", func(l *line) *string { return &l.Pricing.Unit }),
		numberField("pricing/publicOnDemandRate", func(l *line) *decimal.D { return &l.Pricing.PublicRate }),
		numberField("pricing/publicOnDemandCost", func(l *line) *decimal.D { return &l.Pricing.PublicCost }),
		textField("pricing/currency", func(l *line) *string { return &l.Pricing.Currency }),
		textField("pricing/PurchaseOption", func(l *line) *string { return &l.Pricing.PurchaseOption }),
		textField("pricing/LeaseContractLength", func(l *line) *string { return &l.Pricing.LeaseLength }),
		textField("pricing/OfferingClass", func(l *line) *string { return &l.Pricing.OfferingClass }),
		textField("pricing/RateCode", func(l *line) *string { return &l.Pricing.RateCode }),
		textField("pricing/RateId", func(l *line) *string { return &l.Pricing.RateID }),
	}
}

func productFields() []field {
	return []field{
		textField("product/servicecode", func(l *line) *string { return &l.Detail.Service }),
		textField("product/ProductName", func(l *line) *string { return &l.Detail.Name }),
		textField("product/productFamily", func(l *line) *string { return &l.Detail.Family }),
		textField("product/regionCode", func(l *line) *string { return &l.Detail.Region }),
		textField("product/sku", func(l *line) *string { return &l.Detail.SKU }),
		textField("product/instanceType", func(l *line) *string { return &l.Detail.InstanceType }),
		textField("product/operatingSystem", func(l *line) *string { return &l.Detail.Platform }),
		textField("product/databaseEngine", func(l *line) *string { return &l.Detail.Platform }),
		textField("product/tenancy", func(l *line) *string { return &l.Detail.Tenancy }),
		textField("product/fromRegionCode", func(l *line) *string { return &l.Detail.FromRegion }),
		textField("product/toRegionCode", func(l *line) *string { return &l.Detail.ToRegion }),
	}
}

func reservationFields() []field {
	return []field{
		{"reservation/ReservationARN", ofReservation(func(b []byte, p *reservation) []byte { return append(b, p.ARN...) })},
		reservedField("reservation/EffectiveCost", func(p *reservation) *decimal.D { return &p.EffectiveCost }),
		reservedField("reservation/AmortizedUpfrontCostForUsage", func(p *reservation) *decimal.D { return &p.AmortizedUpfront }),
		reservedField("reservation/RecurringFeeForUsage", func(p *reservation) *decimal.D { return &p.RecurringFee }),
		reservedField("reservation/UnusedAmortizedUpfrontFeeForBillingPeriod", func(p *reservation) *decimal.D { return &p.UnusedAmortizedUpfront }),
		reservedField("reservation/UnusedRecurringFee", func(p *reservation) *decimal.D { return &p.UnusedRecurringFee }),
		reservedField("reservation/UnusedQuantity", func(p *reservation) *decimal.D { return &p.UnusedQuantity }),
		reservedField("reservation/UnusedNormalizedUnitQuantity", func(p *reservation) *decimal.D { return &p.UnusedNormalized }),
		reservedField("reservation/NetEffectiveCost", func(p *reservation) *decimal.D { return &p.NetEffectiveCost }),
		reservedField("reservation/NetUnusedAmortizedUpfrontFeeForBillingPeriod", func(p *reservation) *decimal.D { return &p.NetUnusedAmortizedUpfront }),
		reservedField("reservation/NetUnusedRecurringFee", func(p *reservation) *decimal.D { return &p.NetUnusedRecurringFee }),
		reservedField("reservation/NumberOfReservations", func(p *reservation) *decimal.D { return &p.Count }),
		reservedField("reservation/UnitsPerReservation", func(p *reservation) *decimal.D { return &p.UnitsPerReservation }),
		reservedTime("reservation/StartTime", func(p *reservation) *time.Time { return &p.Start }),
		reservedTime("reservation/EndTime", func(p *reservation) *time.Time { return &p.End }),
	}
}

func planFields() []field {
	return []field{
		planText("savingsPlan/SavingsPlanARN", func(p *savingsPlan) *string { return &p.ARN }),
		planText("savingsPlan/OfferingType", func(p *savingsPlan) *string { return &p.Offering }),
		planField("savingsPlan/SavingsPlanRate", func(p *savingsPlan) *decimal.D { return &p.Rate }),
		planField("savingsPlan/SavingsPlanEffectiveCost", func(p *savingsPlan) *decimal.D { return &p.EffectiveCost }),
		planField("savingsPlan/NetSavingsPlanEffectiveCost", func(p *savingsPlan) *decimal.D { return &p.NetEffectiveCost }),
		planField("savingsPlan/TotalCommitmentToDate", func(p *savingsPlan) *decimal.D { return &p.Commitment }),
		planField("savingsPlan/UsedCommitment", func(p *savingsPlan) *decimal.D { return &p.Used }),
		planField("savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod", func(p *savingsPlan) *decimal.D { return &p.AmortizedUpfront }),
		planField("savingsPlan/RecurringCommitmentForBillingPeriod", func(p *savingsPlan) *decimal.D { return &p.Recurring }),
		planField("savingsPlan/NetAmortizedUpfrontCommitmentForBillingPeriod", func(p *savingsPlan) *decimal.D { return &p.NetAmortized }),
		planField("savingsPlan/NetRecurringCommitmentForBillingPeriod", func(p *savingsPlan) *decimal.D { return &p.NetRecurring }),
		planText("savingsPlan/Region", func(p *savingsPlan) *string { return &p.Region }),
		planText("savingsPlan/InstanceTypeFamily", func(p *savingsPlan) *string { return &p.Family }),
		planText("savingsPlan/PurchaseTerm", func(p *savingsPlan) *string { return &p.PurchaseTerm }),
		planText("savingsPlan/PaymentOption", func(p *savingsPlan) *string { return &p.PaymentOption }),
		planTime("savingsPlan/StartTime", func(p *savingsPlan) *time.Time { return &p.StartTime }),
		planTime("savingsPlan/EndTime", func(p *savingsPlan) *time.Time { return &p.EndTime }),
	}
}
