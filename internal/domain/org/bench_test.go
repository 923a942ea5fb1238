package org

import (
	"testing"

	"umbel/internal/ident"
)

// large makes an organization of n accounts spread over 20 OUs.
func large(b *testing.B, n int) (*world, []ident.AccountID) {
	w := newWorld(b, AllFeatures).enable(ServiceControlPolicy)
	w.q.Accounts, w.q.CreateConcurrency = n+1, n+1
	var units []string
	for i := range 20 {
		units = append(units, w.ou(w.root, string(rune('a'+i))))
	}
	var accounts []ident.AccountID
	for i := range n {
		id := w.join(i)
		w.must(w.Move(id, w.root, units[i%20]))
		accounts = append(accounts, id)
	}
	return w, accounts
}

// BenchmarkChain works chains out in an organization of 50,000 accounts: known ones, and each for the first time.
func BenchmarkChain(b *testing.B) {
	w, accounts := large(b, 50_000)
	b.Run("known", func(b *testing.B) {
		for b.Loop() {
			w.Chain(accounts[0], ServiceControlPolicy)
		}
	})
	b.Run("first", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if i%len(accounts) == 0 {
				w.changed()
			}
			w.Chain(accounts[i%len(accounts)], ServiceControlPolicy)
		}
	})
}

// BenchmarkPage walks a page of 20 in the middle of 50,000 accounts.
func BenchmarkPage(b *testing.B) {
	w, accounts := large(b, 50_000)
	for b.Loop() {
		n := 0
		for range w.Accounts(string(accounts[25_000])) {
			if n++; n == 20 {
				break
			}
		}
	}
}
