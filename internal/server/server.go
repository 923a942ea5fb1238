// Package server owns the assembly of a whole Umbel from its rooms: store, services, gateway, audit queue, background work
// and operator's door. The command and the tests run the same one. It holds no rules.
package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"umbel/internal/alert"
	"umbel/internal/api/accessanalyzer"
	"umbel/internal/api/account"
	"umbel/internal/api/bcmdataexports"
	"umbel/internal/api/billing"
	"umbel/internal/api/budgets"
	"umbel/internal/api/ce"
	"umbel/internal/api/cloudtrail"
	"umbel/internal/api/cloudwatch"
	"umbel/internal/api/cur"
	"umbel/internal/api/freetier"
	"umbel/internal/api/iam"
	"umbel/internal/api/invoicing"
	"umbel/internal/api/organizations"
	"umbel/internal/api/pricing"
	"umbel/internal/api/savingsplans"
	"umbel/internal/api/sts"
	"umbel/internal/audit"
	"umbel/internal/bills"
	pricebook "umbel/internal/domain/billing"
	"umbel/internal/exports"
	"umbel/internal/gateway"
	"umbel/internal/jobs"
	"umbel/internal/op"
	"umbel/internal/operator"
	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
)

// Config says what a server is to be.
type Config struct {
	Database string // a SQLite file's path, or postgres://…
	// Alone tells that no other server can open Database, so that what this one knows of it is never out of date. A PostgreSQL
	// database may always be shared.
	Alone         bool
	Settings      op.Settings
	OperatorToken string
	Log           *slog.Logger     // nil: slog.Default()
	Now           func() time.Time // nil: time.Now
	// StrictRegions refuses signatures for other Regions than us-east-1 on services with one endpoint for all Regions, as
	// AWS does. SDKs that are given an endpoint of their own sign for the Region they are set to, so it is off by default.
	StrictRegions bool
	// Book gives the price book; nil is the shipped one with what was imported.
	Book func() *pricebook.Book
	// Costs is the directory of usage, cost lines and bills; "" keeps none.
	Costs string
	// Alerts says how alerts reach people.
	Alerts alert.Config
	// CostDatabase keeps cost lines in a ClickHouse server, as clickhouse://…, instead of in Costs, which is needed all the same.
	CostDatabase string
	// Exports is where exports of cost data are written to; nil keeps their definitions and writes nothing.
	Exports exports.Destination
	// Spool is a directory for exports in the making; "" is one of the system's. With an exports.Directory it is on its file system.
	Spool string
}

// Server is a whole Umbel. New makes one; Serve serves it; Close drains and closes it.
type Server struct {
	Door *operator.Door

	config   Config
	store    *store.DB
	queue    *audit.Queue
	runner   *jobs.Runner
	desk     *bills.Desk
	exporter *exports.Exporter
	gateway  *gateway.Gateway
	stopping context.Context // ends when serving and background work shall end
	stop     context.CancelFunc
	mu       sync.Mutex // held to begin work, and to stop
	work     sync.WaitGroup
	close    sync.Once
	closed   error
	first    atomic.Value // ident.AccountID
	// resetting is held for writing by a reset, from the empty store until that has its first account.
	resetting sync.RWMutex
}

// Registry lists every service; this list is the only place where they are mounted. events is what LookupEvents searches, the
// desk what knows bills, the exporter what writes them into files; all nil where the operations are only listed.
func Registry(events cloudtrail.Events, desk *bills.Desk, exporter *exports.Exporter) *op.Registry {
	return op.NewRegistry(
		organizations.Service(), iam.Service(events), sts.Service(), cloudtrail.Service(events), account.Service(), accessanalyzer.Service(),
		ce.Service(desk), budgets.Service(desk), cur.Service(), bcmdataexports.Service(exporter), billing.Service(), invoicing.Service(desk), pricing.Service(desk),
		savingsplans.Service(desk), freetier.Service(desk), cloudwatch.Service(desk),
	)
}

// NewToken makes an operator's token.
func NewToken() string {
	raw := make([]byte, 24)
	rand.Read(raw)
	return hex.EncodeToString(raw)
}

// OpenStore opens a database: postgres://… or a SQLite file's path, which alone tells that nobody else writes.
func OpenStore(ctx context.Context, database string, alone bool, options store.Options) (*store.DB, error) {
	engine, err := OpenEngine(ctx, database, alone)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, engine, op.Schema, options)
}

// OpenEngine opens the SQL side of a database.
func OpenEngine(ctx context.Context, database string, alone bool) (store.Engine, error) {
	if strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://") {
		return sqlstore.OpenPostgres(ctx, database)
	}
	if strings.Contains(database, "://") {
		return nil, fmt.Errorf("database %q: want postgres://…", database)
	}
	if alone {
		return sqlstore.OpenSQLiteAlone(ctx, database)
	}
	return sqlstore.OpenSQLite(ctx, database)
}
