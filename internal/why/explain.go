package why

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
)

// explain puts the call together in one view of the state and explains its decision.
func (d *Desk) explain(ctx context.Context, f *facts) (a Answer, err error) {
	account, arn, err := f.account()
	if err != nil {
		return a, err
	}
	for range attempts {
		var sc store.Scope
		var organization ident.OrgID
		if sc, organization, err = d.scope(ctx, account, f.owner()); err != nil {
			return a, err
		}
		err = d.Store.View(ctx, sc, func(tx store.Tx) error {
			b := d.builder(ctx, f, account, organization)
			b.c.Tx, b.c.View = tx, sc
			a, err = b.answer(account, arn)
			return err
		})
		if !errors.Is(err, authz.ErrMoved) {
			return a, err
		}
	}
	return a, fault.New(fault.Unavailable, "").Because(err)
}

// scope names the partitions of the caller's account and of the resource's, with their organizations.
func (d *Desk) scope(ctx context.Context, account, owner ident.AccountID) (sc store.Scope, organization ident.OrgID, err error) {
	for _, id := range []ident.AccountID{account, owner} {
		part := op.IAMPartition(id)
		if id == "" || slices.Contains(sc.Read, part) {
			continue
		}
		sc.Read = append(sc.Read, part)
		in, member, err := d.Store.Locate(ctx, op.MemberLocator(id), true)
		if err != nil {
			return sc, "", err
		}
		if !member {
			continue
		}
		if id == account {
			organization = ident.OrgID(strings.TrimPrefix(string(in), string(op.OrgPartition(""))))
		}
		if !slices.Contains(sc.Read, in) {
			sc.Read = append(sc.Read, in)
		}
	}
	return sc, organization, nil
}

// builder puts one call together.
type builder struct {
	c       *op.Call
	f       *facts
	assumed []assumption
	notes   []string
	names   map[string]string
}

// assumption is what is taken for granted. With keys it is told only if a policy that matters asks for one of them.
type assumption struct {
	text string
	keys []string
}

func (b *builder) assume(text string) { b.assumeAsked(text) }

func (b *builder) assumeAsked(text string, keys ...string) {
	b.assumed = append(b.assumed, assumption{text, keys})
}

func (d *Desk) builder(ctx context.Context, f *facts, account ident.AccountID, organization ident.OrgID) *builder {
	service, _, _ := strings.Cut(strings.ToLower(f.action), ":")
	if f.whole {
		f.recorded = true
	}
	b := &builder{f: f, names: map[string]string{}, c: &op.Call{
		Context: ctx, Now: f.at, Region: f.region, Service: service, Settings: d.Settings,
		Caller: &op.Caller{Account: account, Organization: organization, AccessKeyID: f.accessKey},
		Client: op.Client{UserAgent: f.agent, TLS: f.tls},
	}}
	if ip, err := netip.ParseAddr(f.ip); err == nil {
		b.c.Client.IP = ip
	}
	if b.c.Now.IsZero() {
		b.c.Now = d.Now().UTC()
		if !f.whole {
			b.assumeAsked("The call is made now.", "aws:CurrentTime", "aws:EpochTime")
		}
	}
	if b.c.Region == "" {
		b.c.Region = "us-east-1"
		if !f.whole && !authz.Global(service) {
			b.assumeAsked("The request went to us-east-1; another Region is given with --region.", "aws:RequestedRegion")
		}
	}
	return b
}

