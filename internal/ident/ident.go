// Package ident owns the identifiers of an AWS organization: account, organization, root, OU and policy IDs, IAM unique
// IDs, access key IDs and ARNs. Every one is a typed string that parses and validates. It makes new ones from a source
// of randomness it is given, and never looks anything up.
package ident

import (
	"encoding/base32"
	"fmt"
	"io"
	"regexp"
)

// AccountID is a 12-digit account number.
type AccountID string

// OrgID identifies an organization: "o-" and 10 to 32 lower-case letters or digits.
type OrgID string

// RootID identifies the root of an organization's tree: "r-" and 4 to 32 lower-case letters or digits.
type RootID string

// OUID identifies an organizational unit: "ou-", the root's suffix, "-", and 8 to 32 lower-case letters or digits.
type OUID string

// PolicyID identifies an organization's policy: "p-" and 8 to 128 letters, digits or underscores.
type PolicyID string

// The patterns are those of the Organizations API model.
var (
	accountPattern = regexp.MustCompile(`^\d{12}$`)
	orgPattern     = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
	rootPattern    = regexp.MustCompile(`^r-[0-9a-z]{4,32}$`)
	ouPattern      = regexp.MustCompile(`^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$`)
	policyPattern  = regexp.MustCompile(`^p-[0-9a-zA-Z_]{8,128}$`)
)

// Valid reports whether the ID has the form of an account ID.
func (a AccountID) Valid() bool { return accountPattern.MatchString(string(a)) }

// Valid reports whether the ID has the form of an organization ID.
func (o OrgID) Valid() bool { return orgPattern.MatchString(string(o)) }

// Valid reports whether the ID has the form of a root ID.
func (r RootID) Valid() bool { return rootPattern.MatchString(string(r)) }

// Valid reports whether the ID has the form of an OU ID.
func (o OUID) Valid() bool { return ouPattern.MatchString(string(o)) }

// Valid reports whether the ID has the form of a policy ID.
func (p PolicyID) Valid() bool { return policyPattern.MatchString(string(p)) }

const (
	lowerAlnum = "0123456789abcdefghijklmnopqrstuvwxyz"
	digits     = "0123456789"
)

// NewAccountID makes a 12-digit account ID that does not begin with zero, so that no tool loses a digit.
func NewAccountID(r io.Reader) AccountID {
	return AccountID(randomString(r, "123456789", 1) + randomString(r, digits, 11))
}

// NewOrgID makes an organization ID with ten characters after the prefix, as AWS does.
func NewOrgID(r io.Reader) OrgID { return OrgID("o-" + randomString(r, lowerAlnum, 10)) }

// NewRootID makes a root ID with four characters after the prefix.
func NewRootID(r io.Reader) RootID { return RootID("r-" + randomString(r, lowerAlnum, 4)) }

// NewOUID makes the ID of an OU under the root.
func NewOUID(r io.Reader, root RootID) OUID {
	return OUID("ou-" + string(root)[len("r-"):] + "-" + randomString(r, lowerAlnum, 8))
}

// NewPolicyID makes a policy ID with eight characters after the prefix.
func NewPolicyID(r io.Reader) PolicyID { return PolicyID("p-" + randomString(r, lowerAlnum, 8)) }

// NewCreateAccountRequestID makes the ID of a CreateAccount request: "car-" and 32 characters.
func NewCreateAccountRequestID(r io.Reader) string {
	return "car-" + randomString(r, "0123456789abcdef", 32)
}

// UniquePrefix is the four letters that tell what an IAM unique ID stands for
// (IAM User Guide, "IAM identifiers": unique IDs).
type UniquePrefix string

// The prefixes of unique IDs and access keys.
const (
	PrefixUser          UniquePrefix = "AIDA"
	PrefixRole          UniquePrefix = "AROA"
	PrefixGroup         UniquePrefix = "AGPA"
	PrefixManagedPolicy UniquePrefix = "ANPA"
	PrefixProfile       UniquePrefix = "AIPA"
	PrefixAccessKey     UniquePrefix = "AKIA"
	PrefixSessionKey    UniquePrefix = "ASIA"
)

var unpadded = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewUniqueID makes an IAM unique ID: the prefix and 17 characters of the base-32 alphabet.
func NewUniqueID(r io.Reader, prefix UniquePrefix) string { return string(prefix) + random32(r, 17) }

// NewAccessKeyID makes an access key ID of 20 characters.
func NewAccessKeyID(r io.Reader, prefix UniquePrefix) string { return string(prefix) + random32(r, 16) }

// NewSecretAccessKey makes a secret access key of 40 characters, as IAM issues them.
func NewSecretAccessKey(r io.Reader) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return randomString(r, alphabet, 40)
}

func random32(r io.Reader, n int) string {
	raw := make([]byte, (n*5+7)/8)
	read(r, raw)
	return unpadded.EncodeToString(raw)[:n]
}

// randomString draws n characters of the alphabet without bias.
func randomString(r io.Reader, alphabet string, n int) string {
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	buf := make([]byte, n)
	for len(out) < n {
		read(r, buf)
		for _, b := range buf {
			if int(b) < limit && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out)
}

// read fills buf. A source of randomness that fails leaves nothing sensible to do: crypto/rand never does.
func read(r io.Reader, buf []byte) {
	if _, err := io.ReadFull(r, buf); err != nil {
		panic(fmt.Sprintf("ident: source of randomness failed: %v", err))
	}
}
