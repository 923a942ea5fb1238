package sts

import (
	"errors"
	"strings"
	"time"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	model "umbel/internal/model/sts"
	"umbel/internal/op"
	"umbel/internal/store"
)

func assumeRole(k *packer) *op.Operation {
	return op.Define(op.Decl[model.AssumeRoleInput, model.AssumeRoleOutput]{
		Service: "sts", Name: "AssumeRole", Access: op.Read,
		Scope: scopeAssumeRole, Targets: targetsAssumeRole,
		Run: func(c *op.Call, in *model.AssumeRoleInput) (*model.AssumeRoleOutput, error) {
			return runAssumeRole(c, in, k)
		},
	})
}

func scopeAssumeRole(c *op.Call, in *model.AssumeRoleInput) (store.Scope, error) {
	role, err := parseRole(*in.RoleArn)
	if err != nil {
		return store.Scope{}, err
	}
	if c.Caller.Kind == op.Root && !trustedRoot(c) {
		return store.Scope{}, fault.New(fault.AccessDenied, "Roles may not be assumed by root accounts.")
	}
	if c.Caller.Kind == op.FederatedUser {
		return store.Scope{}, role.denied(c) // API_GetFederationToken: no STS operation but GetCallerIdentity
	}
	return role.scope(c)
}

// trustedRoot tells that the caller is the root user by an account number as access key, which emulators let assume roles.
func trustedRoot(c *op.Call) bool {
	return c.Settings.TrustAccountKeys && c.Caller.Session == nil && !strings.HasPrefix(c.Caller.AccessKeyID, string(ident.PrefixAccessKey))
}

// targetsAssumeRole names the role, once for each action that the call comes to: tagging the session and setting its source
// identity, inherited ones included, need permissions of their own (IAM User Guide, "Pass session tags in AWS STS",
// "Monitor and control actions taken with assumed roles"). A role that does not exist has no trust policy and denies.
func targetsAssumeRole(c *op.Call, in *model.AssumeRoleInput) ([]op.Target, error) {
	ref, err := parseRole(*in.RoleArn)
	if err != nil {
		return nil, err
	}
	target := op.Target{Resource: ref.ARN, Account: ref.Account, Keys: assumeRoleKeys(in)}
	if role, ok := ref.find(c); ok {
		target.Policy = &iampolicy.Source{ID: ref.ARN, Document: role.Trust}
		target.Tags = role.Tags
		for k, v := range role.Tags {
			target.Keys = append(target.Keys, op.Key{Name: "iam:ResourceTag/" + k, Values: []string{v}})
		}
	}
	targets := []op.Target{target}
	further := func(action string) {
		t := target
		t.Action = action
		targets = append(targets, t)
	}
	if len(in.Tags) > 0 || len(inherited(c).TransitiveTags) > 0 {
		further("sts:TagSession")
	}
	if in.SourceIdentity != nil || inherited(c).SourceIdentity != "" {
		further("sts:SetSourceIdentity")
	}
	return targets, nil
}

func assumeRoleKeys(in *model.AssumeRoleInput) []op.Key {
	keys := []op.Key{{Name: "sts:RoleSessionName", Values: []string{*in.RoleSessionName}}}
	if in.ExternalId != nil {
		keys = append(keys, op.Key{Name: "sts:ExternalId", Values: []string{*in.ExternalId}})
	}
	if in.SourceIdentity != nil {
		keys = append(keys, op.Key{Name: "sts:SourceIdentity", Values: []string{*in.SourceIdentity}})
	}
	if len(in.TransitiveTagKeys) > 0 {
		keys = append(keys, op.Key{Name: "sts:TransitiveTagKeys", Values: in.TransitiveTagKeys})
	}
	return append(keys, requestTagKeys(in.Tags)...)
}

// inherited is the role session that the caller chains from, or an empty one.
func inherited(c *op.Call) *iam.Session {
	if s := c.Caller.Session; s != nil && s.Kind == iam.RoleSession {
		return s
	}
	return new(iam.Session)
}

