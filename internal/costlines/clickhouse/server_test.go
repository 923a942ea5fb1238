//go:build unix

package clickhouse

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// require names the environment variable that, set to 1, makes a missing ClickHouse a failure instead of a skipped test.
const require = "UMBEL_TEST_REQUIRE"

// shared is the one server of this test binary. It needs no end: its supervisor ends it when the binary is gone.
var shared = sync.OnceValues(startServer)

var databases atomic.Int64

// freshDatabase gives the URL of an empty database of a server of our own. Without ClickHouse's binary the test is skipped.
func freshDatabase(t testing.TB) string {
	t.Helper()
	if _, err := serverBinary(); err != nil {
		if os.Getenv(require) == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	s, err := shared()
	if err != nil {
		t.Fatalf("start ClickHouse: %v", err)
	}
	name := fmt.Sprintf("t%d", databases.Add(1))
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{s.address()}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("clickhouse://default@%s/%s", s.address(), name)
}

// server is a running ClickHouse server.
type server struct {
	port  int
	alive io.Closer // the supervisor's standard input: closed, by us or by our end, it stops the server
}

func (s *server) address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// serverBinary finds the server: on the path, or where Debian has it.
func serverBinary() ([]string, error) {
	if path, err := exec.LookPath("clickhouse-server"); err == nil {
		return []string{path}, nil
	}
	if path := "/usr/sbin/clickhouse-server"; exists(path) {
		return []string{path}, nil
	}
	if path, err := exec.LookPath("clickhouse"); err == nil {
		return []string{path, "server"}, nil
	}
	return nil, fmt.Errorf("ClickHouse is not installed: no clickhouse-server on the path or in /usr/sbin")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// supervise runs the server until standard input ends, and then removes the directory.
const supervise = `dir="$1"; shift
"$@" --config-file="$dir/config.xml" >"$dir/log" 2>&1 &
server=$!
read -r _
kill -KILL "$server"
wait "$server"
rm -rf "$dir"`

// config is the least a server needs.
const config = `<yandex>
	<logger><level>warning</level><console>1</console></logger>
	<listen_host>127.0.0.1</listen_host>
	<tcp_port>%d</tcp_port>
	<path>%s/data/</path>
	<tmp_path>%[2]s/tmp/</tmp_path>
	<user_files_path>%[2]s/files/</user_files_path>
	<format_schema_path>%[2]s/schemas/</format_schema_path>
	<users_config>%[2]s/users.xml</users_config>
	<default_profile>default</default_profile>
	<default_database>default</default_database>
	<mark_cache_size>67108864</mark_cache_size>
	<timezone>UTC</timezone>
</yandex>`

const users = `<yandex>
	<profiles><default><max_threads>2</max_threads></default></profiles>
	<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
	<quotas><default></default></quotas>
</yandex>`

func startServer() (*server, error) {
	binary, err := serverBinary()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "umbel-clickhouse-")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	for _, sub := range []string{"data", "tmp", "files", "schemas"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	for name, text := range map[string]string{"config.xml": fmt.Sprintf(config, port, dir), "users.xml": users} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("sh", append([]string{"-c", supervise, "sh", dir}, binary...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is for the tests
	cmd.Dir = dir
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{port: port, alive: in}
	return s, s.await(filepath.Join(dir, "log"))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// await waits until the server answers, and ends it if it does not.
func (s *server) await(log string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{s.address()}})
		if err != nil {
			return err
		}
		err = conn.Ping(ctx)
		_ = conn.Close()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(log)
			_ = s.alive.Close()
			return fmt.Errorf("no answer: %w\n%s", err, strings.TrimSpace(string(text)))
		case <-tick.C:
		}
	}
}
