package budgets

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"umbel/internal/alert"
	"umbel/internal/audit"
	"umbel/internal/authz"
	"umbel/internal/domain/cost"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/store"
)

// actKind is the job of one step of one action.
const actKind = "budgets:Act"

// errand is the body of the job. The organization is the one that the account was in when the step began.
type errand struct {
	Account      ident.AccountID
	Organization ident.OrgID
	Step         cost.Step
}

// enqueue puts a step on the ledger with the change that began it.
func enqueue(tx store.Tx, e errand, now time.Time) error {
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("budgets: %w", err)
	}
	tx.Enqueue(ledger.Job{ID: fmt.Sprintf("act-%s-%d", e.Step.Action, e.Step.Number), Kind: actKind, Body: body, Due: now})
	return nil
}

// actJob does a step of an action in one Update: what the step changes and the action's new state are there together or not at all, so
// a step is done exactly once.
func actJob() *op.Job {
	trail := audit.NewRecorder()
	return &op.Job{
		Kind: actKind,
		Scope: op.ScopeOf(func(e *errand) store.Scope {
			s := store.Scope{Write: []store.Partition{op.CostPartition(e.Account), op.IAMPartition(e.Account)}}
			if e.Organization != "" {
				s.Write = append(s.Write, op.OrgPartition(e.Organization))
			}
			return s
		}),
		Run: func(c *op.Call, j ledger.Job) error {
			var e errand
			if err := json.Unmarshal(j.Body, &e); err != nil {
				return fmt.Errorf("budgets: job %s: %w", j.ID, err)
			}
			s := c.CostOf(e.Account)
			a, ok := s.Begun(e.Step)
			if !ok {
				return nil
			}
			applied, failure := step(c, e, a, trail)
			if failure != nil && fault.CodeOf(failure) == "" {
				return failure // no rule of AWS's, but something of ours: the job is tried again
			}
			words := ""
			if failure != nil {
				words = message(failure)
			}
			ended := s.End(a, applied, words, c.Now)
			last := s.EventsOf(ended.ID)
			return alert.Post(c.Tx, e.Account, s.ActionAlert(e.Account, ended, last[len(last)-1].Message), c.Now)
		},
	}
}

// step does what the action's state says is under way, all of it or nothing, and gives what then has the policy because of the action.
func step(c *op.Call, e errand, a *cost.Action, trail *audit.Recorder) ([]string, error) {
	role, ok := c.IAMOf(e.Account).RoleByARN(a.Role)
	if !ok {
		return a.Applied, fault.New(fault.AccessDenied, "The execution role %s does not exist.", a.Role)
	}
	as, err := authz.AsService(c, acting(e.Account, e.Organization, role, actionARN(e.Account, a.Budget, a.ID)))
	if err != nil {
		return a.Applied, err
	}
	h := &hand{Call: as, a: a, auth: authz.NewAuthorizer(), trail: trail}
	if a.Kind == cost.ApplySCP {
		if e.Organization == "" {
			return a.Applied, fault.New(fault.NotInOrganization, "The account %s is in no organization.", e.Account)
		}
		if o, ok := as.Org().Organization(); !ok || o.Management != e.Account {
			return a.Applied, fault.New(fault.AccessDenied, "The account %s is not its organization's management account.", e.Account)
		}
	}
	if a.Status == cost.Executing {
		return h.attachAll()
	}
	return h.detachAll()
}

// acting says as whom Budgets acts in an account, and for which action.
func acting(account ident.AccountID, organization ident.OrgID, role *iam.Role, action string) authz.Service {
	return authz.Service{Name: principal, Account: account, Organization: organization, Role: role, Session: "AWSBudgets", Source: action}
}

// hand attaches and detaches as the execution role.
type hand struct {
	*op.Call
	a     *cost.Action
	auth  *authz.Authorizer
	trail *audit.Recorder
}

// attachAll attaches the action's policy to whatever does not have it yet.
func (h *hand) attachAll() ([]string, error) {
	applied := slices.Clone(h.a.Applied)
	for _, t := range h.targets() {
		if h.has(t) {
			continue
		}
		if err := h.move(t, true); err != nil {
			return h.a.Applied, h.undo(applied[len(h.a.Applied):], false, err)
		}
		applied = append(applied, t)
	}
	return applied, nil
}

// detachAll takes the policy away where the action attached it. Where it is gone already, or the target is, there is nothing to do.
func (h *hand) detachAll() ([]string, error) {
	var moved []string
	for _, t := range h.a.Applied {
		if !h.has(t) {
			continue
		}
		if err := h.move(t, false); err != nil {
			return h.a.Applied, h.undo(moved, true, err)
		}
		moved = append(moved, t)
	}
	return nil, nil
}

