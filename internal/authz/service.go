package authz

import (
	"umbel/iampolicy"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// Service is an AWS service that acts in an account, with a role that the account made for it.
type Service struct {
	Name         string // "budgets.amazonaws.com"
	Account      ident.AccountID
	Organization ident.OrgID // that the account is in; its partition must be in the call's view
	Role         *iam.Role   // of the account
	Session      string      // name of the role session
	Source       string      // ARN of what it acts for: aws:SourceArn; "" if that is not known
}

// AsService gives a call by which a service acts with a role, if the role's trust policy lets the service assume it. Errors are
// fault.AccessDenied. The account's IAM partition must be in the call's view.
func AsService(c *op.Call, s Service) (*op.Call, error) {
	state := c.IAMOf(s.Account)
	arn := state.RoleARN(s.Role)
	k := new(iampolicy.Context)
	k.Set("aws:PrincipalIsAWSService", "true")
	k.Set("aws:PrincipalServiceName", s.Name)
	k.Set("aws:SourceAccount", string(s.Account))
	if s.Source != "" {
		k.Set("aws:SourceArn", s.Source)
	}
	ps := iampolicy.Policies{Resource: &iampolicy.Source{ID: arn, Document: s.Role.Trust}, ResourceMustAllow: true}
	if s.Organization != "" {
		o := c.OrgOf(s.Organization)
		k.Set("aws:ResourceOrgID", string(s.Organization))
		ps.ResourceControl = o.Chain(s.Account, org.ResourceControlPolicy)
	}
	d := iampolicy.Decide(&iampolicy.Request{
		Principal: iampolicy.Principal{Kind: iampolicy.ServicePrincipal, ARN: s.Name}, Action: "sts:AssumeRole", Resource: arn,
		ResourceAccount: string(s.Account), Context: k,
	}, &ps)
	if d.Outcome != iampolicy.Allowed {
		return nil, fault.New(fault.AccessDenied, "%s is not authorized to perform: sts:AssumeRole on resource: %s", s.Name, arn)
	}
	as := *c
	as.Client = op.Client{TLS: true}
	as.Caller = &op.Caller{
		Kind: op.AssumedRole, Account: s.Account, Organization: s.Organization, Name: s.Role.Name, Role: s.Role,
		ARN: ident.STS(s.Account, "assumed-role/"+s.Role.Name+"/"+s.Session), UserID: s.Role.UniqueID + ":" + s.Session,
		Session: &iam.Session{
			Account: s.Account, Kind: iam.RoleSession, RoleName: s.Role.Name, RoleID: s.Role.UniqueID, Name: s.Session, Issued: c.Now, Expires: c.Now,
		},
	}
	return &as, nil
}

// Require gives fault.AccessDenied with AWS's message unless the caller may do what the target is.
func (a *Authorizer) Require(c *op.Call, t *op.Target) error {
	d, err := a.Decide(c, t)
	if err != nil {
		return err
	}
	if d.Outcome != iampolicy.Allowed {
		return denied(c, t, d)
	}
	return nil
}
