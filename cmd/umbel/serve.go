package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/operator"
	"umbel/internal/server"
)

// serveFlags are what `serve` and `up` can be told.
type serveFlags struct {
	listen    string
	data      string
	database  string
	tlsCert   string
	tlsKey    string
	accountID string
	trustKeys bool
	strict    bool
	quotas    []string
	logLevel  string
	logFormat string
	alerts    alertFlags
	costs     string
	costLines string
	exports   exportFlags
}

func (f *serveFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.listen, "listen", "127.0.0.1:4566", "address to serve on")
	cmd.Flags().StringVar(&f.data, "data", "", "data directory (default $XDG_DATA_HOME/umbel)")
	cmd.Flags().StringVar(&f.costs, "costs", "", "directory of usage, cost lines and bills, for one server (default: costs in the data directory; none with --database)")
	cmd.Flags().StringVar(&f.accountID, "account-id", "", "ID of the first account, made on an empty store (default: a new one)")
	cmd.Flags().StringArrayVar(&f.quotas, "quota", nil, "set a quota, as NAME=NUMBER; `umbel serve --quota help` lists them")
	cmd.Flags().StringVar(&f.logLevel, "log-level", "warn", "debug (every request), info, warn or error")
	cmd.Flags().StringVar(&f.logFormat, "log-format", "text", "text or json")
	f.alerts.register(cmd)
	f.exports.register(cmd)
}

