package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"umbel": main, "call": call})
}

// TestScripts runs the command as its users do, each script in a directory and home of its own. Beside testscript's own
// commands, and `umbel` itself, a script has:
//
//	call OPERATION …           make an AWS call as the AWS environment says; see call
//	start NAME ARGS…           run umbel in the background, with its output in NAME.out and NAME.err, until it serves;
//	                           $NAME is its URL then
//	begin NAME ARGS…           as start, but do not wait
//	until FILE PATTERN         wait until a file matches
//	end NAME  [SIGNAL] [CODE]  send it SIGTERM, or the signal, and want it to end with exit code 0, or the code
//	sql FILE STATEMENT         run a statement on a SQLite file
//	mode FILE MODE             fail unless the file has these permissions
//	certificate HOST           write a self-signed certificate for the host to cert.pem and key.pem
//	http METHOD URL STATUS     make a plain HTTP request and want the status
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // each of the many commands would wait a second at its end
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Values[processesKey{}] = map[string]*background{}
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": start, "begin": begin, "until": until, "end": end, "sql": runSQL, "mode": mode, "certificate": certificate, "http": plainHTTP,
		},
	})
}

type processesKey struct{}

// background is an umbel that runs beside its script.
type background struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended
}

func start(ts *testscript.TestScript, neg bool, args []string) {
	begin(ts, neg, args)
	name := args[0]
	found := await(ts, []string{name + ".out", name + ".err"}, regexp.MustCompile(`(?i)umbel serves on (https?://[^\s;]+)`), processes(ts)[name])
	ts.Setenv(name, found[1])
	if file := name + ".out"; args[1] == "up" {
		await(ts, []string{file}, regexp.MustCompile(`# allowed\n`), processes(ts)[name])
	}
}

func begin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: begin NAME ARGS…")
	}
	path, err := exec.LookPath("umbel")
	ts.Check(err)
	p := &background{cmd: exec.Command(path, args[1:]...), ended: make(chan struct{})}
	p.cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"HOME", "XDG_DATA_HOME", "PATH", "TMPDIR", "UMBEL_OPERATOR_TOKEN", "GOCOVERDIR", "GORACE"} {
		if v := ts.Getenv(name); v != "" {
			p.cmd.Env = append(p.cmd.Env, name+"="+v)
		}
	}
	stdout, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	stderr, err := os.Create(ts.MkAbs(args[0] + ".err"))
	ts.Check(err)
	p.cmd.Stdout, p.cmd.Stderr = stdout, stderr
	ts.Check(p.cmd.Start())
	go func() {
		// Its exit code is read where it is stopped; a process killed has none to speak of.
		_ = p.cmd.Wait()
		stdout.Close()
		stderr.Close()
		close(p.ended)
	}()
	processes(ts)[args[0]] = p
	ts.Defer(func() {
		_ = p.cmd.Process.Kill() // it has ended already, nearly always
		<-p.ended
	})
}

func processes(ts *testscript.TestScript) map[string]*background {
	return ts.Value(processesKey{}).(map[string]*background)
}

func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until FILE PATTERN")
	}
	await(ts, args[:1], regexp.MustCompile("(?m)"+args[1]), nil)
}

// await waits until one of the files matches, and gives what it found.
func await(ts *testscript.TestScript, files []string, pattern *regexp.Regexp, p *background) []string {
	tick, deadline := time.NewTicker(2*time.Millisecond), time.NewTimer(time.Minute)
	defer tick.Stop()
	defer deadline.Stop()
	ended := make(chan struct{}) // of no process
	if p != nil {
		ended = p.ended
	}
	for last := false; ; {
		said := &strings.Builder{}
		for _, file := range files {
			text, err := os.ReadFile(ts.MkAbs(file))
			if err != nil && !os.IsNotExist(err) {
				ts.Fatalf("%v", err)
			}
			if found := pattern.FindStringSubmatch(string(text)); found != nil {
				return found
			}
			said.Write(text)
		}
		if last {
			ts.Fatalf("ended without %s:\n%s", pattern, said)
		}
		select {
		case <-tick.C:
		case <-ended:
			last = true
		case <-deadline.C:
			ts.Fatalf("waited in vain for %s:\n%s", pattern, said)
		}
	}
}

func end(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 3 {
		ts.Fatalf("usage: end NAME [SIGNAL] [CODE]")
	}
	p := processes(ts)[args[0]]
	if p == nil {
		ts.Fatalf("%s was not started", args[0])
	}
	args = append(args, []string{"", "TERM", "0"}[len(args):]...)
	signal, ok := map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": os.Interrupt, "KILL": os.Kill}[args[1]]
	if !ok {
		ts.Fatalf("signal %s: want TERM, INT or KILL", args[1])
	}
	ts.Check(p.cmd.Process.Signal(signal))
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	select {
	case <-p.ended:
	case <-deadline.C:
		ts.Fatalf("%s does not end on SIG%s", args[0], args[1])
	}
	if got := fmt.Sprint(p.cmd.ProcessState.ExitCode()); got != args[2] {
		text, err := os.ReadFile(ts.MkAbs(args[0] + ".err"))
		ts.Fatalf("%s ended with exit code %s, want %s\n%s%v", args[0], got, args[2], text, err)
	}
}

func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode FILE MODE")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has mode %s, want %s", args[0], got, args[1])
	}
}
