package iampolicy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// words words explanations for people. name gives the name that people know a policy, a node of the tree or an account by,
// "" for none; it may be nil.
type words struct {
	name  func(id string) string
	trust bool // the resource's policy is a role's trust policy
}

func (e *Explanation) words(name func(string) string) *words {
	return &words{name: name, trust: isTrust(e.Action)}
}

// isTrust tells the actions that a role's trust policy is asked for.
func isTrust(action string) bool {
	a := splitAction(action)
	return a.service == "sts" && (len(a.name) >= 10 && equalFold(a.name[:10], "assumerole") || equalFold(a.name, "tagsession") || equalFold(a.name, "setsourceidentity"))
}

// known gives "NAME (ID)" of what has a name, else the ID.
func (w *words) known(id string) string {
	if w.name != nil {
		if name := w.name(id); name != "" {
			return strconv.Quote(name) + " (" + short(id) + ")"
		}
	}
	return short(id)
}

// short gives the ID of an organization's policy in place of its ARN.
func short(id string) string {
	if strings.Contains(id, ":organizations::") {
		return id[strings.LastIndexByte(id, '/')+1:]
	}
	return id
}

// place words a node of the tree.
func (w *words) place(target string) string {
	switch {
	case strings.HasPrefix(target, "r-"):
		return "the root " + target
	case strings.HasPrefix(target, "ou-"):
		return "the OU " + w.known(target)
	case len(target) == 12 && isDigits(target):
		return "the account " + w.known(target)
	}
	return w.known(target)
}

// noun names a policy of a layer; a resource's policy is named by policy.
func (w *words) noun(l Layer) string {
	switch l {
	case LayerServiceControl:
		return "service control policy"
	case LayerResourceControl:
		return "resource control policy"
	case LayerBoundary:
		return "permissions boundary"
	case LayerSession:
		return "session policy"
	}
	return "identity policy"
}

// policy words a policy with its kind. A resource has one policy, which needs no name.
func (w *words) policy(l Layer, id string) string {
	switch {
	case w.trust && l == LayerResource:
		return "the role's trust policy"
	case l == LayerResource:
		return "the resource's policy"
	case l == LayerSession && !strings.HasPrefix(id, "arn:"):
		return "the session policy"
	case id == "":
		return "the " + w.noun(l)
	case l == LayerIdentity && !strings.Contains(id, ":"):
		return "the identity policy " + strconv.Quote(id)
	}
	return "the " + w.noun(l) + " " + w.known(id)
}

// statement words a statement by its Sid, or by its number.
func (w *words) statement(index int, sid string) string {
	if sid != "" {
		return "the statement " + strconv.Quote(sid)
	}
	return "the " + ordinal(index+1) + " statement"
}

func ordinal(n int) string {
	names := [...]string{"first", "second", "third", "fourth", "fifth"}
	if n <= len(names) {
		return names[n-1]
	}
	switch {
	case n%100/10 == 1:
		return strconv.Itoa(n) + "th"
	case n%10 == 1:
		return strconv.Itoa(n) + "st"
	case n%10 == 2:
		return strconv.Itoa(n) + "nd"
	case n%10 == 3:
		return strconv.Itoa(n) + "rd"
	}
	return strconv.Itoa(n) + "th"
}

// most bounds how many values of a list are shown.
const most = 6

// quoted lists values in quotes.
func quoted(values []string) string {
	var out []string
	for i, v := range values {
		if i == most && len(values) > most+1 {
			out = append(out, fmt.Sprintf("and %d more", len(values)-most))
			break
		}
		out = append(out, `"`+v+`"`)
	}
	return strings.Join(out, ", ")
}

// Cause tells in a sentence or two why the decision is as it is.
func (e *Explanation) Cause() string { return e.words(nil).cause(e) }

