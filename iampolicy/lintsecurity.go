package iampolicy

import (
	"fmt"
	"slices"
	"strings"
)

// dangerRules are about two permissions that lead to others: to pass roles to services, and to make roles for services.
var dangerRules = []lintRule{
	{code: "PASS_ROLE_WITH_NOT_RESOURCE", kind: FindingSecurityWarning, title: "pass role with not resource", summary: "iam:PassRole with NotResource",
		statement: passRole(byName, allRolesBut, "Using the iam:PassRole action with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead.")},
	{code: "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", kind: FindingSecurityWarning, title: "pass role with star in action and not resource", summary: "an action with a wildcard that takes in iam:PassRole, with NotResource",
		statement: passRole(byPattern, allRolesBut, "Using an action with a wildcard (*) and NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead.")},
	{code: "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE", kind: FindingSecurityWarning, title: "pass role with not action and not resource", summary: "NotAction that leaves iam:PassRole in, with NotResource",
		statement: passRole(byNotAction, allRolesBut, "Using NotAction with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources.. We recommend that you specify resource ARNs instead.")},
	{code: "PASS_ROLE_WITH_STAR_IN_RESOURCE", kind: FindingSecurityWarning, title: "pass role with star in resource", summary: "iam:PassRole for all roles, without iam:PassedToService",
		statement: passRole(byName, allRoles, "Using the iam:PassRole action with wildcards (*) in the resource can be overly permissive because it allows iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement.")},
	{code: "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", kind: FindingSecurityWarning, title: "pass role with star in action and resource", summary: "an action with a wildcard that takes in iam:PassRole, for all roles",
		statement: passRole(byPattern, allRoles, "Using wildcards (*) in the action and the resource can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement.")},
	{code: "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION", kind: FindingSecurityWarning, title: "pass role with star in resource and not action", summary: "NotAction that leaves iam:PassRole in, for all roles",
		statement: passRole(byNotAction, allRoles, "Using a resource with wildcards (*) and NotAction can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement.")},
	{code: "CREATE_SLR_WITH_NOT_RESOURCE", kind: FindingWarning, title: "create slr with not resource", summary: "iam:CreateServiceLinkedRole with NotResource",
		statement: createRole(byName, allRolesBut, "Using the iam:CreateServiceLinkedRole action with NotResource can allow creation of unintended service-linked roles for multiple resources. We recommend that you specify resource ARNs instead.")},
	{code: "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", kind: FindingWarning, title: "create slr with star in action and not resource", summary: "an action with a wildcard that takes in iam:CreateServiceLinkedRole, with NotResource",
		statement: createRole(byPattern, allRolesBut, "Using an action with a wildcard(*) and NotResource can allow creation of unintended service-linked roles because it can allow iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead.")},
	{code: "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE", kind: FindingWarning, title: "create slr with not action and not resource", summary: "NotAction that leaves iam:CreateServiceLinkedRole in, with NotResource",
		statement: createRole(byNotAction, allRolesBut, "Using NotAction with NotResource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead.")},
	{code: "CREATE_SLR_WITH_STAR_IN_RESOURCE", kind: FindingWarning, title: "create slr with star in resource", summary: "iam:CreateServiceLinkedRole for all roles, without iam:AWSServiceName",
		statement: createRole(byName, allRoles, "Using the iam:CreateServiceLinkedRole action with wildcards (*) in the resource can allow creation of unintended service-linked roles. We recommend that you specify resource ARNs instead.")},
	{code: "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE", kind: FindingWarning, title: "create slr with star in action and resource", summary: "an action with a wildcard that takes in iam:CreateServiceLinkedRole, for all roles",
		statement: createRole(byPattern, allRoles, "Using wildcards (*) in the action and the resource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead.")},
	{code: "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION", kind: FindingWarning, title: "create slr with star in resource and not action", summary: "NotAction that leaves iam:CreateServiceLinkedRole in, for all roles",
		statement: createRole(byNotAction, allRoles, "Using a resource with wildcards (*) and NotAction can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead.")},
}

