package server

import (
	"path/filepath"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	"umbel/internal/metering"
)

// openDesk opens what keeps costs, if anything does.
func (s *Server) openDesk() (*bills.Desk, error) {
	book, err := billing.Seed()
	if err != nil {
		return nil, err
	}
	cfg := bills.Config{Store: s.store, Book: func() *billing.Book { return book }, Now: s.config.Now, Log: s.config.Log}
	if s.config.Costs == "" {
		return bills.New(cfg), nil
	}
	if cfg.Usage, err = metering.Open(filepath.Join(s.config.Costs, "usage")); err != nil {
		return nil, err
	}
	if cfg.Engine, err = costlines.Open(filepath.Join(s.config.Costs, "lines")); err != nil {
		return nil, err
	}
	cfg.Dir = filepath.Join(s.config.Costs, "bills")
	return bills.New(cfg), nil
}

// Desk gives what makes bills.
func (s *Server) Desk() *bills.Desk { return s.desk }
