package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"umbel/internal/awsclient"
	"umbel/internal/operator"
	"umbel/internal/orgfile"
)

// newUpCommand makes `umbel up`, the main door: a server, and an organization in it.
func newUpCommand(a *app) *cobra.Command {
	f := &serveFlags{}
	var file string
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run Umbel with an organization in it",
		Long: `Run Umbel with an organization in it. The first start builds the organization of the file named with -f, or the
built-in one of a small company; later starts continue where the last one ended.`,
		Example: "  umbel up\n  umbel up -f organization.yaml --data ./org",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.up(cmd.Context(), f, file)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVarP(&file, "file", "f", "", "organization file to build on the first start (default: the built-in starter)")
	return cmd
}

func (a *app) up(ctx context.Context, f *serveFlags, file string) error {
	if done, err := a.listQuotas(f); done || err != nil {
		return err
	}
	// The file is checked before anything is started or made.
	wanted, err := upFile(file)
	if err != nil {
		return a.problems(err)
	}
	run, err := a.start(ctx, f)
	if err != nil {
		return err
	}
	if err := a.build(ctx, run, wanted, file); err != nil {
		return errors.Join(err, run.close())
	}
	return run.wait(ctx)
}

func upFile(file string) (*orgfile.File, error) {
	if file == "" {
		return orgfile.Starter()
	}
	return orgfile.Load(file)
}

// greet says where the server is and what to try.
func (a *app) greet(run *running, tree *orgfile.Tree) {
	member := exampleAccount(tree)
	data := ""
	if dir, err := a.dataDir(""); err != nil || dir != run.dir {
		data = " --data " + shellWord(run.dir)
	}
	fmt.Fprintf(a.stdout, `
Umbel serves on %s; Ctrl-C stops it, and the next start goes on from here. Try in another shell:

  eval "$(umbel env%s)" && aws organizations list-accounts --output table
  eval "$(umbel env%s --account %s --root)" && aws iam create-user --user-name mallory     # denied by a guardrail
  eval "$(umbel env%s --account %s)" && aws iam create-user --user-name alice              # allowed
`, run.endpoint, data, data, shellWord(member), data, shellWord(member))
}

// exampleAccount names the member account that the examples speak of: the sandbox, if there is one, else the last member.
func exampleAccount(tree *orgfile.Tree) string {
	name := "sandbox"
	var walk func(n *orgfile.Node) bool
	walk = func(n *orgfile.Node) bool {
		if n.Kind == orgfile.KindAccount && !n.Management {
			name = n.Name
			return n.Name == "sandbox"
		}
		for i := range n.Children {
			if walk(n.Children[i]) {
				return true
			}
		}
		return false
	}
	walk(tree.Root)
	return name
}

// shellWord quotes a word where a shell would read it otherwise.
func shellWord(s string) string {
	for _, r := range s {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' || r == '/'
		if !plain {
			return shellQuote(s)
		}
	}
	return s
}

// awsConfig speaks to the server with the credentials.
func awsConfig(door *operator.Client, c operator.Credentials) aws.Config {
	keys := awsclient.Keys{ID: c.AccessKeyID, Secret: c.SecretAccessKey, Token: c.SessionToken, Expires: c.Expiration}
	return awsclient.Config(door.Endpoint, keys, door.TLS())
}