// undo brings back what was before a step that failed half-way.
func (h *hand) undo(moved []string, attach bool, cause error) error {
	for _, t := range moved {
		if err := h.do(t, attach); err != nil {
			return fmt.Errorf("budgets: undo action %s: %w", h.a.ID, err) // what was possible a moment ago
		}
	}
	return cause
}

// targets names what the policy is to be attached to, as in cost.Action.Applied.
func (h *hand) targets() []string {
	if h.a.Kind == cost.ApplySCP {
		return h.a.Targets
	}
	var out []string
	for prefix, names := range map[string][]string{"user/": h.a.Users, "group/": h.a.Groups, "role/": h.a.Roles} {
		for _, n := range names {
			out = append(out, prefix+n)
		}
	}
	slices.Sort(out)
	return out
}

// has tells whether a target has the policy.
func (h *hand) has(target string) bool {
	if h.a.Kind == cost.ApplySCP {
		return slices.ContainsFunc(h.Org().AttachedTo(target, org.ServiceControlPolicy), func(p *org.Policy) bool { return string(p.ID) == h.a.Policy })
	}
	kind, name := entity(target)
	e, err := h.IAM().Entity(kind, name)
	return err == nil && slices.Contains(e.Attached, h.a.Policy)
}

// entity reads "user/NAME". Names given with a path are the names behind it.
func entity(target string) (iam.Kind, string) {
	prefix, name, _ := strings.Cut(target, "/")
	name = name[strings.LastIndex(name, "/")+1:]
	return map[string]iam.Kind{"user": iam.UserKind, "group": iam.GroupKind, "role": iam.RoleKind}[prefix], name
}

// move attaches or detaches, if the role may.
func (h *hand) move(target string, attach bool) error {
	if err := h.may(target, attach); err != nil {
		if fault.Is(err, fault.AccessDenied) {
			h.record(target, attach, &audit.Failure{Code: "AccessDenied", Message: message(err), Denied: true})
		}
		return err
	}
	return h.do(target, attach)
}

// do attaches or detaches, and leaves the record of it.
func (h *hand) do(target string, attach bool) error {
	err := h.put(target, attach)
	if err == nil {
		h.record(target, attach, nil)
	}
	return err
}

// may asks whether the execution role may do it, by the actions that the API has for it.
func (h *hand) may(target string, attach bool) error {
	verb := "Detach"
	if attach {
		verb = "Attach"
	}
	if h.a.Kind == cost.ApplySCP {
		o, err := h.Org().Existing()
		if err != nil {
			return err
		}
		p, err := h.Org().ExistingPolicy(ident.PolicyID(h.a.Policy))
		if err != nil {
			return err
		}
		kind := op.Key{Name: "organizations:PolicyType", Values: []string{string(p.Type)}}
		for _, t := range []op.Target{
			{Resource: o.PolicyARN(p), Tags: h.Org().TagsOf(h.a.Policy)}, {Resource: o.NodeARN(target), Tags: h.Org().TagsOf(target)},
		} {
			t.Action, t.Keys = "organizations:"+verb+"Policy", []op.Key{kind}
			if err := h.auth.Require(h.Call, &t); err != nil {
				return err
			}
		}
		return nil
	}
	kind, name := entity(target)
	s := h.IAM()
	arn, tags, noun := "", map[string]string(nil), ""
	switch kind {
	case iam.UserKind:
		u, err := s.FindUser(name)
		if err != nil {
			return err
		}
		arn, tags, noun = s.UserARN(u), u.Tags, "User"
	case iam.GroupKind:
		g, err := s.FindGroup(name)
		if err != nil {
			return err
		}
		arn, noun = s.GroupARN(g), "Group"
	default:
		r, err := s.FindRole(name)
		if err != nil {
			return err
		}
		arn, tags, noun = s.RoleARN(r), r.Tags, "Role"
	}
	return h.auth.Require(h.Call, &op.Target{
		Action: "iam:" + verb + noun + "Policy", Resource: arn, Tags: tags, Keys: []op.Key{{Name: "iam:PolicyARN", Values: []string{h.a.Policy}}},
	})
}

// put attaches or detaches as AttachPolicy and DetachPolicy do.
func (h *hand) put(target string, attach bool) error {
	if h.a.Kind == cost.ApplySCP {
		if attach {
			return h.Org().Attach(&h.Settings.Org, ident.PolicyID(h.a.Policy), target)
		}
		return h.Org().Detach(&h.Settings.Org, ident.PolicyID(h.a.Policy), target)
	}
	kind, name := entity(target)
	if attach {
		return h.IAM().AttachPolicy(iam.Env{Now: h.Now, Rand: h.Rand, Quotas: &h.Settings.IAM}, kind, name, h.a.Policy)
	}
	return h.IAM().DetachPolicy(kind, name, h.a.Policy)
}
