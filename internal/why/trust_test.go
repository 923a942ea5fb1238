package why_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const mayAssume = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`

// ofTrust are denials of AssumeRole.
var ofTrust = []denial{
	{name: "trust-names-another-user", cause: "The role's trust policy does not allow it", call: func(w *stage) error {
		w.user(w.dev, "trusted-one", "")
		role := w.role(w.dev, "for-one", trusting("arn:aws:iam::"+w.dev+":user/trusted-one", ""), "")
		return try(assume(w.user(w.dev, "another", mayAssume), role))
	}},
	{name: "trust-names-another-account", cause: "the caller is of the account 444444444444", call: func(w *stage) error {
		role := w.role(w.prod, "for-dev", trusting("arn:aws:iam::"+w.dev+":root", ""), "")
		return try(assume(w.user(partner, "outsider", mayAssume), role))
	}},
	{name: "trust-of-a-deleted-user", cause: "since deleted", call: func(w *stage) error {
		w.user(w.dev, "phoenix", "")
		role := w.role(w.dev, "for-phoenix", trusting("arn:aws:iam::"+w.dev+":user/phoenix", ""), "")
		admin := iam.NewFromConfig(w.admin(w.dev))
		user, err := admin.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("phoenix")})
		w.must(err)
		w.fake(aws.ToString(user.User.UserId), "AIDAEXAMPLEPHOENIX000")
		keys, err := admin.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("phoenix")})
		w.must(err)
		_, err = admin.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("phoenix"), AccessKeyId: keys.AccessKeyMetadata[0].AccessKeyId})
		w.must(err)
		_, err = admin.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("phoenix")})
		w.must(err)
		cfg := w.user(w.dev, "phoenix", mayAssume)
		return try(assume(cfg, role))
	}},
	{name: "trust-names-one-session", cause: "names one session, and the caller is another", call: func(w *stage) error {
		pipeline := w.role(w.dev, "pipeline", trusting(w.dev, ""), mayAssume)
		target := w.role(w.prod, "deploy", trusting("arn:aws:sts::"+w.dev+":assumed-role/pipeline/build-1", ""), "")
		cfg := w.session(w.user(w.dev, "ci", mayAssume), pipeline)
		return try(assume(cfg, target))
	}},
	{name: "trust-only-a-service", cause: "names no AWS principal: services and identity providers only", call: func(w *stage) error {
		role := w.role(w.dev, "lambda-runner", doc(`{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}`), "")
		return try(assume(w.user(w.dev, "curious", mayAssume), role))
	}},
	{name: "trust-external-id-missing", cause: `Pass the external ID "s3cret-7"`, call: func(w *stage) error {
		role := w.role(w.prod, "vendor", trusting(partner, `, "Condition": {"StringEquals": {"sts:ExternalId": "s3cret-7"}}`), "")
		return try(assume(w.user(partner, "vendor", mayAssume), role))
	}},
	{name: "trust-mfa", cause: "Bool aws:MultiFactorAuthPresent", call: func(w *stage) error {
		role := w.role(w.dev, "break-glass", trusting(w.dev, `, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}`), "")
		return try(assume(w.user(w.dev, "hurried", mayAssume), role))
	}},
	{name: "trust-explicit-deny", cause: "The role's trust policy denies it", call: func(w *stage) error {
		role := w.role(w.dev, "locked", doc(`{"Effect": "Allow", "Principal": {"AWS": "`+w.dev+`"}, "Action": "sts:AssumeRole"}`,
			`{"Sid": "Closed", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}`), "")
		return try(assume(w.user(w.dev, "locked-out", mayAssume), role))
	}},
	{name: "across-accounts-callers-side", cause: "the caller's side does not", call: func(w *stage) error {
		role := w.role(w.prod, "open-to-dev", trusting(w.dev, ""), "")
		return try(assume(w.user(w.dev, "powerless", doc(`{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::`+w.dev+`:role/*"}`)), role))
	}},
	{name: "across-accounts-roles-side", cause: "both sides have to allow. The caller's side does", call: func(w *stage) error {
		w.user(w.dev, "release-manager", "")
		role := w.role(w.prod, "release", trusting("arn:aws:iam::"+w.dev+":user/release-manager", ""), "")
		return try(assume(w.user(w.dev, "apprentice", mayAssume), role))
	}},
	{name: "same-account-account-form-delegates", cause: `names only the account, which leaves the decision to the caller's own policies`, call: func(w *stage) error {
		role := w.role(w.dev, "delegated", trusting(w.dev, ""), "")
		return try(assume(w.user(w.dev, "hopeful", ""), role))
	}},
	{name: "no-such-role", cause: "There is no role arn:aws:iam::333333333333:role/ghost", call: func(w *stage) error {
		return try(assume(w.user(w.dev, "ghostbuster", mayAssume), "arn:aws:iam::"+w.prod+":role/ghost"))
	}},
	{name: "trust-tagging-the-session", cause: "sts:TagSession", call: func(w *stage) error {
		role := w.role(w.dev, "untaggable", trusting(w.dev, ""), "")
		cfg := w.user(w.dev, "labeller", doc(`{"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "*"}`))
		return try(assume(cfg, role, func(in *sts.AssumeRoleInput) { in.Tags = sessionTags("project", "x") }))
	}},
}
