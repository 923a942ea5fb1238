package iampolicy

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// width100 is how wide a text for people may be, in characters. Words that are longer, such as ARNs, are not broken.
const width100 = 100

// Text words the explanation for a person, in lines of at most 100 characters as far as its words let it.
func (e *Explanation) Text() string { return e.TextWith(nil) }

// TextWith words the explanation with the names that people know things by: name gives that of a policy's ID or ARN, of a
// node of the tree or of an account, "" for none.
func (e *Explanation) TextWith(name func(id string) string) string {
	t := &textWriter{words: e.words(name)}
	t.head(e)
	t.wrap("", "", t.cause(e))
	t.statements(e)
	t.absent(e)
	t.layers(e)
	t.remedies(e)
	return t.b.String()
}

type textWriter struct {
	*words
	b strings.Builder
}

func (t *textWriter) head(e *Explanation) {
	word := "DENIED"
	if e.Decision.Outcome == Allowed {
		word = "ALLOWED"
	}
	fmt.Fprintf(&t.b, "%s  %s\n", word, e.Action)
	if e.Resource != "*" {
		fmt.Fprintf(&t.b, "    on  %s\n", e.Resource)
	}
	fmt.Fprintf(&t.b, "    by  %s\n\n", e.Caller)
}

// wrap writes a paragraph: first before its first line, hang before the others.
func (t *textWriter) wrap(first, hang, text string) {
	line := first
	used := utf8.RuneCountInString(line)
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case used+1+n > width100:
			t.b.WriteString(line + "\n")
			line, used = hang, utf8.RuneCountInString(hang)
		default:
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	t.b.WriteString(line + "\n")
}

// statements shows the statement that decided, or those that came nearest.
func (t *textWriter) statements(e *Explanation) {
	d := &e.Decision
	for i := range e.Matched {
		s := &e.Matched[i]
		if s.Layer != d.Layer || s.Policy != d.Policy || s.Target != d.Target || s.Statement != d.Statement || s.Deny != (d.Outcome == ExplicitDeny) {
			continue
		}
		if s.Error != "" {
			t.wrap("  ", "  ", s.Error)
			return
		}
		t.b.WriteString("\n" + upper(t.statement(s.Statement, s.Sid)) + " (" + s.lines() + "), part by part:\n")
		t.parts(s)
		return
	}
	switch {
	case d.Outcome != ImplicitDeny:
	case len(e.Nearest) == 0 && e.policies(d.Layer, d.Target) > 0:
		t.b.WriteString("\n")
		t.wrap("", "", "Nothing comes near: none of the statements there that allow names "+e.Action+" or another "+splitAction(e.Action).service+" action.")
	default:
		t.near(e)
	}
}

func (t *textWriter) near(e *Explanation) {
	for i := range e.Nearest {
		s := &e.Nearest[i]
		lead := "Nearest comes "
		if i > 0 {
			lead = "As near comes "
		}
		t.b.WriteString("\n")
		t.wrap("", "", lead+t.statement(s.Statement, s.Sid)+" of "+t.policy(s.Layer, s.Policy)+" ("+s.lines()+"):")
		t.parts(s)
	}
}

// lines tells where a statement stands.
func (s *StatementReport) lines() string {
	if s.Start.Line == s.End.Line {
		return fmt.Sprintf("line %d, column %d", s.Start.Line, s.Start.Column)
	}
	return fmt.Sprintf("lines %d to %d", s.Start.Line, s.End.Line)
}

func (t *textWriter) parts(s *StatementReport) {
	for i := range s.Parts {
		p := &s.Parts[i]
		mark := "yes"
		if !p.Holds {
			mark = "NO"
		}
		text := t.part(p)
		if p.Note != "" {
			text += " — " + p.Note
		}
		t.wrap(fmt.Sprintf("  %-4s %-12s ", mark, p.Element), strings.Repeat(" ", 20), text)
	}
}

