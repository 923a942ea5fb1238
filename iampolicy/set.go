package iampolicy

import (
	"sync"
	"sync/atomic"
)

// set is policies that have a say together: the levels of a chain, what a principal holds, the policy of a resource. It is
// compiled by action: the first request for an action makes a plan of the statements that can match it, in all policies.
type set struct {
	groups []group
	mu     sync.Mutex // held while a plan is put
	plans  atomic.Pointer[planTable]
}

// group is a level of a chain or a layer. One of its policies has to allow.
type group struct {
	policies []*compiledText
	named    bool // a decision names the statement that allows
	naming   bool // a resource's: a statement allows only whom it names
}

// planTable finds plans by the hash of the action. A slot is free until something is put there, and never again.
type planTable []atomic.Pointer[plan]

const (
	firstPlans = 8   // slots a table begins with
	mostPlans  = 256 // slots a table grows to; further actions take the place of others
	planProbes = 8   // slots a plan may be in, from that of its hash on

	longestAction = 192 // bytes; AWS's own names are shorter than 128
)

// plan gives the plan for an action, given with its hash.
func (s *set) plan(action string, hash uint32) *plan {
	if t := s.plans.Load(); t != nil {
		if p := t.find(action, hash); p != nil {
			return p
		}
	}
	p := s.makePlan(action, hash)
	if len(action) <= longestAction {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.keep(p)
	}
	return p
}

func (t planTable) find(action string, hash uint32) *plan {
	for i := range uint32(planProbes) {
		p := t.at(hash + i).Load()
		if p == nil {
			return nil
		}
		if p.hash == hash && equalFold(p.action.whole, action) {
			return p
		}
	}
	return nil
}

func (t planTable) at(hash uint32) *atomic.Pointer[plan] { return &t[hash&uint32(len(t)-1)] }

// keep puts a plan into the table. Names of actions come from whoever calls: what they take up must have an end.
func (s *set) keep(p *plan) {
	t := s.plans.Load()
	if t == nil {
		first := make(planTable, firstPlans)
		t = &first
		s.plans.Store(t)
	}
	for !t.put(p) {
		if len(*t) == mostPlans {
			t.at(p.hash + p.hash>>24%planProbes).Store(p)
			return
		}
		wider := make(planTable, 2*len(*t))
		for i := range *t {
			if old := (*t)[i].Load(); old != nil {
				wider.put(old)
			}
		}
		t = &wider
		s.plans.Store(t)
	}
}

// put finds a free slot, unless there is none or the action is there already.
func (t planTable) put(p *plan) bool {
	for i := range uint32(planProbes) {
		slot := t.at(p.hash + i)
		if old := slot.Load(); old == nil || old.hash == p.hash && equalFold(old.action.whole, p.action.whole) {
			slot.Store(p)
			return true
		}
	}
	return false
}
