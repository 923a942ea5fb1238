package server

import (
	"crypto/rand"
	"os"

	"umbel/internal/exports"
)

// openExporter makes what writes exports of cost data, after each bill and when an export is made.
func (s *Server) openExporter() (*exports.Exporter, error) {
	spool := s.config.Spool
	if spool == "" {
		spool = os.TempDir()
	}
	if s.config.Exports != nil {
		if err := os.MkdirAll(spool, 0o700); err != nil {
			return nil, err
		}
	}
	exporter, err := exports.New(exports.Config{
		Store: s.store, Lines: s.desk.Lines, To: s.config.Exports, Spool: spool, Now: s.config.Now, Rand: rand.Reader, Log: s.config.Log,
		Payers: s.desk.Payers, Alone: s.config.Alone,
	})
	if err != nil {
		return nil, err
	}
	s.desk.Follow(exporter)
	return exporter, nil
}

// Exporter gives what writes exports of cost data.
func (s *Server) Exporter() *exports.Exporter { return s.exporter }
