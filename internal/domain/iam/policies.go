package iam

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/fault"
	"umbel/internal/ident"
)

// PolicySpec is what CreatePolicy asks for.
type PolicySpec struct {
	Name, Path, Description string
	Document                string
	Tags                    []Tag
}

// Policy finds the managed policy an ARN names: AWS's or the account's own. The row of an AWS managed policy cannot be changed.
func (s *State) Policy(arn string) (*ManagedPolicy, bool) {
	if strings.HasPrefix(arn, awsManagedARN) {
		p, ok := awsManaged().byARN[arn]
		return p, ok
	}
	p, ok := s.Policies.Get(key(lastSegment(arn)))
	if !ok || s.PolicyARN(p) != arn {
		return nil, false
	}
	return p, true
}

// FindPolicy gives the managed policy, or NoSuchEntity.
func (s *State) FindPolicy(arn string) (*ManagedPolicy, error) {
	if p, ok := s.Policy(arn); ok {
		return p, nil
	}
	return nil, noSuch("Policy %s was not found.", arn)
}

// AWSPolicies walks the AWS managed policies in order of name, beginning after a name.
func AWSPolicies(after string) iter.Seq2[string, *ManagedPolicy] {
	all := awsManaged().inOrder
	at, found := slices.BinarySearchFunc(all, after, func(p *ManagedPolicy, name string) int {
		return cmp.Compare(key(p.Name), name)
	})
	if found {
		at++
	}
	return func(yield func(string, *ManagedPolicy) bool) {
		for _, p := range all[at:] {
			if !yield(key(p.Name), p) {
				return
			}
		}
	}
}

func sortByName(ps []*ManagedPolicy) {
	slices.SortFunc(ps, func(a, b *ManagedPolicy) int { return cmp.Compare(key(a.Name), key(b.Name)) })
}

// DefaultVersion gives the version in force.
func (p *ManagedPolicy) DefaultVersion() *PolicyVersion {
	v, _ := p.Version(p.Default)
	return v
}

// Version gives a version by its number.
func (p *ManagedPolicy) Version(number int) (*PolicyVersion, bool) {
	for i := range p.Versions {
		if p.Versions[i].Number == number {
			return &p.Versions[i], true
		}
	}
	return nil, false
}

// CreatePolicy makes a customer managed policy with its first version.
func (s *State) CreatePolicy(env Env, spec PolicySpec) (*ManagedPolicy, error) {
	if _, taken := s.Policies.Get(key(spec.Name)); taken {
		return nil, exists("A policy called %s already exists. Duplicate names are not allowed.", spec.Name)
	}
	if err := within(s.Policies.Len()+1, env.Quotas.Policies, "PoliciesPerAccount"); err != nil {
		return nil, err
	}
	if err := checkManaged(env, spec.Document); err != nil {
		return nil, err
	}
	tags, err := addTags(env, nil, spec.Tags)
	if err != nil {
		return nil, err
	}
	p := &ManagedPolicy{
		Name: spec.Name, Path: orRoot(spec.Path), UniqueID: ident.NewUniqueID(env.Rand, ident.PrefixManagedPolicy),
		Description: spec.Description, Created: env.Now, Updated: env.Now, Default: 1, Next: 2, Tags: tags,
		Versions: []PolicyVersion{{Number: 1, Document: iampolicy.NewDocument(spec.Document), Created: env.Now}},
	}
	s.Policies.Put(p)
	return p, nil
}

func checkManaged(env Env, document string) error {
	if err := checkDocument(iampolicy.KindIdentity, document); err != nil {
		return err
	}
	return within(iampolicy.Size(iampolicy.KindIdentity, document), env.Quotas.ManagedPolicySize, "PolicySize")
}

// checkDocument checks a document against the grammar of its kind.
func checkDocument(kind iampolicy.Kind, text string) error {
	err := iampolicy.Validate(kind, text)
	var invalid *iampolicy.ValidationError
	switch {
	case errors.As(err, &invalid):
		return fault.New(fault.MalformedPolicy, "%s", invalid.Message).Because(err)
	case err != nil:
		return err
	}
	return nil
}

// DeletePolicy deletes a customer managed policy that nothing uses and that has only its default version.
func (s *State) DeletePolicy(arn string) error {
	p, err := s.FindPolicy(arn)
	if err != nil {
		return err
	}
	use := s.Usage(arn)
	switch {
	case use.Attached+use.Boundaries > 0:
		return conflict("Cannot delete a policy attached to entities.")
	case len(p.Versions) > 1:
		return conflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	s.Policies.Delete(key(p.Name))
	return nil
}

// changePolicy puts a customer managed policy again as fn changes it. fn gets a copy with versions of its own.
func (s *State) changePolicy(arn string, fn func(*ManagedPolicy) error) error {
	p, err := s.FindPolicy(arn)
	if err != nil {
		return err
	}
	changed := *p
	changed.Versions = slices.Clone(p.Versions)
	if err := fn(&changed); err != nil {
		return err
	}
	s.Policies.Put(&changed)
	return nil
}

// TagPolicy adds tags to a customer managed policy.
func (s *State) TagPolicy(env Env, arn string, tags []Tag) error {
	return s.changePolicy(arn, func(p *ManagedPolicy) (err error) {
		p.Tags, err = addTags(env, p.Tags, tags)
		return err
	})
}

// UntagPolicy takes tags from a customer managed policy.
func (s *State) UntagPolicy(arn string, keys []string) error {
	return s.changePolicy(arn, func(p *ManagedPolicy) error {
		p.Tags = removeTags(p.Tags, keys)
		return nil
	})
}
