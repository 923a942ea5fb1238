package exports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"umbel/internal/usage"
)

// Statement is a query over one table (Data Exports User Guide, "Data query–SQL query and table configurations"):
//
//	SELECT column [AS name], column.attribute [AS name], … FROM table [WHERE column operator value AND|OR …] [LIMIT number]
type Statement struct {
	Select []usage.Selection
	Table  string
	Where  *Condition // nil for all rows
	Limit  int64      // -1 for none
}

// Condition compares a column with a value, or joins conditions: exactly one of And, Or and Operator is set.
type Condition struct {
	And, Or  []Condition
	Column   usage.Selection
	Operator string // "=", "!=", "<", "<=", ">", ">="
	Value    string
	Number   bool // the value is written as a number
}

// keywords are the words that name no column. Columns' names are told apart by case, these are not.
var keywords = []string{"SELECT", "FROM", "WHERE", "LIMIT", "AS", "AND", "OR"}

// Parse reads a statement. Errors say what is wrong, and where by its place in the text.
func Parse(text string) (*Statement, error) {
	p := &parser{text: text}
	p.next()
	s, err := p.statement()
	if p.err != nil { // what cannot be read at all explains the rest
		return nil, p.err
	}
	return s, err
}

type parser struct {
	text  string
	at    int // behind the token
	start int // of the token
	token string
	kind  kind
	err   error
}

type kind uint8

const (
	end kind = iota
	word
	number
	quoted // 'value'
	symbol
)

func (p *parser) next() {
	for p.at < len(p.text) && strings.ContainsRune(" \t\r\n", rune(p.text[p.at])) {
		p.at++
	}
	p.start = p.at
	if p.at == len(p.text) {
		p.kind, p.token = end, ""
		return
	}
	c := p.text[p.at]
	switch {
	case letter(c):
		p.kind = word
		p.take(func(c byte) bool { return letter(c) || digit(c) })
	case digit(c) || c == '-' && p.at+1 < len(p.text) && digit(p.text[p.at+1]):
		p.kind = number
		p.at++
		p.take(func(c byte) bool { return digit(c) || c == '.' || c == 'e' || c == 'E' })
	case c == '\'' || c == '"':
		p.quoted(c)
	default:
		p.kind, p.token = symbol, string(c)
		for _, two := range []string{"<=", ">=", "<>", "!="} {
			if strings.HasPrefix(p.text[p.at:], two) {
				p.token = two
			}
		}
		p.at += len(p.token)
	}
}

func letter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

func (p *parser) take(part func(byte) bool) {
	for p.at < len(p.text) && part(p.text[p.at]) {
		p.at++
	}
	p.token = p.text[p.start:p.at]
}

// quoted reads text in quotes, in which two quotes are one. In double quotes stands a name, in single ones a value.
func (p *parser) quoted(mark byte) {
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		if p.text[p.at] == mark {
			if p.at+1 == len(p.text) || p.text[p.at+1] != mark {
				p.at++
				p.kind, p.token = quoted, b.String()
				if mark == '"' {
					p.kind = word
				}
				return
			}
			p.at++
		}
		b.WriteByte(p.text[p.at])
	}
	p.kind, p.token = end, ""
	p.err = fmt.Errorf("the quote at position %d is not closed", p.start+1)
}

func (p *parser) keyword(k string) bool { return p.kind == word && strings.EqualFold(p.token, k) }

func (p *parser) is(s string) bool { return p.kind == symbol && p.token == s }

func (p *parser) expected(what string) error {
	found := "the end of the statement"
	if p.kind != end {
		found = strconv.Quote(p.token)
	}
	return fmt.Errorf("expected %s at position %d, found %s", what, p.start+1, found)
}

