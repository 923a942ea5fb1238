package operator

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"umbel/internal/domain/cost"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// AlertsRequest asks for deliveries of alerts.
type AlertsRequest struct {
	Account string `json:"account,omitempty"` // ID, name or root e-mail address; "" for all
	State   string `json:"state,omitempty"`   // PENDING, DELIVERED, FAILED, UNDELIVERABLE; "" for all
}

// Delivery is one delivery of an alert as the operator sees it.
type Delivery struct {
	ID       string     `json:"id"`
	Account  string     `json:"account"`
	Made     time.Time  `json:"made"`
	Cause    string     `json:"cause"`
	Channel  string     `json:"channel"`
	Address  string     `json:"address,omitempty"`
	Subject  string     `json:"subject"`
	Body     string     `json:"body"`
	State    string     `json:"state"`
	Attempts int        `json:"attempts"`
	Tried    *time.Time `json:"tried,omitempty"`
	Next     *time.Time `json:"next,omitempty"`
	Error    string     `json:"error,omitempty"`
}

// alerts lists deliveries, the latest first.
func (d *Door) alerts(ctx context.Context, rq AlertsRequest) ([]Delivery, error) {
	accounts, err := d.alerted(ctx, rq.Account)
	if err != nil {
		return nil, err
	}
	out := []Delivery{}
	for _, id := range accounts {
		part := op.CostPartition(id)
		err := d.Store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
			for _, row := range tx.State(part).(*cost.State).Deliveries.All() {
				if rq.State == "" || string(row.State) == rq.State {
					out = append(out, delivery(id, row))
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b Delivery) int { return cmp.Or(b.Made.Compare(a.Made), strings.Compare(a.ID, b.ID)) })
	return out, nil
}

// alerted gives the accounts to look at.
func (d *Door) alerted(ctx context.Context, account string) ([]ident.AccountID, error) {
	if account != "" {
		id, err := d.find(ctx, account)
		return []ident.AccountID{id}, err
	}
	keys, err := d.Store.Keys(ctx, op.EmailLocator(""))
	if err != nil {
		return nil, err
	}
	ids := make([]ident.AccountID, 0, len(keys))
	for _, k := range keys {
		id, _ := strings.CutPrefix(string(k.Partition), string(op.IAMPartition("")))
		ids = append(ids, ident.AccountID(id))
	}
	return ids, nil
}

func delivery(account ident.AccountID, d *cost.Delivery) Delivery {
	return Delivery{
		ID: d.ID, Account: string(account), Made: d.Made, Cause: d.Cause, Channel: string(d.Channel), Address: d.Address, Subject: d.Subject,
		Body: d.Body, State: string(d.State), Attempts: d.Attempts, Tried: moment(d.Tried), Next: moment(d.Next), Error: d.Error,
	}
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Alerts lists deliveries of alerts, the latest first.
func (c *Client) Alerts(ctx context.Context, rq AlertsRequest) ([]Delivery, error) {
	var out []Delivery
	err := c.call(ctx, http.MethodPost, "/_umbel/alerts", rq, &out)
	return out, err
}
