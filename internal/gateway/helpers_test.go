package gateway_test

import (
	"net/http"
	"net/http/httptest"
)

func get(path string) *http.Request {
	return httptest.NewRequest("GET", "http://127.0.0.1:4566"+path, nil)
}

// zeroes is a source of nothing but zeroes.
type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) { clear(b); return len(b), nil }
