package iampolicy

import "testing"

const canonicalID = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"

// TestFederatedIdentities: IAM User Guide, "AWS JSON policy elements: Principal", web identity and SAML principals: a trust
// policy names the provider, and nothing else has to allow.
func TestFederatedIdentities(t *testing.T) {
	saml := Principal{Kind: FederatedIdentity, ARN: "arn:aws:iam::" + own + ":saml-provider/ADFS"}
	google := Principal{Kind: FederatedIdentity, ARN: "accounts.google.com"}
	trust := func(effect, principal string) *Source {
		return &Source{ID: "trust", Document: policy2012(`{"Effect":"Allow","Principal":"*","Action":"sts:TagSession"},{"Effect":"` + effect + `",` + principal + `,"Action":"sts:AssumeRoleWith*"}`)}
	}
	scp := []Level{level("r", deny("*"))}
	rcp := []Level{level("r", Source{ID: "rcp", Document: policy2012(statementOf("Deny", "sts:*", `,"Principal":"*"`))})}
	req := func(who Principal, action string) Request {
		return Request{Principal: who, Action: "sts:" + action, Resource: "arn:aws:iam::" + own + ":role/r", ResourceAccount: own}
	}
	for _, c := range []decisionCase{
		{"provider named", req(saml, "AssumeRoleWithSAML"), Policies{Resource: trust("Allow", `"Principal":{"Federated":"`+saml.ARN+`"}`)}, Allowed, LayerResource, ""},
		{"another provider named", req(saml, "AssumeRoleWithSAML"), Policies{Resource: trust("Allow", `"Principal":{"Federated":"arn:aws:iam::`+own+`:saml-provider/Okta"}`)}, ImplicitDeny, LayerResource, ""},
		{"account named", req(saml, "AssumeRoleWithSAML"), Policies{Resource: trust("Allow", `"Principal":{"AWS":"`+own+`"}`)}, ImplicitDeny, LayerResource, ""},
		{"provider known by name", req(google, "AssumeRoleWithWebIdentity"), Policies{Resource: trust("Allow", `"Principal":{"Federated":["www.amazon.com","accounts.google.com"]}`)}, Allowed, LayerResource, ""},
		{"SCPs do not bind it", req(google, "AssumeRoleWithWebIdentity"), Policies{ServiceControl: scp, Resource: trust("Allow", `"Principal":{"Federated":"accounts.google.com"}`)}, Allowed, LayerResource, ""},
		{"RCPs do", req(google, "AssumeRoleWithWebIdentity"), Policies{ResourceControl: rcp, Resource: trust("Allow", `"Principal":{"Federated":"accounts.google.com"}`)}, ExplicitDeny, LayerResourceControl, "r"},
		{"left out of a deny", req(google, "TagSession"), Policies{Resource: trust("Deny", `"NotPrincipal":{"Federated":"accounts.google.com"}`)}, Allowed, LayerResource, ""},
		{"not left out of a deny", req(google, "AssumeRoleWithWebIdentity"), Policies{Resource: trust("Deny", `"NotPrincipal":{"Federated":"www.amazon.com"}`)}, ExplicitDeny, LayerResource, ""},
	} {
		c.run(t)
	}
	for in, want := range map[string]Principal{saml.ARN: saml, google.ARN: google} {
		ctx := new(Context)
		got, err := ParsePrincipal(in, ctx)
		describePrincipal(&got, ctx)
		if _, present := ctx.Get("aws:PrincipalArn"); err != nil || got != want || present {
			t.Errorf("%s: %+v %v", in, got, err)
		}
	}
}

// TestCanonicalUsers: IAM User Guide, "AWS JSON policy elements: Principal": a canonical user ID names an account to S3.
func TestCanonicalUsers(t *testing.T) {
	who := user
	who.CanonicalUser = canonicalID
	named := granting(`{"CanonicalUser":"` + canonicalID + `"}`)
	except := &Source{ID: "p", Document: policy2012(statementOf("Deny", "*", `,"NotPrincipal":{"CanonicalUser":"`+canonicalID+`","AWS":"`+user.ARN+`"}`))}
	all := []Source{fullAccess}
	for _, c := range []decisionCase{
		{"names the account", Request{Principal: who, ResourceAccount: other}, Policies{Identity: all, Resource: named}, Allowed, LayerResource, ""},
		{"another account", Request{Principal: user, ResourceAccount: other}, Policies{Identity: all, Resource: named}, ImplicitDeny, LayerResource, ""},
		{"grants nothing by itself", Request{Principal: who}, Policies{Resource: named}, ImplicitDeny, LayerIdentity, ""},
		{"leaves out the account", Request{Principal: who}, Policies{Identity: all, Resource: except}, Allowed, LayerIdentity, ""},
		{"leaves out another account", Request{Principal: user}, Policies{Identity: all, Resource: except}, ExplicitDeny, LayerResource, ""},
	} {
		c.run(t)
	}
}

