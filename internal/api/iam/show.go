package iam

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

// Lists show less of a user, role or policy than what gets a single one: no tags, boundary or description
// (IAM API, ListUsers, ListRoles, ListPolicies).

func (sc *scene) listedUser(u *iam.User) model.User {
	return model.User{
		Path: &u.Path, UserName: &u.Name, UserId: &u.UniqueID, Arn: new(sc.s.UserARN(u)), CreateDate: &u.Created,
	}
}

func (sc *scene) showUser(u *iam.User) *model.User {
	out := sc.listedUser(u)
	out.PermissionsBoundary, out.Tags = showBoundary(u.Boundary), showTags(u.Tags)
	return &out
}

func (sc *scene) showGroup(g *iam.Group) model.Group {
	return model.Group{
		Path: &g.Path, GroupName: &g.Name, GroupId: &g.UniqueID, Arn: new(sc.s.GroupARN(g)), CreateDate: &g.Created,
	}
}

func (sc *scene) listedRole(r *iam.Role) model.Role {
	return model.Role{
		Path: &r.Path, RoleName: &r.Name, RoleId: &r.UniqueID, Arn: new(sc.s.RoleARN(r)), CreateDate: &r.Created,
		AssumeRolePolicyDocument: new(encoded(sc.s.TrustText(r))), Description: op.Optional(r.Description),
		MaxSessionDuration: new(int32(r.MaxSession)),
	}
}

func (sc *scene) showRole(r *iam.Role) *model.Role {
	out := sc.listedRole(r)
	out.PermissionsBoundary, out.Tags = showBoundary(r.Boundary), showTags(r.Tags)
	return &out
}

func (sc *scene) listedProfile(p *iam.InstanceProfile) model.InstanceProfile {
	out := model.InstanceProfile{
		Path: &p.Path, InstanceProfileName: &p.Name, InstanceProfileId: &p.UniqueID, Arn: new(sc.s.ProfileARN(p)),
		CreateDate: &p.Created, Roles: []model.Role{},
	}
	if r, ok := sc.s.Role(p.Role); ok {
		out.Roles = append(out.Roles, sc.listedRole(r))
	}
	return out
}

func (sc *scene) showProfile(p *iam.InstanceProfile) *model.InstanceProfile {
	out := sc.listedProfile(p)
	out.Tags = showTags(p.Tags)
	return &out
}

func (sc *scene) listedPolicy(p *iam.ManagedPolicy) model.Policy {
	arn := sc.s.PolicyARN(p)
	use := sc.s.Usage(arn)
	return model.Policy{
		PolicyName: &p.Name, PolicyId: &p.UniqueID, Arn: &arn, Path: &p.Path, DefaultVersionId: new(iam.VersionID(p.Default)),
		AttachmentCount: new(int32(use.Attached)), PermissionsBoundaryUsageCount: new(int32(use.Boundaries)),
		IsAttachable: new(true), CreateDate: &p.Created, UpdateDate: &p.Updated,
	}
}

func (sc *scene) showPolicy(p *iam.ManagedPolicy) *model.Policy {
	out := sc.listedPolicy(p)
	out.Description, out.Tags = op.Optional(p.Description), showTags(p.Tags)
	return &out
}

// listedVersion shows a version without its document.
func listedVersion(p *iam.ManagedPolicy, v *iam.PolicyVersion) model.PolicyVersion {
	return model.PolicyVersion{
		VersionId: new(iam.VersionID(v.Number)), IsDefaultVersion: new(v.Number == p.Default), CreateDate: &v.Created,
	}
}

func showVersion(p *iam.ManagedPolicy, v *iam.PolicyVersion) *model.PolicyVersion {
	out := listedVersion(p, v)
	out.Document = new(document(v.Document))
	return &out
}

func showBoundary(arn string) *model.AttachedPermissionsBoundary {
	if arn == "" {
		return nil
	}
	return &model.AttachedPermissionsBoundary{PermissionsBoundaryType: new("Policy"), PermissionsBoundaryArn: &arn}
}

// showTags gives tags in order of key; nil if there are none.
func showTags(tags map[string]string) []model.Tag {
	if len(tags) == 0 {
		return nil
	}
	out := make([]model.Tag, 0, len(tags))
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, model.Tag{Key: new(k), Value: new(tags[k])})
	}
	return out
}

func givenTags(tags []model.Tag) []iam.Tag {
	out := make([]iam.Tag, len(tags))
	for i, t := range tags {
		out[i] = iam.Tag{Key: *t.Key, Value: *t.Value}
	}
	return out
}

// document gives a policy as IAM shows it.
func document(d *iampolicy.Document) string { return encoded(d.Text()) }

// encoded is URL encoding by RFC 3986 (IAM API, GetPolicyVersion: "URL-encoded compliant with RFC 3986").
func encoded(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
