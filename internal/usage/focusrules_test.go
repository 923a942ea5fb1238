package usage_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

// charge is a row of FOCUS by column; "" is null.
type charge map[string]string

func (c charge) is(column string, values ...string) bool { return slices.Contains(values, c[column]) }
func (c charge) null(columns ...string) bool {
	return !slices.ContainsFunc(columns, func(name string) bool { return c[name] != "" })
}
func (c charge) sold() bool { return c.is("ChargeCategory", "Usage", "Purchase") }

// near compares amounts as the validator does: within what a double rounds.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

// rule is one rule of the FOCUS 1.2 requirements model that can be seen in a row. Its ID is the column (or attribute, A) and the
// rule's number in the model (FOCUS_Spec, specification/requirements_model).
type rule struct {
	id, says string
	holds    func(c charge) bool
}

var (
	decimalText = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?$`)
	dateTime    = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	currency    = regexp.MustCompile(`^[A-Z]{3}$`)
)

var serviceCategories = []string{
	"AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools", "Multicloud", "Identity", "Integration",
	"Internet of Things", "Management and Governance", "Media", "Migration", "Mobile", "Networking", "Security", "Storage", "Web", "Other",
}

// notNull gives the rules that columns must not be null.
func notNull(ids ...string) (rules []rule) {
	for _, id := range ids {
		column, _, _ := strings.Cut(id, "-")
		rules = append(rules, rule{id, "MUST NOT be null", func(c charge) bool { return !c.null(column) }})
	}
	return rules
}

// together gives the rules that a column is null just where another is.
func together(id, column, other string) rule {
	return rule{id, column + " MUST be null when " + other + " is null, and MUST NOT be when it is not", func(c charge) bool { return c.null(column) == c.null(other) }}
}

// format gives the rules of columns' formats.
func format(pattern *regexp.Regexp, says string, ids ...string) (rules []rule) {
	for _, id := range ids {
		column, _, _ := strings.Cut(id, "-")
		rules = append(rules, rule{id, says, func(c charge) bool { return c.null(column) || pattern.MatchString(c[column]) }})
	}
	return rules
}

// soldOnly gives the rules that a column is null for taxes and is not for usage and purchases.
func soldOnly(column, tax, sold string) []rule {
	return []rule{
		{tax, column + ` MUST be null when ChargeCategory is "Tax"`, func(c charge) bool { return !c.is("ChargeCategory", "Tax") || c.null(column) }},
		{sold, column + ` MUST NOT be null when ChargeCategory is "Usage" or "Purchase" and ChargeClass is not "Correction"`, func(c charge) bool {
			return !c.sold() || c.is("ChargeClass", "Correction") || !c.null(column)
		}},
	}
}

// multiplied gives the rule that a unit price times the quantity is a cost.
func multiplied(id, price, cost string) rule {
	return rule{id, "the product of " + price + " and PricingQuantity MUST match " + cost, func(c charge) bool {
		return c.null(price) || c.null("PricingQuantity") || near(number(c[price])*number(c["PricingQuantity"]), number(c[cost]))
	}}
}

func focusRules() []rule {
	return slices.Concat(
		notNull("BilledCost-C-004", "BillingAccountId-C-002", "BillingAccountName-C-004", "BillingCurrency-C-005", "BillingPeriodEnd-C-004", "BillingPeriodStart-C-004",
			"ChargeCategory-C-003", "ChargeDescription-C-004", "ChargeFrequency-C-003", "ChargePeriodEnd-C-004", "ChargePeriodStart-C-004", "ContractedCost-C-004",
			"EffectiveCost-C-004", "InvoiceIssuerName-C-004", "ListCost-C-004", "PricingCurrency-C-005", "PricingCurrencyEffectiveCost-C-006", "ProviderName-C-004",
			"PublisherName-C-004", "ServiceCategory-C-003", "ServiceName-C-004", "ServiceSubcategory-C-003"),
		format(decimalText, "MUST conform to NumericFormat", "BilledCost-C-003", "CommitmentDiscountQuantity-C-003", "ConsumedQuantity-C-003", "ContractedCost-C-003",
			"ContractedUnitPrice-C-004", "EffectiveCost-C-003", "ListCost-C-003", "ListUnitPrice-C-003", "PricingCurrencyContractedUnitPrice-C-005",
			"PricingCurrencyEffectiveCost-C-005", "PricingCurrencyListUnitPrice-C-006", "PricingQuantity-C-003"),
		format(dateTime, "MUST conform to DateTimeFormat", "BillingPeriodEnd-C-003", "BillingPeriodStart-C-003", "ChargePeriodEnd-C-003", "ChargePeriodStart-C-003"),
		format(currency, "MUST conform to CurrencyFormat", "BillingCurrency-C-004", "PricingCurrency-C-004"),
		soldOnly("ContractedUnitPrice", "ContractedUnitPrice-C-006", "ContractedUnitPrice-C-007"), soldOnly("ListUnitPrice", "ListUnitPrice-C-005", "ListUnitPrice-C-006"),
		soldOnly("PricingCategory", "PricingCategory-C-004", "PricingCategory-C-005"), soldOnly("PricingQuantity", "PricingQuantity-C-005", "PricingQuantity-C-006"),
		soldOnly("SkuId", "SkuId-C-005", "SkuId-C-006"), soldOnly("SkuPriceId", "SkuPriceId-C-005", "SkuPriceId-C-006"),
		soldOnly("PricingCurrencyContractedUnitPrice", "PricingCurrencyContractedUnitPrice-C-007", "PricingCurrencyContractedUnitPrice-C-008"),
		soldOnly("PricingCurrencyListUnitPrice", "PricingCurrencyListUnitPrice-C-009", "PricingCurrencyListUnitPrice-C-011"),
		[]rule{
			together("BillingAccountType-C-004", "BillingAccountType", "BillingAccountId"), together("CommitmentDiscountCategory-C-003", "CommitmentDiscountCategory", "CommitmentDiscountId"),
			together("CommitmentDiscountType-C-004", "CommitmentDiscountType", "CommitmentDiscountId"), together("CommitmentDiscountUnit-C-005", "CommitmentDiscountUnit", "CommitmentDiscountQuantity"),
			together("ConsumedUnit-C-005", "ConsumedUnit", "ConsumedQuantity"), together("PricingUnit-C-005", "PricingUnit", "PricingQuantity"),
			together("RegionName-C-004", "RegionName", "RegionId"), together("ResourceType-C-004", "ResourceType", "ResourceId"),
			together("SubAccountName-C-004", "SubAccountName", "SubAccountId"), together("SubAccountType-C-004", "SubAccountType", "SubAccountId"),
			together("PricingCurrencyListUnitPrice-C-008", "PricingCurrencyListUnitPrice", "SkuPriceId"),
			multiplied("ContractedCost-C-010", "ContractedUnitPrice", "ContractedCost"), multiplied("ListCost-C-010", "ListUnitPrice", "ListCost"),
		},
		chargeRules(), commitmentRules(),
	)
}

func chargeRules() []rule {
	costs := func(column string) func(charge) bool {
		return func(c charge) bool {
			return !c.is("ChargeCategory", "Credit", "Adjustment") || near(number(c[column]), number(c["BilledCost"]))
		}
	}
	positive := func(column string) func(charge) bool {
		return func(c charge) bool { return c.null(column) || number(c[column]) >= 0 }
	}
	object := func(column string) func(charge) bool {
		return func(c charge) bool {
			var o map[string]any
			if c.null(column) {
				return true
			}
			if json.Unmarshal([]byte(c[column]), &o) != nil {
				return false
			}
			for _, v := range o {
				switch v.(type) {
				case map[string]any, []any:
					return false
				}
			}
			return true
		}
	}
	return []rule{
		{"ChargeCategory-C-004", "MUST be one of the allowed values", func(c charge) bool {
			return c.is("ChargeCategory", "Usage", "Purchase", "Tax", "Credit", "Adjustment")
		}},
		{"ChargeClass-C-006", `MUST be "Correction" when not null`, func(c charge) bool { return c.is("ChargeClass", "", "Correction") }},
		{"ChargeFrequency-C-004", "MUST be one of the allowed values", func(c charge) bool { return c.is("ChargeFrequency", "One-Time", "Recurring", "Usage-Based") }},
		{"ChargeFrequency-C-005", `MUST NOT be "Usage-Based" when ChargeCategory is "Purchase"`, func(c charge) bool {
			return !c.is("ChargeCategory", "Purchase") || !c.is("ChargeFrequency", "Usage-Based")
		}},
		{"ChargePeriodEnd-C-005", "MUST be the exclusive end of the charge", func(c charge) bool { return c["ChargePeriodEnd"] >= c["ChargePeriodStart"] }},
		{"BillingPeriodStart-C-005", "MUST be the inclusive start of the period, which the charge is in", func(c charge) bool {
			return c["BillingPeriodStart"] <= c["ChargePeriodStart"] && strings.HasSuffix(c["BillingPeriodStart"], "-01T00:00:00Z")
		}},
		{"BillingPeriodEnd-C-005", "MUST be the exclusive end of the period", func(c charge) bool {
			return c["BillingPeriodEnd"] >= c["ChargePeriodEnd"] && strings.HasSuffix(c["BillingPeriodEnd"], "-01T00:00:00Z") && c["BillingPeriodEnd"] > c["BillingPeriodStart"]
		}},
		{"ConsumedQuantity-C-005", `MUST be null when ChargeCategory is not "Usage", or of what is unused`, func(c charge) bool {
			return c.is("ChargeCategory", "Usage") && !c.is("CommitmentDiscountStatus", "Unused") || c.null("ConsumedQuantity")
		}},
		{"ConsumedQuantity-C-007", "MUST NOT be null of usage that is not unused", func(c charge) bool {
			return !c.is("ChargeCategory", "Usage") || c.is("CommitmentDiscountStatus", "Unused") || !c.null("ConsumedQuantity")
		}},
		{"ContractedCost-C-009", "of a credit MUST match the BilledCost", costs("ContractedCost")}, {"ListCost-C-009", "of a credit MUST match the BilledCost", costs("ListCost")},
		{"EffectiveCost-C-011", "of a credit MUST match the BilledCost", costs("EffectiveCost")},
		{"ContractedUnitPrice-C-010", "MUST be non-negative", positive("ContractedUnitPrice")}, {"ListUnitPrice-C-009", "MUST be non-negative", positive("ListUnitPrice")},
		{"PricingCurrencyContractedUnitPrice-C-011", "MUST be non-negative", positive("PricingCurrencyContractedUnitPrice")},
		{"PricingCategory-C-008", "MUST be one of the allowed values", func(c charge) bool {
			return c.is("PricingCategory", "", "Standard", "Dynamic", "Committed", "Other")
		}},
		{"ServiceCategory-C-004", "MUST be one of the allowed values", func(c charge) bool { return c.is("ServiceCategory", serviceCategories...) }},
		{"ServiceSubcategory-C-005", "MUST have one parent ServiceCategory", func(c charge) bool { return c["ServiceSubcategory"] == "Other ("+c["ServiceCategory"]+")" }},
		{"SkuMeter-C-005", "MUST be null when SkuId is null", func(c charge) bool { return !c.null("SkuId") || c.null("SkuMeter") }},
		{"SkuPriceDetails-C-005", "MUST be null when SkuPriceId is null", func(c charge) bool { return !c.null("SkuPriceId") || c.null("SkuPriceDetails") }},
		{"ResourceName-C-005", "MUST be null when ResourceId is null", func(c charge) bool { return !c.null("ResourceId") || c.null("ResourceName") }},
		{"CapacityReservationStatus-C-004", "MUST be null when CapacityReservationId is null", func(c charge) bool { return c.null("CapacityReservationId", "CapacityReservationStatus") }},
		{"Tags-C-002", "MUST conform to KeyValueFormat", object("Tags")}, {"SkuPriceDetails-C-002", "MUST conform to KeyValueFormat", object("SkuPriceDetails")},
		{"Tags-C-015", "Provider MUST NOT prefix tag keys of its only user-defined scheme", func(c charge) bool { return !strings.Contains(c["Tags"], `"user:`) }},
		{"NullHandling-A-002", "Columns MUST NOT use placeholder values", func(c charge) bool {
			return !slices.ContainsFunc([]string{"NULL", "null", "N/A", "Not Applicable", " "}, func(s string) bool {
				for _, v := range c {
					if v == s {
						return true
					}
				}
				return false
			})
		}},
	}
}

