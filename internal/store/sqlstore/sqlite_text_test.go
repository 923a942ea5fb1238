package sqlstore

import "testing"

func TestNameless(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{"BEGIN IMMEDIATE", "BEGIN IMMEDIATE"},
		{"INSERT INTO t(a, b) VALUES ($1,$2),($3,$4)", "INSERT INTO t(a, b) VALUES (?,?),(?,?)"},
		{"SELECT a FROM t WHERE b > $1 AND c <= $2 LIMIT $3", "SELECT a FROM t WHERE b > ? AND c <= ? LIMIT ?"},
		{"SELECT a FROM t WHERE b <= $1 AND c <= $1", "SELECT a FROM t WHERE b <= $1 AND c <= $1"},
		{"UPDATE t SET a = $2 WHERE b = $1", "UPDATE t SET a = $2 WHERE b = $1"},
		{"SELECT a FROM t WHERE b = $name", "SELECT a FROM t WHERE b = $name"},
		{"SELECT a FROM t WHERE b = $01", "SELECT a FROM t WHERE b = $01"},
	} {
		if got := nameless(test.query); got != test.want {
			t.Errorf("nameless(%q) = %q, want %q", test.query, got, test.want)
		}
	}
}
