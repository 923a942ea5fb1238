package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits bound what a connection may take. The zero value takes the defaults.
type Limits struct {
	Header time.Duration // to read the request's header. Default 5 s
	Read   time.Duration // to read the whole request. Default 30 s
	Write  time.Duration // to work and write the answer. Default 60 s
	Idle   time.Duration // between requests. Default 120 s
	Drain  time.Duration // for requests under way at shutdown. Default 20 s
	// HeaderBytes bounds the header; a session token has up to some thousand bytes. Default 64 KiB.
	HeaderBytes int
	// Connections bounds the number of open connections; further ones wait. Default 4,096.
	Connections int
}

func (l Limits) withDefaults() Limits {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&l.Header, 5*time.Second)
	set(&l.Read, 30*time.Second)
	set(&l.Write, 60*time.Second)
	set(&l.Idle, 120*time.Second)
	set(&l.Drain, 20*time.Second)
	if l.HeaderBytes == 0 {
		l.HeaderBytes = 64 << 10
	}
	if l.Connections == 0 {
		l.Connections = 4096
	}
	return l
}

// Serve serves connections of the listener until ctx ends; then it takes no more, finishes the requests under way and
// returns nil. It closes the listener. conf is nil for plain HTTP.
func (g *Gateway) Serve(ctx context.Context, l net.Listener, conf *tls.Config, limits Limits) error {
	limits = limits.withDefaults()
	waiting := &unused{conns: map[net.Conn]struct{}{}}
	srv := &http.Server{
		ConnState:         waiting.note,
		Handler:           g,
		ReadHeaderTimeout: limits.Header,
		ReadTimeout:       limits.Read,
		WriteTimeout:      limits.Write,
		IdleTimeout:       limits.Idle,
		MaxHeaderBytes:    limits.HeaderBytes,
		TLSConfig:         conf,
		ErrorLog:          slog.NewLogLogger(g.Log.Handler(), slog.LevelDebug),
	}
	srv.RegisterOnShutdown(waiting.close)
	l = &boundedListener{Listener: l, room: make(chan struct{}, limits.Connections), closed: make(chan struct{})}
	failed := make(chan error, 1)
	go func() {
		if conf != nil {
			failed <- srv.ServeTLS(l, "", "")
			return
		}
		failed <- srv.Serve(l)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("gateway: %w", err)
	case <-ctx.Done():
	}
	g.draining.Store(true)
	g.Log.Info("draining", "limit", limits.Drain)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.Drain)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("gateway: requests cut off at shutdown: %w", err), srv.Close())
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("gateway: %w", err)
	}
	return nil
}
