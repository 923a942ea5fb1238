package billing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"umbel/internal/decimal"
)

// Book is a price book: what each kind of usage costs. It is filled by Add, ImportOffer and ImportPlans, or made by Seed, and only read while
// a month is rated. All its prices are in one currency.
type Book struct {
	Currency string // "USD"
	prices   map[PriceKey]*Price
}

// PriceKey names a price. An empty Operation or Region stands for every one that has no price of its own.
type PriceKey struct{ Product, UsageType, Operation, Region string }

// Price is what one kind of usage costs on demand, and what commitments can be bought for it.
type Price struct {
	Key                             PriceKey
	Service                         string // the service code; "" is the product's
	Name, Family, SKU, Unit         string // "Amazon Elastic Compute Cloud", "Compute Instance", "…", "Hrs"
	InstanceType, Platform, Tenancy string // of instances
	FromRegion, ToRegion            string // of data transfer
	Tiers                           []Tier // ascending; the first starts at 0
	// Pool names the counter that this price's usage goes up in each month; prices of one pool share it. "" is a counter of its own.
	Pool      string
	Allowance *Allowance // the free tier; nil for none
	Reserved  []ReservedTerm
	Plans     []PlanRate
}

// Tier is a volume tier: the rate of usage from so much on, within one month and over the whole organization.
type Tier struct {
	From, Rate  decimal.D
	Description string // "$0.08 per GB - next 49 TB"; "" is made of the rate
	RateCode    string
}

// Allowance is a free tier: so much each month, once for the whole organization. Prices that name the same ID share it, the
// largest quantity of theirs.
type Allowance struct {
	ID       string
	Quantity decimal.D
	// Months is for how many months from the creation of the paying account it is given; 0 is always.
	Months int
}

// ReservedTerm is an offer of a reservation.
type ReservedTerm struct {
	Lease, Class, Option string    // "1yr", "standard", "Partial Upfront"
	Upfront, Hourly      decimal.D // per instance
	RateCode             string
}

// PlanRate is what usage costs under a savings plan.
type PlanRate struct {
	Kind          PlanKind
	Term, Payment string // "1yr", "No Upfront"; "" is any
	Rate          decimal.D
}

// NewBook gives an empty price book.
func NewBook(currency string) *Book {
	return &Book{Currency: currency, prices: map[PriceKey]*Price{}}
}

// largestRate and largestQuantity bound what is multiplied, so that no product leaves the range of decimals.
var largestRate, largestQuantity = decimal.Int(1_000_000_000), decimal.Int(1_000_000_000_000_000)

// mostTiers is how many tiers a price may have.
const mostTiers = 100

// Add puts a price into the book; one of the same key is replaced. Errors tell what is wrong with its tiers.
func (b *Book) Add(p Price) error {
	if p.Key.Product == "" || p.Key.UsageType == "" {
		return fmt.Errorf("billing: a price needs a product and a usage type: %+v", p.Key)
	}
	if len(p.Tiers) > mostTiers {
		return fmt.Errorf("billing: %s %s has %d tiers: at most %d are kept", p.Key.Product, p.Key.UsageType, len(p.Tiers), mostTiers)
	}
	if len(p.Tiers) == 0 || !p.Tiers[0].From.IsZero() {
		return fmt.Errorf("billing: the tiers of %s %s do not start at 0", p.Key.Product, p.Key.UsageType)
	}
	p.Tiers = slices.Clone(p.Tiers)
	for i := range p.Tiers {
		t := &p.Tiers[i]
		if i > 0 && !p.Tiers[i-1].From.Less(t.From) {
			return fmt.Errorf("billing: the tiers of %s %s do not ascend", p.Key.Product, p.Key.UsageType)
		}
		if t.Rate.Sign() < 0 || largestRate.Less(t.Rate) {
			return fmt.Errorf("billing: a rate of %s %s is out of range: %s", p.Key.Product, p.Key.UsageType, t.Rate)
		}
		if t.Description == "" {
			t.Description = describe(&p, i)
		}
	}
	p.Service = cmp.Or(p.Service, p.Key.Product)
	b.prices[p.Key] = &p
	return nil
}

// describe says what a tier is, in the manner of AWS's bills.
func describe(p *Price, i int) string {
	t := p.Tiers[i]
	text := fmt.Sprintf("$%s per %s", t.Rate, cmp.Or(p.Unit, "unit"))
	switch {
	case len(p.Tiers) == 1:
		return text
	case i == len(p.Tiers)-1:
		return fmt.Sprintf("%s - over %s %s", text, t.From, p.Unit)
	case i == 0:
		return fmt.Sprintf("%s - first %s %s", text, p.Tiers[1].From, p.Unit)
	}
	return fmt.Sprintf("%s - next %s %s", text, p.Tiers[i+1].From.Sub(t.From), p.Unit)
}

// Find gives the price of a kind of usage: its own, or that of any operation, of any Region, of both; nil if there is none. A price
// of any Region is found for "EUW1-BoxUsage:m5.large" too if it is there as "BoxUsage:m5.large".
func (b *Book) Find(k PriceKey) *Price {
	plain := withoutRegion(k.UsageType)
	for _, key := range [...]PriceKey{
		k, {k.Product, k.UsageType, "", k.Region}, {k.Product, k.UsageType, k.Operation, ""}, {k.Product, k.UsageType, "", ""},
		{k.Product, plain, k.Operation, ""}, {k.Product, plain, "", ""},
	} {
		if p := b.prices[key]; p != nil {
			return p
		}
	}
	return nil
}

// withoutRegion takes the Region's code off a usage type: two to four capitals, at most one digit and a hyphen.
func withoutRegion(usageType string) string {
	code, rest, found := strings.Cut(usageType, "-")
	letters := strings.TrimRight(code, "123456789")
	if !found || len(letters) < 2 || len(letters) > 4 || len(code)-len(letters) > 1 || strings.Trim(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return usageType
	}
	return rest
}

// Prices gives all prices, ordered by their keys.
func (b *Book) Prices() []*Price {
	all := make([]*Price, 0, len(b.prices))
	for _, p := range b.prices {
		all = append(all, p)
	}
	slices.SortFunc(all, func(x, y *Price) int { return x.Key.compare(y.Key) })
	return all
}

func (k PriceKey) compare(o PriceKey) int {
	return cmp.Or(cmp.Compare(k.Product, o.Product), cmp.Compare(k.UsageType, o.UsageType), cmp.Compare(k.Operation, o.Operation), cmp.Compare(k.Region, o.Region))
}

// given tells whether the allowance is given in a month to an organization whose paying account is of that age.
func (a *Allowance) given(payerCreated time.Time, m Month) bool {
	return a.Months == 0 || m.Start().Before(payerCreated.AddDate(0, a.Months, 0))
}

// planRate gives what the price's usage costs under a plan.
func (p *Price) planRate(s *SavingsPlan) (decimal.D, bool) {
	for _, r := range p.Plans {
		if r.Kind == s.Kind && (r.Term == "" || r.Term == s.Term) && (r.Payment == "" || r.Payment == s.Payment) {
			return r.Rate, true
		}
	}
	return decimal.D{}, false
}
