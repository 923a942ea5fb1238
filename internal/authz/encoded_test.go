package authz_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/op"
	"umbel/internal/seal"
)

func messageKey(t *testing.T, secret string) *seal.Key {
	t.Helper()
	key, err := seal.New([]byte(secret), authz.MessagePurpose)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// encoded gives the message of a refusal, sealed.
func encoded(t *testing.T, key *seal.Key, err error) string {
	t.Helper()
	var refusal *authz.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("no refusal: %v", err)
	}
	text, err := refusal.Encode(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// decodedMessage is what tests look at of a decoded message.
type decodedMessage struct {
	Allowed, ExplicitDeny bool
	MatchedStatements     struct{ Items []map[string]any }
	Failures              struct{ Items []any }
	Context               struct {
		Principal        map[string]string
		Action, Resource string
		Conditions       struct {
			Items []struct {
				Key    string
				Values struct{ Items []struct{ Value string } }
			}
		}
	}
}

// statementOf gives the matched statement as JSON, "" for none.
func (m *decodedMessage) statementOf(t *testing.T) string {
	t.Helper()
	if len(m.MatchedStatements.Items) == 0 {
		return ""
	}
	raw, err := json.Marshal(m.MatchedStatements.Items[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func decode(t *testing.T, key *seal.Key, message string) *decodedMessage {
	t.Helper()
	text, err := authz.DecodeMessage(key, member, message)
	if err != nil {
		t.Fatal(err)
	}
	m := new(decodedMessage)
	if err := json.Unmarshal([]byte(text), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMessageTellsTheStatement(t *testing.T) {
	const denial = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Sid":"No","Effect":"Deny","Action":["ec2:Run*","ec2:Stop*"],"Resource":"*","Condition":{"StringLike":{"ec2:InstanceType":["p5*","p4*"]},"Bool":{"aws:SecureTransport":true}}}]}`
	const shown = `"actions":{"items":[{"value":"ec2:Run*"},{"value":"ec2:Stop*"}]},"conditions":{"items":[{"key":"aws:SecureTransport","value":{"items":[{"value":"true"}]}},` +
		`{"key":"ec2:InstanceType","value":{"items":[{"value":"p5*"},{"value":"p4*"}]}}]},"effect":"DENY","principalGroups":{"items":[]},"principals":{"items":[{"value":"AIDA1"}]},"resources":{"items":[{"value":"*"}]},"statementId":"No"`
	const other = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotAction":"s3:*","NotResource":["arn:aws:s3:::a"]}}`
	for name, c := range map[string]struct {
		call   func(w *world) *op.Call
		target op.Target
		want   string
	}{
		"identity": {func(w *world) *op.Call { return user(w, denial) }, op.Target{}, shown},
		"SCP": {func(w *world) *op.Call {
			w.guard(ownOrg, org.ServiceControlPolicy, string(member), denial)
			return user(w, allow)
		}, op.Target{}, shown},
		"boundary": {func(w *world) *op.Call {
			e := entity("alice", "AIDA1", allow)
			e.Boundary = w.managed(member, "limit", denial)
			return w.user(member, e)
		}, op.Target{}, shown},
		"session": {func(w *world) *op.Call {
			c := w.role(member, entity("r", "AROA1", allow), iam.Session{Name: "s"})
			c.Caller.Inline = []iampolicy.Source{*source(denial)}
			return c
		}, op.Target{}, strings.Replace(shown, "AIDA1", "AROA1", 1)},
		"resource": {func(w *world) *op.Call { return user(w, allow) }, op.Target{Policy: source(strings.ReplaceAll(denial, `"Resource"`, `"Principal":"*","Resource"`))}, shown},
		"NotAction and NotResource": {func(w *world) *op.Call { return user(w, allow, other) }, op.Target{},
			`"actions":{"items":[]},"conditions":{"items":[]},"effect":"DENY","notActions":{"items":[{"value":"s3:*"}]},"notResources":{"items":[{"value":"arn:aws:s3:::a"}]},"principalGroups":{"items":[]},"principals":{"items":[{"value":"AIDA1"}]},"resources":{"items":[]},"statementId":""`},
		"nothing allows":         {func(w *world) *op.Call { return user(w) }, op.Target{}, ""},
		"a broken policy denies": {func(w *world) *op.Call { return user(w, "{") }, op.Target{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			call := c.call(w)
			c.target.Resource = "arn:aws:ec2:us-east-1:222222222222:instance/*"
			c.target.Keys = []op.Key{{Name: "ec2:InstanceType", Values: []string{"p5.48xlarge"}}}
			key := messageKey(t, "secret")
			m := decode(t, key, encoded(t, key, authorize(call, "ec2:RunInstances", c.target)))
			want := c.want
			if want != "" {
				want = "{" + want + "}"
			}
			if got := m.statementOf(t); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if m.Allowed || m.ExplicitDeny != (want != "" || name == "a broken policy denies") || m.Failures.Items == nil {
				t.Errorf("%+v", m)
			}
			if m.Context.Action != "ec2:RunInstances" || m.Context.Resource != c.target.Resource || m.Context.Principal["arn"] != call.Caller.ARN {
				t.Errorf("%+v", m.Context)
			}
		})
	}
}

func TestMessageTellsTheContext(t *testing.T) {
	key := messageKey(t, "secret")
	m := decode(t, key, encoded(t, key, authorize(user(newWorld(t)), "ec2:RunInstances", op.Target{
		Resource: "*", Keys: []op.Key{{Name: "ec2:InstanceType", Values: []string{"p5.48xlarge"}}, {Name: "aws:TagKeys", Values: []string{"a", "b"}}},
	})))
	found := map[string]int{}
	for _, k := range m.Context.Conditions.Items {
		found[k.Key] = len(k.Values.Items)
	}
	if found["ec2:InstanceType"] != 1 || found["aws:TagKeys"] != 2 || found["aws:PrincipalAccount"] != 1 {
		t.Errorf("conditions %v", found)
	}
	if p := m.Context.Principal; p["id"] != "AIDA1" || p["name"] != "alice" {
		t.Errorf("principal %v", p)
	}
}

func TestMessageIsSealed(t *testing.T) {
	key := messageKey(t, "secret")
	message := encoded(t, key, authorize(user(newWorld(t)), "ec2:RunInstances", op.Target{Resource: "*"}))
	if strings.Trim(message, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("not of the URL alphabet: %s", message)
	}
	for name, try := range map[string]func() (string, error){
		"altered":          func() (string, error) { return authz.DecodeMessage(key, member, "A"+message[1:]) },
		"cut":              func() (string, error) { return authz.DecodeMessage(key, member, message[:len(message)-4]) },
		"of another":       func() (string, error) { return authz.DecodeMessage(key, management, message) },
		"of another store": func() (string, error) { return authz.DecodeMessage(messageKey(t, "other"), member, message) },
		"no message":       func() (string, error) { return authz.DecodeMessage(key, member, "nonsense !") },
		"not deflated": func() (string, error) {
			return authz.DecodeMessage(key, member, strings.TrimRight(key.Seal([]byte("plain"), []byte(member)), "="))
		},
	} {
		if text, err := try(); err == nil && text != "" || err == nil {
			t.Errorf("%s: %q", name, text)
		}
	}
}
