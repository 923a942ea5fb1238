package iampolicy

import (
	"strings"
	"unicode/utf8"
)

// Size counts a document's characters as the quota for its kind does: IAM leaves white space out, also within strings;
// Organizations counts every character.
// Sources: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas".
func Size(kind Kind, text string) int {
	switch kind {
	case KindServiceControl, KindResourceControl, KindDelegation:
		return utf8.RuneCountInString(text)
	}
	n := utf8.RuneCountInString(text)
	for _, space := range []string{" ", "\t", "\r", "\n"} {
		n -= strings.Count(text, space)
	}
	return n
}

// Quota gives the largest size of a document of the kind, in characters as Size counts them, and 0 where it depends on the
// resource that a policy is attached to. Quotas that AWS raises on request are given as they are by default.
// Sources: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas" (2026-05: SCPs 10,240).
func Quota(kind Kind) int {
	switch kind {
	case KindIdentity, KindBoundary:
		return 6144
	case KindTrust, KindSession:
		return 2048
	case KindServiceControl:
		return 10240
	case KindResourceControl:
		return 5120
	case KindDelegation:
		return 40000
	}
	return 0
}
