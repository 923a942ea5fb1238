package iampolicy

import (
	"errors"
	"fmt"
	"strings"
)

// ParsePrincipal reads who makes a request from its ARN: a user, an assumed-role or federated-user session, or the root user
// of an account. A name without colons is a service's, "*" an anonymous caller. The ARN of a SAML or OIDC provider, and the
// name of a provider that needs none (accounts.google.com, cognito-identity.amazonaws.com, graph.facebook.com, www.amazon.com),
// stand for an identity it vouches for.
//
// The role behind a session is known by name only: its path comes from the key aws:PrincipalArn, if ctx has it. A session of
// a role under /aws-service-role/, or named AWSServiceRoleFor…, is a service-linked role's.
func ParsePrincipal(s string, ctx *Context) (Principal, error) {
	switch {
	case s == "":
		return Principal{}, errors.New(`missing: an ARN, the name of a service, or "*"`)
	case s == "*":
		return Principal{Kind: Anonymous}, nil
	case !strings.Contains(s, ":"):
		if !strings.Contains(s, ".") {
			return Principal{}, fmt.Errorf("%q is neither an ARN nor the name of a service", s)
		}
		if isIdentityProvider(s) {
			return Principal{Kind: FederatedIdentity, ARN: s}, nil
		}
		return Principal{Kind: ServicePrincipal, ARN: s}, nil
	}
	parts := strings.Split(s, ":")
	if len(parts) != 6 || parts[0] != "arn" || !isDigits(parts[4]) || len(parts[4]) != 12 {
		return Principal{}, fmt.Errorf("%q is not the ARN of a principal", s)
	}
	p := Principal{Account: parts[4], ARN: s}
	kind, name, _ := strings.Cut(parts[5], "/")
	switch {
	case parts[2] == "iam" && parts[5] == "root":
		p.Kind = RootUser
	case parts[2] == "iam" && kind == "user" && name != "":
		p.Kind = User
	case parts[2] == "sts" && kind == "federated-user" && name != "":
		p.Kind = FederatedUser
	case parts[2] == "iam" && (kind == "saml-provider" || kind == "oidc-provider") && name != "":
		return Principal{Kind: FederatedIdentity, ARN: s}, nil
	case parts[2] == "sts" && kind == "assumed-role" && validSession(name):
		p.Kind = AssumedRole
		p.RoleARN = roleBehind(parts[1], parts[4], name, ctx)
		p.ServiceLinked = strings.Contains(p.RoleARN, ":role/aws-service-role/") || strings.HasPrefix(name, "AWSServiceRoleFor")
	default:
		return Principal{}, fmt.Errorf("%q cannot make a request: give a user, an assumed-role or federated-user session, or the root user", s)
	}
	return p, nil
}

func validSession(name string) bool {
	role, session, _ := strings.Cut(name, "/")
	return role != "" && session != "" && !strings.Contains(session, "/")
}

// roleBehind gives the ARN of the role of a session "ROLE/SESSION".
func roleBehind(partition, account, name string, ctx *Context) string {
	role, _, _ := strings.Cut(name, "/")
	prefix := "arn:" + partition + ":iam::" + account + ":role/"
	if known, _ := ctx.Get("aws:PrincipalArn"); len(known) == 1 && strings.HasPrefix(known[0], prefix) && strings.HasSuffix(known[0], "/"+role) {
		return known[0]
	}
	return prefix + role
}

// isIdentityProvider knows the providers of OIDC that IAM knows without an entity of their own: IAM User Guide, "AWS JSON policy
// elements: Principal", "OIDC federated principals".
func isIdentityProvider(name string) bool {
	switch name {
	case "accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com":
		return true
	}
	return false
}