func commitmentRules() []rule {
	committed := func(c charge) bool { return !c.null("CommitmentDiscountId") }
	return []rule{
		{"CommitmentDiscountCategory-C-006", "MUST be one of the allowed values", func(c charge) bool { return c.is("CommitmentDiscountCategory", "", "Spend", "Usage") }},
		{"CommitmentDiscountStatus-C-004", "MUST be null when CommitmentDiscountId is null", func(c charge) bool { return committed(c) || c.null("CommitmentDiscountStatus") }},
		{"CommitmentDiscountStatus-C-005", `MUST NOT be null when CommitmentDiscountId is not and ChargeCategory is "Usage"`, func(c charge) bool {
			return !committed(c) || !c.is("ChargeCategory", "Usage") || !c.null("CommitmentDiscountStatus")
		}},
		{"CommitmentDiscountStatus-C-006", "MUST be one of the allowed values", func(c charge) bool { return c.is("CommitmentDiscountStatus", "", "Used", "Unused") }},
		{"CommitmentDiscountName-C-005", "MUST be null when CommitmentDiscountId is null", func(c charge) bool { return committed(c) || c.null("CommitmentDiscountName") }},
		{"CommitmentDiscountQuantity-C-006", "MUST NOT be null of usage and purchases of commitments", func(c charge) bool { return !committed(c) || !c.sold() || !c.null("CommitmentDiscountQuantity") }},
		{"CommitmentDiscountQuantity-C-008", "MUST be null in all other cases", func(c charge) bool { return committed(c) && c.sold() || c.null("CommitmentDiscountQuantity") }},
		{"PricingCategory-C-010", `MUST be "Committed" when a commitment covers the charge and it is no purchase`, func(c charge) bool {
			return committed(c) && c.is("ChargeCategory", "Usage") == c.is("PricingCategory", "Committed") || !committed(c) && !c.is("PricingCategory", "Committed")
		}},
		{"EffectiveCost-C-006", `MUST be 0 when ChargeCategory is "Purchase" and it is intended to cover future charges`, func(c charge) bool {
			return !committed(c) || !c.is("ChargeCategory", "Purchase") || number(c["EffectiveCost"]) == 0
		}},
		{"PricingCurrencyEffectiveCost-C-008", "MUST be 0 in the event of prepaid purchases", func(c charge) bool {
			return !committed(c) || !c.is("ChargeCategory", "Purchase") || number(c["PricingCurrencyEffectiveCost"]) == 0
		}},
		{"DiscountHandling-A-009", "The BilledCost MUST be 0 where the commitment covers the entire cost", func(c charge) bool {
			return c.null("CommitmentDiscountStatus") || number(c["BilledCost"]) == 0
		}},
		{"DiscountHandling-A-012", "CommitmentDiscountId and ResourceId MUST be the commitment's on its purchase", func(c charge) bool {
			return !committed(c) || !c.is("ChargeCategory", "Purchase") || c["ResourceId"] == c["CommitmentDiscountId"]
		}},
		{"DiscountHandling-A-019", "ResourceId MUST be the commitment's on what is unused", func(c charge) bool {
			return !c.is("CommitmentDiscountStatus", "Unused") || c["ResourceId"] == c["CommitmentDiscountId"] && c.is("ChargeCategory", "Usage")
		}},
	}
}

