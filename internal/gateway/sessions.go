package gateway

import (
	"sync"
	"time"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/seal"
)

// openedSessions remembers opened session tokens, so that a session's many calls decrypt and compile once. It holds at most
// twice its size. What it holds never changes: a token is its own truth.
type openedSessions struct {
	size        int
	mu          sync.RWMutex
	young, aged map[tokenID]*openedSession
}

type tokenID struct{ accessKeyID, token string }

type openedSession struct {
	session *iam.Session
	secret  string
	inline  []iampolicy.Source
}

func newOpenedSessions(size int) *openedSessions {
	return &openedSessions{size: size, young: map[tokenID]*openedSession{}}
}

// open gives the session behind a token, or the errors of authz.OpenSession.
func (o *openedSessions) open(key *seal.Key, accessKeyID, token string, now time.Time) (*openedSession, error) {
	id := tokenID{accessKeyID, token}
	o.mu.RLock()
	s, ok := o.young[id]
	if !ok {
		s, ok = o.aged[id]
	}
	o.mu.RUnlock()
	if ok {
		return s, authz.CheckSessionTime(s.session, now)
	}
	session, secret, err := authz.OpenSession(key, accessKeyID, token, now)
	if err != nil {
		return nil, err
	}
	s = &openedSession{session: session, secret: secret, inline: authz.SessionPolicies(session.Policies)}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.young) >= o.size {
		o.aged, o.young = o.young, make(map[tokenID]*openedSession, o.size)
	}
	o.young[id] = s
	return s, nil
}
