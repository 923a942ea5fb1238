package iampolicy

import (
	"fmt"
	"slices"
	"strings"

	"umbel/iampolicy/actions"
)

// resourceRules are about what Resource and NotResource name.
var resourceRules = []lintRule{
	{code: "INVALID_ARN_PREFIX", kind: FindingError, title: "invalid arn prefix", summary: "a resource that is neither \"*\" nor begins with arn:", statement: eachARN((*linter).checkARNPrefix)},
	{code: "MISSING_ARN_FIELD", kind: FindingError, title: "missing arn field", summary: "an ARN of fewer than six parts", statement: eachARN((*linter).checkARNFields)},
	{code: "INVALID_PARTITION", kind: FindingError, title: "invalid partition", summary: "an ARN of a partition that does not exist", statement: eachARN((*linter).checkPartition)},
	{code: "INVALID_ARN_SERVICE_CASE", kind: FindingError, title: "invalid arn service case", summary: "capital letters in the service of an ARN", statement: eachARN((*linter).checkARNServiceCase)},
	{code: "INVALID_SERVICE", kind: FindingError, title: "invalid service", summary: "an ARN or a condition key of a service that does not exist", statement: (*linter).checkServices},
	{code: "INVALID_ARN_ACCOUNT", kind: FindingError, title: "invalid arn account", summary: "an ARN's account that has not 12 digits", statement: eachARN((*linter).checkARNAccount)},
	{code: "INVALID_ARN_REGION", kind: FindingError, title: "invalid arn region", summary: "an ARN's Region that cannot be one", statement: eachARN((*linter).checkARNRegion)},
	{code: "INVALID_ARN_RESOURCE", kind: FindingError, title: "invalid arn resource", summary: "an ARN that no resource of the service has", statement: eachARN((*linter).checkARNResource)},
	{code: "ARN_REGION_NOT_ALLOWED", kind: FindingError, title: "arn region not allowed", summary: "a Region in the ARN of a resource that has none", statement: eachARN((*linter).checkARNRegionNotAllowed)},
	{code: "ARN_ACCOUNT_NOT_ALLOWED", kind: FindingError, title: "arn account not allowed", summary: "an account in the ARN of a resource that has none", statement: eachARN((*linter).checkARNAccountNotAllowed)},
	{code: "MISSING_ARN_REGION", kind: FindingError, title: "missing arn region", summary: "no Region in the ARN of a resource that has one", statement: eachARN((*linter).checkMissingARNRegion)},
	{code: "ALLOW_WITH_NOT_RESOURCE", kind: FindingSecurityWarning, summary: "NotResource with Allow gives all other resources, those to come as well", statement: (*linter).checkAllowNotResource},
	{code: "ACTION_WITHOUT_RESOURCE", kind: FindingWarning, summary: "an action that works on no resource a policy can name, in a statement about named resources", statement: (*linter).checkActionWithoutResource},
	{code: "RESOURCE_NOT_OF_ACTION", kind: FindingWarning, summary: "an action that works on none of the statement's resources", statement: (*linter).checkResourceOfAction},
	{code: "RESOURCE_OF_NO_ACTION", kind: FindingSuggestion, summary: "a resource that none of the statement's actions works on", statement: (*linter).checkActionOfResource},
}

// lintARN is an entry of Resource or NotResource, taken apart.
type lintARN struct {
	text  lintText
	parts []string // up to six
	fit   []*actions.ResourceType
	known bool // the service has resource types; fit are those that the last part fits
}

// part gives one part, and "*" for one that is not written: it is any.
func (a *lintARN) part(i int) string {
	if i >= len(a.parts) {
		return "*"
	}
	return a.parts[i]
}

// service gives the service if it is one written out.
func (a *lintARN) service() (string, bool) {
	s := a.part(2)
	return s, a.parts[0] == "arn" && !openPart(s)
}

// openPart tells whether a part has wildcards or variables, and so may stand for others.
func openPart(part string) bool { return strings.ContainsAny(part, "*?$") }

// eachARN makes a check of ARNs one of statements.
func eachARN(check func(*linter, *lintARN)) func(*linter, *lintStatement) {
	return func(l *linter, s *lintStatement) {
		for _, r := range s.resources().items {
			if r.string != "*" {
				check(l, l.arn(r))
			}
		}
	}
}

