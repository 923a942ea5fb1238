package ce_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

const (
	planARN        = "arn:aws:savingsplans::111111111111:savingsplan/p-1"
	reservationARN = "arn:aws:ec2:eu-west-1:111111111111:reserved-instances/r-1"
)

// commit adds two hours of a savings plan and of a reservation, of last month.
func (w *world) commit() time.Time {
	start := month(w.today).AddDate(0, -1, 0)
	for hour := range 2 {
		at := start.Add(time.Duration(hour) * time.Hour)
		fee := w.line(w.payer, at, "ComputeSavingsPlans", "", "ComputeSP:1yrNo Upfront", "1")
		fee.Type = billing.SavingsPlanRecurring
		fee.SavingsPlan = &billing.SavingsPlanPart{
			ARN: planARN, Offering: "ComputeSavingsPlans", Commitment: decimal.New(15, 1), Used: decimal.New(12, 1), AmortizedUpfront: decimal.New(5, 1),
			Recurring: decimal.Int(1), PaymentOption: "Partial Upfront", PurchaseTerm: "1yr",
		}
		covered := w.line(w.member, at, "AmazonEC2", "Amazon Elastic Compute Cloud", "BoxUsage:m5.large", "3")
		covered.Type, covered.SavingsPlan = billing.SavingsPlanCovered, &billing.SavingsPlanPart{ARN: planARN, EffectiveCost: decimal.New(12, 1)}
		covered.Factor, covered.Normalized = decimal.Int(4), decimal.Int(4)
		w.line(w.member, at, "AmazonEC2", "Amazon Elastic Compute Cloud", "BoxUsage:c5.large", "1").Detail.InstanceType = "c5.large"
		w.line(w.member, at, "AmazonEC2", "Amazon Elastic Compute Cloud", "SpotUsage:c5.large", "9")
	}
	fee := w.line(w.payer, start, "AmazonEC2", "Amazon Elastic Compute Cloud", "HeavyUsage:m5.large", "0")
	fee.Type, fee.Detail.InstanceType, fee.Factor = billing.ReservationFee, "m5.large", decimal.Int(4)
	fee.Usage, fee.Normalized, fee.Unblended = decimal.Int(48), decimal.Int(192), decimal.New(48, 1) // two instances, a day
	fee.Reservation = &billing.ReservationPart{ARN: reservationARN, Count: decimal.Int(2), UnusedAmortizedUpfront: decimal.New(36, 1)}
	for hour := range 3 { // of a larger instance: two hours of a reserved one each
		used := w.line(w.member, start.Add(time.Duration(hour)*time.Hour), "AmazonEC2", "Amazon Elastic Compute Cloud", "BoxUsage:m5.xlarge", "0")
		used.Type, used.Detail.InstanceType, used.Normalized, used.Pricing.PublicCost = billing.DiscountedUsage, "m5.xlarge", decimal.Int(8), decimal.Int(1)
		used.Reservation = &billing.ReservationPart{ARN: reservationARN, AmortizedUpfront: decimal.New(4, 1)}
	}
	return start
}

func TestCommitments(t *testing.T) {
	w := newWorld(t)
	w.EnableCostExplorer("")
	start := w.commit()
	w.write(t)
	at := between(start, start.AddDate(0, 0, 2))
	s := aws.String
	plans := &types.SavingsPlansUtilizationAggregates{
		Utilization:         &types.SavingsPlansUtilization{TotalCommitment: s("3"), UsedCommitment: s("2.4"), UnusedCommitment: s("0.6"), UtilizationPercentage: s("80")},
		Savings:             &types.SavingsPlansSavings{OnDemandCostEquivalent: s("6"), NetSavings: s("3")},
		AmortizedCommitment: &types.SavingsPlansAmortizedCommitment{AmortizedUpfrontCommitment: s("1"), AmortizedRecurringCommitment: s("2"), TotalAmortizedCommitment: s("3")},
	}
	t.Run("utilization of plans", func(t *testing.T) {
		out, err := w.ce.GetSavingsPlansUtilization(ctx, &costexplorer.GetSavingsPlansUtilizationInput{TimePeriod: at, Granularity: types.GranularityDaily})
		if err != nil {
			t.Fatal(err)
		}
		same(t, plans, out.Total)
		if days := out.SavingsPlansUtilizationsByTime; len(days) != 2 || *days[0].Utilization.UsedCommitment != "2.4" || *days[1].Utilization.UtilizationPercentage != "0" {
			t.Errorf("got %d days", len(days))
		}
		_, err = w.ce.GetSavingsPlansUtilization(ctx, &costexplorer.GetSavingsPlansUtilizationInput{TimePeriod: at, Filter: new(by("REGION", "mars-1"))})
		wantError(t, err, "DataUnavailableException", "The requested data is unavailable.")
	})
	t.Run("details of plans", func(t *testing.T) {
		out, err := w.ce.GetSavingsPlansUtilizationDetails(ctx, &costexplorer.GetSavingsPlansUtilizationDetailsInput{TimePeriod: at, Filter: new(by("PAYMENT_OPTION", "Partial Upfront"))})
		if err != nil {
			t.Fatal(err)
		}
		same(t, plans, out.Total)
		d := out.SavingsPlansUtilizationDetails
		if len(d) != 1 || *d[0].SavingsPlanArn != planARN || d[0].Attributes["SavingsPlansType"] != "ComputeSavingsPlans" || *d[0].Savings.NetSavings != "3" {
			t.Errorf("got %+v", d)
		}
	})
	t.Run("coverage of plans", func(t *testing.T) {
		out, err := w.ce.GetSavingsPlansCoverage(ctx, &costexplorer.GetSavingsPlansCoverageInput{TimePeriod: at, GroupBy: []types.GroupDefinition{dimension("SERVICE")}})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.SavingsPlansCoverages) != 1 || out.SavingsPlansCoverages[0].Attributes["SERVICE"] != billing.ExplorerCompute {
			t.Fatalf("got %+v", out.SavingsPlansCoverages)
		}
		same(t, &types.SavingsPlansCoverageData{SpendCoveredBySavingsPlans: s("6"), OnDemandCost: s("2"), TotalCost: s("8"), CoveragePercentage: s("75")}, out.SavingsPlansCoverages[0].Coverage)
	})
	t.Run("reservations", func(t *testing.T) { testReservations(t, w, at) })
	t.Run("refused", func(t *testing.T) {
		_, err := w.ce.GetReservationCoverage(ctx, &costexplorer.GetReservationCoverageInput{
			TimePeriod: at, Granularity: types.GranularityDaily, GroupBy: []types.GroupDefinition{dimension("INSTANCE_TYPE")},
		})
		wantError(t, err, "ValidationException", "Granularity is not supported when specifying groupBy")
		_, err = w.ce.GetSavingsPlansUtilization(ctx, &costexplorer.GetSavingsPlansUtilizationInput{TimePeriod: at, Filter: &types.Expression{Not: new(by("REGION", "x"))}})
		wantError(t, err, "ValidationException", "Only AND is supported among dimensions, one level deep.")
	})
}