func (p *parser) statement() (*Statement, error) {
	s := &Statement{Limit: -1}
	if !p.keyword("SELECT") {
		return nil, p.expected("SELECT")
	}
	p.next()
	if p.is("*") {
		return nil, fmt.Errorf("SELECT * is not supported: name the columns")
	}
	for {
		column, err := p.selection()
		if err != nil {
			return nil, err
		}
		s.Select = append(s.Select, column)
		if !p.is(",") {
			break
		}
		p.next()
	}
	if !p.keyword("FROM") {
		return nil, p.expected("a comma or FROM")
	}
	p.next()
	if p.kind != word {
		return nil, p.expected("the name of a table")
	}
	s.Table = p.token
	p.next()
	if p.keyword("WHERE") {
		p.next()
		c, err := p.either()
		if err != nil {
			return nil, err
		}
		s.Where = &c
	}
	if p.keyword("LIMIT") {
		p.next()
		n, err := strconv.ParseInt(p.token, 10, 64)
		if p.kind != number || err != nil || n < 0 {
			return nil, p.expected("a whole number of rows")
		}
		s.Limit = n
		p.next()
	}
	if p.is(";") {
		p.next()
	}
	if p.kind != end {
		return nil, p.expected("the end of the statement")
	}
	return s, nil
}

// selection reads column, column.attribute or column['attribute'], and AS name.
func (p *parser) selection() (usage.Selection, error) {
	s, err := p.column()
	if err != nil || !p.keyword("AS") {
		return s, err
	}
	p.next()
	if p.kind != word || p.token == "" || strings.Trim(p.token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
		return s, p.expected("a new name of letters, digits and underscores")
	}
	s.As = p.token
	p.next()
	return s, nil
}

func (p *parser) column() (usage.Selection, error) {
	if p.kind != word || slices.ContainsFunc(keywords, p.keyword) {
		return usage.Selection{}, p.expected("a column")
	}
	s := usage.Selection{Column: p.token}
	p.next()
	switch {
	case p.is("."):
		p.next()
		if p.kind != word {
			return s, p.expected("an attribute of " + s.Column)
		}
		s.Key = p.token
		p.next()
	case p.is("["):
		p.next()
		if p.kind != quoted || p.token == "" {
			return s, p.expected("an attribute of " + s.Column + " in quotes")
		}
		s.Key = p.token
		p.next()
		if !p.is("]") {
			return s, p.expected("]")
		}
		p.next()
	case p.is("("):
		return s, fmt.Errorf("functions are not supported: %s at position %d", s.Column, p.start)
	}
	return s, nil
}

// either reads conditions joined by OR, which binds less than AND.
func (p *parser) either() (Condition, error) {
	return p.joined("OR", func() (Condition, error) {
		return p.joined("AND", p.comparison, func(c *Condition) *[]Condition { return &c.And })
	},
		func(c *Condition) *[]Condition { return &c.Or })
}

func (p *parser) joined(by string, part func() (Condition, error), list func(*Condition) *[]Condition) (Condition, error) {
	first, err := part()
	if err != nil || !p.keyword(by) {
		return first, err
	}
	var all Condition
	*list(&all) = []Condition{first}
	for p.keyword(by) {
		p.next()
		c, err := part()
		if err != nil {
			return c, err
		}
		*list(&all) = append(*list(&all), c)
	}
	return all, nil
}

func (p *parser) comparison() (Condition, error) {
	if p.is("(") {
		p.next()
		c, err := p.either()
		if err != nil {
			return c, err
		}
		if !p.is(")") {
			return c, p.expected(")")
		}
		p.next()
		return c, nil
	}
	column, err := p.column()
	if err != nil {
		return Condition{}, err
	}
	c := Condition{Column: column, Operator: p.token}
	if p.kind != symbol || !slices.Contains([]string{"=", "!=", "<>", "<", "<=", ">", ">="}, p.token) {
		return c, p.expected("one of = != <> < <= > >=")
	}
	if c.Operator == "<>" {
		c.Operator = "!="
	}
	p.next()
	if p.kind != quoted && p.kind != number {
		return c, p.expected("a value: a number, or text in single quotes")
	}
	c.Value, c.Number = p.token, p.kind == number
	p.next()
	return c, nil
}
