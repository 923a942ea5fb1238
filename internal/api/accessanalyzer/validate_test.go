package accessanalyzer_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trail "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"umbel/internal/testenv"
)

func validate(t *testing.T, client *accessanalyzer.Client, kind types.PolicyType, text string, options ...func(*accessanalyzer.ValidatePolicyInput)) (*accessanalyzer.ValidatePolicyOutput, error) {
	t.Helper()
	in := &accessanalyzer.ValidatePolicyInput{PolicyDocument: &text, PolicyType: kind}
	for _, o := range options {
		o(in)
	}
	return client.ValidatePolicy(t.Context(), in)
}

// codes validates a policy and gives what was found.
func codes(t *testing.T, client *accessanalyzer.Client, kind types.PolicyType, text string, options ...func(*accessanalyzer.ValidatePolicyInput)) []string {
	t.Helper()
	out, err := validate(t, client, kind, text, options...)
	if err != nil {
		t.Fatal(err)
	}
	found := []string{}
	for _, f := range out.Findings {
		found = append(found, string(f.FindingType)+" "+*f.IssueCode)
	}
	return found
}

func of(r types.ValidatePolicyResourceType) func(*accessanalyzer.ValidatePolicyInput) {
	return func(in *accessanalyzer.ValidatePolicyInput) { in.ValidatePolicyResourceType = r }
}

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`

// TestFinding compares a whole finding: places count lines from 1, columns and offsets from 0, in characters.
func TestFinding(t *testing.T) {
	client := accessanalyzer.NewFromConfig(testenv.Start(t).Administrator(""))
	text := "{\"Version\": \"2012-10-17\", \"Id\": \"é\",\n  \"Statement\": [{\"Effect\": \"allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::b/*\"}]}"
	out, err := validate(t, client, types.PolicyTypeIdentityPolicy, text, func(in *accessanalyzer.ValidatePolicyInput) { in.Locale = types.LocaleDe })
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(text, `"allow"`) - len("é") + 1
	position := func(offset int) *types.Position {
		return &types.Position{Line: aws.Int32(2), Column: aws.Int32(int32(offset - strings.Index(text, "\n") + len("é") - 1 - 1)), Offset: aws.Int32(int32(offset))}
	}
	want := []types.ValidatePolicyFinding{{
		FindingType: types.ValidatePolicyFindingTypeError, IssueCode: aws.String("INVALID_EFFECT"),
		FindingDetails: aws.String("The effect allow is not valid. Use Allow or Deny."),
		LearnMoreLink:  aws.String("https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-effect"),
		Locations: []types.Location{{
			Path: []types.PathElement{&types.PathElementMemberValue{Value: "Statement"}, &types.PathElementMemberIndex{Value: 0}, &types.PathElementMemberValue{Value: "Effect"}},
			Span: &types.Span{Start: position(at), End: position(at + len(`"allow"`))},
		}},
	}}
	ignore := cmpopts.IgnoreUnexported(types.ValidatePolicyFinding{}, types.Location{}, types.Span{}, types.Position{}, types.PathElementMemberIndex{}, types.PathElementMemberValue{}, types.PathElementMemberKey{})
	if diff := cmp.Diff(want, out.Findings, ignore); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEveryType(t *testing.T) {
	client := accessanalyzer.NewFromConfig(testenv.Start(t).Administrator(""))
	identity := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`
	principal := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`
	for name, tt := range map[string]struct {
		kind    types.PolicyType
		text    string
		options []func(*accessanalyzer.ValidatePolicyInput)
		want    string // among what is found; "" for no error
	}{
		"an identity policy":                       {types.PolicyTypeIdentityPolicy, identity, nil, ""},
		"an identity policy with a principal":      {types.PolicyTypeIdentityPolicy, principal, nil, "ERROR UNSUPPORTED_PRINCIPAL"},
		"an SCP":                                   {types.PolicyTypeServiceControlPolicy, identity, nil, ""},
		"an SCP with a principal":                  {types.PolicyTypeServiceControlPolicy, principal, nil, "ERROR SCP_SYNTAX_ERROR_PRINCIPAL"},
		"an RCP":                                   {types.PolicyTypeResourceControlPolicy, principal, nil, ""},
		"an RCP that allows":                       {types.PolicyTypeResourceControlPolicy, strings.Replace(principal, "Deny", "Allow", 1), nil, "ERROR RCP_SYNTAX_ERROR_ALLOW"},
		"a bucket policy":                          {types.PolicyTypeResourcePolicy, principal, []func(*accessanalyzer.ValidatePolicyInput){of(types.ValidatePolicyResourceTypeS3Bucket)}, ""},
		"a resource policy without a principal":    {types.PolicyTypeResourcePolicy, identity, nil, "ERROR MISSING_PRINCIPAL"},
		"a trust policy, said to be one":           {types.PolicyTypeResourcePolicy, trust, []func(*accessanalyzer.ValidatePolicyInput){of(types.ValidatePolicyResourceTypeRoleTrust)}, ""},
		"a trust policy, seen to be one":           {types.PolicyTypeResourcePolicy, trust, nil, ""},
		"a trust policy, said to be a bucket's":    {types.PolicyTypeResourcePolicy, trust, []func(*accessanalyzer.ValidatePolicyInput){of(types.ValidatePolicyResourceTypeS3Bucket)}, "ERROR MISSING_RESOURCE"},
		"what is no JSON":                          {types.PolicyTypeIdentityPolicy, "{", nil, "ERROR JSON_SYNTAX_ERROR"},
		"an empty text":                            {types.PolicyTypeIdentityPolicy, "", nil, "ERROR JSON_SYNTAX_ERROR"},
		"a key that stands for what is wrong, too": {types.PolicyTypeIdentityPolicy, `{"Version":"2012-10-17","Statements":[]}`, nil, "ERROR INVALID_POLICY_ELEMENT"},
	} {
		t.Run(name, func(t *testing.T) {
			found := strings.Join(codes(t, client, tt.kind, tt.text, tt.options...), ", ")
			if tt.want == "" && strings.Contains(found, "ERROR ") || !strings.Contains(found, tt.want) {
				t.Errorf("found %q, want %q", found, tt.want)
			}
		})
	}
}

func TestPages(t *testing.T) {
	s := testenv.Start(t)
	client := accessanalyzer.NewFromConfig(s.Administrator(""))
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"x","Action":"a:b","Resource":"*"},{"Effect":"y","Action":"a:b","Resource":"*"},{"Effect":"z","Action":"a:b","Resource":"*"}]}`
	all := codes(t, client, types.PolicyTypeIdentityPolicy, text)
	var found []string
	pages := accessanalyzer.NewValidatePolicyPaginator(client, &accessanalyzer.ValidatePolicyInput{PolicyDocument: &text, PolicyType: types.PolicyTypeIdentityPolicy},
		func(o *accessanalyzer.ValidatePolicyPaginatorOptions) { o.Limit = 2 })
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Findings) > 2 || len(page.Findings) == 0 {
			t.Errorf("a page of %d findings", len(page.Findings))
		}
		for _, f := range page.Findings {
			found = append(found, string(f.FindingType)+" "+*f.IssueCode)
		}
	}
	if diff := cmp.Diff(all, found); diff != "" || len(all) < 3 {
		t.Errorf("in pages (-at once +in pages):\n%s", diff)
	}
	first, err := validate(t, client, types.PolicyTypeIdentityPolicy, text, func(in *accessanalyzer.ValidatePolicyInput) { in.MaxResults = aws.Int32(1) })
	if err != nil || first.NextToken == nil {
		t.Fatalf("%v, %v", first, err)
	}
	_, err = validate(t, client, types.PolicyTypeIdentityPolicy, text+" ", func(in *accessanalyzer.ValidatePolicyInput) { in.NextToken = first.NextToken })
	wantInvalid(t, err, "Invalid token.")
}

