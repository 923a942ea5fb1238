package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"umbel/internal/orgfile"
)

// newApplyCommand makes `umbel apply`.
func newApplyCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Make the organization what the organization file says",
		Long: `Apply makes a plan, shows it, asks, and carries it out step by step. Interrupted or failed half-way, it goes on
from there when it is run again. Whatever the file does not have is left alone, unless --prune or --close-accounts is given.`,
		Example: "  umbel apply --starter\n  umbel apply -f organization.yaml --yes",
		Args:    cobra.NoArgs,
	}
	addTargetFlags(cmd)
	addFileFlags(cmd)
	yes := cmd.Flags().BoolP("yes", "y", false, "do not ask")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		clients, plan, err := a.makePlan(cmd)
		if err != nil {
			return err
		}
		style := a.style(a.stdout)
		if err := orgfile.RenderPlan(a.stdout, plan, style); err != nil {
			return err
		}
		if plan.Empty() {
			return nil
		}
		if !*yes {
			if err := a.confirm(len(plan.Steps)); err != nil {
				return err
			}
		}
		fmt.Fprintln(a.stdout)
		begin := time.Now()
		if err := orgfile.Apply(cmd.Context(), clients, plan, orgfile.Progress(a.stdout, style)); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "\nDone: %s in %s.\n", orgfile.Count(len(plan.Steps), "step"), time.Since(begin).Round(time.Millisecond))
		return nil
	}
	return cmd
}

// confirm asks on the terminal whether to go on.
func (a *app) confirm(steps int) error {
	if !isTerminal(a.stdin) {
		return errors.New("nothing was changed: there is no terminal to ask on; say --yes to apply without asking")
	}
	fmt.Fprintf(a.stdout, "\nCarry out %s? Only \"yes\" goes on: ", orgfile.Count(steps, "step"))
	answer, err := bufio.NewReader(a.stdin).ReadString('\n')
	if strings.TrimSpace(answer) == "yes" {
		return nil
	}
	if err != nil {
		fmt.Fprintln(a.stdout)
	}
	return errors.New("nothing was changed")
}
