package iampolicy

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"umbel/iampolicy/actions"
)

// neverRules are about statements that apply to no request at all. What they say is exact.
var neverRules = []lintRule{
	{code: "STATEMENT_NEVER_MATCHES", kind: FindingWarning, summary: "a statement that applies to no request: its conditions contradict each other, or it is about nothing", statement: (*linter).checkNever},
}

func (l *linter) checkNever(s *lintStatement) {
	const message = "This statement applies to no request: "
	for _, no := range []lintList{s.notAction, s.notResource} {
		for _, t := range no.items {
			if t.string == "*" || t.string == "*:*" {
				l.report(message+"nothing is left beside "+t.string+".", t.at)
			}
		}
	}
	if s.notPrincipal.at != nil && s.notPrincipal.everyone() {
		l.report(message+"nobody is left beside everyone.", s.notPrincipal.at)
	}
	on := map[string][]*lintCondition{}
	for i := range s.conditions {
		key := strings.ToLower(s.conditions[i].key.string)
		on[key] = append(on[key], &s.conditions[i])
	}
	for _, conditions := range on {
		l.checkContradiction(conditions)
	}
}

// checkContradiction tries all that a key can be, as far as the conditions on it tell things apart.
func (l *linter) checkContradiction(conditions []*lintCondition) {
	v := newTrial(conditions, l.doc.version.string == version2012)
	if v.possible() {
		return
	}
	reason := "its conditions on " + v.name + " contradict each other."
	if len(v.places) == 1 {
		reason = "its condition on " + v.name + " never holds."
	}
	l.report("This statement applies to no request: "+reason, v.places...)
}

// trial are the conditions of one statement on one key.
type trial struct {
	name       string // as written first
	conditions []condition
	raw        []*lintCondition
	places     []*place
}

// newTrial leaves out conditions with policy variables: they may hold.
func newTrial(conditions []*lintCondition, variables bool) *trial {
	t := &trial{}
	for _, c := range conditions {
		dynamic := variables && slices.ContainsFunc(c.items, func(v lintText) bool { return strings.Contains(v.string, "${") })
		if dynamic {
			continue
		}
		n := conditionNode{operator: located{text: c.operator.string}, key: located{text: c.key.string}}
		for _, v := range c.items {
			n.values = append(n.values, located{text: v.string})
		}
		t.conditions = append(t.conditions, compileCondition(&n, variables))
		t.raw, t.places, t.name = append(t.raw, c), append(t.places, c.key.at), c.key.string
	}
	return t
}

// holds tells whether all conditions hold for a request with these values of the key, absent if nil.
func (t *trial) holds(values []string) bool {
	var ctx Context
	if values != nil {
		ctx.Set(t.name, values...)
	}
	for i := range t.conditions {
		if !t.conditions[i].holds(&ctx) {
			return false
		}
	}
	return true
}

// possible tells whether a request can satisfy the conditions, or whether that is not known.
func (t *trial) possible() bool {
	if t.holds(nil) || t.holds([]string{}) {
		return true
	}
	if t.hopeless() {
		return false
	}
	if k, known := actions.LookupKey(t.name); !known || k.Multi {
		return true // several values at once may satisfy what one cannot
	}
	candidates, complete := t.candidates()
	if !complete {
		return true
	}
	return slices.ContainsFunc(candidates, func(v string) bool { return t.holds([]string{v}) })
}

// hopeless tells whether a condition holds for no value whatever: one that wants the key to be absent, or has no value to
// compare with.
func (t *trial) hopeless() bool {
	for i, c := range t.raw {
		absent := c.op.compare == compareNull && !t.conditions[i].there
		if absent || c.op.compare != compareNull && !c.op.negated && len(c.items) == 0 && c.op.set != forAllValues {
			return true
		}
	}
	return false
}

// candidates gives values of the key among which one satisfies the conditions if any does; complete is false if that cannot
// be said of any list.
func (t *trial) candidates() (list []string, complete bool) {
	for _, c := range t.raw {
		exact := c.op.compare == compareString || (c.op.compare == compareStringLike || c.op.compare == compareArn) && !slices.ContainsFunc(c.items, func(v lintText) bool { return strings.ContainsAny(v.string, "*?") })
		if exact && !c.op.negated && len(c.items) > 0 && !slices.ContainsFunc(c.items, func(v lintText) bool { return strings.Contains(v.string, "${") }) {
			for _, v := range c.items {
				list = append(list, v.string)
			}
			return list, true
		}
	}
	for _, of := range []struct {
		compare comparison
		around  func([]string) []string
	}{{compareBool, aroundBool}, {compareNumber, aroundNumbers}, {compareDate, aroundDates}, {compareIP, aroundRanges}} {
		var values []string
		all := true
		for _, c := range t.raw {
			all = all && (c.op.compare == of.compare || c.op.compare == compareNull)
			for _, v := range c.items {
				values = append(values, v.string)
			}
		}
		if all {
			return of.around(values), true
		}
	}
	return nil, false
}

func aroundBool([]string) []string { return []string{"true", "false"} }

// aroundNumbers gives the numbers of a list, and numbers between, below and above them.
func aroundNumbers(values []string) []string {
	longest := 0
	for _, v := range values {
		_, fraction, _ := strings.Cut(v, ".")
		longest = max(longest, len(fraction))
	}
	list := []string{"0"}
	for _, v := range append(values, "0", "-0") {
		if _, ok := parseDecimal(v); !ok {
			continue
		}
		whole, fraction, _ := strings.Cut(v, ".")
		next := whole + "." + fraction + strings.Repeat("0", longest-len(fraction)) // one digit more than any other has
		digits := strings.TrimPrefix(v, "-")
		list = append(list, v, next+"1", "-"+strings.TrimPrefix(next, "-")+"1", "9"+digits, "-9"+digits)
	}
	return list
}

// aroundDates gives the dates of a list, and those just before and after.
func aroundDates(values []string) (list []string) {
	for _, v := range values {
		d, ok := parseDate(v)
		if !ok {
			continue
		}
		for _, by := range []time.Duration{-1, 0, 1} {
			list = append(list, d.Add(by).UTC().Format("2006-01-02T15:04:05.000000000Z"))
		}
	}
	return list
}

// aroundRanges gives the first and last address of each range, and those just outside.
func aroundRanges(values []string) []string {
	list := []string{"0.0.0.0", "::"}
	for _, v := range values {
		p, ok := parsePrefix(v)
		if !ok {
			continue
		}
		last := p.Addr().AsSlice()
		for bit := p.Bits(); bit < 8*len(last); bit++ {
			last[bit/8] |= 0x80 >> (bit % 8)
		}
		end, _ := netip.AddrFromSlice(last)
		for _, a := range []netip.Addr{p.Addr(), end, p.Addr().Prev(), end.Next()} {
			if a.IsValid() {
				list = append(list, a.String())
			}
		}
	}
	return list
}
