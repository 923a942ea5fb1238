package budgets

import (
	"encoding/hex"
	"fmt"
	"io"
	"iter"

	"umbel/internal/authz"
	"umbel/internal/domain/cost"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/budgets"
	"umbel/internal/op"
)

// principal is whom the roles of actions have to trust.
const principal = "budgets.amazonaws.com"

// passing adds to the targets of a call that names an execution role that the caller may pass it.
func passing(c *op.Call, targets []op.Target, role *string) []op.Target {
	if role == nil {
		return targets
	}
	t := op.Target{Action: "iam:PassRole", Resource: *role, Keys: []op.Key{{Name: "iam:PassedToService", Values: []string{principal}}}}
	if r, ok := c.IAM().RoleByARN(*role); ok {
		t.Tags = r.Tags
	}
	return append(targets, t)
}

func createBudgetAction() *op.Operation {
	return declared[model.CreateBudgetActionInput, model.CreateBudgetActionOutput]{
		name: "CreateBudgetAction", action: "CreateBudgetAction",
		account: func(in *model.CreateBudgetActionInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.CreateBudgetActionInput) []op.Target {
			made := op.Target{Resource: actionARN(c.Caller.Account, *in.BudgetName, "*")}
			return passing(c, tagging([]op.Target{made}, in.ResourceTags), in.ExecutionRoleArn)
		},
		run: func(sc *scene, in *model.CreateBudgetActionInput) (*model.CreateBudgetActionOutput, error) {
			id, err := newID(sc.Rand)
			if err != nil {
				return nil, err
			}
			a := cost.Action{ID: id, Budget: *in.BudgetName, Kind: cost.ActionType(*in.ActionType)}
			if a.Tags, err = tagsOf(in.ResourceTags); err != nil {
				return nil, err
			}
			err = sc.set(&a, settings{in.NotificationType, in.ActionThreshold, in.Definition, in.ExecutionRoleArn, in.ApprovalModel, in.Subscribers})
			if err != nil {
				return nil, err
			}
			if err := sc.s.CreateAction(a, sc.Now); err != nil {
				return nil, err
			}
			if err := sc.look(a.Budget); err != nil {
				return nil, err
			}
			return &model.CreateBudgetActionOutput{AccountId: in.AccountId, BudgetName: in.BudgetName, ActionId: &a.ID}, nil
		},
	}.writing()
}

// newID makes a random UUID (RFC 9562, version 4).
func newID(rand io.Reader) (string, error) {
	var u [16]byte
	if _, err := io.ReadFull(rand, u[:]); err != nil {
		return "", fmt.Errorf("budgets: %w", err)
	}
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	x := hex.EncodeToString(u[:])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:], nil
}

// settings are the members that creating and updating an action share; what is nil stays as it is.
type settings struct {
	notification *string
	threshold    *model.ActionThreshold
	definition   *model.Definition
	role         *string
	approval     *string
	subscribers  []model.Subscriber
}

// set puts settings into an action, and checks what only the account and its organization know.
func (sc *scene) set(a *cost.Action, s settings) error {
	if s.notification != nil {
		a.Type = cost.NotificationType(*s.notification)
	}
	if s.threshold != nil {
		v, err := number(*s.threshold.ActionThresholdValue)
		if err != nil {
			return err
		}
		a.Threshold = cost.Threshold{Value: v, Kind: *s.threshold.ActionThresholdType}
	}
	if s.approval != nil {
		a.Automatic = *s.approval == "AUTOMATIC"
	}
	if s.subscribers != nil {
		a.Subscribers = readSubscribers(s.subscribers)
	}
	if s.role != nil {
		a.Role = *s.role
		if err := sc.checkRole(*s.role); err != nil {
			return err
		}
	}
	if s.definition != nil {
		return sc.define(a, s.definition)
	}
	return nil
}

