package why_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

func sessionTags(key, value string) []ststypes.Tag {
	return []ststypes.Tag{{Key: &key, Value: &value}}
}

func limitedTo(policy string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) { in.Policy = &policy }
}

// ofSessions are denials by what a session was limited by.
var ofSessions = []denial{
	{name: "session-no-allow", cause: "No session policy that was given when the session was made allows it", call: func(w *stage) error {
		role := w.role(w.dev, "wide", trusting(w.dev, ""), everything)
		cfg := w.session(w.user(w.dev, "narrowing", mayAssume), role, limitedTo(doc(`{"Sid": "JustLooking", "Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}`)))
		return createUser(cfg, "bob")
	}},
	{name: "session-deny", cause: "The session policy denies it", call: func(w *stage) error {
		role := w.role(w.dev, "wider", trusting(w.dev, ""), everything)
		cfg := w.session(w.user(w.dev, "excluding", mayAssume), role, limitedTo(doc(`{"Effect": "Allow", "Action": "*", "Resource": "*"}`, `{"Sid": "NoIAM", "Effect": "Deny", "Action": "iam:*", "Resource": "*"}`)))
		return createUser(cfg, "bob")
	}},
	{name: "session-tag", cause: `StringEquals aws:PrincipalTag/project "blue": the request has "red"`, call: func(w *stage) error {
		role := w.role(w.dev, "by-project", doc(`{"Effect": "Allow", "Principal": {"AWS": "`+w.dev+`"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}`),
			doc(`{"Sid": "BlueProject", "Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/project": "blue"}}}`))
		cfg := w.session(w.user(w.dev, "red-one", doc(`{"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "*"}`)), role,
			func(in *sts.AssumeRoleInput) { in.Tags = sessionTags("project", "red") })
		return createUser(cfg, "bob")
	}},
	{name: "federated-user-without-session-policy", cause: "The session of a federated user has no session policy", call: func(w *stage) error {
		out, err := sts.NewFromConfig(w.user(w.dev, "broker", everything)).GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("visitor")})
		w.must(err)
		c := out.Credentials
		_, err = organizations.NewFromConfig(w.s.Keys(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
		return err
	}},
}
