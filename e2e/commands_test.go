package e2e_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/rogpeppe/go-internal/testscript"

	"umbel/internal/alert"
	"umbel/internal/operator"
	"umbel/internal/testenv"
)

type serverKey struct{}

// serverOfScript is the server that a script talks to.
type serverOfScript struct {
	tb testing.TB
	*testenv.Server
}

// start starts a server and speaks as its administrator.
func (at *serverOfScript) start(set func(k, v string), quotas []string) error {
	listener := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})) // takes every alert
	at.tb.Cleanup(listener.Close)
	options := []testenv.Option{
		testenv.FirstAccount("100000000001"), testenv.Alerts(alert.Config{Topics: map[string]string{topicOfScripts: listener.URL}}),
		testenv.Exports(at.tb.TempDir()),
	}
	for _, q := range quotas {
		options = append(options, testenv.Quota(q))
	}
	at.Server = testenv.Start(at.tb, options...)
	set("URL", at.URL)
	costDays(set)
	return speak(set, at.Server, operator.CredentialsRequest{Administrator: true})
}

func serverOf(ts *testscript.TestScript) *testenv.Server {
	return ts.Value(serverKey{}).(*serverOfScript).Server
}

func server(ts *testscript.TestScript, _ bool, quotas []string) {
	ts.Check(ts.Value(serverKey{}).(*serverOfScript).start(ts.Setenv, quotas))
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

// denied wants a call to be refused for want of permission. The management account of an organization learns the action; a
// member is told by Organizations that what it asks for is not a member's.
func denied(ts *testscript.TestScript, cli string, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: denied SERVICE COMMAND ARGS…")
	}
	runCLI(ts, true, cli, args)
	action, served := actions()[args[0]+" "+args[1]]
	if !served {
		ts.Fatalf("there is no operation %s %s", args[0], args[1])
	}
	text := ts.ReadFile("stderr")
	refused := strings.Contains(text, "(AccessDenied)") || strings.Contains(text, "(AccessDeniedException)")
	if !refused || !strings.Contains(text, "is not authorized to perform: "+action+" on resource: ") {
		ts.Fatalf("want a refusal of %s, have %s", action, text)
	}
}

// actions gives the IAM action of every operation served, by service and the CLI's name of it: "iam list-users".
func actions() map[string]string {
	all := map[string]string{}
	for _, service := range testenv.Registry().Services() {
		for _, o := range service.Operations {
			all[service.ID+" "+commandName(o.Name)] = o.Action
		}
	}
	return all
}

func as(ts *testscript.TestScript, neg bool, args []string) {
	var rq operator.CredentialsRequest
	switch {
	case neg || len(args) == 0:
		ts.Fatalf("usage: as administrator|root ACCOUNT|role ACCOUNT [ROLE]|nobody|keys ID SECRET [TOKEN]")
	case args[0] == "keys" && len(args) >= 3:
		setCredentials(ts.Setenv, operator.Credentials{AccessKeyID: args[1], SecretAccessKey: args[2], SessionToken: strings.Join(args[3:], "")})
		return
	case args[0] == "nobody" && len(args) == 1:
		s := serverOf(ts)
		asConfig(ts, s.User(s.Administrator(""), "nobody", ""))
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

func asConfig(ts *testscript.TestScript, cfg aws.Config) {
	c := cfg.Credentials.(credentials.StaticCredentialsProvider).Value
	setCredentials(ts.Setenv, operator.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken})
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
	ts.Setenv(args[0], strings.Trim(ts.ReadFile("stdout"), "\" \n"))
}

// keys takes the credentials the CLI printed with --output text.
func keys(ts *testscript.TestScript, _ bool, _ []string) {
	words := append(strings.Fields(ts.ReadFile("stdout")), "", "", "")
	setCredentials(ts.Setenv, operator.Credentials{AccessKeyID: words[0], SecretAccessKey: words[1], SessionToken: words[2]})
}

func shared(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile(`"sharedEventID":"([0-9a-f-]{36})"`).FindStringSubmatch(ts.ReadFile("stdout"))
	if found == nil || len(args) != 1 {
		ts.Fatalf("no sharedEventID in the record")
	}
	ts.Setenv(args[0], found[1])
}

// message keeps the encoded authorization message of the last refusal.
func message(ts *testscript.TestScript, _ bool, args []string) {
	_, encoded, found := strings.Cut(ts.ReadFile("stderr"), "Encoded authorization failure message: ")
	if !found || len(args) != 1 {
		ts.Fatalf("no encoded authorization message")
	}
	ts.Setenv(args[0], strings.TrimSpace(encoded))
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

func sameWords(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same A B")
	}
	if (args[0] == args[1]) == neg {
		ts.Fatalf("%q and %q", args[0], args[1])
	}
}
