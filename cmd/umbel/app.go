package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// app is one run of the command: its streams and environment, so that tests can run it in process.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

// exitError ends the command with a code of its own; the command has said already what there was to say.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// run runs the command line and gives the exit code: 0 for success, 1 for a failure.
func (a *app) run(ctx context.Context, args []string) int {
	root := newRootCommand(a)
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	var exit exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintln(a.stderr, "umbel:", err)
	return 1
}

// dataDir gives the data directory: the flag's value, or $XDG_DATA_HOME/umbel, or ~/.local/share/umbel.
func (a *app) dataDir(flag string) (string, error) {
	if flag != "" {
		dir, err := filepath.Abs(flag)
		if err != nil {
			return "", fmt.Errorf("--data %s: %w", flag, err)
		}
		return dir, nil
	}
	if x := a.getenv("XDG_DATA_HOME"); filepath.IsAbs(x) {
		return filepath.Join(x, "umbel"), nil
	}
	home := a.getenv("HOME")
	if home == "" {
		h, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("no data directory: set --data, XDG_DATA_HOME or HOME: %w", err)
		}
		home = h
	}
	return filepath.Join(home, ".local", "share", "umbel"), nil
}

// newRootCommand lists every subcommand; this list is the only place where they are mounted.
func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "umbel",
		Short: "An AWS organization on your own machine, exact and enforced",
		Long: `Umbel is an open, self-hosted AWS organization in one binary: accounts, organizational units,
policies that are enforced, roles and an audit trail, behind the AWS API.

Start with:  umbel up
Then:        eval "$(umbel env)" && aws organizations list-accounts`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see: %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(
		newUpCommand(a), newServeCommand(a), newEnvCommand(a),
		newPlanCommand(a), newApplyCommand(a), newExportCommand(a), newTreeCommand(a),
		newAccountCommand(a), newExplorerCommand(a), newAlertsCommand(a), newCheckCommand(a), newDecideCommand(a), newWhyCommand(a), newPolicyCommand(a),
		newUsageCommand(a), newBillCommand(a), newPricesCommand(a), newVersionCommand(a),
	)
	return root
}

// noSuchCommand refuses the arguments of a command that only groups others.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	hint := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf(" (did you mean %q?)", near[0])
	}
	return fmt.Errorf("there is no command %q%s; see: %s --help", cmd.CommandPath()+" "+args[0], hint, cmd.CommandPath())
}
