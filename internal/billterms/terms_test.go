package billterms

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

var update = flag.Bool("update", false, "write docs/bill-terms.schema.json")

// TestSchemaIsPublished holds the published schema against the types; `go test ./internal/billterms -update` writes it anew.
func TestSchemaIsPublished(t *testing.T) {
	const published = "../../docs/bill-terms.schema.json"
	got, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(published, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(published)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/bill-terms.schema.json (-published +types):\n%s", diff)
	}
}

const everything = `
issuer: Amazon Web Services EMEA SARL
paidBy: "999999999999"
created: 2020-01-01
members:
  - {account: "222222222222", joined: 2026-01-11, left: 2026-04-16T12:00:00Z}
sharing: {mode: PRIORITIZED, off: "333333333333", groups: {"222222222222": web}, creditsOff: ["333333333333"]}
reservations:
  - {arn: ri-1, owner: "222222222222", region: eu-west-1, zone: eu-west-1a, instanceType: m5.large, count: 2, upfront: 274, hourly: 0.008, start: 2026-01-01, end: 2027-01-01, lease: 1yr, class: standard, option: Partial Upfront}
savingsPlans:
  - {arn: sp-1, owner: "222222222222", kind: EC2InstanceSavingsPlans, region: eu-west-1, family: m5, commitment: "2.40", term: 1yr, payment: No Upfront, start: 2026-01-01, end: 2027-01-01}
credits:
  - {id: c, account: "222222222222", amount: 100, products: [AmazonS3], issued: 2026-01-18, expires: 2026-12-31, receivers: ["333333333333"], beforeDiscounts: true}
bundles:
  - {id: b, source: AmazonEC2, target: {product: AmazonS3, usageType: Requests}, ratio: 2, percent: 50}
discounts:
  - {type: EdpDiscount, percent: 7.5, on: AmazonEC2}
support:
  - {plan: Enterprise, accounts: ["222222222222"], together: true}
taxes:
  - {type: VAT, percent: 19}
charges:
  - {id: s, account: "222222222222", start: 2026-10-02, product: marketplace, amount: 1200, seller: Seller Ltd., purchase: true, tags: {"user:team": web}}
invoiceUnits:
  - {name: web, receiver: "222222222222", accounts: ["222222222222", "333333333333"]}
`

func TestReadBack(t *testing.T) {
	o, err := Parse("terms.yaml", []byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	if o.Reservations[0].Hourly != decimal.New(8, 3) || !o.Sharing.Off["333333333333"] || o.Bundles[0].Source.Product != "AmazonEC2" || o.Charges[0].Bill != billing.Purchase {
		t.Errorf("%+v", o)
	}
	text, err := Write(o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("written.yaml", text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if d := cmp.Diff(o, again, cmp.Comparer(func(a, b decimal.D) bool { return a == b })); d != "" {
		t.Errorf("(-first +again):\n%s", d)
	}
}

func TestProblems(t *testing.T) {
	for text, want := range map[string]string{
		"taxes:\n  - {type: VAT, percent: much}":          `terms.yaml:2:26: taxes[0].percent is a number such as 12.50, not "much"`,
		"members:\n  - {account: abc}":                    "terms.yaml:2:15: ",
		"created: yesterday":                              "terms.yaml:1:10: created is a day such as 2026-10-01",
		"sharing: {mode: SOME}":                           "PRIORITIZED",
		"support:\n  - {plan: Gold}":                      "Enterprise",
		"credit: []":                                      `did you mean "credits"?`,
		"invoiceUnits:\n  - {name: a, accounts: [\"1\"]}": "has no receiver",
	} {
		if _, err := Parse("terms.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
