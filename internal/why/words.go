package why

import (
	"strings"

	"umbel/iampolicy"
)

// words puts the whole answer together for a person.
func (a *Answer) words(e *iampolicy.Explanation, name func(string) string) string {
	var b strings.Builder
	notes := a.Notes
	doubt := "either they were changed since, or the request had what is not known here"
	switch allowed := e.Decision.Outcome == iampolicy.Allowed; {
	case a.Said != "" && allowed:
		notes = append(notes, "The call was refused "+a.Said+". By the policies as they are now it would be allowed: "+doubt+".")
	case a.Said != "":
		notes = append(notes, "The message says otherwise: refused "+a.Said+". What follows is by the policies as they are now: "+doubt+".")
	case allowed && len(a.Found) > 0:
		notes = append(notes, "The call was refused. By the policies as they are now it would be allowed: "+doubt+".")
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
