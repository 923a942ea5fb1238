package wire

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"umbel/internal/model"
)

// template is the path of a REST operation: literal segments, {labels}, a greedy {label+}, and constant parameters.
type template struct {
	op       *model.Operation
	segments []segment
	constant []param // of the query
}

type segment struct {
	literal string
	label   string
	greedy  bool
}

// newTemplate takes an operation's URI apart.
func newTemplate(op *model.Operation) template {
	t := template{op: op}
	path, query, _ := strings.Cut(op.URI, "?")
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if !strings.HasPrefix(part, "{") {
			t.segments = append(t.segments, segment{literal: part})
			continue
		}
		label := strings.Trim(part, "{}")
		name, greedy := strings.CutSuffix(label, "+")
		t.segments = append(t.segments, segment{label: name, greedy: greedy})
	}
	for part := range strings.SplitSeq(query, "&") {
		if part != "" {
			name, value, _ := strings.Cut(part, "=")
			t.constant = append(t.constant, param{name, value})
		}
	}
	return t
}

// match takes a path apart by the template. The labels are decoded; ok is false if the path is another's.
func (t template) match(path string) (labels map[string]string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i := 0; i < len(t.segments); i++ {
		s := t.segments[i]
		if len(parts) == 0 {
			return nil, false
		}
		take := 1
		if s.greedy {
			if take = len(parts) - (len(t.segments) - i - 1); take < 1 {
				return nil, false
			}
		}
		text, err := url.PathUnescape(strings.Join(parts[:take], "/"))
		if err != nil || !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
			return nil, false
		}
		parts = parts[take:]
		if s.label == "" {
			if text != s.literal {
				return nil, false
			}
			continue
		}
		if text == "" {
			return nil, false
		}
		if labels == nil {
			labels = map[string]string{}
		}
		labels[s.label] = text
	}
	return labels, len(parts) == 0
}

// matchQuery tells whether the constant parameters are there.
func (t template) matchQuery(query form) bool {
	for _, c := range t.constant {
		if v, ok := query.get(c.name); !ok || c.value != "" && v != c.value {
			return false
		}
	}
	return true
}

// before orders templates from the most to the least specific: literal segments, then constant parameters, then what
// the input requires in query and headers.
func (t template) before(u template) int {
	for i := range min(len(t.segments), len(u.segments)) {
		a, b := t.segments[i], u.segments[i]
		if d := a.rank() - b.rank(); d != 0 {
			return d
		}
		if d := strings.Compare(a.literal, b.literal); d != 0 {
			return d
		}
	}
	if d := len(u.segments) - len(t.segments); d != 0 {
		return d
	}
	if d := len(u.constant) - len(t.constant); d != 0 {
		return d
	}
	return u.demanded() - t.demanded()
}

func (s segment) rank() int {
	switch {
	case s.greedy:
		return 2
	case s.label != "":
		return 1
	}
	return 0
}

// demanded counts the members that have to be in the query or the headers.
func (t template) demanded() int {
	n := 0
	for _, m := range t.op.Input.Members {
		if m.Required && (m.Location == "querystring" || m.Location == "header") {
			n++
		}
	}
	return n
}

// matchDemanded tells whether those members are there.
func (t template) matchDemanded(req *Request, query form) bool {
	for _, m := range t.op.Input.Members {
		if !m.Required {
			continue
		}
		switch m.Location {
		case "querystring":
			if !query.has(m.WireName()) {
				return false
			}
		case "header":
			if req.Header.Get(m.WireName()) == "" {
				return false
			}
		}
	}
	return true
}
