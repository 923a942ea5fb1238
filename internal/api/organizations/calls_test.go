package organizations_test

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// everyCall gives a call of every operation that is served, on resources that exist.
func everyCall(c *sdk.Client, x ids) map[string]func() error {
	calls := accountCalls(c, x)
	maps.Copy(calls, treeCalls(c, x))
	maps.Copy(calls, policyCalls(c, x))
	return calls
}

func accountCalls(c *sdk.Client, x ids) map[string]func() error {
	return map[string]func() error{
		"CreateOrganization":   func() error { return call(c.CreateOrganization, sdk.CreateOrganizationInput{}) },
		"DescribeOrganization": func() error { return call(c.DescribeOrganization, sdk.DescribeOrganizationInput{}) },
		"DeleteOrganization":   func() error { return call(c.DeleteOrganization, sdk.DeleteOrganizationInput{}) },
		"ListRoots":            func() error { return call(c.ListRoots, sdk.ListRootsInput{}) },
		"CreateAccount": func() error {
			return call(c.CreateAccount, sdk.CreateAccountInput{AccountName: aws.String("x"), Email: aws.String("x@example.org")})
		},
		"DescribeCreateAccountStatus": func() error {
			return call(c.DescribeCreateAccountStatus, sdk.DescribeCreateAccountStatusInput{CreateAccountRequestId: &x.request})
		},
		"ListCreateAccountStatus": func() error { return call(c.ListCreateAccountStatus, sdk.ListCreateAccountStatusInput{}) },
		"DescribeAccount":         func() error { return call(c.DescribeAccount, sdk.DescribeAccountInput{AccountId: &x.account}) },
		"ListAccounts":            func() error { return call(c.ListAccounts, sdk.ListAccountsInput{}) },
		"ListAccountsForParent": func() error {
			return call(c.ListAccountsForParent, sdk.ListAccountsForParentInput{ParentId: &x.ou})
		},
		"MoveAccount": func() error {
			return call(c.MoveAccount, sdk.MoveAccountInput{AccountId: &x.account, SourceParentId: &x.ou, DestinationParentId: &x.root})
		},
		"CloseAccount": func() error { return call(c.CloseAccount, sdk.CloseAccountInput{AccountId: &x.account}) },
		"RemoveAccountFromOrganization": func() error {
			return call(c.RemoveAccountFromOrganization, sdk.RemoveAccountFromOrganizationInput{AccountId: &x.account})
		},
		"LeaveOrganization": func() error { return call(c.LeaveOrganization, sdk.LeaveOrganizationInput{}) },
	}
}

func treeCalls(c *sdk.Client, x ids) map[string]func() error {
	return map[string]func() error{
		"CreateOrganizationalUnit": func() error {
			return call(c.CreateOrganizationalUnit, sdk.CreateOrganizationalUnitInput{ParentId: &x.root, Name: aws.String("x")})
		},
		"UpdateOrganizationalUnit": func() error {
			return call(c.UpdateOrganizationalUnit, sdk.UpdateOrganizationalUnitInput{OrganizationalUnitId: &x.ou, Name: aws.String("x")})
		},
		"DeleteOrganizationalUnit": func() error {
			return call(c.DeleteOrganizationalUnit, sdk.DeleteOrganizationalUnitInput{OrganizationalUnitId: &x.ou})
		},
		"DescribeOrganizationalUnit": func() error {
			return call(c.DescribeOrganizationalUnit, sdk.DescribeOrganizationalUnitInput{OrganizationalUnitId: &x.ou})
		},
		"ListOrganizationalUnitsForParent": func() error {
			return call(c.ListOrganizationalUnitsForParent, sdk.ListOrganizationalUnitsForParentInput{ParentId: &x.root})
		},
		"ListChildren": func() error {
			return call(c.ListChildren, sdk.ListChildrenInput{ParentId: &x.root, ChildType: types.ChildTypeAccount})
		},
		"ListParents": func() error { return call(c.ListParents, sdk.ListParentsInput{ChildId: &x.account}) },
	}
}

func policyCalls(c *sdk.Client, x ids) map[string]func() error {
	return map[string]func() error{
		"CreatePolicy": func() error {
			return call(c.CreatePolicy, sdk.CreatePolicyInput{
				Type: types.PolicyTypeServiceControlPolicy, Name: aws.String("x"), Description: aws.String(""), Content: aws.String(scp),
			})
		},
		"UpdatePolicy":   func() error { return call(c.UpdatePolicy, sdk.UpdatePolicyInput{PolicyId: &x.policy}) },
		"DeletePolicy":   func() error { return call(c.DeletePolicy, sdk.DeletePolicyInput{PolicyId: &x.policy}) },
		"DescribePolicy": func() error { return call(c.DescribePolicy, sdk.DescribePolicyInput{PolicyId: &x.policy}) },
		"ListPolicies": func() error {
			return call(c.ListPolicies, sdk.ListPoliciesInput{Filter: types.PolicyTypeServiceControlPolicy})
		},
		"ListPoliciesForTarget": func() error {
			return call(c.ListPoliciesForTarget, sdk.ListPoliciesForTargetInput{TargetId: &x.root, Filter: types.PolicyTypeServiceControlPolicy})
		},
		"ListTargetsForPolicy": func() error {
			return call(c.ListTargetsForPolicy, sdk.ListTargetsForPolicyInput{PolicyId: &x.policy})
		},
		"AttachPolicy": func() error {
			return call(c.AttachPolicy, sdk.AttachPolicyInput{PolicyId: &x.policy, TargetId: &x.root})
		},
		"DetachPolicy": func() error {
			return call(c.DetachPolicy, sdk.DetachPolicyInput{PolicyId: &x.policy, TargetId: &x.root})
		},
		"EnablePolicyType": func() error {
			return call(c.EnablePolicyType, sdk.EnablePolicyTypeInput{RootId: &x.root, PolicyType: types.PolicyTypeServiceControlPolicy})
		},
		"DisablePolicyType": func() error {
			return call(c.DisablePolicyType, sdk.DisablePolicyTypeInput{RootId: &x.root, PolicyType: types.PolicyTypeServiceControlPolicy})
		},
		"TagResource": func() error {
			return call(c.TagResource, sdk.TagResourceInput{ResourceId: &x.root, Tags: tagged("team", "a")})
		},
		"UntagResource": func() error {
			return call(c.UntagResource, sdk.UntagResourceInput{ResourceId: &x.root, TagKeys: []string{"team"}})
		},
		"ListTagsForResource": func() error {
			return call(c.ListTagsForResource, sdk.ListTagsForResourceInput{ResourceId: &x.root})
		},
	}
}
