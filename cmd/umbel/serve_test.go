package main

import (
	"crypto/tls"
	"net"
	"net/netip"
	"testing"
)

func TestEndpoint(t *testing.T) {
	https := &tls.Config{}
	for _, c := range []struct {
		listen, address string
		conf            *tls.Config
		want            string
	}{
		{"127.0.0.1:4566", "127.0.0.1:4566", nil, "http://127.0.0.1:4566"},
		{"localhost:0", "127.0.0.1:40001", https, "https://localhost:40001"},
		{"umbel.example:443", "10.0.0.7:443", https, "https://umbel.example:443"},
		{":4566", "[::]:4566", nil, "http://127.0.0.1:4566"},
		{"0.0.0.0:4566", "[::]:4566", nil, "http://127.0.0.1:4566"},
		{"[::]:4566", "[::]:4566", nil, "http://[::1]:4566"},
		{"[::1]:0", "[::1]:40001", nil, "http://[::1]:40001"},
		{"localhost:http", "127.0.0.1:80", nil, "http://localhost:80"},
	} {
		address := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.address))
		if got := endpoint(c.listen, address, c.conf); got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.listen, c.address, got, c.want)
		}
	}
}

func TestOnLoopback(t *testing.T) {
	for listen, want := range map[string]bool{
		"127.0.0.1:4566": true, "127.1.2.3:0": true, "[::1]:4566": true, "localhost:4566": true,
		"0.0.0.0:4566": false, ":4566": false, "[::]:4566": false, "10.0.0.7:4566": false, "umbel.example:4566": false, "nonsense": false, "": false,
	} {
		if onLoopback(listen) != want {
			t.Errorf("%s: want %v", listen, want)
		}
	}
}
