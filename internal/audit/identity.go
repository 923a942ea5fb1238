package audit

import (
	"time"

	"umbel/internal/ident"
	"umbel/internal/jsonquote"
)

// Kind is the type of a userIdentity (CloudTrail User Guide, "userIdentity element").
type Kind string

// The kinds of identity.
const (
	Root          Kind = "Root"
	IAMUser       Kind = "IAMUser"
	AssumedRole   Kind = "AssumedRole"
	FederatedUser Kind = "FederatedUser"
	AWSAccount    Kind = "AWSAccount" // how another account sees a caller
	AWSService    Kind = "AWSService"
)

// Identity is who made a call.
type Identity struct {
	Kind        Kind
	Account     ident.AccountID // empty if authentication did not find one
	PrincipalID string          // AIDA…, AROA…:session, or the account ID for the root user
	ARN         string
	AccessKeyID string
	Name        string // user name of an IAM user, session name of a role session, name of a federated user
	// InvokedBy is the service that called, for AWSService.
	InvokedBy string
	Session   *Session // nil for long-term keys
}

// Session is the sessionContext of temporary credentials.
type Session struct {
	Issuer         *Issuer // the role or user behind them; nil for GetSessionToken
	Created        time.Time
	MFA            bool
	SourceIdentity string
}

// Issuer is who the temporary credentials stand for.
type Issuer struct {
	Type        string // "Role", "IAMUser" or "Root"
	PrincipalID string
	ARN         string
	Account     ident.AccountID
	Name        string
}

// username is what LookupEvents finds an event by.
func (i *Identity) username() string {
	if i.Kind == Root {
		return "root"
	}
	return i.Name
}

// append writes the identity as the trail of the account shows it. Another account than the caller's own learns only which
// account and principal called (IAM User Guide, "Logging IAM and AWS STS API calls": cross-account AssumeRole).
func (i *Identity) append(b []byte, recipient string) []byte {
	switch {
	case i.Kind == AWSService:
		b = append(b, `{"type":"AWSService","invokedBy":`...)
		return append(jsonquote.Append(b, i.InvokedBy), '}')
	case recipient != string(i.Account):
		b = append(b, `{"type":"AWSAccount"`...)
		b = member(b, "principalId", i.PrincipalID)
		return append(member(b, "accountId", string(i.Account)), '}')
	}
	b = append(b, `{"type":"`...)
	b = append(b, i.Kind...)
	b = append(b, '"')
	b = member(b, "principalId", i.PrincipalID)
	b = member(b, "arn", i.ARN)
	b = member(b, "accountId", string(i.Account))
	b = member(b, "accessKeyId", i.AccessKeyID)
	if i.Kind == IAMUser {
		b = member(b, "userName", i.Name)
	}
	return append(i.Session.append(b), '}')
}

func (s *Session) append(b []byte) []byte {
	if s == nil {
		return b
	}
	b = append(b, `,"sessionContext":{`...)
	if is := s.Issuer; is != nil {
		b = append(b, `"sessionIssuer":{"type":`...)
		b = jsonquote.Append(b, is.Type)
		b = member(b, "principalId", is.PrincipalID)
		b = member(b, "arn", is.ARN)
		b = member(b, "accountId", string(is.Account))
		if is.Name != "" {
			b = member(b, "userName", is.Name)
		}
		b = append(b, `},`...)
	}
	b = append(b, `"attributes":{"creationDate":"`...)
	b = s.Created.UTC().AppendFormat(b, time.RFC3339)
	b = append(b, `","mfaAuthenticated":"`...)
	if s.MFA {
		b = append(b, `true"}`...)
	} else {
		b = append(b, `false"}`...)
	}
	if s.SourceIdentity != "" {
		b = member(b, "sourceIdentity", s.SourceIdentity)
	}
	return append(b, '}')
}
