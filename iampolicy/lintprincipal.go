package iampolicy

import (
	"fmt"
	"strings"
)

// principalRules are about Principal and NotPrincipal in resource-based policies.
var principalRules = []lintRule{
	{code: "ALLOW_WITH_NOT_PRINCIPAL", kind: FindingSecurityWarning, title: "allow with not principal", summary: "NotPrincipal with Allow lets in everyone else, anonymous callers too", statement: (*linter).checkAllowNotPrincipal},
	{code: "WILDCARD_PRINCIPAL_WITHOUT_CONDITION", kind: FindingSecurityWarning, summary: "an Allow to everyone that no condition limits", statement: (*linter).checkEveryone},
	{code: "UNSUPPORTED_WILDCARD_IN_PRINCIPAL", kind: FindingError, title: "unsupported wildcard in principal", summary: "a wildcard in a principal other than \"AWS\": \"*\"", statement: eachPrincipal((*linter).checkPrincipalWildcard)},
	{code: "INVALID_ROLE_REFERENCE", kind: FindingWarning, title: "invalid role reference", summary: "a role's unique ID in place of its ARN", statement: eachPrincipal((*linter).checkRoleID)},
	{code: "INVALID_USER_REFERENCE", kind: FindingWarning, title: "invalid user reference", summary: "a user's unique ID in place of its ARN", statement: eachPrincipal((*linter).checkUserID)},
	{code: "FEDERATED_PRINCIPAL_NOT_SUPPORTED", kind: FindingError, title: "federated principal not supported", summary: "an identity provider as principal, but in trust policies", statement: eachPrincipal((*linter).checkFederated)},
	{code: "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", kind: FindingError, title: "invalid federated principal syntax in role trust policy", summary: "an identity provider that is neither a domain nor an ARN", statement: eachPrincipal((*linter).checkFederatedForm)},
	{code: "MISMATCHED_ACTION_FOR_PRINCIPAL", kind: FindingError, title: "mismatched action for principal", summary: "sts:AssumeRole… for a principal that assumes roles by another action", statement: (*linter).checkTrustAction},
	{code: "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", kind: FindingError, title: "missing action for roles anywhere trust policy", summary: "IAM Roles Anywhere needs three actions", statement: (*linter).checkRolesAnywhere},
	{code: "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", kind: FindingSuggestion, title: "redundant principal in role trust policy", summary: "a session of a role that is trusted itself", statement: (*linter).checkSessionOfRole},
}

// eachPrincipal makes a check of single principals one of statements.
func eachPrincipal(check func(l *linter, kind string, p lintText)) func(*linter, *lintStatement) {
	return func(l *linter, s *lintStatement) {
		for _, g := range s.who().groups {
			for _, p := range g.items {
				check(l, g.kind, p)
			}
		}
	}
}

func (l *linter) checkAllowNotPrincipal(s *lintStatement) {
	if s.allows() && s.notPrincipal.at != nil && l.kind.resourceBased() {
		l.report("Using Allow with NotPrincipal can be overly permissive. We recommend that you use Principal instead.", s.notPrincipal.key)
	}
}

func (l *linter) checkEveryone(s *lintStatement) {
	everyone := s.principal.any
	eachPrincipal(func(_ *linter, kind string, p lintText) { everyone = everyone || kind == "AWS" && p.string == "*" })(l, s)
	if everyone && s.notPrincipal.at == nil && s.allows() && len(s.conditions) == 0 && l.kind.resourceBased() {
		l.report("Everyone is allowed, anonymous callers too, and no condition limits it. We recommend that you name principals, or add a condition such as aws:PrincipalOrgID.", s.principal.at)
	}
}

func (l *linter) checkPrincipalWildcard(kind string, p lintText) {
	if strings.ContainsAny(p.string, "*?") && (kind != "AWS" || p.string != "*") {
		l.report("Wildcards (*, ?) are not supported with the principal key "+kind+". Replace the wildcard with a valid principal value.", p.at)
	}
}

func (l *linter) checkRoleID(kind string, p lintText) {
	if kind == "AWS" && isUniqueID(p.string) && strings.HasPrefix(p.string, "AROA") {
		l.report("The Principal element includes the IAM role ID "+p.string+". We recommend that you use a role ARN instead.", p.at)
	}
}

