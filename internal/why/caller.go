package why

import (
	"strings"

	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// caller puts the caller together again from the facts and the state. It adds what it takes for granted to the answer.
func (b *builder) caller(account ident.AccountID, arn ident.ARN) error {
	s := b.c.IAM()
	if _, ok := s.Account(); !ok {
		return fault.New(fault.AccountNotFound, "the account %s is not here; `umbel account list` shows those that are", account)
	}
	who := b.c.Caller
	kind, name, _ := strings.Cut(arn.Resource, "/")
	switch {
	case arn.Service == "iam" && arn.Resource == "root":
		who.Kind, who.ARN, who.UserID = op.Root, b.f.principal, string(account)
	case arn.Service == "iam" && kind == "user":
		return b.user(s)
	case arn.Service == "iam" && kind == "role":
		if _, ok := s.RoleByARN(b.f.principal); !ok {
			return fault.New(fault.NoSuchEntity, "there is no role %s", b.f.principal)
		}
		b.assume("The role is a principal only through its sessions: this is about a session named \"why\".")
		return b.role(s, name[strings.LastIndexByte(name, '/')+1:], "why")
	case arn.Service == "sts" && kind == "assumed-role" && strings.Contains(name, "/"):
		role, session, _ := strings.Cut(name, "/")
		return b.role(s, role, session)
	case arn.Service == "sts" && kind == "federated-user" && name != "":
		return b.federated(s, name)
	default:
		return bad("%q is not the ARN of a principal: want a user, a role or its session, a federated user, or the root user", b.f.principal)
	}
	if b.f.temporary {
		who.Session = b.temporary(iam.RootSession)
	}
	return nil
}

func (b *builder) user(s *iam.State) error {
	u, ok := s.UserByARN(b.f.principal)
	if !ok {
		return fault.New(fault.NoSuchEntity, "there is no user %s", b.f.principal)
	}
	who := b.c.Caller
	who.Kind, who.ARN, who.UserID, who.Name, who.User = op.User, b.f.principal, u.UniqueID, u.Name, u
	if b.f.temporary {
		who.Session = b.temporary(iam.UserSession)
	} else if !b.f.recorded {
		b.assumeAsked("The user called with a long-term access key, without MFA.", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TokenIssueTime")
	}
	return nil
}

func (b *builder) role(s *iam.State, name, session string) error {
	r, ok := s.Role(name)
	if !ok {
		return fault.New(fault.NoSuchEntity, "account %s has no role %s", b.c.Caller.Account, name)
	}
	who := b.c.Caller
	who.Kind, who.ARN, who.Name, who.Role = op.AssumedRole, ident.STS(who.Account, "assumed-role/"+r.Name+"/"+session), r.Name, r
	who.UserID = r.UniqueID + ":" + session
	who.Session = b.temporary(iam.RoleSession)
	who.Session.RoleName, who.Session.RoleID, who.Session.Name = r.Name, r.UniqueID, session
	b.limit()
	return nil
}

func (b *builder) federated(s *iam.State, name string) error {
	issuer := b.f.issuer
	if b.f.session != nil {
		issuer = b.f.session.user
	}
	u, ok := s.UserByARN(issuer)
	if !ok && issuer != ident.IAM(b.c.Caller.Account, "root") {
		return fault.New(fault.NoSuchEntity, "who made the session of the federated user %s is not known: the trail does not tell, or the user is gone", name)
	}
	who := b.c.Caller
	who.Kind, who.ARN, who.Name, who.User = op.FederatedUser, b.f.principal, name, u
	who.UserID = string(who.Account) + ":" + name
	who.Session = b.temporary(iam.FederatedSession)
	who.Session.Name = name
	b.limit()
	return nil
}

// temporary is a session with what the facts tell of it.
func (b *builder) temporary(kind iam.SessionKind) *iam.Session {
	s := &iam.Session{AccessKeyID: b.f.accessKey, Account: b.c.Caller.Account, Kind: kind, MFA: b.f.mfa, SourceIdentity: b.f.source, Issued: b.f.issued}
	if s.Issued.IsZero() {
		s.Issued = b.c.Now
	}
	if !b.f.recorded && !strings.HasSuffix(b.f.principal, "/"+DoorSession) {
		b.assumeAsked("The session was made without an MFA code.", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge")
	}
	return s
}

// limit gives the session the policies and tags it was made with: those of the question, else what the trail tells.
func (b *builder) limit() {
	s, how := b.c.Caller.Session, b.f.session
	switch {
	case len(b.f.policies) > 0:
		s.Policies = b.f.policies
	case how == nil && s.Name == DoorSession:
		s.MFA = s.MFA || !b.f.recorded
	case how == nil:
		b.assume("The session has neither session policies nor tags: the trail does not tell how it was made.")
	default:
		if how.Policy != "" {
			s.Policies = []string{how.Policy}
		}
		for _, p := range how.PolicyARNs {
			s.PolicyARNs = append(s.PolicyARNs, p.ARN)
		}
		s.Tags = map[string]string{}
		for _, t := range how.Tags {
			s.Tags[t.Key] = t.Value
		}
		if s.SourceIdentity == "" {
			s.SourceIdentity = how.SourceIdentity
		}
		if !b.f.recorded {
			s.Issued = how.at
		}
	}
	b.c.Caller.Inline = authz.SessionPolicies(s.Policies)
}
