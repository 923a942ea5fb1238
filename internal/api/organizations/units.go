package organizations

import (
	"iter"

	"umbel/internal/domain/org"
	"umbel/internal/ident"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
)

func createOrganizationalUnit() *op.Operation {
	return writing("CreateOrganizationalUnit",
		func(a *authorize, in *model.CreateOrganizationalUnitInput) []op.Target {
			return a.creation(a.node(in.ParentId), "ou", in.Tags)
		},
		func(sc *scene, in *model.CreateOrganizationalUnitInput) (*model.CreateOrganizationalUnitOutput, error) {
			tags, err := tagMap(in.Tags)
			if err != nil {
				return nil, err
			}
			ou, err := sc.s.CreateOU(sc.Rand, sc.Now, sc.q, *in.ParentId, *in.Name, tags)
			if err != nil {
				return nil, err
			}
			return &model.CreateOrganizationalUnitOutput{OrganizationalUnit: new(sc.unit(ou))}, nil
		})
}

func updateOrganizationalUnit() *op.Operation {
	return writing("UpdateOrganizationalUnit",
		func(a *authorize, in *model.UpdateOrganizationalUnitInput) []op.Target {
			return []op.Target{a.node(in.OrganizationalUnitId)}
		},
		func(sc *scene, in *model.UpdateOrganizationalUnitInput) (*model.UpdateOrganizationalUnitOutput, error) {
			ou, err := sc.s.ExistingOU(ident.OUID(*in.OrganizationalUnitId))
			if err == nil && in.Name != nil {
				ou, err = sc.s.RenameOU(ou.ID, *in.Name)
			}
			if err != nil {
				return nil, err
			}
			return &model.UpdateOrganizationalUnitOutput{OrganizationalUnit: new(sc.unit(ou))}, nil
		})
}

func deleteOrganizationalUnit() *op.Operation {
	return writing("DeleteOrganizationalUnit",
		func(a *authorize, in *model.DeleteOrganizationalUnitInput) []op.Target {
			return []op.Target{a.node(in.OrganizationalUnitId)}
		},
		func(sc *scene, in *model.DeleteOrganizationalUnitInput) (*model.DeleteOrganizationalUnitOutput, error) {
			return done[model.DeleteOrganizationalUnitOutput](sc.s.DeleteOU(ident.OUID(*in.OrganizationalUnitId)))
		})
}

func describeOrganizationalUnit() *op.Operation {
	return reading("DescribeOrganizationalUnit",
		func(a *authorize, in *model.DescribeOrganizationalUnitInput) []op.Target {
			return []op.Target{a.node(in.OrganizationalUnitId)}
		},
		func(sc *scene, in *model.DescribeOrganizationalUnitInput) (*model.DescribeOrganizationalUnitOutput, error) {
			ou, err := sc.s.ExistingOU(ident.OUID(*in.OrganizationalUnitId))
			if err != nil {
				return nil, err
			}
			return &model.DescribeOrganizationalUnitOutput{OrganizationalUnit: new(sc.unit(ou))}, nil
		})
}

func listOrganizationalUnitsForParent() *op.Operation {
	return reading("ListOrganizationalUnitsForParent",
		func(a *authorize, in *model.ListOrganizationalUnitsForParentInput) []op.Target {
			return []op.Target{a.node(in.ParentId)}
		},
		func(sc *scene, in *model.ListOrganizationalUnitsForParentInput) (*model.ListOrganizationalUnitsForParentOutput, error) {
			if _, err := sc.s.Container(*in.ParentId); err != nil {
				return nil, err
			}
			rows, next, err := paged(sc, "ListOrganizationalUnitsForParent/"+*in.ParentId, in.NextToken, in.MaxResults,
				unitsIn(sc.s, *in.ParentId), sc.unit)
			if err != nil {
				return nil, err
			}
			return &model.ListOrganizationalUnitsForParentOutput{OrganizationalUnits: rows, NextToken: next}, nil
		})
}

func unitsIn(s *org.State, parent string) func(string) iter.Seq2[string, *org.OU] {
	return func(after string) iter.Seq2[string, *org.OU] { return s.OUsIn(parent, after) }
}

func listChildren() *op.Operation {
	return reading("ListChildren",
		func(a *authorize, in *model.ListChildrenInput) []op.Target { return []op.Target{a.node(in.ParentId)} },
		func(sc *scene, in *model.ListChildrenInput) (*model.ListChildrenOutput, error) {
			if _, err := sc.s.Container(*in.ParentId); err != nil {
				return nil, err
			}
			rows, next, err := sc.children(in)
			if err != nil {
				return nil, err
			}
			return &model.ListChildrenOutput{Children: rows, NextToken: next}, nil
		})
}

func (sc *scene) children(in *model.ListChildrenInput) ([]model.Child, *string, error) {
	what := "ListChildren/" + *in.ChildType + "/" + *in.ParentId
	if *in.ChildType == model.ChildTypeAccount {
		return paged(sc, what, in.NextToken, in.MaxResults,
			func(after string) iter.Seq2[string, *org.Account] { return sc.s.AccountsIn(*in.ParentId, after) },
			func(a *org.Account) model.Child { return model.Child{Id: text(a.ID), Type: in.ChildType} })
	}
	return paged(sc, what, in.NextToken, in.MaxResults, unitsIn(sc.s, *in.ParentId),
		func(ou *org.OU) model.Child { return model.Child{Id: text(ou.ID), Type: in.ChildType} })
}

func listParents() *op.Operation {
	return reading("ListParents",
		func(a *authorize, in *model.ListParentsInput) []op.Target { return []op.Target{a.node(in.ChildId)} },
		func(sc *scene, in *model.ListParentsInput) (*model.ListParentsOutput, error) {
			p, err := sc.s.Parent(*in.ChildId)
			if err != nil {
				return nil, err
			}
			rows, next, err := paged(sc, "ListParents/"+*in.ChildId, in.NextToken, in.MaxResults,
				few([]org.Node{p}, func(n org.Node) string { return n.ID }),
				func(n org.Node) model.Parent { return model.Parent{Id: &n.ID, Type: text(n.Kind)} })
			if err != nil {
				return nil, err
			}
			return &model.ListParentsOutput{Parents: rows, NextToken: next}, nil
		})
}
