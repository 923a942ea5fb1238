//go:build unix

package clickhouse

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Debian's server is old. The current engine comes in npm's package chdb, which has no server: here it is behind the interface of the
// driver, so that an Engine sends it the same SQL. What the driver does with a connection, only a server can tell.

// chdbVersion is the version of the package; its engine is ClickHouse 26.7.
const chdbVersion = "3.4.0"

// chdb is the engine in a process of Node.js.
type chdb struct {
	mu  sync.Mutex
	in  io.WriteCloser // closed, by us or by our end, it ends the process
	out *bufio.Reader
}

var sharedChdb = sync.OnceValues(startChdb)

// errNoChdb is what is missing for tests on the current engine.
var errNoChdb = errors.New("no ClickHouse of today")

// chdbHome is the directory with the package. It is too large to be fetched unasked: half a gigabyte. Where tests are not to be skipped, it is.
func chdbHome() (string, error) {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("%w: %w", errNoChdb, err)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	home := filepath.Join(cache, "umbel", "chdb-"+chdbVersion)
	if exists(filepath.Join(home, "node_modules", "chdb")) {
		return home, nil
	}
	if os.Getenv(require) != "1" {
		return "", fmt.Errorf("%w: npm install --ignore-scripts --prefix %s chdb@%s", errNoChdb, home, chdbVersion)
	}
	return home, installChdb(home)
}

// installChdb installs the package beside its place, and then moves it there whole.
func installChdb(home string) error {
	if err := os.MkdirAll(filepath.Dir(home), 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(home), "chdb-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if out, err := exec.Command("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", dir, "chdb@"+chdbVersion).CombinedOutput(); err != nil {
		return fmt.Errorf("npm install chdb: %w\n%s", err, out)
	}
	if err := os.Rename(dir, home); err != nil && !exists(home) {
		return err
	}
	return nil
}

func startChdb() (*chdb, error) {
	home, err := chdbHome()
	if err != nil {
		return nil, err
	}
	script, err := os.ReadFile(filepath.Join("testdata", "chdb.js"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("node", "-e", string(script))
	cmd.Dir, cmd.Stderr = home, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is for the tests
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &chdb{in: in, out: bufio.NewReader(out)}, cmd.Start()
}

// ask runs a statement, and gives what it writes.
func (c *chdb) ask(ctx context.Context, database, sql string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	request, err := json.Marshal(map[string]string{"use": database, "sql": sql, "format": "JSONCompactEachRow"})
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.in.Write(append(request, '\n')); err != nil {
		return "", err
	}
	line, err := c.out.ReadBytes('\n')
	if err != nil {
		return "", err
	}
	var answer struct{ Out, Error string }
	if err := json.Unmarshal(line, &answer); err != nil {
		return "", err
	}
	if answer.Error != "" {
		return "", fmt.Errorf("%s\n%.2000s", answer.Error, sql)
	}
	return answer.Out, nil
}

// chdbDatabase gives a way to open engines on an empty database of the current engine. Without it the test is skipped.
func chdbDatabase(t *testing.T) opener {
	t.Helper()
	c, err := sharedChdb()
	if errors.Is(err, errNoChdb) && os.Getenv(require) != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, name := context.Background(), fmt.Sprintf("t%d", databases.Add(1))
	for _, sql := range []string{
		"CREATE DATABASE " + name, "SET max_query_size = " + strconv.Itoa(longest), "SET max_ast_elements = " + strconv.Itoa(longest),
		"SET max_expanded_ast_elements = " + strconv.Itoa(longest),
	} {
		if _, err := c.ask(ctx, "default", sql); err != nil {
			t.Fatal(err)
		}
	}
	return func() (*Engine, error) {
		conn := &chdbConn{chdb: c, database: name}
		return &Engine{conn: conn}, createTables(ctx, conn)
	}
}

// chdbConn is the part of a connection that an Engine uses.
type chdbConn struct {
	driver.Conn // nil: what is not here is not used
	chdb        *chdb
	database    string
}

func (c *chdbConn) Exec(ctx context.Context, sql string, _ ...any) error {
	_, err := c.chdb.ask(ctx, c.database, sql)
	return err
}

func (c *chdbConn) Query(ctx context.Context, sql string, _ ...any) (driver.Rows, error) {
	out, err := c.chdb.ask(ctx, c.database, sql)
	d := json.NewDecoder(strings.NewReader(out))
	d.UseNumber()
	return &chdbRows{decoder: d}, err
}

func (c *chdbConn) QueryRow(ctx context.Context, sql string, _ ...any) driver.Row {
	rows, err := c.Query(ctx, sql)
	return chdbRow{rows: rows, err: err}
}

func (c *chdbConn) PrepareBatch(_ context.Context, sql string, _ ...driver.PrepareBatchOption) (driver.Batch, error) {
	return &chdbBatch{conn: c, insert: sql}, nil
}

func (c *chdbConn) Close() error { return nil }

// chdbRows are rows as JSON.
type chdbRows struct {
	driver.Rows
	decoder *json.Decoder
	row     []any
	err     error
}

func (r *chdbRows) Next() bool {
	r.row = nil
	if r.err = r.decoder.Decode(&r.row); errors.Is(r.err, io.EOF) {
		r.err = nil
		return false
	}
	return r.err == nil
}

func (r *chdbRows) Err() error   { return r.err }
func (r *chdbRows) Close() error { return nil }

// Scan takes the types that an Engine asks for.
func (r *chdbRows) Scan(into ...any) (err error) {
	if len(into) != len(r.row) {
		return fmt.Errorf("%d columns for %d variables", len(r.row), len(into))
	}
	for i, value := range r.row {
		text := fmt.Sprint(value) // of numbers as of texts
		switch v := into[i].(type) {
		case *string:
			*v = text
		case *int64:
			*v, err = strconv.ParseInt(text, 10, 64)
		case *uint64:
			*v, err = strconv.ParseUint(text, 10, 64)
		case *uint32:
			var n uint64
			n, err = strconv.ParseUint(text, 10, 32)
			*v = uint32(n)
		case *float64:
			*v, err = strconv.ParseFloat(text, 64)
		case *amount:
			v.text = text
		default:
			err = fmt.Errorf("a variable of type %T", v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type chdbRow struct {
	driver.Row
	rows driver.Rows
	err  error
}

func (r chdbRow) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	if !r.rows.Next() {
		return errors.Join(io.ErrUnexpectedEOF, r.rows.Err())
	}
	return r.rows.Scan(into...)
}

// chdbBatch is an INSERT with its rows as JSON.
type chdbBatch struct {
	driver.Batch
	conn   *chdbConn
	insert string
	rows   bytes.Buffer
}

func (b *chdbBatch) Append(values ...any) error {
	row, err := json.Marshal(values)
	b.rows.Write(append(row, '\n'))
	return err
}

func (b *chdbBatch) Send() error {
	return b.conn.Exec(context.Background(), b.insert+" FORMAT JSONCompactEachRow\n"+b.rows.String())
}

func (b *chdbBatch) Close() error { return nil }
