package iampolicy

import (
	"fmt"
	"strings"
)

const legacyParsing = "The policy failed legacy parsing"

func (t *syntaxTree) validateIdentity() *invalid {
	return firstOf(
		func() *invalid {
			if len(t.statements) == 0 {
				return refuse("Syntax errors in policy.", t.offset, "Statement is empty")
			}
			return t.eachStatement(noPrincipals("Policy document should not specify a principal."))
		},
		func() *invalid {
			if t.version.text != version2012 {
				return refuse("Policy document must be version 2012-10-17 or greater.", max(t.version.offset, t.offset), "Version is not "+version2012)
			}
			return t.eachStatement(effectCase(legacyParsing), legacyDates, eachResource(legacyResource))
		},
		func() *invalid { return t.eachStatement(sidCharacters) },
		func() *invalid { return t.duplicateSid("Statement IDs (SID) in a single policy must be unique.") },
		func() *invalid {
			return t.eachStatement(hasActions("Policy statement must contain actions."), eachResource(resourceForm), actionForms,
				hasResources("Policy statement must contain resources."))
		},
	)
}

func noPrincipals(aws string) func(*statementNode) *invalid {
	return func(s *statementNode) *invalid {
		if at := max(s.principal.offset, s.notPrincipal.offset); at > 0 {
			return refuse(aws, at, "this kind of policy has no principals")
		}
		return nil
	}
}

// legacyDates checks the values of date operators, the only ones IAM looks into when a policy is saved.
func legacyDates(s *statementNode) *invalid {
	for i := range s.conditions {
		c := &s.conditions[i]
		if op, _ := parseOperator(c.operator.text); op.compare != compareDate {
			continue
		}
		for _, v := range c.values {
			if _, ok := parseDate(v.text); !ok {
				return refuse(legacyParsing, v.offset, fmt.Sprintf("%q is no date", v.text))
			}
		}
	}
	return nil
}

func eachResource(check func(located) *invalid) func(*statementNode) *invalid {
	return func(s *statementNode) *invalid {
		for _, list := range [][]located{s.resource.values, s.notResource.values} {
			for _, r := range list {
				if bad := check(r); bad != nil {
					return bad
				}
			}
		}
		return nil
	}
}

// legacyResource finds an ARN that IAM's older parser does not take: without a service, or with an empty part but fewer than
// six. One that has another fault is left to the later checks.
func legacyResource(r located) *invalid {
	parts := strings.Split(r.text, ":")
	if resourceForm(r) == nil && (len(parts) > 2 && parts[2] == "" || len(parts) < 6 && strings.Contains(r.text, "::")) {
		return refuse(legacyParsing, r.offset, "the ARN has too few parts, or no service")
	}
	return nil
}

// resourceForm checks the form of one resource.
func resourceForm(r located) *invalid {
	if r.text == "*" {
		return nil
	}
	parts := strings.SplitN(r.text, ":", 6)
	switch {
	case len(parts) == 1:
		return refuse(`Resource `+r.text+` must be in ARN format or "*".`, r.offset, "neither an ARN nor *")
	case !isPartition(parts[1]):
		for len(parts) < 6 {
			parts = append(parts, "*")
		}
		return refuse(fmt.Sprintf(`Partition "%s" is not valid for resource "arn:%s".`, parts[1], strings.Join(parts[1:], ":")), r.offset,
			fmt.Sprintf("%q is no partition", parts[1]))
	case len(parts) == 2:
		return refuse("Resource vendor must be fully qualified and cannot contain regexes.", r.offset, "the ARN has no service")
	case len(parts) > 3 && parts[2] == "iam" && parts[3] != "":
		return refuse("IAM resource "+r.text+" cannot contain region information.", r.offset, "IAM is global")
	case len(parts) > 4 && parts[2] == "s3" && parts[3] != "" && parts[4] == "":
		return refuse("Resource "+r.text+" can not contain region information.", r.offset, "a bucket's ARN has no region")
	}
	return pathForm(r)
}

func isPartition(s string) bool {
	return s == "aws" || strings.HasPrefix(s, "aws-") || strings.Contains(s, "*")
}

const iamPaths = "user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, " +
	"saml-provider/, oidc-provider/, report/, access-report/"

// pathForm checks the last part of an IAM resource's ARN.
func pathForm(r located) *invalid {
	parts := strings.SplitN(r.text, ":", 6)
	if len(parts) < 6 || parts[2] != "iam" || parts[5] == "*" {
		return nil
	}
	for _, path := range strings.Split(iamPaths, ", ") {
		if strings.HasPrefix(parts[5], path) {
			return nil
		}
	}
	return refuse(`IAM resource path must either be "*" or start with `+iamPaths+".", r.offset, fmt.Sprintf("%q is no kind of IAM resource", parts[5]))
}
