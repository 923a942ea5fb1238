package usage

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// maxRow bounds a row, its quoted line ends included. A quote that is never closed makes no row longer than this.
const maxRow = 256 << 10

// newline is what ends a row.
const newline = '\n'

// splitter takes the rows of a text of comma-separated values apart (RFC 4180). A row that cannot be taken apart ends at its
// first line end, so that a stray quote costs one row. Quotes inside a field that does not begin with one stand for themselves.
type splitter struct {
	data   []byte
	at     int
	blind  bool   // only the ends of rows are wanted
	fields []span // of the row last read: those that are not blank
	count  int    // of all its fields
}

// span is where a field stands in a text. A field in quotes that has quotes inside begins with the one before it, and ends after the
// last: see plain. No other field begins with a quote.
type span struct {
	from, to uint32
	at       int32 // its column in the row, or in a column its row
}

func (f span) of(text []byte) []byte { return text[f.from:f.to] }

// plain gives a field as it is meant.
func plain(field []byte) []byte {
	if len(field) == 0 || field[0] != '"' {
		return field
	}
	return bytes.ReplaceAll(field[1:len(field)-1], []byte(`""`), []byte{'"'})
}

// texts gives the fields of the row as they are meant; out is room for them.
func (s *splitter) texts(out [][]byte) [][]byte {
	out = append(out[:0], make([][]byte, s.count)...)
	for _, f := range s.fields {
		out[f.at] = plain(f.of(s.data))
	}
	return out
}

// next reads a row. It gives the row's text and what is wrong with it, "" for nothing; a nil text is the end.
func (s *splitter) next() (text []byte, wrong string) {
	if s.at >= len(s.data) {
		return nil, ""
	}
	start, end := s.at, 0
	if s.fields, s.count = s.fields[:0], 0; s.blind {
		end, wrong = s.skim(start)
	} else {
		end, wrong = s.row(start)
	}
	if wrong == "" && end-start > maxRow {
		wrong = "the row is longer than 256 KiB"
	}
	if wrong != "" {
		if end = start + bytes.IndexByte(s.data[start:], newline) + 1; end == start {
			end = len(s.data)
		}
	}
	s.at = end
	return s.data[start:end], wrong
}

// row takes a row's fields and gives where the next row begins.
func (s *splitter) row(at int) (end int, wrong string) {
	d := s.data
	for ; ; s.count++ {
		switch {
		case at < len(d) && d[at] == ',':
			at++
			continue
		case at < len(d) && d[at] == '"':
			field, after, wrong := s.quoted(at)
			if wrong != "" {
				return 0, wrong
			}
			s.add(field)
			at = after
		default:
			from := at
			at = ends(d, at)
			to := at
			if at < len(d) && d[at] == newline && to > from && d[to-1] == '\r' {
				to--
			}
			s.add(span{from: uint32(from), to: uint32(to)})
		}
		if at >= len(d) || d[at] == newline {
			s.count++
			return min(at+1, len(d)), ""
		}
		at++ // the comma
	}
}

func (s *splitter) add(field span) {
	if field.from < field.to {
		field.at = int32(s.count)
		s.fields = append(s.fields, field)
	}
}

// ends gives where the next comma or line end is, the text's end if there is none. It looks at eight bytes at a time: a byte that is
// 0 after the comparison borrows from its highest bit, and no byte before it does.
func ends(d []byte, at int) int {
	const each, high = 0x0101010101010101, 0x8080808080808080
	for ; at+8 <= len(d); at += 8 {
		word := binary.LittleEndian.Uint64(d[at:])
		comma, end := word^each*',', word^each*newline
		if found := ((comma-each)&^comma | (end-each)&^end) & high; found != 0 {
			return at + bits.TrailingZeros64(found)/8
		}
	}
	for at < len(d) && d[at] != ',' && d[at] != newline {
		at++
	}
	return at
}

// skim is row without the fields: it looks only for quotes that begin a field.
func (s *splitter) skim(at int) (end int, wrong string) {
	d, begins, line := s.data, true, -1
	for {
		if begins && at < len(d) && d[at] == '"' {
			_, after, wrong := s.quoted(at)
			switch {
			case wrong != "":
				return 0, wrong
			case after >= len(d):
				return after, ""
			case d[after] == newline:
				return after + 1, ""
			}
			at = after + 1
			continue
		}
		if line < at {
			if line = bytes.IndexByte(d[at:], newline); line < 0 {
				line = len(d)
			} else {
				line += at
			}
		}
		quote := bytes.IndexByte(d[at:line], '"')
		if quote < 0 {
			return min(line+1, len(d)), ""
		}
		if begins = quote > 0 && d[at+quote-1] == ','; !begins {
			quote++
		}
		at += quote
	}
}

// quoted reads a field in quotes and gives where the comma or line end after it is.
func (s *splitter) quoted(at int) (field span, after int, wrong string) {
	d, from := s.data, at+1
	at = from
	doubled := false
	for {
		window := d[min(at, from+maxRow):min(len(d), from+maxRow)]
		i := bytes.IndexByte(window, '"')
		if i < 0 {
			return field, 0, "a quote is never closed"
		}
		at += i
		if at+1 < len(d) && d[at+1] == '"' {
			doubled = true
			at += 2
			continue
		}
		break
	}
	field = span{from: uint32(from), to: uint32(at)}
	if doubled {
		field = span{from: uint32(from - 1), to: uint32(at + 1)}
	}
	if at++; at+1 < len(d) && d[at] == '\r' && d[at+1] == newline {
		at++
	}
	if at < len(d) && d[at] != ',' && d[at] != newline {
		return field, 0, "a quote is closed before the field ends"
	}
	return field, at, ""
}

// cut gives where the last whole row of the data ends, 0 if it holds none. Rows without quotes end at their line end; others are
// taken apart, as whoever reads them will do, so that both see the same rows however broken they are.
func cut(data []byte) int {
	s := splitter{data: data, blind: true}
	for {
		i := bytes.IndexByte(data[s.at:], newline)
		if i < 0 {
			return s.at
		}
		start := s.at
		if bytes.IndexByte(data[start:start+i], '"') < 0 {
			s.at += i + 1
			continue
		}
		_, wrong := s.next()
		sure := start+2*maxRow <= len(data) // what follows cannot change it
		if wrong == "" && data[s.at-1] != newline || wrong != "" && !sure {
			return start
		}
	}
}
