package alert

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
)

// Config says which ways to people this server has. The zero value has none.
type Config struct {
	SMTP    *SMTP             // nil sends no e-mail
	From    string            // the sender of e-mail; required with SMTP
	Webhook string            // a URL that hears of every alert; "" for none
	Secret  string            // signs what is posted to the webhook and to topics' endpoints; "" signs nothing
	Topics  map[string]string // topic ARN → URL of its HTTP subscriber
	Client  *http.Client      // nil for one of its own
}

// SMTP is a server that takes e-mail.
type SMTP struct {
	Host, Port     string
	TLS            bool // from the first byte on (smtps://); else STARTTLS is used where it is offered
	User, Password string
	Roots          *x509.CertPool // who may have signed its certificate; nil for those of the machine
}

// ParseSMTP reads smtp://[USER[:PASSWORD]@]HOST[:PORT], or smtps:// for TLS from the first byte on. The ports are 587 and 465 unless
// given. With a user the connection must be encrypted, but on the loopback.
func ParseSMTP(text string) (*SMTP, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("an SMTP server is given as smtp://[USER[:PASSWORD]@]HOST[:PORT] or smtps://…; this is no URL")
	}
	port := map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	if port == "" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, fmt.Errorf("an SMTP server is given as smtp://[USER[:PASSWORD]@]HOST[:PORT] or smtps://…, not as %s", u.Redacted())
	}
	s := &SMTP{Host: u.Hostname(), Port: port, TLS: u.Scheme == "smtps", User: u.User.Username()}
	s.Password, _ = u.User.Password()
	if u.Port() != "" {
		s.Port = u.Port()
	}
	return s, nil
}

func (s *SMTP) address() string { return net.JoinHostPort(s.Host, s.Port) }

// Check tells what is wrong with a configuration.
func (c *Config) Check() error {
	if c.SMTP != nil && c.From == "" {
		return fmt.Errorf("e-mail needs a sender: name one with --mail-from")
	}
	if c.From != "" {
		if _, err := mail.ParseAddress(c.From); err != nil {
			return fmt.Errorf("--mail-from %s: %w", c.From, err)
		}
	}
	if c.Webhook != "" {
		if err := checkURL(c.Webhook); err != nil {
			return fmt.Errorf("--webhook: %w", err)
		}
	}
	for topic, to := range c.Topics {
		if !strings.HasPrefix(topic, "arn:aws:sns:") || strings.Count(topic, ":") != 5 {
			return fmt.Errorf("--sns: %q is not the ARN of a topic, such as arn:aws:sns:us-east-1:111122223333:alerts", topic)
		}
		if err := checkURL(to); err != nil {
			return fmt.Errorf("--sns %s: %w", topic, err)
		}
	}
	return nil
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is not an http:// or https:// URL", text)
	}
	return nil
}
