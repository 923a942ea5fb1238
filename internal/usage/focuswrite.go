package usage

import (
	"cmp"
	"io"
	"strings"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// FOCUS12Columns gives the columns of FOCUS 1.2 as AWS exports it, in their order (AWS Data Exports User Guide, "FOCUS 1.2 with AWS
// columns").
func FOCUS12Columns() []string { return strings.Fields(focus12Columns) }

const focus12Columns = `
AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingAccountType BillingCurrency BillingPeriodEnd BillingPeriodStart
CapacityReservationId CapacityReservationStatus ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd
ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountQuantity
CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit ConsumedQuantity ConsumedUnit ContractedCost
ContractedUnitPrice EffectiveCost InvoiceId InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingCurrency
PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity PricingUnit ProviderName
PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter
SkuPriceDetails SkuPriceId SubAccountId SubAccountName SubAccountType Tags x_Discounts x_Operation x_ServiceCode`

// FOCUSWriter writes lines as FOCUS 1.2 in CSV. Read gives back lines of the same cost, billed and amortized, account by account;
// FOCUS has no place for more: a fee of a commitment becomes a purchase and what nothing used, and lines that only take back what a
// savings plan covers are not written, for covered usage is billed nothing.
type FOCUSWriter struct {
	rows  *Writer
	names map[string]string
	row   focusCharge
}

// focusCharge is what a row says of its charge beside the line.
type focusCharge struct {
	charge
	kind   string // CommitmentDiscountCategory
	billed decimal.D
}

// NewFOCUSWriter writes to a file; names gives the names of accounts, and may be nil.
func NewFOCUSWriter(to io.Writer, names map[string]string) *FOCUSWriter {
	w := &FOCUSWriter{names: names}
	w.rows = newWriter(to, FOCUS12Columns(), w.getters())
	return w
}

// Flush writes what is buffered.
func (w *FOCUSWriter) Flush() error { return w.rows.Flush() }

// Write writes a line as no, one or two rows.
func (w *FOCUSWriter) Write(l *billing.Line) error {
	if l.Type == billing.SavingsPlanNegation {
		return nil
	}
	w.row = focusCharge{billed: l.NetUnblended}
	c := &w.row
	c.effective = l.NetAmortized()
	commit := func(kind, commitmentType, arn string) {
		c.kind, c.commitmentType, c.commitment = kind, commitmentType, arn
	}
	if p := l.SavingsPlan; p != nil {
		commit("Spend", "Savings Plan", p.ARN)
	} else if p := l.Reservation; p != nil && p.ARN != "" {
		commit("Usage", "Reserved Instance", p.ARN)
	}
	c.category, c.frequency = "Usage", "Usage-Based"
	switch l.Type {
	case billing.Usage:
		commit("", "", "")
	case billing.DiscountedUsage:
		c.status = "Used"
	case billing.SavingsPlanCovered:
		c.status, c.billed = "Used", decimal.D{}
	case billing.SavingsPlanRecurring, billing.ReservationFee:
		return w.fee(l)
	case billing.SavingsPlanUpfront:
		c.category, c.frequency = "Purchase", "One-Time"
	case billing.Tax:
		c.category, c.frequency = "Tax", "Recurring"
	case billing.Fee:
		c.category, c.frequency = "Purchase", "Recurring"
		if l.Bill.Type == billing.Purchase {
			c.frequency = "One-Time"
		}
	case billing.Refund:
		c.category, c.frequency = "Adjustment", "One-Time"
	default: // credits and discounts
		c.category, c.frequency = "Credit", "One-Time"
	}
	return w.rows.Write(l)
}

// fee writes a commitment's fee: the purchase, and what nothing used.
func (w *FOCUSWriter) fee(l *billing.Line) error {
	c := &w.row
	unused := c.effective
	c.category, c.frequency, c.effective = "Purchase", "Recurring", decimal.D{}
	if err := w.rows.Write(l); err != nil || unused.IsZero() {
		return err
	}
	c.category, c.frequency, c.status = "Usage", "Usage-Based", "Unused"
	c.billed, c.effective = decimal.D{}, unused
	return w.rows.Write(l)
}

func (w *FOCUSWriter) getters() map[string]getter {
	c := &w.row
	text := func(s *string) getter { return func(b []byte, _ *billing.Line) []byte { return append(b, *s...) } }
	amount := func(d *decimal.D) getter { return func(b []byte, _ *billing.Line) []byte { return d.Append(b) } }
	fixed := func(s string) getter { return text(&s) }
	all := map[string]getter{
		"BilledCost": amount(&c.billed), "EffectiveCost": amount(&c.effective), "PricingCurrencyEffectiveCost": amount(&c.effective),
		"ChargeCategory": text(&c.category), "ChargeFrequency": text(&c.frequency), "CommitmentDiscountCategory": text(&c.kind),
		"CommitmentDiscountId": text(&c.commitment), "CommitmentDiscountType": text(&c.commitmentType), "CommitmentDiscountStatus": text(&c.status),
		"ProviderName": fixed("AWS"), "BillingAccountType": fixed("Management account"), "SubAccountType": fixed("Account"),
		"BillingAccountName": func(b []byte, l *billing.Line) []byte { return append(b, w.names[l.Bill.Payer]...) },
		"SubAccountName":     func(b []byte, l *billing.Line) []byte { return append(b, w.names[l.Account]...) },
		"PricingCategory": func(b []byte, _ *billing.Line) []byte {
			switch {
			case c.category != "Usage":
				return b
			case c.commitment != "":
				return append(b, "Committed"...)
			}
			return append(b, "Standard"...)
		},
		"ConsumedQuantity": func(b []byte, l *billing.Line) []byte {
			if c.category != "Usage" || c.status == "Unused" {
				return b
			}
			return l.Usage.Append(b)
		},
		"ConsumedUnit": func(b []byte, l *billing.Line) []byte {
			if c.category != "Usage" || c.status == "Unused" {
				return b
			}
			return append(b, l.Pricing.Unit...)
		},
	}
	for name, get := range focusLineGetters() {
		all[name] = get
	}
	return all
}

// focusLineGetters are the columns that follow from the line alone.
func focusLineGetters() map[string]getter {
	text := func(at func(*billing.Line) string) getter {
		return func(b []byte, l *billing.Line) []byte { return append(b, at(l)...) }
	}
	return map[string]getter{
		"AvailabilityZone":                   text(func(l *billing.Line) string { return l.Zone }),
		"BillingAccountId":                   text(func(l *billing.Line) string { return cmp.Or(l.Bill.Payer, l.Account) }),
		"SubAccountId":                       text(func(l *billing.Line) string { return l.Account }),
		"BillingCurrency":                    text(func(l *billing.Line) string { return l.Currency }),
		"PricingCurrency":                    text(func(l *billing.Line) string { return cmp.Or(l.Pricing.Currency, l.Currency) }),
		"BillingPeriodStart":                 func(b []byte, l *billing.Line) []byte { return appendTime(b, l.Bill.PeriodStart) },
		"BillingPeriodEnd":                   func(b []byte, l *billing.Line) []byte { return appendTime(b, l.Bill.PeriodEnd) },
		"ChargePeriodStart":                  func(b []byte, l *billing.Line) []byte { return appendTime(b, l.Start) },
		"ChargePeriodEnd":                    func(b []byte, l *billing.Line) []byte { return appendTime(b, l.End) },
		"ChargeDescription":                  text(func(l *billing.Line) string { return l.Description }),
		"ContractedCost":                     getNumber(func(l *billing.Line) *decimal.D { return &l.NetUnblended }),
		"ContractedUnitPrice":                getNumber(func(l *billing.Line) *decimal.D { return &l.NetUnblendedRate }),
		"PricingCurrencyContractedUnitPrice": getNumber(func(l *billing.Line) *decimal.D { return &l.NetUnblendedRate }),
		"ListCost":                           getNumber(func(l *billing.Line) *decimal.D { return &l.Pricing.PublicCost }),
		"ListUnitPrice":                      getNumber(func(l *billing.Line) *decimal.D { return &l.Pricing.PublicRate }),
		"PricingCurrencyListUnitPrice":       getNumber(func(l *billing.Line) *decimal.D { return &l.Pricing.PublicRate }),
		"PricingQuantity":                    getNumber(func(l *billing.Line) *decimal.D { return &l.Usage }),
		"PricingUnit":                        text(func(l *billing.Line) string { return l.Pricing.Unit }),
		"InvoiceId":                          text(func(l *billing.Line) string { return l.Bill.Invoice }),
		"InvoiceIssuerName":                  text(func(l *billing.Line) string { return l.Bill.Issuer }),
		"PublisherName":                      text(func(l *billing.Line) string { return cmp.Or(l.LegalEntity, l.Bill.Issuer) }),
		"RegionId":                           text(func(l *billing.Line) string { return l.Detail.Region }),
		"ResourceId":                         text(func(l *billing.Line) string { return l.Resource }),
		"ServiceCategory":                    text(func(l *billing.Line) string { return serviceCategory(l.Product) }),
		"ServiceName":                        text(func(l *billing.Line) string { return cmp.Or(l.Detail.Name, l.Product) }),
		"ServiceSubcategory":                 text(func(l *billing.Line) string { return "Other (" + serviceCategory(l.Product) + ")" }),
		"SkuId":                              text(func(l *billing.Line) string { return l.Detail.SKU }),
		"SkuPriceId":                         text(func(l *billing.Line) string { return l.Pricing.RateCode }),
		"SkuMeter":                           text(func(l *billing.Line) string { return l.UsageType }),
		"x_Operation":                        text(func(l *billing.Line) string { return l.Operation }),
		"x_ServiceCode":                      text(func(l *billing.Line) string { return l.Product }),
		"x_Discounts":                        func(b []byte, l *billing.Line) []byte { return appendNumbers(b, l.Discounts) },
		"Tags": func(b []byte, l *billing.Line) []byte {
			return appendTexts(b, l.Tags, func(key string) string { return strings.TrimPrefix(key, "user:") })
		},
	}
}

// serviceCategory gives the category of a service (FOCUS, "Service Category").
func serviceCategory(product string) string {
	if category := map[string]string{
		"AmazonEC2": "Compute", "AWSLambda": "Compute", "AmazonECS": "Compute", "AmazonEKS": "Compute", "AmazonECR": "Compute",
		"AmazonS3": "Storage", "AmazonEFS": "Storage", "AmazonGlacier": "Storage", "AWSBackup": "Storage",
		"AmazonRDS": "Databases", "AmazonDynamoDB": "Databases", "AmazonElastiCache": "Databases", "AmazonRedshift": "Databases",
		"AWSELB": "Networking", "AmazonVPC": "Networking", "AmazonCloudFront": "Networking", "AmazonRoute53": "Networking", "AWSDataTransfer": "Networking",
		"AWSQueueService": "Integration", "AmazonSNS": "Integration", "AmazonCloudWatch": "Management and Governance", "AWSCloudTrail": "Management and Governance",
		"awskms": "Security", "AWSSecretsManager": "Security", "AWSGlue": "Analytics", "AmazonAthena": "Analytics",
	}[product]; category != "" {
		return category
	}
	return "Other"
}
