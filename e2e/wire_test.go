package e2e_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"umbel/internal/testenv"
)

// dialect is a call and how its service refuses a signature.
type dialect struct {
	request
	status int
	code   string
}

// dialects are a call that is answered in XML and one that is answered in JSON.
func dialects() map[string]dialect {
	return map[string]dialect{
		"xml":  {whoAmI(), http.StatusForbidden, "SignatureDoesNotMatch"},
		"json": {describe("DescribeOrganization"), http.StatusBadRequest, "InvalidSignatureException"},
	}
}

// TestTamperedRequests alters, under way, each part of a request that is signed.
func TestTamperedRequests(t *testing.T) {
	s := testenv.Start(t)
	s.CreateOrganization("")
	cfg := s.Administrator("")
	const mismatch = "The request signature we calculated does not match the signature you provided."
	for _, d := range dialects() {
		send(t, d.sign(t, cfg)).want(t, http.StatusOK, "", "")
		spoilt := d.sign(t, cfg)
		body := strings.Replace(d.body, "}", " }", 1) + strings.Repeat(" ", strings.Count(d.body, "&"))
		spoilt.Body, spoilt.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		send(t, spoilt).want(t, d.status, d.code, mismatch)
		for _, alter := range []func(h http.Header){
			func(h http.Header) { h.Set("Content-Type", h.Get("Content-Type")+"; x=y") },
			func(h http.Header) { h.Set("Authorization", flip(h.Get("Authorization"))) },
			func(h http.Header) {
				h.Set("X-Amz-Date", time.Now().Add(2*time.Second).UTC().Format("20060102T150405Z"))
			},
		} {
			r := d.sign(t, cfg)
			alter(r.Header)
			send(t, r).want(t, d.status, d.code, mismatch)
		}
	}
	r := describe("DescribeOrganization").sign(t, cfg)
	r.Header.Set("X-Amz-Target", "AWSOrganizationsV20161128.LeaveOrganization")
	send(t, r).want(t, http.StatusBadRequest, "InvalidSignatureException", mismatch)
}

// flip changes the last character of a hexadecimal text.
func flip(text string) string {
	last := "0"
	if strings.HasSuffix(text, "0") {
		last = "1"
	}
	return text[:len(text)-1] + last
}

// TestReplayedRequest sends one request again and again: for 15 minutes it is good, then never more.
func TestReplayedRequest(t *testing.T) {
	clock := new(testenv.ManualClock)
	s := testenv.Start(t, testenv.Clock(clock))
	s.CreateOrganization("")
	cfg := s.Administrator("")
	calls := dialects()
	replay := func(check func(p reply, status int, code string)) {
		for _, d := range calls {
			check(send(t, d.sign(t, cfg)), d.status, d.code)
		}
	}
	good := func(p reply, _ int, _ string) { p.want(t, http.StatusOK, "", "") }
	expired := func(p reply, status int, code string) {
		p.want(t, status, code, "Signature expired: ")
		if !strings.Contains(p.message, " is now earlier than ") || !strings.HasSuffix(p.message, " - 15 min.)") {
			t.Errorf("expired: %s", p.message)
		}
	}
	replay(good)
	clock.Advance(14 * time.Minute)
	replay(good)
	clock.Advance(2 * time.Minute)
	replay(expired)
	clock.Advance(time.Hour)
	replay(expired)
	for _, d := range dialects() {
		d.at = clock.Now().Add(16 * time.Minute)
		send(t, d.sign(t, cfg)).want(t, d.status, d.code, "Signature not yet current: ")
	}
}

// TestWrongScope signs for a Region that there is not, and for another service.
func TestWrongScope(t *testing.T) {
	s := testenv.Start(t)
	s.CreateOrganization("")
	for _, d := range dialects() {
		region, service := d.request, d.request
		region.region = "mars-north-1"
		send(t, region.sign(t, s.Administrator(""))).want(t, d.status, d.code, "Credential should be scoped to a valid region. ")
		service.service = "ec2"
		send(t, service.sign(t, s.Administrator(""))).want(t, d.status, d.code, "Credential should be scoped to correct service: '"+d.service+"'. ")
	}
}

