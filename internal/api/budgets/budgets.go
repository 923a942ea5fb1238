package budgets

import (
	"iter"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/budgets"
	"umbel/internal/op"
)

func createBudget() *op.Operation {
	return declared[model.CreateBudgetInput, model.CreateBudgetOutput]{
		name: "CreateBudget", action: "ModifyBudget",
		account: func(in *model.CreateBudgetInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.CreateBudgetInput) []op.Target {
			return through(tagging(onBudget(c, in.Budget.BudgetName), in.ResourceTags), in.Budget)
		},
		run: func(sc *scene, in *model.CreateBudgetInput) (*model.CreateBudgetOutput, error) {
			b, err := sc.read(in.Budget)
			if err != nil {
				return nil, err
			}
			if b.Tags, err = tagsOf(in.ResourceTags); err != nil {
				return nil, err
			}
			for i := range in.NotificationsWithSubscribers {
				n := &in.NotificationsWithSubscribers[i]
				read, err := readNotification(n.Notification, n.Subscribers)
				if err != nil {
					return nil, err
				}
				b.Notifications = append(b.Notifications, read)
			}
			if err := sc.s.CreateBudget(b, sc.Now); err != nil {
				return nil, err
			}
			return done[model.CreateBudgetOutput](sc.look(b.Name))
		},
	}.writing()
}

func updateBudget() *op.Operation {
	return declared[model.UpdateBudgetInput, model.UpdateBudgetOutput]{
		name: "UpdateBudget", action: "ModifyBudget",
		account: func(in *model.UpdateBudgetInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.UpdateBudgetInput) []op.Target {
			return through(onBudget(c, in.NewBudget.BudgetName), in.NewBudget)
		},
		run: func(sc *scene, in *model.UpdateBudgetInput) (*model.UpdateBudgetOutput, error) {
			b, err := sc.read(in.NewBudget)
			if err != nil {
				return nil, err
			}
			if err := sc.s.UpdateBudget(b, sc.Now); err != nil {
				return nil, err
			}
			return done[model.UpdateBudgetOutput](sc.look(b.Name))
		},
	}.writing()
}

func deleteBudget() *op.Operation {
	return declared[model.DeleteBudgetInput, model.DeleteBudgetOutput]{
		name: "DeleteBudget", action: "ModifyBudget",
		account: func(in *model.DeleteBudgetInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DeleteBudgetInput) []op.Target { return onBudget(c, in.BudgetName) },
		run: func(sc *scene, in *model.DeleteBudgetInput) (*model.DeleteBudgetOutput, error) {
			return done[model.DeleteBudgetOutput](sc.s.DeleteBudget(*in.BudgetName))
		},
	}.writing()
}

// read takes a budget as it was given, and refuses what cost lines cannot be asked for.
func (sc *scene) read(in *model.Budget) (*cost.Budget, error) {
	b, err := readBudget(in)
	if err != nil {
		return nil, err
	}
	e, err := b.Filter()
	if err != nil {
		return nil, err
	}
	f, err := bills.Filter(e, bills.Names(sc.Call))
	if err == nil {
		q := costlines.Query{View: costlines.View{Payer: "000000000000"}, Start: sc.Now, End: sc.Now.AddDate(0, 0, 1), Filter: f, Metrics: []costlines.Metric{costlines.UnblendedCost}}
		err = q.Validate()
	}
	if err != nil {
		return nil, fault.New(fault.InvalidInput, "The budget's filter cannot be used: %v", message(err))
	}
	_, err = bills.ThroughView(sc.Call, b.View)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "The billing view %s was not found.", b.View)
	}
	return b, err
}

// through adds to the targets of a budget's creation, or of its change, the data of the billing view that it names.
func through(targets []op.Target, b *model.Budget) []op.Target {
	if view := op.Value(b.BillingViewArn); view != "" {
		targets = append(targets, op.Target{Action: bills.ViewDataAction, Resource: view})
	}
	return targets
}

