package iampolicy

import (
	"fmt"
	"slices"
	"strings"

	"umbel/iampolicy/actions"
)

// conditionRules are about condition keys and their operators; valueRules are about values.
var conditionRules = []lintRule{
	{code: "INVALID_CONDITION_KEY_FORMAT", kind: FindingError, title: "invalid condition key format", summary: "a condition key that has not the form service:name", statement: eachKey((*linter).checkKeyFormat)},
	{code: "INVALID_GLOBAL_CONDITION_KEY", kind: FindingError, title: "invalid global condition key", summary: "a key with the prefix aws: that does not exist", statement: eachKey((*linter).checkGlobalKey)},
	{code: "INVALID_SERVICE_CONDITION_KEY", kind: FindingError, title: "invalid service condition key", summary: "a key that its service does not have", statement: eachKey((*linter).checkServiceKey)},
	{code: "MISSING_TAG_KEY_IN_CONDITION", kind: FindingError, title: "missing tag key in condition", summary: "a key of tags without the tag's name, as aws:ResourceTag", statement: eachKey((*linter).checkTagKey)},
	{code: "DEPRECATED_GLOBAL_CONDITION_KEY", kind: FindingWarning, title: "deprecated global condition key", summary: "a key that a newer one replaces: aws:ARN, aws:SourceOwner", statement: eachKey((*linter).checkDeprecatedKey)},
	{code: "UNTRUSTWORTHY_CONDITION_KEY", kind: FindingSecurityWarning, title: "untrustworthy condition key", summary: "a key that callers set as they like: aws:Referer, aws:UserAgent", statement: eachKey((*linter).checkUntrustworthyKey)},
	{code: "DUPLICATE_KEYS_WITH_DIFFERENT_CASE", kind: FindingError, title: "duplicate keys with different case", summary: "one key twice under an operator, in different case", statement: (*linter).checkDuplicateKeys},
	{code: "UNSUPPORTED_ACTION_FOR_CONDITION_KEY", kind: FindingError, title: "unsupported action for condition key", summary: "a condition on a key that requests of some of the statement's actions never carry", statement: eachKey((*linter).checkUnsupportedKey)},
	{code: "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", kind: FindingSecurityWarning, title: "deny with unsupported tag condition key for service", summary: "a Deny by aws:ResourceTag that does not deny actions whose resources have no tags", statement: eachKey((*linter).checkDenyTags)},
	{code: "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", kind: FindingSuggestion, title: "allow with unsupported tag condition key for service", summary: "an Allow by aws:ResourceTag that does not allow actions whose resources have no tags", statement: eachKey((*linter).checkAllowTags)},
	{code: "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", kind: FindingSecurityWarning, title: "deny notaction with unsupported tag condition key for service", summary: "the same with NotAction", statement: eachKey((*linter).checkDenyNotActionTags)},
	{code: "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", kind: FindingSuggestion, title: "allow notaction with unsupported tag condition key for service", summary: "the same with NotAction", statement: eachKey((*linter).checkAllowNotActionTags)},
	{code: "MISSING_QUALIFIER", kind: FindingError, title: "missing qualifier", summary: "a key with several values without ForAllValues or ForAnyValue", statement: eachKey((*linter).checkQualifier)},
	{code: "FORALLVALUES_WITH_SINGLE_VALUED_KEY", kind: FindingSecurityWarning, title: "forallvalues with single valued key", summary: "ForAllValues on a key with one value holds when the key is missing", statement: eachKey((*linter).checkForAllValues)},
	{code: "FORANYVALUE_WITH_SINGLE_VALUED_KEY", kind: FindingSuggestion, summary: "ForAnyValue on a key with one value is needless", statement: eachKey((*linter).checkForAnyValue)},
	{code: "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", kind: FindingSecurityWarning, title: "foranyvalue with audience claim type", summary: "ForAnyValue on the audience of an identity provider", statement: eachKey((*linter).checkAudience)},
	{code: "NULL_WITH_QUALIFIER", kind: FindingSuggestion, title: "null with qualifier", summary: "a set operator with Null does nothing", statement: eachKey((*linter).checkNullQualifier)},
	{code: "TYPE_MISMATCH", kind: FindingWarning, title: "type mismatch", summary: "an operator of another type than the key's", statement: eachKey((*linter).checkKeyType)},
	{code: "MISSING_PAIRED_CONDITION_KEYS", kind: FindingSecurityWarning, title: "missing paired condition keys", summary: "aws:VpcSourceIp without the VPC that the address is of", statement: (*linter).checkPairedKeys},
}

