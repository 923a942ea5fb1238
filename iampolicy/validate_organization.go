package iampolicy

import (
	"fmt"
	"strings"
)

// validateServiceControl: the full policy language but for Principal and NotPrincipal, since 2025-09-19 in allow statements
// too (Organizations User Guide, "SCP syntax"; AWS Security Blog, "Unlock new possibilities: AWS Organizations service
// control policy now supports full IAM language").
func (t *syntaxTree) validateServiceControl() *invalid {
	return firstOf(t.organizationPolicy, func() *invalid {
		return t.eachStatement(noPrincipals(PolicyTypeMessage), allActions)
	})
}

// validateResourceControl: what customers write can only deny, to everyone, actions of named services (Organizations User
// Guide, "RCP syntax").
func (t *syntaxTree) validateResourceControl() *invalid {
	return firstOf(t.organizationPolicy, func() *invalid { return t.eachStatement(resourceControlStatement) })
}

func resourceControlStatement(s *statementNode) *invalid {
	refuse := func(offset int, detail string) *invalid { return refuse(PolicyTypeMessage, offset, detail) }
	switch {
	case s.effect.text != "Deny":
		return refuse(s.effect.offset, "a resource control policy can only deny")
	case s.notPrincipal.present():
		return refuse(s.notPrincipal.offset, "a resource control policy has no NotPrincipal")
	case !s.principal.any:
		return refuse(max(s.principal.offset, s.offset), `the Principal of a resource control policy is "*"`)
	case s.notAction.present():
		return refuse(s.notAction.offset, "a resource control policy has no NotAction")
	}
	for _, a := range s.action.values {
		bad := actionForm(a)
		switch {
		case a.text == "*" || a.text == "*:*":
			return refuse(a.offset, "an action of a resource control policy names its service")
		case bad != nil:
			return refuse(bad.offset, bad.message)
		}
	}
	return nil
}

// organizationPolicy checks what SCPs and RCPs have in common.
func (t *syntaxTree) organizationPolicy() *invalid {
	switch {
	case len(t.statements) == 0:
		return refuse(PolicyTypeMessage, t.offset, "Statement is empty")
	case t.version.text != version2012:
		return refuse(PolicyTypeMessage, max(t.version.offset, t.offset), "Version is not "+version2012)
	}
	if bad := t.duplicateSid(PolicyTypeMessage); bad != nil {
		return bad
	}
	return t.eachStatement(effectCase(PolicyTypeMessage), hasActions(PolicyTypeMessage), hasResources(PolicyTypeMessage),
		eachResource(anyARN),
		func(s *statementNode) *invalid { return inPolicyType(legacyDates(s)) },
		func(s *statementNode) *invalid { return inPolicyType(sidCharacters(s)) })
}

// anyARN checks a resource loosely: Organizations does not know the services' own rules.
func anyARN(r located) *invalid {
	parts := strings.Split(r.text, ":")
	if r.text != "*" && (len(parts) < 3 || parts[0] != "arn" || !isPartition(parts[1]) || parts[2] == "") {
		return refuse(PolicyTypeMessage, r.offset, fmt.Sprintf("%q is neither an ARN nor *", r.text))
	}
	return nil
}

// inPolicyType gives a fault the text of Organizations.
func inPolicyType(bad *invalid) *invalid {
	if bad != nil {
		bad.aws = PolicyTypeMessage
	}
	return bad
}

func allActions(s *statementNode) *invalid { return inPolicyType(actionForms(s)) }

// validateDelegation: like other resource-based policies, but about actions of Organizations only, and since 2026-06-30
// without NotAction and NotResource (Organizations User Guide, "Update a resource-based delegation policy").
func (t *syntaxTree) validateDelegation() *invalid {
	return inPolicyType(firstOf(t.validateResourceBased, func() *invalid { return t.eachStatement(delegationStatement) }))
}

func delegationStatement(s *statementNode) *invalid {
	if at := max(s.notAction.offset, s.notResource.offset); at > 0 {
		return refuse(PolicyTypeMessage, at, "a delegation policy has neither NotAction nor NotResource")
	}
	for _, a := range s.action.values {
		if service, _, _ := strings.Cut(a.text, ":"); !strings.EqualFold(service, "organizations") {
			return refuse(PolicyTypeMessage, a.offset, fmt.Sprintf("%q is no action of organizations", a.text))
		}
	}
	return nil
}
