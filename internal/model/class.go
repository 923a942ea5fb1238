package model

import (
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// matcher tells whether a whole string satisfies a pattern.
type matcher func(string) bool

// newMatcher prepares a pattern in Go's syntax, for whole strings. Most patterns of the models are one class of
// characters, any number of times; those are looked up in a table, which is several times faster than an expression.
func newMatcher(pattern string) matcher {
	if m := classMatcher(pattern); m != nil {
		return m
	}
	return regexp.MustCompile(pattern).MatchString
}

// classMatcher prepares a pattern that is one class of characters, repeated; it gives nil for any other.
func classMatcher(pattern string) matcher {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	re = repeated(re.Simplify())
	if re == nil || re.Sub[0].Op != syntax.OpCharClass {
		return nil
	}
	ranges, empty := re.Sub[0].Rune, re.Op == syntax.OpStar
	var ascii [utf8.RuneSelf]bool
	for c := range ascii {
		ascii[c] = inRanges(rune(c), ranges)
	}
	return func(s string) bool {
		if s == "" {
			return empty
		}
		for _, r := range s {
			if r < utf8.RuneSelf && !ascii[r] || r >= utf8.RuneSelf && !inRanges(r, ranges) {
				return false
			}
		}
		return true
	}
}

// repeated takes anchors and groups off an expression, down to a + or *; it gives nil if there is anything else.
func repeated(re *syntax.Regexp) *syntax.Regexp {
	switch re.Op {
	case syntax.OpPlus, syntax.OpStar:
		return re
	case syntax.OpCapture:
		return repeated(re.Sub[0])
	case syntax.OpConcat:
		var body *syntax.Regexp
		for _, sub := range re.Sub {
			switch {
			case sub.Op == syntax.OpBeginText || sub.Op == syntax.OpEndText:
			case body != nil:
				return nil
			default:
				body = sub
			}
		}
		if body != nil {
			return repeated(body)
		}
	}
	return nil
}

// inRanges tells whether a character is in one of the ranges, which are pairs in ascending order.
func inRanges(r rune, ranges []rune) bool {
	for i := 0; i+1 < len(ranges) && ranges[i] <= r; i += 2 {
		if r <= ranges[i+1] {
			return true
		}
	}
	return false
}