func describeBudget() *op.Operation {
	return declared[model.DescribeBudgetInput, model.DescribeBudgetOutput]{
		name: "DescribeBudget", action: "ViewBudget",
		account: func(in *model.DescribeBudgetInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DescribeBudgetInput) []op.Target { return onBudget(c, in.BudgetName) },
		run: func(sc *scene, in *model.DescribeBudgetInput) (*model.DescribeBudgetOutput, error) {
			b, err := sc.s.Existing(*in.BudgetName)
			if err != nil {
				return nil, err
			}
			shown := sc.budget(b, op.Value(in.ShowFilterExpression))
			return &model.DescribeBudgetOutput{Budget: &shown}, nil
		},
	}.reading()
}

func describeBudgets() *op.Operation {
	return declared[model.DescribeBudgetsInput, model.DescribeBudgetsOutput]{
		name: "DescribeBudgets", action: "ViewBudget",
		account: func(in *model.DescribeBudgetsInput) *string { return in.AccountId },
		targets: func(c *op.Call, _ *model.DescribeBudgetsInput) []op.Target { return onAllBudgets(c) },
		run: func(sc *scene, in *model.DescribeBudgetsInput) (*model.DescribeBudgetsOutput, error) {
			rows, next, err := page(sc, "", in.NextToken, in.MaxResults, 100,
				func(after string) iter.Seq2[string, *cost.Budget] { return sc.s.Budgets.After(after) },
				func(b *cost.Budget) model.Budget { return sc.budget(b, op.Value(in.ShowFilterExpression)) })
			if err != nil {
				return nil, err
			}
			return &model.DescribeBudgetsOutput{Budgets: rows, NextToken: next}, nil
		},
	}.reading()
}

// describeBudgetPerformanceHistory gives a budget's ended periods and the current one, the latest first.
func describeBudgetPerformanceHistory() *op.Operation {
	return declared[model.DescribeBudgetPerformanceHistoryInput, model.DescribeBudgetPerformanceHistoryOutput]{
		name: "DescribeBudgetPerformanceHistory", action: "ViewBudget",
		account: func(in *model.DescribeBudgetPerformanceHistoryInput) *string { return in.AccountId },
		targets: func(c *op.Call, in *model.DescribeBudgetPerformanceHistoryInput) []op.Target {
			return onBudget(c, in.BudgetName)
		},
		run: func(sc *scene, in *model.DescribeBudgetPerformanceHistoryInput) (*model.DescribeBudgetPerformanceHistoryOutput, error) {
			b, err := sc.s.Existing(*in.BudgetName)
			if err != nil {
				return nil, err
			}
			if b.Unit == cost.Annually || b.Unit == cost.CustomUnit {
				return nil, fault.New(fault.InvalidInput, "Budget history is available for budgets of time unit DAILY, MONTHLY and QUARTERLY, not %s.", b.Unit)
			}
			rows, next, err := page(sc, b.Name, in.NextToken, in.MaxResults, 100,
				few(b.Performance(period(in.TimePeriod)), func(c cost.Comparison) string { return c.Period.Start.Format("20060102") }),
				func(c cost.Comparison) model.BudgetedAndActualAmounts { return compared(b, c) })
			if err != nil {
				return nil, err
			}
			shown := sc.budget(b, true)
			return &model.DescribeBudgetPerformanceHistoryOutput{NextToken: next, BudgetPerformanceHistory: &model.BudgetPerformanceHistory{
				BudgetName: &b.Name, BudgetType: shown.BudgetType, CostFilters: shown.CostFilters, CostTypes: shown.CostTypes, TimeUnit: shown.TimeUnit,
				BillingViewArn: shown.BillingViewArn, BudgetedAndActualAmountsList: rows, FilterExpression: shown.FilterExpression, Metrics: shown.Metrics,
			}}, nil
		},
	}.reading()
}
