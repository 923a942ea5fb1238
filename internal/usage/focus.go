package usage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// charge is what a row of FOCUS says of its kind; it makes the line's type, reservation and savings plan.
type charge struct {
	category, class, frequency         string
	commitment, commitmentType, status string
	effective, priced                  decimal.D
	payer, meter                       string
}

// focusNeeds are the columns without which a file of FOCUS says nothing.
var focusNeeds = []string{"BilledCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart", "ChargePeriodEnd", "BillingAccountId"}

// focusPlan reads FOCUS ("FinOps Open Cost and Usage Specification") 1.0 to 1.2, as AWS exports it ("FOCUS 1.2 with AWS columns").
func focusPlan(header []string) (*plan, error) {
	p := &plan{format: focusVersion(header), priced: true, null: "NULL", finish: finishFocus}
	setters := map[string]setter{}
	for _, f := range focusFields() {
		setters[f.name] = f.set
	}
	for _, name := range header {
		set := setters[name]
		if set == nil {
			p.ignored = append(p.ignored, name)
		}
		p.columns = append(p.columns, column{name, set})
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

func focusFields() []field {
	all := []field{
		focusAccount("SubAccountId", func(r *row) *string { return &r.line.Account }),
		focusAccount("BillingAccountId", func(r *row) *string { return &r.charge.payer }),
		timeField("ChargePeriodStart", func(l *line) *time.Time { return &l.Start }),
		timeField("ChargePeriodEnd", func(l *line) *time.Time { return &l.End }),
		timeField("BillingPeriodStart", func(l *line) *time.Time { return &l.Bill.PeriodStart }),
		timeField("BillingPeriodEnd", func(l *line) *time.Time { return &l.Bill.PeriodEnd }),
		currencyField("BillingCurrency", func(l *line) *string { return &l.Currency }),
		currencyField("PricingCurrency", func(l *line) *string { return &l.Pricing.Currency }),
		numberField("BilledCost", func(l *line) *decimal.D { return &l.Unblended }),
		numberField("ContractedUnitPrice", func(l *line) *decimal.D { return &l.UnblendedRate }),
		numberField("ListCost", func(l *line) *decimal.D { return &l.Pricing.PublicCost }),
		numberField("ListUnitPrice", func(l *line) *decimal.D { return &l.Pricing.PublicRate }),
		numberField("ConsumedQuantity", func(l *line) *decimal.D { return &l.Usage }),
		{"PricingQuantity", func(r *row, b []byte) (err error) {
			r.charge.priced, err = number(b)
			return err
		}, nil},
		{"EffectiveCost", func(r *row, b []byte) (err error) {
			r.charge.effective, err = number(b)
			return err
		}, nil},
		ownField("ResourceId", func(l *line) *string { return &l.Resource }),
		{"ProviderName", func(r *row, b []byte) error {
			if s := string(b); s != "AWS" && !strings.HasPrefix(s, "Amazon") {
				return errProvider
			}
			return nil
		}, nil},
		{"Tags", func(r *row, b []byte) (err error) {
			r.line.Tags, err = r.tagObject(b, focusTag)
			return err
		}, nil},
		{"x_CostCategories", func(r *row, b []byte) (err error) {
			r.line.Categories, err = r.object(b)
			return err
		}, nil},
		{"x_Discounts", setDiscounts, nil},
	}
	for name, at := range map[string]func(*row) *string{
		"ChargeCategory":           func(r *row) *string { return &r.charge.category },
		"ChargeClass":              func(r *row) *string { return &r.charge.class },
		"ChargeFrequency":          func(r *row) *string { return &r.charge.frequency },
		"CommitmentDiscountId":     func(r *row) *string { return &r.charge.commitment },
		"CommitmentDiscountType":   func(r *row) *string { return &r.charge.commitmentType },
		"CommitmentDiscountStatus": func(r *row) *string { return &r.charge.status },
		"AvailabilityZone":         func(r *row) *string { return &r.line.Zone },
		"ChargeDescription":        func(r *row) *string { return &r.line.Description },
		"InvoiceId":                func(r *row) *string { return &r.line.Bill.Invoice },
		"InvoiceIssuerName":        func(r *row) *string { return &r.line.Bill.Issuer },
		"PublisherName":            func(r *row) *string { return &r.line.LegalEntity },
		"PricingUnit":              func(r *row) *string { return &r.line.Pricing.Unit },
		"RegionId":                 func(r *row) *string { return &r.line.Detail.Region },
		"ServiceName":              func(r *row) *string { return &r.line.Detail.Name },
		"SkuId":                    func(r *row) *string { return &r.line.Detail.SKU },
		"SkuPriceId":               func(r *row) *string { return &r.line.Pricing.RateCode },
		"x_ServiceCode":            func(r *row) *string { return &r.line.Product },
		"x_UsageType":              func(r *row) *string { return &r.line.UsageType },
		"SkuMeter":                 func(r *row) *string { return &r.charge.meter },
		"x_Operation":              func(r *row) *string { return &r.line.Operation },
	} {
		all = append(all, field{name, func(r *row, b []byte) error {
			*at(r) = r.text(b)
			return nil
		}, nil})
	}
	return all
}

// focusAccount reads an account ID. Anonymised files have IDs of other lengths: those that are longer are taken as they are.
func focusAccount(name string, at func(*row) *string) field {
	return field{name, func(r *row, b []byte) (err error) {
		if len(b) > 12 && len(b) <= 64 {
			*at(r) = r.text(b)
			return nil
		}
		*at(r), err = r.account(b)
		return err
	}, nil}
}

var (
	errProvider = errors.New("not a charge of AWS")
	errCategory = errors.New("not a category of FOCUS")
)

// finishFocus completes a line of FOCUS. BilledCost is what is unblended; amounts that FOCUS has beside it are taken only where it
// is not the cost: EffectiveCost of what a commitment covers or leaves unused.
func finishFocus(r *row) (column string, err error) {
	l, c := &r.line, &r.charge
	if l.Account == "" {
		l.Account = c.payer // charges that are of no member
	}
	switch {
	case l.Account == "":
		return "BillingAccountId", errMissing
	case l.Currency == "":
		return "BillingCurrency", errMissing
	case l.Start.IsZero():
		return "ChargePeriodStart", errMissing
	case l.End.IsZero():
		return "ChargePeriodEnd", errMissing
	case l.End.Before(l.Start):
		return "ChargePeriodEnd", errBackward
	}
	l.Bill.Payer, l.Bill.Type, l.Bill.Entity = c.payer, billing.Anniversary, billing.EntityAWS
	if l.LegalEntity != "" && !strings.HasPrefix(l.LegalEntity, "Amazon") {
		l.Bill.Entity = billing.EntityMarketplace
	}
	if l.Product == "" {
		l.Product = l.Detail.Name
	}
	l.Detail.Service = l.Product
	if l.UsageType == "" {
		l.UsageType = c.meter
	}
	if l.Usage.IsZero() {
		l.Usage = c.priced
	}
	l.Blended, l.NetUnblended = l.Unblended, l.Unblended
	l.BlendedRate, l.NetUnblendedRate = l.UnblendedRate, l.UnblendedRate
	return r.classify()
}

// classify gives the line its type.
func (r *row) classify() (column string, err error) {
	l, c := &r.line, &r.charge
	plan := c.commitment != "" && (strings.Contains(c.commitmentType, "Savings Plan") || strings.Contains(c.commitment, ":savingsplan/"))
	reserved := c.commitment != "" && !plan
	unused := c.status == "Unused"
	switch {
	case c.category == "Tax":
		l.Type = billing.Tax
	case c.category == "Credit":
		l.Type = billing.Credit
	case c.category == "Adjustment" || c.class == "Correction" && l.Unblended.Sign() < 0:
		l.Type, l.Bill.Type = billing.Refund, billing.RefundIssued
	case c.category == "Usage" && plan:
		l.Type = billing.SavingsPlanCovered
		p := r.plan()
		p.ARN, p.EffectiveCost, p.NetEffectiveCost = c.commitment, c.effective, c.effective
		if unused { // what nothing used is Commitment - Used
			l.Type = billing.SavingsPlanRecurring
			*p = billing.SavingsPlanPart{ARN: c.commitment, Commitment: c.effective, NetRecurring: c.effective}
		}
	case c.category == "Usage" && reserved:
		l.Type = billing.DiscountedUsage
		p := r.reservation()
		p.ARN, p.EffectiveCost, p.NetEffectiveCost = c.commitment, c.effective, c.effective
		if unused {
			l.Type = billing.ReservationFee
			*p = billing.ReservationPart{ARN: c.commitment, UnusedRecurringFee: c.effective, NetUnusedRecurringFee: c.effective}
		}
	case c.category == "Usage":
		l.Type, l.Pricing.Term = billing.Usage, "OnDemand"
	case c.category == "Purchase":
		r.purchase(plan, reserved)
	case c.category == "":
		return "ChargeCategory", errMissing
	default:
		return "ChargeCategory", errCategory
	}
	return "", nil
}

// purchase is a fee: of a commitment, upfront or recurring, or of something else.
func (r *row) purchase(plan, reserved bool) {
	l, c := &r.line, &r.charge
	once := c.frequency == "One-Time"
	l.Type = billing.Fee
	switch {
	case plan && once:
		l.Type = billing.SavingsPlanUpfront
	case plan:
		l.Type = billing.SavingsPlanRecurring
	case reserved && !once:
		l.Type = billing.ReservationFee
	}
	if plan {
		r.plan().ARN = c.commitment
	}
	if reserved {
		r.reservation().ARN = c.commitment
	}
	if once {
		l.Bill.Type = billing.Purchase
	}
}
