package alert_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/alert"
	"umbel/internal/domain/cost"
	"umbel/internal/ident"
	"umbel/internal/jobs"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
)

const (
	account = ident.AccountID("111122223333")
	topic   = "arn:aws:sns:us-east-1:111122223333:alerts"
)

var part = op.CostPartition(account)

// world is a store with a courier that works on it, and a clock that moves when told to.
type world struct {
	t      *testing.T
	path   string
	mu     sync.Mutex
	time   time.Time
	db     *store.DB
	runner *jobs.Runner
}

func newWorld(t *testing.T, cfg alert.Config) *world {
	t.Helper()
	w := &world{t: t, path: filepath.Join(t.TempDir(), "umbel.db"), time: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)}
	w.start(cfg)
	t.Cleanup(w.stop)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time
}

func (w *world) start(cfg alert.Config) {
	w.t.Helper()
	engine, err := sqlstore.OpenSQLite(context.Background(), w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	db, err := store.Open(context.Background(), engine, op.Schema, store.Options{Now: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	registry := op.NewRegistry()
	registry.AddJobs(alert.NewCourier(db, cfg, w.now, slog.New(slog.DiscardHandler)).Job())
	w.db, w.runner = db, jobs.Start(db, registry, jobs.Options{Settings: &op.Settings{}, Now: w.now, Poll: time.Millisecond})
}

func (w *world) stop() {
	if err := w.runner.Close(context.Background()); err != nil {
		w.t.Error(err)
	}
	if err := w.db.Close(); err != nil {
		w.t.Error(err)
	}
}

// pass lets time pass, and waits until all that is due is done.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.mu.Lock()
	w.time = w.time.Add(d)
	w.mu.Unlock()
	w.settle()
}

func (w *world) settle() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.runner.Settle(ctx); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) post(a cost.Alert) {
	w.t.Helper()
	now := w.now()
	err := w.db.Update(context.Background(), store.Meta{At: now}, store.Scope{Write: []store.Partition{part}}, func(tx store.Tx) error {
		return alert.Post(tx, account, a, now)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

// deliveries gives what is recorded, by channel and address.
func (w *world) deliveries() map[string]cost.Delivery {
	w.t.Helper()
	out := map[string]cost.Delivery{}
	err := w.db.View(context.Background(), store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		for _, d := range tx.State(part).(*cost.State).Deliveries.All() {
			out[string(d.Channel)+" "+d.Address] = *d
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func overspent(to ...cost.Recipient) cost.Alert {
	return cost.Alert{
		Cause: "budget/all/ACTUAL/2026-11", Subject: "AWS Budgets: all has exceeded your alert threshold", Body: "Dear customer,\n\n.it is 12 € now\n",
		Data: map[string]string{"budget": "all"}, To: to,
	}
}

func byMail(address string) cost.Recipient {
	return cost.Recipient{Channel: cost.Email, Address: address}
}

// TestMail wants a message to arrive once, as it was meant, however often its cause is posted.
func TestMail(t *testing.T) {
	m := newMailServer(t)
	smtp := m.config(t)
	smtp.User, smtp.Password = "umbel", "secret"
	w := newWorld(t, alert.Config{SMTP: smtp, From: "Umbel <alerts@example.com>"})
	w.post(overspent(byMail("anna@example.com")))
	w.post(overspent(byMail("anna@example.com")))
	w.pass(2 * time.Hour)
	if len(m.taken()) != 1 {
		t.Fatalf("%d messages, want 1", len(m.taken()))
	}
	d := w.deliveries()["EMAIL anna@example.com"]
	if d.State != cost.Delivered || d.Attempts != 1 || d.Error != "" {
		t.Errorf("the record is %+v", d)
	}
	msg := m.taken()[0]
	body, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"body": strings.ReplaceAll(string(body), "\r\n", "\n"), "login": m.login, "rcpt": m.rcpt[0]}
	for _, h := range []string{"From", "To", "Subject", "Date", "Message-Id"} {
		got[h] = msg.Header.Get(h)
	}
	want := map[string]string{
		"body": overspent().Body, "login": "\x00umbel\x00secret", "rcpt": "TO:<anna@example.com>", "From": `"Umbel" <alerts@example.com>`,
		"To": "<anna@example.com>", "Subject": overspent().Subject, "Date": "Sat, 28 Nov 2026 12:00:00 +0000", "Message-Id": "<" + d.ID + "@umbel>",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if len(w.deliveries()) != 1 {
		t.Errorf("without a webhook there is to be no record of one: %v", w.deliveries())
	}
}

// TestRetries wants a delivery tried five times within an hour, through a restart, under one ID.
func TestRetries(t *testing.T) {
	m := newMailServer(t)
	cfg := alert.Config{SMTP: m.config(t), From: "alerts@example.com"}
	w := newWorld(t, cfg)
	m.set("451 come back later")
	w.post(overspent(byMail("anna@example.com")))
	const key = "EMAIL anna@example.com"
	if d := w.deliveries()[key]; d.State != cost.Pending || d.Attempts != 1 || !strings.Contains(d.Error, "come back later") || !d.Next.Equal(w.now().Add(time.Minute)) {
		t.Fatalf("after the first attempt: %+v", d)
	}
	w.pass(time.Minute)
	w.stop()
	w.start(cfg)
	w.pass(3 * time.Minute)
	if d := w.deliveries()[key]; d.Attempts != 2 {
		t.Fatalf("before its time it is not tried: %+v", d)
	}
	w.pass(time.Minute)
	w.pass(15 * time.Minute)
	if d := w.deliveries()[key]; d.Attempts != 4 || d.State != cost.Pending {
		t.Fatalf("after 20 minutes: %+v", d)
	}
	t.Run("in the end", func(t *testing.T) {
		m.set("")
		w.pass(40 * time.Minute)
		if d := w.deliveries()[key]; d.Attempts != 5 || d.State != cost.Delivered || d.Error != "" || len(m.taken()) != 1 {
			t.Errorf("%+v, %d messages", d, len(m.taken()))
		}
	})
	t.Run("never", func(t *testing.T) {
		m.set("451 come back later")
		w.post(overspent(byMail("berta@example.com")))
		for range 10 {
			w.pass(40 * time.Minute)
		}
		if d := w.deliveries()["EMAIL berta@example.com"]; d.Attempts != 5 || d.State != cost.Failed || !d.Next.IsZero() {
			t.Errorf("%+v", d)
		}
	})
}

// TestRefused wants what is refused for good not tried again, and what there is no way for recorded so.
func TestRefused(t *testing.T) {
	m := newMailServer(t)
	m.set("550 nobody of that name")
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	for name, c := range map[string]struct {
		cfg      alert.Config
		to       cost.Recipient
		state    cost.DeliveryState
		attempts int
		failure  string
	}{
		"recipient":     {alert.Config{SMTP: m.config(t), From: "a@example.com"}, byMail("nobody@example.com"), cost.Failed, 1, `550 "nobody of that name"`},
		"no address":    {alert.Config{SMTP: m.config(t), From: "a@example.com"}, byMail("nobody"), cost.Failed, 1, "mail: missing '@'"},
		"no server":     {alert.Config{}, byMail("anna@example.com"), cost.Undeliverable, 0, "no SMTP server is set"},
		"no endpoint":   {alert.Config{}, cost.Recipient{Channel: cost.SNS, Address: topic}, cost.Undeliverable, 0, "no endpoint is set for the topic " + topic},
		"gone endpoint": {alert.Config{Topics: map[string]string{topic: gone.URL}}, cost.Recipient{Channel: cost.SNS, Address: topic}, cost.Failed, 1, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, c.cfg)
			w.post(overspent(c.to))
			d := w.deliveries()[string(c.to.Channel)+" "+c.to.Address]
			if d.State != c.state || d.Attempts != c.attempts || !strings.Contains(d.Error, c.failure) {
				t.Errorf("got %+v, want %s after %d attempts because of %q", d, c.state, c.attempts, c.failure)
			}
		})
	}
}

// TestEncrypted wants STARTTLS used where it is offered, and a certificate of nobody known refused.
func TestEncrypted(t *testing.T) {
	m := newMailServer(t)
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	m.cert = &web.TLS.Certificates[0]
	for name, trusted := range map[string]bool{"known": true, "unknown": false} {
		t.Run(name, func(t *testing.T) {
			smtp := m.config(t)
			smtp.Roots = x509.NewCertPool()
			if trusted {
				smtp.Roots.AddCert(web.Certificate())
			}
			w := newWorld(t, alert.Config{SMTP: smtp, From: "alerts@example.com"})
			w.post(overspent(byMail("anna@example.com")))
			d := w.deliveries()["EMAIL anna@example.com"]
			if trusted != (d.State == cost.Delivered) || !trusted && !strings.Contains(d.Error, "certificate") {
				t.Errorf("%+v", d)
			}
		})
	}
}

// receiver is an HTTP endpoint that keeps what it is sent.
type receiver struct {
	mu     sync.Mutex
	status []int // of the next answers; 200 when used up
	got    []*http.Request
	bodies [][]byte
}

func (rc *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	rc.mu.Lock()
	defer rc.mu.Unlock()
	rc.got, rc.bodies = append(rc.got, r), append(rc.bodies, body)
	if len(rc.status) > 0 {
		w.WriteHeader(rc.status[0])
		rc.status = rc.status[1:]
	}
}

// TestWebhook wants the operator's webhook to hear of every alert, signed, and the same in every attempt.
func TestWebhook(t *testing.T) {
	rc := &receiver{status: []int{503, 429}}
	web := httptest.NewServer(rc)
	defer web.Close()
	w := newWorld(t, alert.Config{Webhook: web.URL + "/hook", Secret: "between us"})
	w.post(overspent(byMail("anna@example.com")))
	w.pass(time.Minute)
	w.pass(4 * time.Minute)
	if d := w.deliveries()["WEBHOOK "]; d.State != cost.Delivered || d.Attempts != 3 {
		t.Fatalf("%+v", d)
	}
	var hook alert.Hook
	if err := json.Unmarshal(rc.bodies[2], &hook); err != nil {
		t.Fatal(err)
	}
	want := alert.Hook{
		ID: w.deliveries()["WEBHOOK "].ID, Time: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), Account: string(account), Cause: overspent().Cause,
		Subject: overspent().Subject, Text: overspent().Body, Data: json.RawMessage(`{"budget":"all"}`),
	}
	if diff := cmp.Diff(want, hook); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !slices.Equal(rc.bodies[0], rc.bodies[2]) {
		t.Errorf("attempts differ:\n%s\n%s", rc.bodies[0], rc.bodies[2])
	}
	signed := "t=" + strconv.FormatInt(w.now().Unix(), 10) + ",v1="
	if got := rc.got[2].Header.Get(alert.SignatureHeader); !strings.HasPrefix(got, signed) || got != alert.Sign("between us", w.now(), rc.bodies[2]) {
		t.Errorf("the signature is %q", got)
	}
}

// TestSNS wants the endpoint of a topic to get what an HTTP subscriber gets.
func TestSNS(t *testing.T) {
	rc := &receiver{}
	web := httptest.NewServer(rc)
	defer web.Close()
	w := newWorld(t, alert.Config{Topics: map[string]string{topic: web.URL}})
	w.post(overspent(cost.Recipient{Channel: cost.SNS, Address: topic}))
	d := w.deliveries()["SNS "+topic]
	if d.State != cost.Delivered || len(rc.bodies) != 1 {
		t.Fatalf("%+v", d)
	}
	var got map[string]string
	if err := json.Unmarshal(rc.bodies[0], &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"Type": "Notification", "MessageId": d.ID, "TopicArn": topic, "Subject": d.Subject, "Message": d.Body,
		"Timestamp": "2026-11-28T12:00:00.000Z", "SignatureVersion": "1", "Signature": "", "SigningCertURL": "", "UnsubscribeURL": "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	h := rc.got[0].Header
	if h.Get("x-amz-sns-message-type") != "Notification" || h.Get("x-amz-sns-message-id") != d.ID || h.Get("x-amz-sns-topic-arn") != topic ||
		!strings.HasPrefix(h.Get("x-amz-sns-subscription-arn"), topic+":") || h.Get("Content-Type") != "text/plain; charset=UTF-8" {
		t.Errorf("headers: %v", h)
	}
}

// TestConfig wants mistakes in the configuration told.
func TestConfig(t *testing.T) {
	for text, want := range map[string]alert.SMTP{
		"smtp://mail.example.com":               {Host: "mail.example.com", Port: "587"},
		"smtps://anna:s%40crt@mail.example.com": {Host: "mail.example.com", Port: "465", TLS: true, User: "anna", Password: "s@crt"},
		"smtp://[::1]:25":                       {Host: "::1", Port: "25"},
	} {
		if got, err := alert.ParseSMTP(text); err != nil || *got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"mail.example.com", "http://mail.example.com", "smtp://", "smtp://h/path", "smtp://h?x=1", "://"} {
		if got, err := alert.ParseSMTP(text); err == nil {
			t.Errorf("%s is taken as %+v", text, got)
		}
	}
	for name, c := range map[string]alert.Config{
		"no sender":  {SMTP: &alert.SMTP{Host: "h", Port: "25"}},
		"bad sender": {From: "nobody"},
		"webhook":    {Webhook: "ftp://example.com"},
		"topic":      {Topics: map[string]string{"alerts": "http://example.com"}},
		"endpoint":   {Topics: map[string]string{topic: "example.com"}},
	} {
		if c.Check() == nil {
			t.Errorf("%s passes", name)
		}
	}
}
