package gateway_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/gateway"
	"umbel/internal/ident"
	iammodel "umbel/internal/model/iam"
	orgmodel "umbel/internal/model/organizations"
	stsmodel "umbel/internal/model/sts"
	"umbel/internal/op"
	"umbel/internal/seal"
	"umbel/internal/store"
	"umbel/sigv4"
)

const (
	management = ident.AccountID("111111111111")
	member     = ident.AccountID("222222222222")
	lone       = ident.AccountID("333333333333")
	orgID      = ident.OrgID("o-abcdefghij")
)

var clock = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// env is a gateway over a small world: an organization with a member, and an account of its own.
type env struct {
	t        testing.TB
	store    *memory
	gateway  *gateway.Gateway
	log      *bytes.Buffer
	metrics  *prometheus.Registry
	now      time.Time
	settings op.Settings
	entered  chan struct{} // signalled when ListRoles runs
	release  chan struct{} // awaited by ListRoles
}

func allowAll() *iampolicy.Document {
	return iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
}

// newEnv makes the world. Every account has a user "alice" with everything allowed, the root user's key and an admin role.
func newEnv(t testing.TB, change func(*gateway.Config)) *env {
	t.Helper()
	e := &env{t: t, store: newMemory(), log: new(bytes.Buffer), metrics: prometheus.NewRegistry(), now: clock}
	e.settings = op.Settings{Org: org.DefaultQuotas(), IAM: iam.DefaultQuotas()}
	for _, id := range []ident.AccountID{management, member, lone} {
		e.account(id)
	}
	e.organization()
	c := gateway.Config{
		Store: e.store, Registry: op.NewRegistry(e.services()...), Settings: &e.settings, Trail: e.store,
		Now: func() time.Time { return e.now }, Rand: rand.Reader, Metrics: e.metrics, MaxBody: 4096,
		Log: slog.New(slog.NewJSONHandler(e.log, nil)), FirstAccount: func() ident.AccountID { return management },
	}
	if change != nil {
		change(&c)
	}
	g, err := gateway.New(c)
	if err != nil {
		t.Fatal(err)
	}
	e.gateway = g
	return e
}

func (e *env) iam(id ident.AccountID) *iam.State {
	return e.store.state(op.IAMPartition(id)).(*iam.State)
}

func (e *env) org() *org.State { return e.store.state(op.OrgPartition(orgID)).(*org.State) }

func (e *env) account(id ident.AccountID) {
	s := e.iam(id)
	s.PutAccount(&iam.Account{ID: id, Name: "a", Email: "a" + string(id) + "@example.com", Created: clock})
	everything := []iam.InlinePolicy{{Name: "all", Document: allowAll()}}
	s.Users.Put(&iam.User{Entity: iam.Entity{Name: "Alice", Path: "/team/", UniqueID: "AIDA" + string(id), Inline: everything}})
	s.Roles.Put(&iam.Role{Entity: iam.Entity{Name: "Admin", Path: "/", UniqueID: "AROA" + string(id), Inline: everything}})
	for user, key := range map[string]string{"alice": userKey(id), "": rootKey(id)} {
		s.Keys.Put(&iam.AccessKey{ID: key, Secret: "secret of " + key, User: user, Active: true})
		e.store.locators[op.KeyLocator(key)] = op.IAMPartition(id)
	}
}

func (e *env) organization() {
	s := e.org()
	o, err := s.Create(rand.Reader, clock, orgID, org.Founder{ID: management, Name: "m", Email: "m@example.com"}, org.AllFeatures)
	if err != nil {
		e.t.Fatal(err)
	}
	if _, err := s.EnablePolicyType(o.Root, org.ServiceControlPolicy); err != nil {
		e.t.Fatal(err)
	}
	if _, err := s.Admit(clock, &org.CreateRequest{ID: "car-1", Account: member, Name: "b", Email: "b@example.com"}); err != nil {
		e.t.Fatal(err)
	}
	for _, id := range []ident.AccountID{management, member} {
		e.store.locators[op.MemberLocator(id)] = op.OrgPartition(orgID)
	}
}

func userKey(id ident.AccountID) string { return "AKIAUSER" + string(id) }
func rootKey(id ident.AccountID) string { return "AKIAROOT" + string(id) }

func longTerm(key string) sigv4.Credentials {
	return sigv4.Credentials{AccessKeyID: key, SecretAccessKey: "secret of " + key}
}

// session issues temporary credentials.
func (e *env) session(s iam.Session) sigv4.Credentials {
	e.t.Helper()
	key, err := seal.New(e.store.Secret(), authz.SessionPurpose)
	if err != nil {
		e.t.Fatal(err)
	}
	if s.Expires.IsZero() {
		s.Issued, s.Expires = clock, clock.Add(time.Hour)
	}
	c, err := authz.IssueSession(key, rand.Reader, &s)
	if err != nil {
		e.t.Fatal(err)
	}
	return sigv4.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
}

