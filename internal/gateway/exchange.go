package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"umbel/internal/audit"
	"umbel/internal/fault"
	"umbel/internal/model"
	"umbel/internal/op"
	"umbel/internal/unserved"
	"umbel/internal/wire"
)

// exchange is one AWS call from its header to its answer, and the event that is logged of it.
type exchange struct {
	*Gateway
	ctx   context.Context
	w     *answer
	r     *http.Request
	id    string // request ID
	start time.Time
	now   time.Time // what the call takes for the present

	req       wire.Request
	svc       *model.Service
	operation *model.Operation
	elsewhere *unserved.Call // of an operation that is not served
	declared  *op.Operation
	readOnly  bool // what it is asked to do changes nothing
	region    string
	who       *identity
	in, out   any
	call      *op.Call // of the last view that ran; its Tx is over
	shown     audit.Identity
	fresh     bool   // look past what memory knows
	recorded  bool   // the audit events are in the call's own transaction
	code      string // wire code of the error answered
}

// serveCall serves one AWS call.
func (g *Gateway) serveCall(w http.ResponseWriter, r *http.Request) {
	x := &exchange{
		Gateway: g, w: &answer{ResponseWriter: w, agent: r.UserAgent()}, r: r, start: time.Now(), now: g.Now().UTC(),
		id: uuid.Must(uuid.NewRandomFromReader(g.Rand)).String(),
	}
	var cancel context.CancelFunc
	x.ctx, cancel = context.WithTimeout(r.Context(), g.Timeout)
	defer cancel()
	g.metrics.inFlight.Inc()
	defer x.end()
	if err := x.handle(); err != nil {
		x.fail(err)
		return
	}
	wire.Encode(x.operation, x.out, x.id, x.w)
}

// handle does everything up to the output.
func (x *exchange) handle() error {
	if err := x.read(); err != nil {
		return err
	}
	if err := x.authenticate(); err != nil {
		return err
	}
	return x.run()
}

// read takes the whole body, within its bound.
func (x *exchange) read() error {
	x.req = wire.Request{Method: x.r.Method, Path: x.r.URL.EscapedPath(), RawQuery: x.r.URL.RawQuery, Header: x.r.Header}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, x.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		x.w.Header().Set("Connection", "close")
		return fault.New(fault.RequestTooLarge, "Request size exceeded the limit of %d bytes.", tooLarge.Limit)
	case err != nil:
		x.w.Header().Set("Connection", "close")
		return fault.New(fault.MalformedRequest, "The request body could not be read.").Because(err)
	}
	x.req.Body = body
	return nil
}

// fail answers an error in the service's dialect.
func (x *exchange) fail(err error) {
	if x.svc == nil {
		x.svc = wire.Fallback(&x.req)
	}
	if fault.CodeOf(err) == "" && x.ctx.Err() != nil { // out of time, or the client has gone
		err = fault.New(fault.Unavailable, "").Because(err)
	}
	var status int
	x.code, status, _ = wire.Describe(x.svc, x.operation, err)
	if status >= http.StatusInternalServerError && fault.CodeOf(err) != fault.NotOffered && x.r.Context().Err() == nil {
		x.Log.ErrorContext(x.ctx, "call failed", "request", x.id, "operation", x.name(), "error", err)
	}
	wire.EncodeError(x.svc, x.operation, err, x.id, x.w)
}

// end finishes the exchange, whatever happened: a panic is answered and logged with its stack, the event is emitted.
func (x *exchange) end() {
	if p := recover(); p != nil {
		x.Log.ErrorContext(x.ctx, "call panicked", "request", x.id, "operation", x.name(), "panic", p, "stack", string(debug.Stack()))
		x.code = "panic"
		if x.w.status == 0 {
			x.fail(fault.New(fault.Internal, "panic"))
		}
	}
	x.metrics.inFlight.Dec()
	took := time.Since(x.start)
	service, name := "", ""
	if x.operation != nil {
		service, name = x.operation.Service.ID, x.operation.Name
	}
	x.metrics.observe(service, name, x.code, took)
	if !x.Log.Enabled(x.ctx, x.Level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("request", x.id), slog.String("operation", x.name()), slog.Int("status", x.w.status),
		slog.Duration("took", took), slog.String("ip", x.r.RemoteAddr),
	}
	if x.code != "" {
		attrs = append(attrs, slog.String("code", x.code))
	}
	if x.who != nil {
		attrs = append(attrs, slog.String("key", x.who.accessKeyID), slog.String("account", string(x.who.account)))
	}
	if x.call != nil && x.call.Caller != nil {
		attrs = append(attrs, slog.String("caller", x.call.Caller.ARN))
	}
	x.Log.LogAttrs(x.ctx, x.Level, "call", attrs...)
}

// name is "service:Operation", or empty if the request named none.
func (x *exchange) name() string {
	if x.operation == nil {
		return ""
	}
	return x.operation.Service.ID + ":" + x.operation.Name
}

// client is what is known of the sender.
func (x *exchange) client() op.Client {
	c := op.Client{UserAgent: x.r.UserAgent(), TLS: x.r.TLS != nil}
	if at, err := netip.ParseAddrPort(x.r.RemoteAddr); err == nil {
		c.IP = at.Addr().Unmap()
	}
	return c
}

// answer notes the status that was sent.
type answer struct {
	http.ResponseWriter
	agent  string // the client's User-Agent
	status int
}

// WriteHeader sends the header.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the body.
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	waitForHasty(a.agent, len(b))
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
