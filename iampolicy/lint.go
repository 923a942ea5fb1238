package iampolicy

import (
	"cmp"
	"slices"
	"strings"
)

// FindingType is the impact of a finding, as IAM Access Analyzer sorts them.
type FindingType string

// The types, from the gravest. Source: Access Analyzer API Reference, ValidatePolicyFinding.
const (
	FindingError           FindingType = "ERROR"            // a part of the policy does not work
	FindingSecurityWarning FindingType = "SECURITY_WARNING" // the policy allows more than it should
	FindingWarning         FindingType = "WARNING"          // the policy does not do what it seems to
	FindingSuggestion      FindingType = "SUGGESTION"       // style: access stays the same
)

// Finding is something about a policy that its author should know.
type Finding struct {
	Type    FindingType
	Code    string // as "INVALID_ACTION"; FindingCodes lists them all
	Message string
	// Locations are the places in the document that the finding is about, in order; there is at least one.
	Locations []Location
}

// Location is a place in a document.
type Location struct {
	Path       Path
	Start, End Point // End is behind the last character
}

// Point is a place between two characters of a document; Offset counts bytes from 0.
type Point struct {
	Position
	Offset int
}

// Anchor is the name of the finding's section in IAM User Guide, "IAM policy validation check reference", and "" for a
// finding that Access Analyzer does not know.
func (f Finding) Anchor() string {
	for _, group := range ruleGroups() {
		for i := range group {
			if r := &group[i]; r.code == f.Code && r.title != "" {
				name := map[FindingType]string{FindingError: "error", FindingSecurityWarning: "security-warning", FindingWarning: "general-warning", FindingSuggestion: "suggestion"}[r.kind]
				return "access-analyzer-reference-policy-checks-" + name + "-" + strings.ReplaceAll(r.title, " ", "-")
			}
		}
	}
	return ""
}

// Lint looks for what is wrong, dangerous or needless in a policy of a kind, and returns findings in the order of the
// document. A document that Validate refuses has at least one finding of type ERROR.
//
// Names, types and texts of the findings that Access Analyzer has, too, are those of IAM User Guide, "IAM policy validation
// check reference". What it says of actions, resources and condition keys comes from package actions.
func Lint(text string, kind Kind) []Finding {
	l := &linter{text: text, kind: kind, lines: indexLines(text), places: map[int]*place{}, actions: map[string]*lintAction{}, arns: map[string]*lintARN{}}
	l.read()
	if l.doc != nil {
		for _, group := range ruleGroups() {
			for i := range group {
				l.run(&group[i])
			}
		}
	}
	l.validate()
	slices.SortStableFunc(l.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Locations[0].Start.Offset, b.Locations[0].Start.Offset), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return l.findings
}

// lintRule is one kind of finding, and the check that finds it, over the whole document or statement by statement. Rules without
// a check are reported where the document is read, or by the check of the rule above them.
type lintRule struct {
	code      string
	kind      FindingType
	title     string // of Access Analyzer's section, in small letters; "" for rules that it does not have
	summary   string
	document  func(*linter)
	statement func(*linter, *lintStatement)
}

// ruleGroups are all rules, in the order of docs/policy-findings.md.
func ruleGroups() [][]lintRule {
	return [][]lintRule{grammarRules, elementRules, actionRules, resourceRules, conditionRules, valueRules, variableRules, principalRules, dangerRules, guardrailRules, sizeRules, redundancyRules, neverRules}
}

// FindingCode describes one kind of finding.
type FindingCode struct {
	Code    string
	Type    FindingType
	Summary string
	// Known tells that Access Analyzer has the finding, too.
	Known bool
}

// FindingCodes lists all kinds of finding, grouped by what they are about.
func FindingCodes() (list []FindingCode) {
	for _, group := range ruleGroups() {
		for _, r := range group {
			list = append(list, FindingCode{r.code, r.kind, r.summary, r.title != ""})
		}
	}
	return list
}

// linter is one run over one document.
type linter struct {
	text     string
	kind     Kind
	doc      *lintDocument  // nil: no JSON object
	places   map[int]*place // by their offset
	rule     *lintRule
	actions  map[string]*lintAction // looked up, by their text
	arns     map[string]*lintARN
	findings []Finding
	lines    lineIndex
}

func (l *linter) run(r *lintRule) {
	l.rule = r
	if r.document != nil {
		r.document(l)
	}
	for _, s := range l.doc.statements {
		if r.statement != nil {
			r.statement(l, s)
		}
	}
}

// report adds a finding of the rule that is running.
func (l *linter) report(message string, at ...*place) {
	l.reportAs(l.rule.code, l.rule.kind, message, at)
}

func (l *linter) reportAs(code string, kind FindingType, message string, at []*place) {
	f := Finding{Type: kind, Code: code, Message: message}
	for _, p := range at {
		f.Locations = append(f.Locations, l.location(p))
	}
	l.findings = append(l.findings, f)
}

// problem adds a finding of the grammar, by its code.
func (l *linter) problem(code, message string, at *place) {
	i := slices.IndexFunc(grammarRules, func(r lintRule) bool { return r.code == code })
	l.reportAs(code, grammarRules[i].kind, message, []*place{at})
}

// validate adds what Validate refuses and no rule has found.
func (l *linter) validate() {
	if slices.ContainsFunc(l.findings, func(f Finding) bool { return f.Type == FindingError }) {
		return
	}
	if bad := validate(l.kind, l.text); bad != nil {
		at := l.places[bad.offset]
		if at == nil {
			at = &place{at: bad.offset} // the whole document
		}
		l.problem("POLICY_NOT_ACCEPTED", bad.aws+" ("+bad.message+")", at)
	}
}

// Sets of kinds.

// grants tells whether policies of the kind give permissions; the others only limit them.
func (k Kind) grants() bool {
	switch k {
	case KindServiceControl, KindResourceControl, KindBoundary:
		return false
	}
	return true
}

// identity tells whether policies of the kind are written like identity policies.
func (k Kind) identity() bool { return k == KindIdentity || k == KindBoundary || k == KindSession }

// resourceBased tells whether policies of the kind are attached to a resource and name principals.
func (k Kind) resourceBased() bool { return k == KindTrust || k == KindResource || k == KindDelegation }
