package authz

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/seal"
)

// SessionPurpose is the purpose of the seal key that session tokens are sealed under.
const SessionPurpose = "session"

// Credentials are temporary security credentials (STS API_Credentials).
type Credentials struct {
	AccessKeyID     string // ASIA…
	SecretAccessKey string // 40 characters
	SessionToken    string
	Expires         time.Time
}

// IssueSession makes the credentials of a session. It sets s.AccessKeyID if that is empty. Nothing is stored: the token
// carries the session, sealed, and the secret follows from the token.
func IssueSession(key *seal.Key, rand io.Reader, s *iam.Session) (Credentials, error) {
	if s.AccessKeyID == "" {
		s.AccessKeyID = ident.NewAccountKeyID(rand, ident.PrefixSessionKey, s.Account)
	}
	plain, err := packSession(s)
	if err != nil {
		return Credentials{}, err
	}
	token := key.Seal(plain, []byte(s.AccessKeyID))
	return Credentials{
		AccessKeyID:     s.AccessKeyID,
		SecretAccessKey: sessionSecret(key, s.AccessKeyID, token),
		SessionToken:    token,
		Expires:         s.Expires,
	}, nil
}

// OpenSession gives the session and the secret access key behind a session token and the access key ID it came with. A token that
// was altered, or belongs to another access key, is fault.InvalidClientToken; one past its time is fault.ExpiredToken.
func OpenSession(key *seal.Key, accessKeyID, token string, now time.Time) (*iam.Session, string, error) {
	plain, err := key.Open(token, []byte(accessKeyID))
	if err != nil {
		return nil, "", InvalidToken(err)
	}
	s, err := unpackSession(plain)
	if err != nil {
		return nil, "", InvalidToken(err)
	}
	s.AccessKeyID = accessKeyID
	if err := CheckSessionTime(s, now); err != nil {
		return nil, "", err
	}
	return s, sessionSecret(key, accessKeyID, token), nil
}

// CheckSessionTime gives fault.ExpiredToken for a session past its time.
func CheckSessionTime(s *iam.Session, now time.Time) error {
	if now.Before(s.Expires) {
		return nil
	}
	return fault.New(fault.ExpiredToken, "The security token included in the request is expired")
}

// InvalidToken is the error for credentials that stand for nobody (any more): AWS tells no more than that.
func InvalidToken(cause error) error {
	return fault.New(fault.InvalidClientToken, "The security token included in the request is invalid.").Because(cause)
}

// sessionSecret derives the 40 characters of a session's secret access key. The token takes part, so that two sessions that
// were given one access key ID by chance still have two secrets.
func sessionSecret(key *seal.Key, accessKeyID, token string) string {
	return base64.StdEncoding.EncodeToString(key.MAC("secret of ", accessKeyID, " ", token)[:30])
}

// The first byte of a packed session tells its format; a replica refuses one that it does not know. Only long sessions, those
// with policies or many tags, are deflated: deflating takes 300 µs and 800 KB, sealing the plain text 3 µs.
const (
	packPlain    = 1
	packDeflated = 2
	packOver     = 1024 // bytes from which on a session is deflated
)

// packWords primes the compression with what every session holds.
const packWords = `{"Statement":[{"Effect":"Allow","Action":"Resource":"*"}]"Version":"2012-10-17","arn:aws:iam::aws:policy/` +
	`"Policies":["PolicyARNs":["Tags":{"TransitiveTags":["SourceIdentity":"Chained":true,"MFA":true,"UserName":"` +
	`{"AccessKeyID":"","Account":"","Kind":1,"RoleName":"OrganizationAccountAccessRole","RoleID":"AROA` +
	`","Name":"","UserID":"AIDA","Issued":"2026-01-01T00:00:00Z","Expires":"2026-01-01T00:00:00Z"}`

// packSession encodes the session without its access key ID, which the seal binds.
func packSession(s *iam.Session) ([]byte, error) {
	bare := *s
	bare.AccessKeyID = ""
	raw, err := json.Marshal(&bare)
	if err != nil {
		return nil, fmt.Errorf("authz: session: %w", err)
	}
	if len(raw) < packOver {
		return append([]byte{packPlain}, raw...), nil
	}
	var out bytes.Buffer
	out.WriteByte(packDeflated)
	w, err := flate.NewWriterDict(&out, flate.BestCompression, []byte(packWords))
	if err != nil {
		return nil, fmt.Errorf("authz: session: %w", err)
	}
	if _, err := w.Write(raw); err != nil {
		return nil, fmt.Errorf("authz: session: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("authz: session: %w", err)
	}
	return out.Bytes(), nil
}

func unpackSession(plain []byte) (*iam.Session, error) {
	if len(plain) == 0 {
		return nil, errors.New("authz: empty session token")
	}
	raw := plain[1:]
	switch plain[0] {
	case packPlain:
	case packDeflated:
		var err error
		if raw, err = io.ReadAll(flate.NewReaderDict(bytes.NewReader(raw), []byte(packWords))); err != nil {
			return nil, fmt.Errorf("authz: session: %w", err)
		}
	default:
		return nil, errors.New("authz: session token of an unknown format")
	}
	s := new(iam.Session)
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("authz: session: %w", err)
	}
	return s, nil
}
