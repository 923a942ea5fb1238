package freetier_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	model "umbel/internal/model/freetier"
	"umbel/internal/testenv"
)

// call asks for the free tier's usage: there is no client of this service in the SDK for Go. It gives the code of a failure.
func call(t *testing.T, s *testenv.Server, cfg aws.Config, in *model.GetFreeTierUsageInput) (out model.GetFreeTierUsageOutput, code string) {
	t.Helper()
	body, err := json.Marshal(lower(t, in))
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AWSFreeTierService.GetFreeTierUsage")
	keys, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(t.Context(), keys, r, hex.EncodeToString(sum[:]), "freetier", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	var failure struct {
		Type string `json:"__type"`
	}
	var raw bytes.Buffer
	_, err = raw.ReadFrom(answer.Body)
	if err := errors.Join(err, answer.Body.Close(), json.Unmarshal(raw.Bytes(), &out), json.Unmarshal(raw.Bytes(), &failure)); err != nil {
		t.Fatal(err)
	}
	return out, failure.Type
}

// lower gives the input as the wire has it: the names at the top begin with small letters, those of an expression do not.
func lower(t *testing.T, in *model.GetFreeTierUsageInput) map[string]any {
	t.Helper()
	out := map[string]any{}
	if in.Filter != nil {
		raw, err := json.Marshal(in.Filter)
		var plain map[string]any
		if err = errors.Join(err, json.Unmarshal(raw, &plain)); err != nil {
			t.Fatal(err)
		}
		out["filter"] = plain
	}
	if in.MaxResults != nil {
		out["maxResults"] = *in.MaxResults
	}
	if in.NextToken != nil {
		out["nextToken"] = *in.NextToken
	}
	return out
}

// free is a line of the free tier.
func free(payer, account, usageType string, quantity int64) *billing.Line {
	start := time.Now().UTC().Truncate(time.Hour)
	return &billing.Line{
		ID: fmt.Sprint(account, usageType), Type: billing.Usage, Account: account, Start: start, End: start.Add(time.Hour), Product: "AmazonEC2",
		UsageType: usageType, Currency: "USD", Usage: decimal.Int(quantity), Description: "$0.00 per Hrs under monthly free tier",
		Bill: billing.BillPart{Payer: payer, Entity: billing.EntityAWS}, Detail: billing.ProductPart{Service: "AmazonEC2", Region: "eu-west-1"},
	}
}

func TestGetFreeTierUsage(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member, payer := o.Account("", "one"), string(s.First)
	engine, err := s.Desk().Lines()
	if err != nil {
		t.Fatal(err)
	}
	w, err := engine.Begin(t.Context(), costlines.Change{Payer: payer, Origin: "rated"})
	if err != nil {
		t.Fatal(err)
	}
	paid := free(payer, payer, "BoxUsage:m5.large", 5)
	paid.Description = "$0.096 per On Demand Linux m5.large Instance Hour"
	for _, l := range []*billing.Line{
		free(payer, payer, "EUW1-BoxUsage:t3.micro", 500), free(payer, member, "EUW1-BoxUsage:t3.micro", 100), free(payer, member, "EUW1-BoxUsage:t2.micro", 3), paid,
	} {
		if err := w.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	admin := s.Administrator("")
	out, code := call(t, s, admin, &model.GetFreeTierUsageInput{MaxResults: aws.Int32(1)})
	if code != "" || len(out.FreeTierUsages) != 1 || out.NextToken == nil {
		t.Fatalf("%+v %s", out, code)
	}
	out, code = call(t, s, admin, &model.GetFreeTierUsageInput{MaxResults: aws.Int32(1), NextToken: out.NextToken})
	if code != "" || len(out.FreeTierUsages) != 1 || out.NextToken != nil {
		t.Fatalf("%+v %s", out, code)
	}
	u := out.FreeTierUsages[0]
	if *u.UsageType != "EUW1-BoxUsage:t3.micro" || *u.ActualUsageAmount != 600 || *u.Limit != 750 || *u.Region != "eu-west-1" || *u.FreeTierType != "12 Months Free" ||
		*u.ForecastedUsageAmount < 600 || *u.Unit != "Hrs" || !strings.HasPrefix(*u.Description, "750 Hrs free") {
		t.Errorf("%+v", u)
	}
	dimension := func(key, value, option string) *model.Expression {
		return &model.Expression{Dimensions: &model.DimensionValues{Key: &key, Values: []string{value}, MatchOptions: []string{option}}}
	}
	t3, much := dimension("USAGE_TYPE", "t3.micro", "ENDS_WITH"), dimension("USAGE_PERCENTAGE", "80", "GREATER_THAN_OR_EQUAL")
	for name, c := range map[string]struct {
		filter *model.Expression
		want   int
	}{
		"all": {nil, 2}, "one": {t3, 1}, "used": {much, 1}, "and": {&model.Expression{And: []model.Expression{*t3, *much}}, 1},
		"or":  {&model.Expression{Or: []model.Expression{*t3, *dimension("REGION", "eu-west-1", "EQUALS")}}, 2},
		"not": {&model.Expression{Not: t3}, 1}, "none": {dimension("SERVICE", "Amazon", "EQUALS"), 0},
	} {
		if out, code := call(t, s, admin, &model.GetFreeTierUsageInput{Filter: c.filter}); code != "" || len(out.FreeTierUsages) != c.want {
			t.Errorf("%s: %+v %s", name, out, code)
		}
	}
	for want, in := range map[string]*model.GetFreeTierUsageInput{
		"ValidationException": {Filter: &model.Expression{Not: t3, And: []model.Expression{*t3}}},
	} {
		if _, code := call(t, s, admin, in); code != want {
			t.Errorf("got %s, want %s", code, want)
		}
	}
	if _, code := call(t, s, admin, &model.GetFreeTierUsageInput{NextToken: aws.String("x")}); code != "ValidationException" {
		t.Errorf("a made-up token: %s", code)
	}
	for name, cfg := range map[string]aws.Config{"a member": s.Role(member, ""), "a user without policies": s.User(admin, "nobody", "")} {
		if _, code := call(t, s, cfg, &model.GetFreeTierUsageInput{}); code != "AccessDeniedException" {
			t.Errorf("%s: %s", name, code)
		}
	}
}
