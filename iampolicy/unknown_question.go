package iampolicy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// question is a partial decision under way: what is unknown of it, and what the policies ask of that.
type question struct {
	req      *Request
	policies *Policies
	action   action

	blanks    []*blank
	fields    map[string]field // unknown keys, in lower case
	families  []Unknown        // of keys that are unknown with all that begin alike; Name ends with "/"
	stated    Context          // the keys that are known
	arn, role field            // of the principal, where they are unknown
	id        field

	verdicts map[*Source]verdictRange
	escaping bool // whether resource control policies apply at all is unknown
	links    []textLink

	asked    Request // with the values at hand
	context  Context
	standIns map[string]Source
}

// blank is one thing that varies by itself: the value of a key, a part of the principal, or a policy.
type blank struct {
	Unknown
	label string // as in DependsOn

	key     string     // the context key, in lower case; "" for others
	domain  []language // what texts it can be, at most one; none: any
	longest int        // how long they can be; 0: of any length

	languages []language // which its texts are asked for
	asked     map[string]bool
	typed     []*condition // conditions on numbers, dates, addresses and binaries
	equals    []*blank     // that some condition compares it with
	met       bool         // in an open statement
	inexact   bool         // something is asked of it that the languages do not tell

	layer  Layer  // of an unknown policy, or of further ones
	policy string // the Source.ID of an unknown policy; "" for further ones

	options []option
	at      int // the option at hand
}

// option is one value of a blank.
type option struct {
	values []string // none: absent
	effect effect   // of a policy
}

// piece is a part of a text: known, or a blank's; with name, what follows the blank's last slash.
type piece struct {
	text string
	v    *blank
	name bool
}

// field is a text made of pieces, of which one is unknown at least.
type field []piece

// longestName bounds unknown names ("IAM and AWS STS quotas"), longestPath names with their path.
const (
	longestName = 64
	longestPath = 512 + 64
)

// declare reads the list of unknowns.
func (q *question) declare(unknowns []Unknown) error {
	names := map[string]bool{}
	for i := range unknowns {
		u := &unknowns[i]
		name := lowerKey(u.Name)
		if names[name] {
			return fmt.Errorf("unknown: %s is named twice", u.Name)
		}
		names[name] = true
		var err error
		switch kind, rest, _ := strings.Cut(u.Name, ":"); {
		case kind == "policy":
			err = q.declarePolicy(u, rest)
		case kind == "further":
			err = q.declareFurther(u, rest)
		case kind == "principal":
			if rest != "arn" && rest != "sessionName" && rest != "uniqueId" {
				err = fmt.Errorf(`unknown: %q: a principal has "principal:arn", "principal:sessionName" and "principal:uniqueId"`, u.Name)
			}
		case u.Name == "":
			err = errors.New("unknown: an empty name")
		case u.Present && u.Values != nil && len(u.Values) == 0:
			err = fmt.Errorf("unknown: %s is present and has no values", u.Name)
		case strings.HasSuffix(u.Name, "/*"):
			family := *u
			family.Name = strings.TrimSuffix(u.Name, "*")
			q.families = append(q.families, family)
		default:
			q.declareKey(*u, u.Name)
		}
		if err != nil {
			return err
		}
	}
	if err := q.declarePrincipal(names); err != nil {
		return err
	}
	q.req.Context.Keys(func(key string, values []string) bool {
		if q.fields[lowerKey(key)] == nil {
			q.stated.Set(key, values...)
		}
		return true
	})
	return nil
}

func (q *question) newBlank(u Unknown, label string) *blank {
	v := &blank{Unknown: u, label: label, asked: map[string]bool{}}
	q.blanks = append(q.blanks, v)
	return v
}

func (q *question) declareKey(u Unknown, key string) field {
	v := q.newBlank(u, key)
	v.key = lowerKey(key)
	v.MultiValued = v.MultiValued || multivalued(v.key)
	q.fields[v.key] = field{{v: v}}
	return q.fields[v.key]
}

// multivalued knows the keys of which AWS says so ("AWS global condition context keys"; of other keys, the one that decides
// whether resource control policies apply), in lower case.
func multivalued(key string) bool {
	switch key {
	case "kms:resourcealiases", "aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:resourceorgpaths", "aws:sourceorgpaths", "aws:tagkeys",
		"aws:vpceorgpaths":
		return true
	}
	return false
}

// field gives the text of a key that is unknown, nil for others. Keys of a family become blanks when they are met.
func (q *question) field(key string) field {
	key = lowerKey(key)
	if f, ok := q.fields[key]; ok {
		return f
	}
	for _, u := range q.families {
		if n := len(u.Name); len(key) > n && equalFold(key[:n], u.Name) {
			if _, stated := q.req.Context.Get(key); !stated {
				return q.declareKey(u, u.Name+key[n:])
			}
		}
	}
	return nil
}

// declarePolicy makes the document of a policy unknown. Resource policies name principals and are another policy than one
// of the same ID elsewhere.
func (q *question) declarePolicy(u *Unknown, id string) error {
	var err error = fmt.Errorf("unknown: there is no policy %q", id)
	q.policies.each(func(layer Layer, s *Source) {
		if s.ID == id && q.policyBlank(layer, id) == nil {
			v := q.newBlank(*u, u.Name)
			v.policy, v.layer, err = id, layer, nil
		}
	})
	return err
}

// policyBlank gives the blank of an unknown policy, nil if the policy is known.
func (q *question) policyBlank(layer Layer, id string) *blank {
	for _, v := range q.blanks {
		if v.policy != "" && v.policy == id && (v.layer == LayerResource) == (layer == LayerResource) {
			return v
		}
	}
	return nil
}

