package org

import "strings"

// validEmail applies the rules of API_CreateAccount, Email, that go beyond the model's pattern.
func validEmail(email string) bool {
	local, domain, ok := strings.Cut(email, "@")
	if !ok || len(email) < 6 || len(email) > 64 || strings.Contains(domain, "@") {
		return false
	}
	return validLocal(local) && validDomain(domain)
}

func validLocal(local string) bool {
	if local == "" || local[0] == '.' {
		return false
	}
	return !strings.ContainsFunc(local, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"'()<>[]:;,\|%&`, c)
	})
}

func validDomain(domain string) bool {
	if domain == "" || !strings.Contains(domain, ".") || strings.Trim(domain, "-.") != domain {
		return false
	}
	return !strings.ContainsFunc(domain, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.')
	})
}
