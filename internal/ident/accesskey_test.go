package ident_test

import (
	"crypto/rand"
	"testing"

	"umbel/internal/ident"
)

func TestAccessKeyTellsItsAccount(t *testing.T) {
	for _, account := range []ident.AccountID{"000000000001", "111122223333", "581039954779", "999999999999"} {
		id := ident.NewAccountKeyID(rand.Reader, ident.PrefixSessionKey, account)
		if len(id) != 20 || id[:4] != "ASIA" {
			t.Errorf("%s: key ID %q has the wrong form", account, id)
		}
		if got, ok := ident.AccountOfKey(id); !ok || got != account {
			t.Errorf("%s: %q tells %q, %v", account, id, got, ok)
		}
	}
}

// The key ID is a published example of AWS's own.
func TestAccountOfAnAWSKey(t *testing.T) {
	if got, ok := ident.AccountOfKey("ASIAY34FZKBOKMUTVV7A"); !ok || got != "609629065308" {
		t.Errorf("got %q, %v; want 609629065308", got, ok)
	}
}

func TestAccountOfOtherText(t *testing.T) {
	for _, id := range []string{"", "test", "AKIAIOSFODNN7EXAMPLE", "ASIAY34FZKBOKMUTVV7", "ASIA0000000000000000"} {
		if got, ok := ident.AccountOfKey(id); ok {
			t.Errorf("%q tells account %q", id, got)
		}
	}
}
