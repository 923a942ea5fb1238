package iampolicy

import (
	"fmt"
	"slices"
	"strings"
)

// request gives the request with the values at hand.
func (q *question) request() *Request {
	q.context.Reset()
	q.stated.Keys(func(key string, values []string) bool {
		q.context.Set(key, values...)
		return true
	})
	for key, f := range q.fields {
		if f.derived() {
			q.context.Set(key, f.text())
		} else if o := f[0].v.option(); len(o.values) > 0 {
			q.context.Set(key, o.values...)
		}
	}
	q.asked = *q.req
	q.asked.Context = &q.context
	who := &q.asked.Principal
	for _, part := range []struct {
		f  field
		to *string
	}{{q.arn, &who.ARN}, {q.role, &who.RoleARN}, {q.id, &who.UniqueID}} {
		if part.f != nil {
			*part.to = part.f.text()
		}
	}
	return &q.asked
}

// option gives the value at hand; before there are any, none.
func (b *blank) option() option {
	if b.at < len(b.options) {
		return b.options[b.at]
	}
	return option{}
}

// text gives a field with the values at hand.
func (f field) text() string {
	out := ""
	for _, p := range f {
		text := p.text
		if p.v != nil {
			for _, value := range p.v.option().values {
				text = value
			}
			if p.name {
				text = nameOf(text)
			}
		}
		out += text
	}
	return out
}

// world gives the policies with the effects at hand.
func (q *question) world() *Policies {
	if !slices.ContainsFunc(q.blanks, func(b *blank) bool { return b.layer != LayerNone }) {
		return q.policies
	}
	return q.substitute(func(layer Layer, s *Source) Source {
		if b := q.policyBlank(layer, s.ID); b != nil {
			return q.standIn(b.option().effect, s.ID)
		}
		return *s
	}, func(b *blank) effect { return b.option().effect })
}

// truthTable holds the outcome for each combination of values of the blanks that have several: the first varies slowest.
type truthTable struct {
	blanks  []*blank
	allowed []bool
}

// tabulate decides every combination of values, and sums up.
func (q *question) tabulate() (PartialDecision, error) {
	exact, tooMany := q.fill()
	if tooMany != nil {
		return PartialDecision{}, &UndecidedError{Unknowns: []string{tooMany.label}, Reason: "the policies tell too many values of it apart"}
	}
	t := truthTable{}
	size := 1
	var asked []*blank
	for _, b := range q.blanks {
		if len(b.options) > 1 || b.inexact {
			asked = append(asked, b)
		}
		if len(b.options) > 1 {
			t.blanks = append(t.blanks, b)
			size = min(size*len(b.options), maxCombinations+1)
		}
	}
	if size > maxCombinations {
		return PartialDecision{}, &UndecidedError{Unknowns: labelsOf(t.blanks), Reason: fmt.Sprintf("there are more than %d combinations of values", maxCombinations)}
	}
	var agreement Decision
	examples := map[bool]int{}
	for i := range size {
		t.choose(i, size)
		d := scrub(Decide(q.request(), q.world()))
		yes := d.Outcome == Allowed
		t.allowed = append(t.allowed, yes)
		if i == 0 {
			agreement = d
		}
		agreement = agreed(agreement, d)
		if _, there := examples[yes]; !there {
			examples[yes] = i
		}
	}
	essential := t.essential()
	names := labelsOf(essential)
	if !exact && len(names) < len(labelsOf(asked)) {
		return PartialDecision{}, &UndecidedError{Unknowns: labelsOf(asked), Reason: "a condition compares two of them in a way that the values tried do not settle"}
	}
	if len(names) == 0 {
		return definite(agreement), nil
	}
	out := PartialDecision{Outcome: Depends, DependsOn: names, Decision: Decision{Statement: -1}}
	for yes, i := range examples {
		t.choose(i, size)
		e := &Example{Values: q.values(essential), Decision: scrub(Decide(q.request(), q.world()))}
		if yes {
			out.Allowing = e
		} else {
			out.Denying = e
		}
	}
	return out, nil
}

// choose puts combination i at hand.
func (t *truthTable) choose(i, size int) {
	for _, b := range t.blanks {
		size /= len(b.options)
		b.at = i / size
		i %= size
	}
}

// essential gives the blanks of which one alone can turn the outcome.
func (t *truthTable) essential() (out []*blank) {
	step := len(t.allowed)
	for _, b := range t.blanks {
		whole := step
		step /= len(b.options)
		for i := range t.allowed {
			if i%whole >= step && t.allowed[i] != t.allowed[i-step] {
				out = append(out, b)
				break
			}
		}
	}
	return out
}

// labelsOf names blanks, each name once, sorted.
func labelsOf(list []*blank) []string {
	var out []string
	for _, b := range list {
		out = append(out, b.label)
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return slices.Compact(out)
}

// values gives the values at hand of the unknowns that matter.
func (q *question) values(list []*blank) map[string][]string {
	out := map[string][]string{}
	for _, b := range list {
		switch o := b.option(); {
		case b.layer != LayerNone:
			out[b.label] = []string{string(o.effect)}
		case b.label == "principal:arn":
			out[b.label] = []string{q.arn.text()}
		default:
			out[b.label] = append([]string{}, o.values...)
		}
	}
	return out
}

// agreed gives what two decisions have in common.
func agreed(a, b Decision) Decision {
	switch {
	case a.Outcome != b.Outcome:
		return Decision{Statement: -1}
	case a.Layer != b.Layer:
		return Decision{Outcome: a.Outcome, Statement: -1}
	case a.Target != b.Target:
		return Decision{Outcome: a.Outcome, Layer: a.Layer, Statement: -1}
	case a.Policy != b.Policy:
		return Decision{Outcome: a.Outcome, Layer: a.Layer, Target: a.Target, Statement: -1}
	case a.Statement != b.Statement:
		a.Statement, a.Sid = -1, ""
	}
	return a
}

// between gives what all decisions between two bounds have in common. Of several policies that may allow, another may come
// closest to the caller each time.
func between(least, most Decision) Decision {
	if least.Outcome == Allowed && (least.Sid == standInSid || most.Sid == standInSid) {
		return Decision{Outcome: Allowed, Statement: -1}
	}
	return agreed(scrub(least), scrub(most))
}

// scrub takes out what a stand-in left in a decision.
func scrub(d Decision) Decision {
	if d.Sid == standInSid {
		d.Statement, d.Sid = -1, ""
	}
	return d
}
