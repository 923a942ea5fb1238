package savingsplans

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"umbel/internal/bills"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/savingsplans"
	"umbel/internal/op"
)

func createSavingsPlan(desk *bills.Desk) *op.Operation {
	return writing("CreateSavingsPlan",
		func(_ *op.Call, in *model.CreateSavingsPlanInput) op.Target {
			return op.Target{Resource: "*", Keys: requestTags(in.Tags)}
		},
		func(c *op.Call, in *model.CreateSavingsPlanInput) (*model.CreateSavingsPlanOutput, error) {
			book := desk.Book()
			all := offerings(book)
			i, ok := slices.BinarySearchFunc(all, *in.SavingsPlanOfferingId, func(o offering, id string) int { return strings.Compare(o.id, id) })
			if !ok {
				return nil, fault.New(fault.NotFound, "Savings Plan offering %s was not found.", *in.SavingsPlanOfferingId)
			}
			plan, err := ordered(c, &all[i], in)
			if err != nil {
				return nil, err
			}
			plan.Currency = book.Currency
			bought, err := c.Cost().Buy(plan)
			if err != nil {
				return nil, err
			}
			if bought == plan {
				err = recompute(c)
			}
			return &model.CreateSavingsPlanOutput{SavingsPlanId: &bought.ID}, err
		})
}

// farthest is how far ahead a purchase can be queued (Savings Plans User Guide, "Queueing Savings Plans purchases").
const farthest = 3 * 365 * 24 * time.Hour

// ordered makes the plan that a request orders.
func ordered(c *op.Call, o *offering, in *model.CreateSavingsPlanInput) (*cost.Plan, error) {
	commitment, err := decimal.Parse(*in.Commitment)
	if err != nil {
		return nil, fault.New(fault.ValidationFailed, "The commitment %q is not an amount.", *in.Commitment)
	}
	start := c.Now.Truncate(time.Second)
	if in.PurchaseTime != nil {
		if start = in.PurchaseTime.UTC(); !start.After(c.Now) || start.Sub(c.Now) > farthest {
			return nil, fault.New(fault.ValidationFailed, "The purchase time must be in the future, and at most 3 years ahead.")
		}
	}
	id, err := uuid.NewRandomFromReader(c.Rand)
	if err != nil {
		return nil, fmt.Errorf("savingsplans: %w", err)
	}
	p := &cost.Plan{
		ID: id.String(), Offering: o.id, Bought: c.Now, Token: op.Value(in.ClientToken), Tags: in.Tags,
		Terms: billing.SavingsPlan{
			ARN: planARN(c, id.String()), Owner: string(c.Caller.Account), Kind: o.kind, Region: o.region, Family: o.family, Commitment: commitment,
			Term: o.term, Payment: o.payment, Start: start, End: start.Add(time.Duration(o.seconds()) * time.Second),
		},
	}
	if in.UpfrontPaymentAmount == nil {
		return p, nil
	}
	given, err := decimal.Parse(*in.UpfrontPaymentAmount)
	if err != nil {
		return nil, fault.New(fault.ValidationFailed, "The upfront payment %q is not an amount.", *in.UpfrontPaymentAmount)
	}
	due, _, err := payments(p)
	if err != nil {
		return nil, err
	}
	if o.payment != model.SavingsPlanPaymentOptionPartialUpfront || given.Cmp(due) != 0 {
		return nil, fault.New(fault.ValidationFailed, "The upfront payment amount is for Partial Upfront plans, whose upfront payment is half of the commitment: %s.", due)
	}
	return p, nil
}

// payments gives what of a plan is paid at once, and what each hour.
func payments(p *cost.Plan) (upfront, hourly decimal.D, err error) {
	hours := int64(p.Terms.End.Sub(p.Terms.Start) / time.Hour)
	share := p.Terms.Commitment
	switch p.Terms.Payment {
	case model.SavingsPlanPaymentOptionNoUpfront:
		return decimal.D{}, share, nil
	case model.SavingsPlanPaymentOptionPartialUpfront:
		if share, err = share.Mul(decimal.New(5, 1)); err != nil {
			return upfront, hourly, fault.New(fault.ValidationFailed, "The commitment is out of range.")
		}
	}
	if upfront, err = share.Mul(decimal.Int(hours)); err != nil {
		return upfront, hourly, fault.New(fault.ValidationFailed, "The commitment is out of range.")
	}
	return upfront, p.Terms.Commitment.Sub(share), nil
}

