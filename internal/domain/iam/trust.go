package iam

import (
	"encoding/json"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/fault"
	"umbel/internal/ident"
)

// Accounts finds the memory of an account that a trust policy names. It gives nil for an account that is not in this
// Umbel: such an account is taken to be somewhere outside, and its principals are accepted unseen.
type Accounts func(ident.AccountID) *State

// Alone is the Accounts of a trust policy that names no user or role of another account.
func Alone(ident.AccountID) *State { return nil }

// TrustedAccounts gives the accounts whose users or roles a trust policy names, so that they can be put in a scope.
func TrustedAccounts(text string) []ident.AccountID {
	var ids []ident.AccountID
	mapPrincipals(text, func(principal string) string {
		if arn, ok := principalARN(principal); ok {
			ids = append(ids, ident.AccountID(arn.Account))
		}
		return principal
	})
	return ids
}

// principalARN parses the ARN of a user or role.
func principalARN(s string) (ident.ARN, bool) {
	arn, err := ident.ParseARN(s)
	if err != nil || arn.Service != "iam" || !ident.AccountID(arn.Account).Valid() {
		return arn, false
	}
	return arn, strings.HasPrefix(arn.Resource, "user/") || strings.HasPrefix(arn.Resource, "role/")
}

// saveTrust writes a trust policy as it is kept: the ARNs of users and roles become their unique IDs, so that a user or
// role deleted and made again does not get the old one's trust (IAM User Guide, "AWS JSON policy elements: Principal").
// known are the IDs the role trusted before: a policy that was shown with a dead one may be put back as it was.
func (s *State) saveTrust(text string, known map[string]string, accounts Accounts) (string, map[string]string, error) {
	trusted := map[string]string{}
	var bad error
	saved := mapPrincipals(text, func(principal string) string {
		id, arn, ok := s.principal(principal, known, accounts)
		switch {
		case !ok && bad == nil:
			bad = fault.New(fault.MalformedPolicy, "%s", iampolicy.InvalidPrincipalMessage("AWS", principal))
		case ok && arn != "":
			trusted[id] = arn
		}
		return id
	})
	return saved, trusted, bad
}

// principal resolves one principal: id is what to save; arn is its ARN if id is a unique ID.
func (s *State) principal(principal string, known map[string]string, accounts Accounts) (id, arn string, ok bool) {
	parsed, isARN := principalARN(principal)
	if !isARN {
		return s.uniquePrincipal(principal, known)
	}
	owner := s
	if account := ident.AccountID(parsed.Account); account != s.ID() {
		owner = accounts(account)
	}
	if owner == nil {
		return principal, "", true
	}
	if u, found := owner.UserByARN(principal); found {
		return u.UniqueID, principal, true
	}
	if r, found := owner.RoleByARN(principal); found {
		return r.UniqueID, principal, true
	}
	return principal, "", false
}

// uniquePrincipal resolves a principal that is not the ARN of a user or role. Unique IDs must be known; all else (accounts,
// sessions, services, "*") is kept as it is.
func (s *State) uniquePrincipal(principal string, known map[string]string) (id, arn string, ok bool) {
	if !strings.HasPrefix(principal, string(ident.PrefixUser)) && !strings.HasPrefix(principal, string(ident.PrefixRole)) {
		return principal, "", true
	}
	if u, found := s.UserByID(principal); found {
		return principal, s.UserARN(u), true
	}
	if r, found := s.RoleByID(principal); found {
		return principal, s.RoleARN(r), true
	}
	arn, ok = known[principal]
	return principal, arn, ok
}

// TrustText gives a role's trust policy as it is shown: principals that still exist as ARNs, others as unique IDs. Those
// of other accounts are shown by the ARN they had when the policy was saved.
func (s *State) TrustText(r *Role) string {
	if len(r.Trusted) == 0 {
		return r.Trust.Text()
	}
	return mapPrincipals(r.Trust.Text(), func(principal string) string {
		arn, ok := r.Trusted[principal]
		if !ok {
			return principal
		}
		if parsed, _ := principalARN(arn); ident.AccountID(parsed.Account) != s.ID() {
			return arn
		}
		if u, found := s.UserByID(principal); found {
			return s.UserARN(u)
		}
		if other, found := s.RoleByID(principal); found {
			return s.RoleARN(other)
		}
		return principal
	})
}

// mapPrincipals replaces every AWS principal in a policy's text and leaves the rest as it is, to the byte.
func mapPrincipals(text string, replace func(string) string) string {
	w := principalWalk{dec: json.NewDecoder(strings.NewReader(text)), text: text, replace: replace}
	w.value(nil, 0)
	return w.out.String() + text[w.done:]
}

// principalWalk walks a policy's JSON with the path to where it is.
type principalWalk struct {
	dec     *json.Decoder
	text    string
	done    int // bytes of text already in out
	out     strings.Builder
	replace func(string) string
}

// deepest is deeper than any policy that passes validation.
const deepest = 16

// value walks one value. It reports false at the end of the text, or where the text is not a policy: the rest is kept as
// it is.
func (w *principalWalk) value(path []string, depth int) bool {
	token, err := w.dec.Token()
	if err != nil || depth > deepest {
		return false
	}
	switch t := token.(type) {
	case json.Delim:
		return w.inside(t, path, depth+1)
	case string:
		if isPrincipal(path) {
			w.put(t)
		}
	}
	return true
}

func (w *principalWalk) inside(open json.Delim, path []string, depth int) bool {
	for w.dec.More() {
		if open == '{' {
			name, err := w.dec.Token()
			if err != nil || !w.value(append(path[:len(path):len(path)], name.(string)), depth) {
				return false
			}
		} else if !w.value(path, depth) {
			return false
		}
	}
	_, err := w.dec.Token()
	return err == nil
}

func isPrincipal(path []string) bool {
	return len(path) == 3 && path[0] == "Statement" && (path[1] == "Principal" || path[1] == "NotPrincipal") && path[2] == "AWS"
}

// put writes the replacement of the string just read.
func (w *principalWalk) put(value string) {
	now := w.replace(value)
	if now == value {
		return
	}
	end := int(w.dec.InputOffset())
	start := strings.LastIndexByte(w.text[:end-1], '"')
	w.out.WriteString(w.text[w.done:start])
	// ARNs and unique IDs hold nothing that JSON escapes.
	w.out.WriteString(`"` + now + `"`)
	w.done = end
}
