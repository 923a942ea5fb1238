package iam

import (
	"fmt"
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/iam"
	"umbel/internal/op"
)

// simulation is what every action of one call is tried against.
type simulation struct {
	principal iampolicy.Principal
	policies  iampolicy.Policies
	kinds     map[string]string // SourcePolicyType by Source.ID
	member    bool              // the account is in an organization: its SCPs have a say
	own       []contextEntry    // what follows from the principal, where the call does not state it
	given     []contextEntry
	resources []string // as asked for; empty means "*"
	owner     string   // account of ResourceOwner
}

type contextEntry struct {
	key    string
	values []string
}

// What simulations call the kinds of policy. The model's enumeration says otherwise; the service answers so.
const (
	identityPolicy = "IAM Policy"
	resourcePolicy = "Resource Policy"
	boundaryPolicy = "Permissions Boundary Policy"
)

// policySource reads the ARN of a user, group or role.
func policySource(arn string) (kind iam.Kind, name string, err error) {
	parsed, err := ident.ParseARN(arn)
	if err != nil {
		return "", "", invalid("Invalid Entity Arn: %s is not a valid ARN.", arn)
	}
	k, path, _ := strings.Cut(parsed.Resource, "/")
	name = path[strings.LastIndexByte(path, '/')+1:]
	kinds := []iam.Kind{iam.UserKind, iam.GroupKind, iam.RoleKind}
	if parsed.Service != "iam" || name == "" || !slices.Contains(kinds, iam.Kind(k)) {
		return "", "", invalid("Invalid Entity Arn: %s does not clearly define entity type and name.", arn)
	}
	return iam.Kind(k), name, nil
}

// simulationOf starts from a user, group or role of the account: its policies, its boundary, its account's SCPs.
func (sc *scene) simulationOf(arn string) (*simulation, error) {
	kind, name, err := policySource(arn)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(arn, "::"+sc.account()+":") {
		return nil, fault.New(fault.NoSuchEntity, "The %s with name %s cannot be found.", kind, name)
	}
	e, err := sc.s.Entity(kind, name)
	if err != nil {
		return nil, err
	}
	sim := &simulation{principal: iampolicy.Principal{Account: sc.account()}, kinds: map[string]string{}}
	sim.policies.ServiceControl, sim.member = sc.serviceControl()
	sim.addEntity(sc.s, kind, e)
	switch kind {
	case iam.UserKind:
		u, _ := sc.s.User(name)
		for _, g := range sc.s.GroupsOf(u) {
			sim.addEntity(sc.s, iam.GroupKind, &g.Entity)
		}
		_, sim.policies.Boundary = sc.s.UserPolicies(u)
		sim.principal.Kind, sim.principal.ARN, sim.principal.UniqueID = iampolicy.User, sc.s.UserARN(u), u.UniqueID
		sim.note("aws:username", u.Name)
	case iam.RoleKind:
		r, _ := sc.s.Role(name)
		_, sim.policies.Boundary = sc.s.RolePolicies(r)
		sim.principal.Kind, sim.principal.RoleARN, sim.principal.UniqueID = iampolicy.AssumedRole, sc.s.RoleARN(r), r.UniqueID
		sim.principal.ServiceLinked = r.ServiceLinked()
	case iam.GroupKind:
		sim.principal.Kind = iampolicy.User
	}
	if b := sim.policies.Boundary; b != nil {
		sim.kinds[b.ID] = boundaryPolicy
	}
	for name, value := range e.Tags {
		sim.note("aws:PrincipalTag/"+name, value)
	}
	sim.describe()
	if own := sc.Org(); own != nil {
		sim.note("aws:PrincipalOrgID", string(sc.Caller.Organization))
		sim.note("aws:PrincipalOrgPaths", own.Path(sc.Caller.Account))
	}
	return sim, nil
}

// describe notes the keys that follow from the principal's ARN.
func (sim *simulation) describe() {
	p := &sim.principal
	kind, arn := "User", p.ARN
	if p.Kind == iampolicy.AssumedRole {
		kind, arn = "AssumedRole", p.RoleARN
	}
	sim.note("aws:PrincipalAccount", p.Account)
	sim.note("aws:PrincipalType", kind)
	if arn != "" {
		sim.note("aws:PrincipalArn", arn)
	}
}

func (sim *simulation) note(key, value string) {
	sim.own = append(sim.own, contextEntry{key, []string{value}})
}

// addEntity adds the policies of a user, group or role under the names that simulations give them: a managed policy's own,
// and "user_alice_inline".
func (sim *simulation) addEntity(s *iam.State, kind iam.Kind, e *iam.Entity) {
	for i := range e.Inline {
		sim.addIdentity(iampolicy.Source{ID: string(kind) + "_" + e.Name + "_" + e.Inline[i].Name, Document: e.Inline[i].Document})
	}
	for _, arn := range e.Attached {
		if src, ok := s.ManagedSource(arn); ok {
			src.ID = arn[strings.LastIndexByte(arn, '/')+1:]
			sim.addIdentity(src)
		}
	}
}

