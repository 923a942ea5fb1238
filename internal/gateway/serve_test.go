package gateway_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"umbel/internal/gateway"
)

// serving is a gateway on a real listener.
type serving struct {
	*env
	addr   string
	stop   context.CancelFunc
	served chan error
}

func serve(t *testing.T, limits gateway.Limits, change func(*gateway.Config)) *serving {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &serving{env: newEnv(t, change), addr: l.Addr().String(), stop: stop, served: make(chan error, 1)}
	go func() { s.served <- s.gateway.Serve(ctx, l, nil, limits) }()
	t.Cleanup(stop)
	return s
}

func (s *serving) dial() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// mustClose waits until the server closes the connection.
func (s *serving) mustClose(c net.Conn) string {
	s.t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if errors.Is(err, context.DeadlineExceeded) || err != nil && strings.Contains(err.Error(), "timeout") {
		s.t.Fatalf("the server still holds the connection: %v", err)
	}
	return string(got)
}

func TestSlowClients(t *testing.T) {
	short := gateway.Limits{Header: 50 * time.Millisecond, Read: 100 * time.Millisecond, Idle: 50 * time.Millisecond}
	for name, c := range map[string]struct{ send, want string }{
		"nothing":          {"", ""},
		"half a header":    {"POST / HTTP/1.1\r\nHost: x\r\nX-A", ""},
		"half a body":      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nAction=", "400 Bad Request"},
		"idle afterwards":  {"GET /_umbel/health HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK"},
		"not HTTP":         {"\x16\x03\x01\x00\x00\r\n\r\n", "400 Bad Request"},
		"endless header":   {"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", "431"},
		"broken off early": {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, short, nil)
			conn := s.dial()
			// The server may close while a long header is being written.
			_, _ = io.WriteString(conn, c.send)
			if got := s.mustClose(conn); !strings.Contains(got, c.want) {
				t.Errorf("answered %q, want %q", got, c.want)
			}
		})
	}
}

func TestOversizeBody(t *testing.T) {
	s := serve(t, gateway.Limits{}, nil)
	conn := s.dial()
	_, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSOrganizationsV20161128.ListRoots\r\nContent-Length: 1000000000\r\n\r\n"+strings.Repeat("x", 5000))
	if err != nil {
		t.Fatal(err)
	}
	got := s.mustClose(conn)
	if !strings.Contains(got, "413 ") || !strings.Contains(got, "RequestEntityTooLargeException") {
		t.Errorf("answered %q", got)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	s := serve(t, gateway.Limits{Connections: 1}, nil)
	first, second := s.dial(), s.dial()
	ask := func(c net.Conn) { _, _ = io.WriteString(c, "GET /_umbel/health HTTP/1.1\r\nHost: x\r\n\r\n") }
	answered := func(c net.Conn) string {
		t.Helper()
		line, err := bufio.NewReader(c).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	ask(first)
	if got := answered(first); !strings.Contains(got, "200 OK") {
		t.Fatalf("first: %q", got)
	}
	ask(second)
	if err := second.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := second.Read(make([]byte, 1)); err == nil {
		t.Fatalf("the second connection was served beside the first: %d bytes", n)
	}
	if err := errors.Join(first.Close(), second.SetReadDeadline(time.Now().Add(10*time.Second))); err != nil {
		t.Fatal(err)
	}
	if got := answered(second); !strings.Contains(got, "200 OK") {
		t.Errorf("second: %q", got)
	}
}

func TestDrain(t *testing.T) {
	s := serve(t, gateway.Limits{}, nil)
	s.entered, s.release = make(chan struct{}), make(chan struct{})
	done := make(chan string, 1)
	go func() {
		r := s.sign(query("iam", "Action=ListRoles"), "iam", longTerm(userKey(member)))
		r.RequestURI, r.URL.Host, r.Host = "", s.addr, "127.0.0.1:4566"
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			done <- err.Error()
			return
		}
		_ = res.Body.Close()
		done <- res.Status
	}()
	<-s.entered
	s.stop()
	select {
	case err := <-s.served:
		t.Fatalf("stopped with a request under way: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(s.release)
	if got := <-done; got != "200 OK" {
		t.Errorf("the request under way got %s", got)
	}
	if err := <-s.served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := net.Dial("tcp", s.addr); err == nil {
		t.Error("the listener is still open")
	}
}

func TestDrainDoesNotWaitForUnusedConnections(t *testing.T) {
	s := serve(t, gateway.Limits{}, nil)
	unused, used := s.dial(), s.dial()
	if _, err := io.WriteString(used, "GET /_umbel/health HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	// Connections are accepted in order: once the second one is answered, the server has the first.
	if _, err := used.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	s.stop()
	if err := <-s.served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	s.mustClose(unused)
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("drained in %v", took)
	}
}

func TestDrainHasAnEnd(t *testing.T) {
	s := serve(t, gateway.Limits{Drain: 50 * time.Millisecond}, nil)
	s.entered, s.release = make(chan struct{}), make(chan struct{})
	go func() {
		r := s.sign(query("iam", "Action=ListRoles"), "iam", longTerm(userKey(member)))
		r.RequestURI, r.URL.Host, r.Host = "", s.addr, "127.0.0.1:4566"
		if res, err := http.DefaultClient.Do(r); err == nil {
			_ = res.Body.Close()
		}
	}()
	<-s.entered
	s.stop()
	if err := <-s.served; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Serve: %v", err)
	}
	close(s.release)
}

func TestTLS(t *testing.T) {
	// The test server is used for its certificate alone.
	other := httptest.NewTLSServer(http.NotFoundHandler())
	defer other.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	e, served := newEnv(t, nil), make(chan error, 1)
	go func() {
		served <- e.gateway.Serve(ctx, l, &tls.Config{Certificates: other.TLS.Certificates}, gateway.Limits{})
	}()
	r := e.sign(query("iam", "Action=CreateUser&UserName=bob"), "iam", longTerm(userKey(member)))
	r.RequestURI, r.URL.Scheme, r.URL.Host = "", "https", l.Addr().String()
	res, err := other.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	records := e.records()
	if res.StatusCode != http.StatusOK || len(records) != 1 {
		t.Fatalf("%s, records %v", res.Status, records)
	}
	details, _ := records[0]["tlsDetails"].(map[string]any)
	if details["tlsVersion"] != "TLSv1.3" || details["clientProvidedHostHeader"] != "127.0.0.1:4566" {
		t.Errorf("tlsDetails: %v", details)
	}
}

func TestOperationTimesOut(t *testing.T) {
	e := newEnv(t, func(c *gateway.Config) { c.Timeout = 20 * time.Millisecond })
	e.entered, e.release = make(chan struct{}, 1), make(chan struct{})
	status, body := e.serve(e.sign(query("iam", "Action=ListRoles"), "iam", longTerm(userKey(member))))
	if status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", status, body)
	}
}
