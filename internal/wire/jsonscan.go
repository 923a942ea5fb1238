package wire

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds how deep arrays and objects may nest, known members and unknown ones alike.
const maxDepth = 64

// scanner reads JSON (RFC 8259, strictly) from a body that is known to be valid UTF-8.
type scanner struct {
	b     []byte
	i     int
	depth int
}

// newScanner refuses what is not text.
func newScanner(body []byte) (*scanner, error) {
	if !utf8.Valid(body) {
		return nil, malformed("The request body is not valid UTF-8.")
	}
	return &scanner{b: body}, nil
}

// peek skips white space and gives the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// take consumes the byte c if it is next.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.i++
	return true
}

// word consumes a literal: true, false or null.
func (s *scanner) word(w string) bool {
	s.peek()
	if len(s.b)-s.i < len(w) || string(s.b[s.i:s.i+len(w)]) != w {
		return false
	}
	s.i += len(w)
	return true
}

// unexpected is the error for the next token.
func (s *scanner) unexpected() error {
	if s.peek() == 0 && s.i >= len(s.b) {
		return malformed("Unexpected end of the request body.")
	}
	return s.stray()
}

// stray is the error for the next byte, white space or not.
func (s *scanner) stray() error {
	return malformed("Unexpected character %q at position %d of the request body.", rune(s.b[s.i]), s.i)
}

// enter and leave count the nesting.
func (s *scanner) enter() error {
	if s.depth++; s.depth > maxDepth {
		return malformed("The request body is nested too deeply.")
	}
	return nil
}

func (s *scanner) leave() { s.depth-- }

// each walks the entries of an array or object up to its closing byte; the opening one is consumed already.
func (s *scanner) each(closing byte, entry func() error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if s.take(closing) {
		return nil
	}
	for {
		if err := entry(); err != nil {
			return err
		}
		if s.take(closing) {
			return nil
		}
		if !s.take(',') {
			return s.unexpected()
		}
	}
}

// name reads the name of a member with its colon. It is good until the next read.
func (s *scanner) name() ([]byte, error) {
	name, err := s.text()
	if err != nil {
		return nil, err
	}
	if !s.take(':') {
		return nil, s.unexpected()
	}
	return name, nil
}

// text reads a string. It is a part of the body where it has no escapes.
func (s *scanner) text() ([]byte, error) {
	if !s.take('"') {
		return nil, s.unexpected()
	}
	for start := s.i; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[start : s.i-1], nil
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			return nil, s.stray()
		}
	}
	return nil, s.unexpected()
}

// escaped goes on with a string at its first escape.
func (s *scanner) escaped(start int) ([]byte, error) {
	out := append(make([]byte, 0, s.i-start+64), s.b[start:s.i]...)
	for s.i < len(s.b) {
		c := s.b[s.i]
		switch {
		case c == '"':
			s.i++
			return out, nil
		case c < ' ':
			return nil, s.stray()
		case c != '\\':
			out = append(out, c)
			s.i++
			continue
		}
		r, err := s.escape()
		if err != nil {
			return nil, err
		}
		out = utf8.AppendRune(out, r)
	}
	return nil, s.unexpected()
}

// escape reads one escape sequence. NUL is refused, because no store and no XML can hold it; so is half a surrogate pair.
func (s *scanner) escape() (rune, error) {
	if s.i+1 >= len(s.b) {
		s.i = len(s.b)
		return 0, s.unexpected()
	}
	c := s.b[s.i+1]
	switch c {
	case '"', '\\', '/':
		s.i += 2
		return rune(c), nil
	}
	if i := strings.IndexByte("bfnrt", c); i >= 0 {
		s.i += 2
		return rune("\b\f\n\r\t"[i]), nil
	}
	r, ok := s.hex()
	if utf16.IsSurrogate(r) {
		var low rune
		if low, ok = s.hex(); ok {
			r = utf16.DecodeRune(r, low)
			ok = r != utf8.RuneError
		}
	}
	if !ok || r == 0 {
		return 0, malformed("Invalid escape sequence at position %d of the request body.", s.i)
	}
	return r, nil
}

// hex reads \uXXXX.
func (s *scanner) hex() (rune, bool) {
	if s.i+6 > len(s.b) || s.b[s.i] != '\\' || s.b[s.i+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s.b[s.i+2:s.i+6]), 16, 32)
	s.i += 6
	return rune(n), err == nil
}

// number reads a number as it is written.
func (s *scanner) number() ([]byte, error) {
	s.peek()
	start := s.i
	if s.i < len(s.b) && s.b[s.i] == '-' {
		s.i++
	}
	whole := s.i
	if !s.digits() || s.b[whole] == '0' && s.i > whole+1 {
		s.i = whole
		return nil, s.unexpected()
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		if s.i++; !s.digits() {
			return nil, s.unexpected()
		}
	}
	if s.i < len(s.b) && (s.b[s.i]|0x20) == 'e' {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		if !s.digits() {
			return nil, s.unexpected()
		}
	}
	return s.b[start:s.i], nil
}

// digits consumes at least one digit.
func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > start
}

// skip passes over any value: the member of a newer model.
func (s *scanner) skip() error {
	switch c := s.peek(); {
	case c == '{':
		s.i++
		return s.each('}', func() error {
			if _, err := s.name(); err != nil {
				return err
			}
			return s.skip()
		})
	case c == '[':
		s.i++
		return s.each(']', s.skip)
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || c >= '0' && c <= '9':
		_, err := s.number()
		return err
	case s.word("true") || s.word("false") || s.word("null"):
		return nil
	}
	return s.unexpected()
}
