package organizations

import (
	"strings"

	"umbel/internal/domain/org"
	"umbel/internal/ident"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
)

// authorize makes the targets of a call. Resource types and condition keys are those of the Service Authorization
// Reference, "Actions, resources, and condition keys for AWS Organizations". Nothing here depends on a resource's
// existence; without an organization every target is "*".
type authorize struct {
	s *org.State
	o *org.Organization
}

func authorizing(c *op.Call) *authorize {
	if s := c.Org(); s != nil {
		if o, ok := s.Organization(); ok {
			return &authorize{s, o}
		}
	}
	return &authorize{}
}

// anything is the target of operations that name no resource.
func (a *authorize) anything(keys ...op.Key) op.Target { return op.Target{Resource: "*", Keys: keys} }

// node is a root, OU or account.
func (a *authorize) node(id *string, keys ...op.Key) op.Target {
	if a.o == nil {
		return a.anything(keys...)
	}
	return op.Target{Resource: a.o.NodeARN(*id), Tags: a.s.TagsOf(*id), Keys: keys}
}

// policy is a policy, with its type as a condition key. The type of one that does not exist is taken to be SCP.
func (a *authorize) policy(id *string) op.Target {
	if a.o == nil {
		return a.anything()
	}
	p, ok := a.s.Policy(ident.PolicyID(*id))
	if !ok {
		p = &org.Policy{ID: ident.PolicyID(*id), Type: org.ServiceControlPolicy}
	}
	return op.Target{
		Resource: a.o.PolicyARN(p), Tags: a.s.TagsOf(*id), Keys: []op.Key{policyType(string(p.Type))},
	}
}

// taggable is anything that TagResource takes.
func (a *authorize) taggable(id *string, keys ...op.Key) op.Target {
	if !strings.HasPrefix(*id, "p-") {
		return a.node(id, keys...)
	}
	t := a.policy(id)
	t.Keys = keys
	return t
}

// creation adds to a target that creates something with tags what tagging it needs: the request's tags as condition keys,
// and organizations:TagResource on the kind of thing to be.
func (a *authorize) creation(t op.Target, kind string, tags []model.Tag) []op.Target {
	if len(tags) == 0 {
		return []op.Target{t}
	}
	keys := requestTags(tags)
	t.Keys = append(t.Keys, keys...)
	tagging := op.Target{Action: service + ":TagResource", Resource: "*", Keys: keys}
	if a.o != nil {
		tagging.Resource = ident.Organizations(a.o.Management, kind+"/"+string(a.o.ID)+"/*")
	}
	return []op.Target{t, tagging}
}

// policyType is the condition key organizations:PolicyType.
func policyType(t string) op.Key {
	return op.Key{Name: "organizations:PolicyType", Values: []string{t}}
}

// requestTags gives aws:RequestTag/… and aws:TagKeys.
func requestTags(tags []model.Tag) []op.Key {
	return op.RequestTags(tags, func(t *model.Tag) (key, value string) { return *t.Key, *t.Value })
}
