// Package e2e_test runs the real AWS CLI against a real server: every operation served, its result, its denial, its most
// likely bad input and its pages, as scripts that read like a session in a shell (testdata/*.txt).
package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/rogpeppe/go-internal/testscript"

	"umbel/internal/operator"
	"umbel/internal/testenv"
)

// TestCLI runs the scripts. Beside testscript's own commands a script has:
//
//	aws ARGS…                  the AWS CLI on the script's server; stdout and stderr can be matched afterwards
//	as administrator           speak as the administrator of the management account (how a script begins)
//	as root ACCOUNT            speak as an account's root user; ACCOUNT is a name or an ID
//	as role ACCOUNT [ROLE]     speak as a role, OrganizationAccountAccessRole unless named
//	as keys ID SECRET [TOKEN]  speak with these credentials
//	signup ID NAME EMAIL       make a stand-alone account
//	keep NAME                  put the last stdout, trimmed, into $NAME
//	keys                       speak with the credentials that the last stdout lists: ID, secret and perhaps token
//	shared NAME                put the sharedEventID of the CloudTrail record in the last stdout into $NAME
//	created REQUEST NAME       wait until a CreateAccount request succeeded and put the account's ID into $NAME
//	failed REQUEST REASON      wait until a CreateAccount request failed for the reason
//	closed ACCOUNT             wait until an account is closed
//	same A B                   fail unless both words are equal
func TestCLI(t *testing.T) {
	cli := requireCLI(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			s := testenv.Start(env.T().(testing.TB), testenv.FirstAccount("100000000001"))
			env.Values[serverKey{}] = s
			env.Setenv("URL", s.URL)
			env.Setenv("AWS_PAGER", "")
			env.Setenv("AWS_REGION", "us-east-1")
			env.Setenv("AWS_DEFAULT_REGION", "us-east-1")
			env.Setenv("AWS_MAX_ATTEMPTS", "1")
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("PYENV_ROOT", os.Getenv("PYENV_ROOT"))
			env.Setenv("HOME", env.WorkDir)
			return speak(env.Setenv, s, operator.CredentialsRequest{Administrator: true})
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"aws":     func(ts *testscript.TestScript, neg bool, args []string) { runCLI(ts, neg, cli, args) },
			"as":      as,
			"signup":  signUp,
			"keep":    keep,
			"keys":    keys,
			"shared":  shared,
			"created": created,
			"failed":  failed,
			"closed":  func(ts *testscript.TestScript, _ bool, _ []string) { serverOf(ts).Settle() },
			"same":    same,
		},
	})
}

type serverKey struct{}

func serverOf(ts *testscript.TestScript) *testenv.Server {
	return ts.Value(serverKey{}).(*testenv.Server)
}

// requireCLI finds the AWS CLI. Without it the test is skipped, or fails where nothing may be skipped.
func requireCLI(t *testing.T) string {
	path, err := exec.LookPath("aws")
	if err == nil {
		// A shim would look its interpreter up again for each call, in an environment the scripts do not have.
		if out, err := exec.Command("pyenv", "which", "aws").Output(); err == nil {
			path = strings.TrimSpace(string(out))
		}
		return path
	}
	if os.Getenv("UMBEL_TEST_REQUIRE") != "" {
		t.Fatal("the AWS CLI is not installed, and UMBEL_TEST_REQUIRE is set")
	}
	t.Skip("the AWS CLI is not installed")
	return ""
}

func runCLI(ts *testscript.TestScript, neg bool, cli string, args []string) {
	err := ts.Exec(cli, append([]string{"--endpoint-url", ts.Getenv("URL")}, args...)...)
	switch {
	case err != nil && !neg:
		ts.Fatalf("aws %s: %v", strings.Join(args, " "), err)
	case err == nil && neg:
		ts.Fatalf("aws %s: succeeded, and should have been refused", strings.Join(args, " "))
	}
}

