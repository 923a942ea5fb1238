// Package operator owns the operator's door of a running server: what no AWS API offers because at AWS it is not an API —
// signing up for an account, being the person who holds a root password, wiping a test store. It is guarded by a token
// that only the owner of the data directory can read, and works on the same store as the API. It never decides what an
// AWS principal may do.
package operator

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"umbel/internal/bills"
	"umbel/internal/fault"
	"umbel/internal/op"
	"umbel/internal/seal"
	"umbel/internal/store"
	"umbel/internal/why"
)

// Door is the operator's door.
type Door struct {
	Store    store.Store
	Settings *op.Settings
	Sessions *seal.Key
	Now      func() time.Time
	Rand     io.Reader
	Log      *slog.Logger
	Token    string // the operator's bearer token
	// Why explains decisions.
	Why func(context.Context, why.Question) (why.Answer, error)
	// Bills is what makes bills; nil where that is not offered.
	Bills *bills.Desk
	// Prices is the price book; nil where that is not offered.
	Prices *bills.Prices
	// Reset brings back the empty store with its first account; nil where that is not offered.
	Reset func(context.Context) error
}

const maxBody = 64 << 10

// Handler serves the door's routes.
func (d *Door) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /_umbel/accounts", guarded(d, d.createAccount))
	mux.HandleFunc("GET /_umbel/accounts", guarded(d, func(ctx context.Context, _ struct{}) ([]Account, error) { return d.accounts(ctx) }))
	mux.HandleFunc("POST /_umbel/alerts", guarded(d, d.alerts))
	mux.HandleFunc("POST /_umbel/credentials", guarded(d, d.credentials))
	mux.HandleFunc("POST /_umbel/explorer", guarded(d, d.explorer))
	mux.HandleFunc("POST /_umbel/why", guarded(d, func(ctx context.Context, q why.Question) (why.Answer, error) { return d.Why(ctx, q) }))
	d.costRoutes(mux)
	d.priceRoutes(mux)
	if d.Reset != nil {
		// Test suites made for emulators reset without a token; the server offers this on loopback only.
		mux.HandleFunc("POST /_umbel/reset", func(w http.ResponseWriter, r *http.Request) {
			if err := d.Reset(r.Context()); err != nil {
				d.fail(w, r, err)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
	return mux
}

// guarded checks the token, decodes the body, calls the route and encodes its answer.
func guarded[In, Out any](d *Door, route func(context.Context, In) (Out, error)) http.HandlerFunc {
	return guardedUpTo(d, maxBody, route)
}

// admitted checks the token, and answers if it is not the operator's.
func (d *Door) admitted(w http.ResponseWriter, r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if ok && d.Token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(d.Token)) == 1 {
		return true
	}
	answer(w, http.StatusUnauthorized, failure{"the operator's token is missing or wrong: it stands in " + serverFile + " of the data directory"})
	return false
}

// accountKey is where a request's context has the account that its query names.
type accountKey struct{}

func accountOf(ctx context.Context) string {
	account, _ := ctx.Value(accountKey{}).(string)
	return account
}

// guardedUpTo is guarded for bodies of so many bytes.
func guardedUpTo[In, Out any](d *Door, limit int64, route func(context.Context, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !d.admitted(w, r) {
			return
		}
		var in In
		if r.Method == http.MethodPost && !asked(w, r, limit, &in) {
			return
		}
		out, err := route(context.WithValue(r.Context(), accountKey{}, r.URL.Query().Get("account")), in)
		if err != nil {
			d.fail(w, r, err)
			return
		}
		answer(w, http.StatusOK, out)
	}
}

// asked decodes a body of at most so many bytes, and answers if it is not what the route takes.
func asked(w http.ResponseWriter, r *http.Request, limit int64, in any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	dec.DisallowUnknownFields()
	err := dec.Decode(in)
	if err != nil {
		answer(w, http.StatusBadRequest, failure{"the request is not what this route takes: " + err.Error()})
	}
	return err == nil
}

// fail answers an error.
func (d *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, text := d.told(r, err)
	answer(w, status, text)
}

// told gives a coded error's message and anything else opaquely, with the cause in the log.
func (d *Door) told(r *http.Request, err error) (status int, text failure) {
	var coded *fault.Error
	if errors.As(err, &coded) && coded.Code != fault.Internal {
		return http.StatusBadRequest, failure{coded.Message}
	}
	d.Log.ErrorContext(r.Context(), "operator's door failed", "path", r.URL.Path, "error", err)
	return http.StatusInternalServerError, failure{"the server failed; its log says why"}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has gone away cannot be told so.
	_ = json.NewEncoder(w).Encode(body)
}
