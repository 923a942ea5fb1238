package iampolicy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"umbel/iampolicy/actions"
)

// valueRules are about the values of conditions.
var valueRules = []lintRule{
	{code: "INVALID_CONDITION_DATA_TYPE", kind: FindingError, title: "invalid condition data type", summary: "values of different JSON types for one key", statement: eachKey((*linter).checkMixedTypes)},
	{code: "INVALID_CONDITION_MULTIPLE_BOOLEAN", kind: FindingError, title: "invalid condition multiple boolean", summary: "both true and false for one key", statement: eachKey((*linter).checkBooleans)},
	{code: "TYPE_MISMATCH_BOOLEAN", kind: FindingWarning, title: "type mismatch boolean", summary: "a value that is neither true nor false", statement: eachValue(compareBool, isBool, "Add a valid Boolean value (true or false) for the condition operator %s.")},
	{code: "TYPE_MISMATCH_DATE", kind: FindingWarning, title: "type mismatch date", summary: "a value that is no date", statement: eachValue(compareDate, isDate, "The date condition operator is used with an invalid value. Specify a valid date using YYYY-MM-DD or other ISO 8601 date/time format.")},
	{code: "TYPE_MISMATCH_IP_RANGE", kind: FindingError, title: "type mismatch ip range", summary: "a value that is neither an IP address nor a range", statement: eachValue(compareIP, isRange, "The condition operator %s is used with an invalid IP range value. Specify the IP range in standard CIDR format.")},
	{code: "TYPE_MISMATCH_NUMBER", kind: FindingWarning, title: "type mismatch number", summary: "a value that is no number", statement: eachValue(compareNumber, isNumber, "Add a valid numeric value for the condition operator %s.")},
	{code: "TYPE_MISMATCH_STRING", kind: FindingWarning, title: "type mismatch string", summary: "a value of BinaryEquals that is not base64", statement: eachValue(compareBinary, isBinary, "Add a valid base64-encoded string value for the condition operator %s.")},
	{code: "TYPE_MISMATCH_ARN", kind: FindingWarning, summary: "a value of an ARN operator that no ARN matches", statement: eachValue(compareArn, mayBeARN, "The condition operator %s is used with a value that no ARN matches. Specify an ARN with its six parts.")},
	{code: "TYPE_MISMATCH_NULL", kind: FindingWarning, summary: "a value of Null that is neither true nor false", statement: eachValue(compareNull, isBool, "Add a valid Boolean value (true or false) for the condition operator %s.")},
	{code: "INVALID_DATE_VALUE", kind: FindingWarning, title: "invalid date value", summary: "a date in seconds since 1970", statement: eachKey((*linter).checkEpoch)},
	{code: "INVALID_REGION", kind: FindingError, title: "invalid region", summary: "a value of aws:RequestedRegion that cannot be a Region", statement: eachKey((*linter).checkRegion)},
	{code: "INVALID_VPC_FORMAT", kind: FindingError, title: "invalid vpc format", summary: "a value of aws:SourceVpc that is no VPC's ID", statement: eachKey((*linter).checkVPC)},
	{code: "INVALID_VPCE_FORMAT", kind: FindingError, title: "invalid vpce format", summary: "a value of aws:SourceVpce that is no VPC endpoint's ID", statement: eachKey((*linter).checkVPCE)},
	{code: "INVALID_SERVICE_PRINCIPAL_FORMAT", kind: FindingError, title: "invalid service principal format", summary: "a value that should be the name of a service, as ec2.amazonaws.com", statement: eachKey((*linter).checkServicePrincipal)},
	{code: "PRIVATE_IP_ADDRESS", kind: FindingError, title: "private ip address", summary: "aws:SourceIp among private addresses only, from which no request comes", statement: eachKey((*linter).checkPrivate)},
	{code: "PRIVATE_NOT_IP_ADDRESS", kind: FindingError, title: "private not ip address", summary: "aws:SourceIp not among private addresses only, which is always so", statement: eachKey((*linter).checkNotPrivate)},
	{code: "PRIVATE_IP_ADDRESS_SUBSET", kind: FindingSuggestion, title: "private ip address subset", summary: "private addresses among the values of aws:SourceIp", statement: eachKey((*linter).checkPrivateSubset)},
	{code: "PRIVATE_NOT_IP_ADDRESS_SUBSET", kind: FindingSuggestion, title: "private not ip address subset", summary: "the same with NotIpAddress", statement: eachKey((*linter).checkNotPrivateSubset)},
	{code: "IMPROVE_IP_RANGE", kind: FindingSuggestion, title: "improve ip range", summary: "an address within a range in place of the range's first", statement: eachKey((*linter).checkHostBits)},
	{code: "WILDCARD_WITHOUT_LIKE_OPERATOR", kind: FindingWarning, title: "wildcard without like operator", summary: "* or ? where an operator takes them for what they are", statement: eachKey((*linter).checkWildcard)},
	{code: "EMPTY_ARRAY_CONDITION", kind: FindingSuggestion, title: "empty array condition", summary: "a key with an empty list of values", statement: eachKey((*linter).checkEmptyValues)},
	{code: "EMPTY_ARRAY_CONDITION_FORALLVALUES", kind: FindingSuggestion, title: "empty array condition forallvalues", summary: "the same with ForAllValues", statement: eachKey((*linter).checkEmptyForAllValues)},
	{code: "EMPTY_ARRAY_CONDITION_FORANYVALUE", kind: FindingSuggestion, title: "empty array condition foranyvalue", summary: "the same with ForAnyValue", statement: eachKey((*linter).checkEmptyForAnyValue)},
	{code: "EMPTY_ARRAY_CONDITION_IFEXISTS", kind: FindingSuggestion, title: "empty array condition ifexists", summary: "the same with IfExists", statement: eachKey((*linter).checkEmptyIfExists)},
	{code: "EQUIVALENT_TO_NULL_FALSE", kind: FindingSuggestion, title: "equivalent to null false", summary: "like * means that the key is present", statement: eachKey((*linter).checkNullFalse)},
	{code: "EQUIVALENT_TO_NULL_TRUE", kind: FindingSuggestion, title: "equivalent to null true", summary: "not like * means that the key is absent", statement: eachKey((*linter).checkNullTrue)},
	{code: "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION", kind: FindingSuggestion, title: "redundant key due to wildcard in condition", summary: "like * with IfExists or ForAllValues always holds", statement: eachKey((*linter).checkAlwaysLike)},
	{code: "REDUNDANT_CONDITION_VALUE_NUM", kind: FindingSuggestion, title: "redundant condition value num", summary: "several bounds where one is enough", statement: eachKey((*linter).checkBounds)},
	{code: "DUPLICATE_VALUE", kind: FindingSuggestion, summary: "the same value twice for one key, or the same principal twice", statement: (*linter).checkDuplicates},
	{code: "S3_PREFIX_IN_NEGATIVE_CONTEXT", kind: FindingSecurityWarning, title: "s3 prefix in negative context", summary: "s3:prefix cannot keep prefixes from being listed", statement: eachKey((*linter).checkS3Prefix)},
	{code: "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", kind: FindingWarning, title: "specific github repo and branch recommended", summary: "a wildcard in the subject of GitHub's tokens", statement: eachKey((*linter).checkGitHub)},
}

