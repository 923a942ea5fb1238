//go:build unix

// Package pgtest owns a private PostgreSQL server for tests: one per test binary, started from installed binaries into a
// temporary directory, gone with the binary however that ends. It touches no server that was there before.
package pgtest

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Require names the environment variable that, set to 1, makes a missing PostgreSQL a failure instead of a skipped test.
const Require = "UMBEL_TEST_REQUIRE"

// shared is the one server of this test binary. It needs no end: its supervisor ends it when the binary is gone.
var shared = sync.OnceValues(start)

var databases atomic.Int64

// Start gives the URL of a fresh, empty database, dropped when the test ends. Without PostgreSQL's binaries the test is
// skipped.
func Start(tb testing.TB) (url string) {
	tb.Helper()
	if _, err := binaries(); err != nil {
		if os.Getenv(Require) == "1" {
			tb.Fatal(err)
		}
		tb.Skip(err)
	}
	s, err := shared()
	if err != nil {
		tb.Fatalf("start PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("t%d", databases.Add(1))
	s.exec(tb, "CREATE DATABASE "+name)
	tb.Cleanup(func() { s.exec(tb, "DROP DATABASE "+name+" WITH (FORCE)") })
	return s.url(name)
}

// binaries finds the directory of initdb and postgres: on the path, or where Debian keeps them, newest first.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("PostgreSQL is not installed: no initdb on the path or below /usr/lib/postgresql")
	}
	slices.SortFunc(found, func(a, b string) int { return major(b) - major(a) })
	return filepath.Dir(found[0]), nil
}

func major(initdb string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	if err != nil {
		return 0
	}
	return n
}

// server is a running PostgreSQL server.
type server struct {
	port  int
	alive io.Closer // the supervisor's standard input: closed, by us or by our end, it stops the server
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://umbel@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

func (s *server) exec(tb testing.TB, query string) {
	tb.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, query); err != nil {
		tb.Fatal(err)
	}
}

// supervise runs the server until standard input ends, and then removes the directory.
const supervise = `bin="$1"; dir="$2"; shift 2
"$bin/postgres" -D "$dir/data" "$@" >"$dir/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$dir"`

// settings of the server. What is written needs to outlive the server's clients, not the machine.
var settings = []string{
	"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
	"-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "jit=off",
}

func start() (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "umbel-pgtest-")
	if err != nil {
		return nil, err
	}
	attr, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "umbel", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = attr, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("sh", append([]string{"-c", supervise, "sh", bin, dir, "-p", strconv.Itoa(port)}, settings...)...)
	cmd.SysProcAttr, cmd.Dir = attr, dir
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{port: port, alive: in}
	if err := s.await(filepath.Join(dir, "log")); err != nil {
		return nil, err
	}
	return s, nil
}

// unprivileged gives the directory to another user if we are root, as whom PostgreSQL refuses to run.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is for the tests
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, uid, gid)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// await waits until the server answers.
func (s *server) await(log string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(log)
			return fmt.Errorf("no answer: %w\n%s", err, text)
		case <-tick.C:
		}
	}
}
