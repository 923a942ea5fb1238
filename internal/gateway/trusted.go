package gateway

import (
	"errors"

	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// trustedKey tells an access key ID that emulators take for an account: 12 digits, or the names that tests use.
func trustedKey(accessKeyID string) bool {
	return accessKeyID == "test" || accessKeyID == "testing" || ident.AccountID(accessKeyID).Valid()
}

// trust gives the root user that an access key ID stands for under --trust-account-keys, and makes the account if need be.
func (x *exchange) trust(accessKeyID string) (*identity, error) {
	account := ident.AccountID(accessKeyID)
	if !account.Valid() {
		if x.FirstAccount == nil {
			return nil, authz.InvalidToken(errors.New("there is no first account"))
		}
		account = x.FirstAccount()
	}
	state, err := x.Store.Peek(x.ctx, op.IAMPartition(account))
	if err != nil {
		return nil, err
	}
	if _, exists := state.(*iam.State).Account(); !exists && x.EnsureAccount != nil {
		if err := x.EnsureAccount(x.ctx, account); err != nil {
			return nil, err
		}
	}
	return &identity{account: account, accessKeyID: accessKeyID, trusted: true}, nil
}