// TestCredentialsThatStandForNobody tries keys and tokens that are not, or no longer, good.
func TestCredentialsThatStandForNobody(t *testing.T) {
	clock := new(testenv.ManualClock)
	s := testenv.Start(t, testenv.Clock(clock))
	s.CreateOrganization("")
	admin := s.Administrator("")
	alice := s.User(admin, "alice", all)
	key := alice.Credentials.(credentials.StaticCredentialsProvider).Value
	session := s.Role("", "UmbelAdministrator").Credentials.(credentials.StaticCredentialsProvider).Value
	other := admin.Credentials.(credentials.StaticCredentialsProvider).Value
	inactive := s.User(admin, "bob", all)
	bobs := inactive.Credentials.(credentials.StaticCredentialsProvider).Value.AccessKeyID
	in := &iam.UpdateAccessKeyInput{UserName: aws.String("bob"), AccessKeyId: &bobs, Status: iamtypes.StatusTypeInactive}
	if _, err := iam.NewFromConfig(admin).UpdateAccessKey(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]aws.Config{
		"unknown key":             s.Keys("AKIAIOSFODNN7EXAMPLE", key.SecretAccessKey, ""),
		"inactive key":            inactive,
		"missing session token":   s.Keys(session.AccessKeyID, session.SecretAccessKey, ""),
		"forged session token":    s.Keys(session.AccessKeyID, session.SecretAccessKey, "forged"),
		"altered session token":   s.Keys(session.AccessKeyID, session.SecretAccessKey, flip(session.SessionToken)),
		"another session's token": s.Keys(session.AccessKeyID, session.SecretAccessKey, other.SessionToken),
		"token with a user's key": s.Keys(key.AccessKeyID, key.SecretAccessKey, session.SessionToken),
	} {
		t.Run(name, func(t *testing.T) {
			const invalid = "The security token included in the request is invalid."
			send(t, whoAmI().sign(t, cfg)).want(t, http.StatusForbidden, "InvalidClientTokenId", invalid)
			send(t, describe("DescribeOrganization").sign(t, cfg)).want(t, http.StatusBadRequest, "UnrecognizedClientException", invalid)
		})
	}
	wrong := s.Keys(key.AccessKeyID, session.SecretAccessKey, "")
	send(t, whoAmI().sign(t, wrong)).want(t, http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated")
	unsigned := whoAmI().sign(t, alice)
	unsigned.Header.Del("Authorization")
	send(t, unsigned).want(t, http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
	clock.Advance(13 * time.Hour)
	late, lateJSON := whoAmI(), describe("DescribeOrganization")
	late.at, lateJSON.at = clock.Now(), clock.Now()
	send(t, late.sign(t, admin)).want(t, http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")
	send(t, lateJSON.sign(t, admin)).want(t, http.StatusBadRequest, "ExpiredTokenException", "The security token included in the request is expired")
}

// TestPresignedIdentity gives an identity away as a URL, as clusters and vaults ask for: it works, and ends.
func TestPresignedIdentity(t *testing.T) {
	clock := new(testenv.ManualClock)
	s := testenv.Start(t, testenv.Clock(clock))
	alice := s.User(s.Administrator(""), "alice", "")
	get := func(url string) reply {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		return send(t, r)
	}
	signed, err := sts.NewPresignClient(sts.NewFromConfig(alice)).PresignGetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	short := presign(t, alice, "60")
	for _, url := range []string{signed.URL, short} {
		p := get(url)
		p.want(t, http.StatusOK, "", "")
		if !strings.Contains(p.body, ":user/alice</Arn>") {
			t.Errorf("identity: %s", p.body)
		}
		get(strings.Replace(url, "GetCallerIdentity", "GetSessionToken", 1)).want(t, http.StatusForbidden, "SignatureDoesNotMatch", "The request signature")
	}
	get(presign(t, s.Administrator(""), "60")).want(t, http.StatusOK, "", "") // with a session token
	clock.Advance(2 * time.Minute)
	get(short).want(t, http.StatusForbidden, "SignatureDoesNotMatch", "Signature expired: ")
	get(signed.URL).want(t, http.StatusOK, "", "")
	clock.Advance(16 * time.Minute)
	get(signed.URL).want(t, http.StatusForbidden, "SignatureDoesNotMatch", "Signature expired: ")
}

// presign gives a URL that is good for so many seconds.
func presign(t *testing.T, cfg aws.Config, seconds string) string {
	t.Helper()
	url := *cfg.BaseEndpoint + "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=" + seconds
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	c := cfg.Credentials.(credentials.StaticCredentialsProvider).Value
	signed, _, err := v4.NewSigner().PresignHTTP(t.Context(), c, r, hashOf(""), "sts", "us-east-1", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// TestOperationsThatAreNot calls what no service knows and what is not offered here: each service answers in its dialect.
func TestOperationsThatAreNot(t *testing.T) {
	s := testenv.Start(t)
	cfg := s.Administrator("")
	form := func(service, version, action string) request {
		q := whoAmI()
		q.service, q.body = service, "Action="+action+"&Version="+version
		return q
	}
	trail := describe("")
	trail.service, trail.target = "cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails"
	for _, tt := range []struct {
		request
		status        int
		code, message string
	}{
		{form("sts", "2011-06-15", "Whoami"), 400, "InvalidAction", "Could not find operation Whoami for version 2011-06-15"},
		{form("iam", "2010-05-08", "CreateRobot"), 400, "InvalidAction", "Could not find operation CreateRobot for version 2010-05-08"},
		{describe("DescribeEverything"), 400, "UnknownOperationException", ""},
		{form("iam", "2010-05-08", "GenerateCredentialReport"), 501, "NotImplemented", "The call is allowed, but Umbel does not serve GenerateCredentialReport of AWS Identity and Access Management."},
		{form("sts", "2011-06-15", "GetWebIdentityToken"), 501, "NotImplemented", "The call is allowed, but Umbel does not serve GetWebIdentityToken of AWS Security Token Service."},
		{describe("ListHandshakesForAccount"), 501, "NotImplementedException", "The call is allowed, but Umbel does not serve ListHandshakesForAccount of AWS Organizations."},
		{trail, 501, "NotImplementedException", "The call is allowed, but Umbel does not serve DescribeTrails of AWS CloudTrail."},
	} {
		send(t, tt.sign(t, cfg)).want(t, tt.status, tt.code, tt.message)
	}
}

// TestRequestIDs wants each answer, good or bad, to have an ID of its own, under which the audit trail has the call.
func TestRequestIDs(t *testing.T) {
	s := testenv.Start(t)
	cfg := s.Administrator("")
	seen := map[string]bool{}
	var recorded []string
	for range 10 {
		for _, q := range []request{whoAmI(), describe("DescribeOrganization"), describe("Nothing")} {
			p := send(t, q.sign(t, cfg))
			seen[p.requestID] = true
			if p.code != "UnknownOperationException" {
				recorded = append(recorded, `"requestID":"`+p.requestID+`"`)
			}
		}
	}
	if len(seen) != 30 || seen[""] {
		t.Errorf("%d different request IDs", len(seen))
	}
	out, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var trail strings.Builder
	for _, event := range out.Events {
		trail.WriteString(*event.CloudTrailEvent)
	}
	for _, id := range recorded {
		if !strings.Contains(trail.String(), id) {
			t.Errorf("the trail has no call with %s", id)
		}
	}
}

// TestOversizedBody sends more than a call may have.
func TestOversizedBody(t *testing.T) {
	s := testenv.Start(t)
	cfg := s.Administrator("")
	for _, tt := range []struct {
		request
		code string
	}{{whoAmI(), "RequestEntityTooLarge"}, {describe("DescribeOrganization"), "RequestEntityTooLargeException"}} {
		tt.body += strings.Repeat(" ", 1<<20)
		send(t, tt.sign(t, cfg)).want(t, http.StatusRequestEntityTooLarge, tt.code, "Request size exceeded the limit of 1048576 bytes.")
	}
}

// TestSlowClients opens connections that never finish a request: others are served meanwhile, and the slow are cut off.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s := testenv.Start(t)
	cfg := s.Administrator("")
	const slow = 100
	conns := make([]net.Conn, slow)
	for i := range conns {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
			t.Fatal(err)
		}
		conns[i] = c
	}
	for range 20 {
		send(t, whoAmI().sign(t, cfg)).want(t, http.StatusOK, "", "")
	}
	until := time.Now().Add(15 * time.Second)
	for _, c := range conns {
		if err := c.SetReadDeadline(until); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Fatalf("a slow client was not cut off: %v", err)
		}
	}
}
