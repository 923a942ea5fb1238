package savingsplans

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"umbel/internal/bills"
	"umbel/internal/domain/billing"
	model "umbel/internal/model/savingsplans"
	"umbel/internal/op"
)

// offering is a kind of plan that can be bought.
type offering struct {
	id             string
	kind           billing.PlanKind
	term, payment  string // "1yr", "No Upfront"
	region, family string // of an instance plan
}

// regions are those in which instance plans are offered for prices that hold in every Region.
var regions = [...]string{
	"af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
	"eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

// namespace is what the IDs of offerings are made in: they follow from what is offered.
var namespace = uuid.MustParse("6c1f3a52-7d0f-5f0e-9a53-3a1d0c5f5a10")

// identified fills the ID in.
func (o offering) identified() offering {
	o.id = uuid.NewSHA1(namespace, []byte(strings.Join([]string{string(o.kind), o.term, o.payment, o.region, o.family}, "/"))).String()
	return o
}

// offerings gives everything that the book has rates for, ordered by ID.
func offerings(book *billing.Book) []offering {
	found := map[offering]bool{}
	for _, p := range book.Prices() {
		for _, r := range p.Plans {
			for _, term := range each(r.Term, "1yr", "3yr") {
				for _, payment := range each(r.Payment, model.SavingsPlanPaymentOptionAllUpfront, model.SavingsPlanPaymentOptionPartialUpfront, model.SavingsPlanPaymentOptionNoUpfront) {
					o := offering{kind: r.Kind, term: term, payment: payment}
					switch {
					case o.kind == billing.ComputePlan:
						found[o] = true
					case o.kind == billing.InstancePlan && p.InstanceType != "":
						o.family, _, _ = strings.Cut(p.InstanceType, ".")
						for _, o.region = range each(p.Key.Region, regions[:]...) {
							found[o] = true
						}
					}
				}
			}
		}
	}
	all := make([]offering, 0, len(found))
	for o := range found {
		all = append(all, o.identified())
	}
	slices.SortFunc(all, func(a, b offering) int { return cmp.Compare(a.id, b.id) })
	return all
}

// each gives a value, or all there are if it is any.
func each(value string, all ...string) []string {
	if value != "" {
		return []string{value}
	}
	return all
}

// years gives how long the term is.
func (o *offering) years() int64 {
	if o.term == "3yr" {
		return 3
	}
	return 1
}

func (o *offering) seconds() int64 { return o.years() * 365 * 24 * int64(time.Hour/time.Second) }

// planType is the kind as this service names it.
func (o *offering) planType() string {
	if o.kind == billing.InstancePlan {
		return model.SavingsPlanTypeEC2Instance
	}
	return model.SavingsPlanTypeCompute
}

func (o *offering) products() []string {
	if o.kind == billing.InstancePlan {
		return []string{model.SavingsPlanProductTypeEc2}
	}
	return []string{model.SavingsPlanProductTypeEc2, model.SavingsPlanProductTypeFargate, model.SavingsPlanProductTypeLambda}
}

func (o *offering) description() string {
	if o.kind == billing.InstancePlan {
		return fmt.Sprintf("%d year %s %s EC2 Instance Savings Plan in %s", o.years(), o.payment, o.family, o.region)
	}
	return fmt.Sprintf("%d year %s Compute Savings Plan", o.years(), o.payment)
}

// usageType is how the purchase is called on bills: "ComputeSP:1yrNoUpfront".
func (o *offering) usageType() string {
	paid := o.term + strings.ReplaceAll(o.payment, " ", "")
	if o.kind == billing.InstancePlan {
		return "EC2SP:" + o.family + "." + paid
	}
	return "ComputeSP:" + paid
}

// rate gives what a price costs under the offering; ok is false if it does not cover it.
func (o *offering) rate(p *billing.Price) (r billing.PlanRate, ok bool) {
	if o.kind == billing.InstancePlan {
		family, _, _ := strings.Cut(p.InstanceType, ".")
		if family != o.family || p.Key.Region != "" && p.Key.Region != o.region {
			return r, false
		}
	}
	i := slices.IndexFunc(p.Plans, func(r billing.PlanRate) bool {
		return r.Kind == o.kind && (r.Term == "" || r.Term == o.term) && (r.Payment == "" || r.Payment == o.payment)
	})
	if i < 0 {
		return r, false
	}
	return p.Plans[i], true
}

func describeSavingsPlansOfferings(desk *bills.Desk) *op.Operation {
	return reading("DescribeSavingsPlansOfferings", anything[model.DescribeSavingsPlansOfferingsInput],
		func(c *op.Call, in *model.DescribeSavingsPlansOfferingsInput) (*model.DescribeSavingsPlansOfferingsOutput, error) {
			book := desk.Book()
			all := slices.DeleteFunc(offerings(book), func(o offering) bool { return !wanted(&o, in, book.Currency) })
			rows, next, err := op.Page(c, bound("DescribeSavingsPlansOfferings", in), op.Value(in.NextToken), size(in.MaxResults),
				walk(all, func(o *offering) string { return o.id }), nil)
			if err != nil {
				return nil, err
			}
			out := &model.DescribeSavingsPlansOfferingsOutput{SearchResults: []model.SavingsPlanOffering{}, NextToken: op.Optional(next)}
			for i := range rows {
				out.SearchResults = append(out.SearchResults, rows[i].shown(book.Currency))
			}
			return out, nil
		})
}

// wanted tells whether an offering fits the request.
func wanted(o *offering, in *model.DescribeSavingsPlansOfferingsInput, currency string) bool {
	for _, f := range in.Filters {
		have := map[string]string{model.SavingsPlanOfferingFilterAttributeRegion: o.region, model.SavingsPlanOfferingFilterAttributeInstanceFamily: o.family}
		if !slices.Contains(f.Values, have[op.Value(f.Name)]) {
			return false
		}
	}
	return among(in.OfferingIds, o.id) && among(in.PaymentOptions, o.payment) && among(in.PlanTypes, o.planType()) && among(in.Durations, o.seconds()) &&
		among(in.Currencies, currency) && among(in.Descriptions, o.description()) && among(in.ServiceCodes, serviceCode) &&
		among(in.UsageTypes, o.usageType()) && among(in.Operations, "") && (in.ProductType == nil || slices.Contains(o.products(), *in.ProductType))
}

// among tells whether a list is empty or has the value.
func among[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

// serviceCode is that of plans in AWS's price lists.
const serviceCode = "ComputeSavingsPlans"

func (o *offering) shown(currency string) model.SavingsPlanOffering {
	code, planType, description, usage, operation, seconds := serviceCode, o.planType(), o.description(), o.usageType(), "", o.seconds()
	out := model.SavingsPlanOffering{
		OfferingId: &o.id, ProductTypes: o.products(), PlanType: &planType, Description: &description, PaymentOption: &o.payment, DurationSeconds: &seconds,
		Currency: &currency, ServiceCode: &code, UsageType: &usage, Operation: &operation, Properties: []model.SavingsPlanOfferingProperty{},
	}
	for _, p := range []struct{ name, value string }{{"region", o.region}, {"instanceFamily", o.family}} {
		if p.value != "" {
			out.Properties = append(out.Properties, model.SavingsPlanOfferingProperty{Name: &p.name, Value: &p.value})
		}
	}
	return out
}
