package usage_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

// TestSampleFOCUS reads rows of the published sample (testdata/focus-1.0-sample-aws.NOTICE), with its traps: NULL, IDs of other
// lengths, a stray column, effective costs in whole dollars. Its figures were counted with another program.
func TestSampleFOCUS(t *testing.T) {
	text, err := os.ReadFile("testdata/focus-1.0-sample-aws.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range [][]byte{text, usage.Packed(t, text)} {
		got := read(t, bytes.NewReader(file))
		wantProblems(t, got.problems)
		var sum decimal.D
		kinds, accounts, entities, tagged := map[billing.LineType]int{}, map[string]bool{}, map[string]int{}, 0
		for i := range got.lines {
			l := &got.lines[i]
			sum = sum.Add(l.Unblended)
			kinds[l.Type]++
			accounts[l.Account] = true
			entities[l.Bill.Entity]++
			if l.Tags != nil {
				tagged++
			}
			if l.Type == billing.Usage && l.Amortized() != l.Unblended {
				t.Fatalf("amortized %s, unblended %s", l.Amortized(), l.Unblended)
			}
		}
		if got.Format != usage.FOCUS10 || len(got.lines) != 942 || sum.String() != "18.0066386184" || len(accounts) != 66 || tagged != 653 {
			t.Errorf("got %s, %d lines, %s, %d accounts, %d with tags", got.Format, len(got.lines), sum, len(accounts), tagged)
		}
		if diff := cmp.Diff(map[billing.LineType]int{billing.Usage: 937, billing.SavingsPlanCovered: 4, billing.Credit: 1}, kinds); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]int{billing.EntityAWS: 941, billing.EntityMarketplace: 1}, entities); diff != "" {
			t.Error(diff)
		}
		first := got.lines[0]
		if first.Account != "051738928782" || first.Bill.Payer != "1234567890123" || first.Zone != "" || first.Detail.Region != "us-west-2" ||
			first.Unblended != d("0.0000008") || !first.Start.Equal(at("2024-09-18T22:00:00Z")) {
			t.Errorf("got %+v", first)
		}
		if tag := got.lines[1].Tags["user:application"]; tag != "BrightLensMatrix" {
			t.Errorf("got %q", tag)
		}
		if !cmp.Equal(got.Ignored[len(got.Ignored)-2:], []string{"Id", "SubAccountName"}) {
			t.Errorf("got %q", got.Ignored)
		}
	}
}

const focusHeader = "BilledCost,BillingCurrency,ChargeCategory,ChargeClass,ChargeFrequency,ChargePeriodStart,ChargePeriodEnd,BillingAccountId,SubAccountId," +
	"CommitmentDiscountId,CommitmentDiscountType,CommitmentDiscountStatus,EffectiveCost,ProviderName,x_ServiceCode,x_Discounts"

func focusRow(cost, category, class, frequency, commitment, status, effective string) string {
	return strings.Join([]string{cost, "USD", category, class, frequency, "2026-10-03T14:00:00Z", "2026-10-03T15:00:00Z", "111122223333", "", commitment, status, effective, "AWS", "AmazonEC2", ""}, ",") + "\n"
}

func TestFOCUSCharges(t *testing.T) {
	const plan, reserved, none = "arn:aws:savingsplans::1:savingsplan/1,Savings Plan", "arn:aws:ec2:us-east-1:1:reserved-instances/1,Reserved Instance", ","
	rows := []struct {
		row       string
		kind      billing.LineType
		amortized string
	}{
		{focusRow("2", "Usage", "", "Usage-Based", none, "", "1"), billing.Usage, "2"},
		{focusRow("0", "Usage", "", "Usage-Based", plan, "Used", "0.7"), billing.SavingsPlanCovered, "0.7"},
		{focusRow("0", "Usage", "", "Usage-Based", plan, "Unused", "0.3"), billing.SavingsPlanRecurring, "0.3"},
		{focusRow("1", "Purchase", "", "Recurring", plan, "", "0"), billing.SavingsPlanRecurring, "0"},
		{focusRow("9", "Purchase", "", "One-Time", plan, "", "0"), billing.SavingsPlanUpfront, "0"},
		{focusRow("0", "Usage", "", "Usage-Based", reserved, "Used", "0.6"), billing.DiscountedUsage, "0.6"},
		{focusRow("0", "Usage", "", "Usage-Based", reserved, "Unused", "0.4"), billing.ReservationFee, "0.4"},
		{focusRow("1", "Purchase", "", "Recurring", reserved, "", "0"), billing.ReservationFee, "0"},
		{focusRow("9", "Purchase", "", "One-Time", reserved, "", "0"), billing.Fee, "0"},
		{focusRow("100", "Purchase", "", "Recurring", none, "", "100"), billing.Fee, "100"},
		{focusRow("3", "Tax", "", "Recurring", none, "", "3"), billing.Tax, "3"},
		{focusRow("-3", "Credit", "", "One-Time", none, "", "-3"), billing.Credit, "-3"},
		{focusRow("-3", "Adjustment", "", "One-Time", none, "", "-3"), billing.Refund, "-3"},
		{focusRow("-2", "Usage", "Correction", "Usage-Based", none, "", "-2"), billing.Refund, "-2"},
	}
	for version, columns := range map[usage.Format]string{usage.FOCUS10: "", usage.FOCUS11: ",ServiceSubcategory", usage.FOCUS12: ",ServiceSubcategory,InvoiceId"} {
		text := focusHeader + columns + "\n"
		for _, r := range rows {
			text += strings.TrimSuffix(r.row, "\n") + strings.Repeat(",", strings.Count(columns, ",")) + "\n"
		}
		got := readText(t, text)
		wantProblems(t, got.problems)
		if got.Format != version || len(got.lines) != len(rows) {
			t.Fatalf("%s: got %s with %d lines", version, got.Format, len(got.lines))
		}
		for i, r := range rows {
			if l := got.lines[i]; l.Type != r.kind || l.Amortized() != d(r.amortized) || l.NetAmortized() != d(r.amortized) || l.Account != "111122223333" {
				t.Errorf("%s: %s is %s, amortized %s, net %s", version, r.row, l.Type, l.Amortized(), l.NetAmortized())
			}
		}
	}
}

func TestBadFOCUS(t *testing.T) {
	good := focusRow("2", "Usage", "", "Usage-Based", ",", "", "1")
	got := readText(t, focusHeader+"\n"+
		strings.Replace(good, "AWS", "Microsoft", 1)+
		strings.Replace(good, "Usage,", "Use,", 1)+
		strings.Replace(good, "Usage,", "NULL,", 1)+
		strings.Replace(good, "111122223333", "", 1)+
		strings.Replace(good, "USD", "", 1)+
		strings.Replace(good, "2026-10-03T14:00:00Z", "", 1)+
		strings.Replace(good, "2026-10-03T15:00:00Z", "", 1)+
		strings.Replace(good, "2026-10-03T15:00:00Z", "2026-10-02 00:00:00", 1)+
		strings.Replace(good, "AmazonEC2,", "AmazonEC2,x", 1))
	wantProblems(t, got.problems, `f:2: ProviderName: not a charge of AWS: "Microsoft"`, "f:3: ChargeCategory: not a category", "f:4: ChargeCategory: nothing stands here",
		"f:5: BillingAccountId: nothing", "f:6: BillingCurrency: nothing", "f:7: ChargePeriodStart: nothing", "f:8: ChargePeriodEnd: nothing",
		"f:9: ChargePeriodEnd: the end is before", "f:10: x_Discounts: not a JSON object")
}