// arn looks an entry up; the same text is looked up once.
func (l *linter) arn(t lintText) *lintARN {
	if known := l.arns[t.string]; known != nil {
		again := *known
		again.text = t
		return &again
	}
	a := &lintARN{text: t, parts: strings.SplitN(t.string, ":", 6)}
	l.arns[t.string] = a
	if service, ok := a.service(); ok {
		types, _ := actions.TypesOf(service)
		a.known = len(types) > 0
		for _, of := range types {
			if parts := strings.SplitN(of.ARN, ":", 6); of.Accepts(strings.Join([]string{"arn", "*", service, parts[3], parts[4], a.part(5)}, ":")) {
				a.fit = append(a.fit, of)
			}
		}
	}
	return a
}

func (l *linter) checkARNPrefix(a *lintARN) {
	if a.parts[0] != "arn" && !openPart(a.parts[0]) {
		l.report("Add the required prefix (arn) to the resource ARN.", a.text.at)
	}
}

func (l *linter) checkARNFields(a *lintARN) {
	if a.parts[0] == "arn" && len(a.parts) < 6 && !strings.HasSuffix(a.text.string, "*") {
		l.report("Resource ARNs must include at least 6 fields in the following structure: arn:partition:service:region:account:resource", a.text.at)
	}
}

// partitions are those of AWS. Source: AWS General Reference, "Amazon Resource Names (ARNs)", and the SDKs' list of partitions.
const partitions = "aws, aws-cn, aws-us-gov, aws-eusc, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f"

func (l *linter) checkPartition(a *lintARN) {
	if p := a.part(1); a.parts[0] == "arn" && !openPart(p) && !contains(strings.Split(partitions, ", "), p) {
		l.report(fmt.Sprintf("The resource ARN for the service %s does not support the partition %s. Use the supported values: %s", a.part(2), p, partitions), a.text.at)
	}
}

func (l *linter) checkARNServiceCase(a *lintARN) {
	if s, ok := a.service(); ok && s != strings.ToLower(s) {
		l.report("Update the service name "+s+" in the resource ARN to use all lowercase letters.", a.text.at)
	}
}

// checkServices looks at ARNs and condition keys. A prefix with a dot is an identity provider's.
func (l *linter) checkServices(s *lintStatement) {
	eachARN(func(l *linter, a *lintARN) {
		if service, ok := a.service(); ok && service == strings.ToLower(service) {
			if _, known := actions.TypesOf(service); !known {
				l.report("The service "+service+" does not exist. Use a valid service name.", a.text.at)
			}
		}
	})(l, s)
	for i := range s.conditions {
		key := s.conditions[i].key
		prefix, _, found := strings.Cut(key.string, ":")
		if _, known := actions.LookupKey(key.string); known || !found || strings.EqualFold(prefix, "aws") || strings.ContainsAny(prefix, "./") {
			continue
		}
		if _, known := actions.KeyService(key.string); !known {
			l.report("The service "+prefix+" does not exist. Use a valid service name.", key.at)
		}
	}
}

// checkARNAccount: AWS's own resources have a word in place of an account.
func (l *linter) checkARNAccount(a *lintARN) {
	word := func(s string) bool { return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == "" }
	if account := a.part(4); a.parts[0] == "arn" && !openPart(account) && !word(account) && (len(account) != 12 || !isDigits(account)) {
		l.report("The resource ARN account ID "+account+" is not valid. Provide a 12-digit account ID.", a.text.at)
	}
}

func (l *linter) checkARNRegion(a *lintARN) {
	if region := a.part(3); a.parts[0] == "arn" && region != "" && !openPart(region) && !isRegion(region) {
		l.report("The Region "+region+" is not valid for this resource. Update the resource ARN to include a supported Region.", a.text.at)
	}
}