// part words how a part meets the request.
func (t *textWriter) part(p *Part) string {
	policy := quoted(p.shown())
	if strings.HasSuffix(p.Element, "Principal") && t.name != nil {
		policy = t.named(p.Policy)
	}
	if p.Element == "Condition" {
		has := "the request has " + quoted(p.Request)
		switch {
		case p.Absent:
			has = "the request does not have this key"
		case len(p.Request) == 0:
			has = "the request has this key without a value"
		}
		return p.Operator + " " + p.Key + " " + policy + ": " + has
	}
	request, verb := p.Request[0], "matches"
	if strings.HasSuffix(p.Element, "Principal") {
		request, verb = "the caller", "is named by"
	}
	matches := strings.HasPrefix(p.Element, "Not") != p.Holds
	switch {
	case len(p.Policy) == 0 && p.Holds:
		return "any: the statement names none"
	case len(p.Policy) == 0:
		return "the statement names none"
	case matches && len(p.Policy) == 1 && policy == `"*"`:
		return `any: "*"`
	case matches && len(p.Policy) > 1:
		return request + " " + verb + " one of " + policy
	case matches:
		return request + " " + verb + " " + policy
	case len(p.Policy) > 1:
		return request + " " + verb + " none of " + policy
	case verb == "matches":
		return request + " does not match " + policy
	}
	return "the caller is not named by " + policy
}

// shown gives the policy's values; of a long list those that match come first.
func (p *Part) shown() []string {
	if len(p.Policy) <= most+1 {
		return p.Policy
	}
	rest := slices.DeleteFunc(slices.Clone(p.Policy), func(v string) bool { return slices.Contains(p.Matching, v) })
	return slices.Concat(p.Matching, rest)
}

// named lists principals, with the names of those that are unique IDs.
func (t *textWriter) named(values []string) string {
	out := quoted(values)
	for _, v := range values {
		if name := t.name(v); name != "" {
			out = strings.Replace(out, `"`+v+`"`, `"`+v+`" (`+name+")", 1)
		}
	}
	return out
}

func (t *textWriter) absent(e *Explanation) {
	if len(e.Absent) > 0 {
		t.b.WriteString("\n")
		t.wrap("", "", "Asked for by policies, and not in the request: "+strings.Join(e.Absent, ", "))
	}
}

func (t *textWriter) layers(e *Explanation) {
	if len(e.Layers) == 0 {
		return
	}
	t.b.WriteString("\nWhat each kind of policy says\n")
	for i := range e.Layers {
		r := &e.Layers[i]
		t.wrap(fmt.Sprintf("  %-12s ", r.says()), strings.Repeat(" ", 15), t.layer(r)+r.remark())
	}
}

// layer names the policies of a layer or level.
func (t *textWriter) layer(r *LayerReport) string {
	switch {
	case r.Target != "":
		return strings.Replace(t.noun(r.Layer), "policy", "policies", 1) + " at " + t.place(r.Target)
	case r.Layer == LayerResource:
		return t.policy(LayerResource, "")
	case r.Layer == LayerBoundary:
		return "the caller's permissions boundary"
	}
	return "the caller's " + strings.Replace(t.noun(r.Layer), "policy", "policies", 1)
}

func (r *LayerReport) says() string {
	switch {
	case r.Exempt != "":
		return "not asked"
	case r.Outcome == Allowed:
		return "allows"
	case r.Outcome == ExplicitDeny:
		return "DENIES"
	case r.Waived:
		return "silent"
	}
	return "NO ALLOW"
}

func (r *LayerReport) remark() string {
	switch {
	case r.Exempt != "":
		return ": " + r.Exempt
	case r.Policies == 0 && r.Layer == LayerResource:
		return ": there is none"
	case r.Policies == 0:
		return ": there are none"
	case r.Waived:
		return ", which does not matter here"
	}
	return ""
}

func (t *textWriter) remedies(e *Explanation) {
	if len(e.Remedies) == 0 {
		return
	}
	title := "Any one of these would get it allowed"
	switch {
	case e.Decision.Outcome == Allowed:
		title = "This would get it denied"
	case len(e.Remedies) == 1:
		title = "This would get it allowed"
	}
	t.b.WriteString("\n" + title + "\n")
	for i := range e.Remedies {
		steps := e.Remedies[i].Steps
		mark := fmt.Sprintf("  %d. ", i+1)
		for j := range steps {
			text := steps[j].text(t.words)
			if j > 0 {
				text = "And then: " + lowerFirst(text)
			}
			t.wrap(mark, "     ", text)
			mark = "     "
		}
	}
}
