package iampolicy

import (
	"fmt"
	"strings"
	"unicode"
)

// ValidationError tells why a document is not fit for its kind. Message is AWS's own text for it; Detail says in plain words
// what stands at the line and column, both counted from 1.
type ValidationError struct {
	Kind         Kind
	Message      string
	Detail       string
	Line, Column int
}

func (e *ValidationError) Error() string {
	return fmt.Sprintf("%s (line %d, column %d: %s)", e.Message, e.Line, e.Column, e.Detail)
}

// PolicyTypeMessage is what Organizations answers for any fault in a policy of its own (MalformedPolicyDocumentException).
const PolicyTypeMessage = "The provided policy document does not meet the requirements of the specified policy type."

// Validate checks a document against the grammar of its kind. The error is a *ValidationError. Sizes are not checked: see Size.
//
// Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; Organizations User Guide, "SCP syntax" and "RCP
// syntax"; IAM's texts as its answers show them, in the order in which IAM looks for faults.
func Validate(kind Kind, text string) error {
	bad := validate(kind, text)
	if bad == nil {
		return nil
	}
	line, column := position(text, bad.offset)
	return &ValidationError{Kind: kind, Message: bad.aws, Detail: bad.message, Line: line, Column: column}
}

func validate(kind Kind, text string) *invalid {
	tree, f := parseTree(text)
	if f != nil {
		return &invalid{kind.parseMessage(f), f}
	}
	switch kind {
	case KindTrust:
		return tree.validateTrust()
	case KindResource:
		return tree.validateResourceBased()
	case KindServiceControl:
		return tree.validateServiceControl()
	case KindResourceControl:
		return tree.validateResourceControl()
	case KindDelegation:
		return tree.validateDelegation()
	}
	return tree.validateIdentity()
}

// invalid is a failure with AWS's text for it.
type invalid struct {
	aws string
	*failure
}

func refuse(aws string, offset int, detail string) *invalid {
	return &invalid{aws, fail(offset, detail)}
}

// firstOf gives the first fault that one of the checks, in order, finds.
func firstOf(checks ...func() *invalid) *invalid {
	for _, check := range checks {
		if bad := check(); bad != nil {
			return bad
		}
	}
	return nil
}

// eachStatement gives the first fault that the checks find; the first check goes over all statements before the second.
func (t *syntaxTree) eachStatement(checks ...func(*statementNode) *invalid) *invalid {
	for _, check := range checks {
		for i := range t.statements {
			if bad := check(&t.statements[i]); bad != nil {
				return bad
			}
		}
	}
	return nil
}

// parseMessage gives AWS's text for a document that is no policy at all. IAM has two parsers: one for identity policies,
// another for policies with principals.
func (k Kind) parseMessage(f *failure) string {
	switch k {
	case KindServiceControl, KindResourceControl, KindDelegation:
		return PolicyTypeMessage
	case KindIdentity, KindBoundary, KindSession:
		return "Syntax errors in policy."
	}
	switch f.reason {
	case reasonJSON:
		return "This policy contains invalid Json"
	case reasonVersion:
		return "The policy must contain a valid version string"
	case reasonEmpty:
		return "Could not parse the policy: Statement is empty!"
	case reasonEffect:
		return "Missing required field Effect"
	case reasonPrincipal:
		return "Missing required field Principal cannot be empty!"
	}
	return "Syntax error in policy."
}

// duplicateSid finds a Sid that stands twice.
func (t *syntaxTree) duplicateSid(aws string) *invalid {
	seen := map[string]bool{}
	for i := range t.statements {
		sid := t.statements[i].sid
		if sid.text != "" && seen[sid.text] {
			return refuse(aws, sid.offset, fmt.Sprintf("a second statement has the Sid %q", sid.text))
		}
		seen[sid.text] = true
	}
	return nil
}

// effectCase finds an Effect in the wrong case: "Allow" and "Deny" are case-sensitive.
func effectCase(aws string) func(*statementNode) *invalid {
	return func(s *statementNode) *invalid {
		if s.effect.text != "Allow" && s.effect.text != "Deny" {
			return refuse(aws, s.effect.offset, `Effect is "Allow" or "Deny", in this case`)
		}
		return nil
	}
}

// hasActions finds a statement without Action and NotAction, or with an empty one.
func hasActions(aws string) func(*statementNode) *invalid {
	return func(s *statementNode) *invalid {
		if len(s.action.values)+len(s.notAction.values) == 0 {
			return refuse(aws, s.offset, "the statement names no action")
		}
		return nil
	}
}

func hasResources(aws string) func(*statementNode) *invalid {
	return func(s *statementNode) *invalid {
		if len(s.resource.values)+len(s.notResource.values) == 0 {
			return refuse(aws, s.offset, "the statement names no resource")
		}
		return nil
	}
}

// sidCharacters are those of IAM User Guide, "IAM JSON policy elements: Sid".
func sidCharacters(s *statementNode) *invalid {
	for _, c := range s.sid.text {
		if c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return refuse("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
				s.sid.offset, "a Sid holds letters and digits only")
		}
	}
	return nil
}

// actionForms checks every action to be "*" or "service:name".
func actionForms(s *statementNode) *invalid {
	for _, list := range [][]located{s.action.values, s.notAction.values} {
		for _, a := range list {
			if bad := actionForm(a); bad != nil {
				return bad
			}
		}
	}
	return nil
}

func actionForm(a located) *invalid {
	service, _, found := strings.Cut(a.text, ":")
	switch {
	case a.text == "*":
		return nil
	case !found:
		return refuse("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.", a.offset,
			fmt.Sprintf("the action %q has no service prefix", a.text))
	case strings.Count(a.text, ":") > 1:
		return refuse("Actions/Condition can contain only one colon.", a.offset, fmt.Sprintf("the action %q has several colons", a.text))
	case service == "*": // "*:*" is every action, too
		return nil
	}
	for _, c := range service {
		if c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '-' && c != '.' {
			return refuse("Vendor "+service+" is not valid", a.offset, fmt.Sprintf("the service prefix %q holds other characters than letters, digits, '-' and '.'", service))
		}
	}
	return nil
}
