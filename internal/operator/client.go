package operator

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"umbel/internal/why"
)

// serverFile is where a running server says how to reach it, inside its data directory.
const serverFile = "server.json"

// Client is the operator's door of a running server.
type Client struct {
	Endpoint string `json:"endpoint"` // "http://127.0.0.1:4566"
	Token    string `json:"token"`
	PID      int    `json:"pid"`
	// Certificate is the server's own, as DER, if it serves HTTPS. It is trusted as it is, whoever signed it and for
	// whatever name: the data directory is a better witness than any authority.
	Certificate []byte `json:"certificate,omitempty"`
}

// TLS is the client's side of TLS with the server; nil if that serves plain HTTP.
func (c *Client) TLS() *tls.Config {
	if len(c.Certificate) == 0 {
		return nil
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, // VerifyConnection is stricter
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 || !bytes.Equal(s.PeerCertificates[0].Raw, c.Certificate) {
				return errors.New("the server has another certificate than its data directory says")
			}
			return nil
		},
	}
}

// Announce writes how to reach the server into its data directory, readable by its owner only, and returns what removes
// it again.
func Announce(dir string, c Client) (remove func() error, err error) {
	raw, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("announce the server: %w", err)
	}
	path := filepath.Join(dir, serverFile)
	next := path + ".next"
	if err := os.WriteFile(next, append(raw, '\n'), 0o600); err != nil {
		return nil, fmt.Errorf("announce the server: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return nil, fmt.Errorf("announce the server: %w", err)
	}
	return func() error { return os.Remove(path) }, nil
}

// Find gives the door of the server that runs on the data directory.
func Find(dir string) (*Client, error) {
	raw, err := os.ReadFile(filepath.Join(dir, serverFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no Umbel runs on %s: start one with `umbel up`, or name its directory with --data", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("find the server: %w", err)
	}
	c := new(Client)
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, fmt.Errorf("find the server: %s: %w", filepath.Join(dir, serverFile), err)
	}
	return c, nil
}

// Credentials asks for credentials of a principal.
func (c *Client) Credentials(ctx context.Context, rq CredentialsRequest) (Credentials, error) {
	var out Credentials
	err := c.call(ctx, http.MethodPost, "/_umbel/credentials", rq, &out)
	return out, err
}

// CreateAccount makes a stand-alone account, as signing up at AWS makes one.
func (c *Client) CreateAccount(ctx context.Context, rq CreateAccountRequest) (Account, error) {
	var out Account
	err := c.call(ctx, http.MethodPost, "/_umbel/accounts", rq, &out)
	return out, err
}

// Accounts lists every account, in whatever organization or in none.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	var out []Account
	err := c.call(ctx, http.MethodGet, "/_umbel/accounts", nil, &out)
	return out, err
}

// Why asks for the explanation of a decision.
func (c *Client) Why(ctx context.Context, q why.Question) (why.Answer, error) {
	var out why.Answer
	err := c.call(ctx, http.MethodPost, "/_umbel/why", q, &out)
	return out, err
}

// Health reports whether the server can serve.
func (c *Client) Health(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/_umbel/health", nil, nil)
}

func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("operator: %w", err)
		}
		body = bytes.NewReader(raw)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	rq, err := http.NewRequestWithContext(ctx, method, c.Endpoint+path, body)
	if err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	rq.Header.Set("Authorization", "Bearer "+c.Token)
	// No proxy: the server is the one that the data directory names. No connection is kept: a command makes a call or two.
	resp, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: c.TLS(), DisableKeepAlives: true}}).Do(rq)
	if err != nil {
		return fmt.Errorf("no answer from Umbel at %s; if it is not running, start it with `umbel up`: %w", c.Endpoint, err)
	}
	defer resp.Body.Close()
	return understand(resp, decoded(out))
}
