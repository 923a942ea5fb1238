package cost

import (
	"maps"
	"strings"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	"umbel/internal/table"
)

// Commitments is what an account has committed to: its savings plans.
type Commitments struct {
	Plans *table.Table[Plan] // by ID
}

func newCommitments() Commitments {
	return Commitments{Plans: table.New("savings-plan", func(p *Plan) string { return p.ID })}
}

func (c *Commitments) tables() []table.Any { return []table.Any{c.Plans} }

// Plan is a savings plan that an account has bought, or is to buy at a time.
type Plan struct {
	ID       string
	Offering string
	Terms    billing.SavingsPlan // as it counts on bills
	Currency string
	Bought   time.Time // when it was asked for; Terms.Start is later if the purchase is queued
	Token    string    // of the request, so that asking twice buys once
	// ReturnToken is that of the request that returned it.
	ReturnToken string `json:",omitempty"`
	// Deleted and Returned are when that happened; zero if it did not.
	Deleted, Returned time.Time
	Tags              map[string]string `json:",omitempty"`
}

// The states of plans (Savings Plans API Reference, SavingsPlan).
const (
	PlanActive        = "active"
	PlanRetired       = "retired"
	PlanQueued        = "queued"
	PlanQueuedDeleted = "queued-deleted"
	PlanReturned      = "returned"
)

// Limits of savings plans (API Reference; Savings Plans User Guide, "Returning a purchased Savings Plan").
const (
	PlanTags      = 50
	returnWithin  = 7 * 24 * time.Hour
	mostPerHour   = 1_000_000
	returnPerHour = 100
)

// State gives the state of a plan at a time.
func (p *Plan) State(now time.Time) string {
	switch {
	case !p.Deleted.IsZero():
		return PlanQueuedDeleted
	case !p.Returned.IsZero():
		return PlanReturned
	case now.Before(p.Terms.Start):
		return PlanQueued
	case !now.Before(p.Terms.End):
		return PlanRetired
	}
	return PlanActive
}

// ReturnableUntil gives until when a plan can be returned: seven days from its start, in the same month; ok is false for one that
// cannot: of more than $100 an hour, or not active.
func (p *Plan) ReturnableUntil(now time.Time) (until time.Time, ok bool) {
	until = p.Terms.Start.Add(returnWithin)
	if end := billing.MonthOf(p.Terms.Start).End(); end.Before(until) {
		until = end
	}
	return until, p.State(now) == PlanActive && !decimal.Int(returnPerHour).Less(p.Terms.Commitment) && now.Before(until)
}

// Committed gives the account's savings plans that count on bills: bought, and neither returned nor deleted.
func (c *Commitments) Committed() []billing.SavingsPlan {
	var all []billing.SavingsPlan
	for _, p := range c.Plans.All() {
		if p.Deleted.IsZero() && p.Returned.IsZero() {
			terms := p.Terms // bills go by the hour: the one in which it was bought is covered
			terms.Start, terms.End = terms.Start.Truncate(time.Hour), terms.End.Truncate(time.Hour)
			all = append(all, terms)
		}
	}
	return all
}

// Buy buys a plan. A request with the token of one before gives that plan again, if it is of the same. Errors: ValidationFailed,
// QuotaExceeded.
func (c *Commitments) Buy(p *Plan) (*Plan, error) {
	if p.Token != "" {
		for _, old := range c.Plans.All() {
			if old.Token != p.Token {
				continue
			}
			if old.Offering != p.Offering || old.Terms.Commitment.Cmp(p.Terms.Commitment) != 0 {
				return nil, fault.New(fault.ValidationFailed, "The client token was used before with other parameters.")
			}
			return old, nil
		}
	}
	if p.Terms.Commitment.Sign() <= 0 || decimal.Int(mostPerHour).Less(p.Terms.Commitment) {
		return nil, fault.New(fault.ValidationFailed, "The commitment must be between 0.001 and %d.", mostPerHour)
	}
	if err := checkPlanTags(p.Tags); err != nil {
		return nil, err
	}
	c.Plans.Put(p)
	return p, nil
}

// Return gives an active plan back. Errors: NotFound, ValidationFailed.
func (c *Commitments) Return(id, token string, now time.Time) (*Plan, error) {
	p, err := c.plan(id)
	if err != nil {
		return nil, err
	}
	if token != "" && p.ReturnToken == token {
		return p, nil // a request that is made again
	}
	if _, ok := p.ReturnableUntil(now); !ok {
		return nil, fault.New(fault.ValidationFailed, "Savings Plan %s cannot be returned: a plan can be returned while it is active, within 7 days of its "+
			"purchase and in the same calendar month, and with an hourly commitment of $%d or less.", id, returnPerHour)
	}
	next := *p
	next.Returned, next.ReturnToken = now, token
	c.Plans.Put(&next)
	return &next, nil
}

// Unqueue deletes a plan whose purchase is queued. Errors: NotFound, ValidationFailed.
func (c *Commitments) Unqueue(id string, now time.Time) error {
	p, err := c.plan(id)
	if err != nil {
		return err
	}
	if state := p.State(now); state != PlanQueued {
		return fault.New(fault.ValidationFailed, "Savings Plan %s is %s: only a queued one can be deleted.", id, state)
	}
	next := *p
	next.Deleted = now
	c.Plans.Put(&next)
	return nil
}

// TagPlan adds or replaces tags, and removes others. Errors: NotFound, ValidationFailed, QuotaExceeded.
func (c *Commitments) TagPlan(id string, add map[string]string, remove []string) error {
	p, err := c.plan(id)
	if err != nil {
		return err
	}
	next := *p
	if next.Tags = maps.Clone(p.Tags); next.Tags == nil {
		next.Tags = map[string]string{}
	}
	maps.Copy(next.Tags, add)
	for _, k := range remove {
		delete(next.Tags, k)
	}
	if err := checkPlanTags(next.Tags); err != nil {
		return err
	}
	c.Plans.Put(&next)
	return nil
}

// Plan gives a plan by its ID. Errors: NotFound.
func (c *Commitments) plan(id string) (*Plan, error) {
	p, ok := c.Plans.Get(id)
	if !ok {
		return nil, fault.New(fault.NotFound, "Savings Plan %s was not found.", id)
	}
	return p, nil
}

func checkPlanTags(tags map[string]string) error {
	if len(tags) > PlanTags {
		return fault.New(fault.QuotaExceeded, "A Savings Plan can have at most %d tags.", PlanTags)
	}
	for k, v := range tags {
		switch {
		case k == "" || len(k) > 128 || len(v) > 256:
			return fault.New(fault.ValidationFailed, "A tag key has 1 to 128 characters, and a value at most 256.")
		case len(k) >= 4 && strings.EqualFold(k[:4], "aws:"):
			return fault.New(fault.ValidationFailed, "Tag keys that begin with aws: are reserved for AWS.")
		}
	}
	return nil
}
