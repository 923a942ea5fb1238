package wire

import (
	"fmt"
	"strings"

	"umbel/internal/fault"
	"umbel/internal/model"
)

// violated is the error that a service gives for an input that violates constraints of its model.
func violated(svc *model.Service, vs []Violation) error {
	switch svc.ID {
	case "organizations":
		return violatedOrganizations(vs[0])
	case "cloudtrail":
		return violatedCloudTrail(vs)
	case "bcm-data-exports":
		return violatedFields(vs, "Fields", "Name", "Message")
	case "accessanalyzer", "billing", "invoicing":
		return violatedFields(vs, "fieldList", "name", "message")
	case "cloudwatch":
		return violatedCloudWatch(vs)
	}
	return fault.New(fault.ValidationFailed, "%s", detected(vs))
}

// detected is the message that most services give.
func detected(vs []Violation) string {
	texts := make([]string, len(vs))
	for i, v := range vs {
		texts[i] = v.String()
	}
	plural := ""
	if len(vs) > 1 {
		plural = "s"
	}
	return fmt.Sprintf("%d validation error%s detected: %s", len(vs), plural, strings.Join(texts, "; "))
}

// violatedOrganizations gives Organizations' reason code and text for the first violation (API reference,
// InvalidInputException). Where a member has a reason of its own, AWS gives that.
func violatedOrganizations(v Violation) error {
	reason, text := organizationsReason(v.Constraint)
	switch {
	case v.Constraint == Pattern && v.Member.Shape.Name == "PolicyTargetId":
		reason = "INVALID_PATTERN_TARGET_ID"
	case v.Constraint == Pattern && v.Member.Shape.Name == "RoleName":
		reason = "INVALID_ROLE_NAME"
	case v.Constraint == Enum && strings.HasSuffix(v.Member.Shape.Name, "PolicyType"):
		reason = "INVALID_ENUM_POLICY_TYPE"
	case v.Member.Shape.Name == "NextToken":
		reason = "INVALID_NEXT_TOKEN"
	}
	return fault.WithReason(fault.ValidationFailed, reason, "%s", text)
}

func organizationsReason(c Constraint) (reason, text string) {
	switch c {
	case Required:
		return "INPUT_REQUIRED", "You must include a value for all required parameters."
	case Enum:
		return "INVALID_ENUM", "You specified an invalid value."
	case MinLength:
		return "MIN_LENGTH_EXCEEDED", "You provided a string parameter that is shorter than allowed."
	case MaxLength:
		return "MAX_LENGTH_EXCEEDED", "You provided a string parameter that is longer than allowed."
	case MinValue:
		return "MIN_VALUE_EXCEEDED", "You provided a numeric parameter that has a smaller value than allowed."
	case MaxValue:
		return "MAX_VALUE_EXCEEDED", "You provided a numeric parameter that has a larger value than allowed."
	}
	return "INVALID_PATTERN", "You provided a value that does not match the required pattern."
}

// violatedCloudTrail gives CloudTrail's own exception for the members that have one.
func violatedCloudTrail(vs []Violation) error {
	code := fault.ValidationFailed
	text := detected(vs)
	switch root, _, _ := strings.Cut(vs[0].Path, "."); root {
	case "maxResults":
		code = fault.InvalidMaxResults
		text = fmt.Sprintf("A max results value of %s is invalid. Specify max results between 1 and 50.", strings.Trim(vs[0].Value, "'"))
	case "lookupAttributes":
		code = fault.InvalidLookupAttributes
	case "eventCategory":
		code = fault.InvalidEventCategory
	case "nextToken":
		code = fault.InvalidPageToken
	}
	return fault.New(code, "%s", text)
}

// violatedCloudWatch has a code of its own for what is missing (CloudWatch API Reference, MissingParameter).
func violatedCloudWatch(vs []Violation) error {
	if v := vs[0]; v.Constraint == Required {
		return fault.New(fault.MissingParameter, "The parameter %s is required.", v.Member.Name)
	}
	return fault.New(fault.ValidationFailed, "%s", detected(vs))
}

// violatedFields names the members one by one, too, as services do whose ValidationException has a list of fields: Access
// Analyzer, Data Exports, Billing, Invoicing (their API References, ValidationException).
func violatedFields(vs []Violation, list, name, message string) error {
	fields := make([]map[string]string, len(vs))
	for i, v := range vs {
		fields[i] = map[string]string{name: v.Path, message: v.String()}
	}
	e := fault.New(fault.ValidationFailed, "%s", detected(vs))
	e.Fields = map[string]any{list: fields}
	return e
}
