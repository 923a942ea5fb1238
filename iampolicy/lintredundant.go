package iampolicy

import (
	"fmt"
	"slices"
)

// redundancyRules are about what could be left out without a change. What they say is exact: without it every decision is the same.
var redundancyRules = []lintRule{
	{code: "REDUNDANT_ACTION", kind: FindingSuggestion, title: "redundant action", summary: "actions that another entry of the list takes in", statement: (*linter).checkRedundantActions},
	{code: "REDUNDANT_RESOURCE", kind: FindingSuggestion, title: "redundant resource", summary: "resources that another entry of the list takes in", statement: (*linter).checkRedundantResources},
	{code: "REDUNDANT_STATEMENT", kind: FindingSuggestion, title: "redundant statement", summary: "a statement that another one of the same effect takes in", document: (*linter).checkRedundantStatements},
	{code: "ALLOW_OVERRIDDEN_BY_DENY", kind: FindingWarning, summary: "an Allow that never allows, because a Deny of the policy takes it in", document: (*linter).checkOverridden},
}

func (l *linter) covering() covering {
	return covering{l.doc.version.string == version2012, map[string]string{}}
}

// maxCompared bounds the statements, and maxPairs the entries of a list, that are compared with each other: those of the
// largest policy are fewer.
const (
	maxCompared = 4096
	maxPairs    = 1 << 21
)

// redundant gives the entries that others cover; of two that say the same, the later one.
func (c covering) redundant(items []lintText, of patternOf) (list []lintText) {
	written, meant := map[string]int{}, map[string]int{} // the first entry that is so; one without wildcards covers no other
	var wide []int
	for i, t := range items {
		keepFirst(written, t.string, i)
		if p, known := of(t.string, false); known {
			keepFirst(meant, p, i)
			if firstWildcard(p) >= 0 {
				wide = append(wide, i)
			}
		}
	}
	if len(wide)*len(items) > maxPairs {
		wide = nil
	}
	for j, inner := range items {
		q, _ := of(inner.string, true)
		same, known := meant[q]
		if written[inner.string] < j || known && same < j || slices.ContainsFunc(wide, func(i int) bool {
			return i != j && c.entry(items[i].string, inner.string, of) && (i < j || !c.entry(inner.string, items[i].string, of))
		}) {
			list = append(list, inner)
		}
	}
	return list
}

func keepFirst(first map[string]int, key string, i int) {
	if _, before := first[key]; !before {
		first[key] = i
	}
}

func placesOf(items []lintText) (places []*place) {
	for _, t := range items {
		places = append(places, t.at)
	}
	return places
}

func (l *linter) checkRedundantActions(s *lintStatement) {
	c := l.covering()
	if list := c.redundant(s.actions().items, c.actionPattern); len(list) > 0 {
		l.report(fmt.Sprintf("The %d action(s) are redundant because they provide similar permissions. Update the policy to remove the redundant action such as: %s.", len(list), list[0].string), placesOf(list)...)
	}
}

func (l *linter) checkRedundantResources(s *lintStatement) {
	c := l.covering()
	if list := c.redundant(s.resources().items, c.resourcePattern); len(list) > 0 {
		l.report(fmt.Sprintf("The %d resource ARN(s) are redundant because they reference the same resource. Review the use of wildcards (*)", len(list)), placesOf(list)...)
	}
}

func (l *linter) checkRedundantStatements() {
	c := l.covering()
	if len(l.doc.statements) > maxCompared {
		return
	}
	for j, inner := range l.doc.statements {
		for i, outer := range l.doc.statements {
			same := outer.allows() && inner.allows() || outer.denies() && inner.denies()
			if i != j && same && c.statement(outer, inner) && (i < j || !c.statement(inner, outer)) {
				l.report("The statements are redundant because they provide identical permissions. Update the policy to remove the redundant statement: "+
					fmt.Sprintf("all that statement %d says, statement %d says too.", j+1, i+1), inner.at, outer.at)
				break
			}
		}
	}
}

func (l *linter) checkOverridden() {
	c := l.covering()
	if len(l.doc.statements) > maxCompared {
		return
	}
	for _, allow := range l.doc.statements {
		for i, deny := range l.doc.statements {
			if allow.allows() && deny.denies() && c.statement(deny, allow) {
				l.report(fmt.Sprintf("This statement never allows anything: statement %d denies all that it is about.", i+1), allow.at, deny.at)
				break
			}
		}
	}
}
