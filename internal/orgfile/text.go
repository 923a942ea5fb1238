package orgfile

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Style is how text is written. The zero value is plain.
type Style struct {
	// Color uses the colours of a terminal.
	Color bool
}

// The colours, as ANSI escape sequences.
const (
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	red    = "\x1b[31m"
	cyan   = "\x1b[36m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	plain  = "\x1b[0m"
)

// paint gives a text a colour.
func (s Style) paint(color, text string) string {
	if !s.Color || color == "" || text == "" {
		return text
	}
	return color + text + plain
}

// Sentence says what a step does, such as "create unit Workloads/Production".
func (s Step) Sentence() string {
	words := []string{string(s.Action), string(s.Kind), s.Name}
	switch {
	case s.Kind == KindOrganization:
		words[2] = "with the feature set " + s.To
	case s.Kind == KindRole:
		words = append(words, "of", placeName(*s.Target))
	case s.Action == Create && s.Kind == KindAccount:
		words = append(words, "<"+s.Email+">", "for", placeName(unitPlace(s.To)))
	case s.Action == Attach:
		words = append(words, "to", placeName(*s.Target))
	case s.Action == Detach:
		words = append(words, "from", placeName(*s.Target))
	case s.Action == Move:
		words = append(words, "from", placeName(unitPlace(s.From)), "to", placeName(unitPlace(s.To)))
	case s.Action == Rename:
		words = append(words, "(it was "+s.From+")")
	case s.Action == Tag:
		words = append(words, "with", tagText(s.Tags))
	case s.Action == Untag:
		words = append(words, "without", strings.Join(s.Untag, ", "))
	}
	if s.Kind == KindRoot {
		words[1], words[2] = "the root", ""
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// tagText writes tags in the order of their keys.
func tagText(tags map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, k+"="+tags[k])
	}
	return strings.Join(out, ", ")
}

// signOf gives the sign and colour of an action.
func signOf(a Action) (sign, color string) {
	switch a {
	case Create, Attach, Enable:
		return "+", green
	case Move:
		return ">", cyan
	case Detach, Untag, Delete, Close:
		return "-", red
	}
	return "~", yellow
}

// RenderPlan writes a plan for people: the steps in order, what is left alone, and a summary.
func RenderPlan(w io.Writer, p *Plan, style Style) error {
	var b strings.Builder
	for _, s := range p.Steps {
		sign, color := signOf(s.Action)
		fmt.Fprintf(&b, "  %s %s%s\n", style.paint(color, sign), s.Sentence(), style.paint(dim, bracket(s.Note)))
		for _, c := range s.Changes {
			renderChange(&b, c, style)
		}
	}
	if len(p.LeftAlone) > 0 {
		b.WriteString("\nLeft alone:\n")
		for _, l := range p.LeftAlone {
			b.WriteString("    " + l.text(style) + "\n")
		}
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "\nNote: %s\n", n)
	}
	if len(p.Steps) > 0 || len(p.LeftAlone) > 0 || len(p.Notes) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(style.paint(bold, p.Summary()) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// Count gives a number of things in words: "1 step", "2 steps".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// bracket puts a note into brackets.
func bracket(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// text names a leftover and says why it is left.
func (l Leftover) text(style Style) string {
	out := string(l.Kind) + " " + l.Name
	if l.Target != nil {
		out += " at " + placeName(*l.Target)
	}
	if l.ID != "" {
		out += " " + style.paint(dim, l.ID)
	}
	return out + ": " + l.Why
}

// Summary counts the steps of a plan by what they do.
func (p *Plan) Summary() string {
	if p.Empty() {
		return "No changes: the organization is as the file says."
	}
	count := map[Action]int{}
	for _, s := range p.Steps {
		count[s.Action]++
	}
	var parts []string
	for _, a := range []Action{Create, Enable, Update, Rename, Tag, Move, Attach, Detach, Untag, Delete, Close} {
		if count[a] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", count[a], a))
		}
	}
	return fmt.Sprintf("Plan: %s.", strings.Join(parts, ", "))
}

// renderChange writes one changed field; documents line by line.
func renderChange(b *strings.Builder, c Change, style Style) {
	from, to := pretty(c.From), pretty(c.To)
	if len(from) <= 1 && len(to) <= 1 {
		fmt.Fprintf(b, "      %s: %s\n", c.Field, change(c))
		return
	}
	fmt.Fprintf(b, "      %s:\n", c.Field)
	for _, line := range diffLines(from, to) {
		switch line[0] {
		case '+':
			line = style.paint(green, line)
		case '-':
			line = style.paint(red, line)
		}
		fmt.Fprintf(b, "      %s\n", line)
	}
}

// change writes a short change.
func change(c Change) string {
	switch {
	case c.From == "":
		return fmt.Sprintf("%q", c.To)
	case c.To == "":
		return fmt.Sprintf("%q goes", c.From)
	}
	return fmt.Sprintf("%q becomes %q", c.From, c.To)
}

// Good is how success looks.
func (s Style) Good(text string) string { return s.paint(green, text) }

// Bad is how failures look.
func (s Style) Bad(text string) string { return s.paint(red, text) }

// Strong is how headings look.
func (s Style) Strong(text string) string { return s.paint(bold, text) }

// Aside is how remarks look.
func (s Style) Aside(text string) string { return s.paint(dim, text) }
