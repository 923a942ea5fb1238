package budgets

import (
	"iter"
	"strings"

	"umbel/internal/bills"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// scene is a call on the budgets of its caller's account.
type scene struct {
	*op.Call
	name string // of the operation
	s    *cost.State
}

// declared is what operations differ in. action is the IAM action (Service Authorization Reference, "AWS Budget Service"): most
// operations on budgets come to ViewBudget or ModifyBudget.
type declared[In, Out any] struct {
	name, action string
	account      func(*In) *string // member AccountId; nil where there is none
	targets      func(*op.Call, *In) []op.Target
	run          func(*scene, *In) (*Out, error)
}

func (d *declared[In, Out]) decl(access op.Access) op.Decl[In, Out] {
	return op.Decl[In, Out]{
		Service: service, Name: d.name, Access: access, Action: service + ":" + d.action,
		Targets: func(c *op.Call, in *In) ([]op.Target, error) { return d.targets(c, in), nil },
		Run: func(c *op.Call, in *In) (*Out, error) {
			if d.account != nil && *d.account(in) != string(c.Caller.Account) {
				return nil, fault.New(fault.AccessDenied, "The account ID %s is not that of the caller, %s.", *d.account(in), c.Caller.Account)
			}
			return d.run(&scene{c, d.name, c.Cost()}, in)
		},
	}
}

func (d declared[In, Out]) reading() *op.Operation {
	decl := d.decl(op.Read)
	decl.Scope = bills.Reading[In]
	return op.Define(decl)
}

func (d declared[In, Out]) writing() *op.Operation {
	decl := d.decl(op.Write)
	decl.Scope = bills.Writing[In]
	return op.Define(decl)
}

// done is the answer of an operation whose output is empty.
func done[Out any](err error) (*Out, error) {
	if err != nil {
		return nil, err
	}
	return new(Out), nil
}

// BudgetARN is the ARN of an account's budget.
func budgetARN(account ident.AccountID, name string) string {
	return "arn:aws:budgets::" + string(account) + ":budget/" + name
}

func actionARN(account ident.AccountID, budget, id string) string {
	return budgetARN(account, budget) + "/action/" + id
}

// onBudget is the target of operations on a budget, whether it exists or not.
func onBudget(c *op.Call, name *string) []op.Target {
	t := op.Target{Resource: budgetARN(c.Caller.Account, *name)}
	if b, ok := c.Cost().Budgets.Get(*name); ok {
		t.Tags = b.Tags
	}
	return []op.Target{t}
}

// onAction is the target of operations on an action.
func onAction(c *op.Call, budget, id *string) []op.Target {
	t := op.Target{Resource: actionARN(c.Caller.Account, *budget, *id)}
	if a, ok := c.Cost().Actions.Get(*id); ok && a.Budget == *budget {
		t.Tags = a.Tags
	}
	return []op.Target{t}
}

// onAllBudgets is the target of operations that list budgets.
func onAllBudgets(c *op.Call) []op.Target {
	return []op.Target{{Resource: budgetARN(c.Caller.Account, "*")}}
}

// page gives one page of rows. what tells the list from others; most is how many a page has unless asked for fewer.
func page[V, M any](sc *scene, what string, token *string, limit *int32, most int, rows func(after string) iter.Seq2[string, V], show func(V) M) ([]M, *string, error) {
	n := most
	if limit != nil {
		n = int(*limit)
	}
	found, next, err := op.Page(sc.Call, sc.name+"/"+string(sc.Caller.Account)+"/"+what, op.Value(token), n, rows, nil)
	if err != nil {
		return nil, nil, err
	}
	out := make([]M, 0, len(found))
	for _, row := range found {
		out = append(out, show(row))
	}
	return out, op.Optional(next), nil
}

// few walks rows that are at hand, in their order, behind an ID.
func few[V any](rows []V, id func(V) string) func(after string) iter.Seq2[string, V] {
	return func(after string) iter.Seq2[string, V] {
		return func(yield func(string, V) bool) {
			started := after == ""
			for _, r := range rows {
				k := id(r)
				if started {
					if !yield(k, r) {
						return
					}
				} else if k == after {
					started = true
				}
			}
		}
	}
}

// taggable gives the tags of a budget or an action by ARN, and what replaces them. Errors: fault.NotFound.
func taggable(sc *scene, arn string) (tags map[string]string, put func(map[string]string), err error) {
	prefix := budgetARN(sc.Caller.Account, "")
	rest, own := strings.CutPrefix(arn, prefix)
	if !own {
		return nil, nil, fault.New(fault.NotFound, "The resource %s was not found.", arn)
	}
	if budget, id, isAction := strings.Cut(rest, "/action/"); isAction {
		a, err := sc.s.ExistingAction(budget, id)
		if err != nil {
			return nil, nil, err
		}
		return a.Tags, func(tags map[string]string) {
			next := *a
			next.Tags = tags
			sc.s.Actions.Put(&next)
		}, nil
	}
	b, err := sc.s.Existing(rest)
	if err != nil {
		return nil, nil, err
	}
	return b.Tags, func(tags map[string]string) {
		next := *b
		next.Tags = tags
		sc.s.Budgets.Put(&next)
	}, nil
}
