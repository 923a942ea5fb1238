package gateway

import (
	"crypto/tls"

	"umbel/internal/audit"
	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/wire"
)

// events makes the audit events of the call, which ended with err.
func (x *exchange) events(err error) []ledger.Event {
	c := &audit.Call{
		Time: x.now, Rand: x.Rand, RequestID: x.id, Source: audit.Source(x.svc.SigningName), Service: x.svc.ID, Name: x.operation.Name, Region: x.region,
		ReadOnly: x.readOnly, Identity: x.shown, UserAgent: x.call.Client.UserAgent,
		Input: x.in, Output: x.out, Resources: x.call.Notes.Resources, Others: x.call.Notes.Others,
	}
	if x.elsewhere != nil {
		c.Source, c.Input = x.elsewhere.Source(), x.elsewhere.Shown()
	}
	if x.call.Client.IP.IsValid() {
		c.SourceIP = x.call.Client.IP.String()
	}
	if s := x.r.TLS; s != nil {
		c.TLS = &audit.TLS{Version: tlsName(s.Version), Cipher: tls.CipherSuiteName(s.CipherSuite), Host: x.r.Host}
	}
	if err != nil {
		code, _, message := wire.Describe(x.svc, x.operation, err)
		c.Failure = &audit.Failure{Code: code, Message: message, Denied: fault.Is(err, fault.AccessDenied)}
	}
	return x.Recorder.Record(c)
}

// tlsName names a version as CloudTrail does, without the space of the standard library's names.
func tlsName(version uint16) string {
	switch version {
	case tls.VersionTLS12:
		return "TLSv1.2"
	case tls.VersionTLS13:
		return "TLSv1.3"
	}
	return tls.VersionName(version)
}

// auditIdentity shows the caller as a record does. It needs the call's view.
func auditIdentity(c *op.Call) audit.Identity {
	who := c.Caller
	i := audit.Identity{
		Account: who.Account, PrincipalID: who.UserID, ARN: who.ARN, AccessKeyID: who.AccessKeyID, Name: who.Name,
		Session: auditSession(c),
	}
	switch who.Kind {
	case op.Root:
		i.Kind = audit.Root
	case op.User:
		i.Kind = audit.IAMUser
	case op.AssumedRole:
		i.Kind, i.Name = audit.AssumedRole, who.Session.Name
	case op.FederatedUser:
		i.Kind = audit.FederatedUser
	}
	return i
}

// auditSession shows the temporary credentials and who they stand for; nil for long-term keys.
func auditSession(c *op.Call) *audit.Session {
	s := c.Caller.Session
	if s == nil {
		return nil
	}
	out := &audit.Session{Created: s.Issued, MFA: s.MFA, SourceIdentity: s.SourceIdentity}
	switch {
	case c.Caller.Role != nil:
		r := c.Caller.Role
		out.Issuer = &audit.Issuer{Type: "Role", PrincipalID: r.UniqueID, ARN: c.IAM().RoleARN(r), Account: s.Account, Name: r.Name}
	case s.Kind == iam.FederatedSession && c.Caller.User != nil:
		u := c.Caller.User
		out.Issuer = &audit.Issuer{Type: "IAMUser", PrincipalID: u.UniqueID, ARN: c.IAM().UserARN(u), Account: s.Account, Name: u.Name}
	case s.Kind == iam.FederatedSession:
		out.Issuer = &audit.Issuer{Type: "Root", PrincipalID: string(s.Account), ARN: ident.IAM(s.Account, "root"), Account: s.Account}
	}
	return out
}