// checkRole wants the execution role to be one of the account's that Budgets may assume.
func (sc *scene) checkRole(arn string) error {
	parsed, err := ident.ParseARN(arn)
	if err != nil || parsed.Account != string(sc.Caller.Account) {
		return fault.New(fault.InvalidInput, "The execution role %s must be of the account %s.", arn, sc.Caller.Account)
	}
	if role, ok := sc.IAM().RoleByARN(arn); ok {
		if _, err := authz.AsService(sc.Call, acting(sc.Caller.Account, sc.Caller.Organization, role, "")); err == nil {
			return nil
		}
	}
	return fault.New(fault.AccessDenied, "Budgets permission required to assume [ExecutionRole: %s]. Please follow the instructions to add Budgets as a trusted entity.", arn)
}

// define puts what an action does, which must be of the action's type.
func (sc *scene) define(a *cost.Action, d *model.Definition) error {
	switch {
	case a.Kind == cost.RunSSM:
		return fault.New(fault.InvalidInput, "Actions of type RUN_SSM_DOCUMENTS are not offered: there is no AWS Systems Manager here.")
	case a.Kind == cost.ApplySCP && d.ScpActionDefinition != nil && d.IamActionDefinition == nil && d.SsmActionDefinition == nil:
		return sc.defineSCP(a, d.ScpActionDefinition)
	case a.Kind == cost.ApplyIAM && d.IamActionDefinition != nil && d.ScpActionDefinition == nil && d.SsmActionDefinition == nil:
		i := d.IamActionDefinition
		a.Policy, a.Users, a.Groups, a.Roles = *i.PolicyArn, i.Users, i.Groups, i.Roles
		if _, ok := sc.IAM().Policy(a.Policy); !ok {
			return fault.New(fault.InvalidInput, "The policy %s does not exist.", a.Policy)
		}
		return nil
	}
	return fault.New(fault.InvalidInput, "The definition must be that of an action of type %s, and no other.", a.Kind)
}

// defineSCP holds that only the management account attaches SCPs (Cost Management User Guide, "Configuring a budget action").
func (sc *scene) defineSCP(a *cost.Action, d *model.ScpActionDefinition) error {
	o := sc.Org()
	if o == nil {
		return fault.New(fault.InvalidInput, "Actions of type APPLY_SCP_POLICY need an organization, and the account %s is in none.", sc.Caller.Account)
	}
	if it, ok := o.Organization(); !ok || it.Management != sc.Caller.Account {
		return fault.New(fault.InvalidInput, "Actions of type APPLY_SCP_POLICY are for the organization's management account only.")
	}
	a.Policy, a.Targets = *d.PolicyId, d.TargetIds
	p, ok := o.Policy(ident.PolicyID(a.Policy))
	if !ok || p.Type != org.ServiceControlPolicy {
		return fault.New(fault.InvalidInput, "The organization has no service control policy %s.", a.Policy)
	}
	for _, t := range a.Targets {
		if _, ok := o.Node(t); !ok {
			return fault.New(fault.InvalidInput, "The organization has no account or organizational unit %s.", t)
		}
	}
	return nil
}

func updateBudgetAction() *op.Operation {
	return declared[model.UpdateBudgetActionInput, model.UpdateBudgetActionOutput]{
		name: "UpdateBudgetAction", action: "UpdateBudgetAction",
		account: func(in *model.UpdateBudgetActionInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.UpdateBudgetActionInput) []op.Target {
			return passing(c, onAction(c, in.BudgetName, in.ActionId), in.ExecutionRoleArn)
		},
		run: func(sc *scene, in *model.UpdateBudgetActionInput) (*model.UpdateBudgetActionOutput, error) {
			old, updated, err := sc.s.UpdateAction(*in.BudgetName, *in.ActionId, sc.Now, func(a *cost.Action) error {
				return sc.set(a, settings{in.NotificationType, in.ActionThreshold, in.Definition, in.ExecutionRoleArn, in.ApprovalModel, in.Subscribers})
			})
			if err != nil {
				return nil, err
			}
			if err := sc.look(updated.Budget); err != nil {
				return nil, err
			}
			before, after := showAction(old), showAction(updated)
			return &model.UpdateBudgetActionOutput{AccountId: in.AccountId, BudgetName: in.BudgetName, OldAction: &before, NewAction: &after}, nil
		},
	}.writing()
}

