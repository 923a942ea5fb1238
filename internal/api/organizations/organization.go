package organizations

import (
	"crypto/sha256"
	"errors"
	"math/rand/v2"

	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
	"umbel/internal/store"
)

func createOrganization() *op.Operation {
	return op.Define(op.Decl[model.CreateOrganizationInput, model.CreateOrganizationOutput]{
		Service: service, Name: "CreateOrganization", Access: op.Write,
		Scope: func(c *op.Call, _ *model.CreateOrganizationInput) (store.Scope, error) {
			if c.Caller.Organization != "" {
				return store.Scope{}, nil
			}
			return store.Scope{Write: []store.Partition{op.OrgPartition(newOrgID(c)), op.IAMPartition(c.Caller.Account)}}, nil
		},
		Targets: func(c *op.Call, in *model.CreateOrganizationInput) ([]op.Target, error) {
			ts := []op.Target{{Resource: "*"}}
			if features(in) == org.AllFeatures {
				ts = append(ts, serviceRoleTarget(c.Caller.Account))
			}
			return ts, nil
		},
		Run: runCreateOrganization,
	})
}

func runCreateOrganization(c *op.Call, in *model.CreateOrganizationInput) (*model.CreateOrganizationOutput, error) {
	if c.Caller.Organization != "" {
		return nil, org.AlreadyIn()
	}
	a, ok := c.IAM().Account()
	if !ok {
		return nil, fault.New(fault.Internal, "The account of the caller does not exist.")
	}
	id := newOrgID(c)
	if err := c.Tx.Claim(op.MemberLocator(a.ID), op.OrgPartition(id)); err != nil {
		if errors.Is(err, store.ErrTaken) {
			return nil, org.AlreadyIn()
		}
		return nil, err
	}
	s := c.OrgOf(id)
	o, err := s.Create(c.Rand, c.Now, id, org.Founder{ID: a.ID, Name: a.Name, Email: a.Email}, features(in))
	if err != nil {
		return nil, err
	}
	if o.FeatureSet == org.AllFeatures {
		if err := putServiceRole(c, c.IAM()); err != nil {
			return nil, err
		}
	}
	sc := &scene{Call: c, s: s, o: o, q: &c.Settings.Org}
	return &model.CreateOrganizationOutput{Organization: sc.organization()}, nil
}

func features(in *model.CreateOrganizationInput) org.FeatureSet {
	if in.FeatureSet != nil {
		return org.FeatureSet(*in.FeatureSet)
	}
	return org.AllFeatures
}

// newOrgID makes the ID of the organization that a call creates. It is drawn from the request's ID because it must be
// the same in Scope, which names the partition, and in Run.
func newOrgID(c *op.Call) ident.OrgID {
	return ident.NewOrgID(rand.NewChaCha8(sha256.Sum256([]byte(c.RequestID))))
}

func describeOrganization() *op.Operation {
	return declare("DescribeOrganization", op.Read,
		func(a *authorize, _ *model.DescribeOrganizationInput) []op.Target { return []op.Target{a.anything()} },
		member,
		func(sc *scene, _ *model.DescribeOrganizationInput) (*model.DescribeOrganizationOutput, error) {
			return &model.DescribeOrganizationOutput{Organization: sc.organization()}, nil
		})
}

func deleteOrganization() *op.Operation {
	return writing("DeleteOrganization",
		func(a *authorize, _ *model.DeleteOrganizationInput) []op.Target { return []op.Target{a.anything()} },
		func(sc *scene, _ *model.DeleteOrganizationInput) (*model.DeleteOrganizationOutput, error) {
			if err := sc.s.Delete(); err != nil {
				return nil, err
			}
			return done[model.DeleteOrganizationOutput](sc.Tx.Release(op.MemberLocator(sc.o.Management)))
		})
}

func listRoots() *op.Operation {
	return reading("ListRoots",
		func(a *authorize, _ *model.ListRootsInput) []op.Target { return []op.Target{a.anything()} },
		func(sc *scene, in *model.ListRootsInput) (*model.ListRootsOutput, error) {
			one := few([]*org.Organization{sc.o}, func(o *org.Organization) string { return string(o.Root) })
			rows, next, err := paged(sc, "ListRoots", in.NextToken, in.MaxResults, one,
				func(o *org.Organization) model.Root { return *root(o) })
			if err != nil {
				return nil, err
			}
			return &model.ListRootsOutput{Roots: rows, NextToken: next}, nil
		})
}
