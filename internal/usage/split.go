package usage

import "bytes"

// maxRow bounds a row, its quoted line ends included. A quote that is never closed makes no row longer than this.
const maxRow = 256 << 10

// newline is what ends a row.
const newline = '\n'

// splitter takes the rows of a text of comma-separated values apart (RFC 4180). A row that cannot be taken apart ends at its
// first line end, so that a stray quote costs one row. Quotes inside a field that does not begin with one stand for themselves.
type splitter struct {
	data   []byte
	at     int
	fields [][]byte // of the row last read: they point into data, or into unquoted
	space  []byte
}

// next reads a row. It gives the row's text and what is wrong with it, "" for nothing; a nil text is the end.
func (s *splitter) next() (text []byte, wrong string) {
	if s.at >= len(s.data) {
		return nil, ""
	}
	start := s.at
	s.fields, s.space = s.fields[:0], s.space[:0]
	end, wrong := s.row(start)
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
	for {
		if at < len(d) && d[at] == '"' {
			field, after, wrong := s.quoted(at)
			if wrong != "" {
				return 0, wrong
			}
			s.fields = append(s.fields, field)
			at = after
		} else {
			from := at
			for at < len(d) && d[at] != ',' && d[at] != newline {
				at++
			}
			field := d[from:at]
			if at < len(d) && d[at] == newline {
				field = bytes.TrimSuffix(field, []byte{'\r'})
			}
			s.fields = append(s.fields, field)
		}
		if at >= len(d) {
			return at, ""
		}
		if d[at] == newline {
			return at + 1, ""
		}
		at++ // the comma
	}
}

// quoted reads a field in quotes and gives where the comma or line end after it is.
func (s *splitter) quoted(at int) (field []byte, after int, wrong string) {
	d, from := s.data, at+1
	at = from
	doubled := false
	for {
		window := d[min(at, from+maxRow):min(len(d), from+maxRow)]
		i := bytes.IndexByte(window, '"')
		if i < 0 {
			return nil, 0, "a quote is never closed"
		}
		at += i
		if at+1 < len(d) && d[at+1] == '"' {
			doubled = true
			at += 2
			continue
		}
		break
	}
	field = d[from:at]
	if at++; at+1 < len(d) && d[at] == '\r' && d[at+1] == newline {
		at++
	}
	if at < len(d) && d[at] != ',' && d[at] != newline {
		return nil, 0, "a quote is closed before the field ends"
	}
	if doubled {
		field = s.unquote(field)
	}
	return field, at, ""
}

// unquote makes two quotes one.
func (s *splitter) unquote(field []byte) []byte {
	if s.space == nil {
		s.space = make([]byte, 0, 1024)
	}
	from := len(s.space)
	for {
		i := bytes.Index(field, []byte(`""`))
		if i < 0 {
			break
		}
		s.space = append(s.space, field[:i+1]...)
		field = field[i+2:]
	}
	s.space = append(s.space, field...)
	return s.space[from:len(s.space):len(s.space)] // growth leaves earlier fields in the old array, unharmed
}

// cut gives where the last whole row of the data ends, 0 if it holds none. Rows without quotes end at their line end; others are
// taken apart, as whoever reads them will do, so that both see the same rows however broken they are.
func cut(data []byte) int {
	s := splitter{data: data}
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
