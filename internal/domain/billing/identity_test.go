package billing_test

import (
	"testing"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// TestIdentities: lines that differ in one thing only have IDs of their own, and those that are alike in all too.
func TestIdentities(t *testing.T) {
	b := billing.NewBook("USD")
	mustAdd(b, price("AmazonS3", "Bytes", "GB", "0:.1"))
	one := billing.UsageRecord{
		Account: "111111111111", Product: "AmazonS3", UsageType: "Bytes", Quantity: decimal.Int(1), Start: at(0), End: at(1), Resource: "a",
	}
	usage := []billing.UsageRecord{one, one}
	for _, change := range []func(*billing.UsageRecord){
		func(r *billing.UsageRecord) { r.Unit = "TB" },
		func(r *billing.UsageRecord) { r.Instance = &billing.Instance{Type: "m5.large"} },
		func(r *billing.UsageRecord) { r.Instance = &billing.Instance{Type: "m5.large", Platform: "Windows"} },
		func(r *billing.UsageRecord) { r.Operation = "Get" },
		func(r *billing.UsageRecord) { r.Region = "eu-west-1" },
		func(r *billing.UsageRecord) { r.Seller = "Someone" },
		func(r *billing.UsageRecord) { r.Zone = "eu-west-1a" },
		func(r *billing.UsageRecord) { r.Resource = "b" },
		func(r *billing.UsageRecord) { r.Quantity = decimal.Int(2) },
		func(r *billing.UsageRecord) { r.Tags = map[string]string{"user:team": "a"} },
		func(r *billing.UsageRecord) { r.Tags = map[string]string{"user:team": "b"} },
	} {
		other := one
		change(&other)
		usage = append(usage, other)
	}
	_, lines := compute(t, b, organization("111111111111"), usage)
	seen := map[string]bool{}
	for _, l := range lines {
		if seen[l.ID] {
			t.Errorf("a second line has the ID of %+v", l)
		}
		seen[l.ID] = true
	}
	if len(lines) < len(usage) {
		t.Errorf("%d lines of %d records", len(lines), len(usage))
	}
}