// eachKey makes a check of conditions one of statements.
func eachKey(check func(*linter, *lintStatement, *lintCondition)) func(*linter, *lintStatement) {
	return func(l *linter, s *lintStatement) {
		for i := range s.conditions {
			check(l, s, &s.conditions[i])
		}
	}
}

func (c *lintCondition) prefix() string {
	prefix, _, _ := strings.Cut(strings.ToLower(c.key.string), ":")
	return prefix
}

func (c *lintCondition) is(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, c.key.string) })
}

// has tells whether one of the statement's conditions is about one of the keys.
func (s *lintStatement) has(keys ...string) bool {
	return slices.ContainsFunc(s.conditions, func(c lintCondition) bool { return c.is(keys...) })
}

// demands tells that the condition does not hold for requests without the key.
func (c *lintCondition) demands() bool {
	if c.op.compare == compareNull {
		return len(c.items) > 0 && !slices.ContainsFunc(c.items, func(t lintText) bool { return !strings.EqualFold(t.string, "false") })
	}
	return !c.op.negated && !c.op.ifExists && c.op.set != forAllValues
}

func (l *linter) checkKeyFormat(_ *lintStatement, c *lintCondition) {
	if prefix, name, found := strings.Cut(c.key.string, ":"); !found || prefix == "" || name == "" {
		l.report("The condition key format is not valid. Use the format service:keyname.", c.key.at)
	}
}

func (l *linter) checkGlobalKey(_ *lintStatement, c *lintCondition) {
	if _, known := actions.GlobalKey(c.key.string); known || c.prefix() != "aws" || c.is(deprecatedKeys...) || tagKeyMissing(c.key.string) {
		return
	}
	l.unknownKey("The condition key "+c.key.string+" does not exist. Use a valid condition key.", c)
}

func (l *linter) unknownKey(message string, c *lintCondition) {
	if near := actions.NearestKey(c.key.string); near != "" {
		message += " Did you mean " + near + "?"
	}
	l.report(message, c.key.at)
}

func (l *linter) checkServiceKey(_ *lintStatement, c *lintCondition) {
	if _, known := actions.LookupKey(c.key.string); known || tagKeyMissing(c.key.string) {
		return
	}
	if s, known := actions.KeyService(c.key.string); known {
		l.unknownKey("The condition key "+c.key.string+" does not exist in the service "+s.Prefix+". Use a valid condition key.", c)
	}
}

// tagKeyMissing tells whether a key is one of tags, but for the tag's name.
func tagKeyMissing(key string) bool {
	base, tag, _ := strings.Cut(key, "/")
	known, ok := actions.LookupKey(base + "/x")
	return ok && tag == "" && strings.HasSuffix(known.Name, "/${TagKey}")
}

func (l *linter) checkTagKey(_ *lintStatement, c *lintCondition) {
	if _, known := actions.LookupKey(c.key.string); !known && tagKeyMissing(c.key.string) {
		name := strings.TrimSuffix(c.key.string, "/")
		l.report(fmt.Sprintf("The condition key %s must include a tag key to control access based on tags. Use the format %s/tag-key and specify a key name for tag-key.", name, name), c.key.at)
	}
}

var deprecatedKeys = []string{"aws:ARN", "aws:SourceOwner"}

// checkDeprecatedKey: for aws:SourceOwner see Amazon SNS Developer Guide, "aws:SourceAccount versus aws:SourceOwner".
func (l *linter) checkDeprecatedKey(_ *lintStatement, c *lintCondition) {
	switch {
	case c.is("aws:ARN"):
		l.report("We recommend that you update aws:ARN to use the newer condition key aws:PrincipalArn.", c.key.at)
	case c.is("aws:SourceOwner"):
		l.report("We recommend that you update aws:SourceOwner to use the newer condition key aws:SourceAccount.", c.key.at)
	}
}

