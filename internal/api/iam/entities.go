package iam

import (
	"iter"
	"slices"
	"strings"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

// holder is a user, group or role that has a policy, with the way to put it into an answer.
type holder struct {
	entity *iam.Entity
	add    func(*model.ListEntitiesForPolicyOutput)
}

func listEntitiesForPolicy() *op.Operation {
	return reading("ListEntitiesForPolicy",
		func(a *authorize, in *model.ListEntitiesForPolicyInput) []op.Target {
			return one(a.policy(in.PolicyArn))
		},
		func(sc *scene, in *model.ListEntitiesForPolicyInput) (*model.ListEntitiesForPolicyOutput, error) {
			if _, err := sc.policy(in.PolicyArn); err != nil {
				return nil, err
			}
			filter, usage := op.Value(in.EntityFilter), op.Value(in.PolicyUsageFilter)
			what := strings.Join([]string{*in.PolicyArn, filter, usage, op.Value(in.PathPrefix)}, "|")
			same := func(h holder) holder { return h }
			p, err := paged(sc, what, asked{in.Marker, in.MaxItems}, sc.holders(*in.PolicyArn, filter, usage),
				under(in.PathPrefix, func(h holder) string { return h.entity.Path }), same)
			if err != nil {
				return nil, err
			}
			out := &model.ListEntitiesForPolicyOutput{
				PolicyGroups: []model.PolicyGroup{}, PolicyUsers: []model.PolicyUser{}, PolicyRoles: []model.PolicyRole{},
				IsTruncated: p.truncated, Marker: p.marker,
			}
			for _, h := range p.rows {
				h.add(out)
			}
			return out, nil
		})
}

// holders walks those who have a policy, by the names of EntityType and PolicyUsageType. Without a usage, whoever has it
// attached or as its boundary is named.
func (sc *scene) holders(arn, filter, usage string) func(string) iter.Seq2[string, holder] {
	var parts []part[holder]
	for _, boundary := range []bool{false, true} {
		if usage != "" && boundary != (usage == "PermissionsBoundary") {
			continue
		}
		for _, p := range sc.holdersBy(arn, filter, boundary) {
			if boundary {
				p.prefix = "b" + p.prefix
			}
			if boundary && usage == "" {
				p.after = without(p.after, arn)
			}
			parts = append(parts, p)
		}
	}
	return chain(parts...)
}

func (sc *scene) holdersBy(arn, filter string, boundary bool) (parts []part[holder]) {
	if !boundary && (filter == "" || filter == "Group") {
		parts = append(parts, part[holder]{"1/", as(sc.s.GroupsWith(arn), func(g *iam.Group) holder {
			return holder{&g.Entity, func(out *model.ListEntitiesForPolicyOutput) {
				out.PolicyGroups = append(out.PolicyGroups, model.PolicyGroup{GroupName: &g.Name, GroupId: &g.UniqueID})
			}}
		})})
	}
	if filter == "" || filter == "Role" {
		parts = append(parts, part[holder]{"2/", as(sc.s.RolesWith(arn, boundary), func(r *iam.Role) holder {
			return holder{&r.Entity, func(out *model.ListEntitiesForPolicyOutput) {
				out.PolicyRoles = append(out.PolicyRoles, model.PolicyRole{RoleName: &r.Name, RoleId: &r.UniqueID})
			}}
		})})
	}
	if filter == "" || filter == "User" {
		parts = append(parts, part[holder]{"3/", as(sc.s.UsersWith(arn, boundary), func(u *iam.User) holder {
			return holder{&u.Entity, func(out *model.ListEntitiesForPolicyOutput) {
				out.PolicyUsers = append(out.PolicyUsers, model.PolicyUser{UserName: &u.Name, UserId: &u.UniqueID})
			}}
		})})
	}
	return parts
}

// without leaves out those who have the policy attached: they were named for that already.
func without(after func(string) iter.Seq2[string, holder], arn string) func(string) iter.Seq2[string, holder] {
	return func(from string) iter.Seq2[string, holder] {
		return func(yield func(string, holder) bool) {
			for id, h := range after(from) {
				if !slices.Contains(h.entity.Attached, arn) && !yield(id, h) {
					return
				}
			}
		}
	}
}
