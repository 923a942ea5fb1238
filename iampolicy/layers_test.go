package iampolicy

import (
	"fmt"
	"testing"
)

// TestPrincipalForms: which grants of a resource's policy need an identity policy, and which a boundary or session policy
// limits, within one account. IAM User Guide, "Policy evaluation logic" ("Resource-based policies and implicit denies in
// other policy types") and "Permissions boundaries for IAM entities".
func TestPrincipalForms(t *testing.T) {
	none, all := []Source(nil), []Source{fullAccess}
	silent := allow("iam:GetUser")
	forms := []struct {
		who                Principal
		principal          string
		unlimited, limited bool // allowed without identity policy; allowed also where boundary or session are silent
	}{
		{user, `{"AWS":"arn:aws:iam::` + own + `:user/ana"}`, true, true},
		{user, `{"AWS":"AIDAEXAMPLEANA000000"}`, true, true},
		{user, `"*"`, true, true},
		{user, `{"AWS":"*"}`, true, true},
		{user, `{"AWS":"` + own + `"}`, false, false},
		{user, `{"AWS":"arn:aws:iam::` + own + `:root"}`, false, false},
		{user, `{"AWS":"arn:aws:iam::` + own + `:user/ANA"}`, false, false},
		{session, `{"AWS":"arn:aws:sts::` + own + `:assumed-role/app/s1"}`, true, true},
		{session, `"*"`, true, true},
		{session, `{"AWS":"arn:aws:iam::` + own + `:role/team/app"}`, true, false},
		{session, `{"AWS":"AROAEXAMPLEAPP000000"}`, true, false},
		{session, `{"AWS":"arn:aws:iam::` + own + `:role/app"}`, false, false},
		{session, `{"AWS":"` + own + `"}`, false, false},
		{federated, `{"AWS":"arn:aws:sts::` + own + `:federated-user/bob"}`, true, true},
		{federated, `{"AWS":"arn:aws:iam::` + own + `:user/ana"}`, true, false},
	}
	for _, f := range forms {
		name := fmt.Sprintf("%s by %s", f.who.ARN, f.principal)
		g := granting(f.principal)
		session := all
		if f.who.Kind != FederatedUser {
			session = none
		}
		want := func(ok bool, missing Layer) (Outcome, Layer) {
			if ok {
				return Allowed, LayerResource
			}
			return ImplicitDeny, missing
		}
		req := Request{Principal: f.who}
		o, l := want(f.unlimited, LayerIdentity)
		(&decisionCase{name + ": no identity policy", req, Policies{Resource: g, Session: session}, o, l, ""}).run(t)
		o, l = want(f.limited, LayerBoundary)
		(&decisionCase{name + ": boundary silent", req, Policies{Resource: g, Identity: all, Boundary: &silent, Session: session}, o, l, ""}).run(t)
		o, l = want(f.limited, LayerSession)
		(&decisionCase{name + ": session policy silent", req, Policies{Resource: g, Identity: all, Session: []Source{silent}}, o, l, ""}).run(t)
		refusal := deny("s3:*")
		(&decisionCase{name + ": boundary denies", req, Policies{Resource: g, Identity: all, Boundary: &refusal, Session: session}, ExplicitDeny, LayerBoundary, ""}).run(t)
		(&decisionCase{name + ": session policy denies", req, Policies{Resource: g, Identity: all, Session: []Source{refusal}}, ExplicitDeny, LayerSession, ""}).run(t)
	}
}

