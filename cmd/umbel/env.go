package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"umbel/internal/operator"
)

// newEnvCommand gives shell exports for one principal of the running Umbel.
func newEnvCommand(a *app) *cobra.Command {
	var rq operator.CredentialsRequest
	var output string
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print shell exports that point the AWS CLI, SDKs and Terraform at Umbel",
		Long: `Print shell exports that point the AWS CLI, SDKs and Terraform at the running Umbel, as one principal.

Without --account the principal is an administrator of the management account; with it, the account's
OrganizationAccountAccessRole, the role named with --role, or its root user. The credentials last 12 hours.`,
		Example: `  eval "$(umbel env)"
  eval "$(umbel env --account sandbox)"
  eval "$(umbel env --account 111122223333 --root)"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			creds, err := client.Credentials(cmd.Context(), rq)
			if err != nil {
				return err
			}
			return printEnvironment(a, output, client.Endpoint, creds)
		},
	}
	cmd.Flags().StringVar(&rq.Account, "account", "", "the account, by name, ID or root e-mail address (default: the management account)")
	cmd.Flags().StringVar(&rq.Role, "role", "", "the role to speak as (default with --account: OrganizationAccountAccessRole)")
	cmd.Flags().BoolVar(&rq.Root, "root", false, "speak as the account's root user")
	cmd.Flags().String("data", "", "data directory of the running Umbel (default $XDG_DATA_HOME/umbel)")
	cmd.Flags().StringVar(&output, "output", "text", "text for a shell, or json")
	cmd.MarkFlagsMutuallyExclusive("role", "root")
	return cmd
}

func printEnvironment(a *app, output, endpoint string, c operator.Credentials) error {
	vars := [][2]string{
		{"AWS_ENDPOINT_URL", endpoint},
		{"AWS_ACCESS_KEY_ID", c.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey},
		{"AWS_SESSION_TOKEN", c.SessionToken},
		{"AWS_REGION", "us-east-1"},
		{"AWS_DEFAULT_REGION", "us-east-1"},
	}
	switch output {
	case "json":
		object := map[string]string{}
		for _, v := range vars {
			object[v[0]] = v[1]
		}
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(object)
	case "text":
		fmt.Fprintf(a.stdout, "# %s, until %s\n", c.ARN, c.Expiration.Local().Format("15:04"))
		// A profile of the user's would win over nothing here, but it would confuse: the keys below are the identity.
		fmt.Fprintln(a.stdout, "unset AWS_PROFILE")
		for _, v := range vars {
			fmt.Fprintf(a.stdout, "export %s=%s\n", v[0], shellQuote(v[1]))
		}
		return nil
	}
	return fmt.Errorf("--output %s: want text or json", output)
}

// shellQuote makes a word that every POSIX shell reads as the text.
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
