package iam

import (
	"iter"
	"slices"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

type details = model.GetAccountAuthorizationDetailsOutput

// entry puts a user, group, role or policy into the answer.
type entry func(*details)

func getAccountAuthorizationDetails() *op.Operation {
	return reading("GetAccountAuthorizationDetails",
		func(a *authorize, _ *model.GetAccountAuthorizationDetailsInput) []op.Target { return a.anything() },
		func(sc *scene, in *model.GetAccountAuthorizationDetailsInput) (*details, error) {
			what := ""
			for _, f := range slices.Sorted(slices.Values(in.Filter)) {
				what += f + "|"
			}
			same := func(e entry) entry { return e }
			p, err := paged(sc, what, asked{in.Marker, in.MaxItems}, sc.everything(in.Filter), nil, same)
			if err != nil {
				return nil, err
			}
			out := &details{
				UserDetailList: []model.UserDetail{}, GroupDetailList: []model.GroupDetail{}, RoleDetailList: []model.RoleDetail{},
				Policies: []model.ManagedPolicyDetail{}, IsTruncated: p.truncated, Marker: p.marker,
			}
			for _, add := range p.rows {
				add(out)
			}
			return out, nil
		})
}

// everything walks what the account has of the kinds asked for, by the names of EntityType; without any, of all.
// AWS managed policies are those in use in the account.
func (sc *scene) everything(filter []string) func(string) iter.Seq2[string, entry] {
	all := []struct {
		kind string
		part part[entry]
	}{
		{"User", part[entry]{"1/", as(sc.s.Users.After, sc.userDetail)}},
		{"Group", part[entry]{"2/", as(sc.s.Groups.After, sc.groupDetail)}},
		{"Role", part[entry]{"3/", as(sc.s.Roles.After, sc.roleDetail)}},
		{"LocalManagedPolicy", part[entry]{"4/", as(sc.s.Policies.After, sc.policyDetail)}},
		{"AWSManagedPolicy", part[entry]{"5/", as(sc.awsInUse, sc.policyDetail)}},
	}
	var parts []part[entry]
	for _, k := range all {
		if len(filter) == 0 || slices.Contains(filter, k.kind) {
			parts = append(parts, k.part)
		}
	}
	return chain(parts...)
}

func (sc *scene) awsInUse(after string) iter.Seq2[string, *iam.ManagedPolicy] {
	return func(yield func(string, *iam.ManagedPolicy) bool) {
		for id, p := range iam.AWSPolicies(after) {
			use := sc.s.Usage(sc.s.PolicyARN(p))
			if use.Attached+use.Boundaries > 0 && !yield(id, p) {
				return
			}
		}
	}
}

func (sc *scene) userDetail(u *iam.User) entry {
	return func(out *details) {
		d := model.UserDetail{
			Path: &u.Path, UserName: &u.Name, UserId: &u.UniqueID, Arn: new(sc.s.UserARN(u)), CreateDate: &u.Created,
			UserPolicyList: inlineDetails(&u.Entity), GroupList: []string{}, AttachedManagedPolicies: attachedDetails(&u.Entity),
			PermissionsBoundary: showBoundary(u.Boundary), Tags: showTags(u.Tags),
		}
		for _, g := range sc.s.GroupsOf(u) {
			d.GroupList = append(d.GroupList, g.Name)
		}
		out.UserDetailList = append(out.UserDetailList, d)
	}
}

func (sc *scene) groupDetail(g *iam.Group) entry {
	return func(out *details) {
		out.GroupDetailList = append(out.GroupDetailList, model.GroupDetail{
			Path: &g.Path, GroupName: &g.Name, GroupId: &g.UniqueID, Arn: new(sc.s.GroupARN(g)), CreateDate: &g.Created,
			GroupPolicyList: inlineDetails(&g.Entity), AttachedManagedPolicies: attachedDetails(&g.Entity),
		})
	}
}

func (sc *scene) roleDetail(r *iam.Role) entry {
	return func(out *details) {
		d := model.RoleDetail{
			Path: &r.Path, RoleName: &r.Name, RoleId: &r.UniqueID, Arn: new(sc.s.RoleARN(r)), CreateDate: &r.Created,
			AssumeRolePolicyDocument: new(encoded(sc.s.TrustText(r))), InstanceProfileList: []model.InstanceProfile{},
			RolePolicyList: inlineDetails(&r.Entity), AttachedManagedPolicies: attachedDetails(&r.Entity),
			PermissionsBoundary: showBoundary(r.Boundary), Tags: showTags(r.Tags),
		}
		for _, p := range sc.s.ProfilesOf(r.Name, "") {
			d.InstanceProfileList = append(d.InstanceProfileList, sc.listedProfile(p))
		}
		out.RoleDetailList = append(out.RoleDetailList, d)
	}
}

func (sc *scene) policyDetail(p *iam.ManagedPolicy) entry {
	return func(out *details) {
		l := sc.listedPolicy(p)
		d := model.ManagedPolicyDetail{
			PolicyName: l.PolicyName, PolicyId: l.PolicyId, Arn: l.Arn, Path: l.Path, DefaultVersionId: l.DefaultVersionId,
			AttachmentCount: l.AttachmentCount, PermissionsBoundaryUsageCount: l.PermissionsBoundaryUsageCount,
			IsAttachable: l.IsAttachable, Description: op.Optional(p.Description), CreateDate: l.CreateDate, UpdateDate: l.UpdateDate,
		}
		for i := range p.Versions {
			d.PolicyVersionList = append(d.PolicyVersionList, *showVersion(p, &p.Versions[i]))
		}
		out.Policies = append(out.Policies, d)
	}
}

func inlineDetails(e *iam.Entity) []model.PolicyDetail {
	out := []model.PolicyDetail{}
	for _, p := range e.Inline {
		out = append(out, model.PolicyDetail{PolicyName: &p.Name, PolicyDocument: new(document(p.Document))})
	}
	return out
}

func attachedDetails(e *iam.Entity) []model.AttachedPolicy {
	out := []model.AttachedPolicy{}
	for _, arn := range e.Attached {
		out = append(out, showAttached(arn))
	}
	return out
}
