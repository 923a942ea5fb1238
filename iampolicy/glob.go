package iampolicy

import (
	"strings"
	"unicode/utf8"
)

// A pattern is kept with its wildcards as bytes that valid UTF-8 never holds, so that an escaped or substituted '*' stays an
// ordinary character. "Tight" wildcards do not match a colon: they keep the segments of an ARN apart.
const (
	oneTight  = 0xFC // '?' within a segment
	oneWide   = 0xFD // '?'
	starTight = 0xFE // '*' within a segment
	starWide  = 0xFF // '*'
)

// shape lets the common patterns skip the general match.
type shape uint8

const (
	shapeGeneral shape = iota
	shapeAny           // one wide star
	shapeLiteral       // no wildcard
	shapePrefix        // one wide star, at the end
	shapeStars         // wide stars only, elsewhere
)

// constant is a template without variables.
func constant(text string) template {
	first, last, shape := -1, 0, shapeStars
	for i := 0; i < len(text); i++ {
		if text[i] < oneTight {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		if text[i] != starWide {
			shape = shapeGeneral
		}
	}
	t := template{text: text, shape: shape, head: first, tail: len(text) - 1 - last}
	switch {
	case first < 0:
		return template{text: text, shape: shapeLiteral}
	case shape != shapeStars:
	case len(text) == 1:
		t.shape = shapeAny
	case first == len(text)-1:
		t.shape = shapePrefix
	default:
		for run := range strings.SplitSeq(text[first:last+1], string([]byte{starWide})) {
			if run != "" {
				t.runs = append(t.runs, run)
			}
		}
	}
	return t
}

func firstWildcard(pattern string) int {
	for i := 0; i < len(pattern); i++ {
		if pattern[i] >= oneTight {
			return i
		}
	}
	return -1
}

// match tells whether an encoded pattern matches the whole of s. With fold, s is compared in ASCII lower case, and the
// pattern must be in lower case.
//
// Going back to the last star only is enough: an earlier wide star can take nothing that the later one could not, and an
// earlier tight one is held by the colon behind it, or stands in the same segment as the later one.
func match[P string | []byte](pattern P, s string, fold bool) bool {
	i, j := 0, 0
	wide, wideFrom := -1, 0
	tight, tightFrom := -1, 0
	for j < len(s) {
		if i < len(pattern) {
			c := pattern[i]
			if c == s[j] && c < oneTight {
				i, j = i+1, j+1
				continue
			}
			if c == starWide {
				i++
				wide, wideFrom, tight = i, j, -1
				continue
			}
			if c == starTight {
				i++
				tight, tightFrom = i, j
				if i < len(pattern) && pattern[i] == ':' { // it cannot but end before the next colon
					for tightFrom < len(s) && s[tightFrom] != ':' {
						tightFrom++
					}
					j = tightFrom
				}
				continue
			}
			if w := step(c, s, j, fold); w > 0 {
				i, j = i+1, j+w
				continue
			}
		}
		switch {
		case tight >= 0 && s[tightFrom] != ':':
			tightFrom += width(s, tightFrom)
			i, j = tight, tightFrom
		case wide >= 0:
			wideFrom += width(s, wideFrom)
			if wide < len(pattern) && pattern[wide] < oneTight && !fold {
				next := strings.IndexByte(s[wideFrom:], pattern[wide])
				if next < 0 {
					return false
				}
				wideFrom += next
			}
			i, j, tight = wide, wideFrom, -1
		default:
			return false
		}
	}
	for i < len(pattern) && (pattern[i] == starWide || pattern[i] == starTight) {
		i++
	}
	return i == len(pattern)
}

// step gives how many bytes of s at j the pattern's byte c matches, 0 for none.
func step(c byte, s string, j int, fold bool) int {
	switch b := s[j]; {
	case c == oneWide || c == oneTight && b != ':':
		return width(s, j)
	case c == b && c < oneTight, fold && c == lower(b):
		return 1
	}
	return 0
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + ('a' - 'A')
	}
	return b
}

func width(s string, at int) int {
	if s[at] < utf8.RuneSelf {
		return 1
	}
	_, w := utf8.DecodeRuneInString(s[at:])
	return w
}
