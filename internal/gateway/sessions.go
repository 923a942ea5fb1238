package gateway

import (
	"time"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/recent"
	"umbel/internal/seal"
)

// openedSessions remembers opened session tokens, so that a session's many calls decrypt and compile once. What it holds
// never changes: a token is its own truth.
type openedSessions struct {
	*recent.Cache[tokenID, *openedSession]
}

type tokenID struct{ accessKeyID, token string }

type openedSession struct {
	session *iam.Session
	secret  string
	inline  []iampolicy.Source
}

func newOpenedSessions(size int) openedSessions {
	return openedSessions{recent.New[tokenID, *openedSession](size)}
}

// open gives the session behind a token, or the errors of authz.OpenSession.
func (o openedSessions) open(key *seal.Key, accessKeyID, token string, now time.Time) (*openedSession, error) {
	id := tokenID{accessKeyID, token}
	if s, ok := o.Get(id); ok {
		return s, authz.CheckSessionTime(s.session, now)
	}
	session, secret, err := authz.OpenSession(key, accessKeyID, token, now)
	if err != nil {
		return nil, err
	}
	s := &openedSession{session: session, secret: secret, inline: authz.SessionPolicies(session.Policies)}
	o.Put(id, s)
	return s, nil
}