// TestWithinAccount: IAM User Guide, "Policy evaluation logic".
func TestWithinAccount(t *testing.T) {
	all, silent := []Source{fullAccess}, allow("iam:GetUser")
	for _, c := range []decisionCase{
		{"nothing", Request{Principal: user}, Policies{}, ImplicitDeny, LayerIdentity, ""},
		{"identity", Request{Principal: user}, Policies{Identity: all}, Allowed, LayerIdentity, ""},
		{"an explicit deny wins", Request{Principal: user}, Policies{Identity: []Source{fullAccess, deny("s3:Get*")}}, ExplicitDeny, LayerIdentity, ""},
		{"a boundary grants nothing", Request{Principal: user}, Policies{Boundary: &fullAccess}, ImplicitDeny, LayerIdentity, ""},
		{"boundary silent", Request{Principal: user}, Policies{Identity: all, Boundary: &silent}, ImplicitDeny, LayerBoundary, ""},
		{"boundary allows", Request{Principal: user}, Policies{Identity: all, Boundary: &fullAccess}, Allowed, LayerIdentity, ""},
		{"session silent", Request{Principal: session}, Policies{Identity: all, Session: []Source{silent}}, ImplicitDeny, LayerSession, ""},
		{"one of two session policies allows", Request{Principal: session}, Policies{Identity: all, Session: []Source{silent, fullAccess}}, Allowed, LayerIdentity, ""},
		{"boundary before session", Request{Principal: session}, Policies{Identity: all, Boundary: &silent, Session: []Source{silent}}, ImplicitDeny, LayerBoundary, ""},
		{"federated user without session policy", Request{Principal: federated}, Policies{Identity: all}, ImplicitDeny, LayerSession, ""},
		{"federated user with session policy", Request{Principal: federated}, Policies{Identity: all, Session: all}, Allowed, LayerIdentity, ""},
		{"root user, denied by a bucket policy", Request{Principal: root}, Policies{Resource: &Source{Document: policy2012(statementOf("Deny", "s3:*", `,"Principal":"*"`))}}, ExplicitDeny, LayerResource, ""},
		{"service, not named", Request{Principal: service, ResourceAccount: own}, Policies{}, ImplicitDeny, LayerResource, ""},
		{"service, named", Request{Principal: service, ResourceAccount: own}, Policies{Resource: granting(`{"Service":"cloudtrail.amazonaws.com"}`)}, Allowed, LayerResource, ""},
		{"another service", Request{Principal: service, ResourceAccount: own}, Policies{Resource: granting(`{"Service":"sns.amazonaws.com"}`)}, ImplicitDeny, LayerResource, ""},
		{"anonymous, not public", Request{Principal: anonymous, ResourceAccount: own}, Policies{Resource: granting(`{"AWS":"` + own + `"}`)}, ImplicitDeny, LayerResource, ""},
		{"a malformed document denies", Request{Principal: user}, Policies{Identity: []Source{fullAccess, {ID: "bad", Document: NewDocument("{")}}}, ExplicitDeny, LayerIdentity, ""},
		{"no document denies", Request{Principal: user}, Policies{Identity: []Source{{ID: "none"}}}, ExplicitDeny, LayerIdentity, ""},
		{"an empty document allows nothing", Request{Principal: session}, Policies{Identity: all, Session: []Source{{Document: policy2012()}}}, ImplicitDeny, LayerSession, ""},
		{"an identity policy without Resource allows nothing", Request{Principal: user}, Policies{Identity: []Source{{Document: policy2012(`{"Effect":"Allow","Action":"*"}`)}}}, ImplicitDeny, LayerIdentity, ""},
		{"a deny without Resource denies", Request{Principal: user}, Policies{Identity: []Source{fullAccess, {Document: policy2012(`{"Effect":"Deny","Action":"*"}`)}}}, ExplicitDeny, LayerIdentity, ""},
	} {
		c.run(t)
	}
}

// TestAcrossAccounts: IAM User Guide, "Cross-account policy evaluation logic".
func TestAcrossAccounts(t *testing.T) {
	all, silent := []Source{fullAccess}, allow("iam:GetUser")
	for _, who := range []Principal{user, session} {
		req := Request{Principal: who, ResourceAccount: other}
		for _, form := range []string{`"*"`, `{"AWS":"` + own + `"}`, `{"AWS":"arn:aws:iam::` + own + `:root"}`, fmt.Sprintf(`{"AWS":[%q,%q]}`, user.ARN, session.RoleARN)} {
			g := granting(form)
			for _, c := range []decisionCase{
				{"both sides", req, Policies{Identity: all, Resource: g}, Allowed, LayerResource, ""},
				{"resource only", req, Policies{Resource: g}, ImplicitDeny, LayerIdentity, ""},
				{"identity only", req, Policies{Identity: all}, ImplicitDeny, LayerResource, ""},
				{"neither", req, Policies{}, ImplicitDeny, LayerIdentity, ""},
				{"boundary silent", req, Policies{Identity: all, Resource: g, Boundary: &silent}, ImplicitDeny, LayerBoundary, ""},
				{"session silent", req, Policies{Identity: all, Resource: g, Session: []Source{silent}}, ImplicitDeny, LayerSession, ""},
				{"SCP of the principal's account", req, Policies{ServiceControl: []Level{level("r", fullAccess), level("a", allow("ec2:*"))}, Identity: all, Resource: g}, ImplicitDeny, LayerServiceControl, "a"},
			} {
				c.name = string(who.ARN) + " " + form + " " + c.name
				c.run(t)
			}
		}
	}
	(&decisionCase{"root user", Request{Principal: root, ResourceAccount: other}, Policies{Resource: granting(`{"AWS":"` + own + `"}`)}, Allowed, LayerResource, ""}).run(t)
	(&decisionCase{"root user, not named", Request{Principal: root, ResourceAccount: other}, Policies{}, ImplicitDeny, LayerResource, ""}).run(t)
}

