package iampolicy

import (
	"fmt"
	"strings"
)

func (t *syntaxTree) validateTrust() *invalid {
	return firstOf(t.withPrincipals, func() *invalid {
		return t.eachStatement(
			func(s *statementNode) *invalid {
				if at := s.notPrincipal.offset; at > 0 {
					return refuse("AssumeRole policy must not contain NotPrincipal field.", at, "a trust policy names who is trusted")
				}
				if s.principal.any {
					return refuse(`AssumeRolepolicy contained an invalid principal: "STAR":"*".`, s.principal.offset, `write {"AWS": "*"}`)
				}
				return nil
			},
			knownPrincipals,
			hasActions("Missing required field Action"),
			assumeRoleActions,
			func(s *statementNode) *invalid {
				if at := s.resource.offset; at > 0 {
					return refuse("Has prohibited field Resource", at, "a trust policy is about its own role")
				}
				if at := s.notResource.offset; at > 0 {
					return refuse("Has prohibited field NotResource", at, "a trust policy is about its own role")
				}
				return nil
			})
	})
}

func (t *syntaxTree) validateResourceBased() *invalid {
	return firstOf(t.withPrincipals, func() *invalid {
		return t.eachStatement(
			knownPrincipals,
			hasActions("Missing required field Action"),
			actionForms,
			hasResources("Missing required field Resource"),
			eachResource(func(r located) *invalid {
				if r.text != "*" && !strings.Contains(r.text, ":") {
					return refuse("Policy has invalid resource", r.offset, fmt.Sprintf("%q is neither an ARN nor *", r.text))
				}
				return nil
			}))
	})
}

// withPrincipals checks what all policies that name principals have in common.
func (t *syntaxTree) withPrincipals() *invalid {
	if len(t.statements) == 0 {
		return refuse("Could not parse the policy: Statement is empty!", t.offset, "Statement is empty")
	}
	if bad := t.duplicateSid("The Statement Ids in the policy are not unique"); bad != nil {
		return bad
	}
	return t.eachStatement(
		func(s *statementNode) *invalid {
			if s.effect.text != "Allow" && s.effect.text != "Deny" {
				return refuse("Invalid effect: "+s.effect.text, s.effect.offset, `Effect is "Allow" or "Deny", in this case`)
			}
			return nil
		},
		func(s *statementNode) *invalid {
			switch {
			case !s.principal.present() && !s.notPrincipal.present():
				return refuse("Missing required field Principal", s.offset, "the statement names no principal")
			case s.notPrincipal.present() && s.effect.text == "Allow":
				return refuse("Allow with NotPrincipal is not allowed.", s.notPrincipal.offset, "it would allow everyone else")
			}
			return nil
		})
}

// knownPrincipals checks the form of each principal. Whether it exists is for the caller, whose answer has the same text.
func knownPrincipals(s *statementNode) *invalid {
	for _, p := range []*principalNode{&s.principal, &s.notPrincipal} {
		for i := range p.groups {
			g := &p.groups[i]
			if len(g.values) == 0 {
				return refuse("Missing required field Principal cannot be empty!", g.kind.offset, "the list of principals is empty")
			}
			for _, v := range g.values {
				if !principalForm(g.kind.text, v.text) {
					return refuse(InvalidPrincipalMessage(g.kind.text, v.text), v.offset, "a principal cannot be written so")
				}
			}
		}
	}
	return nil
}

// InvalidPrincipalMessage is IAM's text for a principal of a trust policy that does not exist or is badly written; kind is
// "AWS", "Service", "Federated" or "CanonicalUser".
func InvalidPrincipalMessage(kind, value string) string {
	return `Invalid principal in policy: "` + strings.ToUpper(kind) + `":"` + value + `"`
}

func principalForm(kind, value string) bool {
	if kind != "AWS" {
		return value != "" && (kind != "Service" || strings.Contains(value, "."))
	}
	if _, account := accountPrincipal(value); account || value == "*" || isUniqueID(value) {
		return true
	}
	parts := strings.Split(value, ":")
	if len(parts) != 6 || parts[0] != "arn" || strings.ContainsAny(value, "*?") || len(parts[4]) != 12 || !isDigits(parts[4]) {
		return false
	}
	kind, name, _ := strings.Cut(parts[5], "/")
	switch parts[2] + ":" + kind {
	case "iam:user", "iam:role", "sts:federated-user":
		return name != ""
	case "sts:assumed-role":
		role, session, _ := strings.Cut(name, "/")
		return role != "" && session != ""
	}
	return false
}

// isUniqueID tells whether s has the form of a user's or role's unique ID.
func isUniqueID(s string) bool {
	return len(s) >= 16 && (strings.HasPrefix(s, "AIDA") || strings.HasPrefix(s, "AROA"))
}

func assumeRoleActions(s *statementNode) *invalid {
	for _, list := range [][]located{s.action.values, s.notAction.values} {
		for _, a := range list {
			if len(a.text) < 4 || !strings.EqualFold(a.text[:4], "sts:") {
				return refuse("AssumeRole policy may only specify STS AssumeRole actions.", a.offset, fmt.Sprintf("%q is no action of sts", a.text))
			}
		}
	}
	return nil
}
