package iam

import (
	"strings"
	"unicode"

	"umbel/internal/fault"
)

// PasswordPolicy is an account's password policy (IAM API, UpdateAccountPasswordPolicy).
type PasswordPolicy struct {
	MinimumLength        int
	Symbols, Numbers     bool // required
	Uppercase, Lowercase bool // required
	AllowChange          bool // users may change their own
	MaxAge               int  // days; 0: passwords do not expire
	ReusePrevention      int  // 0: none
	HardExpiry           bool // an expired password can be reset by an administrator only
}

// symbols are the non-alphanumeric characters that count (IAM User Guide, "Set an account password policy").
const symbols = "!@#$%^&*()_+-=[]{}|'"

// SetPasswordPolicy gives the account its own password policy, in place of any it had.
func (s *State) SetPasswordPolicy(p PasswordPolicy) {
	s.changeAccount(func(a *Account) { a.Passwords = &p })
}

// FindPasswordPolicy gives the account's own password policy, or NoSuchEntity.
func (s *State) FindPasswordPolicy() (*PasswordPolicy, error) {
	if a, ok := s.Account(); ok && a.Passwords != nil {
		return a.Passwords, nil
	}
	return nil, noSuch("The Password Policy with domain name %s cannot be found.", s.ID())
}

// DeletePasswordPolicy goes back to IAM's default.
func (s *State) DeletePasswordPolicy() error {
	if _, err := s.FindPasswordPolicy(); err != nil {
		return noSuch("The account policy with name PasswordPolicy cannot be found.")
	}
	s.changeAccount(func(a *Account) { a.Passwords = nil })
	return nil
}

// checkPassword checks a password against the account's policy, or IAM's default: eight characters of three kinds,
// and not the account's name or e-mail address.
func (s *State) checkPassword(password string) error {
	var upper, lower, digit, symbol bool
	for _, r := range password {
		upper = upper || unicode.IsUpper(r)
		lower = lower || unicode.IsLower(r)
		digit = digit || unicode.IsDigit(r)
		symbol = symbol || strings.ContainsRune(symbols, r)
	}
	account, _ := s.Account()
	ok := false
	if p := account.Passwords; p != nil {
		ok = len([]rune(password)) >= p.MinimumLength && (upper || !p.Uppercase) && (lower || !p.Lowercase) &&
			(digit || !p.Numbers) && (symbol || !p.Symbols)
	} else {
		ok = len([]rune(password)) >= 8 && kinds(upper, lower, digit, symbol) >= 3 &&
			password != account.Name && password != account.Email
	}
	if !ok {
		return fault.New(fault.PasswordPolicyViolation, "Password does not conform to the account password policy.")
	}
	return nil
}

func kinds(has ...bool) (n int) {
	for _, h := range has {
		if h {
			n++
		}
	}
	return n
}
