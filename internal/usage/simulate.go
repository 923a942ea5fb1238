package usage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// Simulation is an organization whose usage is made up, believably, and always the same for the same values: hour by hour, of
// resources that are always on, used in office hours, by bursts or by the tide of the day, growing from month to month, with tags
// that have gaps, Marketplace subscriptions, credits, reservations and savings plans. It holds no more than the resources.
type Simulation struct {
	Seed      uint64
	Accounts  []string // the first pays
	First     billing.Month
	Months    int
	Resources int // of an account, about; 0 is 12
	Book      *billing.Book
}

// Check tells what is wrong with a simulation.
func (s *Simulation) Check() error {
	switch {
	case len(s.Accounts) == 0:
		return errors.New("usage: a simulation needs an account")
	case s.Months < 1 || s.Months > 120:
		return errors.New("usage: a simulation has 1 to 120 months")
	case s.Resources < 0 || s.Resources > 100_000:
		return errors.New("usage: an account has at most 100,000 resources")
	case s.Book == nil:
		return errors.New("usage: a simulation needs a price book, for the size of its commitments")
	}
	for i, a := range s.Accounts {
		if len(a) != 12 || !digits([]byte(a)) || slices.Contains(s.Accounts[:i], a) {
			return fmt.Errorf("usage: %q is no account ID of 12 digits, or comes twice", a)
		}
	}
	if s.Resources == 0 {
		s.Resources = 12
	}
	return nil
}

// Hours gives a month's usage for billing.Compute: an iterator that may be gone over again, an hour at a time. Months outside of
// the simulation are empty. Check must have been passed.
func (s *Simulation) Hours(m billing.Month) billing.Hours {
	month := monthsBetween(s.First, m)
	return func(yield func([]billing.UsageRecord, error) bool) {
		if month < 0 || month >= s.Months {
			return
		}
		type member struct {
			joined time.Time
			fleet  []resource
		}
		members := make([]member, len(s.Accounts))
		for i := range members {
			members[i] = member{s.joined(i), s.fleet(i)}
		}
		hours := int(m.End().Sub(m.Start()) / time.Hour)
		start := s.First.Start()
		var batch []billing.UsageRecord
		for at := m.Start(); at.Before(m.End()); at = at.Add(time.Hour) {
			batch = batch[:0]
			hour := int(at.Sub(start) / time.Hour)
			weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
			for i := range members {
				if at.Before(members[i].joined) {
					continue
				}
				for j := range members[i].fleet {
					x := &members[i].fleet[j]
					q := x.quantity(hour, month, weekend, at.Hour(), hours)
					if q.IsZero() {
						continue
					}
					record := x.record
					record.Quantity, record.Start, record.End = q, at, at.Add(time.Hour)
					batch = append(batch, record)
				}
			}
			if len(batch) > 0 && !yield(batch, nil) {
				return
			}
		}
	}
}

func monthsBetween(a, b billing.Month) int { return 12*(b.Year-a.Year) + int(b.Month) - int(a.Month) }

// joined gives when an account joins: most were there before, every seventh comes on a day of the simulation. The payer is there.
func (s *Simulation) joined(account int) time.Time {
	if account == 0 || account%7 != 0 {
		return time.Time{}
	}
	return s.First.Start().AddDate(0, 0, int(chance(s.Seed, uint64(account)|1<<41)*float64(28*s.Months)))
}

// Organization gives what the bills depend on besides usage: members and when they joined, and what they bought. Commitments cover
// a good part of what is always on.
func (s *Simulation) Organization() *billing.Organization {
	o := &billing.Organization{Payer: s.Accounts[0], Created: s.First.Start().AddDate(-2, 0, 0)}
	for i, a := range s.Accounts {
		o.Members = append(o.Members, billing.Membership{Account: a, Joined: s.joined(i)})
	}
	r := rand.New(rand.NewPCG(s.Seed, 1<<42))
	steady := s.steady()
	s.reserve(o, steady)
	s.commit(o, steady)
	s.subscribe(o, r)
	start := s.First.Start()
	o.Credits = []billing.CreditBalance{
		{ID: "credit-1", Description: "Promotional credit", Account: s.Accounts[r.IntN(len(s.Accounts))], Amount: decimal.Int(int64(100 + r.IntN(900))),
			Issued: start.AddDate(0, -1, 0), Expires: start.AddDate(1, 0, 0)},
		{ID: "credit-2", Description: "Credit for storage", Account: s.Accounts[0], Amount: decimal.Int(int64(20 + r.IntN(80))),
			Products: []string{"AmazonS3"}, Issued: start.AddDate(0, -2, 0), Expires: start.AddDate(0, 6, 0)},
	}
	o.Support = []billing.Support{{Plan: billing.BusinessSupport, Accounts: s.Accounts[:1]}}
	return o
}

