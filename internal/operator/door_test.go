package operator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"umbel/internal/ident"
	"umbel/internal/operator"
	"umbel/internal/testenv"
)

// ask makes a raw request of the door and gives status and answer.
func ask(t *testing.T, s *testenv.Server, method, path, token, body string) (int, string) {
	t.Helper()
	rq, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		rq.Header.Set("Authorization", token)
	}
	resp, err := http.DefaultClient.Do(rq)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestDoorWantsToken(t *testing.T) {
	s := testenv.Start(t)
	for _, route := range [][2]string{{"GET", "/_umbel/accounts"}, {"POST", "/_umbel/accounts"}, {"POST", "/_umbel/credentials"}} {
		for _, token := range []string{"", "Bearer wrong", "Bearer", "Bearer ", "testenv", "Basic testenv", "bearer testenv", "Bearer testenv "} {
			status, body := ask(t, s, route[0], route[1], token, `{}`)
			// net/http trims a header's value, so that the last one is the right token.
			want := http.StatusUnauthorized
			if strings.TrimSpace(token) == "Bearer testenv" {
				continue
			}
			if status != want || !strings.Contains(body, "the operator's token is missing or wrong") {
				t.Errorf("%v with %q: %d %s", route, token, status, body)
			}
		}
	}
	if status, body := ask(t, s, "GET", "/_umbel/accounts", "Bearer testenv", ""); status != http.StatusOK || !strings.Contains(body, string(s.First)) {
		t.Errorf("with the token: %d %s", status, body)
	}
}

// TestDoorWithoutTokenIsShut holds that a server without a token does not take the empty one.
func TestDoorWithoutTokenIsShut(t *testing.T) {
	s := testenv.Start(t)
	s.Door.Token = ""
	for _, token := range []string{"", "Bearer ", "Bearer"} {
		if status, _ := ask(t, s, "GET", "/_umbel/accounts", token, ""); status != http.StatusUnauthorized {
			t.Errorf("%q: %d", token, status)
		}
	}
}

func TestDoorRefusesWhatItDoesNotTake(t *testing.T) {
	s := testenv.Start(t)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/_umbel/accounts", `{"name":`, http.StatusBadRequest},
		{"POST", "/_umbel/accounts", ``, http.StatusBadRequest},
		{"POST", "/_umbel/accounts", `{"nmae":"x"}`, http.StatusBadRequest},
		{"POST", "/_umbel/accounts", `{"name":"` + strings.Repeat("x", 70<<10) + `"}`, http.StatusBadRequest},
		{"POST", "/_umbel/credentials", `[]`, http.StatusBadRequest},
		{"DELETE", "/_umbel/accounts", ``, http.StatusMethodNotAllowed},
		{"GET", "/_umbel/credentials", ``, http.StatusMethodNotAllowed},
		{"GET", "/_umbel/nothing", ``, http.StatusNotFound},
		{"POST", "/_umbel/reset", ``, http.StatusNotFound},
	} {
		if status, body := ask(t, s, c.method, c.path, "Bearer testenv", c.body); status != c.status {
			t.Errorf("%s %s %.30s: %d %s, want %d", c.method, c.path, c.body, status, body, c.status)
		}
	}
}

