package iam

import (
	"strings"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func createServiceLinkedRole() *op.Operation {
	return writing("CreateServiceLinkedRole",
		func(a *authorize, in *model.CreateServiceLinkedRoleInput) []op.Target {
			return one(op.Target{
				Resource: iam.LinkedRoleARN(a.c.Caller.Account, *in.AWSServiceName, op.Value(in.CustomSuffix)),
				Keys:     serviceName(*in.AWSServiceName),
			})
		},
		func(sc *scene, in *model.CreateServiceLinkedRoleInput) (*model.CreateServiceLinkedRoleOutput, error) {
			r, err := sc.s.CreateServiceLinkedRole(sc.env, *in.AWSServiceName, op.Value(in.CustomSuffix), op.Value(in.Description))
			if err != nil {
				return nil, err
			}
			return &model.CreateServiceLinkedRoleOutput{Role: sc.showRole(r)}, nil
		})
}

func serviceName(service string) []op.Key {
	return []op.Key{{Name: "iam:AWSServiceName", Values: []string{service}}}
}

func deleteServiceLinkedRole() *op.Operation {
	return writing("DeleteServiceLinkedRole",
		func(a *authorize, in *model.DeleteServiceLinkedRoleInput) []op.Target {
			var keys []op.Key
			if r, ok := a.s.Role(*in.RoleName); ok && r.ServiceLinked() {
				keys = serviceName(r.Service())
			}
			return one(a.role(in.RoleName, keys...))
		},
		func(sc *scene, in *model.DeleteServiceLinkedRoleInput) (*model.DeleteServiceLinkedRoleOutput, error) {
			id, err := sc.s.DeleteServiceLinkedRole(sc.env, *in.RoleName, sc.usage(*in.RoleName))
			if err != nil {
				return nil, err
			}
			return &model.DeleteServiceLinkedRoleOutput{DeletionTaskId: &id}, nil
		})
}

// usage tells what still uses a service-linked role: the organization, while the account is in one, uses its own.
func (sc *scene) usage(role string) map[string][]string {
	r, ok := sc.s.Role(role)
	if !ok || sc.Caller.Organization == "" || r.Service() != "organizations.amazonaws.com" {
		return nil
	}
	o, ok := sc.Org().Organization()
	if !ok {
		return nil
	}
	return map[string][]string{"us-east-1": {o.ARN()}}
}

func getServiceLinkedRoleDeletionStatus() *op.Operation {
	return reading("GetServiceLinkedRoleDeletionStatus",
		func(a *authorize, in *model.GetServiceLinkedRoleDeletionStatusInput) []op.Target {
			// task/aws-service-role/SERVICE/ROLE/UUID
			id := strings.TrimPrefix(*in.DeletionTaskId, "task/")
			at := strings.LastIndexByte(id, '/')
			return one(op.Target{Resource: a.arn("role/" + id[:max(at, 0)])})
		},
		func(sc *scene, in *model.GetServiceLinkedRoleDeletionStatusInput) (*model.GetServiceLinkedRoleDeletionStatusOutput, error) {
			gone, err := sc.s.FindRemoval(*in.DeletionTaskId)
			if err != nil {
				return nil, err
			}
			if gone.Reason == "" {
				return &model.GetServiceLinkedRoleDeletionStatusOutput{Status: new("SUCCEEDED")}, nil
			}
			why := &model.DeletionTaskFailureReasonType{Reason: &gone.Reason}
			for region, resources := range gone.Usage {
				why.RoleUsageList = append(why.RoleUsageList, model.RoleUsageType{Region: &region, Resources: resources})
			}
			return &model.GetServiceLinkedRoleDeletionStatusOutput{Status: new("FAILED"), Reason: why}, nil
		})
}
