package alert

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"time"

	"umbel/internal/domain/cost"
)

// mail hands a delivery to the SMTP server. What the server refuses of this message for good (a reply 5xx to the recipient or to the
// text) is final; all else, wrong credentials too, may be put right within the hour.
func (c *Courier) mail(ctx context.Context, d *cost.Delivery) cost.Outcome {
	if c.cfg.SMTP == nil {
		return noWay("no SMTP server is set")
	}
	text, from, to, err := letter(c.cfg.From, d)
	if err != nil {
		return cost.Outcome{Failure: err.Error(), Final: true}
	}
	final, err := c.cfg.SMTP.send(ctx, from, to, text)
	if err != nil {
		return cost.Outcome{Failure: err.Error(), Final: final}
	}
	return cost.Outcome{}
}

// letter writes the message (RFC 5322) and gives the addresses of its envelope.
func letter(sender string, d *cost.Delivery) (text []byte, from, to string, err error) {
	f, err := mail.ParseAddress(sender)
	if err != nil {
		return nil, "", "", fmt.Errorf("the sender %s: %w", sender, err)
	}
	t, err := mail.ParseAddress(d.Address)
	if err != nil {
		return nil, "", "", fmt.Errorf("the address %s: %w", d.Address, err)
	}
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", f.String()}, {"To", t.String()}, {"Subject", mime.QEncoding.Encode("utf-8", d.Subject)},
		{"Date", d.Made.UTC().Format(time.RFC1123Z)}, {"Message-ID", "<" + d.ID + "@umbel>"}, {"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"}, {"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	if _, err := q.Write([]byte(d.Body)); err != nil {
		return nil, "", "", err
	}
	if err := q.Close(); err != nil {
		return nil, "", "", err
	}
	return b.Bytes(), f.Address, t.Address, nil
}

// send hands a message over. final tells that the server will not take it at any other time either.
func (s *SMTP) send(ctx context.Context, from, to string, text []byte) (final bool, err error) {
	client, err := s.dial(ctx)
	if err != nil {
		return false, fmt.Errorf("SMTP server %s: %w", s.address(), err)
	}
	defer client.Close()
	if err := s.enter(client); err != nil {
		return false, fmt.Errorf("SMTP server %s: %w", s.address(), err)
	}
	err = post(client, from, to, text)
	if err == nil {
		// The message is taken, whatever becomes of the farewell.
		_ = client.Quit()
		return false, nil
	}
	var reply *textproto.Error
	return errors.As(err, &reply) && reply.Code >= 500, fmt.Errorf("SMTP server %s: %w", s.address(), err)
}

func (s *SMTP) dial(ctx context.Context) (*smtp.Client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.address())
	if err != nil {
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(end); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	if s.TLS {
		conn = tls.Client(conn, s.tls())
	}
	client, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return client, nil
}

func (s *SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.Roots}
}

// enter encrypts the connection where the server offers it, and logs in. smtp.PlainAuth itself refuses to send a password in the
// clear to anything but the loopback.
func (s *SMTP) enter(client *smtp.Client) error {
	if ok, _ := client.Extension("STARTTLS"); ok && !s.TLS {
		if err := client.StartTLS(s.tls()); err != nil {
			return err
		}
	}
	if s.User == "" {
		return nil
	}
	return client.Auth(smtp.PlainAuth("", s.User, s.Password, s.Host))
}

func post(client *smtp.Client, from, to string, text []byte) error {
	if err := client.Mail(from); err != nil {
		return err
	}
	if err := client.Rcpt(to); err != nil {
		return err
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}
