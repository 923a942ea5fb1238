package cost

import "umbel/internal/table"

// Explorer is what an account has set up in Cost Explorer: cost categories, cost allocation tags, anomaly monitors.
type Explorer struct{}

func newExplorer() Explorer { return Explorer{} }

func (e *Explorer) tables() []table.Any { return nil }
