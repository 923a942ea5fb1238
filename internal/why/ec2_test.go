package why_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"umbel/internal/why"
)

// runInstances asks EC2, which Umbel authorizes and does not serve, for an instance, and gives the answer's message.
func runInstances(t *testing.T, endpoint string, cfg aws.Config, region, kind string) string {
	t.Helper()
	body := url.Values{
		"Action": {"RunInstances"}, "Version": {"2016-11-15"}, "ImageId": {"ami-12345678"}, "InstanceType": {kind}, "MinCount": {"1"}, "MaxCount": {"1"}, "DryRun": {"true"},
	}.Encode()
	rq, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	rq.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	keys, err := cfg.Credentials.Retrieve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(t.Context(), keys, rq, hex.EncodeToString(sum[:]), "ec2", region, time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(rq)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	message := regexp.MustCompile(`<Message>(.*)</Message>`).FindSubmatch(text)
	if message == nil {
		t.Fatalf("no message: %s", text)
	}
	return string(message[1])
}

// TestEncodedMessage: EC2's message tells every key of the request, so that nothing is assumed.
func TestEncodedMessage(t *testing.T) {
	w := newStage(t)
	cfg := w.user(w.dev, "gamer", everything)
	w.guard(scp, "SmallOnly", doc(`{
      "Sid": "NoBigMachines",
      "Effect": "Deny",
      "Action": "ec2:RunInstances",
      "Resource": "arn:aws:ec2:*:*:instance/*",
      "Condition": {"StringNotLike": {"ec2:InstanceType": ["t3.*", "t4g.*"]}}
    }`), w.ou)
	message := runInstances(t, w.s.URL, cfg, "eu-west-1", "p5.48xlarge")
	a := w.ask(why.Question{Text: "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: " + message})
	if a.Said != "" || len(a.Assumptions) > 0 {
		t.Errorf("said %q, assumed %q", a.Said, a.Assumptions)
	}
	plain, encoded, _ := strings.Cut(message, "Encoded authorization failure message: ")
	w.golden("ec2-encoded-message", "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: "+plain+"Encoded authorization failure message: …", a)

	out, err := sts.NewFromConfig(cfg).DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: &encoded})
	w.must(err)
	answer, err := json.Marshal(map[string]string{"DecodedMessage": *out.DecodedMessage})
	w.must(err)
	for _, text := range []string{*out.DecodedMessage, string(answer)} {
		if b := w.ask(why.Question{Text: text}); b.Text != a.Text {
			t.Errorf("of the decoded message:\n%s", b.Text)
		}
	}

	for text, want := range map[string]string{
		"You are not authorized to perform this operation. Encoded authorization failure message: " + encoded: "the message does not say who called",
		strings.Replace(message, encoded, "x"+encoded, 1):                                                     "the encoded message was not made by this Umbel for account " + w.dev,
	} {
		if _, err := w.s.Door.Why(ctx, why.Question{Text: text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestOneRecord: a record tells more than its message.
func TestOneRecord(t *testing.T) {
	w := newStage(t)
	cfg := w.user(w.dev, "walker", doc(`{"Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}`))
	if lookupEvents(cfg, "us-west-2") == nil {
		t.Fatal("allowed")
	}
	record := w.record(w.dev, "LookupEvents")
	a := w.ask(why.Question{Text: record})
	if a.Said != "" || len(a.Assumptions) > 0 {
		t.Errorf("said %q, assumed %q", a.Said, a.Assumptions)
	}
	w.golden("record", regexp.MustCompile(`"(eventID|requestID|accessKeyId|userAgent|principalId)":"[^"]*"`).ReplaceAllString(record, `"$1":"…"`), a)

	one, err := json.Marshal(map[string]any{"CloudTrailEvent": record})
	w.must(err)
	for name, text := range map[string]string{
		"LookupEvents' answer": `{"Events":[` + string(one) + `]}`, "one of its events": string(one), "a log file": `{"Records":[` + record + `]}`, "a list": "[" + record + "]",
	} {
		if b := w.ask(why.Question{Text: text}); b.Text != a.Text {
			t.Errorf("%s:\n%s", name, b.Text)
		}
	}
	if b := w.ask(why.Question{Text: record, Context: map[string][]string{"AWS:requestedregion": {"eu-west-1"}}}); !strings.Contains(b.Text, "ALLOWED") || b.Said == "" {
		t.Errorf("with another Region:\n%s", b.Text)
	}
}

// TestNotUnderstood: what cannot be answered is refused with what to do.
func TestNotUnderstood(t *testing.T) {
	w := newStage(t)
	w.role(w.dev, "present", trusting(w.dev, ""), "")
	ana := "arn:aws:iam::" + w.dev + ":user/ana"
	denied := `"eventSource":"iam.amazonaws.com","eventName":"GetUser","errorCode":"AccessDenied","errorMessage":`
	for want, q := range map[string]why.Question{
		"but not both":                                                         {Text: "User: x", Principal: ana},
		"a principal and an action are wanted":                                 {Principal: ana},
		`"CreateUser" is not an action`:                                        {Principal: ana, Action: "CreateUser"},
		"this is no refusal as AWS words it":                                   {Text: "You don't have permissions to access this resource."},
		`the message names no action: "it"`:                                    {Text: "User: " + ana + " is not authorized to perform: it"},
		`"ana" is not the ARN of a principal`:                                  {Principal: "ana", Action: "iam:GetUser"},
		"the account 999999999999 is not here":                                 {Principal: "arn:aws:iam::999999999999:user/ana", Action: "iam:GetUser"},
		"there is no user " + ana:                                              {Principal: ana, Action: "iam:GetUser"},
		"has no role absent":                                                   {Principal: "arn:aws:sts::" + w.dev + ":assumed-role/absent/s", Action: "iam:GetUser"},
		"who made the session of the federated user visitor is not known":      {Principal: "arn:aws:sts::" + w.dev + ":federated-user/visitor", Action: "iam:GetUser"},
		"there is no role arn:aws:iam::" + w.dev + ":role/path/present":        {Principal: "arn:aws:iam::" + w.dev + ":role/path/present", Action: "iam:GetUser"},
		"want a user, a role or its session":                                   {Principal: "arn:aws:iam::" + w.dev + ":group/staff", Action: "iam:GetUser"},
		"this is no CloudTrail record: invalid":                                {Text: "{x"},
		"it has no eventSource and eventName":                                  {Text: "{}"},
		"these are 2 records: give one":                                        {Text: "[{},{}]"},
		"the record is of a call that succeeded: GetUser of iam.amazonaws.com": {Text: `{"eventSource":"iam.amazonaws.com","eventName":"GetUser"}`},
		"failed for another reason: AccessDenied: no":                          {Text: "{" + denied + `"no"}`},
		`the message names no action: "nothing"`:                               {Text: "{" + denied + `"User: x is not authorized to perform: nothing"}`},
	} {
		_, err := w.s.Door.Why(ctx, q)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", q, err, want)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := w.s.Door.Why(gone, why.Question{Principal: "arn:aws:sts::" + w.dev + ":assumed-role/present/s", Action: "iam:GetUser"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that has gone away: %v", err)
	}
}