// wantInvalid wants a ValidationException with a reason.
func wantInvalid(t *testing.T, err error, message string) {
	t.Helper()
	var invalid *types.ValidationException
	if !errors.As(err, &invalid) || invalid.Reason != types.ValidationExceptionReasonFieldValidationFailed || !strings.Contains(*invalid.Message, message) {
		t.Errorf("%v, want a ValidationException with the reason fieldValidationFailed: %s", err, message)
	}
}

func TestInvalidInput(t *testing.T) {
	client := accessanalyzer.NewFromConfig(testenv.Start(t).Administrator(""))
	for name, tt := range map[string]struct {
		kind   types.PolicyType
		change func(*accessanalyzer.ValidatePolicyInput)
		want   string
		field  string
	}{
		"a resource type of an identity policy": {types.PolicyTypeIdentityPolicy, of(types.ValidatePolicyResourceTypeS3Bucket), "InvalidInput", ""},
		"a type that is none":                   {"POLICY", func(*accessanalyzer.ValidatePolicyInput) {}, "enum value set", "policyType"},
		"a resource type that is none":          {types.PolicyTypeResourcePolicy, of("AWS::KMS::Key"), "enum value set", "validatePolicyResourceType"},
		"no findings wanted":                    {types.PolicyTypeIdentityPolicy, func(in *accessanalyzer.ValidatePolicyInput) { in.MaxResults = aws.Int32(0) }, "maxResults must be between 1 and 1000", "maxResults"},
		"too many findings wanted":              {types.PolicyTypeIdentityPolicy, func(in *accessanalyzer.ValidatePolicyInput) { in.MaxResults = aws.Int32(1001) }, "maxResults must be between 1 and 1000", "maxResults"},
		"a forged token":                        {types.PolicyTypeIdentityPolicy, func(in *accessanalyzer.ValidatePolicyInput) { in.NextToken = aws.String("forged") }, "Invalid token.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := validate(t, client, tt.kind, trust, tt.change)
			wantInvalid(t, err, tt.want)
			var invalid *types.ValidationException
			if tt.field != "" && (!errors.As(err, &invalid) || len(invalid.FieldList) != 1 || *invalid.FieldList[0].Name != tt.field || *invalid.FieldList[0].Message == "") {
				t.Errorf("fields %+v, want %s", invalid, tt.field)
			}
		})
	}
	_, err := client.ListAnalyzers(t.Context(), &accessanalyzer.ListAnalyzersInput{})
	var api smithy.APIError
	if !errors.As(err, &api) || !strings.HasPrefix(api.ErrorCode(), "NotImplemented") {
		t.Errorf("an operation that is not offered: %v", err)
	}
}

