// Package e2e_test shows from outside what a whole server does: the real AWS CLI in scripts that read like a session in a
// shell (testdata/*.txt), the AWS SDK for guardrails and real policies, raw HTTP for what no client would send, and a
// server killed again and again. It uses no room of the house but testenv, with what its
// options are made of, and the operator's door.
package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestCLI runs the scripts. Beside testscript's own commands a script has:
//
//	aws ARGS…                  the AWS CLI on the script's server; stdout and stderr can be matched afterwards
//	denied SERVICE COMMAND …   as aws; the call has to be refused for want of permission, in AWS's words
//	server QUOTA=N…            start over with a new server that has these quotas
//	starter                    make the starter organization, with its guardrails
//	as administrator           speak as the administrator of the management account (how a script begins)
//	as root ACCOUNT            speak as an account's root user; ACCOUNT is a name or an ID
//	as role ACCOUNT [ROLE]     speak as a role, OrganizationAccountAccessRole unless named
//	as nobody                  speak as a new user of the first account, who has no permissions
//	as keys ID SECRET [TOKEN]  speak with these credentials
//	signup ID NAME EMAIL       make a stand-alone account
//	keep NAME                  put the last stdout, without quotes, into $NAME
//	keys                       speak with the credentials that the last stdout lists: ID, secret and perhaps token
//	shared NAME                put the sharedEventID of the CloudTrail record in the last stdout into $NAME
//	message NAME               put the encoded authorization message of the last refusal into $NAME
//	created REQUEST NAME       wait until a CreateAccount request succeeded and put the account's ID into $NAME
//	failed REQUEST REASON      wait until a CreateAccount request failed for the reason
//	closed ACCOUNT             wait until an account is closed
//	same A B                   fail unless both words are equal
//	costs                      enable Cost Explorer, and put three months of an organization made up on the bills
//	report                     enable Cost Explorer, import a report of 40 days with an anomaly, and close last month
//	tick                       do what the server does every hour
//	spend ACCOUNT AMOUNT [marketplace]
//	                           put dollars into this month's bill, and have budgets looked at
//	told N TEXT                fail unless N alerts with the text in their subject were delivered
func TestCLI(t *testing.T) {
	if testing.Short() {
		t.Skip("the AWS CLI takes its time")
	}
	cli := requireCLI(t)
	testscript.Run(t, testscript.Params{
		Dir:   "testdata",
		Setup: setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"aws":     func(ts *testscript.TestScript, neg bool, args []string) { runCLI(ts, neg, cli, args) },
			"denied":  func(ts *testscript.TestScript, _ bool, args []string) { denied(ts, cli, args) },
			"server":  server,
			"starter": func(ts *testscript.TestScript, _ bool, _ []string) { serverOf(ts).Starter() },
			"as":      as,
			"signup":  signUp,
			"keep":    keep,
			"keys":    keys,
			"shared":  shared,
			"message": message,
			"created": created,
			"failed":  failed,
			"closed":  func(ts *testscript.TestScript, _ bool, _ []string) { serverOf(ts).Settle() },
			"same":    sameWords,
			"costs":   costs,
			"report":  report,
			"tick":    tick,
			"spend":   spend,
			"told":    told,
		},
	})
}

// setUpScript starts a script's server and sets its environment.
func setUpScript(env *testscript.Env) error {
	at := &serverOfScript{tb: env.T().(testing.TB)}
	env.Values[serverKey{}] = at
	for _, v := range cliEnvironment(env.WorkDir) {
		name, value, _ := strings.Cut(v, "=")
		env.Setenv(name, value)
	}
	if err := configureCLI(env.WorkDir); err != nil {
		return err
	}
	if err := teachCLI(env.WorkDir); err != nil {
		return err
	}
	return at.start(env.Setenv, nil)
}

// cliEnvironment is what the AWS CLI shall know beside its credentials.
func cliEnvironment(home string) []string {
	return []string{
		"HOME=" + home, "AWS_PAGER=", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1",
		"AWS_EC2_METADATA_DISABLED=true", "PYENV_ROOT=" + os.Getenv("PYENV_ROOT"),
	}
}

// configureCLI makes the CLI send what it is given, so that it is the server that refuses bad input.
func configureCLI(home string) error {
	if err := os.Mkdir(filepath.Join(home, ".aws"), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(home, ".aws", "config"), []byte("[default]\nparameter_validation = false\n"), 0o644)
}

// requireCLI finds the AWS CLI. Without it the test is skipped, or fails where nothing may be skipped.
func requireCLI(t *testing.T) string {
	path, err := cliPath()
	if err == nil {
		return path
	}
	if os.Getenv("UMBEL_TEST_REQUIRE") != "" {
		t.Fatal("the AWS CLI is not installed, and UMBEL_TEST_REQUIRE is set")
	}
	t.Skip("the AWS CLI is not installed")
	return ""
}

func cliPath() (string, error) {
	path, err := exec.LookPath("aws")
	if err != nil {
		return "", err
	}
	// A shim would look its interpreter up again for each call, in an environment the scripts do not have.
	if out, err := exec.Command("pyenv", "which", "aws").Output(); err == nil {
		path = strings.TrimSpace(string(out))
	}
	return path, nil
}
