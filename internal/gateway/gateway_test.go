package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/gateway"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/sigv4"
)

func TestCallerIdentity(t *testing.T) {
	e := newEnv(t, nil)
	for name, c := range map[string]struct {
		cred sigv4.Credentials
		want string
	}{
		"user":         {longTerm(userKey(member)), "<Arn>arn:aws:iam::222222222222:user/team/Alice</Arn><UserId>AIDA222222222222</UserId>"},
		"root":         {longTerm(rootKey(lone)), "<Arn>arn:aws:iam::333333333333:root</Arn><UserId>333333333333</UserId>"},
		"role session": {e.roleSession(member), "<Arn>arn:aws:sts::222222222222:assumed-role/Admin/s1</Arn><UserId>AROA222222222222:s1</UserId>"},
		"user session": {
			e.session(iam.Session{Account: member, Kind: iam.UserSession, UserName: "Alice", UserID: "AIDA222222222222"}),
			"<Arn>arn:aws:iam::222222222222:user/team/Alice</Arn><UserId>AIDA222222222222</UserId>",
		},
		"root session": {e.session(iam.Session{Account: member, Kind: iam.RootSession}), "<Arn>arn:aws:iam::222222222222:root</Arn>"},
		"federated user": {
			e.session(iam.Session{Account: member, Kind: iam.FederatedSession, Name: "bob", UserName: "Alice", UserID: "AIDA222222222222"}),
			"<Arn>arn:aws:sts::222222222222:federated-user/bob</Arn><UserId>222222222222:bob</UserId>",
		},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := e.serve(e.sign(query("sts", "Action=GetCallerIdentity"), "sts", c.cred))
			got := strings.NewReplacer("\n", "", "  ", "").Replace(body)
			for _, part := range strings.SplitAfter(c.want, "</Arn>") {
				if status != http.StatusOK || !strings.Contains(got, part) {
					t.Errorf("%d %s\nwant %s", status, body, part)
				}
			}
		})
	}
}

// refusal is a request that does not get as far as an operation, with what is answered.
type refusal struct {
	request func(*env) *http.Request
	status  int
	want    string
}

func refuse(t *testing.T, refusals map[string]refusal) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			e := newEnv(t, nil)
			status, body := e.serve(c.request(e))
			got := strings.NewReplacer("\n", "", "  ", "").Replace(body)
			if status != c.status || !strings.Contains(got, c.want) {
				t.Errorf("%d %s\nwant %d %s", status, body, c.status, c.want)
			}
			if n := len(e.store.events); n != 0 {
				t.Errorf("%d audit events of a request whose sender is not known", n)
			}
		})
	}
}

func TestSignatureRefused(t *testing.T) {
	alice := longTerm(userKey(member))
	wrong := alice
	wrong.SecretAccessKey += "x"
	refuse(t, map[string]refusal{
		"not signed": {func(*env) *http.Request { return query("sts", "Action=GetCallerIdentity") }, 403,
			"<Code>MissingAuthenticationToken</Code><Message>Request is missing Authentication Token</Message>"},
		"not signed, awsJson": {func(*env) *http.Request { return target("ListRoots", "{}") }, 400,
			`{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}`},
		"unknown key": {func(e *env) *http.Request {
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", longTerm("AKIANOBODY"))
		}, 403, "<Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message>"},
		"wrong secret": {func(e *env) *http.Request {
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", wrong)
		}, 403, "<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided."},
		"another service": {func(e *env) *http.Request {
			return e.sign(query("sts", "Action=GetCallerIdentity"), "iam", alice)
		}, 403, "<Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to correct service: 'sts'. </Message>"},
		"another Region for a global service": {func(e *env) *http.Request {
			r := query("iam", "Action=ListRoles")
			sigv4.Signer{Service: "iam", Region: "eu-west-1"}.Sign(r, []byte("Action=ListRoles&Version=2010-05-08"), alice, e.now)
			return r
		}, 403, "<Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region. </Message>"},
		"no such Region": {func(e *env) *http.Request {
			r := query("sts", "Action=GetCallerIdentity")
			sigv4.Signer{Service: "sts", Region: "mars-1"}.Sign(r, []byte("Action=GetCallerIdentity&Version=2011-06-15"), alice, e.now)
			return r
		}, 403, "Credential should be scoped to a valid region. "},
		"too old": {func(e *env) *http.Request {
			r := e.sign(query("sts", "Action=GetCallerIdentity"), "sts", alice)
			e.now = e.now.Add(16 * time.Minute)
			return r
		}, 403, "<Message>Signature expired: 20261101T120000Z is now earlier than 20261101T120100Z (20261101T121600Z - 15 min.)</Message>"},
	})
}

