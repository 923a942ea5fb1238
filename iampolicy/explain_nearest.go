package iampolicy

import (
	"slices"
	"strings"
)

// mostNear bounds how many near statements are shown.
const mostNear = 3

// nearest picks the statements that failed in as few parts as any. One whose action does not match is near only if that is
// all, and it names the action's service.
func (x *explainer) nearest() {
	if x.e.Decision.Outcome != ImplicitDeny {
		return
	}
	near := slices.DeleteFunc(x.near, func(s StatementReport) bool {
		return !s.Parts[0].Holds && (s.failing() > 1 || !s.Parts[0].sameService(x.action.service))
	})
	slices.SortStableFunc(near, func(a, b StatementReport) int { return a.distance() - b.distance() })
	for i := range near {
		if i < mostNear && near[i].distance() == near[0].distance() {
			x.e.Nearest = append(x.e.Nearest, near[i])
		}
	}
}

// distance orders near statements: fewest failing parts first, and among those conditions before all else.
func (s *StatementReport) distance() int {
	n := 2 * s.failing()
	for i := range s.Parts {
		if !s.Parts[i].Holds && s.Parts[i].Element != "Condition" {
			n++
		}
	}
	return n
}

// sameService tells whether an Action or NotAction names a service's actions at all.
func (p *Part) sameService(service string) bool {
	return slices.ContainsFunc(p.Policy, func(action string) bool {
		prefix, _, _ := strings.Cut(action, ":")
		return equalFold(prefix, service)
	})
}
