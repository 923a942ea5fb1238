package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/fault"
)

// decodeError decodes a request into the operation's own type and gives the error.
func decodeError(t *testing.T, service, operation, body string) *fault.Error {
	t.Helper()
	_, op := load(t, service, operation)
	req := jsonRequest(op, body)
	if op.Service.TargetPrefix == "" {
		req = formRequest("Action=" + operation + "&" + body)
	}
	in, _ := newTypes(t, op)
	err := Decode(op, req, in)
	if err == nil {
		return nil
	}
	var e *fault.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a fault: %v", err)
	}
	return e
}

func TestViolationsOfOrganizations(t *testing.T) {
	const id, root, ou = `"AccountId":"111122223333"`, `"SourceParentId":"r-ab12"`, `"DestinationParentId":"ou-ab12-abcdefgh"`
	long := strings.Repeat("x", 129)
	tests := []struct{ operation, body, reason, message string }{
		{"MoveAccount", `{` + id + `,` + root + `,` + ou + `}`, "", ""},
		{"MoveAccount", `{` + id + `,` + root + `}`, "INPUT_REQUIRED", "You must include a value for all required parameters."},
		{"MoveAccount", ``, "INPUT_REQUIRED", "You must include a value for all required parameters."},
		{"MoveAccount", `{"AccountId":"1",` + root + `,` + ou + `}`, "INVALID_PATTERN", "You provided a value that does not match the required pattern."},
		{"AttachPolicy", `{"PolicyId":"p-FullAWSAccess","TargetId":"x"}`, "INVALID_PATTERN_TARGET_ID", "You provided a value that does not match the required pattern."},
		{"ListPolicies", `{"Filter":"SCP"}`, "INVALID_ENUM_POLICY_TYPE", "You specified an invalid value."},
		{"ListChildren", `{"ParentId":"r-ab12","ChildType":"ROOT"}`, "INVALID_ENUM", "You specified an invalid value."},
		{"ListAccounts", `{"MaxResults":0}`, "MIN_VALUE_EXCEEDED", "You provided a numeric parameter that has a smaller value than allowed."},
		{"ListAccounts", `{"MaxResults":21}`, "MAX_VALUE_EXCEEDED", "You provided a numeric parameter that has a larger value than allowed."},
		{"CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":""}`, "MIN_LENGTH_EXCEEDED", "You provided a string parameter that is shorter than allowed."},
		{"CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":"` + long + `"}`, "MAX_LENGTH_EXCEEDED", "You provided a string parameter that is longer than allowed."},
		{"CreateOrganizationalUnit", `{"ParentId":"r-ab12","Name":"` + strings.Repeat("漢", 128) + `"}`, "", ""},
		{"CreateAccount", `{"Email":"a@b.co","AccountName":"x","RoleName":"a b"}`, "INVALID_ROLE_NAME", "You provided a value that does not match the required pattern."},
		{"TagResource", `{"ResourceId":"111122223333","Tags":[{"Key":"a","Value":"b"},{"Key":"c"}]}`, "INPUT_REQUIRED", "You must include a value for all required parameters."},
	}
	for _, tt := range tests {
		e := decodeError(t, "organizations", tt.operation, tt.body)
		if tt.reason == "" {
			if e != nil {
				t.Errorf("%s %s: %v", tt.operation, tt.body, e)
			}
			continue
		}
		if e == nil || e.Code != fault.ValidationFailed || e.Reason != tt.reason || e.Message != tt.message {
			t.Errorf("%s %s: %v", tt.operation, tt.body, e)
		}
	}
}

func TestViolationsOfIAM(t *testing.T) {
	tests := []struct{ service, operation, body, message string }{
		{"iam", "GetRole", "", "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null"},
		{"iam", "GetRole", "RoleName=a+b", `1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`},
		{"iam", "GetRole", "RoleName=" + strings.Repeat("x", 65), "1 validation error detected: Value '" + strings.Repeat("x", 65) + "' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"iam", "GetRole", "RoleName=", `2 validation errors detected: Value '' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+; Value '' at 'roleName' failed to satisfy constraint: Member must have length greater than or equal to 1`},
		{"iam", "ListRoles", "MaxItems=1001", "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"},
		{"iam", "TagRole", "RoleName=r&Tags.member.1.Key=a&Tags.member.1.Value=&Tags.member.2.Key=%26&Tags.member.2.Value=", `1 validation error detected: Value '&' at 'tags.2.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`},
		{"iam", "UntagRole", "RoleName=r&TagKeys.member.1=a&TagKeys.member.2=%26", `1 validation error detected: Value '[a, &]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+]`},
		{"iam", "CreateLoginProfile", "UserName=u&Password=", "2 validation errors detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+; Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"iam", "UpdateAccessKey", "AccessKeyId=AKIAABCDEFGHIJKLMNOP&Status=active", "1 validation error detected: Value 'active' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive, Expired]"},
		{"sts", "AssumeRole", "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx&RoleSessionName=s1&DurationSeconds=899", "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
	}
	for _, tt := range tests {
		e := decodeError(t, tt.service, tt.operation, tt.body)
		if e == nil || e.Code != fault.ValidationFailed {
			t.Errorf("%s %s: %v", tt.operation, tt.body, e)
			continue
		}
		if d := cmp.Diff(tt.message, e.Message); d != "" {
			t.Errorf("%s %s: %s", tt.operation, tt.body, d)
		}
	}
}

func TestViolationsOfCloudTrail(t *testing.T) {
	tests := []struct {
		body string
		code fault.Code
	}{
		{`{"MaxResults":51}`, fault.InvalidMaxResults},
		{`{"MaxResults":50}`, ""},
		{`{"LookupAttributes":[{"AttributeKey":"Colour","AttributeValue":"x"}]}`, fault.InvalidLookupAttributes},
		{`{"LookupAttributes":[{"AttributeKey":"EventName"}]}`, fault.InvalidLookupAttributes},
		{`{"EventCategory":"x"}`, fault.InvalidEventCategory},
	}
	for _, tt := range tests {
		e := decodeError(t, "cloudtrail", "LookupEvents", tt.body)
		if tt.code == "" && e != nil || tt.code != "" && (e == nil || e.Code != tt.code) {
			t.Errorf("%s: %v", tt.body, e)
		}
	}
}

func TestViolationsAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"ResourceId":"111122223333","Tags":[`)
	b.WriteString(strings.Repeat(`{},`, 1000))
	b.WriteString(`{}]}`)
	_, op := load(t, "organizations", "TagResource")
	in, _ := newTypes(t, op)
	bd, err := bind(op.Input, in)
	if err != nil {
		t.Fatal(err)
	}
	if err := decodeJSON([]byte(b.String()), bd.node, bd.value); err != nil {
		t.Fatal(err)
	}
	vs, err := Validate(op.Input, in)
	if err != nil || len(vs) != maxViolations || vs[0].Path != "tags.1.member.key" || vs[0].Constraint != Required {
		t.Errorf("%d violations: %v, %v", len(vs), vs, err)
	}
}