func (l *linter) checkUserID(kind string, p lintText) {
	if kind == "AWS" && isUniqueID(p.string) && strings.HasPrefix(p.string, "AIDA") {
		l.report("The Principal element includes the IAM user ID "+p.string+". We recommend that you use a user ARN instead.", p.at)
	}
}

func (l *linter) checkFederated(kind string, p lintText) {
	if kind == "Federated" && (l.kind == KindResource || l.kind == KindDelegation) {
		l.report("The policy type does not support a federated identity provider in the principal element. Use a supported principal.", p.at)
	}
}

func isProvider(s, kind string) bool {
	parts := strings.SplitN(s, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && strings.HasPrefix(parts[5], kind+"-provider/")
}

func (l *linter) checkFederatedForm(kind string, p lintText) {
	if l.kind == KindTrust && kind == "Federated" && !isProvider(p.string, "saml") && !isProvider(p.string, "oidc") && (!strings.Contains(p.string, ".") || strings.ContainsAny(p.string, ":*?")) {
		l.report("The principal value specifies a federated principal that does not match the expected format. Update the federated principal to a domain name or a SAML metadata ARN.", p.at)
	}
}

// checkTrustAction: SAML providers are for AssumeRoleWithSAML, other identity providers for AssumeRoleWithWebIdentity, and
// all other principals for AssumeRole.
func (l *linter) checkTrustAction(s *lintStatement) {
	if l.kind != KindTrust || !s.allows() {
		return
	}
	for _, a := range s.action.items {
		var wrong []string
		eachPrincipal(func(_ *linter, kind string, p lintText) {
			want := "sts:AssumeRole"
			if kind == "Federated" && isProvider(p.string, "saml") {
				want = "sts:AssumeRoleWithSAML"
			} else if kind == "Federated" {
				want = "sts:AssumeRoleWithWebIdentity"
			}
			if assumes := contains([]string{"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"}, strings.ToLower(a.string)); assumes && !strings.EqualFold(a.string, want) {
				wrong = append(wrong, p.string)
			}
		})(l, s)
		if len(wrong) > 0 {
			l.report(fmt.Sprintf("The %s action is invalid with the following principal(s): %s. Use a SAML provider principal with the sts:AssumeRoleWithSAML action or use an OIDC provider principal with the sts:AssumeRoleWithWebIdentity action. "+
				"Ensure the provider is Federated if you use either of the two options.", a.string, strings.Join(wrong, ", ")), a.at)
		}
	}
}

func (l *linter) checkRolesAnywhere(s *lintStatement) {
	named := false
	eachPrincipal(func(_ *linter, kind string, p lintText) {
		named = named || kind == "Service" && p.string == "rolesanywhere.amazonaws.com"
	})(l, s)
	if !named || l.kind != KindTrust || !s.allows() || !s.action.present() {
		return
	}
	for _, want := range []string{"AssumeRole", "SetSourceIdentity", "TagSession"} {
		given := false
		for _, a := range s.action.items {
			p := compileAction(a.string)
			requested := splitAction("sts:" + want)
			given = given || p.matches(&requested)
		}
		if !given {
			l.report("The rolesanywhere.amazonaws.com service principal requires the sts:AssumeRole, sts:SetSourceIdentity, and sts:TagSession permissions to assume a role. Add the missing permissions to the policy.", s.action.at)
			return
		}
	}
}

func (l *linter) checkSessionOfRole(s *lintStatement) {
	if l.kind != KindTrust {
		return
	}
	for _, g := range s.who().groups {
		roles := map[string]lintText{} // by account and name
		for _, p := range g.items {
			if account, path, ok := accountAnd(p.string, "role/"); ok {
				roles[account+path[strings.LastIndexByte(path, '/'):]] = p
			}
		}
		for _, p := range g.items {
			account, path, ok := accountAnd(p.string, "assumed-role/")
			role, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
			if parent, trusted := roles[account+"/"+role]; ok && trusted {
				l.report("The assumed-role principal "+p.string+" is redundant with its parent role "+parent.string+". Remove the assumed-role principal.", p.at, parent.at)
			}
		}
	}
}

// accountAnd takes an ARN apart whose last part begins with a kind: "role/". The path begins with a slash.
func accountAnd(arn, kind string) (account, path string, ok bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 {
		return "", "", false
	}
	rest, ok := strings.CutPrefix(parts[5], kind)
	return parts[4], "/" + rest, ok
}
