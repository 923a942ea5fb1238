package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"umbel/internal/operator"
)

// newExplorerCommand sets Cost Explorer up.
func newExplorerCommand(a *app) *cobra.Command {
	var rq operator.ExplorerRequest
	var members string
	cmd := &cobra.Command{
		Use:   "explorer [--enable] [--members on|off]",
		Short: "Enable Cost Explorer for an organization, and say whether its members see their own costs",
		Long: `What the owner of the account that pays does in AWS's console, and no API does. Before Cost Explorer is enabled, every
call of its API is refused. Without flags, tell how it is set up.`,
		Example: `  umbel explorer --enable
  umbel explorer --members off`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch members {
			case "":
			case "on", "off":
				rq.Linked = new(members == "on")
			default:
				return fmt.Errorf("--members %s: want on or off", members)
			}
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			e, err := client.Explorer(cmd.Context(), rq)
			if err != nil {
				return err
			}
			return a.print(cmd, e, func() {
				enabled, linked := "is not enabled", "would see"
				if e.Enabled {
					enabled, linked = "is enabled", "see"
				}
				if !e.Linked {
					linked = "do not see"
				}
				fmt.Fprintf(a.stdout, "Cost Explorer %s for %s; its members %s their own costs.\n", enabled, e.Account, linked)
			})
		},
	}
	cmd.Flags().BoolVar(&rq.Enable, "enable", false, "enable Cost Explorer; AWS knows no way back")
	cmd.Flags().StringVar(&rq.Account, "account", "", "any account of the organization, by ID, name or e-mail address (default: the first account)")
	cmd.Flags().StringVar(&members, "members", "", "on or off: whether member accounts may ask for their own costs (default: they may)")
	cmd.Flags().String("data", "", "data directory of the running Umbel (default $XDG_DATA_HOME/umbel)")
	cmd.Flags().String("output", "text", "text or json")
	return cmd
}
