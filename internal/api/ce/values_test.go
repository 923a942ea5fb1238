package ce_test

import (
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/google/go-cmp/cmp"
)

func TestValues(t *testing.T) {
	w := newWorld(t)
	w.EnableCostExplorer("")
	w.fill(400)
	w.write(t)
	at := between(month(w.today).AddDate(0, -2, 0), w.today)
	dimensions := func(t *testing.T, in costexplorer.GetDimensionValuesInput) (out []string) {
		t.Helper()
		in.TimePeriod = at
		got, err := w.ce.GetDimensionValues(ctx, &in)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range got.DimensionValues {
			out = append(out, *v.Value)
		}
		return out
	}
	same := func(t *testing.T, want, got []string) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
	t.Run("services", func(t *testing.T) {
		same(t, []string{"AWS Lambda", "Amazon Elastic Compute Cloud - Compute", "Amazon Simple Storage Service", "EC2 - Other", "Tax"},
			dimensions(t, costexplorer.GetDimensionValuesInput{Dimension: types.DimensionService}))
		same(t, []string{"NoRegion", "eu-west-1", "us-east-1"}, dimensions(t, costexplorer.GetDimensionValuesInput{Dimension: types.DimensionRegion}))
	})
	t.Run("searched", func(t *testing.T) {
		same(t, []string{w.member}, dimensions(t, costexplorer.GetDimensionValuesInput{Dimension: types.DimensionLinkedAccount, SearchString: aws.String("workL")}))
	})
	t.Run("units", func(t *testing.T) {
		out, err := w.ce.GetDimensionValues(ctx, &costexplorer.GetDimensionValuesInput{TimePeriod: at, Dimension: types.DimensionUsageType, SearchString: aws.String("box")})
		if err != nil || len(out.DimensionValues) != 1 || out.DimensionValues[0].Attributes["unit"] != "Hrs" {
			t.Errorf("got %+v, %v", out, err)
		}
	})
	t.Run("sorted, and at most two", func(t *testing.T) {
		got := dimensions(t, costexplorer.GetDimensionValuesInput{
			Dimension: types.DimensionOperation, MaxResults: aws.Int32(1), SortBy: []types.SortDefinition{{Key: aws.String("UnblendedCost"), SortOrder: types.SortOrderDescending}},
		})
		same(t, []string{"RunInstances"}, got)
		_, err := w.ce.GetDimensionValues(ctx, &costexplorer.GetDimensionValuesInput{
			TimePeriod: at, Dimension: types.DimensionOperation, SearchString: aws.String("x"), SortBy: []types.SortDefinition{{Key: aws.String("UnblendedCost")}},
		})
		wantError(t, err, "ValidationException", "NextPageToken and SearchString are not supported when SortBy is specified.")
	})
	t.Run("tags and categories", func(t *testing.T) {
		tags, err := w.ce.GetTags(ctx, &costexplorer.GetTagsInput{TimePeriod: at})
		if err != nil {
			t.Fatal(err)
		}
		same(t, []string{"aws:createdBy", "team"}, tags.Tags)
		tags, err = w.ce.GetTags(ctx, &costexplorer.GetTagsInput{TimePeriod: at, TagKey: aws.String("team")})
		if err != nil {
			t.Fatal(err)
		}
		same(t, []string{"", "Red", "blue", "red"}, tags.Tags)
		names, err := w.ce.GetCostCategories(ctx, &costexplorer.GetCostCategoriesInput{TimePeriod: at})
		if err != nil {
			t.Fatal(err)
		}
		same(t, []string{"Unit"}, names.CostCategoryNames)
		values, err := w.ce.GetCostCategories(ctx, &costexplorer.GetCostCategoriesInput{TimePeriod: at, CostCategoryName: aws.String("Unit"), SearchString: aws.String("sal")})
		if err != nil {
			t.Fatal(err)
		}
		same(t, []string{"Sales"}, values.CostCategoryValues)
	})
}