// guardrailRules are about exemptions that policies which deny need, so as not to stop AWS's own services.
var guardrailRules = []lintRule{
	{code: "MISSING_VIA_AWS_SERVICE_EXEMPTION", kind: FindingWarning, summary: "a Deny by the network that requests come from, without aws:ViaAWSService or aws:PrincipalIsAWSService, stops services that act for the caller", statement: (*linter).checkNetworkDeny},
	{code: "MISSING_GLOBAL_SERVICES_EXEMPTION", kind: FindingWarning, summary: "a Deny of all actions outside of Regions that leaves out us-east-1, where global services are, without NotAction", statement: (*linter).checkRegionDeny},
	{code: "MISSING_PRINCIPAL_IS_AWS_SERVICE_EXEMPTION", kind: FindingWarning, summary: "a resource's Deny by organization or account of the caller, without aws:PrincipalIsAWSService, stops AWS's services", statement: (*linter).checkOrganizationDeny},
	{code: "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", kind: FindingWarning, title: "rcp missing related principal condition key", summary: "the same in an RCP", statement: (*linter).checkRCPExemption},
	{code: "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", kind: FindingWarning, title: "rcp missing related service principal condition key", summary: "an RCP by the source of a service's request that is not limited to services", statement: (*linter).checkRCPSource},
	{code: "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", kind: FindingWarning, title: "rcp missing service condition key null check", summary: "an RCP by the source of a service's request that does not ask whether there is one", statement: (*linter).checkRCPNull},
}

// scope is how a statement comes to allow an action, or to be about all roles.
type scope uint8

const (
	notAtAll    scope = iota
	byName            // the action by its name
	byPattern         // by wildcards
	byNotAction       // by NotAction
	allRoles          // by wildcards
	allRolesBut       // by NotResource
)

// actionScope tells how a statement's action element names an action.
func (s *lintStatement) actionScope(action string) (r scope, at *place) {
	requested := splitAction(action)
	if s.notAction.present() {
		for _, t := range s.notAction.items {
			if p := compileAction(t.string); p.matches(&requested) {
				return notAtAll, nil
			}
		}
		return byNotAction, s.notAction.key
	}
	for _, t := range s.action.items {
		if strings.EqualFold(t.string, action) {
			return byName, t.at
		}
		if p := compileAction(t.string); p.matches(&requested) {
			r, at = byPattern, t.at
		}
	}
	return r, at
}

// roleScope tells whether a statement is about all roles. A role's name that begins with something is a limit.
func (s *lintStatement) roleScope() (r scope, at *place) {
	if s.notResource.present() {
		return allRolesBut, s.notResource.key
	}
	for _, t := range s.resource.items {
		name := t.string[strings.LastIndexAny(t.string, "/:")+1:]
		if strings.Trim(name, "*") == "" && (t.string == "*" || strings.HasPrefix(t.string, "arn:") && (strings.Contains(t.string, ":role/") || strings.HasSuffix(t.string, ":*"))) {
			return allRoles, t.at
		}
	}
	return notAtAll, nil
}

// danger makes the check for an action that comes to be allowed in two ways, but for a condition on one of the keys.
func danger(action string, by, on scope, message string, keys ...string) func(*linter, *lintStatement) {
	return func(l *linter, s *lintStatement) {
		if !s.allows() || !l.kind.grants() || l.kind.resourceBased() || s.has(keys...) {
			return
		}
		reached, actionAt := s.actionScope(action)
		roles, roleAt := s.roleScope()
		if reached == by && roles == on {
			l.report(message, actionAt, roleAt)
		}
	}
}

func passRole(by, on scope, message string) func(*linter, *lintStatement) {
	return danger("iam:PassRole", by, on, message, "iam:PassedToService")
}

func createRole(by, on scope, message string) func(*linter, *lintStatement) {
	return danger("iam:CreateServiceLinkedRole", by, on, message, "iam:AWSServiceName")
}

