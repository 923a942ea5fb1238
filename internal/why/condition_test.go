package why_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"umbel/internal/why"
)

// ofConditions are denials because a condition does not hold.
var ofConditions = []denial{
	{name: "condition-mfa", cause: "Bool aws:MultiFactorAuthPresent", call: func(w *stage) error {
		return createUser(w.user(w.dev, "without-mfa", doc(`{"Sid": "WithMFA", "Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}`)), "bob")
	}},
	{name: "condition-address", cause: `the request has "127.0.0.1"`, call: func(w *stage) error {
		return createUser(w.user(w.dev, "roaming", doc(`{"Sid": "FromTheOffice", "Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}}`)), "bob")
	}},
	{name: "condition-plain-http", cause: "Call over HTTPS", call: func(w *stage) error {
		return createUser(w.user(w.dev, "plain", doc(`{"Effect": "Allow", "Action": "*", "Resource": "*"}`,
			`{"Sid": "EncryptedOnly", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`)), "bob")
	}},
	{name: "condition-tag-of-the-resource", cause: `StringEquals aws:ResourceTag/team "blue": the request has "red"`, call: func(w *stage) error {
		w.must(createUser(w.admin(w.dev), "robin", iamtypes.Tag{Key: aws.String("team"), Value: aws.String("red")}))
		return getUser(w.user(w.dev, "blue", doc(`{"Sid": "BlueOnly", "Effect": "Allow", "Action": "iam:GetUser", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}}}`)), "robin")
	}},
	{name: "condition-tag-in-wrong-case", cause: "differs only in upper and lower case", call: func(w *stage) error {
		w.must(createUser(w.admin(w.dev), "rowan", iamtypes.Tag{Key: aws.String("stage"), Value: aws.String("Test")}))
		return getUser(w.user(w.dev, "tester", doc(`{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/stage": ["test", "dev"]}}}`)), "rowan")
	}},
	{name: "condition-variable-without-value", cause: "the variable ${aws:PrincipalTag/team} has no value in this request", call: func(w *stage) error {
		return createUser(w.user(w.dev, "untagged", doc(`{"Sid": "OwnPath", "Effect": "Allow", "Action": "iam:CreateUser", "Resource": "arn:aws:iam::*:user/${aws:PrincipalTag/team}-*"}`)), "blue-bob")
	}},
	{name: "condition-wildcard-in-string-equals", cause: "with StringEquals * and ? are ordinary characters", call: func(w *stage) error {
		cfg := w.user(w.dev, "starred", doc(`{"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::*:user/starred"}}}`))
		_, err := iam.NewFromConfig(cfg).AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("starred"), PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
		return err
	}},
	{name: "condition-tag-keys", cause: `Send only these tag keys in the request: "owner"`, also: why.Question{Context: map[string][]string{"aws:TagKeys": {"owner", "colour"}}}, call: func(w *stage) error {
		cfg := w.user(w.dev, "tagger", doc(`{"Sid": "KnownTags", "Effect": "Allow", "Action": ["iam:CreateUser", "iam:TagUser"], "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["owner", "team"]}}}`))
		return createUser(cfg, "bob", iamtypes.Tag{Key: aws.String("owner"), Value: aws.String("ana")}, iamtypes.Tag{Key: aws.String("colour"), Value: aws.String("green")})
	}},
}
