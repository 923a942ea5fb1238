package iampolicy

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// corpusFindings are all findings in the published SCP examples, how often each code is found in which document. Every one is
// so: placeholders (${Account}, {example-region-1}, [STACK_NAME]), a comma too few, actions that do not exist any more or in
// another case, ARNs of another form than the service's, actions without the resources of the statement, a statement twice.
var corpusFindings = []string{
	"Deny-Amazon-Virtual-Private-Network-connection-creation-modification-deletion.json ACTION_CASE_MISMATCH 2",
	"Deny-access-to-AWS-based-on-the-requested-AWS-region-with-Bedrock-CRIS.json INVALID_REGION 4",
	"Deny-modification-to-Lambda-URL-Config.json INVALID_ARN_RESOURCE 1",
	"Deny-modification-to-Lambda-URL-Config.json RESOURCE_NOT_OF_ACTION 2",
	"Deny-modifications-to-specific-AWS-CloudFormation-resources.json ACTION_WITHOUT_RESOURCE 1",
	"Deny-modifications-to-specific-AWS-CloudFormation-resources.json INVALID_ARN_RESOURCE 1",
	"Deny-modifications-to-specific-AWS-CloudFormation-resources.json RESOURCE_OF_NO_ACTION 1",
	"Deny-modifications-to-specific-Amazon-Lambda-functions.json ACTION_WITHOUT_RESOURCE 1",
	"Deny-modifications-to-specific-Amazon-Lambda-functions.json RESOURCE_NOT_OF_ACTION 2",
	"Deny-unwanted-cancellation-or-changes-to-AWS-Marketplace-product-subscription.json INVALID_ACTION 2",
	"Deny-use-of-IAM-user-credentials-from-unexpected-networks.json ACTION_CASE_MISMATCH 1",
	"Deny-use-of-IAM-user-credentials-from-unexpected-networks.json INVALID_VPC_FORMAT 1",
	"Deny-use-of-IAM-user-credentials-from-unexpected-networks.json TYPE_MISMATCH_IP_RANGE 1",
	"deny-creating-any-service-specific-credentials.json REDUNDANT_STATEMENT 1",
	"deny-service-specific-credential-by-type.json JSON_SYNTAX_ERROR 1",
}

func TestCorpus(t *testing.T) {
	found := map[string]int{}
	for name, text := range scpExamples(t) {
		for _, f := range Lint(text, KindServiceControl) {
			found[filepath.Base(name)+" "+f.Code]++
		}
	}
	var got []string
	for what, n := range found {
		if !strings.HasSuffix(what, "UNKNOWN_KEY_IN_VARIABLE") { // ${Account} in most documents
			got = append(got, fmt.Sprintf("%s %d", what, n))
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, corpusFindings) {
		t.Errorf("the corpus has other findings:\n%s", strings.Join(got, "\n"))
	}
}

// TestSilence: policies that need no finding.
func TestSilence(t *testing.T) {
	for _, row := range []struct {
		name string
		kind Kind
		text string
	}{
		{"no-account", KindIdentity, ofStatements(`{"Effect":"Allow","Action":"ssm:GetDocument","Resource":"arn:aws:ssm:*::document/AWS-*"}`)},
		{"scp-language", KindServiceControl, ofStatements(`{"Effect":"Deny","NotAction":["s3:Get*Tagging","sts:*"],"NotResource":"arn:aws:s3:::b"}`,
			`{"Effect":"Allow","Action":["s3:*Bucket","s3:Get*"],"Resource":"arn:aws:s3:::b","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`)},
		{"no-grant", KindServiceControl, ofStatements(`{"Effect":"Allow","Action":"*","Resource":"*"}`)},
		{"no-grant", KindBoundary, ofStatements(`{"Effect":"Allow","Action":"*","Resource":"*"}`)},
		{"usual", KindTrust, trusting(`"Principal":{"Service":"ec2.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]`)},
		{"usual", KindIdentity, ofStatements(okAllow, `{"Sid":"B","Effect":"Allow","Action":"ec2:RunInstances","Resource":["arn:aws:ec2:*:*:instance/*","arn:aws:ec2:*::image/*"],"Condition":{"StringLike":{"ec2:InstanceType":"t3.*"}}}`)},
		{"usual", KindDelegation, badStatement(`"Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"organizations:ListPolicies","Resource":"*"`)},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, f := range Lint(row.text, row.kind) {
				t.Errorf("%s: %s %s at %s: %s", row.text, f.Type, f.Code, f.Locations[0].Path, f.Message)
			}
		})
	}
}

func ExampleLint() {
	policy := `{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Action": ["s3:GetObjcet", "s3:ListBucket"],
    "Resource": "arn:aws:s3:::reports/*"
  }]
}`
	for _, f := range Lint(policy, KindIdentity) {
		at := f.Locations[0]
		fmt.Printf("%d:%d %s %s at %s: %s\n", at.Start.Line, at.Start.Column, f.Type, f.Code, at.Path, f.Message)
	}
	// Output:
	// 5:16 ERROR INVALID_ACTION at Statement[0].Action[0]: The action s3:GetObjcet does not exist. Did you mean s3:GetObject?
	// 5:32 WARNING RESOURCE_NOT_OF_ACTION at Statement[0].Action[1]: The action s3:ListBucket works on none of the resources of the statement: it works on arn:${Partition}:s3:${Region}:${Account}:accesspoint/${AccessPointName}, arn:${Partition}:s3:::${BucketName}.
}
