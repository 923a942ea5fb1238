// Package testenv owns the server that tests talk to: the same assembly that `umbel serve` runs, in process, on a free
// loopback port and a store of its own, with clients for every kind of principal. It holds no rules of its own.
package testenv

import (
	"context"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"umbel/internal/alert"
	"umbel/internal/awsclient"
	"umbel/internal/exports"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/operator"
	"umbel/internal/server"
)

// Server is a running server.
type Server struct {
	tb    testing.TB
	URL   string
	First ident.AccountID // the first account
	*server.Server
	door operator.Client
	now  func() time.Time
}

// Option changes how the server is set up.
type Option func(*setup)

type setup struct {
	server.Config
	first  ident.AccountID
	quotas []string
}

// FirstAccount chooses the ID of the first account.
func FirstAccount(id ident.AccountID) Option { return func(s *setup) { s.first = id } }

// Quota sets a quota, as `umbel serve --quota` does: "accounts=100".
func Quota(assignment string) Option {
	return func(s *setup) { s.quotas = append(s.quotas, assignment) }
}

// Database names the PostgreSQL database, or the SQLite file, to keep the state in.
func Database(where string) Option { return func(s *setup) { s.Database = where } }

// Costs says where usage and cost lines are kept.
func Costs(dir string) Option { return func(s *setup) { s.Config.Costs = dir } }

// Clock sets the clock.
func Clock(c *ManualClock) Option { return func(s *setup) { s.Now = c.Now } }

// Exports has exports of cost data written into a directory.
func Exports(dir string) Option {
	return func(s *setup) { s.Config.Exports, s.Spool = exports.Directory{Root: dir}, filepath.Join(dir, ".spool") }
}

// TrustAccountKeys turns on the mode for test suites made for emulators.
func TrustAccountKeys() Option { return func(s *setup) { s.Settings.TrustAccountKeys = true } }

// Alerts says how alerts reach people.
func Alerts(c alert.Config) Option { return func(s *setup) { s.Config.Alerts = c } }

// Log sends the server's log somewhere.
func Log(w io.Writer) Option {
	return func(s *setup) { s.Config.Log = slog.New(slog.NewTextHandler(w, nil)) }
}

// ManualClock is a clock that moves when told to. It starts at the wall clock's time, since clients sign with that.
type ManualClock struct {
	mu     sync.Mutex
	offset time.Duration
}

// Now gives the clock's time.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// Advance moves the clock forward.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

const token = "testenv"

// Start starts a server with one account and no organization. It is stopped when the test ends.
func Start(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	s := &setup{Config: server.Config{OperatorToken: token, Now: time.Now}}
	for _, o := range options {
		o(s)
	}
	trust := s.Settings.TrustAccountKeys
	if err := server.SetQuotas(&s.Settings, s.quotas); err != nil {
		tb.Fatal(err)
	}
	s.Settings.TrustAccountKeys = trust
	if s.Database == "" {
		s.Database, s.Alone = filepath.Join(tb.TempDir(), "umbel.db"), true
	}
	if s.Costs == "" {
		s.Costs = tb.TempDir()
	}
	if s.Config.Log == nil {
		s.Config.Log = slog.New(slog.NewTextHandler(logWriter{tb}, &slog.HandlerOptions{Level: slog.LevelError}))
	}
	srv, err := server.New(context.Background(), s.Config)
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := srv.Bootstrap(context.Background(), s.first, nil); err != nil {
		tb.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(listener, nil) }()
	tb.Cleanup(func() {
		if err := srv.Close(); err != nil {
			tb.Errorf("close the server: %v", err)
		}
		if err := <-served; err != nil {
			tb.Errorf("serve: %v", err)
		}
	})
	first, err := srv.Door.First(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	return &Server{tb: tb, URL: url, First: first, Server: srv, door: operator.Client{Endpoint: url, Token: token}, now: s.Config.Now}
}

// logWriter sends the server's complaints to the test's log.
type logWriter struct{ tb testing.TB }

func (w logWriter) Write(p []byte) (int, error) {
	w.tb.Logf("server: %s", p)
	return len(p), nil
}

// Credentials gives credentials through the operator's door.
func (s *Server) Credentials(rq operator.CredentialsRequest) (operator.Credentials, error) {
	return s.door.Credentials(context.Background(), rq)
}

// Alerts lists the deliveries of alerts.
func (s *Server) Alerts(rq operator.AlertsRequest) ([]operator.Delivery, error) {
	return s.door.Alerts(context.Background(), rq)
}

// SignUp makes a stand-alone account.
func (s *Server) SignUp(id, name, email string) error {
	_, err := s.door.CreateAccount(context.Background(), operator.CreateAccountRequest{ID: id, Name: name, Email: email})
	return err
}

// Administrator speaks as the administrator of the management account of an account's organization, or of the account
// itself if it is in none; "" is the first account.
func (s *Server) Administrator(account string) aws.Config {
	return s.speak(operator.CredentialsRequest{Account: account, Administrator: true})
}

// Root speaks as an account's root user; the account by ID or name.
func (s *Server) Root(account string) aws.Config {
	return s.speak(operator.CredentialsRequest{Account: account, Root: true})
}

// Role speaks as a role of an account; "" is OrganizationAccountAccessRole.
func (s *Server) Role(account, role string) aws.Config {
	return s.speak(operator.CredentialsRequest{Account: account, Role: role})
}

func (s *Server) speak(rq operator.CredentialsRequest) aws.Config {
	s.tb.Helper()
	c, err := s.Credentials(rq)
	if err != nil {
		s.tb.Fatalf("credentials of %+v: %v", rq, err)
	}
	return s.Keys(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
}

// Keys speaks with the given credentials. Calls are not retried: a test wants to see the first answer.
func (s *Server) Keys(id, secret, sessionToken string) aws.Config {
	cfg := awsclient.Config(s.URL, awsclient.Keys{ID: id, Secret: secret, Token: sessionToken}, nil)
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return cfg
}

// Settle returns when no background work is due or under way: accounts asked for are made, or have failed.
func (s *Server) Settle() {
	s.tb.Helper()
	if err := s.Server.Settle(context.Background()); err != nil {
		s.tb.Fatalf("settle: %v", err)
	}
}

// Registry gives the operations that a server serves.
func Registry() *op.Registry { return server.Registry(nil, nil, nil) }
