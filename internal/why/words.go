package why

import (
	"strings"

	"umbel/iampolicy"
)

// words puts the whole answer together for a person.
func (a *Answer) words(e *iampolicy.Explanation, name func(string) string) string {
	var b strings.Builder
	notes := a.Notes
	switch {
	case a.Said != "":
		notes = append(notes, "The message says otherwise: "+a.Said+". What follows is decided by the policies as they are now, "+
			"and by what is known of the request: see what is assumed.")
	case e.Decision.Outcome == iampolicy.Allowed && len(a.Found) > 0:
		notes = append(notes, "The call was refused; it would be allowed now, as far as the request is known.")
	}
	for _, n := range notes {
		b.WriteString(wrap("NOTE  ", "      ", n) + "\n")
	}
	b.WriteString(e.TextWith(name))
	section(&b, "Looked up", a.Found)
	section(&b, "Assumed", a.Assumptions)
	return b.String()
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	b.WriteString("\n" + title + "\n")
	for _, l := range lines {
		b.WriteString(wrap("  - ", "    ", l))
	}
}

// wrap breaks a paragraph into lines of at most 100 characters as far as its words let it.
func wrap(first, hang, text string) string {
	var b strings.Builder
	line := first
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case len([]rune(line))+1+len([]rune(word)) > 100:
			b.WriteString(line + "\n")
			line = hang
		default:
			line += " "
		}
		line += word
	}
	b.WriteString(line + "\n")
	return b.String()
}
