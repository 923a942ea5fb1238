package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"umbel/internal/operator"
)

// newAccountCommand groups the operator's commands on accounts.
func newAccountCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "account",
		Short: "Sign up for a stand-alone account, and list all accounts",
		Long: `The operator's door to accounts: what signing up on AWS's web site does. Several organizations and lone
accounts live in one Umbel. Member accounts of an organization are made with the API or the organization file.`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().String("data", "", "data directory of the running Umbel (default $XDG_DATA_HOME/umbel)")
	cmd.PersistentFlags().String("output", "text", "text or json")
	cmd.AddCommand(newAccountCreateCommand(a), newAccountListCommand(a))
	return cmd
}

func newAccountCreateCommand(a *app) *cobra.Command {
	var rq operator.CreateAccountRequest
	cmd := &cobra.Command{
		Use:     "create --name NAME --email ADDRESS",
		Short:   "Make a stand-alone account, in no organization",
		Example: `  umbel account create --name acme --email root@acme.example`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			account, err := client.CreateAccount(cmd.Context(), rq)
			if err != nil {
				return err
			}
			return a.print(cmd, account, func() {
				fmt.Fprintf(a.stdout, "%s  %s  %s\n\nIts root user:     eval \"$(umbel env --account %s --root)\"\n", account.ID, account.Name, account.Email, account.ID)
			})
		},
	}
	cmd.Flags().StringVar(&rq.Name, "name", "", "the account's name")
	cmd.Flags().StringVar(&rq.Email, "email", "", "the root user's e-mail address, unique over all accounts")
	cmd.Flags().StringVar(&rq.ID, "id", "", "the account ID, 12 digits (default: a new one)")
	for _, name := range []string{"name", "email"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is declared four lines up
		}
	}
	return cmd
}

func newAccountListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List every account, in whatever organization or in none",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			accounts, err := client.Accounts(cmd.Context())
			if err != nil {
				return err
			}
			return a.print(cmd, accounts, func() {
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tNAME\tE-MAIL\tORGANIZATION\tSTATE")
				for _, acct := range accounts {
					organization := acct.Organization
					if organization == "" {
						organization = "-"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", acct.ID, acct.Name, acct.Email, organization, acct.State)
				}
				w.Flush()
			})
		},
	}
}

// print writes the value as JSON for --output json, else as text.
func (a *app) print(cmd *cobra.Command, value any, text func()) error {
	output, err := cmd.Flags().GetString("output")
	if err != nil {
		return err
	}
	switch output {
	case "json":
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(value)
	case "text":
		text()
		return nil
	}
	return fmt.Errorf("--output %s: want text or json", output)
}
