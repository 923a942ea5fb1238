package sigv4

import (
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// appendCanonical builds the canonical request. skip is a query parameter to leave out: the signature itself.
func appendCanonical(b []byte, r *http.Request, service string, headers []string, skip, payloadHash string) []byte {
	b = append(b, r.Method...)
	b = append(b, '\n')
	b = appendPath(b, escapedPath(r), service)
	b = append(b, '\n')
	b = appendQuery(b, r.URL.RawQuery, skip)
	b = append(b, '\n')
	for _, h := range headers {
		b = append(b, h...)
		b = append(b, ':')
		b = appendHeader(b, r, h)
		b = append(b, '\n')
	}
	b = append(b, '\n')
	for i, h := range headers {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, h...)
	}
	b = append(b, '\n')
	return append(b, payloadHash...)
}

// escapedPath gives the path as it is on the wire. A server's RequestURI is that to the byte; URL.Path has been decoded.
func escapedPath(r *http.Request) string {
	uri := r.RequestURI
	if uri == "" {
		return r.URL.EscapedPath()
	}
	if !strings.HasPrefix(uri, "/") { // the absolute form, as proxies get it
		if u, err := url.Parse(uri); err == nil {
			return u.EscapedPath()
		}
	}
	p, _, _ := strings.Cut(uri, "?")
	return p
}

// appendPath writes the canonical path: for s3 as sent, for all others normalized and escaped once more.
func appendPath(b []byte, p, service string) []byte {
	if p == "" || p == "/" {
		return append(b, '/')
	}
	if service == "s3" || service == "s3express" || service == "s3-object-lambda" {
		return append(b, p...)
	}
	clean := path.Clean(p)
	if clean != "/" && strings.HasSuffix(p, "/") {
		clean += "/"
	}
	return appendEscaped(b, clean, '/')
}

// appendQuery writes the canonical query: every name and value decoded and escaped again, sorted.
func appendQuery(b []byte, raw, skip string) []byte {
	if raw == "" {
		return b
	}
	type pair struct{ name, value string }
	pairs := make([]pair, 0, 16)
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name = reescape(name)
		if name == skip {
			continue
		}
		pairs = append(pairs, pair{name, reescape(value)})
	}
	slices.SortFunc(pairs, func(x, y pair) int {
		if c := strings.Compare(x.name, y.name); c != 0 {
			return c
		}
		return strings.Compare(x.value, y.value)
	})
	for i, p := range pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(b, p.name...)
		b = append(b, '=')
		b = append(b, p.value...)
	}
	return b
}

// reescape turns a query component into its canonical form. One that is no valid escape stands for itself.
func reescape(s string) string {
	if plain(s) {
		return s
	}
	if d, err := url.QueryUnescape(s); err == nil {
		s = d
	}
	return string(appendEscaped(nil, s, 0))
}

// plain tells that a text has only characters that are never escaped.
func plain(s string) bool {
	for i := range len(s) {
		if !unreserved(s[i]) {
			return false
		}
	}
	return true
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// appendEscaped escapes all but the unreserved characters and the one given.
func appendEscaped(b []byte, s string, keep byte) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if unreserved(c) || c == keep && keep != 0 {
			b = append(b, c)
			continue
		}
		b = append(b, '%', hex[c>>4], hex[c&15])
	}
	return b
}

// appendHeader writes a header's values, joined by commas, without excess spaces.
func appendHeader(b []byte, r *http.Request, name string) []byte {
	switch name {
	case "host", ":authority":
		host := r.Host
		if host == "" {
			host = r.URL.Host
		}
		return appendTrimmed(b, host)
	case "content-length":
		if r.Header.Get("Content-Length") == "" && r.ContentLength >= 0 {
			return strconv.AppendInt(b, r.ContentLength, 10)
		}
	}
	for i, v := range r.Header[textproto.CanonicalMIMEHeaderKey(name)] {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTrimmed(b, v)
	}
	return b
}

// appendTrimmed drops outer spaces and makes one of each run within.
func appendTrimmed(b []byte, v string) []byte {
	v = strings.Trim(v, " \t")
	for i := range len(v) {
		if v[i] == ' ' && v[i-1] == ' ' {
			continue
		}
		b = append(b, v[i])
	}
	return b
}
