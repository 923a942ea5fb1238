package alert

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"umbel/internal/domain/cost"
	"umbel/internal/ident"
)

// SignatureHeader carries when and with what a request was signed: "t=<seconds since 1970>,v1=<hex>", the HMAC-SHA256 under the
// secret of the time as written, a dot and the body. A receiver refuses old times, so that nobody can send a request again.
const SignatureHeader = "Umbel-Signature"

// Sign gives the value of SignatureHeader.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Hook is the JSON that the operator's webhook gets.
type Hook struct {
	ID      string          `json:"id"`   // the same in every attempt
	Time    time.Time       `json:"time"` // when the cause came up
	Account string          `json:"account"`
	Cause   string          `json:"cause"`
	Subject string          `json:"subject"`
	Text    string          `json:"text"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// hook posts a delivery to the operator's webhook.
func (c *Courier) hook(ctx context.Context, account ident.AccountID, d *cost.Delivery) cost.Outcome {
	body, err := json.Marshal(Hook{
		ID: d.ID, Time: d.Made.UTC(), Account: string(account), Cause: d.Cause, Subject: d.Subject, Text: d.Body, Data: d.Data,
	})
	if err != nil {
		return cost.Outcome{Failure: err.Error(), Final: true}
	}
	return c.post(ctx, c.cfg.Webhook, body, http.Header{"Content-Type": {"application/json"}})
}

// Notification is the JSON that an HTTP subscriber of an SNS topic gets (SNS Developer Guide, "HTTP/HTTPS notification JSON format").
// AWS signs it with a key that is AWS's alone: Signature and the URLs are there, and empty. SignatureHeader stands in for them.
type Notification struct {
	Type             string `json:"Type"`
	MessageID        string `json:"MessageId"`
	TopicARN         string `json:"TopicArn"`
	Subject          string `json:"Subject"`
	Message          string `json:"Message"`
	Timestamp        string `json:"Timestamp"`
	SignatureVersion string `json:"SignatureVersion"`
	Signature        string `json:"Signature"`
	SigningCertURL   string `json:"SigningCertURL"`
	UnsubscribeURL   string `json:"UnsubscribeURL"`
}

// notify posts a delivery to the endpoint of a topic.
func (c *Courier) notify(ctx context.Context, d *cost.Delivery) cost.Outcome {
	to, ok := c.cfg.Topics[d.Address]
	if !ok {
		return noWay("no endpoint is set for the topic %s", d.Address)
	}
	body, err := json.Marshal(Notification{
		Type: "Notification", MessageID: d.ID, TopicARN: d.Address, Subject: d.Subject, Message: d.Body,
		Timestamp: d.Made.UTC().Format("2006-01-02T15:04:05.000Z"), SignatureVersion: "1",
	})
	if err != nil {
		return cost.Outcome{Failure: err.Error(), Final: true}
	}
	return c.post(ctx, to, body, http.Header{
		"Content-Type":               {"text/plain; charset=UTF-8"},
		"X-Amz-Sns-Message-Type":     {"Notification"},
		"X-Amz-Sns-Message-Id":       {d.ID},
		"X-Amz-Sns-Topic-Arn":        {d.Address},
		"X-Amz-Sns-Subscription-Arn": {d.Address + ":" + subscription(to)},
	})
}

// subscription names the one subscription of an endpoint, as the last part of its ARN: a UUID (RFC 9562, version 8) of its URL.
func subscription(url string) string {
	h := sha256.Sum256([]byte(url))
	u := h[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// post sends a body. Refusals of the request (4xx, but those that say "later") are final, as SNS takes them; redirections are not
// followed, for the operator named another server.
func (c *Courier) post(ctx context.Context, to string, body []byte, header http.Header) cost.Outcome {
	rq, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return cost.Outcome{Failure: err.Error(), Final: true}
	}
	rq.Header = header
	rq.Header.Set("User-Agent", "Umbel")
	if c.cfg.Secret != "" {
		rq.Header.Set(SignatureHeader, Sign(c.cfg.Secret, c.now(), body))
	}
	resp, err := c.client().Do(rq)
	if err != nil {
		return cost.Outcome{Failure: err.Error()}
	}
	defer resp.Body.Close()
	// What is left of the answer does not matter; reading it lets the connection be used again.
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	if resp.StatusCode/100 == 2 {
		return cost.Outcome{}
	}
	later := resp.StatusCode == http.StatusRequestTimeout || resp.StatusCode == http.StatusTooEarly || resp.StatusCode == http.StatusTooManyRequests
	return cost.Outcome{Failure: fmt.Sprintf("%s answered %s", rq.URL.Redacted(), resp.Status), Final: resp.StatusCode < 500 && !later}
}

func (c *Courier) client() *http.Client {
	if c.cfg.Client != nil {
		return c.cfg.Client
	}
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
