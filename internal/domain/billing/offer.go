package billing

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"umbel/internal/decimal"
)

// Imported tells what an import of a price list did.
type Imported struct {
	Prices  int // that are in the book now
	Skipped int // products or rates that have no price on demand, no usage type, or no such price in the book
}

// ImportOffer reads a service's price list file, the JSON that AWS's Price List Bulk API gives for a service and Region (Billing
// User Guide, "Reading the service price list file for an AWS service"), product by product without holding the file. Prices in
// the book are replaced. A first tier that is free becomes an allowance, so that it is given once. Errors name what could not be
// read; what was read before stays in the book.
func (b *Book) ImportOffer(r io.Reader) (Imported, error) {
	o := offer{book: b, products: map[string]*offered{}}
	err := object(json.NewDecoder(r), o.section)
	if err != nil {
		return o.done, fmt.Errorf("billing: price list: %w", err)
	}
	for _, p := range slices.SortedFunc(maps.Values(o.products), func(x, y *offered) int { return cmp.Compare(x.SKU, y.SKU) }) {
		if len(p.price.Tiers) == 0 {
			o.done.Skipped++
			continue
		}
		if err := b.Add(p.price); err != nil {
			return o.done, err
		}
		o.done.Prices++
	}
	return o.done, nil
}

// offer is a price list file on its way.
type offer struct {
	book     *Book
	code     string
	products map[string]*offered
	done     Imported
}

// offered is a product and the price that is made of it.
type offered struct {
	SKU           string            `json:"sku"`
	ProductFamily string            `json:"productFamily"`
	Attributes    map[string]string `json:"attributes"`
	price         Price
}

// term is a term of an offer.
type term struct {
	OfferTermCode   string                    `json:"offerTermCode"`
	EffectiveDate   string                    `json:"effectiveDate"`
	PriceDimensions map[string]priceDimension `json:"priceDimensions"`
	TermAttributes  map[string]string         `json:"termAttributes"`
}

type priceDimension struct {
	RateCode     string            `json:"rateCode"`
	Unit         string            `json:"unit"`
	BeginRange   string            `json:"beginRange"`
	EndRange     string            `json:"endRange"`
	Description  string            `json:"description"`
	PricePerUnit map[string]string `json:"pricePerUnit"`
}

// section reads one member of the file.
func (o *offer) section(d *json.Decoder, name string) error {
	switch name {
	case "offerCode":
		return d.Decode(&o.code)
	case "products":
		return object(d, o.product)
	case "terms":
		if len(o.products) == 0 {
			return errors.New("its terms come before its products")
		}
		return object(d, func(d *json.Decoder, kind string) error {
			return object(d, func(d *json.Decoder, sku string) error { return o.terms(d, kind, sku) })
		})
	}
	return skip(d)
}

func (o *offer) product(d *json.Decoder, sku string) error {
	p := &offered{}
	if err := d.Decode(p); err != nil {
		return err
	}
	a := p.Attributes
	if a["usagetype"] == "" || a["marketoption"] != "" && a["marketoption"] != "OnDemand" {
		o.done.Skipped++
		return nil
	}
	p.SKU = sku
	p.price = Price{
		Key:     PriceKey{cmp.Or(o.code, a["servicecode"]), a["usagetype"], a["operation"], cmp.Or(a["regionCode"], a["fromRegionCode"])},
		Service: a["servicecode"], Name: a["servicename"], Family: p.ProductFamily, SKU: sku, InstanceType: a["instanceType"],
		Platform: cmp.Or(a["operatingSystem"], a["databaseEngine"]), Tenancy: a["tenancy"], FromRegion: a["fromRegionCode"], ToRegion: a["toRegionCode"],
	}
	o.products[sku] = p
	return nil
}

