package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"umbel/internal/operator"
)

// newAlertsCommand groups the operator's commands on alerts.
func newAlertsCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "See which alerts reached people, and which did not",
		Long: `Budgets and anomaly subscriptions tell people by e-mail, by SNS topics and by the operator's webhook. Each
delivery is recorded. How they go out is set where the server is started: --smtp, --mail-from, --webhook, --sns.`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().String("data", "", "data directory of the running Umbel (default $XDG_DATA_HOME/umbel)")
	cmd.PersistentFlags().String("output", "text", "text or json")
	cmd.AddCommand(newAlertsListCommand(a))
	return cmd
}

func newAlertsListCommand(a *app) *cobra.Command {
	var rq operator.AlertsRequest
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the deliveries of alerts, the latest first",
		Example: "  umbel alerts list --state undeliverable",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			rq.State = strings.ToUpper(rq.State)
			deliveries, err := client.Alerts(cmd.Context(), rq)
			if err != nil {
				return err
			}
			return a.print(cmd, deliveries, func() { a.printDeliveries(deliveries) })
		},
	}
	cmd.Flags().StringVar(&rq.Account, "account", "", "only those of one account, by ID, name or root e-mail address")
	cmd.Flags().StringVar(&rq.State, "state", "", "only those that are pending, delivered, failed or undeliverable")
	return cmd
}

func (a *app) printDeliveries(deliveries []operator.Delivery) {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MADE\tACCOUNT\tTO\tSUBJECT\tSTATE\tATTEMPTS\tERROR")
	for _, d := range deliveries {
		to := d.Address
		if to == "" {
			to = "(webhook)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", d.Made.UTC().Format(time.RFC3339), d.Account, to, d.Subject, strings.ToLower(d.State), d.Attempts, d.Error)
	}
	w.Flush()
}
