package iampolicy

import "strings"

func (v *statementView) principalPart(c *statement, n *statementNode, g Grant) Part {
	name, node := "Principal", &n.principal
	if c.notPrincipal {
		name, node = "NotPrincipal", &n.notPrincipal
	}
	p := Part{Element: name, Policy: node.written(), Request: v.callerNames(), Holds: g != GrantNone, At: v.position(node.offset)}
	switch {
	case c.notPrincipal && v.bounded && c.deny:
		p.Note = "NotPrincipal denies whoever has a permissions boundary"
	case c.notPrincipal && p.Holds:
		p.Note = "to be left out, the caller needs every form listed: its account, its role, and the session or user itself"
	case g == GrantAccount && !v.crossAccount():
		p.Note = "names the account only: the caller's own policies have to allow as well"
	case !p.Holds && !c.notPrincipal:
		p.Note = v.principalNote(c.who)
	}
	return p
}

// written gives a Principal's values as written, of whatever type.
func (p *principalNode) written() (out []string) {
	if p.any {
		return []string{"*"}
	}
	for i := range p.groups {
		for _, v := range p.groups[i].values {
			out = append(out, v.text)
		}
	}
	return out
}

// callerNames gives the names a Principal element may use for the caller, the closest first; the account last.
func (x *explainer) callerNames() (out []string) {
	for _, name := range []string{x.e.Caller, x.who.RoleARN, x.who.UserARN} {
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}

// principalNote tells what is easily overlooked in principals that do not name the caller.
func (v *statementView) principalNote(who *principals) string {
	for _, name := range who.names {
		if note := v.nameNote(name); note != "" {
			return note
		}
	}
	switch {
	case v.who.Kind == Anonymous:
		return `only "*" takes in callers without credentials`
	case v.who.Kind == ServicePrincipal && len(who.services) == 0:
		return "names no service, and the caller is one"
	case v.hasAccount() && len(who.names)+len(who.accounts) == 0:
		return "names no AWS principal: services and identity providers only"
	case len(who.accounts) > 0:
		return "the caller is of the account " + v.who.Account
	}
	return ""
}

// nameNote compares one name with the caller's.
func (v *statementView) nameNote(name string) string {
	for _, own := range v.callerNames() {
		switch {
		case strings.EqualFold(name, own):
			return "differs only in upper and lower case"
		case len(own) > 12 && lastName(own) == lastName(name) && accountOf(own) != accountOf(name):
			return "the same name in another account: the caller is of " + v.who.Account
		}
	}
	switch {
	case strings.ContainsAny(name, "*?"):
		return "wildcards do not work inside a Principal: only a lone * does"
	case v.who.Kind == AssumedRole && strings.Contains(name, ":assumed-role/"):
		return "names one session, and the caller is another: name the role itself, " + v.who.RoleARN
	}
	return ""
}

// accountOf gives the account in an ARN, "" for what is none.
func accountOf(arn string) string { return strings.SplitN(arn+":::::", ":", 6)[4] }

// lastName gives kind and last name of an ARN's resource: "role/app" of …:role/team/app.
func lastName(arn string) string {
	resource := arn[strings.LastIndexByte(arn, ':')+1:]
	kind, _, _ := strings.Cut(resource, "/")
	return kind + resource[strings.LastIndexByte(resource, '/')+1:]
}
