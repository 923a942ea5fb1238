package billing

// pattern is what lines of a class have in common that differ in account, resource, time and amounts only, and in what covers them.
type pattern struct {
	kind      uint8
	tier      int8
	line      Line
	identity  [identityBytes]byte // of that
	byAccount []*entry            // their rows, by the account's index; nil until a row is known
}

// kinds of lines that pieces come to.
const (
	kindUsage uint8 = iota
	kindReserved
	kindCovered
	kindNegation
	kindsOfPlan = kindNegation - kindReserved // added for instance plans
)

// kindsOf is what is added for plans of a kind.
func kindsOf(k PlanKind) uint8 {
	if k == InstancePlan {
		return kindsOfPlan
	}
	return 0
}

// pattern gives that of the lines of a class.
func (w *writer) pattern(k *class, kind uint8, tier int8) *pattern {
	for len(w.patterns) <= k.index {
		w.patterns = append(w.patterns, nil)
	}
	known := w.patterns[k.index]
	for _, p := range known {
		if p.kind == kind && p.tier == tier {
			return p
		}
	}
	p := &pattern{kind: kind, tier: tier, line: w.lineOf(k, kind, tier), byAccount: make([]*entry, w.accounts)}
	p.identity = w.patternIdentity(p, &k.key)
	w.patterns[k.index] = append(known, p)
	return p
}

// lineOf gives what all lines of a pattern say.
func (w *writer) lineOf(k *class, kind uint8, tier int8) Line {
	p := k.price
	l := Line{
		Product: k.key.product, UsageType: k.key.usageType, Operation: k.key.operation, Currency: w.currency, Factor: k.factor,
		Bill:    BillPart{Type: Anniversary, Payer: w.payer(), PeriodStart: w.period.Start(), PeriodEnd: w.period.End()},
		Pricing: PricingPart{Term: "OnDemand", Unit: k.unit(), PublicRate: p.Tiers[0].Rate, Currency: w.currency},
		Detail: ProductPart{
			Service: p.Service, Name: p.Name, Family: p.Family, Region: k.key.region, SKU: p.SKU, InstanceType: p.InstanceType,
			Platform: p.Platform, Tenancy: p.Tenancy, FromRegion: p.FromRegion, ToRegion: p.ToRegion,
		},
	}
	w.seller(&l, k.key.seller)
	i := k.key.instance
	if i != (Instance{}) {
		l.Detail.InstanceType, l.Detail.Platform = i.Type, i.platform()
	}
	switch kind {
	case kindUsage:
		l.Type, l.Description = Usage, "$0.00 per "+k.unit()+" under monthly free tier"
		if tier != freeTier {
			l.Description, l.Pricing.RateCode = p.Tiers[tier].Description, p.Tiers[tier].RateCode
		}
	case kindReserved:
		l.Type, l.Pricing.Term = DiscountedUsage, "Reserved"
		l.Description = i.platform() + ", " + i.Type + " reserved instance applied"
	case kindCovered, kindCovered + kindsOfPlan:
		l.Type, l.Description = SavingsPlanCovered, planOf(kind)+" covered usage"
		if i.Type != "" {
			l.Description = i.platform() + ", " + i.Type + " covered by " + planOf(kind)
		}
	case kindNegation, kindNegation + kindsOfPlan:
		l.Type, l.Description = SavingsPlanNegation, "SavingsPlanNegation used by "+planOf(kind)
	}
	return l
}

// planOf names the plans of a kind of lines.
func planOf(kind uint8) string {
	if kind > kindNegation {
		return string(InstancePlan)
	}
	return string(ComputePlan)
}

func (k *class) unit() string {
	if k.key.unit != "" {
		return k.key.unit
	}
	return k.price.Unit
}