func deleteBudgetAction() *op.Operation {
	return declared[model.DeleteBudgetActionInput, model.DeleteBudgetActionOutput]{
		name: "DeleteBudgetAction", action: "DeleteBudgetAction",
		account: func(in *model.DeleteBudgetActionInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DeleteBudgetActionInput) []op.Target {
			return onAction(c, in.BudgetName, in.ActionId)
		},
		run: func(sc *scene, in *model.DeleteBudgetActionInput) (*model.DeleteBudgetActionOutput, error) {
			a, err := sc.s.DeleteAction(*in.BudgetName, *in.ActionId)
			if err != nil {
				return nil, err
			}
			shown := showAction(a)
			return &model.DeleteBudgetActionOutput{AccountId: in.AccountId, BudgetName: in.BudgetName, Action: &shown}, nil
		},
	}.writing()
}

// executeBudgetAction begins a step; a job does it.
func executeBudgetAction() *op.Operation {
	return declared[model.ExecuteBudgetActionInput, model.ExecuteBudgetActionOutput]{
		name: "ExecuteBudgetAction", action: "ExecuteBudgetAction",
		account: func(in *model.ExecuteBudgetActionInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.ExecuteBudgetActionInput) []op.Target {
			return onAction(c, in.BudgetName, in.ActionId)
		},
		run: func(sc *scene, in *model.ExecuteBudgetActionInput) (*model.ExecuteBudgetActionOutput, error) {
			step, err := sc.s.Execute(*in.BudgetName, *in.ActionId, *in.ExecutionType, sc.Now)
			if err != nil {
				return nil, err
			}
			if err := enqueue(sc.Tx, errand{sc.Caller.Account, sc.Caller.Organization, step}, sc.Now); err != nil {
				return nil, err
			}
			return &model.ExecuteBudgetActionOutput{AccountId: in.AccountId, BudgetName: in.BudgetName, ActionId: in.ActionId, ExecutionType: in.ExecutionType}, nil
		},
	}.writing()
}

func describeBudgetAction() *op.Operation {
	return declared[model.DescribeBudgetActionInput, model.DescribeBudgetActionOutput]{
		name: "DescribeBudgetAction", action: "DescribeBudgetAction",
		account: func(in *model.DescribeBudgetActionInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DescribeBudgetActionInput) []op.Target {
			return onAction(c, in.BudgetName, in.ActionId)
		},
		run: func(sc *scene, in *model.DescribeBudgetActionInput) (*model.DescribeBudgetActionOutput, error) {
			a, err := sc.s.ExistingAction(*in.BudgetName, *in.ActionId)
			if err != nil {
				return nil, err
			}
			shown := showAction(a)
			return &model.DescribeBudgetActionOutput{AccountId: in.AccountId, BudgetName: in.BudgetName, Action: &shown}, nil
		},
	}.reading()
}

func describeBudgetActionsForAccount() *op.Operation {
	return declared[model.DescribeBudgetActionsForAccountInput, model.DescribeBudgetActionsForAccountOutput]{
		name: "DescribeBudgetActionsForAccount", action: "DescribeBudgetActionsForAccount",
		account: func(in *model.DescribeBudgetActionsForAccountInput) *string { return in.AccountId },
		targets: func(*op.Call, *model.DescribeBudgetActionsForAccountInput) []op.Target {
			return []op.Target{{Resource: "*"}}
		},
		run: func(sc *scene, in *model.DescribeBudgetActionsForAccountInput) (*model.DescribeBudgetActionsForAccountOutput, error) {
			rows, next, err := page(sc, "", in.NextToken, in.MaxResults, 100,
				func(after string) iter.Seq2[string, *cost.Action] { return sc.s.Actions.After(after) }, showAction)
			if err != nil {
				return nil, err
			}
			return &model.DescribeBudgetActionsForAccountOutput{Actions: rows, NextToken: next}, nil
		},
	}.reading()
}

