package iampolicy

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a JSON string; the reader stands on its opening quote.
func (r *jsonReader) str() (string, *failure) {
	start := r.at
	r.at++
	var b strings.Builder
	for from := r.at; r.at < len(r.text); {
		switch c := r.text[r.at]; {
		case c == '"':
			b.WriteString(r.text[from:r.at])
			r.at++
			return b.String(), nil
		case c < ' ':
			return "", r.fail(r.at, "a control character inside a string")
		case c == '\\':
			b.WriteString(r.text[from:r.at])
			if f := r.escape(&b); f != nil {
				return "", f
			}
			from = r.at
		default:
			r.at++
		}
	}
	return "", r.fail(start, "a string without an end")
}

// escape reads one escape sequence; the reader stands on its backslash.
func (r *jsonReader) escape(b *strings.Builder) *failure {
	start := r.at
	if r.at += 2; r.at > len(r.text) {
		return r.fail(start, "an escape sequence without an end")
	}
	switch c := r.text[r.at-1]; c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		u, ok := r.hex4()
		if !ok {
			return r.fail(start, `\u needs four hexadecimal digits`)
		}
		if utf16.IsSurrogate(u) {
			u = r.lowSurrogate(u)
		}
		b.WriteRune(u)
	default:
		return r.fail(start, "an unknown escape sequence")
	}
	return nil
}

// lowSurrogate joins a high surrogate with the one that follows; a lone one becomes U+FFFD.
func (r *jsonReader) lowSurrogate(high rune) rune {
	back := r.at
	if strings.HasPrefix(r.text[r.at:], `\u`) {
		r.at += 2
		if low, ok := r.hex4(); ok {
			if joined := utf16.DecodeRune(high, low); joined != utf8.RuneError {
				return joined
			}
		}
	}
	r.at = back
	return utf8.RuneError
}

func (r *jsonReader) hex4() (rune, bool) {
	if r.at+4 > len(r.text) {
		return 0, false
	}
	u, err := strconv.ParseUint(r.text[r.at:r.at+4], 16, 16)
	if err != nil {
		return 0, false
	}
	r.at += 4
	return rune(u), true
}
