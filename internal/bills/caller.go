package bills

import (
	"fmt"

	"umbel/internal/costlines"
	"umbel/internal/domain/cost"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// Payer gives the account that pays the caller's bills: its organization's management account, or the account itself if it is
// in none. It may be asked in Scope and in a view.
func Payer(c *op.Call) (ident.AccountID, error) {
	if c.Caller.Organization == "" {
		return c.Caller.Account, nil
	}
	if c.Tx != nil {
		return management(c.Org())
	}
	// Which account manages an organization never changes, so memory cannot be wrong about it.
	state, err := c.Peek(op.OrgPartition(c.Caller.Organization))
	if err != nil {
		return "", err
	}
	return management(state.(*org.State))
}

func management(s *org.State) (ident.AccountID, error) {
	o, ok := s.Organization()
	if !ok {
		return "", fmt.Errorf("bills: the organization is gone")
	}
	return o.Management, nil
}

// Reading is the Scope of operations that read what the caller's account and the one that pays for it have hung on their bills.
func Reading[In any](c *op.Call, _ *In) (store.Scope, error) {
	payer, err := Payer(c)
	return store.Scope{Read: []store.Partition{op.CostPartition(c.Caller.Account), op.CostPartition(payer)}}, err
}

// Writing is the Scope of operations that change what the caller's account has hung on its bills; the payer's can be read.
func Writing[In any](c *op.Call, _ *In) (store.Scope, error) {
	payer, err := Payer(c)
	s := store.Scope{Write: []store.Partition{op.CostPartition(c.Caller.Account)}}
	if payer != c.Caller.Account {
		s.Read = []store.Partition{op.CostPartition(payer)}
	}
	return s, err
}

// OfPayer gives what the account that pays for the caller has hung on its bills.
func OfPayer(c *op.Call) (*cost.State, error) {
	payer, err := Payer(c)
	if err != nil {
		return nil, err
	}
	return c.CostOf(payer), nil
}

// View tells whose cost lines the caller sees: the payer those of all its accounts, a member its own (Cost Management User Guide,
// "Controlling access to Cost Explorer": members see their own charges at unblended cost).
func View(c *op.Call) (costlines.View, error) {
	payer, err := Payer(c)
	v := costlines.View{Payer: string(payer)}
	if payer != c.Caller.Account {
		v.Accounts = []string{string(c.Caller.Account)}
	}
	return v, err
}

// Names gives the names of the accounts that the caller sees, by ID.
func Names(c *op.Call) map[string]string {
	names := map[string]string{}
	if s := c.Org(); s != nil {
		if o, ok := s.Organization(); ok && o.Management == c.Caller.Account {
			for id, a := range s.Accounts("") {
				names[id] = a.Name
			}
			return names
		}
	}
	if a, ok := c.IAM().Account(); ok {
		names[string(a.ID)] = a.Name
	}
	return names
}
