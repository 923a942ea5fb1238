package iampolicy

import (
	"strings"
	"unicode/utf8"
)

// Size counts a document's characters as the quota for its kind does: IAM leaves white space out, also within strings;
// Organizations counts every character of SCPs and RCPs.
// Sources: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas".
func Size(kind Kind, text string) int {
	switch kind {
	case KindServiceControl, KindResourceControl:
		return utf8.RuneCountInString(text)
	}
	n := utf8.RuneCountInString(text)
	for _, space := range []string{" ", "\t", "\r", "\n"} {
		n -= strings.Count(text, space)
	}
	return n
}
