package main

import (
	"testing"

	"umbel/internal/policyload"
)

// TestAgree: what is measured are the same decisions.
func TestAgree(t *testing.T) {
	for _, make := range []func(uint64) *policyload.Workload{policyload.Standard, policyload.Maximum} {
		if _, err := agree(make(1)); err != nil {
			t.Error(err)
		}
	}
}
