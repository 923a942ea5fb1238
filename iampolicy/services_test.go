package iampolicy_test

import (
	"testing"

	"umbel/iampolicy"
	"umbel/iampolicy/actions"
)

// TestServicesAgree: decisions do not depend on the action table, but both must name the same services.
func TestServicesAgree(t *testing.T) {
	bound := map[string]bool{}
	for _, prefix := range actions.ResourceControlServices() {
		bound[prefix] = true
	}
	if len(bound) != 62 {
		t.Errorf("%d services", len(bound))
	}
	for _, prefix := range actions.Services() {
		if iampolicy.SupportsResourceControl(prefix) != bound[prefix] {
			t.Errorf("%s: SupportsResourceControl says %t, the action table %t", prefix, !bound[prefix], bound[prefix])
		}
	}
}