func (w *words) cause(e *Explanation) string {
	d := &e.Decision
	switch d.Outcome {
	case Allowed:
		return w.granted(e)
	case ExplicitDeny:
		if d.Statement < 0 {
			return upper(w.policy(d.Layer, d.Policy)) + w.attached(d.Target) + " cannot be read, and what it would have denied is not known."
		}
		return upper(w.policy(d.Layer, d.Policy)) + w.attached(d.Target) + " denies it in " + w.statement(d.Statement, d.Sid) + "."
	}
	return w.missing(e)
}

func (w *words) attached(target string) string {
	if target == "" {
		return ""
	}
	return ", attached to " + w.place(target) + ","
}

func (w *words) granted(e *Explanation) string {
	d := &e.Decision
	switch {
	case d.Statement >= 0:
		return upper(w.policy(d.Layer, d.Policy)) + " allows it in " + w.statement(d.Statement, d.Sid) + "."
	case len(e.Layers) == 0:
		return "No permission is needed for it, and nothing can deny it."
	}
	return "The root user of an account needs no policy that allows it, and nothing denies it."
}

// missing tells which layer did not allow.
func (w *words) missing(e *Explanation) string {
	d := &e.Decision
	switch d.Layer {
	case LayerServiceControl:
		return "No service control policy attached to " + w.place(d.Target) + " allows it. Each level of the tree, from the root " +
			"down to the account, has to have one that does."
	case LayerResourceControl:
		return "No resource control policy attached to " + w.place(d.Target) + " allows it. Each level of the tree, from the root " +
			"down to the account, has to have one that does."
	case LayerBoundary:
		return "The caller's permissions boundary does not allow it. Whatever the identity policies allow, the boundary has to allow too."
	case LayerSession:
		return w.missingSession(e)
	case LayerResource:
		return w.missingResource(e)
	}
	return w.missingIdentity(e)
}

func (w *words) missingSession(e *Explanation) string {
	if e.policies(LayerSession, "") == 0 {
		return "The session of a federated user has no session policy, and so no permissions of its own."
	}
	return "No session policy that was given when the session was made allows it. The session may do only what its session policies " +
		"allow as well."
}

func (w *words) missingResource(e *Explanation) string {
	has := "does not allow it"
	if e.policies(LayerResource, "") == 0 {
		has = "is missing"
	}
	subject := upper(w.policy(LayerResource, ""))
	switch {
	case e.CrossAccount && e.ResourceAccount != "":
		return fmt.Sprintf("The caller is of account %s, and the resource is of account %s: both sides have to allow. The caller's "+
			"side does; %s %s.", e.CallerAccount, e.ResourceAccount, lowerFirst(subject), has)
	case e.CallerAccount == "":
		return subject + " " + has + ", and the caller has no policies of its own."
	case w.trust:
		return subject + " " + has + ". A role's trust policy always has to allow, in the role's own account too."
	}
	return subject + " " + has + ". For this action it always has to, within one account too."
}

func (w *words) missingIdentity(e *Explanation) string {
	text := "No identity policy of the caller allows it."
	if e.policies(LayerIdentity, "") == 0 {
		text = "The caller has no identity policy at all, so that nothing allows it."
	}
	subject := upper(w.policy(LayerResource, ""))
	switch {
	case e.CrossAccount && e.Grant != GrantNone:
		return text + fmt.Sprintf(" The caller is of account %s, and the resource is of account %s: both sides have to allow. %s does; "+
			"the caller's side does not.", e.CallerAccount, e.ResourceAccount, subject)
	case e.CrossAccount:
		return text + fmt.Sprintf(" The caller is of account %s, and the resource is of account %s: both sides have to allow, and "+
			"neither does.", e.CallerAccount, e.ResourceAccount)
	case e.Grant == GrantAccount:
		return text + " " + subject + " names only the account, which leaves the decision to the caller's own policies; it would be " +
			"enough alone if it named the caller itself or its role."
	}
	return text
}

// policies counts the policies of a layer or level that was asked.
func (e *Explanation) policies(l Layer, target string) int {
	return e.Layers[slices.IndexFunc(e.Layers, func(r LayerReport) bool { return r.Layer == l && r.Target == target })].Policies
}

func upper(s string) string      { return strings.ToUpper(s[:1]) + s[1:] }
func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
