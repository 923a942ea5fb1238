package iam

import (
	"iter"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func createGroup() *op.Operation {
	return writing("CreateGroup",
		func(a *authorize, in *model.CreateGroupInput) []op.Target {
			return a.create("group", in.Path, in.GroupName, "", nil)
		},
		func(sc *scene, in *model.CreateGroupInput) (*model.CreateGroupOutput, error) {
			g, err := sc.s.CreateGroup(sc.env, *in.GroupName, op.Value(in.Path))
			if err != nil {
				return nil, err
			}
			return &model.CreateGroupOutput{Group: new(sc.showGroup(g))}, nil
		})
}

func getGroup() *op.Operation {
	return reading("GetGroup",
		func(a *authorize, in *model.GetGroupInput) []op.Target { return one(a.group(in.GroupName)) },
		func(sc *scene, in *model.GetGroupInput) (*model.GetGroupOutput, error) {
			g, err := sc.s.FindGroup(*in.GroupName)
			if err != nil {
				return nil, err
			}
			members := func(after string) iter.Seq2[string, *iam.User] { return sc.s.Members(g.Name, after) }
			p, err := paged(sc, g.Name, asked{in.Marker, in.MaxItems}, members, nil, sc.listedUser)
			if err != nil {
				return nil, err
			}
			return &model.GetGroupOutput{Group: new(sc.showGroup(g)), Users: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func updateGroup() *op.Operation {
	return writing("UpdateGroup",
		func(a *authorize, in *model.UpdateGroupInput) []op.Target {
			was := a.group(in.GroupName)
			if in.NewGroupName == nil && in.NewPath == nil {
				return one(was)
			}
			return []op.Target{was, {Resource: a.moved(was.Resource, in.NewPath, in.NewGroupName)}}
		},
		func(sc *scene, in *model.UpdateGroupInput) (*model.UpdateGroupOutput, error) {
			return done[model.UpdateGroupOutput](sc.s.UpdateGroup(*in.GroupName, op.Value(in.NewGroupName), op.Value(in.NewPath)))
		})
}

func deleteGroup() *op.Operation {
	return writing("DeleteGroup",
		func(a *authorize, in *model.DeleteGroupInput) []op.Target { return one(a.group(in.GroupName)) },
		func(sc *scene, in *model.DeleteGroupInput) (*model.DeleteGroupOutput, error) {
			return done[model.DeleteGroupOutput](sc.s.DeleteGroup(*in.GroupName))
		})
}

func listGroups() *op.Operation {
	return reading("ListGroups",
		func(a *authorize, in *model.ListGroupsInput) []op.Target { return a.listing("group", in.PathPrefix) },
		func(sc *scene, in *model.ListGroupsInput) (*model.ListGroupsOutput, error) {
			p, err := paged(sc, op.Value(in.PathPrefix), asked{in.Marker, in.MaxItems}, sc.s.Groups.After,
				under(in.PathPrefix, func(g *iam.Group) string { return g.Path }), sc.showGroup)
			if err != nil {
				return nil, err
			}
			return &model.ListGroupsOutput{Groups: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}

func addUserToGroup() *op.Operation {
	return writing("AddUserToGroup",
		func(a *authorize, in *model.AddUserToGroupInput) []op.Target { return one(a.group(in.GroupName)) },
		func(sc *scene, in *model.AddUserToGroupInput) (*model.AddUserToGroupOutput, error) {
			return done[model.AddUserToGroupOutput](sc.s.AddUserToGroup(sc.env, *in.GroupName, *in.UserName))
		})
}

func removeUserFromGroup() *op.Operation {
	return writing("RemoveUserFromGroup",
		func(a *authorize, in *model.RemoveUserFromGroupInput) []op.Target { return one(a.group(in.GroupName)) },
		func(sc *scene, in *model.RemoveUserFromGroupInput) (*model.RemoveUserFromGroupOutput, error) {
			return done[model.RemoveUserFromGroupOutput](sc.s.RemoveUserFromGroup(*in.GroupName, *in.UserName))
		})
}

func listGroupsForUser() *op.Operation {
	return reading("ListGroupsForUser",
		func(a *authorize, in *model.ListGroupsForUserInput) []op.Target { return one(a.user(in.UserName)) },
		func(sc *scene, in *model.ListGroupsForUserInput) (*model.ListGroupsForUserOutput, error) {
			u, err := sc.s.FindUser(*in.UserName)
			if err != nil {
				return nil, err
			}
			p, err := paged(sc, u.Name, asked{in.Marker, in.MaxItems}, few(sc.s.GroupsOf(u), func(g *iam.Group) string { return g.Name }), nil, sc.showGroup)
			if err != nil {
				return nil, err
			}
			return &model.ListGroupsForUserOutput{Groups: p.rows, IsTruncated: p.truncated, Marker: p.marker}, nil
		})
}