// TestFOCUSRules: a month's file keeps every rule of the requirements model that rows can show.
func TestFOCUSRules(t *testing.T) {
	charges := focusCharges(t)
	met := map[string]int{}
	for _, c := range charges {
		met[c["ChargeCategory"]+" "+c["CommitmentDiscountStatus"]]++
	}
	for _, kind := range []string{"Usage ", "Usage Used", "Usage Unused", "Purchase ", "Tax ", "Credit ", "Adjustment "} {
		if met[kind] == 0 {
			t.Errorf("no charge is of %q: %v", kind, met)
		}
	}
	seen := map[string]bool{}
	for _, r := range focusRules() {
		if seen[r.id] {
			t.Errorf("%s is there twice", r.id)
		}
		seen[r.id] = true
		t.Run(r.id, func(t *testing.T) {
			bad := 0
			for _, c := range charges {
				if !r.holds(c) {
					if bad++; bad == 1 {
						t.Errorf("%s: %v", r.says, c)
					}
				}
			}
			if bad > 1 {
				t.Errorf("and %d more", bad-1)
			}
		})
	}
}

// TestFOCUSDatasetRules: the rules that hold over many rows.
func TestFOCUSDatasetRules(t *testing.T) {
	charges := focusCharges(t)
	one := func(id, of, has string) {
		t.Run(id, func(t *testing.T) {
			known := map[string]string{}
			for _, c := range charges {
				if c.null(of) || c.null(has) {
					continue
				}
				if before, ok := known[c[of]]; ok && before != c[has] {
					t.Fatalf("%s %q has %s %q and %q", of, c[of], has, before, c[has])
				}
				known[c[of]] = c[has]
			}
		})
	}
	one("CommitmentDiscountUnit-C-009: MUST remain consistent for a CommitmentDiscountId", "CommitmentDiscountId", "CommitmentDiscountUnit")
	one("SkuPriceId-C-009: MUST have one parent SkuId", "SkuPriceId", "SkuId")
	one("SkuMeter-C-007: SHOULD remain consistent for a SkuId", "SkuId", "SkuMeter")
	one("ServiceName-C-006: MUST have one ServiceCategory", "ServiceName", "ServiceCategory")
	t.Run("EffectiveCost-C-013: of usage MUST equal BilledCost of purchases", func(t *testing.T) {
		effective, billed, upfront := map[string]float64{}, map[string]float64{}, map[string]bool{}
		for _, c := range charges {
			id := c["CommitmentDiscountId"]
			switch {
			case id == "":
			case c.is("ChargeCategory", "Usage"):
				effective[id] += number(c["EffectiveCost"])
			case c.is("ChargeFrequency", "One-Time"):
				upfront[id] = true
			case c.is("ChargeCategory", "Purchase"):
				billed[id] += number(c["BilledCost"])
			}
		}
		checked := 0
		for id, sum := range effective {
			if upfront[id] || billed[id] == 0 {
				continue // paid for years, and so equal over years
			}
			checked++
			if math.Abs(sum-billed[id]) > 1e-6 {
				t.Errorf("%s: used for %f, billed %f", id, sum, billed[id])
			}
		}
		if checked == 0 {
			t.Error("no commitment without upfront payment")
		}
	})
	t.Run("BilledCost-C-008: sums of an InvoiceId MUST match the invoice", func(t *testing.T) {
		month, o, lines := rated(t)
		var got, want float64
		for _, c := range charges {
			if c.null("InvoiceId") {
				t.Fatalf("a charge of a final bill is on no invoice: %v", c)
			}
			got += number(c["BilledCost"])
		}
		// By invoice they may differ: what negotiated discounts take off an upfront payment is on the month's invoice.
		for _, i := range collected(t, month, o, lines).Invoices {
			want += number(i.Amount.String())
		}
		if want += 2; math.Abs(got-want) > 0.005 { // 2 is the fee of the plan that was put beside
			t.Errorf("billed %f, invoiced %f", got, want)
		}
	})
}

