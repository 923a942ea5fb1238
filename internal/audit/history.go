package audit

import (
	"context"

	"umbel/internal/ledger"
)

// Finder looks events up on the ledger.
type Finder interface {
	Lookup(ctx context.Context, q ledger.Query) (events []ledger.Event, next string, err error)
}

// History finds events, those that are still in the queue included: AWS shows an event after some minutes, Umbel at once.
type History struct {
	Queue  *Queue
	Ledger Finder
}

// Lookup writes out what is in the queue and gives the events that match, newest first; next continues behind them.
func (h History) Lookup(ctx context.Context, q ledger.Query) (events []ledger.Event, next string, err error) {
	if err := h.Queue.Flush(ctx); err != nil {
		return nil, "", err
	}
	return h.Ledger.Lookup(ctx, q)
}
