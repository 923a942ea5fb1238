package why_test

// ofTheAccount are denials by identity policies and boundaries.
var ofTheAccount = []denial{
	{name: "identity-none", cause: "The caller has no identity policy at all", call: func(w *stage) error {
		return createUser(w.user(w.dev, "newcomer", ""), "bob")
	}},
	{name: "identity-other-service", cause: "Nothing comes near", call: func(w *stage) error {
		return createUser(w.user(w.dev, "storekeeper", doc(`{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}`)), "bob")
	}},
	{name: "identity-action", cause: `NO Action iam:CreateUser matches none of "iam:Get*", "iam:List*"`, call: func(w *stage) error {
		return createUser(w.user(w.dev, "auditor", doc(`{"Sid": "Look", "Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}`)), "bob")
	}},
	{name: "identity-resource", cause: `does not match "arn:aws:iam::222222222222:user/dev-*"`, call: func(w *stage) error {
		return createUser(w.user(w.dev, "teamlead", doc(`{"Sid": "OwnTeam", "Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::`+w.dev+`:user/dev-*"}`)), "bob")
	}},
	{name: "identity-wrong-case", cause: "differs only in upper and lower case", call: func(w *stage) error {
		return createUser(w.user(w.dev, "sloppy", doc(`{"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "arn:aws:iam::`+w.dev+`:user/Bob*"}`)), "bobby")
	}},
	{name: "identity-explicit-deny", cause: `The identity policy "inline" denies it in the statement "NotMyself"`, call: func(w *stage) error {
		cfg := w.user(w.dev, "careful", doc(`{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}`,
			`{"Sid": "NotMyself", "Effect": "Deny", "Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/${aws:username}"}`))
		return getUser(cfg, "careful")
	}},
	{name: "boundary-no-allow", cause: "The caller's permissions boundary does not allow it", call: func(w *stage) error {
		cfg := w.user(w.dev, "bounded", everything)
		w.bound(w.dev, "bounded", w.managed(w.dev, "DeveloperBoundary", doc(`{"Sid": "Storage", "Effect": "Allow", "Action": ["s3:*", "dynamodb:*", "iam:List*"], "Resource": "*"}`)))
		return createUser(cfg, "bob")
	}},
	{name: "boundary-deny", cause: `The permissions boundary arn:aws:iam::222222222222:policy/NoIAM denies it`, call: func(w *stage) error {
		cfg := w.user(w.dev, "fenced", everything)
		w.bound(w.dev, "fenced", w.managed(w.dev, "NoIAM", doc(`{"Effect": "Allow", "Action": "*", "Resource": "*"}`, `{"Sid": "Fence", "Effect": "Deny", "Action": "iam:*", "Resource": "*"}`)))
		return createUser(cfg, "bob")
	}},
}
