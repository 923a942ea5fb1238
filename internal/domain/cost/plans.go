package cost

import "umbel/internal/table"

// Commitments is what an account has committed to: its savings plans.
type Commitments struct{}

func newCommitments() Commitments { return Commitments{} }

func (c *Commitments) tables() []table.Any { return nil }
