package pricing

import (
	"encoding/json"
	"fmt"

	"umbel/internal/bills"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	model "umbel/internal/model/pricing"
	"umbel/internal/op"
)

// AWS's codes of terms: those on demand have this one, prices per hour and paid at once these.
const (
	onDemandTerm = "JRTCKXETXF"
	perUnit      = "6YS6EN2CT7"
	atOnce       = "2TG2D8R56U"
)

// item is a product with its prices as a price list file has it (Billing User Guide, "Reading the service price list file").
type item struct {
	Product struct {
		ProductFamily string            `json:"productFamily,omitempty"`
		Attributes    map[string]string `json:"attributes"`
		SKU           string            `json:"sku"`
	} `json:"product"`
	ServiceCode string                     `json:"serviceCode"`
	Terms       map[string]map[string]term `json:"terms"`
}

type term struct {
	SKU             string               `json:"sku"`
	OfferTermCode   string               `json:"offerTermCode"`
	PriceDimensions map[string]dimension `json:"priceDimensions"`
	TermAttributes  map[string]string    `json:"termAttributes"`
}

type dimension struct {
	RateCode     string            `json:"rateCode"`
	Unit         string            `json:"unit"`
	Description  string            `json:"description"`
	BeginRange   string            `json:"beginRange,omitempty"`
	EndRange     string            `json:"endRange,omitempty"`
	AppliesTo    []string          `json:"appliesTo"`
	PricePerUnit map[string]string `json:"pricePerUnit"`
}

func getProducts(desk *bills.Desk) *op.Operation {
	return reading("GetProducts", desk, func(c *op.Call, in *model.GetProductsInput, book *billing.Book) (*model.GetProductsOutput, error) {
		if err := checkFormat(in.FormatVersion); err != nil {
			return nil, err
		}
		prices, err := pricesOf(book, *in.ServiceCode)
		if err != nil {
			return nil, err
		}
		bySKU := map[string]*billing.Price{}
		var order []string // of the keys: it does not change between pages
		for _, p := range prices {
			if matches(p, in.Filters) {
				id := fmt.Sprintf("%s\x00%s\x00%s\x00%s", p.Key.Product, p.Key.UsageType, p.Key.Operation, p.Key.Region)
				bySKU[id] = p
				order = append(order, id)
			}
		}
		asked, err := json.Marshal(in.Filters)
		if err != nil {
			return nil, fmt.Errorf("pricing: page token: %w", err)
		}
		what := "pricing.GetProducts " + *in.ServiceCode + " " + string(asked)
		ids, next, err := op.Page(c, what, op.Value(in.NextToken), size(in.MaxResults), walk(order), nil)
		if err != nil {
			return nil, err
		}
		version := formatVersion
		out := &model.GetProductsOutput{FormatVersion: &version, PriceList: []string{}, NextToken: op.Optional(next)}
		for _, id := range ids {
			text, err := json.Marshal(shown(bySKU[id], book.Currency))
			if err != nil {
				return nil, fmt.Errorf("pricing: %w", err)
			}
			out.PriceList = append(out.PriceList, string(text))
		}
		return out, nil
	})
}

// shown gives a product's entry in the price list.
func shown(p *billing.Price, currency string) *item {
	it := &item{ServiceCode: p.Service, Terms: map[string]map[string]term{}}
	it.Product.SKU, it.Product.ProductFamily, it.Product.Attributes = sku(p), p.Family, attributes(p)
	delete(it.Product.Attributes, "sku")
	delete(it.Product.Attributes, "productFamily")
	it.Terms["OnDemand"] = map[string]term{}
	t := onDemand(p, currency)
	it.Terms["OnDemand"][t.SKU+"."+t.OfferTermCode] = t
	for _, r := range p.Reserved {
		if it.Terms["Reserved"] == nil {
			it.Terms["Reserved"] = map[string]term{}
		}
		t := reserved(p, &r, currency)
		it.Terms["Reserved"][t.SKU+"."+t.OfferTermCode] = t
	}
	return it
}

// onDemand gives the tiers of a price. A free tier that is given always is the first of them, as AWS's lists have it.
func onDemand(p *billing.Price, currency string) term {
	t := term{SKU: sku(p), OfferTermCode: onDemandTerm, PriceDimensions: map[string]dimension{}, TermAttributes: map[string]string{}}
	free := decimal.D{}
	if a := p.Allowance; a != nil && a.Months == 0 {
		free = a.Quantity
		t.add(dimension{
			RateCode: t.SKU + "." + onDemandTerm + "." + code(10, t.SKU, "free"), Unit: p.Unit, Description: "$0.00 per " + p.Unit + " under monthly free tier",
			BeginRange: "0", EndRange: free.String(), PricePerUnit: map[string]string{currency: decimal.D{}.Fixed(10)},
		})
	}
	for i, tier := range p.Tiers {
		d := dimension{
			RateCode: tier.RateCode, Unit: p.Unit, Description: tier.Description, BeginRange: tier.From.Add(free).String(), EndRange: "Inf",
			PricePerUnit: map[string]string{currency: tier.Rate.Fixed(10)},
		}
		if i+1 < len(p.Tiers) {
			d.EndRange = p.Tiers[i+1].From.Add(free).String()
		}
		if d.RateCode == "" {
			d.RateCode = t.SKU + "." + onDemandTerm + "." + perUnit
			if i > 0 {
				d.RateCode = t.SKU + "." + onDemandTerm + "." + code(10, t.SKU, tier.From.String())
			}
		}
		t.add(d)
	}
	return t
}

// reserved gives an offer of a reservation: what is paid at once, and by the hour.
func reserved(p *billing.Price, r *billing.ReservedTerm, currency string) term {
	t := term{SKU: sku(p), OfferTermCode: code(10, r.Lease, r.Class, r.Option), PriceDimensions: map[string]dimension{}, TermAttributes: map[string]string{
		"LeaseContractLength": r.Lease, "OfferingClass": r.Class, "PurchaseOption": r.Option,
	}}
	prefix := t.SKU + "." + t.OfferTermCode + "."
	if !r.Upfront.IsZero() {
		t.add(dimension{RateCode: prefix + atOnce, Unit: "Quantity", Description: "Upfront Fee", PricePerUnit: map[string]string{currency: r.Upfront.Fixed(10)}})
	}
	hourly := dimension{RateCode: r.RateCode, Unit: "Hrs", BeginRange: "0", EndRange: "Inf", PricePerUnit: map[string]string{currency: r.Hourly.Fixed(10)}}
	if hourly.RateCode == "" {
		hourly.RateCode = prefix + perUnit
	}
	hourly.Description = p.Key.UsageType + " reserved instance applied"
	t.add(hourly)
	return t
}

func (t *term) add(d dimension) {
	d.AppliesTo = []string{}
	t.PriceDimensions[d.RateCode] = d
}
