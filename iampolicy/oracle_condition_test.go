package iampolicy

import (
	"encoding/base64"
	"math/big"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// oracleCondition is one operator with one key.
type oracleCondition struct {
	operator string // as written
	key      string // in lower case
	values   []oracleValue

	set      string // "ForAllValues", "ForAnyValue" or ""
	base     string // without "Not", prefix and suffix
	negated  bool
	ifExists bool
}

// baseOperators are the positive operators.
var baseOperators = []string{"StringEquals", "StringEqualsIgnoreCase", "StringLike", "NumericEquals", "NumericLessThan",
	"NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateLessThan", "DateLessThanEquals",
	"DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "ArnEquals", "ArnLike", "Null"}

// negatedOperators are the others, each with the one it negates.
var negatedOperators = map[string]string{"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
	"StringNotLike": "StringLike", "NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals", "NotIpAddress": "IpAddress",
	"ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike"}

func (c *oracleCondition) readOperator() bool {
	name := c.operator
	for _, set := range []string{"ForAllValues", "ForAnyValue"} {
		if rest, found := strings.CutPrefix(name, set+":"); found {
			c.set, name = set, rest
			break
		}
	}
	c.base, c.ifExists = strings.CutSuffix(name, "IfExists")
	if positive, found := negatedOperators[c.base]; found {
		c.base, c.negated = positive, true
	}
	for _, known := range baseOperators {
		if c.base == known {
			return c.base != "Null" || !c.ifExists
		}
	}
	return false
}

func (c *oracleCondition) readValue(text string, variables bool) oracleValue {
	v := oracleValue{raw: text}
	switch {
	case strings.HasPrefix(c.base, "Numeric"):
		v.number = numberOf(text)
	case strings.HasPrefix(c.base, "Date"):
		v.date = instantOf(text)
	case c.base == "IpAddress":
		v.network = networkOf(text)
	case c.base == "StringLike":
		v.text = read(text, freeWildcards, variables)
	case strings.HasPrefix(c.base, "Arn"):
		v.text = read(text, arnWildcards, variables)
	default:
		v.text = read(text, noWildcards, variables)
	}
	return v
}

// holds decides a condition: IAM User Guide, "Condition operators", "Single-valued vs. multivalued context keys", and
// "Conditions with multiple context keys or values".
func (o *oracle) holds(c *oracleCondition) bool {
	values, present := o.keys[c.key]
	if c.base == "Null" {
		for _, v := range c.values {
			if strings.EqualFold(v.raw, "true") && len(values) == 0 || strings.EqualFold(v.raw, "false") && len(values) > 0 {
				return true
			}
		}
		return false
	}
	if c.ifExists && len(values) == 0 {
		return true
	}
	matching, empty := 0, true
	for _, v := range values {
		empty = empty && v == ""
		if o.oneOf(c, v) {
			matching++
		}
	}
	switch {
	case c.set == "ForAllValues" && (!present || empty):
		return true
	case c.set == "ForAnyValue" && empty:
		return false
	case c.set == "ForAllValues" && c.negated:
		return matching == 0
	case c.set == "ForAllValues":
		return matching == len(values)
	case c.set == "ForAnyValue" && c.negated:
		return matching < len(values)
	case c.set == "ForAnyValue":
		return matching > 0
	}
	return len(values) <= 1 && (matching > 0) != c.negated // several values want a set operator
}

func (o *oracle) oneOf(c *oracleCondition, given string) bool {
	for _, v := range c.values {
		if o.compare(c.base, given, v) {
			return true
		}
	}
	return false
}

// compare compares one value of the request with one of the policy.
func (o *oracle) compare(base, given string, v oracleValue) bool {
	switch base {
	case "StringEquals":
		text, ok := o.text(v.text)
		return ok && given == text
	case "StringEqualsIgnoreCase":
		text, ok := o.text(v.text)
		return ok && foldText(given) == foldText(text)
	case "StringLike":
		return o.matches(v.text, given)
	case "ArnEquals", "ArnLike":
		parts := strings.SplitN(given, ":", 6)
		return len(parts) == 6 && parts[0] == "arn" && o.matches(v.text, given)
	case "Bool": // what is not true in a request is false
		text, ok := o.text(v.text)
		text, given = asciiLower(text), asciiLower(given)
		return ok && (text == "true" && given == "true" || text == "false" && given != "true")
	case "BinaryEquals":
		return isBase64(given) && given == v.raw
	case "IpAddress":
		a := addressOf(given)
		return a != nil && v.network != nil && v.network.holds(a)
	}
	var order int
	if rest, found := strings.CutPrefix(base, "Numeric"); found {
		n := numberOf(given)
		if n == nil || v.number == nil {
			return false
		}
		base, order = rest, n.Cmp(v.number)
	} else {
		base = strings.TrimPrefix(base, "Date")
		d := instantOf(given)
		if d == nil || v.date == nil {
			return false
		}
		order = d.compare(v.date)
	}
	switch base {
	case "Equals":
		return order == 0
	case "LessThan":
		return order < 0
	case "LessThanEquals":
		return order <= 0
	case "GreaterThan":
		return order > 0
	}
	return order >= 0
}

// foldText puts letters in lower case, one by one; the dotted capital I has no small letter of its own.
func foldText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 'İ' {
			return r
		}
		return unicode.ToLower(r)
	}, s)
}

