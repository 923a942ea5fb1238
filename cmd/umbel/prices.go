package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"umbel/internal/domain/billing"
	"umbel/internal/operator"
)

// newPricesCommand groups the commands on the price book.
func newPricesCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prices",
		Short: "Import AWS price lists, and look prices up",
		Args:  noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().String("data", "", "data directory of the running Umbel (default $XDG_DATA_HOME/umbel)")
	cmd.PersistentFlags().String("output", "text", "text or json")
	cmd.AddCommand(newPricesImportCommand(a), newPricesFindCommand(a))
	return cmd
}

func newPricesImportCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE…",
		Short: "Import price list files of services and of savings plans",
		Long: `Imports price list files as AWS's Price List Bulk API gives them, JSON, plain or in gzip: of services, and then of savings plans,
which are found by what services have. Prices that are known are replaced. Months that are open are computed again.`,
		Example: "  umbel prices import AmazonEC2.json AmazonS3.json.gz\n  umbel prices import savings-plans.json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			answers := []operator.PricesAnswer{}
			for _, name := range files {
				f, err := os.Open(name)
				if err != nil {
					return err
				}
				answer, err := client.ImportPrices(cmd.Context(), filepath.Base(name), f)
				f.Close()
				if err != nil {
					return err
				}
				answers = append(answers, answer)
			}
			return a.print(cmd, answers, func() {
				for i, r := range answers {
					fmt.Fprintf(a.stdout, "%s: %d prices are in the book now; %d entries of the file are no prices on demand\n", files[i], r.Prices, r.Skipped)
				}
			})
		},
	}
}

func newPricesFindCommand(a *app) *cobra.Command {
	var most int
	cmd := &cobra.Command{
		Use:     "find TEXT",
		Short:   "Find prices by product, usage type, operation, Region or instance type",
		Example: "  umbel prices find m5.large",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			found, err := client.FindPrices(cmd.Context(), operator.FindPricesRequest{Text: args[0], Most: most})
			if err != nil {
				return err
			}
			return a.print(cmd, found, func() {
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "PRODUCT\tUSAGE TYPE\tOPERATION\tREGION\tUNIT\tFROM: RATE")
				for _, p := range found.Prices {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Key.Product, p.Key.UsageType, cmp.Or(p.Key.Operation, "any"), cmp.Or(p.Key.Region, "any"), p.Unit, tierText(p))
				}
				w.Flush()
				if found.More > 0 {
					fmt.Fprintf(a.stdout, "and %d more\n", found.More)
				}
			})
		},
	}
	cmd.Flags().IntVar(&most, "most", 50, "show so many at most")
	return cmd
}

func tierText(p *billing.Price) string {
	var parts []string
	if p.Allowance != nil {
		parts = append(parts, p.Allowance.Quantity.String()+" free")
	}
	for _, t := range p.Tiers {
		parts = append(parts, t.From.String()+": "+t.Rate.String())
	}
	return strings.Join(parts, "  ")
}
