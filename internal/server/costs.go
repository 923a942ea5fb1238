package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/costlines/clickhouse"
	"umbel/internal/metering"
)

// openDesk opens what keeps costs, if anything does.
func (s *Server) openDesk() (*bills.Desk, error) {
	cfg := bills.Config{Store: s.store, Book: s.config.Book, Now: s.config.Now, Log: s.config.Log}
	dir := ""
	if s.config.Costs != "" {
		dir = filepath.Join(s.config.Costs, "prices")
	}
	prices, err := bills.OpenPrices(dir)
	if err != nil {
		return nil, err
	}
	if s.Door.Prices = prices; cfg.Book == nil {
		cfg.Book = prices.Book
	}
	if s.config.Costs == "" {
		if s.config.CostDatabase != "" {
			return nil, errors.New("a cost database needs a directory of costs beside it, for usage and bills")
		}
		return bills.New(cfg), nil
	}
	if cfg.Usage, err = metering.Open(filepath.Join(s.config.Costs, "usage")); err != nil {
		return nil, err
	}
	if cfg.Engine, err = openLines(s.config); err != nil {
		return nil, err
	}
	cfg.Dir = filepath.Join(s.config.Costs, "bills")
	return bills.New(cfg), nil
}

// openLines opens what keeps cost lines.
func openLines(c Config) (costlines.Engine, error) {
	switch {
	case c.CostDatabase == "":
		return costlines.Open(filepath.Join(c.Costs, "lines"))
	case strings.HasPrefix(c.CostDatabase, "clickhouse://"):
		return clickhouse.Open(context.Background(), c.CostDatabase)
	}
	return nil, fmt.Errorf("cost database %q: want clickhouse://…", c.CostDatabase)
}

// Desk gives what makes bills.
func (s *Server) Desk() *bills.Desk { return s.desk }
