package iam

import (
	"umbel/internal/ident"
)

// NewAccount fills the empty partition of a new account: its own record, with its root user's e-mail address.
func NewAccount(s *State, env Env, id ident.AccountID, name, email string) *Account {
	a := &Account{ID: id, Name: name, Email: email, Created: env.Now}
	s.PutAccount(a)
	return a
}

// changeAccount puts the account's record again as fn changes it.
func (s *State) changeAccount(fn func(*Account)) {
	if a, ok := s.Account(); ok {
		changed := *a
		fn(&changed)
		s.PutAccount(&changed)
	}
}

// SetAlias gives the account its alias, in place of any it had. That no other account has it is the caller's to ensure.
func (s *State) SetAlias(alias string) { s.changeAccount(func(a *Account) { a.Alias = alias }) }

// DeleteAlias takes the account's alias away.
func (s *State) DeleteAlias(alias string) error {
	if a, ok := s.Account(); !ok || a.Alias == "" || a.Alias != alias {
		return noSuch("The account alias %s cannot be found.", alias)
	}
	s.changeAccount(func(a *Account) { a.Alias = "" })
	return nil
}

// AliasTaken refuses an alias that an account has already, be it the same one.
func AliasTaken(alias string) error { return exists("The account alias %s already exists.", alias) }
