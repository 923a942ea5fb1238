package cost

import "umbel/internal/table"

// Explorer is what an account has set up in Cost Explorer. Cost categories and cost allocation tags are the paying account's;
// every account has anomaly monitors of its own. What these rows mean stands beside them: explorercategories.go, explorertags.go,
// explorermonitors.go.
type Explorer struct {
	Categories           *table.Table[Category]            // by the UUID that ends the ARN; ended ones too
	AllocationTags       *table.Table[AllocationTag]       // by key, as the API has it: "team", "aws:createdBy"
	Backfills            *table.Table[Backfill]            // by number, with leading zeros: oldest first
	AnomalyMonitors      *table.Table[AnomalyMonitor]      // by the UUID that ends the ARN
	AnomalySubscriptions *table.Table[AnomalySubscription] // by the UUID that ends the ARN
	Anomalies            *table.Table[Anomaly]             // by ID

	explorer   *table.Table[explorerSettings] // at most one
	byCategory *table.Index[Category]         // by name
}

// explorerSettings is what is either so or not.
type explorerSettings struct {
	Enabled bool
	Alone   bool `json:",omitempty"` // members do not see their costs
}

const explorerID = "explorer"

func newExplorer() Explorer {
	e := Explorer{
		Categories:           table.New("cost-category", func(c *Category) string { return c.ID }),
		AllocationTags:       table.New("allocation-tag", func(t *AllocationTag) string { return t.Key }),
		Backfills:            table.New("tag-backfill", func(b *Backfill) string { return b.ID }),
		AnomalyMonitors:      table.New("anomaly-monitor", func(m *AnomalyMonitor) string { return m.ID }),
		AnomalySubscriptions: table.New("anomaly-subscription", func(s *AnomalySubscription) string { return s.ID }),
		Anomalies:            table.New("anomaly", func(a *Anomaly) string { return a.ID }),
		explorer:             table.New("explorer", func(*explorerSettings) string { return explorerID }),
	}
	e.byCategory = e.Categories.Index(func(c *Category) []string { return []string{c.Name} })
	return e
}

func (e *Explorer) tables() []table.Any {
	return []table.Any{e.Categories, e.AllocationTags, e.Backfills, e.AnomalyMonitors, e.AnomalySubscriptions, e.Anomalies, e.explorer}
}

// ExplorerEnabled tells whether Cost Explorer was enabled: before, questions to it are refused (Cost Management User Guide,
// "Enabling Cost Explorer").
func (e *Explorer) ExplorerEnabled() bool {
	s, ok := e.explorer.Get(explorerID)
	return ok && s.Enabled
}

// EnableExplorer enables Cost Explorer, for good: AWS knows no way back.
func (e *Explorer) EnableExplorer() {
	if !e.ExplorerEnabled() {
		e.explorer.Put(&explorerSettings{Enabled: true, Alone: !e.ExplorerLinked()})
	}
}

// ExplorerLinked tells whether member accounts may ask for their own costs: they may, unless the payer took it from them (Cost
// Management User Guide, "Controlling access for Cost Explorer", linked account access).
func (e *Explorer) ExplorerLinked() bool {
	s, ok := e.explorer.Get(explorerID)
	return !ok || !s.Alone
}

// LinkExplorer gives member accounts their costs to ask for, or takes them away.
func (e *Explorer) LinkExplorer(linked bool) {
	if e.ExplorerLinked() != linked {
		e.explorer.Put(&explorerSettings{Enabled: e.ExplorerEnabled(), Alone: !linked})
	}
}
