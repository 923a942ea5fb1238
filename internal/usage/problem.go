package usage

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Problem is a row that was set aside, or a file that ends too early.
type Problem struct {
	File   string // as the caller calls it
	Line   int    // where the row begins; the first line of the file is 1
	Column string // its name; "" if the row as a whole is wrong
	Value  string // what stands there, shortened to 80 bytes
	Reason string
}

// String gives the problem in one line: "usage.csv:12: quantity: not a number: \"much\"".
func (p Problem) String() string {
	text := fmt.Sprintf("%s:%d: ", p.File, p.Line)
	if p.Column != "" {
		text += p.Column + ": "
	}
	text += p.Reason
	if p.Value != "" {
		text += fmt.Sprintf(": %q", p.Value)
	}
	return text
}

// ErrFormat tells that a file is none of those that are read. It is wrapped with what is wrong.
var ErrFormat = errors.New("usage: not a file of usage")

func shortened(value []byte) string {
	if len(value) <= 80 {
		return string(value)
	}
	end := 77
	for end > 0 && !utf8.RuneStart(value[end]) {
		end--
	}
	return string(value[:end]) + "…"
}
