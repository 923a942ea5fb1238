package iampolicy

import (
	"encoding/json"
	"slices"
)

// effect is what an unknown policy does with the request.
type effect string

// The effects. The last three name the caller in a resource's policy.
const (
	effectNone    effect = "none" // there is no such policy
	effectNothing effect = "nothing"
	effectDeny    effect = "deny"
	effectAllow   effect = "allow"
	effectAccount effect = "allow account"
	effectRole    effect = "allow role"
	effectCaller  effect = "allow caller"
)

// effects gives what an unknown policy may do in its layer.
func effects(b *blank) []option {
	list := []effect{effectNothing, effectDeny, effectAllow}
	if b.layer == LayerResource {
		list = []effect{effectNothing, effectDeny, effectAccount, effectRole, effectCaller}
	}
	if b.policy == "" {
		list = append(list, effectNone)
	}
	var out []option
	for _, e := range list {
		out = append(out, option{effect: e})
	}
	return out
}

// standInSid marks decisions by a policy that is not really there. It is no valid Sid.
const standInSid = "stand-in"

// standIn makes a policy that has an effect on every request of the caller.
func standIn(e effect, id string, who *Principal) Source {
	statement := map[string]any{"Sid": standInSid, "Effect": "Allow", "Action": "*", "Resource": "*"}
	switch e {
	case effectDeny:
		statement["Effect"], statement["Principal"] = "Deny", "*"
	case effectNothing:
		statement["Action"] = "nothing:Nothing"
	case effectAccount:
		statement["Principal"] = map[string]any{"AWS": who.Account}
	case effectRole:
		statement["Principal"] = map[string]any{"AWS": []string{who.RoleARN, who.UserARN}}
	case effectCaller:
		statement["Principal"] = "*"
	}
	text, _ := json.Marshal(map[string]any{"Version": version2012, "Statement": statement}) // strings only: it cannot fail
	return Source{ID: id, Document: NewDocument(string(text))}
}

// standIn gives the policy for an effect, made once.
func (q *question) standIn(e effect, id string) Source {
	key := string(e) + "\x00" + id
	if e == effectRole {
		key += "\x00" + q.asked.Principal.RoleARN
	}
	s, ok := q.standIns[key]
	if !ok {
		s = standIn(e, id, &q.asked.Principal)
		q.standIns[key] = s
	}
	return s
}

// substitute gives the policies with others in place of some, and with further ones.
func (q *question) substitute(change func(layer Layer, s *Source) Source, further func(b *blank) effect) *Policies {
	out := *q.policies
	list := func(layer Layer, in []Source) []Source {
		copied := slices.Clone(in)
		for i := range in {
			copied[i] = change(layer, &in[i])
		}
		return copied
	}
	levels := func(layer Layer, in []Level) []Level {
		copied := slices.Clone(in)
		for i := range in {
			copied[i].Policies = list(layer, in[i].Policies)
		}
		return copied
	}
	one := func(layer Layer, s *Source) *Source {
		if s == nil {
			return nil
		}
		changed := change(layer, s)
		return &changed
	}
	out.ServiceControl = levels(LayerServiceControl, out.ServiceControl)
	out.ResourceControl = levels(LayerResourceControl, out.ResourceControl)
	out.Identity, out.Session = list(LayerIdentity, out.Identity), list(LayerSession, out.Session)
	out.Resource, out.Boundary = one(LayerResource, out.Resource), one(LayerBoundary, out.Boundary)
	for _, b := range q.blanks {
		if b.layer != LayerNone && b.policy == "" {
			if e := further(b); e != effectNone {
				out.add(b.layer, e, q.standIn(e, ""))
			}
		}
	}
	return &out
}

// add puts a further policy into its layer. In a chain of levels it may stand at any: a deny at one of its own, an allow at
// all, since one gap is as good as several.
func (ps *Policies) add(layer Layer, e effect, s Source) {
	chain := func(levels []Level) []Level {
		if e == effectDeny {
			return append(levels, Level{Policies: []Source{s}})
		}
		for i := range levels {
			levels[i].Policies = append(levels[i].Policies, s)
		}
		return levels
	}
	switch layer {
	case LayerServiceControl:
		ps.ServiceControl = chain(ps.ServiceControl)
	case LayerResourceControl:
		ps.ResourceControl = chain(ps.ResourceControl)
	case LayerResource:
		ps.Resource = &s
	case LayerIdentity:
		ps.Identity = append(ps.Identity, s)
	case LayerBoundary:
		ps.Boundary = &s
	case LayerSession:
		ps.Session = append(ps.Session, s)
	}
}

// bounds decides twice: with all that may be against the request and nothing that may be for it, and the other way round. Where
// both agree, nothing unknown matters. More allowance never denies, and more denial never allows.
func (q *question) bounds() (least, most Decision) {
	req := q.request()
	decide := func(pick func(v verdictRange) effect, further effect) Decision {
		ps := q.substitute(func(layer Layer, s *Source) Source {
			v := q.verdicts[s]
			if v.firm || !v.open {
				return *s
			}
			e := pick(v)
			if e == effectCaller && layer != LayerResource {
				e = effectAllow
			}
			return q.standIn(e, s.ID)
		}, func(b *blank) effect {
			if further == effectCaller && b.layer != LayerResource {
				return effectAllow
			}
			return further
		})
		return Decide(req, ps)
	}
	least = decide(func(v verdictRange) effect {
		if v.denies != no {
			return effectDeny
		}
		return effectOf[v.least]
	}, effectDeny)
	most = decide(func(v verdictRange) effect {
		if v.denies == yes {
			return effectDeny
		}
		return effectOf[v.most]
	}, effectCaller)
	return least, most
}

// effectOf gives the effect of a policy that grants so much.
var effectOf = [...]effect{grantNone: effectNothing, grantDelegated: effectAccount, grantRole: effectRole, grantDirect: effectCaller}