// TestTrust: IAM User Guide, "How to use trust policies with IAM roles" and "Policy evaluation logic": a role trust policy
// has to allow; naming the account hands the decision to its identity policies; naming the caller suffices in one account.
func TestTrust(t *testing.T) {
	all := []Source{fullAccess}
	trust := func(principal string) *Source {
		return &Source{ID: "trust", Document: policy2012(`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal + `}`)}
	}
	must := func(identity []Source, principal string) Policies {
		return Policies{Identity: identity, Resource: trust(principal), ResourceMustAllow: true}
	}
	here := Request{Principal: user, Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + own + ":role/r", ResourceAccount: own}
	there := Request{Principal: user, Action: "sts:AssumeRole", Resource: "arn:aws:iam::" + other + ":role/r", ResourceAccount: other}
	account, named, stranger := `{"AWS":"arn:aws:iam::`+own+`:root"}`, `{"AWS":"AIDAEXAMPLEANA000000"}`, `{"AWS":"999988887777"}`
	for _, c := range []decisionCase{
		{"account named, identity allows", here, must(all, account), Allowed, LayerResource, ""},
		{"account named, identity silent", here, must(nil, account), ImplicitDeny, LayerIdentity, ""},
		{"user named, identity silent", here, must(nil, named), Allowed, LayerResource, ""},
		{"user recreated: another unique ID", here, must(all, `{"AWS":"AIDAEXAMPLEOTHER0000"}`), ImplicitDeny, LayerResource, ""},
		{"not named, identity allows", here, must(all, stranger), ImplicitDeny, LayerResource, ""},
		{"across, user named, identity silent", there, must(nil, named), ImplicitDeny, LayerIdentity, ""},
		{"across, user named, identity allows", there, must(all, named), Allowed, LayerResource, ""},
		{"across, not named, identity allows", there, must(all, stranger), ImplicitDeny, LayerResource, ""},
	} {
		c.run(t)
	}
}

// TestNotPrincipal: IAM User Guide, "AWS JSON policy elements: NotPrincipal".
func TestNotPrincipal(t *testing.T) {
	except := func(names string) *Source {
		return &Source{ID: "p", Document: policy2012(statementOf("Deny", "s3:*", `,"NotPrincipal":{"AWS":`+names+`}`))}
	}
	bob := user
	bob.ARN, bob.UniqueID = "arn:aws:iam::"+own+":user/bob", ""
	all := []Source{fullAccess}
	listUser := `["` + user.ARN + `","arn:aws:iam::` + own + `:root"]`
	listSession := fmt.Sprintf(`[%q,%q,"arn:aws:iam::%s:root"]`, session.ARN, session.RoleARN, own)
	for _, c := range []decisionCase{
		{"listed with its account", Request{Principal: user}, Policies{Identity: all, Resource: except(listUser)}, Allowed, LayerIdentity, ""},
		{"another user of the account", Request{Principal: bob}, Policies{Identity: all, Resource: except(listUser)}, ExplicitDeny, LayerResource, ""},
		{"account not listed", Request{Principal: user}, Policies{Identity: all, Resource: except(`"` + user.ARN + `"`)}, ExplicitDeny, LayerResource, ""},
		{"root user, account listed", Request{Principal: root}, Policies{Resource: except(listUser)}, Allowed, LayerNone, ""},
		{"session with role and account", Request{Principal: session}, Policies{Identity: all, Resource: except(listSession)}, Allowed, LayerIdentity, ""},
		{"session, role not listed", Request{Principal: session}, Policies{Identity: all, Resource: except(fmt.Sprintf(`[%q,"%s"]`, session.ARN, own))}, ExplicitDeny, LayerResource, ""},
		{"a principal with a boundary is always denied", Request{Principal: user}, Policies{Identity: all, Boundary: &fullAccess, Resource: except(listUser)}, ExplicitDeny, LayerResource, ""},
		{"anonymous", Request{Principal: anonymous, ResourceAccount: own}, Policies{Resource: except(listUser)}, ExplicitDeny, LayerResource, ""},
	} {
		c.run(t)
	}
}

// TestDecisionNamesItsCause checks what a decision says beyond layer and target.
func TestDecisionNamesItsCause(t *testing.T) {
	p := Source{ID: "p", Document: policy2012(`{"Sid":"One","Effect":"Allow","Action":"s3:*","Resource":"*"}`, `{"Sid":"Two","Effect":"Deny","Action":"s3:Put*","Resource":"*"}`, `{"Sid":"Three","Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`)}
	for _, tt := range []struct {
		action string
		ctx    *Context
		want   Decision
	}{
		{"s3:GetObject", nil, Decision{Outcome: Allowed, Layer: LayerIdentity, Policy: "p", Statement: 0, Sid: "One"}},
		{"s3:PutObject", nil, Decision{Outcome: ExplicitDeny, Layer: LayerIdentity, Policy: "p", Statement: 1, Sid: "Two"}},
		{"s3:GetObject", keys("aws:SecureTransport", "false"), Decision{Outcome: ExplicitDeny, Layer: LayerIdentity, Policy: "p", Statement: 2, Sid: "Three"}},
		{"ec2:RunInstances", nil, Decision{Outcome: ImplicitDeny, Layer: LayerIdentity, Statement: -1}},
	} {
		if got := Decide(&Request{Principal: user, Action: tt.action, Resource: "*", Context: tt.ctx}, &Policies{Identity: []Source{p}}); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.action, got, tt.want)
		}
	}
}
