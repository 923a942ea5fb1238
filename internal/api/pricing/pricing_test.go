package pricing_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"umbel/internal/domain/billing"
	"umbel/internal/testenv"
)

func refused(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func filter(kind types.FilterType, field, value string) types.Filter {
	return types.Filter{Type: kind, Field: &field, Value: &value}
}

// product is what the tests look at in an entry of the price list.
type product struct {
	Product struct {
		Attributes map[string]string
		SKU        string
	}
	ServiceCode string
	Terms       struct {
		OnDemand map[string]struct {
			PriceDimensions map[string]struct {
				Unit, BeginRange, EndRange, RateCode string
				PricePerUnit                         map[string]string
			}
		}
	}
}

// products gives all entries that fit, a few at a time.
func products(t *testing.T, client *sdk.Client, service string, filters ...types.Filter) (found []product) {
	t.Helper()
	pages := sdk.NewGetProductsPaginator(client, &sdk.GetProductsInput{ServiceCode: &service, Filters: filters, MaxResults: aws.Int32(3)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range out.PriceList {
			var p product
			if err := json.Unmarshal([]byte(text), &p); err != nil {
				t.Fatal(err)
			}
			found = append(found, p)
		}
	}
	return found
}

func TestGetProducts(t *testing.T) {
	client := sdk.NewFromConfig(testenv.Start(t).Administrator(""))
	equals, any := types.FilterTypeTermMatch, types.FilterTypeAnyOf
	got := products(t, client, "AmazonEC2", filter(equals, "instanceType", "m5.large"), filter(equals, "regionCode", "eu-west-1"), filter(equals, "operatingSystem", "Linux"))
	if len(got) != 1 || len(got[0].Terms.OnDemand) != 1 || got[0].ServiceCode != "AmazonEC2" || got[0].Product.SKU == "" {
		t.Fatalf("%+v", got)
	}
	for _, term := range got[0].Terms.OnDemand {
		for code, d := range term.PriceDimensions {
			if d.PricePerUnit["USD"] != "0.0960000000" || d.Unit != "Hrs" || d.BeginRange != "0" || d.EndRange != "Inf" || d.RateCode != code {
				t.Errorf("%+v", d)
			}
		}
	}
	var types []string
	for _, p := range products(t, client, "AmazonEC2", filter(any, "instanceType", "m5.large,m5.xlarge,m5.2xlarge,m5.4xlarge")) {
		types = append(types, p.Product.Attributes["instanceType"])
	}
	slices.Sort(types)
	if d := cmp.Diff([]string{"m5.2xlarge", "m5.4xlarge", "m5.large", "m5.xlarge"}, types); d != "" {
		t.Error(d)
	}
	if got := products(t, client, "AmazonEC2", filter(equals, "instanceType", "m5.large"), filter(equals, "tenancy", "Dedicated")); got != nil {
		t.Errorf("%+v", got)
	}
}

// TestTiers makes sure that every tier of a price is there, a free one that is always given included.
func TestTiers(t *testing.T) {
	client := sdk.NewFromConfig(testenv.Start(t).Administrator(""))
	seed, err := billing.Seed()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*billing.Price{}
	for _, p := range seed.Prices() {
		if p.Service == "AmazonS3" {
			want[p.Key.UsageType] = p
		}
	}
	got := products(t, client, "AmazonS3")
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%d products, want %d", len(got), len(want))
	}
	for _, p := range got {
		price := want[p.Product.Attributes["usagetype"]]
		tiers := len(price.Tiers)
		if price.Allowance != nil && price.Allowance.Months == 0 {
			tiers++
		}
		for _, term := range p.Terms.OnDemand {
			if len(term.PriceDimensions) != tiers {
				t.Errorf("%s has %d tiers, want %d", price.Key.UsageType, len(term.PriceDimensions), tiers)
			}
		}
	}
}

func TestServicesAndAttributes(t *testing.T) {
	client := sdk.NewFromConfig(testenv.Start(t).Administrator(""))
	var codes []string
	pages := sdk.NewDescribeServicesPaginator(client, &sdk.DescribeServicesInput{MaxResults: aws.Int32(2)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range out.Services {
			codes = append(codes, *s.ServiceCode)
		}
	}
	if !slices.IsSorted(codes) || !slices.Contains(codes, "AmazonEC2") || !slices.Contains(codes, "AmazonS3") {
		t.Errorf("%q", codes)
	}
	one, err := client.DescribeServices(t.Context(), &sdk.DescribeServicesInput{ServiceCode: aws.String("AmazonEC2")})
	if err != nil || len(one.Services) != 1 || !slices.Contains(one.Services[0].AttributeNames, "instanceType") {
		t.Errorf("%+v: %v", one, err)
	}
	values, err := client.GetAttributeValues(t.Context(), &sdk.GetAttributeValuesInput{ServiceCode: aws.String("AmazonEC2"), AttributeName: aws.String("operatingSystem")})
	if err != nil || len(values.AttributeValues) != 1 || *values.AttributeValues[0].Value != "Linux" {
		t.Errorf("%+v: %v", values, err)
	}
}

func TestRefusals(t *testing.T) {
	s := testenv.Start(t)
	client := sdk.NewFromConfig(s.Administrator(""))
	_, err := client.GetProducts(t.Context(), &sdk.GetProductsInput{ServiceCode: aws.String("Nothing")})
	refused(t, err, "NotFoundException")
	_, err = client.DescribeServices(t.Context(), &sdk.DescribeServicesInput{ServiceCode: aws.String("Nothing")})
	refused(t, err, "NotFoundException")
	_, err = client.GetProducts(t.Context(), &sdk.GetProductsInput{ServiceCode: aws.String("AmazonEC2"), NextToken: aws.String("x")})
	refused(t, err, "InvalidNextTokenException")
	_, err = client.GetProducts(t.Context(), &sdk.GetProductsInput{ServiceCode: aws.String("AmazonEC2"), MaxResults: aws.Int32(101)})
	refused(t, err, "InvalidParameterException")
	_, err = client.DescribeServices(t.Context(), &sdk.DescribeServicesInput{FormatVersion: aws.String("v2")})
	refused(t, err, "InvalidParameterException")
	_, err = client.GetAttributeValues(t.Context(), &sdk.GetAttributeValuesInput{ServiceCode: aws.String("AmazonEC2"), AttributeName: aws.String("color")})
	refused(t, err, "InvalidParameterException")
	_, err = client.ListPriceLists(t.Context(), &sdk.ListPriceListsInput{ServiceCode: aws.String("AmazonEC2"), CurrencyCode: aws.String("USD"), EffectiveDate: aws.Time(time.Now())})
	refused(t, err, "NotImplementedException")

	nobody := sdk.NewFromConfig(s.User(s.Administrator(""), "nobody", ""))
	_, err = nobody.GetProducts(t.Context(), &sdk.GetProductsInput{ServiceCode: aws.String("AmazonEC2")})
	refused(t, err, "AccessDeniedException")
	_, err = nobody.DescribeServices(t.Context(), &sdk.DescribeServicesInput{})
	refused(t, err, "AccessDeniedException")
	_, err = nobody.GetAttributeValues(t.Context(), &sdk.GetAttributeValuesInput{ServiceCode: aws.String("AmazonEC2"), AttributeName: aws.String("tenancy")})
	refused(t, err, "AccessDeniedException")
}
