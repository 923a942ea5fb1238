package iam

import (
	"strings"

	"umbel/internal/domain/iam"
	"umbel/internal/ident"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

// authorize makes the targets of a call. Resource types and condition keys are those of the Service Authorization
// Reference, "Actions, resources, and condition keys for AWS Identity and Access Management". What does not exist is named
// by the name asked for, without a path: authorization comes before existence.
type authorize struct {
	c *op.Call
	s *iam.State
}

func one(t op.Target) []op.Target { return []op.Target{t} }

// anything is the target of operations that name no resource.
func (a *authorize) anything() []op.Target { return one(op.Target{Resource: "*"}) }

// listing is the target of lists under a path: IAM names them by the path, as in "arn:aws:iam::123456789012:user/".
func (a *authorize) listing(kind string, prefix *string) []op.Target {
	return one(op.Target{Resource: a.arn(kind + "/" + strings.TrimPrefix(op.Value(prefix), "/"))})
}

func (a *authorize) arn(resource string) string { return ident.IAM(a.c.Caller.Account, resource) }

// user is a user; without a name, the caller itself.
func (a *authorize) user(name *string, keys ...op.Key) op.Target {
	if name == nil {
		return a.self(keys)
	}
	u, ok := a.s.User(*name)
	if !ok {
		return op.Target{Resource: a.arn("user/" + *name), Keys: keys}
	}
	return op.Target{Resource: a.s.UserARN(u), Tags: u.Tags, Keys: tagged(keys, u.Tags)}
}

func (a *authorize) self(keys []op.Key) op.Target {
	if u := a.c.Caller.User; u != nil {
		return op.Target{Resource: a.s.UserARN(u), Tags: u.Tags, Keys: tagged(keys, u.Tags)}
	}
	if a.c.Caller.Kind == op.Root {
		return op.Target{Resource: a.c.Caller.ARN, Keys: keys}
	}
	return op.Target{Resource: "*", Keys: keys}
}

func (a *authorize) group(name *string, keys ...op.Key) op.Target {
	g, ok := a.s.Group(*name)
	if !ok {
		return op.Target{Resource: a.arn("group/" + *name), Keys: keys}
	}
	return op.Target{Resource: a.s.GroupARN(g), Keys: keys}
}

func (a *authorize) role(name *string, keys ...op.Key) op.Target {
	r, ok := a.s.Role(*name)
	if !ok {
		return op.Target{Resource: a.arn("role/" + *name), Keys: keys}
	}
	return op.Target{Resource: a.s.RoleARN(r), Tags: r.Tags, Keys: tagged(keys, r.Tags)}
}

func (a *authorize) profile(name *string, keys ...op.Key) op.Target {
	p, ok := a.s.Profile(*name)
	if !ok {
		return op.Target{Resource: a.arn("instance-profile/" + *name), Keys: keys}
	}
	return op.Target{Resource: a.s.ProfileARN(p), Tags: p.Tags, Keys: tagged(keys, p.Tags)}
}

// policy is a managed policy, which is always named by its ARN.
func (a *authorize) policy(arn *string, keys ...op.Key) op.Target {
	t := op.Target{Resource: *arn, Keys: keys}
	if p, ok := a.s.Policy(*arn); ok {
		t.Tags, t.Keys = p.Tags, tagged(keys, p.Tags)
	}
	return t
}

// holder is a user, group or role whose policies are changed, with the boundary it has as a condition key.
func (a *authorize) holder(k iam.Kind, name *string, keys ...op.Key) []op.Target {
	if e, err := a.s.Entity(k, *name); err == nil && e.Boundary != "" {
		keys = append(keys, boundary(e.Boundary)...)
	}
	return one(a.entity(k, name, keys...))
}

func (a *authorize) entity(k iam.Kind, name *string, keys ...op.Key) op.Target {
	switch k {
	case iam.UserKind:
		return a.user(name, keys...)
	case iam.GroupKind:
		return a.group(name, keys...)
	}
	return a.role(name, keys...)
}

// attachment is a holder to which a managed policy is attached, or from which it is detached.
func (a *authorize) attachment(k iam.Kind, name, policy *string) []op.Target {
	return a.holder(k, name, op.Key{Name: "iam:PolicyARN", Values: []string{*policy}})
}

// create is something that does not exist yet, under the path asked for; with tags it also needs the right to tag it.
func (a *authorize) create(kind string, path, name *string, tagging string, tags []model.Tag, keys ...op.Key) []op.Target {
	p := op.Value(path)
	if p == "" {
		p = "/"
	}
	t := op.Target{Resource: a.arn(kind + p + *name), Keys: append(keys, requestTags(tags)...)}
	if len(tags) == 0 {
		return one(t)
	}
	return []op.Target{t, {Action: service + ":" + tagging, Resource: t.Resource, Keys: requestTags(tags)}}
}

// boundary is the condition key iam:PermissionsBoundary, if there is one.
func boundary(arn string) []op.Key {
	if arn == "" {
		return nil
	}
	return []op.Key{{Name: "iam:PermissionsBoundary", Values: []string{arn}}}
}

// requestTags gives aws:RequestTag/… and aws:TagKeys.
func requestTags(tags []model.Tag) []op.Key {
	return op.RequestTags(tags, func(t *model.Tag) (key, value string) { return *t.Key, *t.Value })
}

// tagged adds iam:ResourceTag/… to keys; aws:ResourceTag/… follows from the target's tags.
func tagged(keys []op.Key, tags map[string]string) []op.Key {
	for name, value := range tags {
		keys = append(keys, op.Key{Name: "iam:ResourceTag/" + name, Values: []string{value}})
	}
	return keys
}

// moved gives the ARN that a user or group gets by a new path or name: whoever renames must be allowed both.
func (a *authorize) moved(arn string, path, name *string) string {
	head, rest, _ := strings.Cut(arn, "/")
	was := strings.LastIndexByte(rest, '/') + 1
	p, n := "/"+rest[:was], rest[was:]
	if path != nil {
		p = *path
	}
	if name != nil {
		n = *name
	}
	return head + p + n
}