func (e *env) roleSession(id ident.AccountID) sigv4.Credentials {
	return e.session(iam.Session{Account: id, Kind: iam.RoleSession, RoleName: "Admin", RoleID: "AROA" + string(id), Name: "s1"})
}

// services are operations of real models with small functions.
func (e *env) services() []op.Service {
	identity := op.Define(op.Decl[stsmodel.GetCallerIdentityInput, stsmodel.GetCallerIdentityOutput]{
		Service: "sts", Name: "GetCallerIdentity", Access: op.Read, Open: true,
		Run: func(c *op.Call, _ *stsmodel.GetCallerIdentityInput) (*stsmodel.GetCallerIdentityOutput, error) {
			account := string(c.Caller.Account)
			return &stsmodel.GetCallerIdentityOutput{Arn: &c.Caller.ARN, UserId: &c.Caller.UserID, Account: &account}, nil
		},
	})
	createUser := op.Define(op.Decl[iammodel.CreateUserInput, iammodel.CreateUserOutput]{
		Service: "iam", Name: "CreateUser", Access: op.Write, Scope: op.WriteIAM[iammodel.CreateUserInput],
		Targets: func(c *op.Call, in *iammodel.CreateUserInput) ([]op.Target, error) {
			return []op.Target{{Resource: ident.IAM(c.Caller.Account, "user/"+*in.UserName)}}, nil
		},
		Run: func(c *op.Call, in *iammodel.CreateUserInput) (*iammodel.CreateUserOutput, error) {
			switch *in.UserName {
			case "panic":
				panic("asked to")
			case "break":
				return nil, errors.New("the disk is on fire")
			case "exists":
				return nil, fault.New(fault.EntityAlreadyExists, "User with name exists already exists.")
			}
			c.IAM().Users.Put(&iam.User{Entity: iam.Entity{Name: *in.UserName, Path: "/", UniqueID: "AIDAX"}})
			return &iammodel.CreateUserOutput{User: &iammodel.User{UserName: in.UserName}}, nil
		},
	})
	listRoles := op.Define(op.Decl[iammodel.ListRolesInput, iammodel.ListRolesOutput]{
		Service: "iam", Name: "ListRoles", Access: op.Read,
		Targets: func(*op.Call, *iammodel.ListRolesInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: func(c *op.Call, _ *iammodel.ListRolesInput) (*iammodel.ListRolesOutput, error) {
			if e.entered != nil {
				e.entered <- struct{}{}
				select {
				case <-e.release:
				case <-c.Context.Done():
					return nil, c.Context.Err()
				}
			}
			return &iammodel.ListRolesOutput{}, nil
		},
	})
	listRoots := op.Define(op.Decl[orgmodel.ListRootsInput, orgmodel.ListRootsOutput]{
		Service: "organizations", Name: "ListRoots", Access: op.Read,
		Scope: func(c *op.Call, _ *orgmodel.ListRootsInput) (store.Scope, error) {
			return store.Scope{Read: []store.Partition{op.IAMPartition(c.Caller.Account)}}, nil
		},
		Targets: func(*op.Call, *orgmodel.ListRootsInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: func(c *op.Call, _ *orgmodel.ListRootsInput) (*orgmodel.ListRootsOutput, error) {
			if c.Org() == nil {
				return nil, fault.New(fault.NotInOrganization, "Your account is not a member of an organization.")
			}
			o, _ := c.Org().Organization()
			id := string(o.Root)
			return &orgmodel.ListRootsOutput{Roots: []orgmodel.Root{{Id: &id}}}, nil
		},
	})
	return []op.Service{
		{ID: "sts", Operations: []*op.Operation{identity}},
		{ID: "iam", Operations: []*op.Operation{createUser, listRoles}},
		{ID: "organizations", Operations: []*op.Operation{listRoots}},
	}
}

// query makes a request of a query service.
func query(service, body string) *http.Request {
	versions := map[string]string{"sts": "2011-06-15", "iam": "2010-05-08"}
	r := httptest.NewRequest("POST", "http://127.0.0.1:4566/", strings.NewReader(body+"&Version="+versions[service]))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

// target makes a request of Organizations.
func target(name, body string) *http.Request {
	r := httptest.NewRequest("POST", "http://127.0.0.1:4566/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSOrganizationsV20161128."+name)
	return r
}

// sign signs the request as of the world's clock.
func (e *env) sign(r *http.Request, service string, c sigv4.Credentials) *http.Request {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sigv4.Signer{Service: service, Region: "us-east-1"}.Sign(r, body, c, e.now)
	return r
}

// serve gives the answer to a request: status and body.
func (e *env) serve(r *http.Request) (int, string) {
	w := httptest.NewRecorder()
	e.gateway.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// records gives the audit records so far, decoded.
func (e *env) records() []map[string]any {
	var out []map[string]any
	for _, ev := range e.store.events {
		var m map[string]any
		if err := json.Unmarshal(ev.Body, &m); err != nil {
			e.t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}