func TestCredentialsRefused(t *testing.T) {
	alice := longTerm(userKey(member))
	refuse(t, map[string]refusal{
		"expired session": {func(e *env) *http.Request {
			c := e.roleSession(member)
			e.now = e.now.Add(time.Hour)
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", c)
		}, 403, "<Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message>"},
		"session without its token": {func(e *env) *http.Request {
			c := e.roleSession(member)
			c.SessionToken = ""
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", c)
		}, 403, "<Code>InvalidClientTokenId</Code>"},
		"session with another's token": {func(e *env) *http.Request {
			c := e.roleSession(member)
			c.SessionToken = e.roleSession(management).SessionToken
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", c)
		}, 403, "<Code>InvalidClientTokenId</Code>"},
		"inactive key": {func(e *env) *http.Request {
			k, _ := e.iam(member).Keys.Get(userKey(member))
			off := *k
			off.Active = false
			e.iam(member).Keys.Put(&off)
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", alice)
		}, 403, "<Code>InvalidClientTokenId</Code>"},
		"role made again": {func(e *env) *http.Request {
			e.iam(member).Roles.Put(&iam.Role{Entity: iam.Entity{Name: "Admin", Path: "/", UniqueID: "AROAOTHER"}})
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", e.roleSession(member))
		}, 403, "<Code>InvalidClientTokenId</Code>"},
		"closed account": {func(e *env) *http.Request {
			e.iam(member).PutAccount(&iam.Account{ID: member, Email: "a@example.com", Closed: clock})
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", alice)
		}, 403, "<Code>InvalidClientTokenId</Code>"},
		"account being closed": {func(e *env) *http.Request {
			if err := e.org().Close(clock, &e.settings.Org, member); err != nil {
				e.t.Fatal(err)
			}
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", alice)
		}, 403, "<Code>InvalidClientTokenId</Code>"},
		"unknown operation": {func(e *env) *http.Request {
			return e.sign(query("sts", "Action=Nonsense"), "sts", alice)
		}, 400, "<Code>InvalidAction</Code>"},
		"body too large": {func(e *env) *http.Request {
			return e.sign(query("sts", "Action=GetCallerIdentity&x="+strings.Repeat("x", 5000)), "sts", alice)
		}, 413, "<Code>RequestEntityTooLarge</Code>"},
		"account number as access key, but not trusted": {func(e *env) *http.Request {
			return e.sign(query("sts", "Action=GetCallerIdentity"), "sts", longTerm(string(member)))
		}, 403, "<Code>InvalidClientTokenId</Code>"},
	})
}

func TestTrustAccountKeys(t *testing.T) {
	e := newEnv(t, nil)
	e.settings.TrustAccountKeys = true
	for key, want := range map[string]string{
		"222222222222": "arn:aws:iam::222222222222:root", "test": "arn:aws:iam::111111111111:root", "testing": "arn:aws:iam::111111111111:root",
	} {
		status, body := e.serve(e.sign(query("sts", "Action=GetCallerIdentity"), "sts", sigv4.Credentials{AccessKeyID: key, SecretAccessKey: "anything"}))
		if status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", key, status, body)
		}
	}
	wrong := longTerm(userKey(member))
	wrong.SecretAccessKey = "anything"
	if status, body := e.serve(e.sign(query("sts", "Action=GetCallerIdentity"), "sts", wrong)); status != http.StatusForbidden {
		t.Errorf("a real key without its secret: %d %s", status, body)
	}
}

