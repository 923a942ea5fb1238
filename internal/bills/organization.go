package bills

import (
	"context"
	"slices"
	"strings"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// scene is what a payer's bills are made against, in one view.
type scene struct {
	payer   ident.AccountID
	account *iam.Account // nil if the payer is gone
	org     *org.State   // nil if it manages none
	cost    *cost.State
	plans   []billing.SavingsPlan // that the payer and its members have bought
}

// scene looks at what a payer's bills are made against.
func (d *Desk) scene(ctx context.Context, payer ident.AccountID, look func(*scene) error) error {
	part, member, err := d.cfg.Store.Locate(ctx, op.MemberLocator(payer), true)
	if err != nil {
		return err
	}
	own, costs := op.IAMPartition(payer), op.CostPartition(payer)
	scope := store.Scope{Read: []store.Partition{own, costs}}
	if member {
		scope.Read = append(scope.Read, part)
	}
	committed, err := d.committed(ctx)
	if err != nil {
		return err
	}
	for _, owner := range committed {
		if owner != payer {
			scope.Read = append(scope.Read, op.CostPartition(owner))
		}
	}
	return d.cfg.Store.View(ctx, scope, func(tx store.Tx) error {
		s := &scene{payer: payer, cost: tx.State(costs).(*cost.State)}
		s.account, _ = tx.State(own).(*iam.State).Account()
		if member {
			s.org = tx.State(part).(*org.State)
			// A member has bills of its own from before it joined: they were not the organization's.
			if o, ok := s.org.Organization(); !ok || o.Management != payer {
				s.org = nil
			}
		}
		for _, owner := range committed {
			if s.pays(owner) {
				s.plans = append(s.plans, tx.State(op.CostPartition(owner)).(*cost.State).Committed()...)
			}
		}
		return look(s)
	})
}

// pays tells whether the scene's payer pays for an account.
func (s *scene) pays(account ident.AccountID) bool {
	if s.org == nil || account == s.payer {
		return account == s.payer
	}
	_, member := s.org.Account(account)
	return member
}

// committed lists the accounts that have ever bought a savings plan.
func (d *Desk) committed(ctx context.Context) ([]ident.AccountID, error) {
	keys, err := d.cfg.Store.Keys(ctx, op.CommitmentLocator(""))
	if err != nil {
		return nil, err
	}
	out := make([]ident.AccountID, len(keys))
	for i, k := range keys {
		out[i] = ident.AccountID(strings.TrimPrefix(k.Key, op.CommitmentLocator("")))
	}
	return out, nil
}

// names gives the names of the accounts on a payer's bills, by ID; those that left have the name they had.
func (d *Desk) names(ctx context.Context, payer ident.AccountID) (map[string]string, error) {
	names := map[string]string{}
	err := d.scene(ctx, payer, func(s *scene) error {
		s.name(names)
		return nil
	})
	return names, err
}

func (s *scene) name(names map[string]string) {
	if s.account != nil {
		names[string(s.payer)] = s.account.Name
	}
	if s.org == nil {
		return
	}
	for _, m := range s.org.Former() {
		names[string(m.ID)] = m.Name
	}
	for id, a := range s.org.Accounts("") {
		names[id] = a.Name
	}
}

// organization gives what a month's bill depends on: the organization and its members as they are known, and the payer's terms.
func (s *scene) organization(month string) *billing.Organization {
	o := s.cost.Terms().Organization // a copy, whose lists are not to be changed
	o.Payer = string(s.payer)
	if o.Created.IsZero() && s.account != nil {
		o.Created = s.account.Created
	}
	o.Members = s.members(o.Members)
	o.Credits = left(o.Credits, s.cost.Taken(month))
	o.Plans = append(slices.Clip(o.Plans), s.plans...)
	if m, err := billing.ParseMonth(month); err == nil {
		o.InvoiceUnits = append(slices.Clip(o.InvoiceUnits), s.cost.Units(m.End())...)
	}
	return &o
}

// members gives who belonged to the organization when. What the terms say of an account counts instead of what is known of it. An
// account that was created in the organization was never elsewhere: usage of it from before counts too.
func (s *scene) members(terms []billing.Membership) []billing.Membership {
	said := map[string]bool{string(s.payer): true}
	for _, m := range terms {
		said[m.Account] = true
	}
	members := slices.Clone(terms)
	if s.org == nil {
		return members
	}
	known := func(id ident.AccountID, method org.JoinedMethod, m billing.Membership) {
		if method == org.Created {
			m.Joined = time.Time{}
		}
		if m.Account = string(id); !said[m.Account] {
			members = append(members, m)
		}
	}
	for _, m := range s.org.Former() {
		known(m.ID, m.Method, billing.Membership{Joined: m.Joined, Left: m.Left})
	}
	for _, a := range s.org.Accounts("") {
		m := billing.Membership{Joined: a.Joined}
		if a.State == org.StateClosed {
			m.Left = a.Closing
		}
		known(a.ID, a.Method, m)
	}
	return members
}

// left gives credits with what other months left of them.
func left(credits []billing.CreditBalance, taken map[string]decimal.D) []billing.CreditBalance {
	out := slices.Clone(credits)
	for i := range out {
		c := &out[i]
		c.Amount = decimal.Max(c.Amount.Sub(taken[c.ID]), decimal.D{})
	}
	return out
}
