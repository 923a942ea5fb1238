package iampolicy

import "testing"

// TestServiceControlScenarios decides the seven scenarios of Organizations User Guide, "SCP evaluation", in an organization
// root > Sandbox > account.
func TestServiceControlScenarios(t *testing.T) {
	tests := []struct {
		name                   string
		root, sandbox, account []Source
		allowed, denied        []string
		deniedAt               string
		outcome                Outcome
	}{
		{"1 impact of deny policies", []Source{fullAccess}, []Source{fullAccess, deny("s3:*")}, []Source{fullAccess},
			[]string{"ec2:RunInstances", "iam:CreateUser"}, []string{"s3:GetObject"}, "ou", ExplicitDeny},
		{"2 allow policies must exist at every level", []Source{fullAccess}, []Source{allow("ec2:*")}, []Source{fullAccess, allow("s3:*")},
			[]string{"ec2:RunInstances"}, []string{"s3:GetObject"}, "ou", ImplicitDeny},
		{"3 a missing allow at root level", []Source{}, []Source{fullAccess}, []Source{fullAccess},
			nil, []string{"s3:GetObject", "ec2:RunInstances"}, "r", ImplicitDeny},
		{"4 layered deny statements, the root's", []Source{fullAccess, deny("ec2:Terminate*")}, []Source{fullAccess, deny("s3:*")}, []Source{fullAccess},
			[]string{"ec2:RunInstances"}, []string{"ec2:TerminateInstances"}, "r", ExplicitDeny},
		{"5 allow policies at OU level", []Source{fullAccess}, []Source{allow("ec2:*"), allow("s3:Get*")}, []Source{fullAccess},
			[]string{"ec2:RunInstances", "s3:GetObject"}, []string{"s3:PutObject", "iam:CreateUser"}, "ou", ImplicitDeny},
		{"6 a root-level deny affects all accounts below", []Source{fullAccess, deny("iam:*")}, []Source{fullAccess, allow("iam:*")}, []Source{fullAccess, allow("iam:*")},
			[]string{"s3:GetObject"}, []string{"iam:CreateUser"}, "r", ExplicitDeny},
		{"7 root-level custom allow policies restrict OUs", []Source{allow("ec2:*")}, []Source{fullAccess}, []Source{fullAccess, allow("s3:*")},
			[]string{"ec2:RunInstances"}, []string{"s3:GetObject"}, "r", ImplicitDeny},
	}
	for _, tt := range tests {
		ps := Policies{ServiceControl: []Level{level("r", tt.root...), level("ou", tt.sandbox...), level("a", tt.account...)}, Identity: []Source{fullAccess}}
		for _, action := range tt.allowed {
			(&decisionCase{tt.name + " " + action, Request{Principal: user, Action: action}, ps, Allowed, LayerIdentity, ""}).run(t)
		}
		for _, action := range tt.denied {
			(&decisionCase{tt.name + " " + action, Request{Principal: user, Action: action}, ps, tt.outcome, LayerServiceControl, tt.deniedAt}).run(t)
		}
	}
}

// TestServiceControlSubjects: Organizations User Guide, "Service control policies (SCPs)", "Tasks and entities not restricted".
func TestServiceControlSubjects(t *testing.T) {
	scp := []Level{level("r", fullAccess, deny("s3:*"))}
	slr := session
	slr.ServiceLinked = true
	public := granting(`"*"`)
	for _, c := range []decisionCase{
		{"user", Request{Principal: user}, Policies{ServiceControl: scp, Identity: []Source{fullAccess}}, ExplicitDeny, LayerServiceControl, "r"},
		{"role session", Request{Principal: session}, Policies{ServiceControl: scp, Identity: []Source{fullAccess}}, ExplicitDeny, LayerServiceControl, "r"},
		{"federated user", Request{Principal: federated}, Policies{ServiceControl: scp, Identity: []Source{fullAccess}, Session: []Source{fullAccess}}, ExplicitDeny, LayerServiceControl, "r"},
		{"root user of a member", Request{Principal: root}, Policies{ServiceControl: scp}, ExplicitDeny, LayerServiceControl, "r"},
		{"root user, no policies", Request{Principal: root}, Policies{}, Allowed, LayerNone, ""},
		{"management account", Request{Principal: user}, Policies{Identity: []Source{fullAccess}}, Allowed, LayerIdentity, ""},
		{"service-linked role", Request{Principal: slr}, Policies{ServiceControl: scp, Identity: []Source{fullAccess}}, Allowed, LayerIdentity, ""},
		{"a resource's grant is capped too", Request{Principal: user}, Policies{ServiceControl: scp, Resource: public}, ExplicitDeny, LayerServiceControl, "r"},
		{"an SCP grants nothing", Request{Principal: user}, Policies{ServiceControl: []Level{level("r", fullAccess)}}, ImplicitDeny, LayerIdentity, ""},
		{"service", Request{Principal: service, ResourceAccount: own}, Policies{ServiceControl: scp, Resource: public}, Allowed, LayerResource, ""},
		{"anonymous", Request{Principal: anonymous, ResourceAccount: own}, Policies{ServiceControl: scp, Resource: public}, Allowed, LayerResource, ""},
		{"GetCallerIdentity needs no permission", Request{Principal: user, Action: "sts:GetCallerIdentity"}, Policies{ServiceControl: []Level{level("r", deny("*"))}}, Allowed, LayerNone, ""},
	} {
		c.run(t)
	}
}

