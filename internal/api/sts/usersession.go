package sts

import (
	"time"

	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	model "umbel/internal/model/sts"
	"umbel/internal/op"
	"umbel/internal/store"
)

// The lifetimes of sessions of users (API_GetSessionToken, API_GetFederationToken; seconds).
const (
	defaultUserSession = 43200
	maxRootSession     = 3600
)

// getSessionToken needs no permission (IAM User Guide, "Permissions for GetSessionToken").
func getSessionToken() *op.Operation {
	return op.Define(op.Decl[model.GetSessionTokenInput, model.GetSessionTokenOutput]{
		Service: "sts", Name: "GetSessionToken", Access: op.Read, Open: true,
		Scope: longTermOnly[model.GetSessionTokenInput]("GetSessionToken"),
		Run:   runGetSessionToken,
	})
}

func getFederationToken(k *packer) *op.Operation {
	return op.Define(op.Decl[model.GetFederationTokenInput, model.GetFederationTokenOutput]{
		Service: "sts", Name: "GetFederationToken", Access: op.Read,
		Scope:   longTermOnly[model.GetFederationTokenInput]("GetFederationToken"),
		Targets: targetsGetFederationToken,
		Run: func(c *op.Call, in *model.GetFederationTokenInput) (*model.GetFederationTokenOutput, error) {
			return runGetFederationToken(c, in, k)
		},
	})
}

// longTermOnly refuses session credentials, before any authorization.
func longTermOnly[In any](name string) func(*op.Call, *In) (store.Scope, error) {
	return func(c *op.Call, _ *In) (store.Scope, error) {
		if c.Caller.Session != nil {
			return store.Scope{}, fault.New(fault.AccessDenied, "Cannot call %s with session credentials", name)
		}
		return store.Scope{}, nil
	}
}

// noUserSession refuses the sessions of GetSessionToken and GetFederationToken: of STS they may call GetCallerIdentity only,
// the former AssumeRole too (API_GetSessionToken, API_GetFederationToken, "Permissions").
func noUserSession[In any](name string) func(*op.Call, *In) (store.Scope, error) {
	refuse := longTermOnly[In](name)
	return func(c *op.Call, in *In) (store.Scope, error) {
		if c.Caller.Kind == op.AssumedRole {
			return store.Scope{}, nil
		}
		return refuse(c, in)
	}
}

// checkMFA refuses a call that names an MFA device. No device can be registered in Umbel, so none is the caller's.
func checkMFA(serial, code *string) error {
	switch {
	case serial == nil && code == nil:
		return nil
	case serial == nil || code == nil:
		return fault.New(fault.AccessDenied, "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	}
	return fault.New(fault.AccessDenied, "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
}

func runGetSessionToken(c *op.Call, in *model.GetSessionTokenInput) (*model.GetSessionTokenOutput, error) {
	if err := checkMFA(in.SerialNumber, in.TokenCode); err != nil {
		return nil, err
	}
	s := ownSession(c, in.DurationSeconds)
	s.Kind = iam.UserSession
	if c.Caller.Kind == op.Root {
		s.Kind = iam.RootSession
	}
	credentials, err := issue(c, s)
	if err != nil {
		return nil, err
	}
	c.Notes.Resources = append(c.Notes.Resources, ledger.Resource{Type: "AWS::IAM::AccessKey", Name: *credentials.AccessKeyId})
	return &model.GetSessionTokenOutput{Credentials: credentials}, nil
}

// ownSession begins a session of the calling user. The root user's lasts an hour at most, whatever is asked.
func ownSession(c *op.Call, asked *int32) *iam.Session {
	seconds := int32(defaultUserSession)
	if asked != nil {
		seconds = *asked
	}
	s := &iam.Session{Account: c.Caller.Account, Issued: c.Now.UTC().Truncate(time.Second)}
	if c.Caller.Kind == op.Root {
		seconds = min(seconds, maxRootSession)
	} else {
		s.UserName, s.UserID = c.Caller.Name, c.Caller.UserID
	}
	s.Expires = s.Issued.Add(time.Duration(seconds) * time.Second)
	return s
}

// federatedARN names the federated user, which is the resource of the call.
func federatedARN(c *op.Call, name string) string {
	return ident.STS(c.Caller.Account, "federated-user/"+name)
}

func targetsGetFederationToken(c *op.Call, in *model.GetFederationTokenInput) ([]op.Target, error) {
	target := op.Target{Resource: federatedARN(c, *in.Name), Keys: requestTagKeys(in.Tags)}
	targets := []op.Target{target}
	if len(in.Tags) > 0 {
		target.Action = "sts:TagSession"
		targets = append(targets, target)
	}
	return targets, nil
}

func runGetFederationToken(c *op.Call, in *model.GetFederationTokenInput, k *packer) (*model.GetFederationTokenOutput, error) {
	tags, err := sessionTags(in.Tags)
	if err != nil {
		return nil, err
	}
	policies, err := sessionPolicies(c.IAM(), in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	packed, err := k.size(policies, in.Tags)
	if err != nil {
		return nil, err
	}
	s := ownSession(c, in.DurationSeconds)
	s.Kind, s.Name, s.Tags = iam.FederatedSession, *in.Name, tags
	s.Policies, s.PolicyARNs = policies.Inline, policies.ARNs
	credentials, err := issue(c, s)
	if err != nil {
		return nil, err
	}
	arn, id := federatedARN(c, s.Name), string(s.Account)+":"+s.Name
	c.Notes.Resources = append(c.Notes.Resources,
		ledger.Resource{Type: "AWS::IAM::AccessKey", Name: *credentials.AccessKeyId},
		ledger.Resource{Type: "AWS::STS::FederatedUser", Name: id},
		ledger.Resource{Type: "AWS::STS::FederatedUser", Name: arn})
	return &model.GetFederationTokenOutput{
		Credentials: credentials, PackedPolicySize: packed,
		FederatedUser: &model.FederatedUser{Arn: &arn, FederatedUserId: &id},
	}, nil
}
