package usage

import (
	"errors"
	"strings"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// row is a usage record being read.
type row struct {
	record billing.UsageRecord
	*memory
	counted, day bool // whether it has a quantity; whether its time is a date
}

// reset makes room for the next row.
func (r *row) reset() { r.record, r.counted, r.day = billing.UsageRecord{}, false, false }

// setter takes the text of a field, which is never empty.
type setter func(r *row, text []byte) error

// memory shares the strings and maps that come again and again. Each worker has its own.
type memory struct {
	texts   map[string]string
	maps    map[string]map[string]string // by the text they were made of
	tagMaps map[string]map[string]string
}

// Bounds of what a worker remembers.
const (
	mostTexts   = 1 << 16
	longestText = 256
	mostMaps    = 1 << 14
)

func newMemory() *memory {
	return &memory{texts: map[string]string{}, maps: map[string]map[string]string{}, tagMaps: map[string]map[string]string{}}
}

// text makes a string, the one it made before of the same bytes.
func (m *memory) text(b []byte) string {
	if s, ok := m.texts[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(s) <= longestText {
		if len(m.texts) >= mostTexts {
			clear(m.texts)
		}
		m.texts[s] = s
	}
	return s
}

// object reads a JSON object of texts. Equal texts give the same map, which nobody changes.
func (m *memory) object(b []byte) (map[string]string, error) {
	if o, ok := m.maps[string(b)]; ok {
		return o, nil
	}
	o, err := parseObject(b)
	if err != nil {
		return nil, err
	}
	m.keep(m.maps, b, o)
	return o, nil
}

// tagObject is object for tags, whose keys are called otherwise in the file.
func (m *memory) tagObject(b []byte, called func(key string) string) (map[string]string, error) {
	if o, ok := m.tagMaps[string(b)]; ok {
		return o, nil
	}
	plain, err := parseObject(b)
	if err != nil {
		return nil, err
	}
	var o map[string]string
	for key, value := range plain {
		if o == nil {
			o = make(map[string]string, len(plain))
		}
		o[called(key)] = value
	}
	m.keep(m.tagMaps, b, o)
	return o, nil
}

// curTag gives the key of a tag that CUR 2.0 calls "user_team" or "aws_createdBy": "user:team".
func curTag(key string) string {
	for _, owner := range []string{"user", "aws"} {
		if name, ok := strings.CutPrefix(key, owner+"_"); ok {
			return owner + ":" + name
		}
	}
	return key
}

// focusTag gives the key of a tag in FOCUS, where those of users have no prefix (FOCUS, "Tags"): "user:team" for "team".
func focusTag(key string) string {
	if strings.HasPrefix(key, "aws:") || strings.HasPrefix(key, "user:") {
		return key
	}
	return "user:" + key
}

func (m *memory) keep(maps map[string]map[string]string, key []byte, o map[string]string) {
	if len(maps) >= mostMaps {
		clear(maps)
	}
	maps[string(key)] = o
}

// What can be wrong with a field.
var (
	errTime     = errors.New("not a time")
	errNumber   = errors.New("not a number")
	errRange    = errors.New("the number is too large")
	errAccount  = errors.New("not an account ID of 12 digits")
	errCurrency = errors.New("not a currency of three capital letters")
	errMap      = errors.New("not a JSON object of texts")
	errBool     = errors.New("neither true nor false")
)

func number(b []byte) (decimal.D, error) {
	d, err := decimal.ParseBytes(b)
	switch {
	case errors.Is(err, decimal.ErrRange):
		return d, errRange
	case err != nil:
		return d, errNumber
	}
	return d, nil
}

// account reads an account ID. Spreadsheets and number columns drop leading zeros: they are put back.
func (m *memory) account(b []byte) (string, error) {
	if len(b) > 12 || !digits(b) {
		return "", errAccount
	}
	if len(b) < 12 {
		b = append([]byte("000000000000")[:12-len(b)], b...)
	}
	return m.text(b), nil
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

func (m *memory) currency(b []byte) (string, error) {
	if len(b) != 3 || min(b[0], b[1], b[2]) < 'A' || max(b[0], b[1], b[2]) > 'Z' {
		return "", errCurrency
	}
	return m.text(b), nil
}

// instant reads a time: "2026-10-03T14:00:00Z", with or without fraction and offset, "2026-10-03 14:00:00" and "2026-10-03", which
// are UTC.
func instant(b []byte) (time.Time, error) {
	if len(b) < 10 || b[4] != '-' || b[7] != '-' {
		return time.Time{}, errTime
	}
	year, month, day := digitsOf(b[:4]), digitsOf(b[5:7]), digitsOf(b[8:10])
	var hour, minute, second int
	rest := b[10:]
	if len(rest) > 0 {
		if len(rest) < 9 || rest[0] != 'T' && rest[0] != ' ' || rest[3] != ':' || rest[6] != ':' {
			return time.Time{}, errTime
		}
		hour, minute, second = digitsOf(rest[1:3]), digitsOf(rest[4:6]), digitsOf(rest[7:9])
		rest = rest[9:]
	}
	if year < 1 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return time.Time{}, errTime
	}
	if string(rest) != "" && string(rest) != "Z" && string(rest) != ".000Z" {
		t, err := time.Parse("2006-01-02T15:04:05.999999999Z07:00", zoned(b))
		if err != nil {
			return time.Time{}, errTime
		}
		return t.UTC(), nil
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if t.Day() != day {
		return time.Time{}, errTime
	}
	return t, nil
}

// zoned gives a time of the other spellings as RFC 3339 has it: with a T, and with a zone.
func zoned(b []byte) string {
	s := []byte(string(b))
	s[10] = 'T'
	for _, c := range s[19:] {
		if c == 'Z' || c == '+' || c == '-' {
			return string(s)
		}
	}
	return string(s) + "Z"
}

// digitsOf reads a number without sign, -1 if it is none.
func digitsOf(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}
