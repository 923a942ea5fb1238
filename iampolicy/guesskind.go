package iampolicy

import "strings"

// GuessKind tells the kind of a policy that does not come with one, by what it says: one with principals is a trust policy if
// every action is one of STS, else another resource's; one without is an identity's. SCPs and RCPs are not told apart from
// those. A text that is no JSON object is taken for an identity's.
func GuessKind(text string) Kind {
	v, f := readJSON(text)
	if f != nil {
		return KindIdentity
	}
	kind := KindTrust
	named := false
	for _, s := range itemsOf(memberOf(&v, "Statement")) {
		named = named || memberOf(&s, "Principal") != nil || memberOf(&s, "NotPrincipal") != nil
		for _, action := range itemsOf(memberOf(&s, "Action")) {
			if service, _, _ := strings.Cut(action.text, ":"); !equalFold(service, "sts") {
				kind = KindResource
			}
		}
		if memberOf(&s, "Action") == nil {
			kind = KindResource
		}
	}
	if !named {
		return KindIdentity
	}
	return kind
}

// memberOf gives the value of an object's member, nil if there is none.
func memberOf(v *jsonValue, name string) *jsonValue {
	for i := range v.members {
		if v.members[i].name == name {
			return &v.members[i].value
		}
	}
	return nil
}

// itemsOf gives the items of a list, or the one value that stands for a list of it.
func itemsOf(v *jsonValue) []jsonValue {
	switch {
	case v == nil:
		return nil
	case v.kind == jsonArray:
		return v.items
	}
	return []jsonValue{*v}
}
