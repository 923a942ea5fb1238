package orgfile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// createOrganization creates the organization, or finds it created already.
func (r *runner) createOrganization(ctx context.Context, s *Step) (string, error) {
	_, err := r.c.Organizations.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSet(s.To)})
	var already *types.AlreadyInOrganizationException
	if err != nil && !errors.As(err, &already) {
		return "", err
	}
	out, err := r.c.Organizations.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	if err != nil {
		return "", err
	}
	r.manager = aws.ToString(out.Organization.MasterAccountId)
	r.root, _, err = readRoot(ctx, r.c.Organizations)
	return aws.ToString(out.Organization.Id), err
}

// enable enables a policy type and waits until it is.
func (r *runner) enable(ctx context.Context, s *Step) error {
	_, err := r.c.Organizations.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: &r.root, PolicyType: types.PolicyType(s.Name)})
	var already *types.PolicyTypeAlreadyEnabledException
	if err != nil && !errors.As(err, &already) {
		return err
	}
	_, enabled, err := readRoot(ctx, r.c.Organizations)
	if err == nil && !slices.Contains(enabled, s.Name) {
		return &types.PolicyChangesInProgressException{Message: aws.String(s.Name + " is being enabled")}
	}
	return err
}

// unit creates or deletes a unit.
func (r *runner) unit(ctx context.Context, s *Step) (string, error) {
	if s.Action == Delete {
		_, err := r.c.Organizations.DeleteOrganizationalUnit(ctx, &organizations.DeleteOrganizationalUnitInput{OrganizationalUnitId: &s.ID})
		var gone *types.OrganizationalUnitNotFoundException
		if errors.As(err, &gone) {
			return "", nil
		}
		return "", err
	}
	parent, err := r.id(unitPlace(parentPath(s.place.key)))
	if err != nil {
		return "", err
	}
	name := baseName(s.place.key)
	out, err := r.c.Organizations.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name})
	var twice *types.DuplicateOrganizationalUnitException
	switch {
	case errors.As(err, &twice):
		id, err := r.findUnit(ctx, parent, name)
		r.units[s.place.key] = id
		return id, err
	case err != nil:
		return "", err
	}
	r.units[s.place.key] = aws.ToString(out.OrganizationalUnit.Id)
	return r.units[s.place.key], nil
}

// findUnit finds a unit by its name.
func (r *runner) findUnit(ctx context.Context, parent, name string) (string, error) {
	pages := organizations.NewListOrganizationalUnitsForParentPaginator(r.c.Organizations, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &parent})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, u := range page.OrganizationalUnits {
			if aws.ToString(u.Name) == name {
				return aws.ToString(u.Id), nil
			}
		}
	}
	return "", fmt.Errorf("there is a unit %q below %s, but it is not listed", name, parent)
}

// rename gives a unit its new name.
func (r *runner) rename(ctx context.Context, s *Step) error {
	_, err := r.c.Organizations.UpdateOrganizationalUnit(ctx, &organizations.UpdateOrganizationalUnitInput{OrganizationalUnitId: &s.ID, Name: &s.To})
	return err
}

// move moves an account to its unit.
func (r *runner) move(ctx context.Context, s *Step) error {
	id, err := r.id(s.place)
	if err != nil {
		return err
	}
	to, err := r.id(unitPlace(s.To))
	if err != nil {
		return err
	}
	from, err := r.id(unitPlace(s.From))
	if err != nil {
		return err
	}
	_, err = r.c.Organizations.MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: &id, SourceParentId: &from, DestinationParentId: &to})
	if err == nil {
		return nil
	}
	parents, where := r.c.Organizations.ListParents(ctx, &organizations.ListParentsInput{ChildId: &id})
	if where == nil && len(parents.Parents) == 1 && aws.ToString(parents.Parents[0].Id) == to {
		return nil // somebody has moved it there already
	}
	return err
}

