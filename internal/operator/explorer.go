package operator

import (
	"context"
	"net/http"

	"umbel/internal/domain/cost"
	"umbel/internal/op"
	"umbel/internal/store"
)

// ExplorerRequest changes what an account that pays has set up of Cost Explorer: at AWS its owner does that in the console, and no
// API does. Nothing set asks how it is.
type ExplorerRequest struct {
	// Account names any account of the organization, by ID, name or root e-mail address; empty is the first.
	Account string `json:"account,omitempty"`
	// Enable enables Cost Explorer, for good.
	Enable bool `json:"enable,omitempty"`
	// Linked gives member accounts their own costs to ask for, or takes them away.
	Linked *bool `json:"linked,omitempty"`
}

// Explorer is how Cost Explorer is set up for an account that pays.
type Explorer struct {
	Account string `json:"account"` // who pays
	Enabled bool   `json:"enabled"`
	Linked  bool   `json:"linked"` // members may ask for their own costs
}

// explorer sets Cost Explorer up.
func (d *Door) explorer(ctx context.Context, rq ExplorerRequest) (Explorer, error) {
	id, err := d.find(ctx, rq.Account)
	if err != nil {
		return Explorer{}, err
	}
	if id, err = d.managerOf(ctx, id); err != nil {
		return Explorer{}, err
	}
	out := Explorer{Account: string(id)}
	part := op.CostPartition(id)
	meta := store.Meta{RequestID: "operator", Actor: "operator", Action: "operator:SetExplorer", At: d.Now()}
	err = d.Store.Update(ctx, meta, store.Scope{Write: []store.Partition{part}}, func(tx store.Tx) error {
		s := tx.State(part).(*cost.State)
		if rq.Enable {
			s.EnableExplorer()
		}
		if rq.Linked != nil {
			s.LinkExplorer(*rq.Linked)
		}
		out.Enabled, out.Linked = s.ExplorerEnabled(), s.ExplorerLinked()
		return nil
	})
	return out, err
}

// Explorer sets Cost Explorer up for the account that pays for another, and tells how it is then.
func (c *Client) Explorer(ctx context.Context, rq ExplorerRequest) (Explorer, error) {
	var out Explorer
	err := c.call(ctx, http.MethodPost, "/_umbel/explorer", rq, &out)
	return out, err
}
