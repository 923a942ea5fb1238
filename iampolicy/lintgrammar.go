package iampolicy

import (
	"fmt"
	"strings"
	"unicode"
)

// grammarRules are found while the document is read.
var grammarRules = []lintRule{
	{code: "JSON_SYNTAX_ERROR", kind: FindingError, title: "json syntax error", summary: "the document is no JSON, or a key stands twice in one object"},
	{code: "DATA_TYPE_MISMATCH", kind: FindingError, title: "data type mismatch", summary: "an element holds another JSON type than it must"},
	{code: "INVALID_POLICY_ELEMENT", kind: FindingError, title: "invalid policy element", summary: "an element that the policy language does not have; case counts"},
	{code: "MISSING_STATEMENT", kind: FindingError, title: "missing statement", summary: "the policy has no statement"},
	{code: "INVALID_PRINCIPAL_FORMAT", kind: FindingError, title: "invalid principal format", summary: "Principal is neither \"*\" nor an object"},
	{code: "INVALID_PRINCIPAL_KEY", kind: FindingError, title: "invalid principal key", summary: "a type of principal other than AWS, Service, Federated and CanonicalUser"},
	{code: "INVALID_CONDITION_OPERATOR", kind: FindingError, title: "invalid condition operator", summary: "a condition operator that does not exist; case counts"},
	{code: "NULL_WITH_IF_EXISTS", kind: FindingError, title: "null with if exists", summary: "Null has no variant IfExists"},
	{code: "EMPTY_OBJECT_PRINCIPAL", kind: FindingSuggestion, title: "empty object principal", summary: "Principal is an empty object"},
	{code: "EMPTY_OBJECT_CONDITION", kind: FindingSuggestion, title: "empty object condition", summary: "Condition, or an operator in it, is an empty object"},
	{code: "POLICY_NOT_ACCEPTED", kind: FindingError, summary: "AWS refuses the policy for a reason that no other finding names; the message is the service's own"},
}

// elementRules are about the elements of the document and of each statement.
var elementRules = []lintRule{
	{code: "INVALID_VERSION", kind: FindingError, title: "invalid version", summary: "Version is neither 2012-10-17 nor 2008-10-17", document: (*linter).checkVersion},
	{code: "MISSING_VERSION", kind: FindingWarning, title: "missing version", summary: "without Version the policy is one of 2008-10-17, without policy variables", document: (*linter).checkMissingVersion},
	{code: "MISSING_EFFECT", kind: FindingError, title: "missing effect", summary: "a statement without Effect", statement: (*linter).checkMissingEffect},
	{code: "INVALID_EFFECT", kind: FindingError, title: "invalid effect", summary: "Effect is neither Allow nor Deny; case counts", statement: (*linter).checkEffect},
	{code: "MISSING_ACTION", kind: FindingError, title: "missing action", summary: "a statement without Action and NotAction", statement: (*linter).checkMissingAction},
	{code: "MISSING_RESOURCE", kind: FindingError, title: "missing resource", summary: "a statement without Resource and NotResource, but in trust policies", statement: (*linter).checkMissingResource},
	{code: "MISSING_PRINCIPAL", kind: FindingError, title: "missing principal", summary: "a statement of a resource-based policy without Principal", statement: (*linter).checkMissingPrincipal},
	{code: "UNSUPPORTED_ELEMENT_COMBINATION", kind: FindingError, title: "unsupported element combination", summary: "an element and its Not… in one statement", statement: (*linter).checkCombinations},
	{code: "EMPTY_ARRAY_ACTION", kind: FindingSuggestion, title: "empty array action", summary: "Action or NotAction is an empty list", statement: (*linter).checkEmptyAction},
	{code: "EMPTY_ARRAY_RESOURCE", kind: FindingSuggestion, title: "empty array resource", summary: "Resource or NotResource is an empty list", statement: (*linter).checkEmptyResource},
	{code: "EMPTY_ARRAY_PRINCIPAL", kind: FindingSuggestion, title: "empty array principal", summary: "a list of principals is empty", statement: (*linter).checkEmptyPrincipal},
	{code: "UNIQUE_SIDS_REQUIRED", kind: FindingError, title: "unique sids required", summary: "two statements with one Sid, where they must differ", document: (*linter).checkUniqueSids},
	{code: "UNSUPPORTED_SID", kind: FindingError, title: "unsupported sid", summary: "a Sid with other characters than letters and digits, where only those are allowed", statement: (*linter).checkSid},
	{code: "EMPTY_SID_VALUE", kind: FindingSuggestion, title: "empty sid value", summary: "a Sid that is an empty string", statement: (*linter).checkEmptySid},
	{code: "UNSUPPORTED_PRINCIPAL", kind: FindingError, title: "unsupported principal", summary: "Principal or NotPrincipal in a policy of an identity", statement: (*linter).checkUnsupportedPrincipal},
	{code: "SCP_SYNTAX_ERROR_PRINCIPAL", kind: FindingError, title: "scp syntax error principal", summary: "Principal or NotPrincipal in an SCP", statement: (*linter).checkSCPPrincipal},
	{code: "RCP_SYNTAX_ERROR_PRINCIPAL", kind: FindingError, title: "rcp syntax error principal", summary: "the Principal of an RCP is not \"*\"", statement: (*linter).checkRCPPrincipal},
	{code: "RCP_SYNTAX_ERROR_ALLOW", kind: FindingError, title: "rcp syntax error allow", summary: "an RCP of one's own can only deny", statement: (*linter).checkRCPAllow},
	{code: "RCP_SYNTAX_ERROR_NOTACTION", kind: FindingError, title: "rcp syntax error notaction", summary: "NotAction in an RCP", statement: (*linter).checkRCPNotAction},
	{code: "RCP_SYNTAX_ERROR_ACTION", kind: FindingError, title: "rcp syntax error action", summary: "an action of an RCP names no service, or one that RCPs do not bind", statement: (*linter).checkRCPAction},
	{code: "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", kind: FindingError, title: "role trust policy syntax error notprincipal", summary: "NotPrincipal in a trust policy", statement: (*linter).checkTrustNotPrincipal},
	{code: "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", kind: FindingError, title: "role trust policy unsupported wildcard in principal", summary: "\"Principal\": \"*\" in a trust policy", statement: (*linter).checkTrustWildcard},
	{code: "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", kind: FindingError, title: "role trust policy syntax error resource", summary: "Resource or NotResource in a trust policy", statement: (*linter).checkTrustResource},
	{code: "DELEGATION_POLICY_SYNTAX_ERROR", kind: FindingError, summary: "NotAction, NotResource, or an action of another service in a delegation policy", statement: (*linter).checkDelegation},
}