func (q *question) declareFurther(u *Unknown, layer string) error {
	for l := LayerServiceControl; l <= LayerSession; l++ {
		if l.String() != layer {
			continue
		}
		if l == LayerResource && q.policies.Resource != nil || l == LayerBoundary && q.policies.Boundary != nil {
			return fmt.Errorf("unknown: %s: there is one already, and never a second", u.Name)
		}
		q.newBlank(*u, u.Name).layer = l
		return nil
	}
	return fmt.Errorf("unknown: %q is no layer of policies", layer)
}

// declarePrincipal makes parts of the principal unknown, and the keys that AWS derives from them ("AWS global condition
// context keys", properties of the principal).
func (q *question) declarePrincipal(names map[string]bool) error {
	who := &q.req.Principal
	arn, id := names["principal:arn"], names["principal:uniqueid"]
	session := names["principal:sessionname"]
	switch {
	case session && (arn || who.Kind != AssumedRole):
		return fmt.Errorf("unknown: principal:sessionName is for the session of a known role")
	case arn && who.Kind != User && who.Kind != AssumedRole && who.Kind != FederatedUser, id && who.Kind != User && who.Kind != AssumedRole:
		return fmt.Errorf("unknown: the principal has no name, or no unique ID, that could be unknown")
	}
	label := "principal:arn"
	if session {
		label = "principal:sessionName"
	}
	part := func(label string, longest int, patterns ...[]token) piece {
		v := q.newBlank(Unknown{Name: label, Present: true}, label)
		v.domain = []language{{patterns: patterns}}
		v.longest = longest
		return piece{v: v}
	}
	one, more := token{set: nameRune}, token{set: nameRune, star: true}
	path := []token{{set: pathRune, star: true}, {r: '/'}, one, more}
	uid, last := piece{text: who.UniqueID}, piece{}
	if stated, _ := q.req.Context.Get("aws:userid"); uid.text == "" && len(stated) == 1 {
		uid.text, _, _ = strings.Cut(stated[0], ":")
	}
	if id {
		uid = part("principal:uniqueId", 128, []token{{set: wordRune}, {set: wordRune, star: true}})
		q.id = field{uid}
	}
	switch {
	case arn && who.Kind == User:
		last = part(label, longestPath, []token{one, more}, path)
		q.arn = field{{text: upTo(who.ARN, ":user/")}, last}
		q.derive("aws:PrincipalArn", q.arn)
		last.name = true
		q.derive("aws:username", field{last})
	case arn && who.Kind == FederatedUser:
		last = part(label, 32, []token{one, one, more})
		q.arn = field{{text: upTo(who.ARN, ":federated-user/")}, last}
		q.derive("aws:PrincipalArn", q.arn)
		q.derive("aws:userid", field{{text: who.Account + ":"}, last})
	case arn:
		role := part(label, longestPath, []token{one, more}, path)
		last = part(label, longestName, []token{one, one, more})
		q.role = field{{text: upTo(who.RoleARN, ":role/")}, role}
		q.derive("aws:PrincipalArn", q.role)
		role.name = true
		q.arn = field{{text: upTo(who.ARN, ":assumed-role/")}, role, {text: "/"}, last}
	case session:
		last = part(label, longestName, []token{one, one, more})
		q.arn = field{{text: who.ARN[:strings.LastIndexByte(who.ARN, '/')+1]}, last}
	case who.Kind == AssumedRole:
		last.text = nameOf(who.ARN)
	}
	if who.Kind == User && id {
		q.derive("aws:userid", field{uid})
	}
	if who.Kind == AssumedRole && (id || last.v != nil && uid.text != "") {
		q.derive("aws:userid", field{uid, {text: ":"}, last}.compact())
	}
	for key := range q.fields {
		if names[key] && q.fields[key].derived() {
			return fmt.Errorf("unknown: %s follows the principal, which is unknown itself", key)
		}
	}
	return nil
}

// derived tells that a key's text follows the principal.
func (f field) derived() bool { return len(f) > 1 || f[0].v.key == "" }

func (q *question) derive(key string, f field) { q.fields[lowerKey(key)] = f }

// upTo gives the text up to the end of a mark.
func upTo(s, mark string) string {
	before, _, _ := strings.Cut(s, mark)
	return before + mark
}

// compact joins neighbouring known pieces.
func (f field) compact() field {
	var out field
	for _, p := range f {
		if n := len(out); n > 0 && p.v == nil && out[n-1].v == nil {
			out[n-1].text += p.text
		} else {
			out = append(out, p)
		}
	}
	return out
}

// unknowns gives the variables of a field.
func (f field) unknowns() (out []*blank) {
	for _, p := range f {
		if p.v != nil && !slices.Contains(out, p.v) {
			out = append(out, p.v)
		}
	}
	return out
}

// each calls visit with every policy there is.
func (ps *Policies) each(visit func(layer Layer, s *Source)) {
	list := func(layer Layer, sources []Source) {
		for i := range sources {
			visit(layer, &sources[i])
		}
	}
	for i := range ps.ServiceControl {
		list(LayerServiceControl, ps.ServiceControl[i].Policies)
	}
	for i := range ps.ResourceControl {
		list(LayerResourceControl, ps.ResourceControl[i].Policies)
	}
	if ps.Resource != nil {
		visit(LayerResource, ps.Resource)
	}
	list(LayerIdentity, ps.Identity)
	if ps.Boundary != nil {
		visit(LayerBoundary, ps.Boundary)
	}
	list(LayerSession, ps.Session)
}
