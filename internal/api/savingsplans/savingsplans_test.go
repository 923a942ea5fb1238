package savingsplans_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/savingsplans"
	"github.com/aws/aws-sdk-go-v2/service/savingsplans/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/testenv"
)

func refused(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// offering finds the one offering that fits.
func offering(t *testing.T, client *sdk.Client, in *sdk.DescribeSavingsPlansOfferingsInput) types.SavingsPlanOffering {
	t.Helper()
	out, err := client.DescribeSavingsPlansOfferings(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.SearchResults) != 1 {
		t.Fatalf("%d offerings", len(out.SearchResults))
	}
	return out.SearchResults[0]
}

func compute(payment types.SavingsPlanPaymentOption) *sdk.DescribeSavingsPlansOfferingsInput {
	return &sdk.DescribeSavingsPlansOfferingsInput{
		PlanTypes: []types.SavingsPlanType{types.SavingsPlanTypeCompute}, PaymentOptions: []types.SavingsPlanPaymentOption{payment}, Durations: []int64{31536000},
	}
}

// plan gives the plan of an ID.
func plan(t *testing.T, client *sdk.Client, id string) types.SavingsPlan {
	t.Helper()
	out, err := client.DescribeSavingsPlans(t.Context(), &sdk.DescribeSavingsPlansInput{SavingsPlanIds: []string{id}})
	if err != nil || len(out.SavingsPlans) != 1 {
		t.Fatalf("%+v: %v", out, err)
	}
	return out.SavingsPlans[0]
}

func TestOfferings(t *testing.T) {
	client := sdk.NewFromConfig(testenv.Start(t).Administrator(""))
	o := offering(t, client, compute(types.SavingsPlanPaymentOptionNoUpfront))
	if *o.Description != "1 year No Upfront Compute Savings Plan" || o.Currency != "USD" || *o.UsageType != "ComputeSP:1yrNoUpfront" {
		t.Errorf("%+v", o)
	}
	family := offering(t, client, &sdk.DescribeSavingsPlansOfferingsInput{
		PlanTypes: []types.SavingsPlanType{types.SavingsPlanTypeEc2Instance}, PaymentOptions: []types.SavingsPlanPaymentOption{types.SavingsPlanPaymentOptionAllUpfront},
		Durations: []int64{94608000}, Filters: []types.SavingsPlanOfferingFilterElement{
			{Name: types.SavingsPlanOfferingFilterAttributeRegion, Values: []string{"eu-west-1"}},
			{Name: types.SavingsPlanOfferingFilterAttributeInstanceFamily, Values: []string{"m5"}},
		},
	})
	if *family.Description != "3 year All Upfront m5 EC2 Instance Savings Plan in eu-west-1" {
		t.Errorf("%+v", family)
	}
	rates, err := client.DescribeSavingsPlansOfferingRates(t.Context(), &sdk.DescribeSavingsPlansOfferingRatesInput{
		SavingsPlanOfferingIds: []string{*family.OfferingId}, UsageTypes: []string{"BoxUsage:m5.large"},
	})
	if err != nil || len(rates.SearchResults) != 1 || *rates.SearchResults[0].Rate != "0.0576" || rates.SearchResults[0].ProductType != "EC2" {
		t.Errorf("%+v: %v", rates, err)
	}
	seen := map[string]bool{}
	var token *string
	for page := 0; page < 4; page++ {
		out, err := client.DescribeSavingsPlansOfferings(t.Context(), &sdk.DescribeSavingsPlansOfferingsInput{MaxResults: 3, NextToken: token})
		if err != nil || len(out.SearchResults) != 3 || out.NextToken == nil {
			t.Fatalf("%+v: %v", out, err)
		}
		for _, o := range out.SearchResults {
			if seen[*o.OfferingId] {
				t.Errorf("%s came twice", *o.OfferingId)
			}
			seen[*o.OfferingId] = true
		}
		token = out.NextToken
	}
}

// TestLifeOfAPlan buys a plan, tags it, and gives it back.
func TestLifeOfAPlan(t *testing.T) {
	s := testenv.Start(t)
	client := sdk.NewFromConfig(s.Administrator(""))
	o := offering(t, client, compute(types.SavingsPlanPaymentOptionPartialUpfront))
	in := &sdk.CreateSavingsPlanInput{SavingsPlanOfferingId: o.OfferingId, Commitment: aws.String("1.5"), ClientToken: aws.String("once"), Tags: map[string]string{"team": "a"}}
	made, err := client.CreateSavingsPlan(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := client.CreateSavingsPlan(t.Context(), in)
	if err != nil || *again.SavingsPlanId != *made.SavingsPlanId {
		t.Errorf("asked for twice: %+v, %v", again, err)
	}
	p := plan(t, client, *made.SavingsPlanId)
	if p.State != types.SavingsPlanStateActive || *p.Commitment != "1.5" || *p.UpfrontPaymentAmount != "6570" || *p.RecurringPaymentAmount != "0.75" ||
		p.TermDurationInSeconds != 31536000 || p.Tags["team"] != "a" {
		t.Errorf("%+v", p)
	}
	rates, err := client.DescribeSavingsPlanRates(t.Context(), &sdk.DescribeSavingsPlanRatesInput{
		SavingsPlanId: made.SavingsPlanId, Filters: []types.SavingsPlanRateFilter{{Name: types.SavingsPlanRateFilterNameInstanceType, Values: []string{"m5.large"}}},
	})
	if err != nil || len(rates.SearchResults) != 1 || *rates.SearchResults[0].Rate != "0.0672" {
		t.Errorf("%+v: %v", rates, err)
	}
	if _, err := client.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: p.SavingsPlanArn, Tags: map[string]string{"env": "prod"}}); err != nil {
		t.Error(err)
	}
	if _, err := client.UntagResource(t.Context(), &sdk.UntagResourceInput{ResourceArn: p.SavingsPlanArn, TagKeys: []string{"team"}}); err != nil {
		t.Error(err)
	}
	tags, err := client.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: p.SavingsPlanArn})
	if err != nil || cmp.Diff(map[string]string{"env": "prod"}, tags.Tags) != "" {
		t.Errorf("%+v: %v", tags, err)
	}
	_, err = client.DeleteQueuedSavingsPlan(t.Context(), &sdk.DeleteQueuedSavingsPlanInput{SavingsPlanId: made.SavingsPlanId})
	refused(t, err, "ValidationException")
	for range 2 { // the same request again gives the same answer
		if _, err := client.ReturnSavingsPlan(t.Context(), &sdk.ReturnSavingsPlanInput{SavingsPlanId: made.SavingsPlanId, ClientToken: aws.String("back")}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = client.ReturnSavingsPlan(t.Context(), &sdk.ReturnSavingsPlanInput{SavingsPlanId: made.SavingsPlanId, ClientToken: aws.String("again")})
	refused(t, err, "ValidationException")
	if p := plan(t, client, *made.SavingsPlanId); p.State != types.SavingsPlanStateReturned || p.ReturnableUntil != nil {
		t.Errorf("%+v", p)
	}
}

func TestQueuedPlan(t *testing.T) {
	clock := &testenv.ManualClock{}
	client := sdk.NewFromConfig(testenv.Start(t, testenv.Clock(clock)).Administrator(""))
	o := offering(t, client, compute(types.SavingsPlanPaymentOptionNoUpfront))
	buy := func(at time.Time) (string, error) {
		out, err := client.CreateSavingsPlan(t.Context(), &sdk.CreateSavingsPlanInput{SavingsPlanOfferingId: o.OfferingId, Commitment: aws.String("2"), PurchaseTime: &at})
		if err != nil {
			return "", err
		}
		return *out.SavingsPlanId, nil
	}
	_, err := buy(time.Now().Add(-time.Hour))
	refused(t, err, "ValidationException")
	id, err := buy(time.Now().Add(48 * time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if p := plan(t, client, id); p.State != types.SavingsPlanStateQueued {
		t.Errorf("%+v", p)
	}
	_, err = client.ReturnSavingsPlan(t.Context(), &sdk.ReturnSavingsPlanInput{SavingsPlanId: &id})
	refused(t, err, "ValidationException")
	if _, err := client.DeleteQueuedSavingsPlan(t.Context(), &sdk.DeleteQueuedSavingsPlanInput{SavingsPlanId: &id}); err != nil {
		t.Fatal(err)
	}
	if p := plan(t, client, id); p.State != types.SavingsPlanStateQueuedDeleted {
		t.Errorf("%+v", p)
	}
	if id, err = buy(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	clock.Advance(10 * time.Minute) // within what a signature may be off
	if p := plan(t, client, id); p.State != types.SavingsPlanStateActive || p.ReturnableUntil == nil {
		t.Errorf("begun: %+v", p)
	}
	out, err := client.DescribeSavingsPlans(t.Context(), &sdk.DescribeSavingsPlansInput{States: []types.SavingsPlanState{types.SavingsPlanStateActive}})
	if err != nil || len(out.SavingsPlans) != 1 {
		t.Errorf("%+v: %v", out, err)
	}
}

func TestRefusals(t *testing.T) {
	s := testenv.Start(t)
	client := sdk.NewFromConfig(s.Administrator(""))
	o := offering(t, client, compute(types.SavingsPlanPaymentOptionNoUpfront))
	buy := func(client *sdk.Client, offering, commitment string, change ...func(*sdk.CreateSavingsPlanInput)) error {
		in := &sdk.CreateSavingsPlanInput{SavingsPlanOfferingId: &offering, Commitment: &commitment}
		for _, c := range change {
			c(in)
		}
		_, err := client.CreateSavingsPlan(t.Context(), in)
		return err
	}
	refused(t, buy(client, "12345678-1234-1234-1234-123456789012", "1"), "ResourceNotFoundException")
	refused(t, buy(client, *o.OfferingId, "x"), "ValidationException")
	refused(t, buy(client, *o.OfferingId, "-1"), "ValidationException")
	refused(t, buy(client, *o.OfferingId, "2000000"), "ValidationException")
	refused(t, buy(client, *o.OfferingId, "1", func(in *sdk.CreateSavingsPlanInput) { in.UpfrontPaymentAmount = aws.String("5") }), "ValidationException")
	refused(t, buy(client, *o.OfferingId, "1", func(in *sdk.CreateSavingsPlanInput) { in.Tags = map[string]string{"aws:x": "y"} }), "ValidationException")
	arn := aws.String("arn:aws:savingsplans::" + string(s.First) + ":savingsplan/12345678-1234-4234-8234-123456789012")
	_, err := client.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: arn})
	refused(t, err, "ResourceNotFoundException")
	_, err = client.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "b"}})
	refused(t, err, "ResourceNotFoundException")
	_, err = client.DescribeSavingsPlans(t.Context(), &sdk.DescribeSavingsPlansInput{NextToken: aws.String("abcd")})
	refused(t, err, "ValidationException")
	_, err = client.DescribeSavingsPlanRates(t.Context(), &sdk.DescribeSavingsPlanRatesInput{SavingsPlanId: aws.String("12345678-1234-4234-8234-123456789012")})
	refused(t, err, "ResourceNotFoundException")

	nobody := sdk.NewFromConfig(s.User(s.Administrator(""), "nobody", ""))
	refused(t, buy(nobody, *o.OfferingId, "1"), "AccessDeniedException")
	id := arn
	for name, call := range map[string]func() error{
		"offerings": func() error {
			_, err := nobody.DescribeSavingsPlansOfferings(t.Context(), &sdk.DescribeSavingsPlansOfferingsInput{})
			return err
		},
		"rates": func() error {
			_, err := nobody.DescribeSavingsPlansOfferingRates(t.Context(), &sdk.DescribeSavingsPlansOfferingRatesInput{})
			return err
		},
		"plans": func() error {
			_, err := nobody.DescribeSavingsPlans(t.Context(), &sdk.DescribeSavingsPlansInput{})
			return err
		},
		"tags": func() error {
			_, err := nobody.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: id})
			return err
		},
		"tag": func() error {
			_, err := nobody.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: id, Tags: map[string]string{"a": "b"}})
			return err
		},
		"untag": func() error {
			_, err := nobody.UntagResource(t.Context(), &sdk.UntagResourceInput{ResourceArn: id, TagKeys: []string{"a"}})
			return err
		},
		"return": func() error {
			_, err := nobody.ReturnSavingsPlan(t.Context(), &sdk.ReturnSavingsPlanInput{SavingsPlanId: aws.String("12345678-1234-4234-8234-123456789012")})
			return err
		},
		"delete": func() error {
			_, err := nobody.DeleteQueuedSavingsPlan(t.Context(), &sdk.DeleteQueuedSavingsPlanInput{SavingsPlanId: aws.String("12345678-1234-4234-8234-123456789012")})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { refused(t, call(), "AccessDeniedException") })
	}
}