// isBase64: with one spelling for each sequence of bytes, equal texts are equal bytes.
func isBase64(s string) bool {
	b, err := base64.StdEncoding.DecodeString(s)
	return err == nil && base64.StdEncoding.EncodeToString(b) == s
}

var numberForm = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,9})?$`)

// numberOf reads a decimal number; its exponent is at most 999.
func numberOf(s string) *big.Rat {
	m := numberForm.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	if exponent := strings.TrimLeft(m[2], "eE+-"); digits(exponent, 0) > 999 {
		return nil
	}
	n, _ := new(big.Rat).SetString(s)
	return n
}

// network is a range of addresses of one family.
type network struct {
	base net.IP
	bits int
}

// addressOf reads an address; the four numbers of IPv4 may begin with zeros, and IPv4 in its IPv6 form is of 16 bytes still.
func addressOf(s string) net.IP {
	if strings.Contains(s, ":") {
		return net.ParseIP(s).To16()
	}
	if !dottedForm.MatchString(s) {
		return nil
	}
	var parts []string
	for _, part := range strings.Split(s, ".") {
		parts = append(parts, strconv.Itoa(digits(part, 0)))
	}
	return net.ParseIP(strings.Join(parts, ".")).To4()
}

var (
	dottedForm = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9}){3}$`)
	prefixForm = regexp.MustCompile(`^[0-9]{1,9}$`)
)

// networkOf reads an address or a range of a policy. Only IPv4 may have bits beyond its prefix.
func networkOf(s string) *network {
	text, size, ranged := strings.Cut(s, "/")
	base := addressOf(text)
	if base == nil {
		return nil
	}
	n := &network{base: base, bits: 8 * len(base)}
	if ranged {
		if !prefixForm.MatchString(size) || digits(size, 0) > n.bits {
			return nil
		}
		n.bits = digits(size, 0)
	}
	if len(base) == 16 && !n.base.Equal(n.base.Mask(net.CIDRMask(n.bits, 128))) {
		return nil
	}
	return n
}

// holds tells whether an address of a request is in the range. There IPv4 in its IPv6 form is IPv4; in a policy it is IPv6.
func (n *network) holds(a net.IP) bool {
	if v4 := a.To4(); v4 != nil {
		a = v4
	}
	if len(a) != len(n.base) {
		return false
	}
	for bit := range n.bits {
		if (a[bit/8]^n.base[bit/8])>>(7-bit%8)&1 != 0 {
			return false
		}
	}
	return true
}

// instant is a point in time: whole seconds since 1970, and nanoseconds.
type instant struct{ seconds, nanos int64 }

func (d *instant) compare(e *instant) int {
	switch {
	case d.seconds < e.seconds, d.seconds == e.seconds && d.nanos < e.nanos:
		return -1
	case *d == *e:
		return 0
	}
	return 1
}

var (
	epochForm = regexp.MustCompile(`^[0-9]+$`)
	dayForm   = regexp.MustCompile(`^(-?)([0-9]{1,9})(?:-([0-9]{1,9})(?:-([0-9]{1,9}))?)?$`)
	clockForm = regexp.MustCompile(`^([0-9]{0,9})(?::([0-9]{0,9})(?::([0-9]{0,9}))?)?(?:\.([0-9]{0,9}))?$`)
	zoneForm  = regexp.MustCompile(`^([^+-]+)([+-])([0-9]{2})(?::?([0-9]{2}))?$`)
)

// instantOf reads seconds since 1970 or ISO 8601, in the forms that docs/policy-decisions.md names.
func instantOf(s string) *instant {
	if epochForm.MatchString(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n > (1<<63-1)/1000 { // IAM's clock counts milliseconds in 64 bits
			return nil
		}
		return &instant{seconds: n}
	}
	day, clock, timed := strings.Cut(strings.ToUpper(s), "T")
	m := dayForm.FindStringSubmatch(day)
	if m == nil || !timed && !strings.Contains(day, "-") {
		return nil
	}
	year, month, date := digits(m[2], 0), digits(m[3], 1), digits(m[4], 1)
	if m[1] != "" {
		year = -year
	}
	offset := 0
	if rest, found := strings.CutSuffix(clock, "Z"); found {
		clock = rest
	} else if z := zoneForm.FindStringSubmatch(clock); z != nil {
		hours, minutes := digits(z[3], 0), digits(z[4], 0)
		if hours > 23 || minutes > 59 {
			return nil
		}
		if offset = hours*3600 + minutes*60; z[2] == "-" {
			offset = -offset
		}
		clock = z[1]
	}
	c := clockForm.FindStringSubmatch(clock)
	if c == nil {
		return nil
	}
	hour, minute, second := digits(c[1], 0), digits(c[2], 0), digits(c[3], 0)
	if year > 292278993 || month < 1 || month > 12 || date < 1 || date > 31 || hour > 23 || minute > 59 || second > 59 {
		return nil
	}
	nanos := digits((c[4] + "000000000")[:9], 0)
	days := time.Date(year, time.Month(month), date, 0, 0, 0, 0, time.UTC).Unix() / 86400
	return &instant{seconds: days*86400 + int64(hour*3600+minute*60+second-offset), nanos: int64(nanos)}
}

// digits reads up to nine digits; none at all are the lowest.
func digits(s string, lowest int) int {
	if s == "" {
		return lowest
	}
	n, _ := strconv.Atoi(s)
	return n
}
