package policytest

import (
	"fmt"
	"io"
	"strings"

	"umbel/internal/orgfile"
)

// shown is how many failing decisions of a case the text shows unless it is verbose.
const shown = 3

// Report writes results for people: one line for each file, each case that failed with its reasons, and a last line that
// counts. A verbose report names every case, and shows every failing decision.
func Report(w io.Writer, results []*Result, style orgfile.Style, verbose bool) error {
	var b strings.Builder
	passed, failed, tests := 0, 0, 0
	for _, r := range results {
		passed, failed, tests = passed+r.Passed, failed+r.Failed, tests+r.Tests
		for i := range r.Cases {
			c := &r.Cases[i]
			switch {
			case !c.Passed:
				c.report(&b, r.Name, style, verbose)
			case verbose:
				fmt.Fprintf(&b, "%s  %s  %s\n", style.Good("ok"), c.Name, style.Aside(orgfile.Count(len(c.Tests), "decision")))
			}
		}
		word := style.Good("ok")
		if r.Failed > 0 {
			word = style.Bad("FAIL")
		}
		fmt.Fprintf(&b, "%s  %s  %s\n", word, r.Name, style.Aside(orgfile.Count(len(r.Cases), "case")+", "+orgfile.Count(r.Tests, "decision")))
	}
	fmt.Fprintf(&b, "\n%s, %s: ", orgfile.Count(passed+failed, "case"), orgfile.Count(tests, "decision"))
	if failed == 0 {
		b.WriteString(style.Good("all as expected") + "\n")
	} else {
		b.WriteString(style.Bad(fmt.Sprintf("%d failed", failed)) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// report writes a case that failed: where it stands, what it expects, and what of that is not so.
func (c *CaseResult) report(b *strings.Builder, file string, style orgfile.Style, verbose bool) {
	failed := 0
	for i := range c.Tests {
		if !c.Tests[i].Passed {
			failed++
		}
	}
	fmt.Fprintf(b, "%s  %s:%d:%d: %s", style.Bad("FAIL"), file, c.Line, c.Column, style.Strong(c.Name))
	if len(c.Tests) > 1 {
		fmt.Fprintf(b, "  %s", style.Aside(fmt.Sprintf("%d of %d decisions", failed, len(c.Tests))))
	}
	b.WriteByte('\n')
	n := 0
	for i := range c.Tests {
		t := &c.Tests[i]
		if t.Passed {
			continue
		}
		if n++; n > shown && !verbose {
			fmt.Fprintf(b, "\n      and %d more; --verbose shows all\n", failed-shown)
			break
		}
		b.WriteByte('\n')
		indent(b, t.text(c.Expect))
	}
	b.WriteByte('\n')
}

// text tells of a decision that is not as expected: the request's own keys, what was expected, what is, and why.
func (t *TestResult) text(expect string) string {
	var b strings.Builder
	if t.Label != "" {
		fmt.Fprintf(&b, "%s\n", t.Label)
	}
	fmt.Fprintf(&b, "expected %s, but %s\n\n", expect, t.Failure)
	if t.Explanation == nil {
		fmt.Fprintf(&b, "%s on %s by %s\n", t.Action, t.Resource, t.Principal)
	} else {
		b.WriteString(t.Explanation.Text())
	}
	if len(t.Context) > 0 {
		fmt.Fprintf(&b, "\nContext of the case: %s\n", contextText(t.Context))
	}
	return b.String()
}

// indent writes a text with each line set in.
func indent(b *strings.Builder, text string) {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("      ")
		}
		b.WriteString(line)
	}
}