// checkUntrustworthyKey: IAM User Guide, "AWS global condition context keys", warns of these two.
func (l *linter) checkUntrustworthyKey(_ *lintStatement, c *lintCondition) {
	if c.is("aws:Referer", "aws:UserAgent") {
		l.report("The "+c.key.string+" condition key is not recommended for access control as it can be spoofed/manipulated by the caller.", c.key.at)
	}
}

func (l *linter) checkDuplicateKeys(s *lintStatement) {
	type keyOf struct {
		operator *place
		key      string
	}
	first := map[keyOf]*place{}
	for i := range s.conditions {
		c := &s.conditions[i]
		of := keyOf{c.operator.at, strings.ToLower(c.key.string)}
		if before := first[of]; before != nil {
			l.report("The condition key "+c.key.string+" appears more than once with different capitalization in the same condition block. Remove the duplicate condition keys.", c.key.at, before)
			continue
		}
		first[of] = c.key.at
	}
}

// lacking gives the actions of a statement whose requests never carry the key of a condition that demands it.
func (l *linter) lacking(s *lintStatement, c *lintCondition) (list []*lintAction) {
	if s.notAction.present() || !c.demands() {
		return nil
	}
	l.eachAction(s, func(a *lintAction) {
		if len(a.matched) > 0 && !slices.ContainsFunc(a.matched, func(known *actions.Action) bool { return known.Carries(c.key.string) }) {
			list = append(list, a)
		}
	})
	return list
}

// perAction tells whether the key is one that requests carry for some actions only, and the table tells which.
func perAction(key string) bool {
	global, isGlobal := actions.GlobalKey(key)
	if isGlobal {
		return slices.Contains([]string{"aws:RequestTag/${TagKey}", "aws:TagKeys"}, global.Name)
	}
	_, known := actions.LookupKey(key)
	return known
}

func isResourceTag(key string) bool {
	k, _ := actions.GlobalKey(key)
	return k.Name == "aws:ResourceTag/${TagKey}"
}

func (l *linter) checkUnsupportedKey(s *lintStatement, c *lintCondition) {
	if !perAction(c.key.string) {
		return
	}
	if list := l.lacking(s, c); len(list) > 0 {
		names := make([]string, len(list))
		places := []*place{c.key.at}
		for i, a := range list {
			names[i] = a.text.string
			places = append(places, a.text.at)
		}
		l.report(fmt.Sprintf("The following actions: %s are not supported by the condition key %s. The condition will not be evaluated for these actions. "+
			"We recommend that you move these actions to a different statement without this condition key.", strings.Join(names, ", "), c.key.string), places...)
	}
}

// untagged gives the prefixes of the services with actions that a condition on aws:ResourceTag leaves out.
func (l *linter) untagged(s *lintStatement, c *lintCondition) (prefixes []string) {
	if !isResourceTag(c.key.string) {
		return nil
	}
	for _, a := range l.lacking(s, c) {
		prefixes = append(prefixes, a.prefix)
	}
	slices.Sort(prefixes)
	return slices.Compact(prefixes)
}

func (l *linter) checkDenyTags(s *lintStatement, c *lintCondition) {
	if list := l.untagged(s, c); s.denies() && len(list) > 0 {
		l.report(fmt.Sprintf("Using the effect Deny with the tag condition key %s and actions for services with the following prefixes can be overly permissive: %s. "+
			"Actions for the listed services are not denied by this statement. We recommend that you move these actions to a different statement without this condition key.",
			c.key.string, strings.Join(list, ", ")), c.key.at)
	}
}

func (l *linter) checkAllowTags(s *lintStatement, c *lintCondition) {
	if list := l.untagged(s, c); s.allows() && len(list) > 0 {
		l.report(fmt.Sprintf("Using the effect Allow with the tag condition key %s and actions for services with the following prefixes does not affect the policy: %s. "+
			"Actions for the listed service are not allowed by this statement. We recommend that you move these actions to a different statement without this condition key.",
			c.key.string, strings.Join(list, ", ")), c.key.at)
	}
}

func (l *linter) checkDenyNotActionTags(s *lintStatement, c *lintCondition) {
	if s.denies() && s.notAction.present() && isResourceTag(c.key.string) && c.demands() {
		l.report("Using the effect Deny with NotAction and the tag condition key "+c.key.string+" can be overly permissive because some service actions are not denied by this statement. "+
			"This is because the condition key doesn't apply to some service actions. We recommend that you use Action instead of NotAction.", c.key.at)
	}
}