func (l *linter) checkVersion() {
	if v := l.doc.version; v.present() && v.string != version2012 && v.string != version2008 {
		l.report("The version "+v.string+" is not valid. Use one of the following versions: "+version2012+", "+version2008, v.at)
	}
}

func (l *linter) checkMissingVersion() {
	if !l.doc.version.present() && l.doc.statement != nil {
		l.report("We recommend that you specify the Version element to help you with debugging permission issues.", l.doc.at)
	}
}

func (l *linter) checkMissingEffect(s *lintStatement) {
	if !s.effect.present() {
		l.report("Add an Effect element to the policy statement with a value of Allow or Deny.", s.at)
	}
}

func (l *linter) checkEffect(s *lintStatement) {
	if s.effect.present() && !s.allows() && !s.denies() {
		l.report("The effect "+s.effect.string+" is not valid. Use Allow or Deny.", s.effect.at)
	}
}

func (l *linter) checkMissingAction(s *lintStatement) {
	if !s.actions().present() {
		l.report("Add an Action or NotAction element to the policy statement.", s.at)
	}
}

func (l *linter) checkMissingResource(s *lintStatement) {
	if !s.resources().present() && l.kind != KindTrust {
		l.report("Add a Resource or NotResource element to the policy statement.", s.at)
	}
}

func (l *linter) checkMissingPrincipal(s *lintStatement) {
	if s.who().at == nil && l.kind.resourceBased() {
		l.report("Add a Principal element to the policy statement.", s.at)
	}
}

func (l *linter) checkCombinations(s *lintStatement) {
	for _, pair := range []struct {
		name    string
		one, no *place
	}{{"Action", s.action.key, s.notAction.key}, {"Resource", s.resource.key, s.notResource.key}, {"Principal", s.principal.key, s.notPrincipal.key}} {
		if pair.one != nil && pair.no != nil {
			l.report(fmt.Sprintf("The policy elements %s and Not%s can not be used in the same statement. Remove one of these elements.", pair.name, pair.name), pair.no, pair.one)
		}
	}
}

func (l *linter) checkEmptyAction(s *lintStatement) {
	if s.actions().empty() {
		l.report("This statement includes no actions and does not affect the policy. Specify actions.", s.actions().at)
	}
}

func (l *linter) checkEmptyResource(s *lintStatement) {
	if s.resources().empty() {
		l.report("This statement includes no resources and does not affect the policy. Specify resources.", s.resources().at)
	}
}

func (l *linter) checkEmptyPrincipal(s *lintStatement) {
	for _, g := range s.who().groups {
		if g.empty() {
			l.report("This statement includes no principals and does not affect the policy. Specify principals.", g.at)
		}
	}
}