// isRegion tells whether s has the form of a Region's code: small letters in words, and a number. AWS adds Regions, so that
// no list is complete.
func isRegion(s string) bool {
	words := strings.Split(s, "-")
	for _, w := range words[:len(words)-1] {
		if len(w) < 2 || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return len(words) > 2 && isDigits(words[len(words)-1])
}

func (l *linter) checkARNResource(a *lintARN) {
	if a.known && len(a.fit) == 0 {
		l.report("Resource ARN does not match the expected ARN format. Update the resource portion of the ARN.", a.text.at)
	}
}

// everyType tells whether the ARN fits types, and all of them have the part, or all have not.
func (a *lintARN) everyType(part int, present bool) bool {
	for _, t := range a.fit {
		if (strings.SplitN(t.ARN, ":", 6)[part] != "") != present {
			return false
		}
	}
	return len(a.fit) > 0
}

func (l *linter) checkARNRegionNotAllowed(a *lintARN) {
	if strings.Trim(a.part(3), "*") != "" && a.everyType(3, false) {
		l.report("The service "+a.part(2)+" does not support specifying a Region in the resource ARN.", a.text.at)
	}
}

func (l *linter) checkARNAccountNotAllowed(a *lintARN) {
	if strings.Trim(a.part(4), "*") != "" && a.everyType(4, false) {
		l.report("The service "+a.part(2)+" does not support specifying an account ID in the resource ARN.", a.text.at)
	}
}

func (l *linter) checkMissingARNRegion(a *lintARN) {
	if a.part(3) == "" && a.everyType(3, true) {
		l.report("Add a Region to the "+a.part(2)+" resource ARN.", a.text.at)
	}
}

func (l *linter) checkAllowNotResource(s *lintStatement) {
	if s.allows() && s.notResource.present() && l.kind != KindResourceControl {
		l.report("Using Allow with NotResource allows every other resource, those that are made later as well. We recommend that you list the resources in Resource.", s.notResource.key)
	}
}

// named gives the actions that a statement about named resources lists, and false if all resources or others than those of
// the action table are meant.
func (l *linter) named(s *lintStatement) (list []*lintAction, ok bool) {
	for _, r := range s.resource.items {
		if !strings.HasPrefix(r.string, "arn:") {
			return nil, false
		}
	}
	l.eachAction(s, func(a *lintAction) { list = append(list, a) })
	return list, s.action.present() && len(s.resource.items) > 0
}

// typesWith gives the resource types that the actions work on and that accept one of the entries.
func typesWith(types map[*actions.ResourceType]bool, entries []lintText) map[*actions.ResourceType]bool {
	accepting := map[*actions.ResourceType]bool{}
	for t := range types {
		accepting[t] = slices.ContainsFunc(entries, func(r lintText) bool { return t.Accepts(r.string) })
	}
	return accepting
}

// typesOfAll gives the resource types that any of the actions works on.
func typesOfAll(list []*lintAction) map[*actions.ResourceType]bool {
	types := map[*actions.ResourceType]bool{}
	for _, a := range list {
		for _, known := range a.matched {
			for _, r := range known.Resources {
				types[r.Type] = true
			}
		}
	}
	return types
}

// worksOn tells whether an action of an entry works on a resource of one of the types.
func (a *lintAction) worksOn(types map[*actions.ResourceType]bool) bool {
	return slices.ContainsFunc(a.matched, func(known *actions.Action) bool {
		return slices.ContainsFunc(known.Resources, func(r actions.ActionResource) bool { return types[r.Type] })
	})
}

func withoutResource(a *lintAction) bool {
	for _, known := range a.matched {
		if len(known.Resources) > 0 {
			return false
		}
	}
	return len(a.matched) > 0
}

func (l *linter) checkActionWithoutResource(s *lintStatement) {
	list, ok := l.named(s)
	for _, a := range list {
		if ok && withoutResource(a) {
			l.report("The action "+a.text.string+` works on no resource that a policy can name: this statement is never about it. Put it in a statement with Resource "*".`, a.text.at)
		}
	}
}

func (l *linter) checkResourceOfAction(s *lintStatement) {
	list, ok := l.named(s)
	if !ok {
		return
	}
	accepting := typesWith(typesOfAll(list), s.resource.items)
	for _, a := range list {
		if len(a.matched) > 0 && !withoutResource(a) && !a.worksOn(accepting) {
			l.report("The action "+a.text.string+" works on none of the resources of the statement: "+typesOf(a.matched)+".", a.text.at)
		}
	}
}

// typesOf tells what actions work on, in words.
func typesOf(list []*actions.Action) string {
	var arns []string
	for _, a := range list {
		for _, r := range a.Resources {
			if !contains(arns, r.Type.ARN) {
				arns = append(arns, r.Type.ARN)
			}
		}
	}
	if len(arns) > 3 {
		arns = append(arns[:3], "…")
	}
	return "it works on " + strings.Join(arns, ", ")
}

// checkActionOfResource is silent where no action fits any resource, which is told of the actions.
func (l *linter) checkActionOfResource(s *lintStatement) {
	list, ok := l.named(s)
	if !ok || len(list) < len(s.action.items) {
		return
	}
	types := typesOfAll(list)
	unknown := slices.ContainsFunc(list, func(a *lintAction) bool { return len(a.matched) == 0 })
	var idle []lintText
	for _, r := range s.resource.items {
		used := unknown
		for t := range types {
			used = used || t.Accepts(r.string)
		}
		if !used {
			idle = append(idle, r)
		}
	}
	for _, r := range idle {
		if len(idle) < len(s.resource.items) {
			l.report("None of the actions of the statement works on "+r.string+".", r.at)
		}
	}
}