func TestTrustedAccountIsMadeOnFirstUse(t *testing.T) {
	const fresh = ident.AccountID("999999999999")
	var e *env
	made := 0
	e = newEnv(t, func(c *gateway.Config) {
		c.EnsureAccount = func(_ context.Context, id ident.AccountID) error {
			made++
			e.account(id)
			return nil
		}
	})
	e.settings.TrustAccountKeys = true
	for range 2 {
		status, body := e.serve(e.sign(query("iam", "Action=ListRoles"), "iam", sigv4.Credentials{AccessKeyID: string(fresh)}))
		if status != http.StatusOK {
			t.Errorf("%d %s", status, body)
		}
	}
	if made != 1 {
		t.Errorf("the account was made %d times", made)
	}
}

func TestAuthorized(t *testing.T) {
	e := newEnv(t, nil)
	status, body := e.serve(e.sign(query("iam", "Action=CreateUser&UserName=bob"), "iam", longTerm(userKey(member))))
	if status != http.StatusOK || !strings.Contains(body, "<UserName>bob</UserName>") {
		t.Fatalf("%d %s", status, body)
	}
	if _, ok := e.iam(member).Users.Get("bob"); !ok {
		t.Error("no user was made")
	}
	r := e.records()
	if len(r) != 1 || r[0]["eventName"] != "CreateUser" || r[0]["recipientAccountId"] != string(member) || r[0]["errorCode"] != nil {
		t.Errorf("audit records: %v", r)
	}
}

func TestDeniedByServiceControlPolicy(t *testing.T) {
	e := newEnv(t, nil)
	p, err := e.org().CreatePolicy(zeroes{}, clock, &e.settings.Org, org.NewPolicy{
		Type: org.ServiceControlPolicy, Name: "no users",
		Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:CreateUser","Resource":"*"}]}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.org().Attach(&e.settings.Org, p.ID, string(member)); err != nil {
		t.Fatal(err)
	}
	o, _ := e.org().Organization()
	status, body := e.serve(e.sign(query("iam", "Action=CreateUser&UserName=bob"), "iam", longTerm(rootKey(member))))
	want := "User: arn:aws:iam::222222222222:root is not authorized to perform: iam:CreateUser on resource: " +
		"arn:aws:iam::222222222222:user/bob with an explicit deny in a service control policy: " + o.PolicyARN(p)
	if status != http.StatusForbidden || !strings.Contains(body, "<Code>AccessDenied</Code>") || !strings.Contains(body, want) {
		t.Errorf("%d %s\nwant %s", status, body, want)
	}
	if _, ok := e.iam(member).Users.Get("bob"); ok {
		t.Error("the user was made all the same")
	}
	if r := e.records(); len(r) != 1 || r[0]["errorCode"] != "AccessDenied" || r[0]["errorMessage"] != want {
		t.Errorf("audit records: %v", r)
	}
	// The management account is bound by nothing.
	if status, body := e.serve(e.sign(query("iam", "Action=CreateUser&UserName=bob"), "iam", longTerm(rootKey(management)))); status != http.StatusOK {
		t.Errorf("management account: %d %s", status, body)
	}
}

func TestInvalidInputLeavesARecord(t *testing.T) {
	e := newEnv(t, nil)
	status, body := e.serve(e.sign(query("iam", "Action=CreateUser"), "iam", longTerm(userKey(member))))
	if status != http.StatusBadRequest || !strings.Contains(body, "<Code>ValidationError</Code>") {
		t.Errorf("%d %s", status, body)
	}
	r := e.records()
	if len(r) != 1 || r[0]["eventName"] != "CreateUser" || r[0]["errorCode"] == nil {
		t.Errorf("audit records: %v", r)
	}
}

func TestOperationFails(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		want   string
		log    string
	}{
		"exists": {409, "<Code>EntityAlreadyExists</Code>", `"code":"EntityAlreadyExists"`},
		"break":  {500, "<Code>ServiceFailure</Code>", "the disk is on fire"},
		"panic":  {500, "<Code>ServiceFailure</Code>", "asked to"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEnv(t, nil)
			status, body := e.serve(e.sign(query("iam", "Action=CreateUser&UserName="+name), "iam", longTerm(userKey(member))))
			if status != c.status || !strings.Contains(body, c.want) {
				t.Errorf("%d %s", status, body)
			}
			if strings.Contains(body, "on fire") || strings.Contains(body, "asked to") {
				t.Errorf("the client was told why: %s", body)
			}
			if !strings.Contains(e.log.String(), c.log) {
				t.Errorf("the log does not say %q: %s", c.log, e.log)
			}
		})
	}
}

