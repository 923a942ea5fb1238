package usage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

const cur2Header = "line_item_usage_account_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,line_item_product_code," +
	"line_item_usage_type,line_item_usage_amount,line_item_currency_code,line_item_unblended_cost,resource_tags,product,discount,discount_total_discount,cost_category," +
	"savings_plan_savings_plan_a_r_n,savings_plan_used_commitment,savings_plan_start_time,reservation_reservation_a_r_n,split_line_item_split_cost\n"

func TestCUR2(t *testing.T) {
	const start = "1,Usage,2026-10-03T14:00:00.000Z,2026-10-03T15:00:00.000Z,AmazonEC2,X,2,USD,1,"
	got := readText(t, cur2Header+
		start+`"{""user_cost_center"":""7"",""aws_createdBy"":""me"",""odd"":""x""}","{""product_name"":""Elastic"",""operating_system"":""Linux"",""region"":""us-east-1"",""tenancy"":""Shared""}",`+
		`"{""bundled_discount"":-1.5,""kind"":""0.25"",""none"":null}",-1.25,"{""Unit"":""Shop""}",arn:sp,0.5,2026-01-01T00:00:00.000Z,,9`+"\n"+
		start+`{},{},{},0.0,{},,0.0,,arn:ri,`+"\n"+
		start+`"{""a"":1}",,,,,,,,,`+"\n"+
		start+`,[],,,,,,,,`+"\n"+
		start+`,,"{""a"":""much""}",,,,,,,`+"\n"+
		start+`,,"{""a"":""1e99""}",,,,,,,`+"\n"+
		start+`,,,,x,,,,,`+"\n"+
		start+`,,,,,,,soon,,`+"\n")
	wantProblems(t, got.problems, "f:4: resource_tags: not a JSON object", "f:5: product: not a JSON object", "f:6: discount: not", "f:7: discount: the number is too large",
		"f:8: cost_category: not a JSON", "f:9: savings_plan_start_time: not a time")
	if got.Format != usage.CUR2 || len(got.lines) != 2 {
		t.Fatalf("got %s, %d lines", got.Format, len(got.lines))
	}
	l := got.lines[0]
	if diff := cmp.Diff(map[string]string{"user:cost_center": "7", "aws:createdBy": "me", "odd": "x"}, l.Tags); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]decimal.D{"bundled_discount": d("-1.5"), "kind": d("0.25"), "total_discount": d("-1.25")}, l.Discounts, compareDecimals); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(billing.ProductPart{Name: "Elastic", Platform: "Linux", Tenancy: "Shared", Region: "us-east-1"}, l.Detail); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&billing.SavingsPlanPart{ARN: "arn:sp", Used: d("0.5"), StartTime: at("2026-01-01T00:00:00Z")}, l.SavingsPlan, compareDecimals); diff != "" || l.Categories["Unit"] != "Shop" {
		t.Error(diff, l.Categories)
	}
	l = got.lines[1]
	if l.Tags != nil || l.Categories != nil || l.Discounts != nil || l.SavingsPlan != nil || l.Reservation.ARN != "arn:ri" {
		t.Errorf("got %+v", l)
	}
	if diff := cmp.Diff([]string{"split_line_item_split_cost"}, got.Ignored); diff != "" {
		t.Error(diff)
	}
}