func (b *builder) answer(account ident.AccountID, arn ident.ARN) (Answer, error) {
	if b.c.Caller.Organization != "" {
		if _, member := b.c.Org().Account(account); !member {
			return Answer{}, authz.ErrMoved
		}
	}
	if err := b.caller(account, arn); err != nil {
		return Answer{}, err
	}
	t := b.target(b.resourceARN())
	rq, ps, err := authz.Gather(b.c, &t)
	if err != nil {
		return Answer{}, err
	}
	for key, values := range b.f.context {
		rq.Context.Set(key, values...)
	}
	e := iampolicy.Explain(&rq, &ps)
	raw, err := json.Marshal(e)
	if err != nil {
		return Answer{}, fmt.Errorf("why: %w", err)
	}
	a := Answer{Explanation: raw, Notes: append([]string{}, b.notes...), Found: append([]string{}, b.f.found...), Assumptions: b.told(e)}
	if b.f.message != "" && !agrees(b.f.said, e, authz.Reason(b.c, &t, e.Decision)) {
		a.Said = b.f.said
	}
	a.Text = a.words(e, b.name)
	return a, nil
}

// agrees tells whether what the message said of the cause is what the decision comes to now. A message that says nothing
// agrees with any denial.
func agrees(said string, e *iampolicy.Explanation, reason string) bool {
	if e.Decision.Outcome == iampolicy.Allowed {
		return false
	}
	return said == "" || strings.TrimSuffix(said, ".") == strings.TrimSpace(reason)
}

// told gives the assumptions that matter.
func (b *builder) told(e *iampolicy.Explanation) []string {
	out := []string{}
	asked := b.askedFor(e)
	for _, a := range b.assumed {
		if len(a.keys) == 0 || slices.ContainsFunc(a.keys, func(k string) bool { return asked[strings.ToLower(k)] }) {
			out = append(out, a.text)
		}
	}
	var open []string
	for _, key := range e.Absent {
		if !b.known(key) {
			open = append(open, key)
		}
	}
	if len(open) > 0 {
		out = append(out, "The request did not have "+strings.Join(open, ", ")+": a refusal does not tell. Give what it had with --context KEY=VALUE.")
	}
	return out
}

// askedFor gives the keys, in lower case, that statements of the answer ask for.
func (b *builder) askedFor(e *iampolicy.Explanation) map[string]bool {
	asked := map[string]bool{}
	for _, list := range [][]iampolicy.StatementReport{e.Matched, e.Nearest} {
		for i := range list {
			for j := range list[i].Parts {
				asked[strings.ToLower(list[i].Parts[j].Key)] = true
			}
		}
	}
	for _, key := range e.Absent {
		asked[strings.ToLower(key)] = true
	}
	return asked
}

// known tells the keys whose absence is sure: those of the caller, of the resource and of its owner follow from the state,
// those of the session from the trail. What is left are the request's own.
func (b *builder) known(key string) bool {
	if b.f.whole {
		return true
	}
	key = strings.ToLower(key)
	for _, p := range []string{"aws:principal", "aws:resource", "iam:resourcetag/", "aws:multifactorauth", "aws:tokenissuetime", "aws:userid", "aws:username", "aws:via", "aws:calledvia", "aws:assumedroot"} {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return b.f.recorded && (key == "aws:sourceip" || key == "aws:useragent" || key == "aws:sourceidentity")
}

// name gives the name that people know something by.
func (b *builder) name(id string) string {
	if n, ok := b.names[id]; ok {
		return n
	}
	last := id[strings.LastIndexByte(id, '/')+1:]
	for _, part := range b.c.View.Read {
		switch s := b.c.Tx.State(part).(type) {
		case *org.State:
			if n, ok := s.Node(id); ok && n.Kind != org.RootNode {
				return n.Name
			}
			if p, ok := s.Policy(ident.PolicyID(last)); ok {
				return p.Name
			}
		case *iam.State:
			if acct, ok := s.Account(); ok && string(acct.ID) == id {
				return acct.Name
			}
		}
	}
	return ""
}

// trusted names the unique IDs that a saved trust policy holds in place of ARNs.
func (b *builder) trusted(s *iam.State, r *iam.Role) {
	for id, arn := range r.Trusted {
		_, user := s.UserByID(id)
		_, role := s.RoleByID(id)
		if !user && !role && strings.Contains(arn, ":"+string(s.ID())+":") {
			arn += ", since deleted: whoever is made again under its name is another"
		}
		b.names[id] = arn
	}
}