func TestMemoryOfMembershipIsOutOfDate(t *testing.T) {
	e := newEnv(t, nil)
	// This process remembers an organization that the account has left for another.
	e.store.stale[op.MemberLocator(member)] = op.OrgPartition("o-thepastorg")
	status, body := e.serve(e.sign(target("ListRoots", "{}"), "organizations", longTerm(userKey(member))))
	o, _ := e.org().Organization()
	if status != http.StatusOK || !strings.Contains(body, string(o.Root)) {
		t.Errorf("%d %s", status, body)
	}
	// An account that the locator and the organization disagree on is tried a bounded number of times.
	e.store.locators[op.MemberLocator(lone)] = op.OrgPartition(orgID)
	status, body = e.serve(e.sign(target("ListRoots", "{}"), "organizations", longTerm(userKey(lone))))
	if status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", status, body)
	}
	delete(e.store.locators, op.MemberLocator(ident.AccountID(lone)))
	status, body = e.serve(e.sign(target("ListRoots", "{}"), "organizations", longTerm(userKey(lone))))
	if status != http.StatusBadRequest || !strings.Contains(body, "AWSOrganizationsNotInUseException") {
		t.Errorf("%d %s", status, body)
	}
}

func TestUserSessionsAndIAM(t *testing.T) {
	e := newEnv(t, nil)
	for _, mfa := range []bool{false, true} {
		c := e.session(iam.Session{Account: member, Kind: iam.UserSession, UserName: "Alice", UserID: "AIDA222222222222", MFA: mfa})
		status, body := e.serve(e.sign(query("iam", "Action=ListRoles"), "iam", c))
		if want := map[bool]int{false: 403, true: 200}[mfa]; status != want {
			t.Errorf("MFA %v: %d %s", mfa, status, body)
		}
	}
}

func TestMetricsAndHealth(t *testing.T) {
	e := newEnv(t, nil)
	e.serve(e.sign(query("sts", "Action=GetCallerIdentity"), "sts", longTerm(userKey(member))))
	e.serve(query("sts", "Action=Nonsense<script>"))
	_, body := e.serve(get("/metrics"))
	for _, want := range []string{
		`umbel_requests_total{code="",operation="GetCallerIdentity",service="sts"} 1`,
		`umbel_requests_total{code="MissingAuthenticationToken",operation="",service=""} 1`,
		"umbel_requests_in_flight 0",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %s:\n%s", want, body)
		}
	}
	if status, body := e.serve(get("/_umbel/health")); status != http.StatusOK || !strings.Contains(body, "ok") {
		t.Errorf("health: %d %s", status, body)
	}
	e.store.broken = http.ErrServerClosed
	if status, body := e.serve(get("/_umbel/health")); status != http.StatusServiceUnavailable {
		t.Errorf("health of a broken store: %d %s", status, body)
	}
	if got := strings.Count(e.log.String(), `"msg":"call"`); got != 2 {
		t.Errorf("%d events in the log, want 2: %s", got, e.log)
	}
}