// TestUserIDs: IAM User Guide, "Variables and tags", "Principal key values".
func TestUserIDs(t *testing.T) {
	for _, tt := range []struct {
		who  Principal
		want string
	}{
		{root, own}, {user, user.UniqueID}, {session, session.UniqueID + ":s1"}, {federated, own + ":bob"}, {anonymous, "anonymous"},
		{Principal{Kind: AssumedRole, Account: own, ARN: session.ARN}, ""}, {service, ""},
	} {
		ctx := new(Context)
		describePrincipal(&tt.who, ctx)
		got, present := ctx.Get("aws:userid")
		if present != (tt.want != "") || present && got[0] != tt.want {
			t.Errorf("%s: %v, want %s", tt.who.ARN, got, tt.want)
		}
	}
}

// TestResourceControlApplies: Organizations User Guide, "Resource control policies (RCPs)".
func TestResourceControlApplies(t *testing.T) {
	awsKey := new(Context)
	awsKey.Set("kms:ResourceAliases", "alias/x", "alias/aws/s3")
	for _, tt := range []struct {
		action, resource string
		ctx              *Context
		want             bool
	}{
		{"s3:GetObject", "arn:aws:s3:::b/k", nil, true},
		{"S3:getobject", "arn:aws:s3:::b/k", nil, true},
		{"s3:ListAllMyBuckets", "*", nil, false},
		{"iam:CreateUser", "arn:aws:iam::1:user/a", nil, false},
		{"kms:Decrypt", "arn:aws:kms:eu-west-1:1:key/k", nil, true},
		{"kms:Decrypt", "arn:aws:kms:eu-west-1:1:key/k", keys("kms:ResourceAliases", "alias/mine"), true},
		{"kms:Decrypt", "arn:aws:kms:eu-west-1:1:key/k", awsKey, false},
		{"kms:RetireGrant", "arn:aws:kms:eu-west-1:1:key/k", nil, false},
		{"sts:AssumeRole", "arn:aws:iam::1:role/r", nil, true},
		{"sts:AssumeRole", "arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", nil, false},
	} {
		if got := ResourceControlApplies(tt.action, tt.resource, tt.ctx); got != tt.want {
			t.Errorf("%s on %s: %v", tt.action, tt.resource, got)
		}
	}
}

// TestServiceControlEscapes: Organizations User Guide, "Tasks and entities not restricted by SCPs".
func TestServiceControlEscapes(t *testing.T) {
	scp := []Level{level("r", fullAccess, deny("*"))}
	for _, c := range []decisionCase{
		{"Mechanical Turk", Request{Principal: user, Action: "mechanicalturk:CreateHIT"}, Policies{ServiceControl: scp, Identity: []Source{fullAccess}}, Allowed, LayerIdentity, ""},
		{"reverse DNS as root", Request{Principal: root, Action: "ec2:ModifyAddressAttribute"}, Policies{ServiceControl: scp}, Allowed, LayerNone, ""},
		{"reverse DNS back as root", Request{Principal: root, Action: "ec2:ResetAddressAttribute"}, Policies{ServiceControl: scp}, Allowed, LayerNone, ""},
		{"reverse DNS as a user", Request{Principal: user, Action: "ec2:ModifyAddressAttribute"}, Policies{ServiceControl: scp, Identity: []Source{fullAccess}}, ExplicitDeny, LayerServiceControl, "r"},
		{"others as root", Request{Principal: root, Action: "ec2:RunInstances"}, Policies{ServiceControl: scp}, ExplicitDeny, LayerServiceControl, "r"},
	} {
		c.run(t)
	}
}

// TestResourcePolicyMustAllow: IAM User Guide, "Policy evaluation logic": trust policies and key policies.
func TestResourcePolicyMustAllow(t *testing.T) {
	for _, tt := range []struct {
		action, resource string
		want             bool
	}{
		{"sts:AssumeRole", "arn:aws:iam::1:role/r", true}, {"STS:tagsession", "arn:aws:iam::1:role/r", true}, {"sts:GetSessionToken", "*", false},
		{"kms:Decrypt", "arn:aws:kms:eu-west-1:1:key/k", true}, {"kms:CreateKey", "*", false}, {"kms:CreateAlias", "arn:aws:kms:eu-west-1:1:alias/a", false},
		{"s3:GetObject", "arn:aws:s3:::b/k", false}, {"iam:PassRole", "arn:aws:iam::1:role/r", false},
	} {
		if got := ResourcePolicyMustAllow(tt.action, tt.resource); got != tt.want {
			t.Errorf("%s on %s: %v", tt.action, tt.resource, got)
		}
	}
}