func (o *offer) terms(d *json.Decoder, kind, sku string) error {
	var all map[string]term
	if err := d.Decode(&all); err != nil {
		return err
	}
	p := o.products[sku]
	if p == nil {
		return nil
	}
	latest := ""
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t := all[name]
		var err error
		switch {
		case kind == "OnDemand" && t.EffectiveDate >= latest:
			latest = t.EffectiveDate
			err = o.onDemand(p, t)
		case kind == "Reserved":
			err = o.reserved(p, t)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// onDemand makes a term's dimensions the tiers of the price.
func (o *offer) onDemand(p *offered, t term) error {
	var tiers []Tier
	for _, dim := range t.PriceDimensions {
		from, err := decimal.Parse(dim.BeginRange)
		if err != nil {
			return err
		}
		rate, err := decimal.Parse(dim.PricePerUnit[o.book.Currency])
		if err != nil {
			return fmt.Errorf("price in %s: %w", o.book.Currency, err)
		}
		tiers = append(tiers, Tier{From: from, Rate: rate, Description: dim.Description, RateCode: dim.RateCode})
		p.price.Unit = dim.Unit
	}
	slices.SortFunc(tiers, func(a, b Tier) int { return cmp.Or(a.From.Cmp(b.From), cmp.Compare(a.RateCode, b.RateCode)) })
	p.price.Allowance = nil
	if len(tiers) > 1 && tiers[0].Rate.IsZero() && tiers[0].From.IsZero() {
		free := tiers[1].From
		p.price.Allowance = &Allowance{ID: p.price.Key.Product + "/" + p.price.Key.UsageType, Quantity: free}
		tiers = tiers[1:]
		for i := range tiers {
			tiers[i].From = tiers[i].From.Sub(free)
		}
	}
	p.price.Tiers = tiers
	return nil
}

// reserved makes a term an offer of a reservation.
func (o *offer) reserved(p *offered, t term) error {
	r := ReservedTerm{Lease: t.TermAttributes["LeaseContractLength"], Class: t.TermAttributes["OfferingClass"], Option: t.TermAttributes["PurchaseOption"]}
	for _, dim := range t.PriceDimensions {
		amount, err := decimal.Parse(dim.PricePerUnit[o.book.Currency])
		if err != nil {
			return fmt.Errorf("price in %s: %w", o.book.Currency, err)
		}
		if dim.Unit == "Quantity" {
			r.Upfront = amount
		} else {
			r.Hourly, r.RateCode = amount, dim.RateCode
		}
	}
	p.price.Reserved = append(p.price.Reserved, r)
	return nil
}

// ImportPlans reads a price list file of savings plans (Billing User Guide, "Reading the service price list file for a Savings
// Plan") and gives the prices in the book their rates under those plans. It goes by usage type, operation and Region, so services
// come first. Rates already there of the same plan are replaced.
func (b *Book) ImportPlans(r io.Reader) (Imported, error) {
	p := plansOffer{book: b, offers: map[string]planOffer{}, regions: b.byUsage()}
	err := object(json.NewDecoder(r), func(d *json.Decoder, name string) error {
		switch name {
		case "products":
			return array(d, p.product)
		case "terms":
			return object(d, func(d *json.Decoder, _ string) error { return array(d, p.term) })
		}
		return skip(d)
	})
	if err != nil {
		return p.done, fmt.Errorf("billing: price list of savings plans: %w", err)
	}
	return p.done, nil
}

type plansOffer struct {
	book    *Book
	offers  map[string]planOffer
	regions map[PriceKey][]*Price
	done    Imported
}

// planOffer is a plan that can be bought.
type planOffer struct {
	kind          PlanKind
	term, payment string
}

// byUsage finds prices by usage type and operation: the usage type tells the Region.
func (b *Book) byUsage() map[PriceKey][]*Price {
	found := map[PriceKey][]*Price{}
	for _, p := range b.Prices() {
		key := PriceKey{Product: p.Key.Product, UsageType: p.Key.UsageType, Operation: p.Key.Operation}
		found[key] = append(found[key], p)
	}
	return found
}

func (p *plansOffer) product(d *json.Decoder) error {
	var o struct {
		SKU           string            `json:"sku"`
		ProductFamily string            `json:"productFamily"`
		Attributes    map[string]string `json:"attributes"`
	}
	if err := d.Decode(&o); err != nil {
		return err
	}
	p.offers[o.SKU] = planOffer{PlanKind(o.ProductFamily), o.Attributes["purchaseTerm"], o.Attributes["purchaseOption"]}
	return nil
}

func (p *plansOffer) term(d *json.Decoder) error {
	var t struct {
		SKU   string `json:"sku"`
		Rates []struct {
			UsageType string `json:"discountedUsageType"`
			Operation string `json:"discountedOperation"`
			Service   string `json:"discountedServiceCode"`
			Rate      struct {
				Price    string `json:"price"`
				Currency string `json:"currency"`
			} `json:"discountedRate"`
		} `json:"rates"`
	}
	if err := d.Decode(&t); err != nil {
		return err
	}
	o, known := p.offers[t.SKU]
	if !known {
		return fmt.Errorf("the term %s is of no product before it", t.SKU)
	}
	for _, r := range t.Rates {
		prices := p.regions[PriceKey{Product: r.Service, UsageType: r.UsageType, Operation: r.Operation}]
		if len(prices) == 0 || r.Rate.Currency != p.book.Currency {
			p.done.Skipped++
			continue
		}
		rate, err := decimal.Parse(r.Rate.Price)
		if err != nil {
			return err
		}
		for _, price := range prices {
			price.setPlan(PlanRate{o.kind, o.term, strings.TrimSpace(o.payment), rate})
		}
		p.done.Prices++
	}
	return nil
}

// setPlan puts a rate in the place of the one of the same plan.
func (p *Price) setPlan(r PlanRate) {
	i := slices.IndexFunc(p.Plans, func(q PlanRate) bool { return q.Kind == r.Kind && q.Term == r.Term && q.Payment == r.Payment })
	if i < 0 {
		p.Plans = append(p.Plans, r)
	} else {
		p.Plans[i] = r
	}
}

// object reads the members of a JSON object one by one.
func object(d *json.Decoder, member func(d *json.Decoder, name string) error) error {
	if err := expect(d, json.Delim('{')); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		text, _ := name.(string) // a member's name is always one
		if err := member(d, text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return expect(d, json.Delim('}'))
}

// array reads the elements of a JSON array one by one.
func array(d *json.Decoder, element func(d *json.Decoder) error) error {
	if err := expect(d, json.Delim('[')); err != nil {
		return err
	}
	for d.More() {
		if err := element(d); err != nil {
			return err
		}
	}
	return expect(d, json.Delim(']'))
}

func expect(d *json.Decoder, delim json.Delim) error {
	t, err := d.Token()
	if err == nil && t != delim {
		err = fmt.Errorf("%v where %v was expected", t, delim)
	}
	return err
}

// skip reads a value away.
func skip(d *json.Decoder) error {
	var away json.RawMessage
	return d.Decode(&away)
}
