package organizations_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"umbel/internal/testenv"
)

func tagged(key, value string) []types.Tag { return []types.Tag{{Key: &key, Value: &value}} }

func TestUnits(t *testing.T) {
	f := newFixture(t)
	create := func(parent, name string) (*types.OrganizationalUnit, error) {
		out, err := f.CreateOrganizationalUnit(ctx, &sdk.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name})
		if err != nil {
			return nil, err
		}
		return out.OrganizationalUnit, nil
	}
	prod := must[*types.OrganizationalUnit](t)(create(f.ou, "Production"))
	matches(t, "ID", prod.Id, `ou-`+strings.TrimPrefix(f.root, "r-")+`-[a-z0-9]{8}`)
	matches(t, "ARN", prod.Arn, `arn:aws:organizations::\d{12}:ou/`+f.ID+`/`+*prod.Id)
	matches(t, "path", prod.Path, strings.Join([]string{f.ID, f.root, f.ou, *prod.Id, ""}, "/"))

	_, err := create(f.ou, "Production")
	refused(t, err, "DuplicateOrganizationalUnitException", "")
	_, err = create("ou-none-00000000", "x")
	refused(t, err, "ParentNotFoundException", "")
	_, err = create("nowhere", "x")
	refused(t, err, "InvalidInputException", "INVALID_PATTERN")
	deep := *prod.Id
	for i := range 3 {
		deep = f.Unit(deep, fmt.Sprint("level ", i+3))
	}
	_, err = create(deep, "level 6")
	refused(t, err, "ConstraintViolationException", "OU_DEPTH_LIMIT_EXCEEDED")

	update := sdk.UpdateOrganizationalUnitInput{OrganizationalUnitId: prod.Id, Name: aws.String("Prod")}
	if got := must[*sdk.UpdateOrganizationalUnitOutput](t)(f.UpdateOrganizationalUnit(ctx, &update)).OrganizationalUnit; *got.Name != "Prod" || *got.Id != *prod.Id {
		t.Errorf("renamed to %+v", got)
	}
	if got := must[*sdk.DescribeOrganizationalUnitOutput](t)(f.DescribeOrganizationalUnit(ctx, &sdk.DescribeOrganizationalUnitInput{OrganizationalUnitId: prod.Id})).OrganizationalUnit; *got.Name != "Prod" {
		t.Errorf("described as %+v", got)
	}
	none := aws.String("ou-none-00000000")
	refused(t, call(f.UpdateOrganizationalUnit, sdk.UpdateOrganizationalUnitInput{OrganizationalUnitId: none, Name: aws.String("x")}),
		"OrganizationalUnitNotFoundException", "")
	refused(t, call(f.DescribeOrganizationalUnit, sdk.DescribeOrganizationalUnitInput{OrganizationalUnitId: none}),
		"OrganizationalUnitNotFoundException", "")
	refused(t, call(f.DeleteOrganizationalUnit, sdk.DeleteOrganizationalUnitInput{OrganizationalUnitId: none}),
		"OrganizationalUnitNotFoundException", "")
	refused(t, call(f.DeleteOrganizationalUnit, sdk.DeleteOrganizationalUnitInput{OrganizationalUnitId: prod.Id}),
		"OrganizationalUnitNotEmptyException", "")
	if err := call(f.DeleteOrganizationalUnit, sdk.DeleteOrganizationalUnitInput{OrganizationalUnitId: &deep}); err != nil {
		t.Error(err)
	}
}

