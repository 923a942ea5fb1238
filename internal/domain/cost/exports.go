package cost

import "umbel/internal/table"

// Exporting is an account's exports of cost data, and their runs.
type Exporting struct{}

func newExporting() Exporting { return Exporting{} }

func (e *Exporting) tables() []table.Any { return nil }
