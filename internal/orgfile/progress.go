package orgfile

import (
	"fmt"
	"io"
	"strings"
)

// Progress gives a function for Apply that writes a line for each step.
func Progress(w io.Writer, style Style) func(Event) {
	return func(e Event) {
		width := len(fmt.Sprint(e.Total))
		at := style.paint(dim, fmt.Sprintf("[%*d/%d]", width, e.Index+1, e.Total))
		switch e.Kind {
		case StepWaiting:
			fmt.Fprintf(w, "%s %s %s\n", at, e.Step.Sentence(), style.paint(dim, "… waiting: "+e.Message))
		case StepDone:
			line := fmt.Sprintf("%s %s %s %s", at, style.paint(green, "ok"), e.Step.Sentence(), style.paint(dim, e.Message))
			fmt.Fprintln(w, strings.TrimRight(line, " "))
		case StepFailed:
			fmt.Fprintf(w, "%s %s %s: %v\n", at, style.paint(red, "failed"), e.Step.Sentence(), e.Err)
		case StepSkipping:
			fmt.Fprintf(w, "%s %s before: %s\n", at, style.paint(yellow, "stopped"), e.Step.Sentence())
		}
	}
}
