package iampolicy

import (
	"fmt"
	"strings"
	"testing"
)

const (
	own   = "111122223333"
	other = "444455556666"
)

// policy2012 makes a document of statements.
func policy2012(statements ...string) *Document {
	return NewDocument(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
}

// statementOf makes a statement on every resource; extra is further members, each with a leading comma.
func statementOf(effect, action, extra string) string {
	return fmt.Sprintf(`{"Effect":%q,"Action":%q,"Resource":"*"%s}`, effect, action, extra)
}

func allow(action string) Source {
	return Source{ID: "allow " + action, Document: policy2012(statementOf("Allow", action, ""))}
}
func deny(action string) Source {
	return Source{ID: "deny " + action, Document: policy2012(statementOf("Deny", action, ""))}
}

// granting makes a resource-based policy that allows everything to a principal, given as JSON.
func granting(principal string) *Source {
	return &Source{ID: "resource", Document: policy2012(statementOf("Allow", "*", `,"Principal":`+principal))}
}

var fullAccess = Source{ID: "FullAWSAccess", Document: policy2012(statementOf("Allow", "*", ""))}

func level(target string, policies ...Source) Level { return Level{Target: target, Policies: policies} }

func keys(pairs ...string) *Context {
	c := new(Context)
	for i := 0; i < len(pairs); i += 2 {
		c.Set(pairs[i], pairs[i+1])
	}
	return c
}

var (
	user    = Principal{Kind: User, Account: own, ARN: "arn:aws:iam::" + own + ":user/ana", UniqueID: "AIDAEXAMPLEANA000000"}
	session = Principal{Kind: AssumedRole, Account: own, ARN: "arn:aws:sts::" + own + ":assumed-role/app/s1",
		RoleARN: "arn:aws:iam::" + own + ":role/team/app", UniqueID: "AROAEXAMPLEAPP000000"}
	federated = Principal{Kind: FederatedUser, Account: own, ARN: "arn:aws:sts::" + own + ":federated-user/bob", UserARN: "arn:aws:iam::" + own + ":user/ana"}
	root      = Principal{Kind: RootUser, Account: own, ARN: "arn:aws:iam::" + own + ":root"}
	service   = Principal{Kind: ServicePrincipal, ARN: "cloudtrail.amazonaws.com"}
	anonymous = Principal{Kind: Anonymous}
)

// decisionCase is one row of a table of decisions.
type decisionCase struct {
	name     string
	req      Request
	policies Policies
	outcome  Outcome
	layer    Layer
	target   string
}

func (c *decisionCase) run(t *testing.T) {
	t.Helper()
	t.Run(c.name, func(t *testing.T) {
		if c.req.Action == "" {
			c.req.Action = "s3:GetObject"
		}
		if c.req.Resource == "" {
			c.req.Resource = "arn:aws:s3:::bucket/key"
		}
		d := Decide(&c.req, &c.policies)
		if d.Outcome != c.outcome || d.Layer != c.layer || d.Target != c.target {
			t.Errorf("%v by %v at %q, want %v by %v at %q", d.Outcome, d.Layer, d.Target, c.outcome, c.layer, c.target)
		}
	})
}