func as(ts *testscript.TestScript, neg bool, args []string) {
	var rq operator.CredentialsRequest
	switch {
	case neg || len(args) == 0:
		ts.Fatalf("usage: as administrator|root ACCOUNT|role ACCOUNT [ROLE]|keys ID SECRET [TOKEN]")
	case args[0] == "keys" && len(args) >= 3:
		setCredentials(ts.Setenv, operator.Credentials{AccessKeyID: args[1], SecretAccessKey: args[2], SessionToken: strings.Join(args[3:], "")})
		return
	case args[0] == "administrator":
		rq.Administrator = true
		if len(args) > 1 {
			rq.Account = args[1]
		}
	case args[0] == "root" && len(args) == 2:
		rq.Account, rq.Root = args[1], true
	case args[0] == "role" && len(args) >= 2:
		rq.Account, rq.Role = args[1], strings.Join(args[2:], "")
	default:
		ts.Fatalf("as: do not know %q", args)
	}
	ts.Check(speak(ts.Setenv, serverOf(ts), rq))
}

// speak sets the environment to credentials of the principal asked for.
func speak(set func(k, v string), s *testenv.Server, rq operator.CredentialsRequest) error {
	creds, err := s.Credentials(rq)
	if err != nil {
		return err
	}
	setCredentials(set, creds)
	return nil
}

func setCredentials(set func(k, v string), c operator.Credentials) {
	set("AWS_ACCESS_KEY_ID", c.AccessKeyID)
	set("AWS_SECRET_ACCESS_KEY", c.SecretAccessKey)
	set("AWS_SESSION_TOKEN", c.SessionToken)
}

func signUp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: signup ID NAME EMAIL")
	}
	ts.Check(serverOf(ts).SignUp(args[0], args[1], args[2]))
}

func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keep NAME")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// keys takes the credentials the CLI printed with --output text.
func keys(ts *testscript.TestScript, _ bool, _ []string) {
	words := append(strings.Fields(ts.ReadFile("stdout")), "", "", "")
	setCredentials(ts.Setenv, operator.Credentials{AccessKeyID: words[0], SecretAccessKey: words[1], SessionToken: words[2]})
}

var sharedEventID = regexp.MustCompile(`"sharedEventID":"([0-9a-f-]{36})"`)

func shared(ts *testscript.TestScript, _ bool, args []string) {
	found := sharedEventID.FindStringSubmatch(ts.ReadFile("stdout"))
	if found == nil || len(args) != 1 {
		ts.Fatalf("no sharedEventID in the record")
	}
	ts.Setenv(args[0], found[1])
}

func created(ts *testscript.TestScript, _ bool, args []string) {
	status := awaitRequest(ts, args)
	if status.State != types.CreateAccountStateSucceeded {
		ts.Fatalf("the account was not created: %s %s", status.State, status.FailureReason)
	}
	ts.Setenv(args[1], aws.ToString(status.AccountId))
}

func failed(ts *testscript.TestScript, _ bool, args []string) {
	status := awaitRequest(ts, args)
	if string(status.FailureReason) != args[1] {
		ts.Fatalf("want failure %s, have %s %s", args[1], status.State, status.FailureReason)
	}
}

// awaitRequest waits until the background work is done and asks what became of a CreateAccount request.
func awaitRequest(ts *testscript.TestScript, args []string) *types.CreateAccountStatus {
	if len(args) != 2 {
		ts.Fatalf("want a request and a name or reason")
	}
	s := serverOf(ts)
	s.Settle()
	out, err := organizations.NewFromConfig(s.Administrator("")).DescribeCreateAccountStatus(context.Background(),
		&organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: aws.String(args[0])})
	ts.Check(err)
	return out.CreateAccountStatus
}

func same(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same A B")
	}
	if (args[0] == args[1]) == neg {
		ts.Fatalf("%q and %q", args[0], args[1])
	}
}

// TestScriptsCoverOperations wants every operation served to be called by at least one script.
func TestScriptsCoverOperations(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	var text strings.Builder
	for _, path := range scripts {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(raw)
	}
	for _, service := range testenv.Registry().Services() {
		for _, o := range service.Operations {
			words := fmt.Sprintf("aws %s %s", service.ID, commandName(o.Name))
			if !strings.Contains(text.String(), words+" ") && !strings.Contains(text.String(), words+"\n") {
				t.Errorf("no script calls `%s`", words)
			}
		}
	}
}

// commandName gives the CLI's name of an operation: ListMFADevices is list-mfa-devices.
func commandName(operation string) string {
	var b strings.Builder
	for i, r := range operation {
		upper := r >= 'A' && r <= 'Z'
		if upper && i > 0 {
			before := operation[i-1] >= 'a' && operation[i-1] <= 'z'
			after := i+1 < len(operation) && operation[i+1] >= 'a' && operation[i+1] <= 'z'
			if before || after {
				b.WriteByte('-')
			}
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}
