package authz_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/seal"
)

func sealKey(t *testing.T) *seal.Key {
	t.Helper()
	k, err := seal.New([]byte("0123456789abcdef0123456789abcdef"), authz.SessionPurpose)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSessionRoundTrip(t *testing.T) {
	key, now := sealKey(t), time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	want := &iam.Session{
		Account: "111122223333", Kind: iam.RoleSession, RoleName: "OrganizationAccountAccessRole", RoleID: "AROAABCDEFGHIJKLMNOPQ",
		Name: "alice", Tags: map[string]string{"team": "a"}, TransitiveTags: []string{"team"}, SourceIdentity: "alice",
		Policies: []string{`{"Version":"2012-10-17","Statement":[]}`}, Issued: now, Expires: now.Add(time.Hour),
	}
	cred, err := authz.IssueSession(key, rand.Reader, want)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(cred.AccessKeyID, "ASIA") || len(cred.AccessKeyID) != 20 || len(cred.SecretAccessKey) != 40 {
		t.Errorf("credentials have the wrong form: %+v", cred)
	}
	if len(cred.SessionToken) > 550 {
		t.Errorf("token has %d characters", len(cred.SessionToken))
	}
	got, secret, err := authz.OpenSession(key, cred.AccessKeyID, cred.SessionToken, now.Add(59*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("session differs (-want +got):\n%s", d)
	}
	if secret != cred.SecretAccessKey {
		t.Errorf("secret %q, want %q", secret, cred.SecretAccessKey)
	}
}

// TestLongSession: policies make a session long, and are packed.
func TestLongSession(t *testing.T) {
	key, now := sealKey(t), time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	want := &iam.Session{Account: "111122223333", Policies: []string{strings.Repeat(`{"Effect":"Allow","Action":"s3:GetObject"}`, 40)}, Issued: now, Expires: now.Add(time.Hour)}
	cred, err := authz.IssueSession(key, rand.Reader, want)
	if err != nil {
		t.Fatal(err)
	}
	if len(cred.SessionToken) > 550 {
		t.Errorf("token has %d characters", len(cred.SessionToken))
	}
	got, _, err := authz.OpenSession(key, cred.AccessKeyID, cred.SessionToken, now)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("session differs (-want +got):\n%s", d)
	}
}

func TestSessionRefused(t *testing.T) {
	key, now := sealKey(t), time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	cred, err := authz.IssueSession(key, rand.Reader, &iam.Session{Account: "111122223333", Expires: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	other, err := authz.IssueSession(key, rand.Reader, &iam.Session{Account: "111122223333", Expires: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		id, token string
		now       time.Time
		want      fault.Code
	}{
		"expired":           {cred.AccessKeyID, cred.SessionToken, now.Add(time.Hour), fault.ExpiredToken},
		"another key's":     {other.AccessKeyID, cred.SessionToken, now, fault.InvalidClientToken},
		"altered":           {cred.AccessKeyID, "A" + cred.SessionToken[1:len(cred.SessionToken)-2] + "AA", now, fault.InvalidClientToken},
		"empty":             {cred.AccessKeyID, "", now, fault.InvalidClientToken},
		"not base64":        {cred.AccessKeyID, "!", now, fault.InvalidClientToken},
		"of another store":  {cred.AccessKeyID, mustSeal(t).Seal([]byte("x"), []byte(cred.AccessKeyID)), now, fault.InvalidClientToken},
		"of unknown format": {cred.AccessKeyID, key.Seal([]byte("{}"), []byte(cred.AccessKeyID)), now, fault.InvalidClientToken},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := authz.OpenSession(key, c.id, c.token, c.now); !fault.Is(err, c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func mustSeal(t *testing.T) *seal.Key {
	t.Helper()
	k, err := seal.New([]byte("another store's secret of 32 byt"), authz.SessionPurpose)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