func runAssumeRole(c *op.Call, in *model.AssumeRoleInput, k *packer) (*model.AssumeRoleOutput, error) {
	ref, err := parseRole(*in.RoleArn)
	if err != nil {
		return nil, err
	}
	role, ok := ref.find(c)
	if !ok {
		return nil, ref.denied(c)
	}
	session, packed, err := roleSession(c, in, k, ref, role)
	if err != nil {
		return nil, err
	}
	credentials, err := issue(c, session)
	if err != nil {
		return nil, err
	}
	arn, id := ident.STS(ref.Account, "assumed-role/"+role.Name+"/"+session.Name), role.UniqueID+":"+session.Name
	c.Notes.Resources = append(c.Notes.Resources,
		ledger.Resource{Type: "AWS::IAM::AccessKey", Name: *credentials.AccessKeyId},
		ledger.Resource{Type: "AWS::STS::AssumedRole", Name: id},
		ledger.Resource{Type: "AWS::STS::AssumedRole", Name: arn},
		ledger.Resource{Type: "AWS::IAM::Role", Name: ref.ARN})
	if ref.Account != c.Caller.Account {
		c.Notes.Others = append(c.Notes.Others, ref.Account)
	}
	out := &model.AssumeRoleOutput{
		Credentials: credentials, PackedPolicySize: packed,
		AssumedRoleUser: &model.AssumedRoleUser{Arn: &arn, AssumedRoleId: &id},
	}
	if session.SourceIdentity != "" {
		out.SourceIdentity = &session.SourceIdentity
	}
	return out, nil
}

// roleSession makes the session from the call and what the caller's own session hands down.
func roleSession(c *op.Call, in *model.AssumeRoleInput, k *packer, ref roleRef, role *iam.Role) (*iam.Session, *int32, error) {
	if err := checkMFA(in.SerialNumber, in.TokenCode); err != nil {
		return nil, nil, err
	}
	if len(in.ProvidedContexts) > 0 {
		return nil, nil, fault.New(fault.ValidationFailed, "ProvidedContexts is not supported")
	}
	from := inherited(c)
	chained := c.Caller.Kind == op.AssumedRole
	duration, err := roleDuration(in.DurationSeconds, role, chained)
	if err != nil {
		return nil, nil, err
	}
	tags, transitive, err := chainTags(from, in.Tags, in.TransitiveTagKeys)
	if err != nil {
		return nil, nil, err
	}
	identity, err := sourceIdentity(from, in.SourceIdentity)
	if err != nil {
		return nil, nil, err
	}
	policies, err := sessionPolicies(c.IAMOf(ref.Account), in.Policy, in.PolicyArns)
	if err != nil {
		return nil, nil, err
	}
	packed, err := k.size(policies, in.Tags)
	if err != nil {
		return nil, nil, err
	}
	now := c.Now.UTC().Truncate(time.Second)
	return &iam.Session{
		Account: ref.Account, Kind: iam.RoleSession, RoleName: role.Name, RoleID: role.UniqueID, Name: *in.RoleSessionName,
		Policies: policies.Inline, PolicyARNs: policies.ARNs, Tags: tags, TransitiveTags: transitive,
		SourceIdentity: identity, Chained: chained, Issued: now, Expires: now.Add(duration),
	}, packed, nil
}

// roleDuration gives how long a role session lasts (API_AssumeRole, DurationSeconds).
func roleDuration(asked *int32, role *iam.Role, chained bool) (time.Duration, error) {
	const hour = 3600
	if asked == nil {
		return hour * time.Second, nil
	}
	switch {
	case chained && *asked > hour:
		return 0, fault.New(fault.ValidationFailed, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	case int(*asked) > max(role.MaxSession, hour):
		return 0, fault.New(fault.ValidationFailed, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return time.Duration(*asked) * time.Second, nil
}

// sourceIdentity gives the session's source identity. Once set it stays through a chain of roles and cannot be changed.
func sourceIdentity(from *iam.Session, asked *string) (string, error) {
	switch {
	case asked == nil:
		return from.SourceIdentity, nil
	case strings.HasPrefix(strings.ToLower(*asked), "aws:"):
		return "", fault.New(fault.ValidationFailed, "SourceIdentity cannot begin with the reserved prefix aws:.")
	case from.SourceIdentity != "" && from.SourceIdentity != *asked:
		return "", fault.New(fault.AccessDenied, "The source identity of the calling session cannot be changed.")
	}
	return *asked, nil
}

// issue seals a session into credentials.
func issue(c *op.Call, s *iam.Session) (*model.Credentials, error) {
	if c.Sessions == nil {
		return nil, errors.New("sts: no key to seal sessions with")
	}
	made, err := authz.IssueSession(c.Sessions, c.Rand, s)
	if err != nil {
		return nil, err
	}
	return &model.Credentials{
		AccessKeyId: &made.AccessKeyID, SecretAccessKey: &made.SecretAccessKey, SessionToken: &made.SessionToken, Expiration: &made.Expires,
	}, nil
}