func testReservations(t *testing.T, w *world, at *types.DateInterval) {
	s := aws.String
	reserved := &types.ReservationAggregates{
		UtilizationPercentage: s("12.5"), UtilizationPercentageInUnits: s("12.5"), PurchasedHours: s("48"), PurchasedUnits: s("192"),
		TotalActualHours: s("6"), TotalActualUnits: s("24"), UnusedHours: s("42"), UnusedUnits: s("168"), OnDemandCostOfRIHoursUsed: s("3"),
		AmortizedUpfrontFee: s("4.8"), AmortizedRecurringFee: s("4.8"), TotalAmortizedFee: s("9.6"), NetRISavings: s("-6.6"), RICostForUnusedHours: s("8.4"),
		RealizedSavings: s("1.8"), TotalPotentialRISavings: s("14.4"), UnrealizedSavings: s("12.6"),
	}
	t.Run("utilization of reservations", func(t *testing.T) {
		out, err := w.ce.GetReservationUtilization(ctx, &costexplorer.GetReservationUtilizationInput{TimePeriod: at})
		if err != nil {
			t.Fatal(err)
		}
		same(t, reserved, out.Total)
		if len(out.UtilizationsByTime) != 2 || *out.UtilizationsByTime[1].Total.PurchasedHours != "0" {
			t.Errorf("got %d days", len(out.UtilizationsByTime))
		}
		out, err = w.ce.GetReservationUtilization(ctx, &costexplorer.GetReservationUtilizationInput{TimePeriod: at, GroupBy: []types.GroupDefinition{dimension("SUBSCRIPTION_ID")}})
		if err != nil {
			t.Fatal(err)
		}
		if g := out.UtilizationsByTime[0].Groups; len(g) != 1 || *g[0].Value != "r-1" || g[0].Attributes["instanceType"] != "m5.large" {
			t.Errorf("got %+v", g)
		}
	})
	t.Run("coverage of reservations", func(t *testing.T) {
		out, err := w.ce.GetReservationCoverage(ctx, &costexplorer.GetReservationCoverageInput{TimePeriod: at, GroupBy: []types.GroupDefinition{dimension("INSTANCE_TYPE")}})
		if err != nil {
			t.Fatal(err)
		}
		same(t, &types.Coverage{
			CoverageHours:           &types.CoverageHours{OnDemandHours: s("4"), ReservedHours: s("3"), TotalRunningHours: s("7"), CoverageHoursPercentage: s("42.8571428571")},
			CoverageNormalizedUnits: &types.CoverageNormalizedUnits{OnDemandNormalizedUnits: s("8"), ReservedNormalizedUnits: s("24"), TotalRunningNormalizedUnits: s("32"), CoverageNormalizedUnitsPercentage: s("75")},
			CoverageCost:            &types.CoverageCost{OnDemandCost: s("8")},
		}, out.Total)
		if n := len(out.CoveragesByTime[0].Groups); n != 3 {
			t.Errorf("got %d groups", n)
		}
	})
}

// same compares what the SDK read.
func same(t *testing.T, want, got any) {
	t.Helper()
	unexported := cmpopts.IgnoreUnexported(
		types.SavingsPlansUtilizationAggregates{}, types.SavingsPlansUtilization{}, types.SavingsPlansSavings{}, types.SavingsPlansAmortizedCommitment{},
		types.SavingsPlansCoverageData{}, types.ReservationAggregates{}, types.Coverage{}, types.CoverageHours{}, types.CoverageNormalizedUnits{}, types.CoverageCost{})
	if d := cmp.Diff(want, got, unexported); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