func TestSignUp(t *testing.T) {
	s := testenv.Start(t)
	if err := s.SignUp("444455556666", "acme", "Root@acme.example"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ id, name, email, want string }{
		{"444455556666", "again", "again@acme.example", "account 444455556666 exists already"},
		{"", "again", "root@ACME.example", "is another account's: every root user has its own"},
		{"", "again", "root@example.com", "is another account's"}, // the first account's
		{"12345", "short", "short@acme.example", `"12345" is not an account ID: want 12 digits`},
		{"", "", "nameless@acme.example", "1 to 50 characters"},
		{"", strings.Repeat("ä", 51), "long@acme.example", "has 51"},
		{"", "bad", "nonsense", "not an e-mail address"},
		{"", "bad", "Bad <bad@acme.example>", "not an e-mail address"},
		{"", "bad", strings.Repeat("x", 60) + "@acme.example", "not an e-mail address of 6 to 64 characters"},
	} {
		if err := s.SignUp(c.id, c.name, c.email); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := s.SignUp("", strings.Repeat("ä", 50), "umlauts@acme.example"); err != nil {
		t.Errorf("50 characters: %v", err)
	}
	status, body := ask(t, s, "GET", "/_umbel/accounts", "Bearer testenv", "")
	if status != http.StatusOK || strings.Count(body, `"id"`) != 3 || !strings.Contains(body, `"email":"Root@acme.example","state":"ACTIVE"`) {
		t.Errorf("accounts: %d %s", status, body)
	}
}

// TestSignUpsAtOnce lets many sign up with one e-mail address: one of them gets it.
func TestSignUpsAtOnce(t *testing.T) {
	s := testenv.Start(t)
	var wait sync.WaitGroup
	errs := make(chan error, 8)
	for range cap(errs) {
		wait.Go(func() { errs <- s.SignUp("", "one", "one@example.com") })
	}
	wait.Wait()
	close(errs)
	made := 0
	for err := range errs {
		if err == nil {
			made++
		} else if !strings.Contains(err.Error(), "another account's") {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d accounts with one e-mail address", made)
	}
}

func TestCredentials(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member := o.Account("", "member")
	if err := s.SignUp("444455556666", "lone", "lone@example.com"); err != nil {
		t.Fatal(err)
	}
	first := string(s.First)
	for _, c := range []struct {
		name string
		rq   operator.CredentialsRequest
		arn  string
	}{
		{"nothing said", operator.CredentialsRequest{}, "arn:aws:sts::" + first + ":assumed-role/UmbelAdministrator/umbel-env"},
		{"the first account's root", operator.CredentialsRequest{Root: true}, "arn:aws:iam::" + first + ":root"},
		{"a member by ID", operator.CredentialsRequest{Account: member}, "arn:aws:sts::" + member + ":assumed-role/OrganizationAccountAccessRole/umbel-env"},
		{"a member by name", operator.CredentialsRequest{Account: "Member", Root: true}, "arn:aws:iam::" + member + ":root"},
		{"a member's organization", operator.CredentialsRequest{Account: member, Administrator: true}, "arn:aws:sts::" + first + ":assumed-role/UmbelAdministrator/umbel-env"},
		{"a role by name", operator.CredentialsRequest{Account: member, Role: "organizationaccountaccessrole"}, "arn:aws:sts::" + member + ":assumed-role/OrganizationAccountAccessRole/umbel-env"},
		{"the management account", operator.CredentialsRequest{Account: first}, "arn:aws:sts::" + first + ":assumed-role/UmbelAdministrator/umbel-env"},
		{"a lone account by e-mail", operator.CredentialsRequest{Account: "LONE@example.com"}, "arn:aws:sts::444455556666:assumed-role/UmbelAdministrator/umbel-env"},
		{"a lone account's administrator", operator.CredentialsRequest{Account: "lone", Administrator: true}, "arn:aws:sts::444455556666:assumed-role/UmbelAdministrator/umbel-env"},
	} {
		creds, err := s.Credentials(c.rq)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		out, err := sts.NewFromConfig(s.Keys(creds.AccessKeyID, creds.SecretAccessKey, creds.SessionToken)).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		if err != nil || aws.ToString(out.Arn) != c.arn || creds.ARN != c.arn {
			t.Errorf("%s: %s, said to be %s, %v; want %s", c.name, aws.ToString(out.Arn), creds.ARN, err, c.arn)
		}
		if left := time.Until(creds.Expiration); left < 11*time.Hour || left > 12*time.Hour {
			t.Errorf("%s: expires in %v", c.name, left)
		}
	}
}

func TestCredentialsRefused(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	member, closed := o.Account("", "member"), o.Account("", "closed")
	if _, err := o.CloseAccount(t.Context(), &organizations.CloseAccountInput{AccountId: &closed}); err != nil {
		t.Fatal(err)
	}
	s.Settle()
	for _, id := range []string{"444455556666", "444455557777"} {
		if err := s.SignUp(id, "twin", "twin"+id+"@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		rq   operator.CredentialsRequest
		want string
	}{
		{"no such name", operator.CredentialsRequest{Account: "nobody"}, `there is no account named "nobody"; there are: `},
		{"no such ID", operator.CredentialsRequest{Account: "999988887777"}, "there is no account 999988887777; `umbel account list` shows them"},
		{"no such address", operator.CredentialsRequest{Account: "no@example.com"}, "there is no account no@example.com"},
		{"a name borne twice", operator.CredentialsRequest{Account: "twin"}, "444455556666, 444455557777"},
		{"root and role", operator.CredentialsRequest{Account: member, Root: true, Role: "r"}, "not for both"},
		{"no such role", operator.CredentialsRequest{Account: member, Role: "r"}, "has no role r; name one of these with --role: OrganizationAccountAccessRole; or ask"},
		{"no role at all", operator.CredentialsRequest{Account: "444455556666", Role: "r"}, "account 444455556666 has no role r; ask for its root user with --root"},
		{"a closed account", operator.CredentialsRequest{Account: closed}, "is closed"},
		{"a closed account's root", operator.CredentialsRequest{Account: closed, Root: true}, "is closed"},
	} {
		if _, err := s.Credentials(c.rq); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestAdministratorsAtOnce asks for the administrator, who is made when first asked for, from many sides.
func TestAdministratorsAtOnce(t *testing.T) {
	s := testenv.Start(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if _, err := s.Credentials(operator.CredentialsRequest{}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

// TestBootstrapOnce holds that a store gets one first account, whoever starts on it and how often.
func TestBootstrapOnce(t *testing.T) {
	s := testenv.Start(t, testenv.FirstAccount("111122223333"))
	kept := func(operator.RootKey) error { t.Error("a key was kept for an account that was not made"); return nil }
	for _, id := range []ident.AccountID{"", "111122223333"} {
		if key, err := s.Door.Bootstrap(t.Context(), id, "again", "again@example.com", kept); err != nil || key != nil {
			t.Errorf("%q: %v, %v", id, key, err)
		}
	}
	_, err := s.Door.Bootstrap(t.Context(), "444455556666", "again", "again@example.com", kept)
	if err == nil || err.Error() != "this store was made with the first account 111122223333, not 444455556666" {
		t.Errorf("another ID: %v", err)
	}
}

// TestBootstrapRace starts many on one empty store. One makes the account; its key is the one that is kept.
func TestBootstrapRace(t *testing.T) {
	s := testenv.Start(t)
	if err := s.Store().Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	keys := make(chan *operator.RootKey, 8)
	for range cap(keys) {
		wait.Go(func() {
			key, err := s.Door.Bootstrap(t.Context(), "", "first", "root@example.com", nil)
			if err != nil {
				t.Error(err)
			}
			keys <- key
		})
	}
	wait.Wait()
	close(keys)
	var made []*operator.RootKey
	for k := range keys {
		if k != nil {
			made = append(made, k)
		}
	}
	if len(made) != 1 {
		t.Fatalf("%d first accounts", len(made))
	}
	first, err := s.Door.First(t.Context())
	if err != nil || first != made[0].Account {
		t.Errorf("first account %s, %v; the key is of %s", first, err, made[0].Account)
	}
	out, err := sts.NewFromConfig(s.Keys(made[0].AccessKeyID, made[0].SecretAccessKey, "")).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
	if err != nil || aws.ToString(out.Arn) != "arn:aws:iam::"+string(first)+":root" {
		t.Errorf("the root key: %v, %v", out, err)
	}
}

// TestBootstrapKeepsFirst holds that no account is made whose key could not be kept.
func TestBootstrapKeepsFirst(t *testing.T) {
	s := testenv.Start(t)
	if err := s.Store().Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	if _, err := s.Door.Bootstrap(t.Context(), "", "first", "root@example.com", func(operator.RootKey) error { return full }); !errors.Is(err, full) {
		t.Errorf("bootstrap: %v", err)
	}
	if first, err := s.Door.First(t.Context()); err == nil {
		t.Errorf("account %s was made", first)
	}
}

func TestFindAndAnnounce(t *testing.T) {
	s := testenv.Start(t)
	dir := t.TempDir()
	if _, err := operator.Find(dir); err == nil || !strings.Contains(err.Error(), "start one with `umbel up`") {
		t.Errorf("an empty directory: %v", err)
	}
	remove, err := operator.Announce(dir, operator.Client{Endpoint: s.URL, Token: "testenv", PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "server.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("server.json: %v, %v", info, err)
	}
	c, err := operator.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Health(t.Context()); err != nil {
		t.Errorf("health: %v", err)
	}
	if accounts, err := c.Accounts(t.Context()); err != nil || len(accounts) != 1 {
		t.Errorf("accounts: %v, %v", accounts, err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if _, err := operator.Find(dir); err == nil {
		t.Error("the server is still announced")
	}
	if err := os.WriteFile(filepath.Join(dir, "server.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := operator.Find(dir); err == nil || !strings.Contains(err.Error(), "server.json") {
		t.Errorf("a broken file: %v", err)
	}
	if _, err := operator.Announce(filepath.Join(dir, "none"), *c); err == nil {
		t.Error("announced in a directory that is not there")
	}
}