func TestTree(t *testing.T) {
	f := newFixture(t)
	want := numbered("unit ", 45)
	for _, name := range want {
		f.Unit(f.ou, name)
	}
	units := pages(t, func(token *string) ([]types.OrganizationalUnit, *string, error) {
		out, err := f.ListOrganizationalUnitsForParent(ctx, &sdk.ListOrganizationalUnitsForParentInput{ParentId: &f.ou, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.OrganizationalUnits, out.NextToken, nil
	})
	var names, idsOf []string
	for _, u := range units {
		names, idsOf = append(names, *u.Name), append(idsOf, *u.Id)
	}
	if !slices.IsSorted(idsOf) {
		t.Error("units are not listed in order")
	}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("listed %v", names)
	}
	children := pages(t, func(token *string) ([]types.Child, *string, error) {
		out, err := f.ListChildren(ctx, &sdk.ListChildrenInput{ParentId: &f.ou, ChildType: types.ChildTypeOrganizationalUnit, NextToken: token, MaxResults: aws.Int32(7)})
		if err != nil {
			return nil, nil, err
		}
		return out.Children, out.NextToken, nil
	})
	if len(children) != 45 || *children[44].Id != idsOf[44] || children[0].Type != types.ChildTypeOrganizationalUnit {
		t.Errorf("%d children", len(children))
	}
	accounts := must[*sdk.ListChildrenOutput](t)(f.ListChildren(ctx, &sdk.ListChildrenInput{ParentId: &f.ou, ChildType: types.ChildTypeAccount})).Children
	if len(accounts) != 1 || *accounts[0].Id != f.account {
		t.Errorf("the accounts of the OU are %v", accounts)
	}
	refused(t, call(f.ListChildren, sdk.ListChildrenInput{ParentId: &f.ou, ChildType: "PET"}), "InvalidInputException", "INVALID_ENUM")
	none := aws.String("ou-none-00000000")
	refused(t, call(f.ListChildren, sdk.ListChildrenInput{ParentId: none, ChildType: types.ChildTypeAccount}), "ParentNotFoundException", "")
	refused(t, call(f.ListOrganizationalUnitsForParent, sdk.ListOrganizationalUnitsForParentInput{ParentId: none}), "ParentNotFoundException", "")
	refused(t, call(f.ListAccountsForParent, sdk.ListAccountsForParentInput{ParentId: none}), "ParentNotFoundException", "")
	refused(t, call(f.ListParents, sdk.ListParentsInput{ChildId: none}), "ChildNotFoundException", "")
	refused(t, call(f.ListAccounts, sdk.ListAccountsInput{MaxResults: aws.Int32(21)}), "InvalidInputException", "MAX_VALUE_EXCEEDED")
	refused(t, call(f.DescribeAccount, sdk.DescribeAccountInput{AccountId: aws.String("999999999999")}), "AccountNotFoundException", "")
}

// TestThousandAccounts makes 1,000 accounts and lists them in pages of 20.
func TestThousandAccounts(t *testing.T) {
	if testing.Short() {
		t.Skip("1,000 accounts take some seconds")
	}
	const n = 1000
	f := newFixture(t, testenv.Quota("accounts=2000"), testenv.Quota("accounts-created-at-once=2000"))
	for _, name := range numbered("a", n-3) { // three are there
		if err := call(f.CreateAccount, sdk.CreateAccountInput{AccountName: &name, Email: aws.String(name + "@example.org")}); err != nil {
			t.Fatal(err)
		}
	}
	f.server.Settle()
	asked := 0
	accounts := pages(t, func(token *string) ([]types.Account, *string, error) {
		asked++
		out, err := f.ListAccounts(ctx, &sdk.ListAccountsInput{NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Accounts, out.NextToken, nil
	})
	if len(accounts) != n || asked != n/20 {
		t.Errorf("%d accounts in %d pages", len(accounts), asked)
	}
	seen := map[string]bool{}
	for _, a := range accounts {
		seen[*a.Id] = true
	}
	if len(seen) != n {
		t.Errorf("%d different accounts", len(seen))
	}
	below := pages(t, func(token *string) ([]types.Account, *string, error) {
		out, err := f.ListAccountsForParent(ctx, &sdk.ListAccountsForParentInput{ParentId: &f.root, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Accounts, out.NextToken, nil
	})
	if len(below) != n-1 {
		t.Errorf("%d accounts in the root", len(below))
	}
	requests := pages(t, func(token *string) ([]types.CreateAccountStatus, *string, error) {
		out, err := f.ListCreateAccountStatus(ctx, &sdk.ListCreateAccountStatusInput{NextToken: token, States: []types.CreateAccountState{types.CreateAccountStateSucceeded}})
		if err != nil {
			return nil, nil, err
		}
		return out.CreateAccountStatuses, out.NextToken, nil
	})
	if len(requests) != n-1 {
		t.Errorf("%d requests succeeded", len(requests))
	}
	targets := pages(t, func(token *string) ([]types.PolicyTargetSummary, *string, error) {
		out, err := f.ListTargetsForPolicy(ctx, &sdk.ListTargetsForPolicyInput{PolicyId: aws.String("p-FullAWSAccess"), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Targets, out.NextToken, nil
	})
	if len(targets) != n+2 || targets[n+1].Type != types.TargetTypeRoot {
		t.Errorf("FullAWSAccess has %d targets", len(targets))
	}
	first := must[*sdk.ListAccountsOutput](t)(f.ListAccounts(ctx, &sdk.ListAccountsInput{}))
	refused(t, call(f.ListAccountsForParent, sdk.ListAccountsForParentInput{ParentId: &f.root, NextToken: first.NextToken}),
		"InvalidInputException", "INVALID_NEXT_TOKEN") // the token of another list
}
