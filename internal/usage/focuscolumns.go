package usage

import (
	"cmp"
	"strings"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// getters are the columns of FOCUS 1.0 and 1.2.
func (f *focusRows) getters() map[string]getter {
	c := &f.row
	text := func(s *string) getter { return func(b []byte, _ *billing.Line) []byte { return append(b, *s...) } }
	amount := func(d *decimal.D) getter { return func(b []byte, _ *billing.Line) []byte { return d.Append(b) } }
	fixed := func(s string) getter { return text(&s) }
	when := func(is func() bool, get getter) getter {
		return func(b []byte, l *billing.Line) []byte {
			if !is() {
				return b
			}
			return get(b, l)
		}
	}
	priced := func() bool { return c.price }
	consumed := func() bool { return c.category == "Usage" && c.status != "Unused" }
	committed := func() bool { return c.commitment != "" && (c.category == "Usage" || c.category == "Purchase") }
	sold := func() bool { return c.category != "Tax" }
	all := map[string]getter{
		"BilledCost": amount(&c.billed), "EffectiveCost": amount(&c.effective), "PricingCurrencyEffectiveCost": amount(&c.effective),
		"ListCost": amount(&c.list), "ContractedCost": amount(&c.contracted),
		"ListUnitPrice": when(priced, amount(&c.listed)), "PricingCurrencyListUnitPrice": when(priced, amount(&c.listed)),
		"ContractedUnitPrice": when(priced, amount(&c.contract)), "PricingCurrencyContractedUnitPrice": when(priced, amount(&c.contract)),
		"PricingQuantity": when(priced, amount(&c.quantity)), "PricingUnit": when(priced, text(&c.unit)),
		"ConsumedQuantity": when(consumed, amount(&c.quantity)), "ConsumedUnit": when(consumed, text(&c.unit)),
		"ChargeCategory": text(&c.category), "ChargeFrequency": text(&c.frequency), "CommitmentDiscountCategory": text(&c.kind),
		"CommitmentDiscountId": text(&c.commitment), "CommitmentDiscountType": text(&c.commitmentType), "CommitmentDiscountStatus": text(&c.status),
		"CommitmentDiscountQuantity": when(committed, amount(&c.committed)), "CommitmentDiscountUnit": when(committed, text(&c.committedUnit)),
		"ProviderName": fixed("AWS"), "BillingAccountType": fixed("Management account"), "SubAccountType": fixed("Account"),
		"BillingAccountName": f.named(func(l *billing.Line) string { return cmp.Or(l.Bill.Payer, l.Account) }),
		"SubAccountName":     f.named(func(l *billing.Line) string { return l.Account }),
		"SkuId":              when(sold, func(b []byte, l *billing.Line) []byte { return append(b, sku(l)...) }),
		"SkuPriceId":         when(priced, func(b []byte, l *billing.Line) []byte { return append(b, cmp.Or(l.Pricing.RateCode, sku(l))...) }),
		"SkuMeter":           when(sold, func(b []byte, l *billing.Line) []byte { return append(b, l.UsageType...) }),
		"PricingCategory": when(priced, func(b []byte, _ *billing.Line) []byte {
			if c.category == "Usage" && c.commitment != "" {
				return append(b, "Committed"...)
			}
			return append(b, "Standard"...)
		}),
		"ResourceId": func(b []byte, l *billing.Line) []byte { return append(b, c.resource(l)...) },
		"ResourceType": func(b []byte, l *billing.Line) []byte {
			switch resource := c.resource(l); {
			case resource == "":
				return b
			case resource == c.commitment:
				return append(b, c.commitmentType...)
			}
			return append(b, cmp.Or(l.Detail.Family, l.Product)...)
		},
	}
	for name, get := range focusLineGetters() {
		all[name] = get
	}
	return all
}

// resource names what a charge is for: the commitment, if it is bought or nothing used it (FOCUS, "Discount Handling").
func (c *focusCharge) resource(l *billing.Line) string {
	if c.commitment != "" && (c.category == "Purchase" || c.status == "Unused") {
		return c.commitment
	}
	return l.Resource
}

// named gives an account's name, or its ID if none is known: the columns must not be null.
func (f *focusRows) named(at func(*billing.Line) string) getter {
	return func(b []byte, l *billing.Line) []byte { return append(b, cmp.Or(f.names[at(l)], at(l))...) }
}

// sku identifies what is sold: by AWS's SKU, or in prices that have none by the product and the kind of usage.
func sku(l *billing.Line) string {
	if l.Detail.SKU != "" || l.UsageType == "" {
		return cmp.Or(l.Detail.SKU, l.Product)
	}
	return l.Product + "/" + l.UsageType
}

// focusLineGetters are the columns that follow from the line alone.
func focusLineGetters() map[string]getter {
	text := func(at func(*billing.Line) string) getter {
		return func(b []byte, l *billing.Line) []byte { return append(b, at(l)...) }
	}
	issuer := func(l *billing.Line) string { return cmp.Or(l.Bill.Issuer, billing.DefaultIssuer) }
	return map[string]getter{
		"AvailabilityZone":   text(func(l *billing.Line) string { return l.Zone }),
		"BillingAccountId":   text(func(l *billing.Line) string { return cmp.Or(l.Bill.Payer, l.Account) }),
		"SubAccountId":       text(func(l *billing.Line) string { return l.Account }),
		"BillingCurrency":    text(func(l *billing.Line) string { return l.Currency }),
		"PricingCurrency":    text(func(l *billing.Line) string { return cmp.Or(l.Pricing.Currency, l.Currency) }),
		"BillingPeriodStart": func(b []byte, l *billing.Line) []byte { return appendMoment(b, l.Bill.PeriodStart) },
		"BillingPeriodEnd":   func(b []byte, l *billing.Line) []byte { return appendMoment(b, l.Bill.PeriodEnd) },
		"ChargePeriodStart":  func(b []byte, l *billing.Line) []byte { return appendMoment(b, l.Start) },
		"ChargePeriodEnd":    func(b []byte, l *billing.Line) []byte { return appendMoment(b, l.End) },
		"ChargeDescription":  text(func(l *billing.Line) string { return l.Description }),
		"InvoiceId":          text(func(l *billing.Line) string { return l.Bill.Invoice }),
		"InvoiceIssuerName":  text(issuer),
		"PublisherName":      text(func(l *billing.Line) string { return cmp.Or(l.LegalEntity, issuer(l)) }),
		"RegionId":           text(func(l *billing.Line) string { return l.Detail.Region }),
		"RegionName":         text(func(l *billing.Line) string { return regionName(l.Detail.Region) }),
		"ServiceCategory":    text(func(l *billing.Line) string { return serviceCategory(l.Product) }),
		"ServiceName":        text(func(l *billing.Line) string { return cmp.Or(l.Detail.Name, l.Product) }),
		"ServiceSubcategory": text(func(l *billing.Line) string { return "Other (" + serviceCategory(l.Product) + ")" }),
		"x_Operation":        text(func(l *billing.Line) string { return l.Operation }),
		"x_ServiceCode":      text(func(l *billing.Line) string { return l.Product }),
		"x_UsageType":        text(func(l *billing.Line) string { return l.UsageType }),
		"x_Discounts":        func(b []byte, l *billing.Line) []byte { return appendNumbers(b, l.Discounts) },
		"x_CostCategories": func(b []byte, l *billing.Line) []byte {
			return appendTexts(b, l.Categories, func(key string) string { return key })
		},
		"Tags": func(b []byte, l *billing.Line) []byte {
			return appendTexts(b, l.Tags, func(key string) string { return strings.TrimPrefix(key, "user:") })
		},
	}
}

// serviceCategory gives the category of a service (FOCUS, "Service Category").
func serviceCategory(product string) string {
	if category := map[string]string{
		"AmazonEC2": "Compute", "AWSLambda": "Compute", "AmazonECS": "Compute", "AmazonEKS": "Compute", "AmazonECR": "Compute",
		"ComputeSavingsPlans": "Compute", "EC2InstanceSavingsPlans": "Compute",
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

// regionName gives the name of a Region (AWS General Reference, "Regional endpoints"); one that is not listed goes by its code, for
// a Region must have a name.
func regionName(region string) string {
	return cmp.Or(map[string]string{
		"us-east-1": "US East (N. Virginia)", "us-east-2": "US East (Ohio)", "us-west-1": "US West (N. California)", "us-west-2": "US West (Oregon)",
		"af-south-1": "Africa (Cape Town)", "ap-east-1": "Asia Pacific (Hong Kong)", "ap-south-1": "Asia Pacific (Mumbai)", "ap-south-2": "Asia Pacific (Hyderabad)",
		"ap-northeast-1": "Asia Pacific (Tokyo)", "ap-northeast-2": "Asia Pacific (Seoul)", "ap-northeast-3": "Asia Pacific (Osaka)",
		"ap-southeast-1": "Asia Pacific (Singapore)", "ap-southeast-2": "Asia Pacific (Sydney)", "ap-southeast-3": "Asia Pacific (Jakarta)", "ap-southeast-4": "Asia Pacific (Melbourne)",
		"ca-central-1": "Canada (Central)", "ca-west-1": "Canada West (Calgary)", "eu-central-1": "Europe (Frankfurt)", "eu-central-2": "Europe (Zurich)",
		"eu-west-1": "Europe (Ireland)", "eu-west-2": "Europe (London)", "eu-west-3": "Europe (Paris)", "eu-north-1": "Europe (Stockholm)",
		"eu-south-1": "Europe (Milan)", "eu-south-2": "Europe (Spain)", "il-central-1": "Israel (Tel Aviv)", "me-central-1": "Middle East (UAE)", "me-south-1": "Middle East (Bahrain)",
		"sa-east-1": "South America (São Paulo)", "us-gov-east-1": "AWS GovCloud (US-East)", "us-gov-west-1": "AWS GovCloud (US-West)",
	}[region], region)
}