// steady counts the instances that are always on and were there from the beginning, by type and Region.
func (s *Simulation) steady() map[[2]string]int64 {
	count := map[[2]string]int64{}
	for i := range s.Accounts {
		if !s.joined(i).IsZero() {
			continue
		}
		for _, x := range s.fleet(i) {
			if x.record.Product == "AmazonEC2" && x.record.Instance != nil && x.rhythm == always {
				count[[2]string{x.record.Instance.Type, x.record.Region}]++
			}
		}
	}
	return count
}

// reserve buys regional reservations, by the payer, for half of the steady m5 instances.
func (s *Simulation) reserve(o *billing.Organization, steady map[[2]string]int64) {
	start := s.First.Start()
	for _, key := range sortedKeys(steady) {
		n := steady[key] / 2
		p := s.price(key)
		if n == 0 || p == nil || key[0] != "m5.large" && key[0] != "m5.xlarge" {
			continue
		}
		hourly, err := p.Tiers[0].Rate.Mul(decimal.New(3, 1))
		if err != nil {
			continue // beyond all prices: nobody reserves it
		}
		o.Reservations = append(o.Reservations, billing.Reservation{
			ARN:   fmt.Sprintf("arn:aws:ec2:%s:%s:reserved-instances/%08x", key[1], s.Accounts[0], uint32(len(o.Reservations)+1)),
			Owner: s.Accounts[0], Product: "AmazonEC2", Region: key[1], Instance: billing.Instance{Type: key[0], Platform: "Linux/UNIX", Tenancy: "default"},
			Count: n, Upfront: hourly.Round(2).Add(decimal.Int(200)), Hourly: hourly.Round(4), Start: start, End: start.AddDate(1, 0, 0),
			Lease: "1yr", Class: "standard", Option: "Partial Upfront",
		})
	}
}

// commit buys a compute savings plan of about a fifth of what the steady instances cost in an hour.
func (s *Simulation) commit(o *billing.Organization, steady map[[2]string]int64) {
	var hourly decimal.D
	for _, key := range sortedKeys(steady) {
		if p := s.price(key); p != nil {
			if cost, err := p.Tiers[0].Rate.Mul(decimal.New(2*steady[key], 1)); err == nil {
				hourly = hourly.Add(cost)
			}
		}
	}
	if hourly.IsZero() {
		return
	}
	start := s.First.Start()
	o.Plans = []billing.SavingsPlan{{
		ARN:   fmt.Sprintf("arn:aws:savingsplans::%s:savingsplan/%016x", s.Accounts[0], s.Seed),
		Owner: s.Accounts[0], Kind: billing.ComputePlan, Commitment: hourly.Round(3), Term: "1yr", Payment: "No Upfront", Start: start, End: start.AddDate(1, 0, 0),
	}}
}

func (s *Simulation) price(key [2]string) *billing.Price {
	prefix, _ := usagePrefix(key[1])
	return s.Book.Find(billing.PriceKey{Product: "AmazonEC2", UsageType: prefix + "BoxUsage:" + key[0], Operation: "RunInstances", Region: key[1]})
}

// subscribe buys Marketplace products: about one account of five pays for one each month. Once there is a refund.
func (s *Simulation) subscribe(o *billing.Organization, r *rand.Rand) {
	offers := []struct{ product, name, seller string }{
		{"8xk2v1zq0lq1", "Logs for Teams", "Example Observability LLC"},
		{"4mz71ab9cw0d", "Hardened Linux", "Example Systems GmbH"},
		{"b7t3p5y6ue2s", "Schema Migrator", "Example Data Ltd"},
	}
	for i, account := range s.Accounts {
		if r.IntN(5) > 0 && i != len(s.Accounts)-1 {
			continue
		}
		offer, amount := offers[r.IntN(len(offers))], decimal.New(int64(2500+r.IntN(40_000)), 2)
		for n := range s.Months {
			at := s.First.Start().AddDate(0, n, 0)
			if joined := s.joined(i); at.Before(joined) {
				continue
			}
			o.Charges = append(o.Charges, billing.Charge{
				ID: fmt.Sprintf("subscription-%s-%d", account, n), Account: account, Type: billing.Fee, Start: at, End: at.AddDate(0, 1, 0), Product: offer.product,
				Name: offer.name, UsageType: "Subscription", Description: "AWS Marketplace subscription of " + offer.name, Amount: amount, Seller: offer.seller,
			})
		}
	}
	at := s.First.Start().AddDate(0, s.Months-1, 9)
	o.Charges = append(o.Charges, billing.Charge{
		ID: "refund-1", Account: s.Accounts[0], Type: billing.Refund, Start: at, End: at.Add(time.Hour), Product: "AmazonEC2", Name: "Amazon Elastic Compute Cloud",
		Description: "Refund of a service interruption", Amount: decimal.New(-int64(500+r.IntN(5000)), 2),
	})
}

func sortedKeys(m map[[2]string]int64) [][2]string {
	var keys [][2]string
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return keys
}