// TestResourceControl: Organizations User Guide, "Resource control policies (RCPs)".
func TestResourceControl(t *testing.T) {
	everyone := func(action string) Source {
		return Source{ID: "rcp", Document: policy2012(statementOf("Deny", action, `,"Principal":"*"`))}
	}
	full := Source{ID: "RCPFullAWSAccess", Document: policy2012(statementOf("Allow", "*", `,"Principal":"*"`))}
	rcp := []Level{level("r", full), level("a", full, everyone("s3:*"), everyone("kms:*"), everyone("iam:*"), everyone("sts:*"))}
	trust := granting(`{"AWS":"` + other + `"}`)
	slr := session
	slr.ServiceLinked = true
	all := []Source{fullAccess}
	for _, c := range []decisionCase{
		{"own user", Request{Principal: user}, Policies{ResourceControl: rcp, Identity: all}, ExplicitDeny, LayerResourceControl, "a"},
		{"root user", Request{Principal: root}, Policies{ResourceControl: rcp}, ExplicitDeny, LayerResourceControl, "a"},
		{"outsider", Request{Principal: user, ResourceAccount: other}, Policies{ResourceControl: rcp, Identity: all, Resource: granting(`"*"`)}, ExplicitDeny, LayerResourceControl, "a"},
		{"anonymous", Request{Principal: anonymous, ResourceAccount: own}, Policies{ResourceControl: rcp, Resource: granting(`"*"`)}, ExplicitDeny, LayerResourceControl, "a"},
		{"service", Request{Principal: service, ResourceAccount: own}, Policies{ResourceControl: rcp, Resource: granting(`"*"`)}, ExplicitDeny, LayerResourceControl, "a"},
		{"service-linked role", Request{Principal: slr}, Policies{ResourceControl: rcp, Identity: all}, Allowed, LayerIdentity, ""},
		{"a service without RCPs", Request{Principal: user, Action: "iam:CreateUser"}, Policies{ResourceControl: rcp, Identity: all}, Allowed, LayerIdentity, ""},
		{"kms:RetireGrant", Request{Principal: user, Action: "kms:RetireGrant"}, Policies{ResourceControl: rcp, Identity: all}, Allowed, LayerIdentity, ""},
		{"kms:Decrypt", Request{Principal: user, Action: "kms:Decrypt"}, Policies{ResourceControl: rcp, Identity: all}, ExplicitDeny, LayerResourceControl, "a"},
		{"an outsider's AssumeRole", Request{Principal: Principal{Kind: User, Account: other, ARN: "arn:aws:iam::" + other + ":user/x"}, Action: "sts:AssumeRole", ResourceAccount: own},
			Policies{ResourceControl: rcp, Identity: all, Resource: trust, ResourceMustAllow: true}, ExplicitDeny, LayerResourceControl, "a"},
		{"SCP before RCP", Request{Principal: user}, Policies{ServiceControl: []Level{level("r", fullAccess, deny("s3:*"))}, ResourceControl: rcp, Identity: all}, ExplicitDeny, LayerServiceControl, "r"},
	} {
		c.run(t)
	}
	n := 0
	for _, s := range []string{"s3", "sts", "kms", "sqs", "secretsmanager", "dynamodb", "logs", "ecr", "events", "xray"} {
		if SupportsResourceControl(s) {
			n++
		}
	}
	if n != 10 || SupportsResourceControl("iam") || SupportsResourceControl("organizations") {
		t.Error("the list of services with RCPs is wrong")
	}
}
