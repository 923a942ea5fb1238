package billing

import (
	"testing"

	"umbel/internal/decimal"
)

// TestAmortized holds the formula line type by line type (Cloud Intelligence Dashboards, summary_view).
func TestAmortized(t *testing.T) {
	d := decimal.Int
	for name, c := range map[string]struct {
		line     Line
		cost, of decimal.D // amortized and net amortized
	}{
		"usage":                           {Line{Type: Usage, Unblended: d(5), NetUnblended: d(4)}, d(5), d(4)},
		"covered by a reservation":        {Line{Type: DiscountedUsage, Reservation: &ReservationPart{EffectiveCost: d(3), NetEffectiveCost: d(2)}}, d(3), d(2)},
		"a reservation's fee":             {Line{Type: ReservationFee, Unblended: d(9), Reservation: &ReservationPart{UnusedAmortizedUpfront: d(1), UnusedRecurringFee: d(2), NetUnusedRecurringFee: d(1)}}, d(3), d(1)},
		"a reservation's upfront payment": {Line{Type: Fee, Unblended: d(365), NetUnblended: d(365), Reservation: &ReservationPart{ARN: "arn"}}, d(0), d(0)},
		"support":                         {Line{Type: Fee, Unblended: d(29), NetUnblended: d(28)}, d(29), d(28)},
		"covered by a plan":               {Line{Type: SavingsPlanCovered, Unblended: d(9), SavingsPlan: &SavingsPlanPart{EffectiveCost: d(6), NetEffectiveCost: d(5)}}, d(6), d(5)},
		"what a plan takes back":          {Line{Type: SavingsPlanNegation, Unblended: d(-9), SavingsPlan: &SavingsPlanPart{}}, d(0), d(0)},
		"a plan's fee":                    {Line{Type: SavingsPlanRecurring, Unblended: d(10), SavingsPlan: &SavingsPlanPart{Commitment: d(10), Used: d(6), NetAmortized: d(3), NetRecurring: d(5)}}, d(4), decimal.New(32, 1)},
		"a plan of nothing":               {Line{Type: SavingsPlanRecurring, SavingsPlan: &SavingsPlanPart{}}, d(0), d(0)},
		"a plan's upfront payment":        {Line{Type: SavingsPlanUpfront, Unblended: d(100), SavingsPlan: &SavingsPlanPart{}}, d(0), d(0)},
	} {
		if got, net := c.line.Amortized(), c.line.NetAmortized(); got != c.cost || net != c.of {
			t.Errorf("%s: %s and net %s, want %s and %s", name, got, net, c.cost, c.of)
		}
	}
}
