package savingsplans

import (
	"cmp"
	"slices"
	"strings"

	"umbel/internal/bills"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	model "umbel/internal/model/savingsplans"
	"umbel/internal/op"
)

// rate is what one kind of usage costs under an offering.
type rate struct {
	*offering
	price *billing.Price
	text  string
}

func (r *rate) key() string {
	k := r.price.Key
	return strings.Join([]string{r.id, k.Product, k.UsageType, k.Operation, k.Region}, "\x00")
}

// product is the kind of product, as this service names it; "" for one that has no name here.
func (r *rate) product() string {
	switch r.price.Service {
	case "AmazonEC2":
		return model.SavingsPlanProductTypeEc2
	case "AWSLambda":
		return model.SavingsPlanProductTypeLambda
	case "AmazonECS", "AmazonEKS":
		return model.SavingsPlanProductTypeFargate
	}
	return ""
}

// properties are what is known of an instance.
func (r *rate) properties() map[string]string {
	family, _, _ := strings.Cut(r.price.InstanceType, ".")
	all := map[string]string{
		"region": cmp.Or(r.price.Key.Region, r.region), "instanceType": r.price.InstanceType, "instanceFamily": family,
		"productDescription": r.price.Platform, "tenancy": strings.ToLower(r.price.Tenancy),
	}
	for name, value := range all {
		if value == "" {
			delete(all, name)
		}
	}
	return all
}

// ratesOf gives the rates of an offering.
func ratesOf(o *offering, prices []*billing.Price) (all []rate) {
	for _, p := range prices {
		if r, ok := o.rate(p); ok {
			all = append(all, rate{o, p, r.Rate.String()})
		}
	}
	return all
}

func describeSavingsPlansOfferingRates(desk *bills.Desk) *op.Operation {
	return reading("DescribeSavingsPlansOfferingRates", anything[model.DescribeSavingsPlansOfferingRatesInput],
		func(c *op.Call, in *model.DescribeSavingsPlansOfferingRatesInput) (*model.DescribeSavingsPlansOfferingRatesOutput, error) {
			book := desk.Book()
			offered, prices := offerings(book), book.Prices()
			var all []rate
			for i := range offered {
				o := &offered[i]
				if among(in.SavingsPlanOfferingIds, o.id) && among(in.SavingsPlanPaymentOptions, o.payment) && among(in.SavingsPlanTypes, o.planType()) {
					all = append(all, slices.DeleteFunc(ratesOf(o, prices), func(r rate) bool { return !r.wanted(in) })...)
				}
			}
			slices.SortFunc(all, func(a, b rate) int { return strings.Compare(a.key(), b.key()) })
			rows, next, err := op.Page(c, bound("DescribeSavingsPlansOfferingRates", in), op.Value(in.NextToken), size(in.MaxResults), walk(all, (*rate).key), nil)
			if err != nil {
				return nil, err
			}
			out := &model.DescribeSavingsPlansOfferingRatesOutput{SearchResults: []model.SavingsPlanOfferingRate{}, NextToken: op.Optional(next)}
			for i := range rows {
				out.SearchResults = append(out.SearchResults, rows[i].shown(book.Currency))
			}
			return out, nil
		})
}

// wanted tells whether a rate fits the request.
func (r *rate) wanted(in *model.DescribeSavingsPlansOfferingRatesInput) bool {
	have := r.properties()
	for _, f := range in.Filters {
		if !slices.Contains(f.Values, have[op.Value(f.Name)]) {
			return false
		}
	}
	return among(in.Products, r.product()) && among(in.ServiceCodes, r.price.Service) && among(in.UsageTypes, r.price.Key.UsageType) && among(in.Operations, r.price.Key.Operation)
}

func (r *rate) shown(currency string) model.SavingsPlanOfferingRate {
	planType, seconds, description := r.planType(), r.seconds(), r.description()
	out := model.SavingsPlanOfferingRate{
		SavingsPlanOffering: &model.ParentSavingsPlanOffering{
			OfferingId: &r.id, PaymentOption: &r.payment, PlanType: &planType, DurationSeconds: &seconds, Currency: &currency, PlanDescription: &description,
		},
		Rate: &r.text, Unit: op.Optional(r.price.Unit), ProductType: op.Optional(r.product()), ServiceCode: &r.price.Service,
		UsageType: &r.price.Key.UsageType, Operation: &r.price.Key.Operation, Properties: []model.SavingsPlanOfferingRateProperty{},
	}
	for _, p := range sorted(r.properties()) {
		out.Properties = append(out.Properties, model.SavingsPlanOfferingRateProperty{Name: &p[0], Value: &p[1]})
	}
	return out
}

// sorted gives pairs in the order of their names.
func sorted(m map[string]string) (pairs [][2]string) {
	for k, v := range m {
		pairs = append(pairs, [2]string{k, v})
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return pairs
}

func describeSavingsPlanRates(desk *bills.Desk) *op.Operation {
	return reading("DescribeSavingsPlanRates",
		func(c *op.Call, in *model.DescribeSavingsPlanRatesInput) string { return planARN(c, *in.SavingsPlanId) },
		func(c *op.Call, in *model.DescribeSavingsPlanRatesInput) (*model.DescribeSavingsPlanRatesOutput, error) {
			plan, ok := c.Cost().Plans.Get(*in.SavingsPlanId)
			if !ok {
				return nil, fault.New(fault.NotFound, "Savings Plan %s was not found.", *in.SavingsPlanId)
			}
			book := desk.Book()
			t := plan.Terms
			o := offering{kind: t.Kind, term: t.Term, payment: t.Payment, region: t.Region, family: t.Family}.identified()
			all := slices.DeleteFunc(ratesOf(&o, book.Prices()), func(r rate) bool {
				have := r.properties()
				have["productType"], have["serviceCode"], have["usageType"], have["operation"] = r.product(), r.price.Service, r.price.Key.UsageType, r.price.Key.Operation
				return slices.ContainsFunc(in.Filters, func(f model.SavingsPlanRateFilter) bool { return !slices.Contains(f.Values, have[op.Value(f.Name)]) })
			})
			slices.SortFunc(all, func(a, b rate) int { return strings.Compare(a.key(), b.key()) })
			rows, next, err := op.Page(c, bound("DescribeSavingsPlanRates", in), op.Value(in.NextToken), size(in.MaxResults), walk(all, (*rate).key), nil)
			if err != nil {
				return nil, err
			}
			out := &model.DescribeSavingsPlanRatesOutput{SavingsPlanId: in.SavingsPlanId, SearchResults: []model.SavingsPlanRate{}, NextToken: op.Optional(next)}
			for i := range rows {
				r := &rows[i]
				one := model.SavingsPlanRate{
					Rate: &r.text, Currency: &book.Currency, Unit: op.Optional(r.price.Unit), ProductType: op.Optional(r.product()), ServiceCode: &r.price.Service,
					UsageType: &r.price.Key.UsageType, Operation: &r.price.Key.Operation, Properties: []model.SavingsPlanRateProperty{},
				}
				for _, p := range sorted(r.properties()) {
					one.Properties = append(one.Properties, model.SavingsPlanRateProperty{Name: &p[0], Value: &p[1]})
				}
				out.SearchResults = append(out.SearchResults, one)
			}
			return out, nil
		})
}