func describeBudgetActionsForBudget() *op.Operation {
	return declared[model.DescribeBudgetActionsForBudgetInput, model.DescribeBudgetActionsForBudgetOutput]{
		name: "DescribeBudgetActionsForBudget", action: "DescribeBudgetActionsForBudget",
		account: func(in *model.DescribeBudgetActionsForBudgetInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DescribeBudgetActionsForBudgetInput) []op.Target {
			return onBudget(c, in.BudgetName)
		},
		run: func(sc *scene, in *model.DescribeBudgetActionsForBudgetInput) (*model.DescribeBudgetActionsForBudgetOutput, error) {
			b, err := sc.s.Existing(*in.BudgetName)
			if err != nil {
				return nil, err
			}
			rows, next, err := page(sc, b.Name, in.NextToken, in.MaxResults, 100,
				few(sc.s.ActionsOf(b.Name), func(a *cost.Action) string { return a.ID }), showAction)
			if err != nil {
				return nil, err
			}
			return &model.DescribeBudgetActionsForBudgetOutput{Actions: rows, NextToken: next}, nil
		},
	}.reading()
}

// describeBudgetActionHistories gives what happened to an action within a time, the latest first.
func describeBudgetActionHistories() *op.Operation {
	return declared[model.DescribeBudgetActionHistoriesInput, model.DescribeBudgetActionHistoriesOutput]{
		name: "DescribeBudgetActionHistories", action: "DescribeBudgetActionHistories",
		account: func(in *model.DescribeBudgetActionHistoriesInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DescribeBudgetActionHistoriesInput) []op.Target {
			return onAction(c, in.BudgetName, in.ActionId)
		},
		run: func(sc *scene, in *model.DescribeBudgetActionHistoriesInput) (*model.DescribeBudgetActionHistoriesOutput, error) {
			a, err := sc.s.ExistingAction(*in.BudgetName, *in.ActionId)
			if err != nil {
				return nil, err
			}
			within := period(in.TimePeriod)
			var events []*cost.ActionEvent
			all := sc.s.EventsOf(a.ID)
			for i := len(all) - 1; i >= 0; i-- {
				if e := all[i]; !e.At.Before(within.Start) && e.At.Before(within.End) {
					events = append(events, e)
				}
			}
			rows, next, err := page(sc, a.ID, in.NextToken, in.MaxResults, 100,
				few(events, func(e *cost.ActionEvent) string { return fmt.Sprint(e.Number) }), showEvent)
			if err != nil {
				return nil, err
			}
			return &model.DescribeBudgetActionHistoriesOutput{ActionHistories: rows, NextToken: next}, nil
		},
	}.reading()
}

func showEvent(e *cost.ActionEvent) model.ActionHistory {
	at, status, kind := e.At, string(e.Status), string(e.Type)
	shown := showAction(&e.Action)
	return model.ActionHistory{
		Timestamp: &at, Status: &status, EventType: &kind, ActionHistoryDetails: &model.ActionHistoryDetails{Message: &e.Message, Action: &shown},
	}
}

func showAction(a *cost.Action) model.Action {
	kind, notification, status, approval := string(a.Kind), string(a.Type), string(a.Status), "MANUAL"
	if a.Automatic {
		approval = "AUTOMATIC"
	}
	d := &model.Definition{}
	switch a.Kind {
	case cost.ApplySCP:
		d.ScpActionDefinition = &model.ScpActionDefinition{PolicyId: &a.Policy, TargetIds: a.Targets}
	case cost.ApplyIAM:
		d.IamActionDefinition = &model.IamActionDefinition{PolicyArn: &a.Policy, Users: a.Users, Groups: a.Groups, Roles: a.Roles}
	}
	out := model.Action{
		ActionId: &a.ID, BudgetName: &a.Budget, NotificationType: &notification, ActionType: &kind, Definition: d, ExecutionRoleArn: &a.Role,
		ApprovalModel: &approval, Status: &status,
		ActionThreshold: &model.ActionThreshold{ActionThresholdValue: fraction(a.Threshold.Value), ActionThresholdType: &a.Threshold.Kind},
	}
	for _, r := range a.Subscribers {
		out.Subscribers = append(out.Subscribers, showSubscriber(r))
	}
	return out
}