func describeSavingsPlans() *op.Operation {
	return reading("DescribeSavingsPlans",
		func(c *op.Call, _ *model.DescribeSavingsPlansInput) string { return planARN(c, "*") },
		func(c *op.Call, in *model.DescribeSavingsPlansInput) (*model.DescribeSavingsPlansOutput, error) {
			var failed error
			keep := func(p *cost.Plan) bool {
				s, err := shown(p, c.Now)
				failed = cmp.Or(failed, err)
				return err == nil && fits(p, &s, in)
			}
			rows, next, err := op.Page(c, bound("DescribeSavingsPlans", in), op.Value(in.NextToken), size(in.MaxResults), c.Cost().Plans.After, keep)
			if err = cmp.Or(err, failed); err != nil {
				return nil, err
			}
			out := &model.DescribeSavingsPlansOutput{SavingsPlans: []model.SavingsPlan{}, NextToken: op.Optional(next)}
			for _, p := range rows {
				s, err := shown(p, c.Now)
				if err != nil {
					return nil, err
				}
				out.SavingsPlans = append(out.SavingsPlans, s)
			}
			return out, nil
		})
}

// fits tells whether a plan is one of those asked for.
func fits(p *cost.Plan, s *model.SavingsPlan, in *model.DescribeSavingsPlansInput) bool {
	have := map[string]string{
		model.SavingsPlansFilterNameRegion: p.Terms.Region, model.SavingsPlansFilterNameEc2InstanceFamily: p.Terms.Family,
		model.SavingsPlansFilterNameInstanceFamily: p.Terms.Family, model.SavingsPlansFilterNameCommitment: *s.Commitment,
		model.SavingsPlansFilterNameUpfront: *s.UpfrontPaymentAmount, model.SavingsPlansFilterNameTerm: p.Terms.Term,
		model.SavingsPlansFilterNameSavingsPlanType: *s.SavingsPlanType, model.SavingsPlansFilterNamePaymentOption: p.Terms.Payment,
		model.SavingsPlansFilterNameStart: *s.Start, model.SavingsPlansFilterNameEnd: *s.End,
	}
	for _, f := range in.Filters {
		if !slices.Contains(f.Values, have[op.Value(f.Name)]) {
			return false
		}
	}
	return among(in.SavingsPlanIds, p.ID) && among(in.SavingsPlanArns, p.Terms.ARN) && among(in.States, *s.State)
}

// shown is a plan in the service's words.
func shown(p *cost.Plan, now time.Time) (model.SavingsPlan, error) {
	upfront, hourly, err := payments(p)
	if err != nil {
		return model.SavingsPlan{}, err
	}
	o := offering{kind: p.Terms.Kind, term: p.Terms.Term, payment: p.Terms.Payment, region: p.Terms.Region, family: p.Terms.Family}
	state, planType, description, seconds := p.State(now), o.planType(), o.description(), o.seconds()
	commitment, atOnce, each := p.Terms.Commitment.String(), upfront.String(), hourly.String()
	start, end := moment(p.Terms.Start), moment(p.Terms.End.Add(-time.Second))
	s := model.SavingsPlan{
		OfferingId: &p.Offering, SavingsPlanId: &p.ID, SavingsPlanArn: &p.Terms.ARN, Description: &description, Start: &start, End: &end, State: &state,
		Region: op.Optional(p.Terms.Region), Ec2InstanceFamily: op.Optional(p.Terms.Family), SavingsPlanType: &planType, PaymentOption: &p.Terms.Payment,
		ProductTypes: o.products(), Currency: &p.Currency, Commitment: &commitment, UpfrontPaymentAmount: &atOnce, RecurringPaymentAmount: &each,
		TermDurationInSeconds: &seconds, Tags: p.Tags,
	}
	if s.Tags == nil {
		s.Tags = map[string]string{}
	}
	if until, ok := p.ReturnableUntil(now); ok {
		text := moment(until)
		s.ReturnableUntil = &text
	}
	return s, nil
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func deleteQueuedSavingsPlan() *op.Operation {
	return writing("DeleteQueuedSavingsPlan",
		func(c *op.Call, in *model.DeleteQueuedSavingsPlanInput) op.Target {
			return target(c, planARN(c, *in.SavingsPlanId))
		},
		func(c *op.Call, in *model.DeleteQueuedSavingsPlanInput) (*model.DeleteQueuedSavingsPlanOutput, error) {
			return &model.DeleteQueuedSavingsPlanOutput{}, c.Cost().Unqueue(*in.SavingsPlanId, c.Now)
		})
}

func returnSavingsPlan() *op.Operation {
	return writing("ReturnSavingsPlan",
		func(c *op.Call, in *model.ReturnSavingsPlanInput) op.Target {
			return target(c, planARN(c, *in.SavingsPlanId))
		},
		func(c *op.Call, in *model.ReturnSavingsPlanInput) (*model.ReturnSavingsPlanOutput, error) {
			p, err := c.Cost().Return(*in.SavingsPlanId, op.Value(in.ClientToken), c.Now)
			if err != nil {
				return nil, err
			}
			return &model.ReturnSavingsPlanOutput{SavingsPlanId: &p.ID}, recompute(c)
		})
}
