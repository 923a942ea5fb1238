package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"umbel/sigv4"
)

// credentials are what the load signs with.
type credentials struct{ id, secret, token string }

// conn is one connection that is kept alive. It signs each call and reads its answer.
type conn struct {
	net.Conn
	in      *bufio.Reader
	url     *url.URL
	key     sigv4.Credentials
	signers map[string]sigv4.Signer
	out     bytes.Buffer
}

const answerTimeout = 60 * time.Second

func dial(o *options) (*conn, error) {
	u, err := url.Parse(o.endpoint)
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	var c net.Conn
	if u.Scheme == "https" {
		c, err = tls.Dial("tcp", u.Host, nil)
	} else {
		c, err = net.Dial("tcp", u.Host)
	}
	if err != nil {
		return nil, err
	}
	keys := sigv4.NewKeyCache(16)
	signers := map[string]sigv4.Signer{}
	for _, service := range []string{"organizations", "iam", "sts"} {
		signers[service] = sigv4.Signer{Service: service, Region: o.region, Keys: keys}
	}
	return &conn{
		Conn: c, in: bufio.NewReaderSize(c, 64<<10), url: &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}, signers: signers,
		key: sigv4.Credentials{AccessKeyID: o.key.id, SecretAccessKey: o.key.secret, SessionToken: o.key.token},
	}, nil
}

func (c *conn) close() { _ = c.Conn.Close() }

// do makes a call and gives the status and body of its answer.
func (c *conn) do(k *call) (int, []byte, error) {
	body := []byte(k.body)
	r := &http.Request{Method: http.MethodPost, URL: c.url, Host: c.url.Host, Header: http.Header{}, ContentLength: int64(len(body))}
	if k.target != "" {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", k.target)
	} else {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	c.signers[k.service].Sign(r, body, c.key, time.Now())
	c.out.Reset()
	fmt.Fprintf(&c.out, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", r.Host, len(body))
	if err := r.Header.Write(&c.out); err != nil {
		return 0, nil, err
	}
	c.out.WriteString("\r\n")
	c.out.Write(body)
	if err := c.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return 0, nil, err
	}
	if _, err := c.Write(c.out.Bytes()); err != nil {
		return 0, nil, fmt.Errorf("send: %w", err)
	}
	resp, err := http.ReadResponse(c.in, r)
	if err != nil {
		return 0, nil, fmt.Errorf("no answer: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer: %w", err)
	}
	return resp.StatusCode, answer, nil
}

// want makes a call that has to succeed.
func (c *conn) want(k *call) ([]byte, error) {
	status, body, err := c.do(k)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("%s%.40s: HTTP %d: %s", k.target, k.body, status, body)
	}
	return body, nil
}
