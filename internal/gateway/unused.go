package gateway

import (
	"net"
	"net/http"
	"sync"
)

// unused are the connections on which no byte of a request has come yet: clients open them in advance. At shutdown
// net/http would wait five seconds for each to say something.
type unused struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// note is an http.Server's ConnState.
func (u *unused) note(c net.Conn, s http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if s == http.StateNew {
		u.conns[c] = struct{}{}
		return
	}
	delete(u.conns, c)
}

// close closes them.
func (u *unused) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for c := range u.conns {
		// The client sees a connection that ended before it was used, as after any idle time; it opens another.
		_ = c.Close()
	}
}