// TestDenialAndRecord wants the refusal in AWS's words, and both calls in the trail.
func TestDenialAndRecord(t *testing.T) {
	s := testenv.Start(t)
	admin := s.Administrator("")
	alice := s.User(admin, "alice", "")
	_, err := validate(t, accessanalyzer.NewFromConfig(alice), types.PolicyTypeIdentityPolicy, trust)
	var denied *types.AccessDeniedException
	if !errors.As(err, &denied) || !strings.Contains(*denied.Message, "user/alice is not authorized to perform: access-analyzer:ValidatePolicy on resource: ") {
		t.Errorf("alice: %v", err)
	}
	codes(t, accessanalyzer.NewFromConfig(admin), types.PolicyTypeIdentityPolicy, trust)
	out, err := cloudtrail.NewFromConfig(admin).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{
		LookupAttributes: []trail.LookupAttribute{{AttributeKey: trail.LookupAttributeKeyEventName, AttributeValue: aws.String("ValidatePolicy")}},
	})
	if err != nil || len(out.Events) != 2 {
		t.Fatalf("%d events, %v", len(out.Events), err)
	}
	var r struct {
		EventSource, EventName, ErrorCode string
		ReadOnly                          bool
		RequestParameters                 map[string]any
	}
	if err := json.Unmarshal([]byte(*out.Events[0].CloudTrailEvent), &r); err != nil {
		t.Fatal(err)
	}
	if r.EventSource != "access-analyzer.amazonaws.com" || !r.ReadOnly || r.ErrorCode != "" || r.RequestParameters["policyType"] != "IDENTITY_POLICY" {
		t.Errorf("record %+v", r)
	}
	if err := json.Unmarshal([]byte(*out.Events[1].CloudTrailEvent), &r); err != nil || r.ErrorCode != "AccessDenied" {
		t.Errorf("record of the refusal %+v, %v", r, err)
	}
}
