package server

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"umbel/internal/alert"
	"umbel/internal/api/budgets"
	"umbel/internal/api/cloudtrail"
	"umbel/internal/audit"
	"umbel/internal/authz"
	"umbel/internal/gateway"
	"umbel/internal/ident"
	"umbel/internal/jobs"
	"umbel/internal/op"
	"umbel/internal/operator"
	"umbel/internal/seal"
	"umbel/internal/store"
	"umbel/internal/why"
)

// The first account is named so on an empty store; an organization file may say otherwise of nothing but its tags.
const (
	firstName  = "management"
	firstEmail = "root@example.com"
)

// New opens the store and assembles the server. Background work begins at once.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	db, err := OpenStore(ctx, cfg.Database, cfg.Alone, store.Options{Now: cfg.Now, Log: cfg.Log})
	if err != nil {
		return nil, err
	}
	s := &Server{config: cfg, store: db}
	s.stopping, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.assemble(); err != nil {
		s.stop()
		return nil, errors.Join(err, db.Close())
	}
	if err := s.desk.Start(s.stopping); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.work.Go(s.prune)
	s.work.Go(func() { s.exporter.Run(s.stopping) })
	return s, nil
}

func (s *Server) assemble() error {
	sessions, err := seal.New(s.store.Secret(), authz.SessionPurpose)
	if err != nil {
		return err
	}
	pages, err := seal.New(s.store.Secret(), op.PagePurpose)
	if err != nil {
		return err
	}
	s.Door = &operator.Door{
		Store: s.store, Settings: &s.config.Settings, Sessions: sessions, Now: s.config.Now, Rand: rand.Reader, Log: s.config.Log, Token: s.config.OperatorToken,
	}
	if s.config.Settings.TrustAccountKeys {
		s.Door.Reset = s.reset
	}
	recorder := audit.NewRecorder()
	s.queue = audit.NewQueue(s.store.Ledger(), audit.Options{Log: s.config.Log, Written: recorder.Reuse})
	history := audit.History{Queue: s.queue, Ledger: s.store.Ledger()}
	messages, err := seal.New(s.store.Secret(), authz.MessagePurpose)
	if err != nil {
		return err
	}
	s.Door.Why = (&why.Desk{Store: s.store, Events: history, Settings: &s.config.Settings, Messages: messages, Now: s.config.Now}).Answer
	if s.desk, err = s.openDesk(); err != nil {
		return err
	}
	s.Door.Bills = s.desk
	if s.exporter, err = s.openExporter(); err != nil {
		return err
	}
	registry := Registry(history, s.desk, s.exporter)
	budgeting := budgets.NewFollower(s.store, s.desk, s.config.Now)
	s.desk.Follow(budgeting)
	s.watchAnomalies()
	registry.AddJobs(budgeting.Job(), alert.NewCourier(s.store, s.config.Alerts, s.config.Now, s.config.Log).Job())
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.gateway, err = gateway.New(gateway.Config{
		Store: s.store, Registry: registry, Settings: &s.config.Settings, Trail: s.queue, Recorder: recorder, Now: s.config.Now, Rand: rand.Reader,
		Log: s.config.Log, Level: slog.LevelDebug, Metrics: metrics, Extra: s.Door.Handler(), AnyRegion: !s.config.StrictRegions,
		FirstAccount:  func() ident.AccountID { id, _ := s.first.Load().(ident.AccountID); return id },
		EnsureAccount: s.ensure,
	})
	if err != nil {
		return err
	}
	s.runner = jobs.Start(s.store, registry, jobs.Options{
		Settings: &s.config.Settings, Sessions: sessions, Pages: pages, Now: s.config.Now, Log: s.config.Log,
	})
	return nil
}

// Bootstrap makes the first account of an empty store; see operator.Door.Bootstrap.
func (s *Server) Bootstrap(ctx context.Context, id ident.AccountID, keep func(operator.RootKey) error) (*operator.RootKey, error) {
	key, err := s.Door.Bootstrap(ctx, id, firstName, firstEmail, keep)
	if err != nil {
		return nil, err
	}
	first, err := s.Door.First(ctx)
	if err != nil {
		return nil, err
	}
	s.first.Store(first)
	return key, nil
}

// ensure makes an account that is called for the first time, but never in the middle of a reset: the first account's ID
// would be taken by an account that is not the first.
func (s *Server) ensure(ctx context.Context, id ident.AccountID) error {
	s.resetting.RLock()
	defer s.resetting.RUnlock()
	return s.Door.Ensure(ctx, id)
}

// reset brings back the empty store with its first account, which keeps its ID and its root user's key: the credentials
// file of the data directory stays true. A client that hangs up does not stop it half-way.
func (s *Server) reset(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	s.resetting.Lock()
	defer s.resetting.Unlock()
	if err := s.queue.Flush(ctx); err != nil {
		return err
	}
	first, _ := s.first.Load().(ident.AccountID)
	key, err := s.Door.RootKey(ctx, first)
	if err != nil {
		return err
	}
	if err := s.desk.Reset(ctx, func() error { return s.store.Reset(ctx) }); err != nil {
		return err
	}
	if key != nil {
		return s.Door.MakeFirst(ctx, *key, firstName, firstEmail)
	}
	_, err = s.Bootstrap(ctx, first, nil)
	return err
}

// LoadTLS reads a certificate with its chain, and its key, both as PEM. Without a file it gives nil.
func LoadTLS(certFile, keyFile string) (*tls.Config, error) {
	if certFile == "" {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("TLS certificate %s with key %s: %w", certFile, keyFile, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
}

// Serve serves the listener until Close; with a TLS configuration, HTTPS.
func (s *Server) Serve(l net.Listener, conf *tls.Config) error {
	if !s.begin() {
		return l.Close()
	}
	defer s.work.Done()
	return s.gateway.Serve(s.stopping, l, conf, gateway.Limits{})
}

// begin counts serving as work that Close waits for, unless the server closes already.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping.Err() != nil {
		return false
	}
	s.work.Add(1)
	return true
}

// end lets nothing begin any more.
func (s *Server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
}

// Settle returns when no background work is due: jobs are done, and bills are made.
func (s *Server) Settle(ctx context.Context) error {
	for {
		if err := s.runner.Settle(ctx); err != nil {
			return err
		}
		if err := s.desk.Settle(ctx); err != nil {
			return err
		}
		// Who follows a bill may have left jobs, and those may want bills.
		if pending, err := s.store.Ledger().Pending(ctx, s.config.Now()); err != nil || !pending {
			return err
		}
	}
}

// Store gives the server's store.
func (s *Server) Store() *store.DB { return s.store }

const closeLimit = 30 * time.Second

// Close drains requests and background work, writes what the audit queue holds, and closes the store.
func (s *Server) Close() error {
	s.close.Do(func() {
		s.end()
		s.work.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		s.closed = errors.Join(s.runner.Close(ctx), s.desk.Close(), s.queue.Close(ctx), s.store.Close())
	})
	return s.closed
}

const pruneEvery = time.Hour

// prune forgets, now and then, the events that are too old for anyone to see.
func (s *Server) prune() {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		n, err := s.store.Ledger().Prune(s.stopping, s.config.Now().Add(-cloudtrail.History))
		switch {
		case s.stopping.Err() != nil:
			return
		case err != nil:
			s.config.Log.Error("old audit events not pruned", "error", err)
		case n > 0:
			s.config.Log.Info("old audit events pruned", "events", n)
		}
		select {
		case <-s.stopping.Done():
			return
		case <-tick.C:
		}
	}
}
