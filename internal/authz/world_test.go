package authz_test

import (
	"crypto/rand"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

const (
	management = ident.AccountID("111111111111")
	member     = ident.AccountID("222222222222")
	sibling    = ident.AccountID("333333333333") // of the same organization
	stranger   = ident.AccountID("444444444444") // of another one
	lone       = ident.AccountID("555555555555")
	ownOrg     = ident.OrgID("o-aaaaaaaaaa")
	otherOrg   = ident.OrgID("o-bbbbbbbbbb")
)

var now = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// world is two organizations and a lone account, seen whole by every call.
type world struct {
	store.Tx // what is not overridden is not used
	t        *testing.T
	states   map[store.Partition]store.State
	members  map[ident.AccountID]ident.OrgID
	ou       *org.OU // the member is in it
	quotas   org.Quotas
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, states: map[store.Partition]store.State{}, members: map[ident.AccountID]ident.OrgID{}, quotas: org.DefaultQuotas(),
	}
	for _, id := range []ident.AccountID{management, member, sibling, stranger, lone} {
		s := iam.NewState()
		s.PutAccount(&iam.Account{ID: id, Name: "a", Email: string(id) + "@example.com"})
		w.states[op.IAMPartition(id)] = s
	}
	w.organization(ownOrg, management, member, sibling)
	w.organization(otherOrg, "666666666666", stranger)
	root, _ := w.org(ownOrg).Organization()
	w.ou = must(w.org(ownOrg).CreateOU(rand.Reader, now, &w.quotas, string(root.Root), "Workloads", nil))(t)
	if err := w.org(ownOrg).Move(member, string(root.Root), string(w.ou.ID)); err != nil {
		t.Fatal(err)
	}
	return w
}

func must[V any](v V, err error) func(*testing.T) V {
	return func(t *testing.T) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w *world) organization(id ident.OrgID, manager ident.AccountID, members ...ident.AccountID) {
	w.t.Helper()
	s := org.NewState()
	w.states[op.OrgPartition(id)] = s
	f := org.Founder{ID: manager, Name: "m", Email: string(manager) + "@example.com"}
	o := must(s.Create(rand.Reader, now, id, f, org.AllFeatures))(w.t)
	for _, kind := range []org.PolicyType{org.ServiceControlPolicy, org.ResourceControlPolicy} {
		must(s.EnablePolicyType(o.Root, kind))(w.t)
	}
	w.members[manager] = id
	for _, m := range members {
		must(s.Admit(now, &org.CreateRequest{ID: "car-" + string(m), Account: m, Name: "b", Email: string(m) + "@example.com"}))(w.t)
		w.members[m] = id
	}
}

func (w *world) org(id ident.OrgID) *org.State { return w.states[op.OrgPartition(id)].(*org.State) }

func (w *world) iam(id ident.AccountID) *iam.State { return w.states[op.IAMPartition(id)].(*iam.State) }

// guard attaches an organization policy to a target and gives its ARN.
func (w *world) guard(id ident.OrgID, kind org.PolicyType, target, content string) string {
	w.t.Helper()
	s := w.org(id)
	p := must(s.CreatePolicy(rand.Reader, now, &w.quotas, org.NewPolicy{Type: kind, Name: "g" + target, Content: content}))(w.t)
	if err := s.Attach(&w.quotas, p.ID, target); err != nil {
		w.t.Fatal(err)
	}
	o, _ := s.Organization()
	return o.PolicyARN(p)
}

func (w *world) State(p store.Partition) store.State { return w.states[p] }

func (w *world) Locate(key string) (store.Partition, bool, error) {
	for account, id := range w.members {
		if op.MemberLocator(account) == key {
			return op.OrgPartition(id), true, nil
		}
	}
	return "", false, nil
}

const (
	allow = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	none  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	deny  = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:CreateUser","Resource":"*"}]}`
)

func entity(name, id string, policies ...string) iam.Entity {
	e := iam.Entity{Name: name, Path: "/", UniqueID: id}
	for i, p := range policies {
		e.Inline = append(e.Inline, iam.InlinePolicy{Name: string(rune('a' + i)), Document: iampolicy.NewDocument(p)})
	}
	return e
}

// managed puts a customer managed policy and gives its ARN.
func (w *world) managed(id ident.AccountID, name, content string) string {
	w.iam(id).Policies.Put(&iam.ManagedPolicy{
		Name: name, Path: "/", Default: 1, Next: 2,
		Versions: []iam.PolicyVersion{{Number: 1, Document: iampolicy.NewDocument(content)}},
	})
	return ident.IAM(id, "policy/"+name)
}

func (w *world) call(c op.Caller) *op.Call {
	c.Organization = w.members[c.Account]
	call := &op.Call{
		Now: now, Region: "eu-west-1", Service: "iam", Caller: &c, Tx: w,
		Client: op.Client{IP: netip.MustParseAddr("192.0.2.7"), UserAgent: "aws-cli/2", TLS: true},
	}
	for p := range w.states {
		call.View.Read = append(call.View.Read, p)
	}
	return call
}

func (w *world) root(id ident.AccountID) *op.Call {
	return w.call(op.Caller{Kind: op.Root, Account: id, ARN: ident.IAM(id, "root"), UserID: string(id)})
}

func (w *world) user(id ident.AccountID, e iam.Entity) *op.Call {
	u := &iam.User{Entity: e}
	w.iam(id).Users.Put(u)
	return w.call(op.Caller{Kind: op.User, Account: id, ARN: ident.IAM(id, "user"+e.Path+e.Name), UserID: e.UniqueID, Name: e.Name, User: u})
}

func (w *world) role(id ident.AccountID, e iam.Entity, s iam.Session) *op.Call {
	r := &iam.Role{Entity: e}
	w.iam(id).Roles.Put(r)
	s.Account, s.Kind, s.RoleName, s.RoleID, s.Name = id, iam.RoleSession, e.Name, e.UniqueID, "s1"
	s.Issued, s.Expires = now.Add(-time.Minute), now.Add(time.Hour)
	return w.call(op.Caller{
		Kind: op.AssumedRole, Account: id, ARN: ident.STS(id, "assumed-role/"+e.Name+"/s1"), UserID: e.UniqueID + ":s1", Name: e.Name,
		Role: r, Session: &s, Inline: authz.SessionPolicies(s.Policies),
	})
}

type nothing struct{}

// authorize decides the targets as an operation that names them.
func authorize(c *op.Call, action string, targets ...op.Target) error {
	o := op.Define(op.Decl[nothing, nothing]{
		Service: "iam", Name: "Test", Action: action, Access: op.Read,
		Targets: func(*op.Call, *nothing) ([]op.Target, error) { return slices.Clone(targets), nil },
		Run:     func(*op.Call, *nothing) (*nothing, error) { return nil, nil },
	})
	return authz.NewAuthorizer().Authorize(c, o, &nothing{})
}

// message gives the text of a refusal, or "" if the call is allowed.
func message(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Code != fault.AccessDenied {
		t.Fatalf("not a refusal: %v", err)
	}
	return refused.Message
}

func source(text string) *iampolicy.Source {
	return &iampolicy.Source{ID: "resource", Document: iampolicy.NewDocument(text)}
}
