package iam

import (
	"cmp"
	"slices"

	"umbel/iampolicy"
	"umbel/internal/fault"
)

// InlinePolicy gives an inline policy and what holds it, or NoSuchEntity.
func (s *State) InlinePolicy(k Kind, name, policy string) (*Entity, *InlinePolicy, error) {
	e, err := s.Entity(k, name)
	if err != nil {
		return nil, nil, err
	}
	at, found := e.inline(policy)
	if !found {
		return nil, nil, missingInline(k, policy)
	}
	return e, &e.Inline[at], nil
}

func missingInline(k Kind, policy string) error {
	return noSuch("The %s policy with name %s cannot be found.", k, policy)
}

func (e *Entity) inline(policy string) (at int, found bool) {
	return slices.BinarySearchFunc(e.Inline, policy, func(p InlinePolicy, name string) int { return cmp.Compare(p.Name, name) })
}

// PutInlinePolicy adds or replaces an inline policy. The quota counts all of the holder's inline policies together.
func (s *State) PutInlinePolicy(env Env, k Kind, name, policy, document string) error {
	return s.changeOwn(k, name, func(e *Entity) error {
		if err := checkDocument(iampolicy.KindIdentity, document); err != nil {
			return err
		}
		put := InlinePolicy{Name: policy, Document: iampolicy.NewDocument(document)}
		at, found := e.inline(policy)
		if e.Inline = slices.Clone(e.Inline); found {
			e.Inline[at] = put
		} else {
			e.Inline = slices.Insert(e.Inline, at, put)
		}
		total := 0
		for _, p := range e.Inline {
			total += iampolicy.Size(iampolicy.KindIdentity, p.Document.Text())
		}
		if limit := env.Quotas.inline(k); total > limit {
			return fault.New(fault.LimitExceeded, "Maximum policy size of %d bytes exceeded for %s %s", limit, k, e.Name)
		}
		return nil
	})
}

func (q *Quotas) inline(k Kind) int {
	switch k {
	case UserKind:
		return q.UserInlineSize
	case GroupKind:
		return q.GroupInlineSize
	}
	return q.RoleInlineSize
}

// DeleteInlinePolicy deletes an inline policy.
func (s *State) DeleteInlinePolicy(k Kind, name, policy string) error {
	return s.changeOwn(k, name, func(e *Entity) error {
		at, found := e.inline(policy)
		if !found {
			return missingInline(k, policy)
		}
		e.Inline = slices.Delete(slices.Clone(e.Inline), at, at+1)
		return nil
	})
}