// TestForecast forecasts what follows a rule: what is charged on working days, grows, and has a fee on each first of a month.
func TestForecast(t *testing.T) {
	w := newWorld(t)
	w.EnableCostExplorer("")
	first := w.today.AddDate(0, 0, -120)
	rule := func(day time.Time) float64 {
		cost := 100 + 0.5*day.Sub(first).Hours()/24
		if weekday := day.Weekday(); weekday == time.Saturday || weekday == time.Sunday {
			cost -= 40
		}
		if day.Day() == 1 {
			cost += 500
		}
		return cost
	}
	for d := first; d.Before(w.today); d = d.AddDate(0, 0, 1) {
		w.line(w.payer, d, "AmazonS3", "Amazon Simple Storage Service", "Requests-Tier1", fmt.Sprint(rule(d)))
	}
	w.line(w.payer, w.today, "AmazonS3", "Amazon Simple Storage Service", "Requests-Tier1", "12345") // today is not over
	w.line(w.member, w.today.AddDate(0, 0, -3), "AWSLambda", "AWS Lambda", "Lambda-GB-Second", "0.01").Pricing.Unit = "GB-Second"
	w.write(t)
	end := w.today.AddDate(0, 0, 40)
	in := &costexplorer.GetCostForecastInput{
		TimePeriod: between(w.today, end), Granularity: types.GranularityDaily, Metric: types.MetricUnblendedCost, PredictionIntervalLevel: aws.Int32(80),
		Filter: new(by("SERVICE", "Amazon Simple Storage Service")),
	}
	out, err := w.ce.GetCostForecast(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.ForecastResultsByTime) != 40 {
		t.Fatalf("got %d days", len(out.ForecastResultsByTime))
	}
	total := 0.0
	for i, r := range out.ForecastResultsByTime {
		want := rule(w.today.AddDate(0, 0, i))
		total += want
		mean, low, high := number(t, r.MeanValue), number(t, r.PredictionIntervalLowerBound), number(t, r.PredictionIntervalUpperBound)
		if math.Abs(mean-want) > 0.01 || low > mean || high < mean {
			t.Errorf("%s: got %f in %f…%f, want %f", *r.TimePeriod.Start, mean, low, high, want)
		}
	}
	if got := number(t, out.Total.Amount); math.Abs(got-total) > 0.5 || *out.Total.Unit != "USD" {
		t.Errorf("got %f, want %f", got, total)
	}
	_, err = w.ce.GetUsageForecast(ctx, &costexplorer.GetUsageForecastInput{TimePeriod: in.TimePeriod, Granularity: types.GranularityMonthly, Metric: types.MetricUsageQuantity})
	wantError(t, err, "UnresolvableUsageUnitException", "Cost Explorer was unable to identify the usage unit. Provide UsageType/UsageTypeGroup filter selections that contain matching units, for example: hours.")
	usage, err := w.ce.GetUsageForecast(ctx, &costexplorer.GetUsageForecastInput{TimePeriod: in.TimePeriod, Granularity: types.GranularityMonthly, Metric: types.MetricUsageQuantity, Filter: in.Filter})
	if err != nil || *usage.Total.Unit != "Hrs" || math.Abs(number(t, usage.Total.Amount)-40) > 0.01 {
		t.Errorf("got %+v, %v", usage, err)
	}
	in.Filter = new(by("SERVICE", "AWS Lambda"))
	_, err = w.ce.GetCostForecast(ctx, in)
	wantError(t, err, "DataUnavailableException", "Insufficient amount of historical data.")
	in.TimePeriod = between(w.today, w.today)
	_, err = w.ce.GetCostForecast(ctx, in)
	wantError(t, err, "ValidationException", fmt.Sprintf("Requested Start: %[1]s must be before requested End: %[1]s", *day(w.today)))
}

func number(t *testing.T, text *string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(aws.ToString(text), 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
