package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"umbel/internal/billterms"
	"umbel/internal/operator"
)

// newBillTermsCommand makes `umbel bill terms`.
func newBillTermsCommand(a *app) *cobra.Command {
	var file string
	var schema bool
	cmd := &cobra.Command{
		Use:   "terms [-f FILE]",
		Short: "Show or set what bills depend on besides usage: memberships, commitments, credits, discounts, support, taxes",
		Long: `Shows what an organization's bills depend on and no AWS API sets, or sets it to what a file says, all of it: memberships that
differ from the organization's, sharing, Reserved Instances, credits, discounts, support plans, taxes, charges, invoice
units. Open months are computed again; closed ones stay as they are.`,
		Example: "  umbel bill terms > terms.yaml\n  umbel bill terms -f terms.yaml\n  umbel bill terms --schema > bill-terms.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if schema {
				text, err := billterms.Schema()
				if err != nil {
					return err
				}
				_, err = a.stdout.Write(text)
				return err
			}
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			account, _ := cmd.Flags().GetString("account")
			if file != "" {
				return a.setTerms(cmd, client, account, file)
			}
			have, err := client.Terms(cmd.Context(), account)
			if err != nil {
				return err
			}
			text, err := billterms.Write(&have.Terms)
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(text)
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "set the terms of this file, - for standard input")
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON schema of the file and do nothing else")
	return cmd
}

func (a *app) setTerms(cmd *cobra.Command, client *operator.Client, account, file string) error {
	text, err := a.readFile(file)
	if err != nil {
		return err
	}
	terms, err := billterms.Parse(file, text)
	if err != nil {
		return fmt.Errorf("nothing was changed:\n%w", err)
	}
	set, err := client.SetTerms(cmd.Context(), operator.TermsRequest{Account: account, Terms: *terms})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "the terms of the bills of %s are set\n", set.Account)
	return nil
}

// readFile reads a file, or standard input for "-".
func (a *app) readFile(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(a.stdin)
	}
	return os.ReadFile(file)
}
