package alert_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"umbel/internal/alert"
)

// mailServer is a small SMTP server: it takes what it is sent, or refuses recipients with the reply it is told to.
type mailServer struct {
	listener net.Listener
	cert     *tls.Certificate // STARTTLS, if set

	mu     sync.Mutex
	refuse string // reply to RCPT; "" takes the message
	login  string // credentials that came with AUTH PLAIN
	got    []*mail.Message
	rcpt   []string
}

func newMailServer(t *testing.T) *mailServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailServer{listener: l}
	var working sync.WaitGroup
	working.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			working.Go(func() { m.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); working.Wait() })
	return m
}

func (m *mailServer) config(t *testing.T) *alert.SMTP {
	t.Helper()
	s, err := alert.ParseSMTP("smtp://" + m.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (m *mailServer) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	say := func(format string, args ...any) { fmt.Fprintf(conn, format+"\r\n", args...) }
	say("220 test")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			if _, encrypted := conn.(*tls.Conn); m.cert != nil && !encrypted {
				say("250-test")
				say("250 STARTTLS")
				continue
			}
			say("250-test")
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*m.cert}})
			in = bufio.NewReader(conn)
		case "AUTH":
			raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			m.mu.Lock()
			m.login = string(raw)
			m.mu.Unlock()
			say("235 welcome")
		case "RCPT":
			m.mu.Lock()
			refusal := m.refuse
			if refusal == "" {
				m.rcpt = append(m.rcpt, rest)
			}
			m.mu.Unlock()
			if refusal == "" {
				refusal = "250 fine"
			}
			say("%s", refusal)
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(strings.TrimPrefix(line, "."))
			}
			msg, err := mail.ReadMessage(strings.NewReader(text.String()))
			if err != nil {
				say("554 this is no message: %v", err)
				continue
			}
			m.mu.Lock()
			m.got = append(m.got, msg)
			m.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

func (m *mailServer) set(refuse string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuse = refuse
}

func (m *mailServer) taken() []*mail.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.got
}