func focusCharges(t *testing.T) (charges []charge) {
	t.Helper()
	_, _, lines := rated(t)
	// A plan without upfront payment, of which half is used, beside those of the simulation.
	plan := &billing.SavingsPlanPart{ARN: "arn:aws:savingsplans::100000000001:savingsplan/x", Offering: "ComputeSavingsPlans", PaymentOption: "No Upfront"}
	fee, covered := lines[0], lines[0]
	fee.Type, fee.SavingsPlan, fee.Reservation = billing.SavingsPlanRecurring, ptr(*plan), nil
	fee.Unblended, fee.NetUnblended, fee.Usage, fee.Pricing = d("2"), d("2"), d("0"), billing.PricingPart{}
	fee.SavingsPlan.Commitment, fee.SavingsPlan.Used, fee.SavingsPlan.Recurring, fee.SavingsPlan.NetRecurring = d("2"), d("1"), d("2"), d("2")
	covered.Type, covered.SavingsPlan, covered.Reservation = billing.SavingsPlanCovered, ptr(*plan), nil
	covered.SavingsPlan.EffectiveCost, covered.SavingsPlan.NetEffectiveCost = d("1"), d("1")
	file := put(t, rowsOf(t, usage.FOCUS12), append(slices.Clip(lines), fee, covered), usage.NewCSV)
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		c := charge{}
		for j, name := range records[0] {
			c[name] = record[j]
		}
		charges = append(charges, c)
	}
	return charges
}