func newServeCommand(a *app) *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server alone",
		Long: `Run the server alone. On an empty store it makes the first account and writes its root access key, once, to
DIR/credentials (AWS shared-credentials format), or with --database to standard output.

With --database postgres://… any number of servers run beside each other on one database. Give them the same
operator's token in UMBEL_OPERATOR_TOKEN to use the operator's door.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if done, err := a.listQuotas(f); done || err != nil {
				return err
			}
			run, err := a.start(cmd.Context(), f)
			if err != nil {
				return err
			}
			if run.rootKey != nil && run.dir != "" {
				fmt.Fprintf(a.stderr, "the first account is %s; the access key of its root user stands in %s\n", run.rootKey.Account, filepath.Join(run.dir, "credentials"))
			}
			fmt.Fprintf(a.stderr, "umbel serves on %s\n", run.endpoint)
			return run.wait(cmd.Context())
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.database, "database", "", "PostgreSQL to keep the state in, as postgres://…, instead of the data directory")
	cmd.Flags().StringVar(&f.costLines, "cost-database", "", "ClickHouse to keep cost lines in, as clickhouse://…, instead of the directory of costs, which keeps usage and bills")
	cmd.Flags().StringVar(&f.tlsCert, "tls-cert", "", "certificate file, to serve HTTPS")
	cmd.Flags().StringVar(&f.tlsKey, "tls-key", "", "key file of the certificate")
	cmd.Flags().BoolVar(&f.trustKeys, "trust-account-keys", false, "for test suites made for emulators, on loopback only: an access key of 12 digits is that account's root user, and signatures of such keys are not checked")
	cmd.Flags().BoolVar(&f.strict, "strict-regions", false, "refuse signatures for other Regions than us-east-1 on Organizations and IAM, as AWS does")
	cmd.MarkFlagsMutuallyExclusive("data", "database")
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	return cmd
}

// listQuotas answers --quota help.
func (a *app) listQuotas(f *serveFlags) (bool, error) {
	for _, q := range f.quotas {
		if q == "help" {
			for _, line := range server.QuotaNames() {
				fmt.Fprintln(a.stdout, line)
			}
			return true, nil
		}
	}
	return false, nil
}

// running is a server that serves.
type running struct {
	endpoint string
	dir      string // empty with --database
	door     *operator.Client
	server   *server.Server
	served   chan error
	rootKey  *operator.RootKey // of the first account, if this start made it
	cleanup  []func() error
}

// start opens the store, makes the first account on an empty one, and begins to serve.
func (a *app) start(ctx context.Context, f *serveFlags) (*running, error) {
	cfg, err := a.serverConfig(f)
	if err != nil {
		return nil, err
	}
	run := &running{served: make(chan error, 1)}
	if err := a.startOn(ctx, f, cfg, run); err != nil {
		run.close()
		return nil, err
	}
	return run, nil
}

func (a *app) startOn(ctx context.Context, f *serveFlags, cfg server.Config, run *running) error {
	if f.database == "" {
		dir, err := a.dataDir(f.data)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
		unlock, err := lockDir(dir)
		if err != nil {
			return err
		}
		run.dir, run.cleanup = dir, append(run.cleanup, unlock)
		cfg.Alone = dirLocksHold
		cfg.Database, cfg.Costs = filepath.Join(dir, "umbel.db"), filepath.Join(dir, "costs")
	}
	if f.costs != "" {
		unlock, err := lockCosts(f.costs)
		if err != nil {
			return err
		}
		cfg.Costs, run.cleanup = f.costs, append(run.cleanup, unlock)
	}
	conf, err := server.LoadTLS(f.tlsCert, f.tlsKey)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("cannot serve on %s: %w; name another address with --listen", f.listen, err)
	}
	run.cleanup = append(run.cleanup, listener.Close)
	if run.server, err = server.New(ctx, cfg); err != nil {
		return err
	}
	if err := a.bootstrap(ctx, f, run); err != nil {
		return err
	}
	run.endpoint = endpoint(f.listen, listener.Addr(), conf)
	run.door = &operator.Client{Endpoint: run.endpoint, Token: cfg.OperatorToken, PID: os.Getpid()}
	if conf != nil {
		run.door.Certificate = conf.Certificates[0].Certificate[0]
	}
	if run.dir != "" {
		remove, err := operator.Announce(run.dir, *run.door)
		if err != nil {
			return err
		}
		run.cleanup = append(run.cleanup, remove)
	}
	go func() { run.served <- run.server.Serve(listener, conf) }()
	return nil
}

// lockCosts makes a directory of costs that is not in the data directory, whose lock would hold for it, and locks it.
func lockCosts(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of costs: %w", err)
	}
	if unlock, err = lockDir(dir); err != nil {
		return nil, fmt.Errorf("--costs %s: %w", dir, err)
	}
	return unlock, nil
}

// endpoint gives the URL of the server: the host as the operator named it, which is what a certificate names too, or the
// loopback if all of the machine's addresses are served.
func endpoint(listen string, addr net.Addr, conf *tls.Config) string {
	scheme := "http"
	if conf != nil {
		scheme = "https"
	}
	host, _, err := net.SplitHostPort(listen)
	_, port, addrErr := net.SplitHostPort(addr.String())
	if err != nil || addrErr != nil {
		return scheme + "://" + addr.String()
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip.Is6() {
			host = "::1"
		}
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// bootstrap makes the first account and hands its root key over.
func (a *app) bootstrap(ctx context.Context, f *serveFlags, run *running) error {
	keep := func(k operator.RootKey) error { return nil }
	if run.dir != "" {
		keep = func(k operator.RootKey) error { return writeCredentials(filepath.Join(run.dir, "credentials"), k) }
	}
	key, err := run.server.Bootstrap(ctx, ident.AccountID(f.accountID), keep)
	run.rootKey = key
	if err != nil || key == nil || run.dir != "" {
		return err
	}
	_, err = fmt.Fprint(a.stdout, credentialsText(*key))
	return err
}

func credentialsText(k operator.RootKey) string {
	return fmt.Sprintf("# root user of account %s\n[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", k.Account, k.AccessKeyID, k.SecretAccessKey)
}

// writeCredentials writes the file readable by its owner only, whole or not at all.
func writeCredentials(path string, k operator.RootKey) error {
	next := path + ".next"
	if err := os.WriteFile(next, []byte(credentialsText(k)), 0o600); err != nil {
		return fmt.Errorf("write the root user's credentials: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("write the root user's credentials: %w", err)
	}
	return nil
}

// wait serves until the context ends or the server fails, then drains and closes.
func (r *running) wait(ctx context.Context) error {
	select {
	case err := <-r.served:
		r.close()
		return err
	case <-ctx.Done():
		return r.close()
	}
}

// close drains the server and undoes what start did, last first.
func (r *running) close() error {
	var first error
	if r.server != nil {
		first = r.server.Close()
		select {
		case err := <-r.served:
			first = errors.Join(err, first)
		default: // it never served, or wait has its answer
		}
	}
	for i := len(r.cleanup) - 1; i >= 0; i-- {
		// The listener is closed by the server's drain already; the rest is removing what announces it.
		_ = r.cleanup[i]()
	}
	return first
}

// serverConfig turns flags into the server's configuration.
func (a *app) serverConfig(f *serveFlags) (server.Config, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return server.Config{}, fmt.Errorf("--log-level %s: want debug, info, warn or error", f.logLevel)
	}
	handlerOptions := &slog.HandlerOptions{Level: level}
	var handler slog.Handler = slog.NewTextHandler(a.stderr, handlerOptions)
	if f.logFormat == "json" {
		handler = slog.NewJSONHandler(a.stderr, handlerOptions)
	} else if f.logFormat != "text" {
		return server.Config{}, fmt.Errorf("--log-format %s: want text or json", f.logFormat)
	}
	if f.accountID != "" && !ident.AccountID(f.accountID).Valid() {
		return server.Config{}, fmt.Errorf("--account-id %s: want 12 digits", f.accountID)
	}
	settings := op.Settings{TrustAccountKeys: f.trustKeys, Endpoint: f.listen}
	if err := server.SetQuotas(&settings, f.quotas); err != nil {
		return server.Config{}, err
	}
	if f.trustKeys {
		if !onLoopback(f.listen) {
			return server.Config{}, fmt.Errorf("--trust-account-keys lets anyone who reaches the server be any account: it needs --listen on a loopback address, such as 127.0.0.1:4566, not %s", f.listen)
		}
		fmt.Fprintln(a.stderr, "warning: --trust-account-keys: whoever reaches this server can be any account's root user; for test suites only")
	}
	alerts, err := f.alerts.config(a.getenv)
	if err != nil {
		return server.Config{}, err
	}
	cfg := server.Config{
		Alerts: alerts, Database: f.database, Settings: settings, Log: slog.New(handler), OperatorToken: a.operatorToken(), CostDatabase: f.costLines, StrictRegions: f.strict,
	}
	err = f.exports.apply(&cfg, a.getenv)
	return cfg, err
}

// onLoopback tells whether only this machine can reach an address.
func onLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// operatorToken gives the token of the environment, or a new one for this start.
func (a *app) operatorToken() string {
	if t := a.getenv("UMBEL_OPERATOR_TOKEN"); t != "" {
		return t
	}
	return server.NewToken()
}
