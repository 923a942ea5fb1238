package exports_test

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/domain/cost"
	"umbel/internal/exports"
	"umbel/sigv4"
)

// bucket is an S3 endpoint that checks signatures, gives two keys a page, and fails now and then.
type bucket struct {
	t       *testing.T
	mu      sync.Mutex
	objects map[string][]byte
	fail    int // the next answers
	refuse  bool
	asked   int
}

const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Error(err)
	}
	signed, err := sigv4.Parse(r)
	if err == nil {
		err = signed.Verify(secret, body, sigv4.Options{Now: time.Now(), Service: "s3", Region: func(r string) bool { return r == "eu-west-1" }})
	}
	switch {
	case err != nil:
		b.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		w.WriteHeader(http.StatusForbidden)
	case b.refuse:
		http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
	case b.fail > 0:
		b.fail--
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.Method == http.MethodPut:
		b.objects[strings.TrimPrefix(r.URL.Path, "/")] = body
	case r.Method == http.MethodDelete:
		delete(b.objects, strings.TrimPrefix(r.URL.Path, "/"))
		w.WriteHeader(http.StatusNoContent)
	default:
		b.list(w, strings.Trim(r.URL.Path, "/")+"/", r.URL.Query())
	}
}

func (b *bucket) list(w http.ResponseWriter, bucket string, q url.Values) {
	type content struct{ Key string }
	var page struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		Contents              []content
		IsTruncated           bool
		NextContinuationToken string
	}
	var keys []string
	for name := range b.objects {
		if key, ok := strings.CutPrefix(name, bucket); ok && strings.HasPrefix(key, q.Get("prefix")) && key > q.Get("continuation-token") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for i, key := range keys {
		if i == 2 {
			page.IsTruncated, page.NextContinuationToken = true, keys[1]
			break
		}
		page.Contents = append(page.Contents, content{key})
	}
	if err := xml.NewEncoder(w).Encode(page); err != nil {
		b.t.Error(err)
	}
}

func endpoint(t *testing.T) (*bucket, *exports.S3) {
	b := &bucket{t: t, objects: map[string][]byte{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return b, &exports.S3{
		Endpoint: u, Region: "eu-west-1", Credentials: sigv4.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: secret}, Client: server.Client(), Now: time.Now,
		Wait: func(context.Context, int) error { return nil },
	}
}

func TestS3(t *testing.T) {
	b, s := endpoint(t)
	for _, key := range []string{"a/1 ü+!'()*.gz", "a/2", "a/3", "b"} {
		file := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(file, []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
		b.fail = 2
		if err := s.Put(t.Context(), "bucket", key, file); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(file); err == nil {
			t.Error("the file aside is still there")
		}
	}
	keys, err := s.List(t.Context(), "bucket", "a/")
	if diff := cmp.Diff([]string{"a/1 ü+!'()*.gz", "a/2", "a/3"}, keys); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if err := s.Delete(t.Context(), "bucket", "a/2"); err != nil || len(b.objects) != 3 {
		t.Errorf("%v: %d objects", err, len(b.objects))
	}
	b.fail, b.asked = 9, 0
	if err := s.Delete(t.Context(), "bucket", "b"); err == nil || b.asked != 4 {
		t.Errorf("%v after %d attempts", err, b.asked)
	}
	b.fail, b.asked, b.refuse = 0, 0, true
	if err := s.Delete(t.Context(), "bucket", "b"); err == nil || b.asked != 1 {
		t.Errorf("%v after %d attempts", err, b.asked)
	}
}

// TestExportToS3: a run delivers to an endpoint, fails where that refuses, and is done again.
func TestExportToS3(t *testing.T) {
	r := newRoom(t)
	r.computed(1, 60)
	r.export(data("all"))
	b, s := endpoint(t)
	r.to = s
	b.refuse = true
	if err := r.exporter(25).Follow(t.Context(), payer, nil); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("got %v", err)
	}
	if run := r.executions("all")[0]; run.Status != cost.DeliveryFailed || run.Reason != "INSUFFICIENT_PERMISSION" {
		t.Errorf("got %+v", run)
	}
	b.refuse = false
	b.objects["bucket/a/b/all/data/BILLING_PERIOD=2026-10/all-00007.snappy.parquet"] = nil // of a run before
	b.objects["bucket/a/b/all/data/BILLING_PERIOD=2026-10/others"] = nil
	r.now = r.now.Add(time.Minute)
	r.follow(r.exporter(25))
	var names []string
	for name := range b.objects {
		names = append(names, strings.TrimPrefix(name, "bucket/a/b/all/"))
	}
	slices.Sort(names)
	part := "data/BILLING_PERIOD=2026-10/all-0000"
	want := []string{part + "1.snappy.parquet", part + "2.snappy.parquet", part + "3.snappy.parquet", "data/BILLING_PERIOD=2026-10/others", "metadata/BILLING_PERIOD=2026-10/all-Manifest.json"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}