func (sim *simulation) addIdentity(src iampolicy.Source) {
	sim.policies.Identity = append(sim.policies.Identity, src)
	if sim.kinds != nil {
		sim.kinds[src.ID] = identityPolicy
	}
}

// addInputs adds the identity policies that a call brings.
func (sim *simulation) addInputs(texts []string) error {
	for i, text := range texts {
		src, err := input("PolicyInputList", i, iampolicy.KindIdentity, text)
		if err != nil {
			return err
		}
		sim.addIdentity(src)
	}
	return nil
}

// input makes a source of a policy that a call brings, named as simulations name it: "PolicyInputList.1".
func input(list string, i int, kind iampolicy.Kind, text string) (iampolicy.Source, error) {
	id := fmt.Sprintf("%s.%d", list, i+1)
	if err := iampolicy.Validate(kind, text); err != nil {
		return iampolicy.Source{}, invalid("Invalid input for %s: %v", id, err)
	}
	return iampolicy.Source{ID: id, Document: iampolicy.NewDocument(text)}, nil
}

// take adds what a call states to the simulation.
func (sim *simulation) take(in *model.SimulatePrincipalPolicyInput) error {
	for _, a := range in.ActionNames {
		if service, name, ok := strings.Cut(a, ":"); !ok || service == "" || name == "" || strings.ContainsAny(a, "*?") {
			return invalid("Invalid action name: %s. An action is of the form service:Action, without wildcards.", a)
		}
	}
	for _, r := range in.ResourceArns {
		if _, err := ident.ParseARN(r); err != nil && r != "*" {
			return invalid("Invalid resource ARN: %s.", r)
		}
	}
	sim.resources = in.ResourceArns
	if err := sim.addInputs(in.PolicyInputList); err != nil {
		return err
	}
	for i, text := range in.PermissionsBoundaryPolicyInputList {
		src, err := input("PermissionsBoundaryPolicyInputList", i, iampolicy.KindIdentity, text)
		if err != nil {
			return err
		}
		sim.policies.Boundary, sim.kinds[src.ID] = &src, boundaryPolicy
	}
	if err := sim.takeCaller(in); err != nil {
		return err
	}
	return sim.takeContext(in.ContextEntries)
}

// takeCaller reads who calls, who owns the resources, and the policy of these.
func (sim *simulation) takeCaller(in *model.SimulatePrincipalPolicyInput) error {
	if in.CallerArn != nil {
		arn, err := ident.ParseARN(*in.CallerArn)
		if err != nil || arn.Service != "iam" || !strings.HasPrefix(arn.Resource, "user/") {
			return invalid("Invalid CallerArn: %s. The caller must be an IAM user.", *in.CallerArn)
		}
		sim.principal = iampolicy.Principal{Kind: iampolicy.User, Account: arn.Account, ARN: *in.CallerArn}
		sim.note("aws:username", arn.Resource[strings.LastIndexByte(arn.Resource, '/')+1:])
		sim.describe()
	}
	if in.ResourceOwner != nil {
		arn, err := ident.ParseARN(*in.ResourceOwner)
		if err != nil || arn.Service != "iam" || len(arn.Account) != 12 {
			return invalid("Invalid ResourceOwner: %s. The owner is an account, as in arn:aws:iam::123456789012:root.", *in.ResourceOwner)
		}
		sim.owner = arn.Account
	}
	if in.ResourcePolicy == nil {
		return nil
	}
	if sim.principal.ARN == "" {
		return invalid("CallerArn must be an IAM user's when a ResourcePolicy is given.")
	}
	if err := iampolicy.Validate(iampolicy.KindResource, *in.ResourcePolicy); err != nil {
		return invalid("Invalid input for ResourcePolicy: %v", err)
	}
	src := iampolicy.Source{ID: "ResourcePolicy", Document: iampolicy.NewDocument(*in.ResourcePolicy)}
	sim.policies.Resource, sim.kinds[src.ID] = &src, resourcePolicy
	return nil
}

func (sim *simulation) takeContext(entries []model.ContextEntry) error {
	for _, e := range entries {
		key := op.Value(e.ContextKeyName)
		if key == "" {
			return invalid("A context entry has no ContextKeyName.")
		}
		list := strings.HasSuffix(op.Value(e.ContextKeyType), "List")
		if len(e.ContextKeyValues) > 1 && !list {
			return invalid("Context key %s has %d values, but its type %q holds one.", key, len(e.ContextKeyValues), op.Value(e.ContextKeyType))
		}
		sim.given = append(sim.given, contextEntry{key, e.ContextKeyValues})
	}
	return nil
}
