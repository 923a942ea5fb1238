package iampolicy

import (
	"flag"
	"fmt"
	"sync/atomic"
	"testing"
)

var lawTries = flag.Int("laws", 40_000, "how many generated decisions TestLaws tries its laws on")

// law says how a decision may change when its request or policies are changed in some way. No oracle has a part in it.
type law struct {
	name     string
	policies func(dice, *Policies) bool // changes them; false: there is nothing to change
	request  func(dice, *Request)       // changes it; nil: it stays
	holds    func(before, after Decision) bool
	idle     func(req *Request, before Decision) bool // the law says nothing then; nil: it always does
}

func neverAllows(before, after Decision) bool {
	return before.Outcome == Allowed || after.Outcome != Allowed
}

func alreadyAllowed(_ *Request, before Decision) bool { return before.Outcome == Allowed }

// A federated user without session policies has nothing to lose.
func nothingToLose(req *Request, before Decision) bool {
	return before.Outcome == Allowed || req.Principal.Kind == FederatedUser
}

func unstoppable(req *Request, _ Decision) bool { return needsNoPermission(req.Action) }

// neverDenies: an explicit deny stays and none comes up; what was allowed stays so.
func neverDenies(before, after Decision) bool {
	return (before.Outcome == ExplicitDeny) == (after.Outcome == ExplicitDeny) && (before.Outcome != Allowed || after.Outcome == Allowed)
}

func sameOutcome(before, after Decision) bool { return before.Outcome == after.Outcome }

func sameDecision(before, after Decision) bool { return before == after }

// sameBut tells that a layer may change its mind, and nothing else: if it decides neither before nor after, nothing changed.
func sameBut(layer Layer) func(before, after Decision) bool {
	return func(before, after Decision) bool {
		return before == after || before.Layer == layer || after.Layer == layer
	}
}

var laws = []law{
	{"a Deny added never allows", addDeny, nil, neverAllows, alreadyAllowed},
	{"a Deny of everything denies", denyEverything, nil, func(_, after Decision) bool { return after.Outcome == ExplicitDeny }, unstoppable},
	{"an Allow added never denies", addAllow, nil, neverDenies, nil},
	{"a further level never allows", addLevel, nil, neverAllows, alreadyAllowed},
	{"a first boundary never allows", addBoundary, nil, neverAllows, alreadyAllowed},
	{"a first session policy never allows", addSession, nil, neverAllows, nothingToLose},
	{"the order of levels does not matter", shuffleLevels, nil, sameOutcome, nil},
	{"the order of policies does not matter", shufflePolicies, nil, sameOutcome, nil},
	{"the order of statements does not matter", shuffleStatements, nil, sameOutcome, nil},
	{"the order of values does not matter", shuffleValues, nil, sameDecision, nil},
	{"letter case of actions does not matter", swapActionsCase, swapActionCase, sameDecision, nil},
	{"letter case of condition keys does not matter", swapKeysCase, swapKeyCase, sameDecision, nil},
	{"splitting policies does not matter", splitPolicies, nil, sameOutcome, nil},
	{"splitting statements does not matter", splitStatements, nil, sameOutcome, nil},
	{"repetition does not matter", repeat, nil, sameOutcome, nil},
	{"white space does not matter", indent, nil, sameDecision, nil},
	{"another place for the principal's account changes only its chain", moveAccount, nil, sameBut(LayerServiceControl), nil},
	{"another place for the resource's account changes only its chain", moveResource, nil, sameBut(LayerResourceControl), nil},
	{"keys that no policy knows do not matter", unchanged, addKeys, sameDecision, nil},
}

func unchanged(dice, *Policies) bool { return true }

// agreement says that something else tells the same about policies or their decision.
type agreement struct {
	name  string
	agree func(*Request, *Policies, Decision) bool
}

var agreements = []agreement{
	{"the explanation agrees with the decision", func(req *Request, ps *Policies, d Decision) bool { return Explain(req, ps).Decision == d }},
	{"a document is what Parse reads", func(_ *Request, ps *Policies, _ Decision) bool { return parsesAlike(ps) }},
}

