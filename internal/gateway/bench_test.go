package gateway_test

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"umbel/internal/gateway"
)

// BenchmarkRead is a read by a session of a member's role, from the signature to the answer, without network and disk.
func BenchmarkRead(b *testing.B) {
	e := newEnv(b, func(c *gateway.Config) { c.Level = slog.LevelDebug })
	body := "{}"
	r := e.sign(target("ListRoots", body), "organizations", e.roleSession(member))
	b.ReportAllocs()
	for b.Loop() {
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(strings.NewReader(body))
		w := httptest.NewRecorder()
		e.gateway.ServeHTTP(w, again)
		if w.Code != 200 {
			b.Fatal(w.Body)
		}
		e.store.events = e.store.events[:0]
	}
}
