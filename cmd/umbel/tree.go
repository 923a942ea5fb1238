package main

import (
	"github.com/spf13/cobra"

	"umbel/internal/orgfile"
)

// newTreeCommand makes `umbel tree`.
func newTreeCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tree",
		Short: "Show the organization as a tree, with the policies beside each node",
		Args:  cobra.NoArgs,
	}
	addTargetFlags(cmd)
	output := cmd.Flags().StringP("output", "o", "text", "text or json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(*output); err != nil {
			return err
		}
		clients, err := a.clients(cmd)
		if err != nil {
			return err
		}
		tree, err := readTree(cmd.Context(), clients)
		if err != nil {
			return err
		}
		if *output == "json" {
			return writeJSON(a.stdout, tree)
		}
		return orgfile.RenderTree(a.stdout, tree, a.style(a.stdout))
	}
	return cmd
}
