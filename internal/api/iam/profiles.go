package iam

import (
	"iter"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func createInstanceProfile() *op.Operation {
	return writing("CreateInstanceProfile",
		func(a *authorize, in *model.CreateInstanceProfileInput) []op.Target {
			return a.create("instance-profile", in.Path, in.InstanceProfileName, "TagInstanceProfile", in.Tags)
		},
		func(sc *scene, in *model.CreateInstanceProfileInput) (*model.CreateInstanceProfileOutput, error) {
			p, err := sc.s.CreateInstanceProfile(sc.env, *in.InstanceProfileName, op.Value(in.Path), givenTags(in.Tags))
			if err != nil {
				return nil, err
			}
			return &model.CreateInstanceProfileOutput{InstanceProfile: sc.showProfile(p)}, nil
		})
}

func getInstanceProfile() *op.Operation {
	return reading("GetInstanceProfile",
		func(a *authorize, in *model.GetInstanceProfileInput) []op.Target {
			return one(a.profile(in.InstanceProfileName))
		},
		func(sc *scene, in *model.GetInstanceProfileInput) (*model.GetInstanceProfileOutput, error) {
			p, err := sc.s.FindProfile(*in.InstanceProfileName)
			if err != nil {
				return nil, err
			}
			return &model.GetInstanceProfileOutput{InstanceProfile: sc.showProfile(p)}, nil
		})
}

func deleteInstanceProfile() *op.Operation {
	return writing("DeleteInstanceProfile",
		func(a *authorize, in *model.DeleteInstanceProfileInput) []op.Target {
			return one(a.profile(in.InstanceProfileName))
		},
		func(sc *scene, in *model.DeleteInstanceProfileInput) (*model.DeleteInstanceProfileOutput, error) {
			return done[model.DeleteInstanceProfileOutput](sc.s.DeleteInstanceProfile(*in.InstanceProfileName))
		})
}

func listInstanceProfiles() *op.Operation {
	return reading("ListInstanceProfiles",
		func(a *authorize, in *model.ListInstanceProfilesInput) []op.Target {
			return a.listing("instance-profile", in.PathPrefix)
		},
		func(sc *scene, in *model.ListInstanceProfilesInput) (*model.ListInstanceProfilesOutput, error) {
			p, err := paged(sc, op.Value(in.PathPrefix), asked{in.Marker, in.MaxItems}, sc.s.Profiles.After,
				under(in.PathPrefix, func(p *iam.InstanceProfile) string { return p.Path }), sc.listedProfile)
			if err != nil {
				return nil, err
			}
			return &model.ListInstanceProfilesOutput{InstanceProfiles: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func listInstanceProfilesForRole() *op.Operation {
	return reading("ListInstanceProfilesForRole",
		func(a *authorize, in *model.ListInstanceProfilesForRoleInput) []op.Target {
			return one(a.role(in.RoleName))
		},
		func(sc *scene, in *model.ListInstanceProfilesForRoleInput) (*model.ListInstanceProfilesForRoleOutput, error) {
			r, err := sc.s.FindRole(*in.RoleName)
			if err != nil {
				return nil, err
			}
			with := func(after string) iter.Seq2[string, *iam.InstanceProfile] { return sc.s.ProfilesOf(r.Name, after) }
			p, err := paged(sc, r.Name, asked{in.Marker, in.MaxItems}, with, nil, sc.listedProfile)
			if err != nil {
				return nil, err
			}
			return &model.ListInstanceProfilesForRoleOutput{InstanceProfiles: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

// addRoleToInstanceProfile hands a role to EC2: it needs the right to pass the role as well.
func addRoleToInstanceProfile() *op.Operation {
	return writing("AddRoleToInstanceProfile",
		func(a *authorize, in *model.AddRoleToInstanceProfileInput) []op.Target {
			pass := a.role(in.RoleName, op.Key{Name: "iam:PassedToService", Values: []string{"ec2.amazonaws.com"}})
			pass.Action = service + ":PassRole"
			return []op.Target{a.profile(in.InstanceProfileName), pass}
		},
		func(sc *scene, in *model.AddRoleToInstanceProfileInput) (*model.AddRoleToInstanceProfileOutput, error) {
			return done[model.AddRoleToInstanceProfileOutput](
				sc.s.AddRoleToInstanceProfile(*in.InstanceProfileName, *in.RoleName))
		})
}

func removeRoleFromInstanceProfile() *op.Operation {
	return writing("RemoveRoleFromInstanceProfile",
		func(a *authorize, in *model.RemoveRoleFromInstanceProfileInput) []op.Target {
			return one(a.profile(in.InstanceProfileName))
		},
		func(sc *scene, in *model.RemoveRoleFromInstanceProfileInput) (*model.RemoveRoleFromInstanceProfileOutput, error) {
			return done[model.RemoveRoleFromInstanceProfileOutput](
				sc.s.RemoveRoleFromInstanceProfile(*in.InstanceProfileName, *in.RoleName))
		})
}