// eachValue makes a check of the values of one kind of operator one of statements. A value with a variable is left alone.
func eachValue(of comparison, valid func(string) bool, message string) func(*linter, *lintStatement) {
	return eachKey(func(l *linter, _ *lintStatement, c *lintCondition) {
		for _, v := range c.items {
			if c.op.compare == of && !strings.Contains(v.string, "${") && !valid(v.string) {
				l.report(strings.Replace(message, "%s", c.operator.string, 1), v.at)
			}
		}
	})
}

func isBool(s string) bool   { _, ok := parseBool(s); return ok }
func isDate(s string) bool   { _, ok := parseDate(s); return ok }
func isRange(s string) bool  { _, ok := parsePrefix(s); return ok }
func isNumber(s string) bool { _, ok := parseDecimal(s); return ok }
func isBinary(s string) bool { _, ok := parseBinary(s); return ok }

// mayBeARN tells whether a value of an ARN operator can match any ARN.
func mayBeARN(s string) bool {
	first, _, _ := strings.Cut(s, ":")
	return actions.Match(first, "arn") && (strings.Count(s, ":") >= 5 || strings.HasSuffix(s, "*"))
}

func (l *linter) checkMixedTypes(_ *lintStatement, c *lintCondition) {
	for i, k := range c.kinds {
		if k != c.kinds[0] {
			l.report("The condition value data types do not match. Use condition values of the same JSON data type.", c.items[i].at)
			return
		}
	}
}

func (l *linter) checkBooleans(_ *lintStatement, c *lintCondition) {
	var yes, no bool
	for _, v := range c.items {
		b, ok := parseBool(v.string)
		yes, no = yes || ok && b, no || ok && !b
	}
	if (c.op.compare == compareBool || c.op.compare == compareNull) && yes && no {
		l.report("The condition key does not support multiple Boolean values. Use a single Boolean value.", c.at)
	}
}

func (l *linter) checkEpoch(_ *lintStatement, c *lintCondition) {
	for _, v := range c.items {
		if c.op.compare == compareDate && isDigits(v.string) {
			l.report("The date "+v.string+" might not resolve as expected. We recommend that you use the YYYY-MM-DD format.", v.at)
		}
	}
}

