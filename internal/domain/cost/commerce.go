package cost

import "umbel/internal/table"

// Commerce is how an account is billed: invoice units, billing views, preferences.
type Commerce struct{}

func newCommerce() Commerce { return Commerce{} }

func (c *Commerce) tables() []table.Any { return nil }