func (l *linter) checkAllowNotActionTags(s *lintStatement, c *lintCondition) {
	if s.allows() && s.notAction.present() && isResourceTag(c.key.string) && c.demands() {
		l.report("Using the effect Allow with NotAction and the tag condition key "+c.key.string+" allows only service actions that support the condition key. "+
			"The condition key doesn't apply to some service actions. We recommend that you use Action instead of NotAction.", c.key.at)
	}
}

func (l *linter) checkQualifier(_ *lintStatement, c *lintCondition) {
	if k, known := actions.LookupKey(c.key.string); known && k.Multi && c.op.set == single && c.op.compare != compareNull {
		l.report("The request context key "+c.key.string+" has multiple values. Use the ForAllValues or ForAnyValue condition key qualifiers in your policy.", c.operator.at, c.key.at)
	}
}

func (c *lintCondition) setOnSingle(set quantifier) bool {
	k, known := actions.LookupKey(c.key.string)
	return known && !k.Multi && c.op.set == set && c.op.compare != compareNull
}

func (l *linter) checkForAllValues(_ *lintStatement, c *lintCondition) {
	if c.setOnSingle(forAllValues) {
		l.report("Using ForAllValues qualifier with the single-valued condition key "+c.key.string+" can be overly permissive. We recommend that you remove ForAllValues:.", c.operator.at, c.key.at)
	}
}

func (c *lintCondition) audience() bool {
	return strings.HasSuffix(strings.ToLower(c.key.string), ":aud") && strings.ContainsAny(c.prefix(), "./")
}

func (l *linter) checkForAnyValue(_ *lintStatement, c *lintCondition) {
	if c.setOnSingle(forAnyValue) && !c.audience() {
		l.report("The condition key "+c.key.string+" has one value. We recommend that you remove ForAnyValue:.", c.operator.at, c.key.at)
	}
}

func (l *linter) checkAudience(_ *lintStatement, c *lintCondition) {
	if c.op.set == forAnyValue && c.audience() {
		l.report("Using ForAnyValue qualifier with the single-valued condition key "+c.key.string+" can be overly permissive. We recommend that you remove ForAnyValue:.", c.operator.at, c.key.at)
	}
}

func (l *linter) checkNullQualifier(_ *lintStatement, c *lintCondition) {
	if c.op.compare == compareNull && c.op.set != single {
		l.report("Avoid using the Null condition operator with the ForAllValues or ForAnyValue qualifiers because they always return a true or false respectively.", c.operator.at)
	}
}

// operatorType gives the type of values that an operator compares.
func operatorType(c comparison) actions.KeyType {
	switch c {
	case compareNumber:
		return actions.Numeric
	case compareDate:
		return actions.Date
	case compareBool:
		return actions.Bool
	case compareBinary:
		return actions.Binary
	case compareIP:
		return actions.IPAddress
	case compareArn:
		return actions.ARN
	}
	return actions.String
}

// fits tells whether an operator can be used with a key of a type: ARNs can be compared as strings, strings may be ARNs, and
// dates in epoch seconds are numbers.
func fits(key, operator actions.KeyType) bool {
	switch key {
	case actions.ARN, actions.String:
		return operator == actions.ARN || operator == actions.String
	case actions.Date:
		return operator == actions.Date || operator == actions.Numeric
	}
	return key == operator
}

func (l *linter) checkKeyType(_ *lintStatement, c *lintCondition) {
	k, known := actions.LookupKey(c.key.string)
	if !known || c.op.compare == compareNull || fits(k.Type, operatorType(c.op.compare)) {
		return
	}
	l.report(fmt.Sprintf("Use the operator type %s instead of operator %s for the condition key %s.", k.Type, c.operator.string, c.key.string), c.operator.at, c.key.at)
}

func (l *linter) checkPairedKeys(s *lintStatement) {
	for i := range s.conditions {
		if c := &s.conditions[i]; c.is("aws:VpcSourceIp") && !s.has("aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn") {
			l.report("Using the condition key aws:VpcSourceIp can be overly permissive without also using the following condition keys: aws:SourceVpc. Condition keys like this one are more secure when paired with a related key. "+
				"We recommend that you add the related condition keys to the same condition block.", c.key.at)
		}
	}
}