// exempting are the keys of requests that AWS's services make, for callers or of their own.
var exempting = []string{"aws:ViaAWSService", "aws:PrincipalIsAWSService", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:PrincipalServiceName"}

// deniesUnless gives the condition of a Deny that matches requests whose key has other values than listed.
func (s *lintStatement) deniesUnless(keys ...string) *lintCondition {
	for i := range s.conditions {
		if c := &s.conditions[i]; s.denies() && c.op.negated && c.is(keys...) {
			return c
		}
	}
	return nil
}

// checkNetworkDeny: IAM User Guide, "AWS: Denies access to AWS based on the source IP".
func (l *linter) checkNetworkDeny(s *lintStatement) {
	c := s.deniesUnless("aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp")
	if c != nil && !s.has(exempting...) {
		l.report(fmt.Sprintf("Requests that AWS services make on behalf of the caller do not come from the caller's network: %s denies them, too. "+
			`Exempt them, for example by "Bool": {"aws:ViaAWSService": "false"}.`, c.key.string), c.key.at)
	}
}

// checkRegionDeny: IAM User Guide, "AWS: Denies access to AWS based on the requested Region": global services are in us-east-1.
func (l *linter) checkRegionDeny(s *lintStatement) {
	c := s.deniesUnless("aws:RequestedRegion")
	everything := slices.ContainsFunc(s.action.items, func(t lintText) bool { return t.string == "*" || t.string == "*:*" })
	if c == nil || !everything || slices.ContainsFunc(c.items, func(v lintText) bool {
		return strings.HasPrefix(v.string, "us-") && (v.string == "us-east-1" || openPart(v.string)) || strings.HasPrefix(v.string, "*")
	}) {
		return
	}
	l.report("Global services, such as IAM, Organizations, CloudFront and Route 53, have their endpoint in us-east-1: this statement denies them, too. "+
		"List them in NotAction in place of Action, or add us-east-1.", c.at)
}

// callerKeys tell who the caller is and are absent, or others, for AWS's services.
var callerKeys = []string{"aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalAccount", "aws:PrincipalArn"}

// checkOrganizationDeny: IAM User Guide, "AWS global condition context keys", aws:PrincipalIsAWSService.
func (l *linter) checkOrganizationDeny(s *lintStatement) {
	c := s.deniesUnless(callerKeys...)
	if c != nil && l.kind == KindResource && s.who().any && !s.has(exempting...) {
		l.report(fmt.Sprintf(`AWS services that use the resource of their own have no %s: this statement denies them, too. Exempt them by "Bool": {"aws:PrincipalIsAWSService": "false"}.`, c.key.string), c.key.at)
	}
}

func (l *linter) checkRCPExemption(s *lintStatement) {
	c := s.deniesUnless(callerKeys...)
	if c != nil && l.kind == KindResourceControl && !s.has("aws:PrincipalIsAWSService") {
		l.report(`RCPs impact IAM roles, users, and AWS service principals. To prevent unintended impact to services acting on your behalf using a service principal, an additional statement should be added to the Condition block `+
			`"BoolIfExists": { "aws:PrincipalIsAWSService": "false"} whenever a principal key `+c.key.string+` is used.`, c.key.at)
	}
}

// sourceKeys tell on whose behalf a service makes a request of its own.
var sourceKeys = []string{"aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceAccount", "aws:SourceArn"}

func (l *linter) checkRCPSource(s *lintStatement) {
	c := s.deniesUnless(sourceKeys...)
	if c != nil && l.kind == KindResourceControl && !s.has("aws:PrincipalIsAWSService") {
		l.report(`RCPs impact IAM roles, users, and AWS service principals. To prevent unintended impact to your principals, an additional statement should be added to the Condition block `+
			`"BoolIfExists": { "aws:PrincipalIsAWSService": "true"} whenever the key `+c.key.string+` is used.`, c.key.at)
	}
}

func (l *linter) checkRCPNull(s *lintStatement) {
	c := s.deniesUnless(sourceKeys...)
	asked := slices.ContainsFunc(s.conditions, func(c lintCondition) bool {
		return c.op.compare == compareNull && c.is("aws:SourceAccount", "aws:SourceArn")
	})
	if c != nil && l.kind == KindResourceControl && !asked {
		l.report("The specified service may have a service integration that does not require the use of the "+c.key.string+" condition key. "+
			`To prevent unintended impact to services acting on your behalf using a service principal, an additional statement should be added to the Condition block "Null": { "aws:SourceAccount": "false"} or "Null": { "aws:SourceArn": "false"} `+
			"whenever the key "+c.key.string+" is used.", c.key.at)
	}
}
