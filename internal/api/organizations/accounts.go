package organizations

import (
	"iter"

	"umbel/internal/domain/org"
	"umbel/internal/ident"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
)

func describeAccount() *op.Operation {
	return reading("DescribeAccount",
		func(a *authorize, in *model.DescribeAccountInput) []op.Target {
			return []op.Target{a.node(in.AccountId)}
		},
		func(sc *scene, in *model.DescribeAccountInput) (*model.DescribeAccountOutput, error) {
			a, err := sc.s.ExistingAccount(ident.AccountID(*in.AccountId))
			if err != nil {
				return nil, err
			}
			return &model.DescribeAccountOutput{Account: new(sc.account(a))}, nil
		})
}

func listAccounts() *op.Operation {
	return reading("ListAccounts",
		func(a *authorize, _ *model.ListAccountsInput) []op.Target { return []op.Target{a.anything()} },
		func(sc *scene, in *model.ListAccountsInput) (*model.ListAccountsOutput, error) {
			rows, next, err := paged(sc, "ListAccounts", in.NextToken, in.MaxResults, sc.s.Accounts, sc.account)
			if err != nil {
				return nil, err
			}
			return &model.ListAccountsOutput{Accounts: rows, NextToken: next}, nil
		})
}

func listAccountsForParent() *op.Operation {
	return reading("ListAccountsForParent",
		func(a *authorize, in *model.ListAccountsForParentInput) []op.Target {
			return []op.Target{a.node(in.ParentId)}
		},
		func(sc *scene, in *model.ListAccountsForParentInput) (*model.ListAccountsForParentOutput, error) {
			if _, err := sc.s.Container(*in.ParentId); err != nil {
				return nil, err
			}
			rows, next, err := paged(sc, "ListAccountsForParent/"+*in.ParentId, in.NextToken, in.MaxResults,
				func(after string) iter.Seq2[string, *org.Account] { return sc.s.AccountsIn(*in.ParentId, after) }, sc.account)
			if err != nil {
				return nil, err
			}
			return &model.ListAccountsForParentOutput{Accounts: rows, NextToken: next}, nil
		})
}

func moveAccount() *op.Operation {
	return writing("MoveAccount",
		func(a *authorize, in *model.MoveAccountInput) []op.Target {
			return []op.Target{a.node(in.AccountId), a.node(in.SourceParentId), a.node(in.DestinationParentId)}
		},
		func(sc *scene, in *model.MoveAccountInput) (*model.MoveAccountOutput, error) {
			return done[model.MoveAccountOutput](
				sc.s.Move(ident.AccountID(*in.AccountId), *in.SourceParentId, *in.DestinationParentId))
		})
}

func removeAccountFromOrganization() *op.Operation {
	return writing("RemoveAccountFromOrganization",
		func(a *authorize, in *model.RemoveAccountFromOrganizationInput) []op.Target {
			return []op.Target{a.node(in.AccountId)}
		},
		func(sc *scene, in *model.RemoveAccountFromOrganizationInput) (*model.RemoveAccountFromOrganizationOutput, error) {
			return done[model.RemoveAccountFromOrganizationOutput](sc.remove(ident.AccountID(*in.AccountId)))
		})
}

func leaveOrganization() *op.Operation {
	return declare("LeaveOrganization", op.Write,
		func(a *authorize, _ *model.LeaveOrganizationInput) []op.Target { return []op.Target{a.anything()} },
		member,
		func(sc *scene, _ *model.LeaveOrganizationInput) (*model.LeaveOrganizationOutput, error) {
			return done[model.LeaveOrganizationOutput](sc.remove(sc.Caller.Account))
		})
}

// remove takes an account out of the organization; it stands alone from then on.
func (sc *scene) remove(id ident.AccountID) error {
	if err := sc.s.Remove(sc.Now, sc.q, id); err != nil {
		return err
	}
	return sc.Tx.Release(op.MemberLocator(id))
}
