package operator_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"umbel/internal/operator"
)

// TestClientPinsCertificate holds that the client believes the certificate of the data directory, and no other.
func TestClientPinsCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the handshakes that are to fail
	s.StartTLS()
	defer s.Close()
	right := s.Certificate().Raw
	wrong := append([]byte{}, right...)
	wrong[len(wrong)-1] ^= 1
	for _, c := range []struct {
		name        string
		certificate []byte
		want        string
	}{
		{"its own", right, ""},
		{"another", wrong, "the server has another certificate than its data directory says"},
		{"none", nil, "certificate"},
	} {
		err := (&operator.Client{Endpoint: s.URL, Certificate: c.certificate}).Health(t.Context())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestClientTellsFailures(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"said why", `{"error":"there is no such thing"}`, http.StatusBadRequest, "there is no such thing"},
		{"something else in its place", `<html>`, http.StatusBadGateway, "502 Bad Gateway"},
		{"no answer of ours", `<html>`, http.StatusOK, "read the answer"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		}))
		_, err := (&operator.Client{Endpoint: s.URL}).Accounts(t.Context())
		s.Close()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	_, err := (&operator.Client{Endpoint: s.URL}).Accounts(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no answer from Umbel at "+s.URL+"; if it is not running, start it with `umbel up`") {
		t.Errorf("nobody there: %v", err)
	}
}
