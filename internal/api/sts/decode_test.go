package sts_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"umbel/sigv4"
)

// launch asks EC2 for an instance and gives the answer.
func (w *world) launch(cfg aws.Config) string {
	w.Helper()
	body := "Action=RunInstances&Version=2016-11-15&InstanceType=p5.48xlarge&DryRun=true"
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.URL+"/", strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	c, err := cfg.Credentials.Retrieve(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	keys := sigv4.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
	sigv4.Signer{Service: "ec2", Region: "us-east-1"}.Sign(r, []byte(body), keys, time.Now())
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	var text strings.Builder
	if err := resp.Write(&text); err != nil {
		w.Fatal(err)
	}
	return text.String()
}

func TestDecodeAuthorizationMessage(t *testing.T) {
	w := start(t)
	nobody := w.User(w.admin, "nobody", "")
	found := regexp.MustCompile(`Encoded authorization failure message: ([A-Za-z0-9_-]+)<`).FindStringSubmatch(w.launch(nobody))
	if found == nil {
		t.Fatal("no message")
	}
	decode := func(cfg aws.Config, message string) (string, error) {
		out, err := sts.NewFromConfig(cfg).DecodeAuthorizationMessage(t.Context(), &sts.DecodeAuthorizationMessageInput{EncodedMessage: &message})
		if err != nil {
			return "", err
		}
		return *out.DecodedMessage, nil
	}
	text, err := decode(w.admin, found[1])
	want := `{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AIDA`
	if err != nil || !strings.HasPrefix(text, want) || !strings.Contains(text, `"name":"nobody","arn":"arn:aws:iam::`+w.account+`:user/nobody"},"action":"ec2:RunInstances","resource":"arn:aws:ec2:us-east-1::image/*"`) {
		t.Errorf("%v %s", err, text)
	}
	_, err = decode(nobody, found[1])
	refused(t, err, "AccessDenied", "is not authorized to perform: sts:DecodeAuthorizationMessage on resource: *")
	for _, bad := range []string{"nonsense", found[1][1:], found[1] + "x", "line\nbreak"} {
		_, err = decode(w.admin, bad)
		refused(t, err, "InvalidAuthorizationMessageException", "The message is not a valid authorization message.")
	}
	_, err = decode(w.admin, strings.Repeat("x", 10241))
	refused(t, err, "ValidationError", "less than or equal to 10240")
}
