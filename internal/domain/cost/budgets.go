package cost

import "umbel/internal/table"

// Budgeting is an account's budgets, with their notifications and actions.
type Budgeting struct{}

func newBudgeting() Budgeting { return Budgeting{} }

func (b *Budgeting) tables() []table.Any { return nil }
