// Package cost owns what an account hangs on its bills: the state of its months, what was imported, terms and commitments,
// cost categories and allocation tags, budgets, exports, invoice units, billing views. It works on the partition "cost/<account>" in memory
// and knows no HTTP, SQL, clock or randomness; time and random sources are passed in. What usage costs is package billing's
// to say; where the lines of bills live it does not know.
package cost

import (
	"slices"

	"umbel/internal/table"
)

// State is the memory of one account's partition. The account that pays has the months and whatever holds for the whole
// organization; every account has budgets, exports and commitments of its own. Each part's tables stand beside its rows.
type State struct {
	Bills
	Commitments
	Commerce
	Explorer
	Budgeting
	Exporting
	Alerting
	Viewing
}

// NewState makes empty memory.
func NewState() *State {
	return &State{
		Bills: newBills(), Commitments: newCommitments(), Commerce: newCommerce(), Explorer: newExplorer(), Budgeting: newBudgeting(),
		Exporting: newExporting(), Alerting: newAlerting(), Viewing: newViewing(),
	}
}

// Tables lists the tables for the store.
func (s *State) Tables() []table.Any {
	return slices.Concat(s.Bills.tables(), s.Commitments.tables(), s.Commerce.tables(), s.Explorer.tables(), s.Budgeting.tables(), s.Exporting.tables(), s.Alerting.tables(), s.Viewing.tables())
}