// close closes an account.
func (r *runner) close(ctx context.Context, s *Step) error {
	_, err := r.c.Organizations.CloseAccount(ctx, &organizations.CloseAccountInput{AccountId: &s.ID})
	var already *types.AccountAlreadyClosedException
	if errors.As(err, &already) {
		return nil
	}
	return err
}

// tags sets or removes tags.
func (r *runner) tags(ctx context.Context, s *Step) error {
	id, err := r.id(s.place)
	if err != nil {
		return err
	}
	if s.Action == Untag {
		_, err = r.c.Organizations.UntagResource(ctx, &organizations.UntagResourceInput{ResourceId: &id, TagKeys: s.Untag})
		return err
	}
	_, err = r.c.Organizations.TagResource(ctx, &organizations.TagResourceInput{ResourceId: &id, Tags: tagList(s.Tags)})
	return err
}

// tagList gives tags in the order of their keys.
func tagList(tags map[string]string) []types.Tag {
	var out []types.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}

// policy creates, updates or deletes a policy.
func (r *runner) policy(ctx context.Context, s *Step) (string, error) {
	switch s.Action {
	case Create:
		return r.createPolicy(ctx, s)
	case Delete:
		_, err := r.c.Organizations.DeletePolicy(ctx, &organizations.DeletePolicyInput{PolicyId: &s.ID})
		var gone *types.PolicyNotFoundException
		if errors.As(err, &gone) {
			return "", nil
		}
		return "", err
	}
	in := &organizations.UpdatePolicyInput{PolicyId: &s.ID}
	for _, c := range s.Changes {
		if c.Field == "document" {
			in.Content = aws.String(c.To)
		} else {
			in.Description = aws.String(c.To)
		}
	}
	_, err := r.c.Organizations.UpdatePolicy(ctx, in)
	return "", err
}

// createPolicy creates a policy.
func (r *runner) createPolicy(ctx context.Context, s *Step) (string, error) {
	out, err := r.c.Organizations.CreatePolicy(ctx, &organizations.CreatePolicyInput{
		Name: &s.text.Name, Type: types.PolicyType(s.text.kind()), Description: &s.text.Description, Content: &s.text.text,
	})
	var twice *types.DuplicatePolicyException
	switch {
	case errors.As(err, &twice):
		return r.adoptPolicy(ctx, s)
	case err != nil:
		return "", err
	}
	r.policies[s.policy] = aws.ToString(out.Policy.PolicySummary.Id)
	return r.policies[s.policy], nil
}

// adoptPolicy takes over a policy that somebody else has created since the plan was made, and gives it the file's text.
func (r *runner) adoptPolicy(ctx context.Context, s *Step) (string, error) {
	pages := organizations.NewListPoliciesPaginator(r.c.Organizations, &organizations.ListPoliciesInput{Filter: types.PolicyType(s.policy.kind)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, p := range page.Policies {
			if aws.ToString(p.Name) == s.Name {
				r.policies[s.policy] = aws.ToString(p.Id)
				_, err := r.c.Organizations.UpdatePolicy(ctx, &organizations.UpdatePolicyInput{PolicyId: p.Id, Content: &s.text.text, Description: &s.text.Description})
				return aws.ToString(p.Id), err
			}
		}
	}
	return "", fmt.Errorf("there is a policy %q of another type: choose another name", s.Name)
}

// attachment attaches or detaches a policy.
func (r *runner) attachment(ctx context.Context, s *Step) error {
	target, err := r.id(*s.Target)
	if err != nil {
		return err
	}
	policy := r.policies[s.policy]
	if policy == "" {
		return fmt.Errorf("policy %s has no ID yet", s.Name)
	}
	if s.Action == Detach {
		_, err = r.c.Organizations.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: &policy, TargetId: &target})
		var gone *types.PolicyNotAttachedException
		if errors.As(err, &gone) {
			return nil
		}
		return err
	}
	_, err = r.c.Organizations.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: &policy, TargetId: &target})
	var already *types.DuplicatePolicyAttachmentException
	if errors.As(err, &already) {
		return nil
	}
	return err
}