// eachWord gives the values without wildcards and variables of a condition on strings about one of the keys.
func (c *lintCondition) eachWord(yield func(lintText), keys ...string) {
	compares := []comparison{compareString, compareStringFold, compareStringLike}
	for _, v := range c.items {
		if c.is(keys...) && slices.Contains(compares, c.op.compare) && !openPart(v.string) {
			yield(v)
		}
	}
}

func (l *linter) checkRegion(_ *lintStatement, c *lintCondition) {
	c.eachWord(func(v lintText) {
		if !isRegion(v.string) {
			l.report("The Region "+v.string+" is not valid. Update the condition value to a supported Region.", v.at)
		}
	}, "aws:RequestedRegion")
}

// isVPC tells whether s is a prefix with 8 or 17 letters and digits.
func isVPC(prefix, s string) bool {
	id, ok := strings.CutPrefix(s, prefix)
	return ok && (len(id) == 8 || len(id) == 17) && strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func (l *linter) checkVPC(_ *lintStatement, c *lintCondition) {
	c.eachWord(func(v lintText) {
		if !isVPC("vpc-", v.string) {
			l.report("The VPC identifier in the condition key value is not valid. Use the prefix 'vpc-' followed by 8 or 17 alphanumeric characters.", v.at)
		}
	}, "aws:SourceVpc")
}

func (l *linter) checkVPCE(_ *lintStatement, c *lintCondition) {
	c.eachWord(func(v lintText) {
		if !isVPC("vpce-", v.string) {
			l.report("The VPCE identifier in the condition key value is not valid.  Use the prefix 'vpce-' followed by 8 or 17 alphanumeric characters.", v.at)
		}
	}, "aws:SourceVpce")
}

func (l *linter) checkServicePrincipal(_ *lintStatement, c *lintCondition) {
	c.eachWord(func(v lintText) {
		if !strings.Contains(v.string, ".") {
			l.report("The service principal does not match the expected format. Use the format service-name.amazonaws.com.", v.at)
		}
	}, "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "iam:PassedToService", "iam:AWSServiceName", "kms:ViaService")
}

// private sorts the values of a condition on aws:SourceIp.
func (c *lintCondition) private(negated bool) (private, public int) {
	if !c.is("aws:SourceIp") || c.op.compare != compareIP || c.op.negated != negated {
		return 0, 0
	}
	for _, v := range c.items {
		switch p, ok := parsePrefix(v.string); {
		case !ok:
		case isPrivate(p):
			private++
		default:
			public++
		}
	}
	return private, public
}

// isPrivate tells whether all addresses of a range are private: RFC 1918 and RFC 4193.
func isPrivate(p netip.Prefix) bool {
	for _, s := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"} {
		if of := netip.MustParsePrefix(s); p.Bits() >= of.Bits() && of.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

func (l *linter) checkPrivate(_ *lintStatement, c *lintCondition) {
	if private, public := c.private(false); private > 0 && public == 0 {
		l.report("aws:SourceIp works only for public IP address ranges. The values for condition key aws:SourceIp include only private IP addresses and will not have the desired effect. "+
			"Update the value to include only public IP addresses.", c.at)
	}
}

func (l *linter) checkNotPrivate(_ *lintStatement, c *lintCondition) {
	if private, public := c.private(true); private > 0 && public == 0 {
		l.report("The values for condition key aws:SourceIp include only private IP addresses and has no effect. aws:SourceIp works only for public IP address ranges. "+
			"Update the value to include only public IP addresses.", c.at)
	}
}

func (l *linter) checkPrivateSubset(_ *lintStatement, c *lintCondition) {
	if private, public := c.private(false); private > 0 && public > 0 {
		l.report("The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses will not have the desired effect. "+
			"aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp.", c.at)
	}
}

func (l *linter) checkNotPrivateSubset(_ *lintStatement, c *lintCondition) {
	if private, public := c.private(true); private > 0 && public > 0 {
		l.report("The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses have no effect. "+
			"aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp.", c.at)
	}
}

func (l *linter) checkHostBits(_ *lintStatement, c *lintCondition) {
	for _, v := range c.items {
		if p, err := netip.ParsePrefix(v.string); c.op.compare == compareIP && err == nil && p.Masked() != p {
			l.report("The non-zero bits in the IP address after the masked bits are ignored. Replace address with "+p.Masked().String()+".", v.at)
		}
	}
}

func (l *linter) checkWildcard(_ *lintStatement, c *lintCondition) {
	for _, v := range c.items {
		bare := strings.NewReplacer("${*}", "", "${?}", "").Replace(v.string)
		if (c.op.compare == compareString || c.op.compare == compareStringFold) && strings.ContainsAny(bare, "*?") {
			l.report("Your condition value includes a * or ? character. If you meant to use a wildcard (*, ?), update the condition operator to include Like.", v.at)
		}
	}
}

func (l *linter) checkEmptyValues(_ *lintStatement, c *lintCondition) {
	if c.empty() && c.op.set == single && !c.op.ifExists {
		l.report("There are no values for the condition key "+c.key.string+" and it does not affect the policy. Specify conditions.", c.at)
	}
}

func (l *linter) checkEmptyForAllValues(_ *lintStatement, c *lintCondition) {
	if c.empty() && c.op.set == forAllValues {
		l.report("The ForAllValues prefix with an empty condition key matches only if the key "+c.key.string+" is missing from the request context. "+
			"To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead.", c.at)
	}
}

func (l *linter) checkEmptyForAnyValue(_ *lintStatement, c *lintCondition) {
	if c.empty() && c.op.set == forAnyValue {
		l.report("The ForAnyValue prefix with an empty condition key "+c.key.string+" never matches the request context and it does not affect the policy. Specify conditions.", c.at)
	}
}

func (l *linter) checkEmptyIfExists(_ *lintStatement, c *lintCondition) {
	if c.empty() && c.op.set == single && c.op.ifExists {
		l.report("The IfExists suffix with an empty condition key matches only if the key "+c.key.string+" is missing from the request context. "+
			"To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead.", c.at)
	}
}

// likeAnything tells whether a condition compares with "*".
func (c *lintCondition) likeAnything(negated bool) bool {
	return c.op.compare == compareStringLike && c.op.negated == negated && slices.ContainsFunc(c.items, func(v lintText) bool { return v.string == "*" })
}

func (l *linter) checkNullFalse(_ *lintStatement, c *lintCondition) {
	if c.likeAnything(false) && c.demands() && c.op.set == single {
		l.report(fmt.Sprintf("We recommend replacing the key %s in the condition block of %s with {%s: false} to ensure better enforcement of the condition.", c.key.string, c.operator.string, `"Null": {"`+c.key.string+`"`), c.key.at)
	}
}

func (l *linter) checkNullTrue(_ *lintStatement, c *lintCondition) {
	if c.likeAnything(true) && !c.op.ifExists && c.op.set == single {
		l.report(fmt.Sprintf("We recommend replacing the key %s in the condition block of %s with {%s: true} to ensure better enforcement of the condition.", c.key.string, c.operator.string, `"Null": {"`+c.key.string+`"`), c.key.at)
	}
}

func (l *linter) checkAlwaysLike(_ *lintStatement, c *lintCondition) {
	if c.likeAnything(false) && (c.op.set == forAllValues || c.op.set == single && c.op.ifExists) {
		l.report(fmt.Sprintf("The key %s in the condition block of %s is redundant because it is always matched. Remove this key to simplify the condition.", c.key.string, c.operator.string), c.key.at)
	}
}

func (l *linter) checkBounds(_ *lintStatement, c *lintCondition) {
	if c.op.compare != compareNumber || c.op.relation == equal || len(c.items) < 2 {
		return
	}
	which := "greatest"
	if c.op.relation&greater != 0 {
		which = "least"
	}
	l.report(fmt.Sprintf("Multiple values in %s are redundant. Replace with the %s single value for %s.", c.operator.string, which, c.key.string), c.at)
}

func (l *linter) checkDuplicates(s *lintStatement) {
	again := func(items []lintText) {
		first := map[string]*place{}
		for _, v := range items {
			if before := first[v.string]; before != nil {
				l.report("The value "+v.string+" stands twice in the list.", v.at, before)
			} else {
				first[v.string] = v.at
			}
		}
	}
	for i := range s.conditions {
		again(s.conditions[i].items)
	}
	for _, g := range s.who().groups {
		again(g.items)
	}
}

func (l *linter) checkS3Prefix(s *lintStatement, c *lintCondition) {
	if c.is("s3:prefix") && operatorType(c.op.compare) == actions.String && c.op.compare != compareNull && (s.denies() && !c.op.negated || s.allows() && c.op.negated) {
		l.report("Using the s3:prefix condition key in a Deny statement or with a negated string operator does not block listing the objects under the matching prefixes. "+
			"A request that specifies a shorter prefix does not match the condition and can still list those objects. "+
			"To restrict listing to specific prefixes, use s3:prefix with StringLike in an Allow statement, or use a Deny statement with StringNotLike.", c.key.at)
	}
}

func (l *linter) checkGitHub(s *lintStatement, c *lintCondition) {
	for _, v := range c.items {
		if c.is("token.actions.githubusercontent.com:sub") && s.allows() && c.op.compare == compareStringLike && strings.Contains(v.string, "*") {
			l.report("Using a wildcard (*) in token.actions.githubusercontent.com:sub can allow requests from more sources than you intended. "+
				"Specify the value of token.actions.githubusercontent.com:sub with the repository and branch name. "+
				"If the subject claim does not include the branch, specify it in a token.actions.githubusercontent.com:ref condition key.", v.at)
		}
	}
}
