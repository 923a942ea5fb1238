package cost

import (
	"fmt"
	"strings"

	"umbel/internal/ident"
)

// The texts that people get follow those that AWS Budgets sends by e-mail and SNS.

// alert words what a notification tells.
func (b *Budget) alert(account ident.AccountID, n *Notification, r Reading, limit Spend) Alert {
	value, _ := r.value(n.Type)
	kind := b.Type.words()
	mark := n.Threshold.Value.String() + "%"
	if n.Threshold.Kind == AbsoluteValue {
		mark = spendText(Spend{n.Threshold.Value, limit.Unit})
	}
	sign := map[string]string{GreaterThan: ">", LessThan: "<", EqualTo: "="}[n.Operator]
	shown := spendText(Spend{value.Round(2), limit.Unit})
	var t strings.Builder
	fmt.Fprintf(&t, "AWS Budget Notification %s\nAWS Account %s\n\nDear AWS Customer,\n\n", r.Period.Start.Format("January 2, 2006"), account)
	fmt.Fprintf(&t, "You requested that we alert you when the %s %s associated with your %s budget is %s %s for the current %s. The %s %s associated with this budget is %s.\n\n",
		n.Type, kind, b.Name, strings.ToLower(strings.ReplaceAll(n.Operator, "_", " ")), mark, b.Unit.words(), n.Type, kind, shown)
	fmt.Fprintf(&t, "Budget Name: %s\nBudget Type: %s\nBudgeted Amount: %s\nAlert Type: %s\nAlert Threshold: %s %s\n%s Amount: %s\n",
		b.Name, kind, spendText(limit), n.Type, sign, mark, n.Type, shown)
	return Alert{
		Cause:   b.occasion(n, r.Period),
		Subject: fmt.Sprintf("AWS Budgets: %s has exceeded your alert threshold", b.Name),
		Body:    t.String(),
		Data: map[string]any{
			"source": "budgets", "budget": b.Name, "budgetType": b.Type, "notificationType": n.Type, "comparisonOperator": n.Operator,
			"threshold": n.Threshold.Value.String(), "thresholdType": n.Threshold.Kind, "limit": limit.Amount.String(), "amount": value.String(),
			"unit": limit.Unit, "periodStart": r.Period.Start, "periodEnd": r.Period.End,
		},
		To: n.Subscribers,
	}
}

// ActionAlert words what is told of an action.
func (s *Budgeting) ActionAlert(account ident.AccountID, a *Action, message string) Alert {
	return Alert{
		Cause:   fmt.Sprintf("budgetaction/%s/%d", a.ID, a.Events),
		Subject: fmt.Sprintf("AWS Budgets: the action of budget %s is in status %s", a.Budget, a.Status),
		Body: fmt.Sprintf("AWS Account %s\n\nDear AWS Customer,\n\n%s\n\nBudget Name: %s\nAction ID: %s\nAction Type: %s\nAction Threshold: > %s (%s)\nAction Status: %s\n",
			account, message, a.Budget, a.ID, a.Kind, a.Threshold.Value, a.Threshold.Kind, a.Status),
		Data: map[string]any{"source": "budgets", "budget": a.Budget, "action": a.ID, "actionType": a.Kind, "status": a.Status, "message": message},
		To:   a.Subscribers,
	}
}

func (t BudgetType) words() string {
	return map[BudgetType]string{
		CostBudget: "Cost", UsageBudget: "Usage", RIUtilization: "RI Utilization", RICoverage: "RI Coverage",
		PlanUtilization: "Savings Plans Utilization", PlanCoverage: "Savings Plans Coverage",
	}[t]
}

func (u TimeUnit) words() string {
	return map[TimeUnit]string{Daily: "day", Monthly: "month", Quarterly: "quarter", Annually: "year", CustomUnit: "period"}[u]
}

func spendText(s Spend) string {
	switch s.Unit {
	case "USD":
		return "$" + s.Amount.Fixed(2)
	case "PERCENTAGE":
		return s.Amount.String() + "%"
	}
	return s.Amount.String() + " " + s.Unit
}