func ptr[T any](v T) *T { return &v }

// TestFOCUSFilesReadBack: FOCUS 1.0 and 1.2, as CSV and as Parquet, cost every account what its lines cost.
func TestFOCUSFilesReadBack(t *testing.T) {
	_, _, lines := rated(t)
	sum := func(lines []billing.Line) map[string]string {
		billed, amortized := map[string]float64{}, map[string]float64{}
		out := map[string]string{}
		for i := range lines {
			l := &lines[i]
			if l.Type != billing.SavingsPlanNegation && l.Type != billing.SavingsPlanCovered {
				billed[l.Account] += number(l.NetUnblended.String())
			}
			amortized[l.Account] += number(l.NetAmortized().String())
			out[l.Account] = fmt.Sprintf("%.6f %.6f", billed[l.Account], amortized[l.Account])
		}
		return out
	}
	want := sum(lines)
	for _, table := range []usage.Format{usage.FOCUS10, usage.FOCUS12} {
		for name, file := range map[string][]byte{
			"CSV": put(t, rowsOf(t, table), lines, usage.NewGzipCSV), "Parquet": put(t, rowsOf(t, table), lines, usage.NewParquet),
		} {
			back := readAny(t, file)
			wantProblems(t, back.problems)
			if back.Format != table {
				t.Errorf("%s is read as %s", table, back.Format)
			}
			if got := sum(back.lines); !mapsEqual(want, got) {
				t.Errorf("%s %s: got %v, want %v", table, name, got, want)
			}
			if l := back.lines[0]; l.Start.Truncate(time.Hour) != l.Start {
				t.Errorf("got %s", l.Start)
			}
		}
	}
}

func mapsEqual(a, b map[string]string) bool {
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return len(a) == len(b)
}
