package gateway

import (
	"errors"
	"strings"

	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// caller gives what the credentials alone tell of the caller, before there is a view.
func (x *exchange) caller(organization ident.OrgID) *op.Caller {
	c := &op.Caller{
		Kind: op.User, Account: x.who.account, Organization: organization, AccessKeyID: x.who.accessKeyID,
		Session: x.who.session, Inline: x.who.inline,
	}
	s := x.who.session
	switch {
	case x.who.trusted, x.who.root:
		c.Kind = op.Root
	case s == nil:
		c.ARN = x.who.arn
	case s.Kind == iam.RoleSession:
		c.Kind, c.Name = op.AssumedRole, s.RoleName
		c.ARN = ident.STS(s.Account, "assumed-role/"+s.RoleName+"/"+s.Name)
		c.UserID = s.RoleID + ":" + s.Name
	case s.Kind == iam.RootSession:
		c.Kind = op.Root
	case s.Kind == iam.FederatedSession:
		c.Kind, c.Name = op.FederatedUser, s.Name
		c.ARN = ident.STS(s.Account, "federated-user/"+s.Name)
		c.UserID = string(s.Account) + ":" + s.Name
	}
	if c.Kind == op.Root {
		c.ARN, c.UserID = ident.IAM(c.Account, "root"), string(c.Account)
	}
	return c
}

// identify fills in the caller from the call's view. Credentials whose user, role or key is gone or inactive, and those of a
// closed account, stand for nobody: AWS calls the token invalid and tells no more.
func identify(c *op.Call, who *identity) error {
	state := c.IAM()
	account, exists := state.Account()
	switch {
	case !exists:
		return authz.InvalidToken(errors.New("the account does not exist"))
	case !account.Closed.IsZero():
		return authz.InvalidToken(errors.New("the account is closed"))
	}
	if err := inOrganization(c); err != nil {
		return err
	}
	switch s := who.session; {
	case who.trusted:
		return nil
	case s == nil:
		return identifyKey(c, state, who.accessKeyID)
	case s.Kind == iam.RoleSession:
		role, ok := state.Roles.Get(strings.ToLower(s.RoleName))
		if !ok || role.UniqueID != s.RoleID {
			return authz.InvalidToken(errors.New("the role does not exist any more"))
		}
		c.Caller.Role = role
		return nil
	case s.Kind == iam.RootSession, s.Kind == iam.FederatedSession && s.UserName == "":
		return nil
	}
	return identifyUser(c, state, who.session.UserName, who.session.UserID)
}

// identifyKey finds the owner of a long-term key: a user, or the root user, who is known already.
func identifyKey(c *op.Call, state *iam.State, accessKeyID string) error {
	key, ok := state.Keys.Get(accessKeyID)
	switch {
	case !ok:
		return authz.InvalidToken(errors.New("the access key does not exist any more"))
	case !key.Active:
		return authz.InvalidToken(errors.New("the access key is inactive"))
	case key.User == "":
		return nil
	}
	return identifyUser(c, state, key.User, "")
}

// identifyUser finds the user; uniqueID, if given, tells one made again under the same name apart.
func identifyUser(c *op.Call, state *iam.State, name, uniqueID string) error {
	user, ok := state.Users.Get(strings.ToLower(name))
	if !ok || uniqueID != "" && user.UniqueID != uniqueID {
		return authz.InvalidToken(errors.New("the user does not exist any more"))
	}
	c.Caller.User = user
	if c.Caller.Kind == op.User {
		c.Caller.Name, c.Caller.UserID, c.Caller.ARN = user.Name, user.UniqueID, state.UserARN(user)
	}
	return nil
}

// inOrganization checks that the organization of the call's scope really holds the caller's account, else authz.ErrMoved,
// and that the account is not closed in it.
func inOrganization(c *op.Call) error {
	if c.Caller.Organization == "" {
		return nil
	}
	account, member := c.Org().Account(c.Caller.Account)
	if !member {
		return authz.ErrMoved
	}
	switch account.State {
	case org.StateSuspended, org.StatePendingClosure, org.StateClosed:
		return authz.InvalidToken(errors.New("the account is closed"))
	}
	return nil
}
