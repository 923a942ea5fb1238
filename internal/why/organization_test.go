package why_test

const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// ofTheOrganization are denials by SCPs and RCPs.
var ofTheOrganization = []denial{
	{name: "scp-deny-at-the-root", cause: `attached to the root r-ab12, denies it in the statement "NobodyMakesUsers"`, call: func(w *stage) error {
		cfg := w.user(w.dev, "scp-root", everything)
		w.guard(scp, "NoUsers", doc(`{
      "Sid": "NobodyMakesUsers",
      "Effect": "Deny",
      "Action": "iam:CreateUser",
      "Resource": "*"
    }`), w.o.Root)
		return createUser(cfg, "bob")
	}},
	{name: "scp-deny-at-the-ou", cause: `attached to the OU "Workloads" (ou-ab12-workload), denies it in the second statement`, call: func(w *stage) error {
		cfg := w.user(w.dev, "scp-ou", everything)
		w.guard(scp, "NoUsersHere", doc(`{"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}`,
			`{"Effect": "Deny", "Action": ["iam:CreateUser", "iam:CreateAccessKey"], "Resource": "*"}`), w.ou)
		return createUser(cfg, "bob")
	}},
	{name: "scp-deny-at-the-account", cause: `attached to the account "dev" (222222222222), denies it`, call: func(w *stage) error {
		cfg := w.session(w.user(w.prod, "scp-account", everything), w.role(w.dev, "frozen", trusting(w.prod, ""), everything))
		w.guard(scp, "DevIsFrozen", doc(`{"Sid": "ReadOnly", "Effect": "Deny", "NotAction": ["iam:Get*", "iam:List*", "sts:*"], "Resource": "*"}`), w.dev)
		return createUser(cfg, "bob")
	}},
	{name: "scp-deny-binds-the-root-user", cause: "by arn:aws:iam::222222222222:root", call: func(w *stage) error {
		w.guard(scp, "NoRootUser", doc(`{
      "Sid": "RootStaysOut",
      "Effect": "Deny",
      "Action": "*",
      "Resource": "*",
      "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
    }`), w.ou)
		return createUser(w.admin(w.dev), "bob")
	}},
	{name: "scp-region", cause: `Send the request to the Region "eu-west-1"`, call: func(w *stage) error {
		w.guard(scp, "Regions", doc(`{
      "Sid": "OnlyEurope",
      "Effect": "Deny",
      "NotAction": ["iam:*", "organizations:*", "sts:*"],
      "Resource": "*",
      "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}
    }`), w.o.Root)
		return lookupEvents(w.user(w.dev, "scp-region", everything), "us-west-2")
	}},
	{name: "scp-mfa", cause: "Call with a session that was made with an MFA code", call: func(w *stage) error {
		cfg := w.user(w.prod, "by-key", everything)
		w.guard(scp, "MFA", doc(`{"Sid": "NotWithoutMFA", "Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}`), w.ou)
		return createUser(cfg, "bob")
	}},
	{name: "scp-tag-on-create", cause: `Pass the tag owner in the request`, call: func(w *stage) error {
		cfg := w.user(w.dev, "scp-tag", everything)
		w.guard(scp, "Owner", doc(`{"Sid": "EveryUserHasAnOwner", "Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*", "Condition": {"Null": {"aws:RequestTag/owner": "true"}}}`), w.ou)
		return createUser(cfg, "bob")
	}},
	{name: "scp-no-allow-at-the-root", cause: "No service control policy attached to the root r-ab12 allows it", call: func(w *stage) error {
		cfg := w.user(w.dev, "list-root", everything)
		w.only("OnlySTS", doc(`{"Effect": "Allow", "Action": ["sts:*", "organizations:*"], "Resource": "*"}`), w.o.Root)
		return createUser(cfg, "bob")
	}},
	{name: "scp-no-allow-at-the-ou", cause: `No service control policy attached to the OU "Workloads" (ou-ab12-workload) allows it`, call: func(w *stage) error {
		cfg := w.user(w.dev, "list-ou", everything)
		w.only("IAMReading", doc(`{"Sid": "Reading", "Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}`), w.ou)
		return createUser(cfg, "bob")
	}},
	{name: "scp-no-allow-at-the-account", cause: `No service control policy attached to the account "dev" (222222222222) allows it`, call: func(w *stage) error {
		cfg := w.user(w.dev, "list-account", everything)
		w.only("Building", doc(`{"Effect": "Allow", "Action": ["s3:*", "ec2:*"], "Resource": "*"}`), w.dev)
		return createUser(cfg, "bob")
	}},
	{name: "rcp-outsiders", cause: `The resource control policy "Perimeter"`, call: func(w *stage) error {
		role := w.role(w.prod, "for-partners", trusting(partner, ""), everything)
		w.guard(rcp, "Perimeter", doc(`{
      "Sid": "OnlyOurOrganization",
      "Effect": "Deny",
      "Principal": "*",
      "Action": "sts:AssumeRole",
      "Resource": "*",
      "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "`+w.o.ID+`"}}
    }`), w.o.Root)
		return try(assume(w.user(partner, "consultant", everything), role))
	}},
}
