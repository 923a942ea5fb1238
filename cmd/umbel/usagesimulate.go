package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"umbel/internal/operator"
)

func newUsageSimulateCommand(a *app) *cobra.Command {
	var rq operator.SimulateRequest
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Make up months of hourly usage for the organization's accounts",
		Long: `Makes up usage of all accounts of the organization, hour by hour: resources that are always on, in office hours, by bursts or
by the tide of the day, with tags that have gaps, Marketplace subscriptions, credits, reservations and savings plans.

The same seed gives the same usage, which counts once; another seed adds to it.`,
		Example: "  umbel usage simulate\n  umbel usage simulate --seed 7 --months 13 --until 2026-10 --resources 40",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			rq.Account, _ = cmd.Flags().GetString("account")
			done, err := client.Simulate(cmd.Context(), rq)
			if err != nil {
				return err
			}
			if err := client.Settle(cmd.Context()); err != nil {
				return err
			}
			return a.print(cmd, done, func() {
				last := done.Months[len(done.Months)-1]
				fmt.Fprintf(a.stdout, "usage of %s is made up, on the bill of %s; see: umbel bill %s\n", strings.Join(done.Months, ", "), done.Account, last)
			})
		},
	}
	cmd.Flags().Uint64Var(&rq.Seed, "seed", 1, "what the usage is made of: any number")
	cmd.Flags().IntVar(&rq.Months, "months", 13, "how many months")
	cmd.Flags().IntVar(&rq.Resources, "resources", 12, "about how many resources an account has")
	cmd.Flags().StringVar(&rq.Until, "until", "", "the last month, such as 2026-10 (default: this month)")
	return cmd
}