func (l *linter) checkUniqueSids() {
	first := map[string]*place{}
	for _, s := range l.doc.statements {
		if before, known := first[s.sid.string]; known && s.sid.string != "" {
			l.report("Duplicate statement IDs are not supported for this policy type. Update the Sid value.", s.sid.at, before)
		} else {
			first[s.sid.string] = s.sid.at
		}
	}
}

// checkSid: resource-based policies leave the Sid to their service.
func (l *linter) checkSid(s *lintStatement) {
	odd := func(c rune) bool { return c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) }
	if !l.kind.resourceBased() && strings.ContainsFunc(s.sid.string, odd) {
		l.report("Update the characters in the Sid element to use one of the following character types: [a-z, A-Z, 0-9]", s.sid.at)
	}
}

func (l *linter) checkEmptySid(s *lintStatement) {
	if s.sid.present() && s.sid.string == "" {
		l.report("Add a value to the empty string in the Sid element.", s.sid.at)
	}
}

func (l *linter) checkUnsupportedPrincipal(s *lintStatement) {
	if p := s.who(); p.at != nil && l.kind.identity() {
		name := map[Kind]string{KindIdentity: "identity policy", KindBoundary: "permissions boundary", KindSession: "session policy"}[l.kind]
		l.report("The policy type "+name+" does not support the Principal element. Remove the Principal element.", p.key)
	}
}

func (l *linter) checkSCPPrincipal(s *lintStatement) {
	if p := s.who(); p.at != nil && l.kind == KindServiceControl {
		l.report("SCPs do not support specifying principals. Remove the Principal or NotPrincipal element.", p.key)
	}
}

func (l *linter) checkRCPPrincipal(s *lintStatement) {
	at := s.at
	if p := s.who(); p.at != nil {
		at = p.at
	}
	if l.kind == KindResourceControl && !s.principal.any {
		l.report(`The Principal element contents are not valid. RCPs only support specifying all principals ("*") in the Principal element. The NotPrincipal element is not supported for RCPs.`, at)
	}
}

func (l *linter) checkRCPAllow(s *lintStatement) {
	if l.kind == KindResourceControl && s.allows() {
		l.report(`RCPs only support specifying all principals ("*") in the Principal element, all resources ("*") in the Resource element, and no Condition element with an effect of Allow.`+
			" A policy that you write yourself can only deny: RCPFullAWSAccess allows.", s.effect.at)
	}
}

func (l *linter) checkRCPNotAction(s *lintStatement) {
	if l.kind == KindResourceControl && s.notAction.present() {
		l.report("RCPs do not support the NotAction element. Update to use the Action element.", s.notAction.key)
	}
}

func (l *linter) checkRCPAction(s *lintStatement) {
	if l.kind != KindResourceControl {
		return
	}
	for _, a := range s.action.items {
		service, _, found := strings.Cut(strings.ToLower(a.string), ":")
		switch {
		case !found || service == "*":
			l.report("RCPs only support specifying select service prefixes in the Action element.", a.at)
		case !strings.ContainsAny(service, "*?") && !SupportsResourceControl(service):
			l.report("RCPs only support specifying select service prefixes in the Action element. They do not bind "+service+".", a.at)
		}
	}
}

func (l *linter) checkTrustNotPrincipal(s *lintStatement) {
	if l.kind == KindTrust && s.notPrincipal.at != nil {
		l.report("Role trust policies do not support NotPrincipal. Update the policy to use a Principal element instead.", s.notPrincipal.key)
	}
}

func (l *linter) checkTrustWildcard(s *lintStatement) {
	if l.kind == KindTrust && s.principal.any {
		l.report(`"Principal:" "*" is not supported in the principal element of a role trust policy. Replace the wildcard with a valid principal value.`, s.principal.at)
	}
}

func (l *linter) checkTrustResource(s *lintStatement) {
	if r := s.resources(); l.kind == KindTrust && r.present() {
		l.report("Role trust policies apply to the role that they are attached to. You cannot specify a resource. Remove the Resource or NotResource element.", r.key)
	}
}

// checkDelegation: Organizations User Guide, "Update a resource-based delegation policy".
func (l *linter) checkDelegation(s *lintStatement) {
	if l.kind != KindDelegation {
		return
	}
	for _, e := range []lintList{s.notAction, s.notResource} {
		if e.present() {
			l.report("Delegation policies support neither NotAction nor NotResource. List the actions and resources that you delegate.", e.key)
		}
	}
	for _, a := range s.action.items {
		if service, _, _ := strings.Cut(a.string, ":"); !strings.EqualFold(service, "organizations") {
			l.report("A delegation policy is about actions of organizations only.", a.at)
		}
	}
}
