package accessanalyzer

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"unicode/utf8"

	"umbel/iampolicy"
	"umbel/internal/fault"
	model "umbel/internal/model/accessanalyzer"
	"umbel/internal/op"
)

// How many findings a page has, and may have. The API reference names no numbers: docs/decisions/accessanalyzer.md.
const (
	pageSize = 100
	maxPage  = 1000
)

func validatePolicy() *op.Operation {
	return op.Define(op.Decl[model.ValidatePolicyInput, model.ValidatePolicyOutput]{
		Service: "accessanalyzer", Name: "ValidatePolicy", Access: op.Read, Action: "access-analyzer:ValidatePolicy",
		Targets: func(*op.Call, *model.ValidatePolicyInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: runValidatePolicy,
	})
}

// runValidatePolicy gives the findings in a policy, a page of them. They follow from the policy alone: a token holds only how
// many were given (Access Analyzer API Reference, ValidatePolicy).
func runValidatePolicy(c *op.Call, in *model.ValidatePolicyInput) (*model.ValidatePolicyOutput, error) {
	kind, err := kindOf(in)
	if err != nil {
		return nil, err
	}
	limit := pageSize
	if in.MaxResults != nil {
		if limit = int(*in.MaxResults); limit < 1 || limit > maxPage {
			return nil, invalid("maxResults", fmt.Sprintf("maxResults must be between 1 and %d", maxPage))
		}
	}
	what := binding(c, in)
	from := 0
	if in.NextToken != nil {
		if from, err = given(c, *in.NextToken, what); err != nil {
			return nil, err
		}
	}
	found := iampolicy.Lint(*in.PolicyDocument, kind)
	from = min(from, len(found))
	until := min(from+limit, len(found))
	out := &model.ValidatePolicyOutput{Findings: []model.ValidatePolicyFinding{}}
	for i := from; i < until; i++ {
		out.Findings = append(out.Findings, shown(*in.PolicyDocument, &found[i]))
	}
	if until < len(found) {
		token := c.Pages.Seal([]byte(strconv.Itoa(until)), what)
		out.NextToken = &token
	}
	return out, nil
}

// kindOf gives the kind of policy that the input speaks of.
func kindOf(in *model.ValidatePolicyInput) (iampolicy.Kind, error) {
	resource := in.ValidatePolicyResourceType
	switch {
	case resource != nil && *in.PolicyType != model.PolicyTypeResourcePolicy:
		return 0, fault.WithReason(fault.ValidationFailed, model.ValidationExceptionReasonFieldValidationFailed, "InvalidInput")
	case *in.PolicyType == model.PolicyTypeServiceControlPolicy:
		return iampolicy.KindServiceControl, nil
	case *in.PolicyType == model.PolicyTypeResourceControlPolicy:
		return iampolicy.KindResourceControl, nil
	case *in.PolicyType == model.PolicyTypeIdentityPolicy:
		return iampolicy.KindIdentity, nil
	case resource != nil && *resource == model.ValidatePolicyResourceTypeAwsIamAssumeRolePolicyDocument:
		return iampolicy.KindTrust, nil
	case resource == nil && iampolicy.GuessKind(*in.PolicyDocument) == iampolicy.KindTrust:
		return iampolicy.KindTrust, nil
	}
	return iampolicy.KindResource, nil
}

// invalid is the error for an input that the model does not bound.
func invalid(field, message string) error {
	e := fault.WithReason(fault.ValidationFailed, model.ValidationExceptionReasonFieldValidationFailed, "%s", message)
	e.Fields = map[string]any{"fieldList": []map[string]string{{"name": field, "message": message}}}
	return e
}

// binding ties a token to the account and to the policy it was made for: only with the same is it valid.
func binding(c *op.Call, in *model.ValidatePolicyInput) []byte {
	resource := ""
	if in.ValidatePolicyResourceType != nil {
		resource = *in.ValidatePolicyResourceType
	}
	return fmt.Appendf(nil, "accessanalyzer.ValidatePolicy %s %s %s %x", c.Caller.Account, *in.PolicyType, resource, sha256.Sum256([]byte(*in.PolicyDocument)))
}

// given reads from a token how many findings were given.
func given(c *op.Call, token string, what []byte) (int, error) {
	raw, err := c.Pages.Open(token, what)
	if err != nil {
		return 0, fault.New(fault.InvalidPageToken, "").Because(err)
	}
	return strconv.Atoi(string(raw))
}

// learnMore is where AWS describes its findings.
const learnMore = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"

// shown puts a finding into the service's words.
func shown(text string, f *iampolicy.Finding) model.ValidatePolicyFinding {
	kind, code, details, link := string(f.Type), f.Code, f.Message, learnMore
	if anchor := f.Anchor(); anchor != "" {
		link += "#" + anchor
	}
	out := model.ValidatePolicyFinding{FindingType: &kind, IssueCode: &code, FindingDetails: &details, LearnMoreLink: &link, Locations: []model.Location{}}
	for i := range f.Locations {
		at := &f.Locations[i]
		out.Locations = append(out.Locations, model.Location{
			Path: path(at.Path), Span: &model.Span{Start: point(text, at.Start), End: point(text, at.End)},
		})
	}
	return out
}

// path gives each step as the one member of a union.
func path(p iampolicy.Path) []model.PathElement {
	out := make([]model.PathElement, len(p))
	for i, step := range p {
		switch step.Kind {
		case iampolicy.PathIndex:
			index := int32(step.Index)
			out[i].Index = &index
		case iampolicy.PathKey:
			out[i].Key = &step.Name
		default:
			out[i].Value = &step.Name
		}
	}
	return out
}

// point gives a place as the service counts: lines from 1, columns and the offset from 0, in characters.
func point(text string, p iampolicy.Point) *model.Position {
	line, column, offset := int32(p.Line), int32(p.Column-1), int32(utf8.RuneCountInString(text[:p.Offset]))
	return &model.Position{Line: &line, Column: &column, Offset: &offset}
}
