package e2e_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"umbel/internal/awsclient"
	"umbel/internal/operator"
)

// buildUmbel builds the command as a user gets it.
func buildUmbel(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "umbel")
	if out, err := exec.Command("go", "build", "-o", binary, "umbel/cmd/umbel").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// process is a running `umbel serve`.
type process struct {
	cmd      *exec.Cmd
	stdout   string // file with what it printed
	endpoint string
	ended    chan struct{} // closed when it is gone
}

var (
	servesOn  = regexp.MustCompile(`umbel serves on (http://\S+)`)
	keyID     = regexp.MustCompile(`aws_access_key_id = (\S+)`)
	keySecret = regexp.MustCompile(`aws_secret_access_key = (\S+)`)
)

// processToken is the operator's token of every process.
const processToken = "crash"

// startProcess starts a server on a free port and waits until it says where it serves.
func startProcess(t *testing.T, binary string, where []string, more ...string) *process {
	t.Helper()
	p, serves := launchProcess(t, binary, where, more...)
	if err := serves(); err != nil {
		t.Fatal(err)
	}
	return p
}

// launchProcess starts a server; serves waits until it says where it serves.
func launchProcess(t *testing.T, binary string, where []string, more ...string) (p *process, serves func() error) {
	t.Helper()
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--quota", "accounts=100000", "--quota", "accounts-created-at-once=1000"}, where...)
	cmd := exec.Command(binary, append(args, more...)...)
	cmd.Env = append(os.Environ(), "UMBEL_OPERATOR_TOKEN="+processToken)
	// A file, not a pipe: what the server printed before it said where it serves is there by then.
	stdout, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p = &process{cmd: cmd, stdout: stdout.Name(), ended: make(chan struct{})}
	found := make(chan error, 1)
	go func() {
		p.read(t, stderr, found)
		// Its exit code is for those who stop it; one that was killed has none to speak of.
		_ = cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p, func() error {
		if err := <-found; err != nil {
			return err
		}
		return p.keepRootKey(where)
	}
}

// read reads the process's standard error: first where it serves, which found tells, then what else it has to say.
func (p *process) read(t *testing.T, stderr io.Reader, found chan<- error) {
	lines := bufio.NewScanner(stderr)
	var said []string
	for p.endpoint == "" && lines.Scan() {
		said = append(said, lines.Text())
		if where := servesOn.FindStringSubmatch(lines.Text()); where != nil {
			p.endpoint = where[1]
		}
	}
	if p.endpoint == "" {
		found <- fmt.Errorf("the server did not start: %s", strings.Join(said, "\n"))
		return
	}
	found <- nil
	for lines.Scan() {
		t.Log("server:", lines.Text())
	}
}

// rootKeys remembers what a server on PostgreSQL printed at its first start, by its arguments.
var rootKeys sync.Map

func (p *process) keepRootKey(where []string) error {
	text, err := os.ReadFile(p.stdout)
	if err == nil && keyID.Match(text) {
		rootKeys.Store(strings.Join(where, " "), string(text))
	}
	return err
}

// kill ends the process with SIGKILL and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.ended
}

// rootConfig speaks as the root user of the first account.
func (p *process) rootConfig(t *testing.T) aws.Config {
	t.Helper()
	args := p.cmd.Args
	text, _ := rootKeys.Load(strings.Join(args[len(args)-2:], " "))
	credentialsText, _ := text.(string)
	for i, a := range args {
		if a == "--data" {
			raw, err := os.ReadFile(filepath.Join(args[i+1], "credentials"))
			if err != nil {
				t.Fatal(err)
			}
			credentialsText = string(raw)
		}
	}
	id, secret := keyID.FindStringSubmatch(credentialsText), keySecret.FindStringSubmatch(credentialsText)
	if id == nil || secret == nil {
		t.Fatalf("no root key in %q", credentialsText)
	}
	return p.keys(id[1], secret[1], "")
}

// keys speaks with the given credentials; a call is made once.
func (p *process) keys(id, secret, token string) aws.Config {
	cfg := awsclient.Config(p.endpoint, awsclient.Keys{ID: id, Secret: secret, Token: token}, nil)
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return cfg
}

// door is the operator's door of the process.
func (p *process) door() *operator.Client {
	return &operator.Client{Endpoint: p.endpoint, Token: processToken}
}

// as speaks as whom the operator's door gives credentials of.
func (p *process) as(t *testing.T, rq operator.CredentialsRequest) aws.Config {
	t.Helper()
	c, err := p.door().Credentials(t.Context(), rq)
	if err != nil {
		t.Fatalf("credentials of %+v: %v", rq, err)
	}
	return p.keys(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
}

// at gives the same credentials' configuration for another process.
func at(p *process, cfg aws.Config) aws.Config {
	cfg.BaseEndpoint = aws.String(p.endpoint)
	return cfg
}

// TestSignalDrains sends the signals that end a server while a request is half-way in. The server takes no more
// connections, answers that one, and ends with exit code 0.
func TestSignalDrains(t *testing.T) {
	binary := buildUmbel(t)
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			p := startProcess(t, binary, []string{"--data", t.TempDir()})
			address := strings.TrimPrefix(p.endpoint, "http://")
			const body = `{"name":"late","email":"late@example.com"}`
			conn, answers := halfRequest(t, address, "/_umbel/accounts", len(body))
			if err := p.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			waitRefused(t, address)
			if _, err := io.WriteString(conn, body); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != http.StatusOK {
				t.Errorf("the request under way: %s", resp.Status)
			}
			<-p.ended
			if code := p.cmd.ProcessState.ExitCode(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// halfRequest sends the header of a request and returns once the server has the request in its hands: it asks for the body.
func halfRequest(t *testing.T, address, path string, length int) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", path, processToken, length)
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 100") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return conn, answers
}

// waitRefused waits until nobody listens on the address any more.
func waitRefused(t *testing.T, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil && ctx.Err() == nil {
			return
		}
		if err != nil {
			t.Fatal("the server still takes connections")
		}
		conn.Close()
		<-tick.C
	}
}

// TestSecondSignalEndsAtOnce sends a second signal while the server waits for a request that never ends.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	p := startProcess(t, buildUmbel(t), []string{"--data", t.TempDir()})
	address := strings.TrimPrefix(p.endpoint, "http://")
	halfRequest(t, address, "/", 10)
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	waitRefused(t, address)
	begin := time.Now()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if took := time.Since(begin); took > 5*time.Second || p.cmd.ProcessState.ExitCode() == 0 {
		t.Errorf("ended after %v with exit code %d", took, p.cmd.ProcessState.ExitCode())
	}
}
