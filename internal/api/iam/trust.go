package iam

import (
	"umbel/internal/domain/iam"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// trusting is the scope of an operation that saves a trust policy: the users and roles it names are looked up in their
// accounts.
func trusting[In any](text func(*In) string) func(*op.Call, *In) (store.Scope, error) {
	return func(c *op.Call, in *In) (store.Scope, error) {
		sc, err := op.WriteIAM(c, in)
		if err != nil {
			return sc, err
		}
		for _, id := range iam.TrustedAccounts(text(in)) {
			sc.Read = append(sc.Read, op.IAMPartition(id))
		}
		return sc, nil
	}
}

// trusted finds an account that a trust policy names; nil if it is not in this Umbel.
func (sc *scene) trusted(id ident.AccountID) *iam.State {
	s := sc.IAMOf(id)
	if _, ok := s.Account(); !ok {
		return nil
	}
	return s
}
