package why

import (
	"strings"

	"umbel/iampolicy"
	"umbel/internal/domain/iam"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// target gives what the call was authorized on, as far as its resource tells: owner, tags and policy as they are now.
func (b *builder) target(resource string) op.Target {
	t := op.Target{Action: b.f.action, Resource: resource}
	arn, err := ident.ParseARN(resource)
	if err != nil {
		return t
	}
	t.Account = b.f.owner()
	switch arn.Service {
	case "iam", "sts":
		b.iamTarget(&t, arn)
	case "organizations":
		b.organizationsTarget(&t, arn)
	}
	return t
}

// owner gives the account that owns the resource, "" for the caller's or nobody's. Calls of IAM and Organizations are about
// the caller's own account and organization, whatever they name.
func (f *facts) owner() ident.AccountID {
	arn, err := ident.ParseARN(f.resource)
	id := ident.AccountID(arn.Account)
	service, _, _ := strings.Cut(strings.ToLower(f.action), ":")
	if err != nil || !id.Valid() || service == "iam" || service == "organizations" {
		return ""
	}
	return id
}

func (b *builder) iamTarget(t *op.Target, arn ident.ARN) {
	s := b.c.IAM()
	if t.Account != "" {
		s = b.c.IAMOf(t.Account)
	}
	kind, _, _ := strings.Cut(arn.Resource, "/")
	switch kind {
	case "role":
		b.roleTarget(t, s)
	case "user":
		if u, ok := s.UserByARN(t.Resource); ok {
			describe(t, &u.Entity)
		}
	case "policy":
		if p, ok := s.Policy(t.Resource); ok {
			tag(t, p.Tags)
		}
	}
}

func (b *builder) roleTarget(t *op.Target, s *iam.State) {
	r, ok := s.RoleByARN(t.Resource)
	if !ok {
		b.notes = append(b.notes, "There is no role "+t.Resource+". AWS answers as if there were one that lets nobody in.")
		return
	}
	if iampolicy.ResourcePolicyMustAllow(t.Action, t.Resource) {
		t.Policy = &iampolicy.Source{ID: t.Resource, Document: r.Trust}
		b.trusted(s, r)
		tag(t, r.Tags)
		return
	}
	describe(t, &r.Entity)
}

// describe adds the condition keys that IAM has of a user or role.
func describe(t *op.Target, e *iam.Entity) {
	tag(t, e.Tags)
	if e.Boundary != "" {
		t.Keys = append(t.Keys, op.Key{Name: "iam:PermissionsBoundary", Values: []string{e.Boundary}})
	}
}

func tag(t *op.Target, tags map[string]string) {
	t.Tags = tags
	for name, value := range tags {
		t.Keys = append(t.Keys, op.Key{Name: "iam:ResourceTag/" + name, Values: []string{value}})
	}
}

func (b *builder) organizationsTarget(t *op.Target, arn ident.ARN) {
	o := b.c.Org()
	if o == nil {
		return
	}
	id := arn.Resource[strings.LastIndexByte(arn.Resource, '/')+1:]
	t.Tags = o.TagsOf(id)
	if p, ok := o.Policy(ident.PolicyID(id)); ok {
		t.Keys = append(t.Keys, op.Key{Name: "organizations:PolicyType", Values: []string{string(p.Type)}})
	}
}

// resourceARN gives the ARN of a resource as a refusal shows it: IAM's older operations name it by type and name.
func (b *builder) resourceARN() string {
	shown := b.f.resource
	s := b.c.IAM()
	kind, name, ok := strings.Cut(shown, " ")
	switch {
	case !ok:
		return shown
	case kind == "policy":
		return name
	case kind == "instance":
		return ident.IAM(s.ID(), "instance-profile/"+strings.TrimPrefix(name, "profile "))
	}
	if u, ok := s.User(name); ok && kind == "user" {
		return s.UserARN(u)
	}
	if r, ok := s.Role(name); ok && kind == "role" {
		return s.RoleARN(r)
	}
	if g, ok := s.Group(name); ok && kind == "group" {
		return s.GroupARN(g)
	}
	return ident.IAM(s.ID(), kind+"/"+name)
}
