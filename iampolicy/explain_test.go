package iampolicy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// decided derives the decision from what an explanation says of statements and layers, without Decide's help.
func decided(e *Explanation) Decision {
	if i := slices.IndexFunc(e.Matched, func(s StatementReport) bool { return s.Deny }); i >= 0 {
		s := &e.Matched[i]
		return Decision{Outcome: ExplicitDeny, Layer: s.Layer, Target: s.Target, Policy: s.Policy, Statement: s.Statement, Sid: s.Sid}
	}
	return Decision{Statement: -1}
}

// TestExplanationAgrees: what an explanation says of statements and layers is what was decided, and each remedy turns it.
func TestExplanationAgrees(t *testing.T) {
	remedied, denied := 0, 0
	for seed := range uint64(3000) {
		req, ps := seeded(seed, 7).decision()
		want := Decide(req, ps)
		e := Explain(req, ps)
		if e.Decision != want {
			t.Fatalf("seed %d: explained %+v, decided %+v", seed, e.Decision, want)
		}
		checkLayers(t, seed, e)
		if want.Outcome != Allowed {
			denied++
			remedied += min(len(e.Remedies), 1)
		}
		for _, r := range e.Remedies {
			rq, p := req, ps
			for i := range r.Steps {
				rq, p = r.Steps[i].Apply(rq, p)
			}
			if turned := Decide(rq, p); (turned.Outcome == Allowed) == (want.Outcome == Allowed) {
				t.Fatalf("seed %d: %+v and with %s still %+v\n%s", seed, want, asJSON(r), turned, asJSON(ps))
			}
		}
		if Decide(req, ps) != want {
			t.Fatalf("seed %d: a remedy changed what it was given", seed)
		}
		checkText(t, e)
	}
	if denied < 1000 || remedied < denied*8/10 {
		t.Errorf("of %d denials only %d have a remedy", denied, remedied)
	}
}

// checkLayers holds the reports on layers and statements against the decision.
func checkLayers(t *testing.T, seed uint64, e *Explanation) {
	t.Helper()
	d := decided(e)
	for _, r := range e.Layers {
		if d.Outcome == ImplicitDeny && r.Outcome == ImplicitDeny && r.Exempt == "" && !r.Waived && before(&r, &d, e.CrossAccount) {
			d.Layer, d.Target = r.Layer, r.Target
		}
		if e.Decision.Outcome == Allowed && r.Exempt == "" && !r.Waived && r.Outcome != Allowed {
			t.Fatalf("seed %d: allowed, and %+v", seed, r)
		}
	}
	switch e.Decision.Outcome {
	case ExplicitDeny:
		if d != e.Decision {
			t.Fatalf("seed %d: the statements say %+v, decided %+v", seed, d, e.Decision)
		}
	case ImplicitDeny:
		if d != e.Decision {
			t.Fatalf("seed %d: the layers say %+v, decided %+v", seed, d, e.Decision)
		}
	case Allowed:
		if d.Outcome == ExplicitDeny {
			t.Fatalf("seed %d: allowed, and the statements say %+v", seed, d)
		}
	}
	for _, s := range e.Matched {
		if !s.Applies || s.failing() != 0 {
			t.Fatalf("seed %d: matched, and does not apply: %+v", seed, s)
		}
	}
	for _, s := range e.Nearest {
		if s.Applies || s.failing() == 0 || s.Deny {
			t.Fatalf("seed %d: near, and applies: %+v", seed, s)
		}
	}
}

// before tells whether a layer that does not allow is reported before the one found so far: across accounts the caller's
// side comes first, else the resource's policy does.
func before(r *LayerReport, found *Decision, across bool) bool {
	return found.Layer == LayerNone || across && found.Layer == LayerResource && r.Layer == LayerIdentity
}

func checkText(t *testing.T, e *Explanation) {
	t.Helper()
	for line := range strings.Lines(e.Text()) {
		line = strings.TrimRight(line, "\n")
		if utf8.RuneCountInString(line) > 100 && strings.Contains(strings.TrimSpace(line), " ") {
			t.Fatalf("%d characters: %q", utf8.RuneCountInString(line), line)
		}
	}
	if !json.Valid([]byte(asJSON(e))) {
		t.Fatalf("no JSON: %s", asJSON(e))
	}
}
