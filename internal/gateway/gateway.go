// Package gateway owns the HTTP edge: it bounds what a client may send, finds the operation and the caller of a request,
// runs the operation in one view of the state, has it audited, and answers in the service's dialect. Every request makes
// one event in the log. It sees services only as a registry of operations, and decides nothing about what a caller may do.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"umbel/internal/audit"
	"umbel/internal/authz"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/model"
	"umbel/internal/op"
	"umbel/internal/seal"
	"umbel/internal/store"
	"umbel/internal/unserved"
	"umbel/internal/wire"
	"umbel/sigv4"
)

// Trail takes the audit events of reads, refusals and failures; those of successful writes go with their transaction.
type Trail interface {
	Put(ctx context.Context, events ...ledger.Event) error
}

// Config says what a gateway serves and with what. All of Store, Registry, Settings, Trail, Now and Rand must be set.
type Config struct {
	Store    store.Store
	Registry *op.Registry
	Settings *op.Settings
	Trail    Trail
	Now      func() time.Time
	Rand     io.Reader
	Log      *slog.Logger         // nil: slog.Default()
	Level    slog.Level           // of the event of an ordinary request
	Metrics  *prometheus.Registry // nil: none are served
	// Recorder makes the audit events; nil: one of the gateway's own.
	Recorder *audit.Recorder
	// Extra serves what else there is under /_umbel/; nil: nothing.
	Extra http.Handler
	// MaxBody bounds a request's body, in bytes. Default 1 MiB.
	MaxBody int64
	// Timeout bounds the time an operation may take. Default 30 s.
	Timeout time.Duration
	// AnyRegion accepts any Region in the credential scope of services that have one endpoint for all Regions. AWS, and the
	// gateway by default, accepts us-east-1 alone.
	AnyRegion bool
	// FirstAccount is whose root user the access key IDs "test" and "testing" are, and EnsureAccount makes an account that
	// does not exist. They are used with Settings.TrustAccountKeys only.
	FirstAccount  func() ident.AccountID
	EnsureAccount func(context.Context, ident.AccountID) error
}

// Gateway serves AWS calls. It is safe for concurrent use.
type Gateway struct {
	Config
	router     *wire.Router
	operations map[*model.Operation]*op.Operation
	sessions   *seal.Key
	pages      *seal.Key
	messages   *seal.Key
	finder     *unserved.Finder
	deriver    *unserved.Deriver
	opened     openedSessions
	authorizer *authz.Authorizer
	keys       *sigv4.KeyCache
	metrics    *metrics
	metricsUI  http.Handler
	draining   atomic.Bool
}

// New makes a gateway for the services of the registry. An operation that the models do not have, or whose types cannot
// carry the model's, is an error.
func New(c Config) (*Gateway, error) {
	if c.Store == nil || c.Registry == nil || c.Settings == nil || c.Trail == nil || c.Now == nil || c.Rand == nil {
		return nil, errors.New("gateway: an incomplete configuration")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Recorder == nil {
		c.Recorder = audit.NewRecorder()
	}
	if c.MaxBody == 0 {
		c.MaxBody = 1 << 20
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	g := &Gateway{
		Config: c, operations: map[*model.Operation]*op.Operation{}, opened: newOpenedSessions(4096), authorizer: authz.NewAuthorizer(),
		keys: sigv4.NewKeyCache(4096),
	}
	if err := g.bindServices(); err != nil {
		return nil, err
	}
	var err error
	if g.sessions, err = seal.New(c.Store.Secret(), authz.SessionPurpose); err != nil {
		return nil, err
	}
	if g.pages, err = seal.New(c.Store.Secret(), op.PagePurpose); err != nil {
		return nil, err
	}
	if g.messages, err = seal.New(c.Store.Secret(), authz.MessagePurpose); err != nil {
		return nil, err
	}
	g.finder, g.deriver = newElsewhere(c.Settings.Endpoint)
	if g.metrics, err = newMetrics(c.Metrics); err != nil {
		return nil, err
	}
	if c.Metrics != nil {
		g.metricsUI = promhttp.HandlerFor(c.Metrics, promhttp.HandlerOpts{})
	}
	return g, nil
}

// bindServices ties every declared operation to its model.
func (g *Gateway) bindServices() error {
	var services []*model.Service
	for _, s := range g.Registry.Services() {
		m, err := model.Load(s.ID)
		if err != nil {
			return fmt.Errorf("gateway: %w", err)
		}
		services = append(services, m)
		for _, o := range s.Operations {
			mo := m.Operations[o.Name]
			if mo == nil {
				return fmt.Errorf("gateway: the model of %s has no operation %s", s.ID, o.Name)
			}
			if un := append(wire.Unbound(mo.Input, o.In), wire.Unbound(mo.Output, o.Out)...); len(un) > 0 {
				return fmt.Errorf("gateway: the types of %s.%s cannot carry %v", s.ID, o.Name, un)
			}
			for _, v := range m.Voices() {
				g.operations[v.Operations[o.Name]] = o
			}
		}
	}
	g.router = wire.NewRouter(services)
	return nil
}

// ServeHTTP serves one request: an AWS call, or one of Umbel's own routes.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/_umbel/health":
		g.serveHealth(w, r)
	case strings.HasPrefix(r.URL.Path, "/_umbel/") && g.Extra != nil:
		g.Extra.ServeHTTP(w, r)
	case r.URL.Path == "/metrics" && r.Method == http.MethodGet && g.metricsUI != nil:
		g.metricsUI.ServeHTTP(w, r)
	default:
		g.serveCall(w, r)
	}
}

// serveHealth answers 200 while the server can serve: its store answers and it is not about to stop.
func (g *Gateway) serveHealth(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _, err := g.Store.Locate(ctx, "health", true)
	switch {
	case g.draining.Load():
		w.WriteHeader(http.StatusServiceUnavailable)
		_, err = io.WriteString(w, `{"status":"draining"}`+"\n")
	case err != nil:
		g.Log.WarnContext(ctx, "health check failed", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, err = io.WriteString(w, `{"status":"unavailable"}`+"\n")
	default:
		_, err = io.WriteString(w, `{"status":"ok"}`+"\n")
	}
	if err != nil {
		g.Log.DebugContext(ctx, "health answer not sent", "error", err)
	}
}
