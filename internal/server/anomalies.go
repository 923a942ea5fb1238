package server

import (
	"time"

	"umbel/internal/alert"
	"umbel/internal/api/ce"
	"umbel/internal/domain/cost"
	"umbel/internal/ident"
	"umbel/internal/store"
)

// watchAnomalies has cost anomalies sought after bills were computed, and subscribers told of them.
func (s *Server) watchAnomalies() {
	s.desk.Follow(&ce.Watch{
		Store: s.store, Desk: s.desk, Now: s.config.Now,
		Tell: func(tx store.Tx, account ident.AccountID, m ce.Message, now time.Time) error {
			a := cost.Alert{Cause: m.Cause, Subject: m.Subject, Body: m.Body, Data: m.Data}
			for _, to := range m.To {
				a.To = append(a.To, cost.Recipient{Channel: cost.Channel(to.Type), Address: to.Address})
			}
			return alert.Post(tx, account, a, now)
		},
	})
}