func parsesAlike(ps *Policies) bool {
	alike := true
	eachSource(ps, func(s *Source) {
		p, err := Parse(s.Document.Text())
		q, failed := s.Document.Policy()
		alike = alike && (err == nil) == (failed == nil) && (err == nil || err.Error() == failed.Error()) && (err != nil || p.Statements() == q.Statements())
	})
	return alike
}

// TestLaws changes generated requests and policies in ways of which is known what they may do to the decision. For long runs:
// go test ./iampolicy -run TestLaws -v -timeout 0 -laws 1000000
func TestLaws(t *testing.T) {
	share := *lawTries / (len(laws) + len(agreements))
	for i := range laws {
		t.Run(laws[i].name, func(t *testing.T) { laws[i].check(t, share) })
	}
	for i := range agreements {
		t.Run(agreements[i].name, func(t *testing.T) { agreements[i].check(t, share) })
	}
}

// A batch of tries: sets of policies from one stock, each changed once for several requests.
const (
	lawSets     = 80
	lawRequests = 25
	lawBatch    = lawSets * lawRequests
)

func lawStock(batch uint64) *stock {
	return newStock(seeded(*seed, 1<<32+batch), stockDocuments, stockRequests)
}

// check tries a law so many times. The choices of a change are its own, so that it can be made to a smaller scenario too.
func (l *law) check(t *testing.T, total int) {
	var spoke atomic.Int64
	inBatches(t, total, lawBatch, func(batch uint64) {
		s := lawStock(batch)
		for n := range uint64(lawSets) {
			ps := &s.set().engine
			changed := copyOf(ps)
			if !l.policies(seeded(batch, n), changed) {
				continue
			}
			for range lawRequests {
				req := pick(s.dice, s.requests).req
				if ok, said := l.try(seeded(batch, n), req, ps, changed); said {
					spoke.Add(1)
				} else if ok {
					continue
				} else {
					t.Errorf("-seed %d -batch %d -laws 1\n%s", *seed, batch, l.report(func() dice { return seeded(batch, n) }, newScenario(req, ps)))
					return
				}
			}
		}
	})
	if n := spoke.Load(); !t.Failed() && n < int64(total)/20 {
		t.Errorf("the law said something on %d of %d decisions only", n, total)
	}
}

// try decides before and after; it tells whether the law holds, and whether it had something to say.
func (l *law) try(d dice, req *Request, ps, changed *Policies) (holds, said bool) {
	rq := *req
	if l.request != nil {
		l.request(d, &rq)
	}
	before := Decide(req, ps)
	holds = l.idle != nil && l.idle(req, before)
	if !holds {
		said = l.holds(before, Decide(&rq, changed))
	}
	return holds || said, said
}

// report shrinks a scenario that breaks a law, and shows it before and after the change.
func (l *law) report(d func() dice, s *scenario) string {
	change := func(s *scenario) (req, rq *Request, ps, p *Policies, changed bool) {
		req, set := s.build()
		p, rq = copyOf(&set.engine), new(*req)
		changed = l.policies(d(), p)
		if l.request != nil {
			l.request(d(), rq)
		}
		return req, rq, &set.engine, p, changed
	}
	s = shrink(s, func(s *scenario) bool {
		req, _, ps, p, changed := change(s)
		holds, _ := l.try(d(), req, ps, p)
		return changed && !holds
	})
	req, rq, ps, p, _ := change(s)
	return fmt.Sprintf("%s\n%s\nand changed:\n%s\n%s", s, asJSON(Decide(req, ps)), newScenario(rq, p), asJSON(Decide(rq, p)))
}

func (a *agreement) check(t *testing.T, total int) {
	inBatches(t, total, lawBatch, func(batch uint64) {
		s := lawStock(batch)
		for range lawSets {
			ps := &s.set().engine
			for range lawRequests {
				req := pick(s.dice, s.requests).req
				if !a.agree(req, ps, Decide(req, ps)) {
					small := shrink(newScenario(req, ps), func(s *scenario) bool {
						req, set := s.build()
						return !a.agree(req, &set.engine, Decide(req, &set.engine))
					})
					t.Errorf("-seed %d -batch %d -laws 1\n%s", *seed, batch, small)
					return
				}
			}
		}
	})
}
