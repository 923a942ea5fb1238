package iam

import (
	"fmt"

	"umbel/internal/domain/iam"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

func createPolicyVersion() *op.Operation {
	return writing("CreatePolicyVersion",
		func(a *authorize, in *model.CreatePolicyVersionInput) []op.Target { return one(a.policy(in.PolicyArn)) },
		func(sc *scene, in *model.CreatePolicyVersionInput) (*model.CreatePolicyVersionOutput, error) {
			if err := sc.own(in.PolicyArn); err != nil {
				return nil, err
			}
			v, err := sc.s.CreatePolicyVersion(sc.env, *in.PolicyArn, *in.PolicyDocument, op.Value(in.SetAsDefault))
			if err != nil {
				return nil, err
			}
			p, err := sc.s.FindPolicy(*in.PolicyArn)
			if err != nil {
				return nil, err
			}
			return &model.CreatePolicyVersionOutput{PolicyVersion: new(listedVersion(p, &v))}, nil
		})
}

func getPolicyVersion() *op.Operation {
	return reading("GetPolicyVersion",
		func(a *authorize, in *model.GetPolicyVersionInput) []op.Target { return one(a.policy(in.PolicyArn)) },
		func(sc *scene, in *model.GetPolicyVersionInput) (*model.GetPolicyVersionOutput, error) {
			if _, err := sc.policy(in.PolicyArn); err != nil {
				return nil, err
			}
			p, v, err := sc.s.FindVersion(*in.PolicyArn, *in.VersionId)
			if err != nil {
				return nil, err
			}
			return &model.GetPolicyVersionOutput{PolicyVersion: showVersion(p, v)}, nil
		})
}

func listPolicyVersions() *op.Operation {
	return reading("ListPolicyVersions",
		func(a *authorize, in *model.ListPolicyVersionsInput) []op.Target { return one(a.policy(in.PolicyArn)) },
		func(sc *scene, in *model.ListPolicyVersionsInput) (*model.ListPolicyVersionsOutput, error) {
			p, err := sc.policy(in.PolicyArn)
			if err != nil {
				return nil, err
			}
			// The newest comes first.
			order := func(v iam.PolicyVersion) string { return fmt.Sprintf("%010d", 1<<31-v.Number) }
			show := func(v iam.PolicyVersion) model.PolicyVersion { return listedVersion(p, &v) }
			got, err := paged(sc, *in.PolicyArn, asked{in.Marker, in.MaxItems}, few(p.Versions, order), nil, show)
			if err != nil {
				return nil, err
			}
			return &model.ListPolicyVersionsOutput{Versions: got.rows, IsTruncated: got.truncated, Marker: got.marker}, nil
		})
}

func setDefaultPolicyVersion() *op.Operation {
	return writing("SetDefaultPolicyVersion",
		func(a *authorize, in *model.SetDefaultPolicyVersionInput) []op.Target {
			return one(a.policy(in.PolicyArn))
		},
		func(sc *scene, in *model.SetDefaultPolicyVersionInput) (*model.SetDefaultPolicyVersionOutput, error) {
			if err := sc.own(in.PolicyArn); err != nil {
				return nil, err
			}
			return done[model.SetDefaultPolicyVersionOutput](sc.s.SetDefaultPolicyVersion(sc.env, *in.PolicyArn, *in.VersionId))
		})
}

func deletePolicyVersion() *op.Operation {
	return writing("DeletePolicyVersion",
		func(a *authorize, in *model.DeletePolicyVersionInput) []op.Target { return one(a.policy(in.PolicyArn)) },
		func(sc *scene, in *model.DeletePolicyVersionInput) (*model.DeletePolicyVersionOutput, error) {
			if err := sc.own(in.PolicyArn); err != nil {
				return nil, err
			}
			return done[model.DeletePolicyVersionOutput](sc.s.DeletePolicyVersion(sc.env, *in.PolicyArn, *in.VersionId))
		})
}
