package ce_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"umbel/internal/domain/cost"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/testenv"
)

// denied wants AccessDeniedException, refusedWith an error of a code that says something.
func refusedWith(t *testing.T, err error, code, says string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	if e.ErrorCode() != code || !strings.Contains(e.ErrorMessage(), says) {
		t.Errorf("got %s %q, want %s with %q", e.ErrorCode(), e.ErrorMessage(), code, says)
	}
}

// change changes what an account has hung on its bills, as the work on bills does.
func change(t *testing.T, s *testenv.Server, account string, f func(*cost.State)) {
	t.Helper()
	part := op.CostPartition(ident.AccountID(account))
	err := s.Store().Update(context.Background(), store.Meta{At: time.Now()}, store.Scope{Write: []store.Partition{part}}, func(tx store.Tx) error {
		f(tx.State(part).(*cost.State))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// computed makes all months of an account's bills computed as they are wanted.
func computed(s *cost.State) {
	var months []cost.Month
	for _, m := range s.Months.All() {
		months = append(months, *m)
	}
	for i := range months {
		months[i].Done, months[i].Computed = months[i].Wanted, time.Now()
		s.Months.Put(&months[i])
	}
}

func thisMonth(n int) string {
	now := time.Now().UTC()
	return time.Date(now.Year(), now.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
}

func byAccount(value string, accounts ...string) types.CostCategoryRule {
	return types.CostCategoryRule{Value: &value, Type: types.CostCategoryRuleTypeRegular, Rule: &types.Expression{
		Dimensions: &types.DimensionValues{Key: types.DimensionLinkedAccount, Values: accounts},
	}}
}

const v1 = types.CostCategoryRuleVersionCostCategoryExpressionV1

// explorer speaks as the administrator of the management account, or as the access role of a member.
func explorer(s *testenv.Server, member string) *costexplorer.Client {
	if member != "" {
		return costexplorer.NewFromConfig(s.Role(member, ""))
	}
	return costexplorer.NewFromConfig(s.Administrator(""))
}

func TestCostCategories(t *testing.T) {
	s, ctx := testenv.Start(t), context.Background()
	o := s.CreateOrganization("")
	member := o.Account("", "member")
	payer := explorer(s, "")
	current := thisMonth(0)
	change(t, s, string(s.First), func(st *cost.State) { st.Want(current[:7]); computed(st) })

	made, err := payer.CreateCostCategoryDefinition(ctx, &costexplorer.CreateCostCategoryDefinitionInput{
		Name: aws.String("Stage"), RuleVersion: v1, DefaultValue: aws.String("other"), EffectiveStart: aws.String(thisMonth(-2)),
		Rules: []types.CostCategoryRule{
			byAccount("prod", "111111111111"),
			{Type: types.CostCategoryRuleTypeInheritedValue, InheritedValue: &types.CostCategoryInheritedValueDimension{DimensionName: "TAG", DimensionKey: aws.String("stage")}},
		},
		SplitChargeRules: []types.CostCategorySplitChargeRule{{Source: aws.String("other"), Targets: []string{"prod", "dev"}, Method: "FIXED",
			Parameters: []types.CostCategorySplitChargeRuleParameter{{Type: "ALLOCATION_PERCENTAGES", Values: []string{"30", "70"}}}}},
		ResourceTags: []types.ResourceTag{{Key: aws.String("owner"), Value: aws.String("finance")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if *made.EffectiveStart != thisMonth(-2) || !strings.HasPrefix(*made.CostCategoryArn, "arn:aws:ce::"+string(s.First)+":costcategory/") {
		t.Errorf("made %s from %s on", *made.CostCategoryArn, *made.EffectiveStart)
	}
	described, err := payer.DescribeCostCategoryDefinition(ctx, &costexplorer.DescribeCostCategoryDefinitionInput{CostCategoryArn: made.CostCategoryArn})
	if err != nil {
		t.Fatal(err)
	}
	c := described.CostCategory
	if *c.Name != "Stage" || *c.DefaultValue != "other" || len(c.Rules) != 2 || c.EffectiveEnd != nil || len(c.ProcessingStatus) != 1 ||
		*c.Rules[1].InheritedValue.DimensionKey != "stage" || c.SplitChargeRules[0].Parameters[0].Values[1] != "70" {
		t.Errorf("described as %+v", c)
	}
	change(t, s, string(s.First), func(st *cost.State) {
		if m, ok := st.Months.Get(current[:7]); !ok || m.Rewrite != m.Wanted {
			t.Errorf("the month is not to be written anew: %+v", m)
		}
		computed(st)
	})

	if _, err := payer.UpdateCostCategoryDefinition(ctx, &costexplorer.UpdateCostCategoryDefinitionInput{
		CostCategoryArn: made.CostCategoryArn, RuleVersion: v1, Rules: []types.CostCategoryRule{byAccount("new", member)},
	}); err != nil {
		t.Fatal(err)
	}
	for month, want := range map[int]string{0: "new", -1: "prod"} {
		out, err := payer.ListCostCategoryDefinitions(ctx, &costexplorer.ListCostCategoryDefinitionsInput{EffectiveOn: aws.String(thisMonth(month))})
		if err != nil {
			t.Fatal(err)
		}
		if refs := out.CostCategoryReferences; len(refs) != 1 || refs[0].Values[0] != want || (month == 0) != (refs[0].EffectiveEnd == nil) {
			t.Errorf("in month %d: %+v", month, refs)
		}
	}
	tags, err := payer.ListTagsForResource(ctx, &costexplorer.ListTagsForResourceInput{ResourceArn: made.CostCategoryArn})
	if err != nil || len(tags.ResourceTags) != 1 || *tags.ResourceTags[0].Value != "finance" {
		t.Errorf("tags %+v, %v", tags, err)
	}
	_, err = explorer(s, member).ListCostCategoryDefinitions(ctx, &costexplorer.ListCostCategoryDefinitionsInput{})
	refusedWith(t, err, "AccessDeniedException", "Linked account doesn't have access")

	ended, err := payer.DeleteCostCategoryDefinition(ctx, &costexplorer.DeleteCostCategoryDefinitionInput{CostCategoryArn: made.CostCategoryArn})
	if err != nil || *ended.EffectiveEnd >= current || (*ended.EffectiveEnd)[10:] != "T23:59:59Z" {
		t.Errorf("deleted until %v, %v", ended, err)
	}
	_, err = payer.DescribeCostCategoryDefinition(ctx, &costexplorer.DescribeCostCategoryDefinitionInput{CostCategoryArn: made.CostCategoryArn})
	refusedWith(t, err, "ResourceNotFoundException", "No Cost Categories found with ID")
	if _, err = payer.DescribeCostCategoryDefinition(ctx, &costexplorer.DescribeCostCategoryDefinitionInput{CostCategoryArn: made.CostCategoryArn, EffectiveOn: aws.String(thisMonth(-1))}); err != nil {
		t.Errorf("of last month: %v", err)
	}
}

func TestCostCategoryRefusals(t *testing.T) {
	s, ctx := testenv.Start(t), context.Background()
	payer := explorer(s, "")
	create := func(change func(*costexplorer.CreateCostCategoryDefinitionInput)) error {
		in := &costexplorer.CreateCostCategoryDefinitionInput{Name: aws.String("A"), RuleVersion: v1, Rules: []types.CostCategoryRule{byAccount("x", "111111111111")}}
		change(in)
		_, err := payer.CreateCostCategoryDefinition(ctx, in)
		return err
	}
	type input = costexplorer.CreateCostCategoryDefinitionInput
	for says, change := range map[string]func(*input){
		"Failed to create Cost Category: Effective start cannot be more than 12 months ago": func(in *input) { in.EffectiveStart = aws.String(thisMonth(-13)) },
		"cannot be in the future": func(in *input) { in.EffectiveStart = aws.String(thisMonth(1)) },
		"first day of a month":    func(in *input) { in.EffectiveStart = aws.String(thisMonth(0)[:8] + "02T00:00:00Z") },
		"Failed to create Cost Category: Invalid Rule: Value and Rule must not be null.": func(in *input) { in.Rules[0].Value = nil },
		"Expression has more than one roots":                                             func(in *input) { in.Rules[0].Rule.Tags = &types.TagValues{Key: aws.String("k"), Values: []string{"v"}} },
		"Tags expression must not have values set when ABSENT is provided": func(in *input) {
			in.Rules[0].Rule = &types.Expression{Tags: &types.TagValues{Key: aws.String("k"), Values: []string{"v"}, MatchOptions: []types.MatchOption{"ABSENT"}}}
		},
		"Dimension AZ is not supported": func(in *input) { in.Rules[0].Rule.Dimensions.Key = "AZ" },
		"A -> A": func(in *input) {
			in.Rules[0].Rule = &types.Expression{CostCategories: &types.CostCategoryValues{Key: aws.String("A"), Values: []string{"x"}}}
		},
		"both a source and a target": func(in *input) {
			in.Rules = append(in.Rules, byAccount("y", "222222222222"), byAccount("z", "222222222222"))
			in.SplitChargeRules = []types.CostCategorySplitChargeRule{
				{Source: aws.String("x"), Targets: []string{"y"}, Method: "EVEN"}, {Source: aws.String("y"), Targets: []string{"z"}, Method: "EVEN"},
			}
		},
		"add up to 100": func(in *input) {
			in.DefaultValue = aws.String("d")
			in.SplitChargeRules = []types.CostCategorySplitChargeRule{{Source: aws.String("d"), Targets: []string{"x"}, Method: "FIXED",
				Parameters: []types.CostCategorySplitChargeRuleParameter{{Type: "ALLOCATION_PERCENTAGES", Values: []string{"99"}}}}}
		},
	} {
		refusedWith(t, create(change), "ValidationException", says)
	}
	for i := range 50 {
		if err := create(func(in *input) { in.Name = aws.String(fmt.Sprint("C", i)) }); err != nil {
			t.Fatal(err)
		}
	}
	refusedWith(t, create(func(in *input) { in.Name = aws.String("C1") }), "ValidationException", "already exists")
	refusedWith(t, create(func(*input) {}), "ServiceQuotaExceededException", "50")
	var names []string
	pages := costexplorer.NewListCostCategoryDefinitionsPaginator(payer, &costexplorer.ListCostCategoryDefinitionsInput{MaxResults: aws.Int32(20)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.CostCategoryReferences {
			names = append(names, *r.Name)
		}
	}
	if len(names) != 50 {
		t.Errorf("the pages list %d", len(names))
	}
	_, err := payer.ListCostCategoryDefinitions(ctx, &costexplorer.ListCostCategoryDefinitionsInput{NextToken: aws.String("x")})
	refusedWith(t, err, "InvalidNextTokenException", "")
}

func TestExplorerTags(t *testing.T) {
	s, ctx := testenv.Start(t), context.Background()
	payer := explorer(s, "")
	tag := func(key, value string) types.ResourceTag { return types.ResourceTag{Key: &key, Value: &value} }
	made, err := payer.CreateCostCategoryDefinition(ctx, &costexplorer.CreateCostCategoryDefinitionInput{
		Name: aws.String("A"), RuleVersion: v1, Rules: []types.CostCategoryRule{byAccount("x", "111111111111")}, ResourceTags: []types.ResourceTag{tag("team", "red")},
	})
	if err != nil {
		t.Fatal(err)
	}
	mine := costexplorer.NewFromConfig(s.User(s.Administrator(""), "red", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"ce:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"red"}}},
		{"Effect":"Allow","Action":"ce:Create*","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"red"}}}]}`))
	if _, err := mine.TagResource(ctx, &costexplorer.TagResourceInput{ResourceArn: made.CostCategoryArn, ResourceTags: []types.ResourceTag{tag(" a ", "1"), tag("team", "blue")}}); err != nil {
		t.Fatal(err)
	}
	_, err = mine.UntagResource(ctx, &costexplorer.UntagResourceInput{ResourceArn: made.CostCategoryArn, ResourceTagKeys: []string{"a"}})
	refusedWith(t, err, "AccessDeniedException", "ce:UntagResource")
	create := func(team string) error {
		_, err := mine.CreateAnomalyMonitor(ctx, &costexplorer.CreateAnomalyMonitorInput{
			AnomalyMonitor: &types.AnomalyMonitor{MonitorName: aws.String("m"), MonitorType: "DIMENSIONAL", MonitorDimension: "SERVICE"}, ResourceTags: []types.ResourceTag{tag("team", team)},
		})
		return err
	}
	refusedWith(t, create("blue"), "AccessDeniedException", "ce:CreateAnomalyMonitor")
	if err := create("red"); err != nil {
		t.Error(err)
	}
	if _, err := payer.UntagResource(ctx, &costexplorer.UntagResourceInput{ResourceArn: made.CostCategoryArn, ResourceTagKeys: []string{"team", "none"}}); err != nil {
		t.Fatal(err)
	}
	out, err := payer.ListTagsForResource(ctx, &costexplorer.ListTagsForResourceInput{ResourceArn: made.CostCategoryArn})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]types.ResourceTag{tag("a", "1")}, out.ResourceTags, cmpopts.IgnoreUnexported(types.ResourceTag{})); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	var many []types.ResourceTag
	for i := range 51 {
		many = append(many, tag(fmt.Sprint("k", i), ""))
	}
	for _, test := range []struct {
		arn        string
		tags       []types.ResourceTag
		code, says string
	}{
		{*made.CostCategoryArn, many, "TooManyTagsException", "50"},
		{*made.CostCategoryArn, []types.ResourceTag{tag("aws:x", "")}, "ValidationException", "aws:"},
		{*made.CostCategoryArn + "0", many[:1], "ResourceNotFoundException", ""},
	} {
		_, err := payer.TagResource(ctx, &costexplorer.TagResourceInput{ResourceArn: &test.arn, ResourceTags: test.tags})
		refusedWith(t, err, test.code, test.says)
	}
}
