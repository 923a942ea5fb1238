package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"umbel/internal/operator"
)

// newBillCommand makes `umbel bill`.
func newBillCommand(a *app) *cobra.Command {
	var output, file string
	cmd := &cobra.Command{
		Use:   "bill MONTH",
		Short: "Show the bill of a month, and close months",
		Long: `Shows the consolidated bill of a month: what each account and service costs, at which tiers, what the organization saves by
being one, and the invoices. It is estimated until the month is closed, by itself on the fourth day after it or by
umbel bill close; then it is final. With --account a member's part is shown, as the member sees it. Of a bill with more than
100,000 rows a table or PDF says what each account pays for each service; --output json has every row.`,
		Example: "  umbel bill 2026-10\n  umbel bill 2026-10 --account sandbox\n  umbel bill 2026-10 --output pdf -o bill.pdf",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, ok := map[string]func(*shownBill, io.Writer) error{
				"table": (*shownBill).table, "json": (*shownBill).json, "pdf": (*shownBill).pdf,
			}[output]
			if !ok {
				return fmt.Errorf("--output %s: want table, json or pdf", output)
			}
			if output == "pdf" && file == "" && isTerminal(a.stdout) {
				return errors.New("a PDF is not for a terminal: name a file with -o")
			}
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			account, _ := cmd.Flags().GetString("account")
			if err := a.settle(cmd, client); err != nil {
				return err
			}
			bill, err := showBill(cmd.Context(), client, operator.BillRequest{Account: account, Month: args[0]})
			if err != nil {
				return err
			}
			return a.writeTo(file, func(w io.Writer) error { return write(bill, w) })
		},
	}
	cmd.PersistentFlags().String("data", "", "data directory of the running Umbel (default $XDG_DATA_HOME/umbel)")
	cmd.PersistentFlags().String("account", "", "the account, by ID, name or e-mail address (default: the first account)")
	cmd.Flags().StringVar(&output, "output", "table", "table, json or pdf")
	cmd.Flags().StringVarP(&file, "file", "o", "", "write to this file instead of standard output")
	cmd.AddCommand(newBillCloseCommand(a), newBillReopenCommand(a), newBillListCommand(a), newBillTermsCommand(a))
	return cmd
}

// writeTo writes to a file, whole or not at all, or to standard output.
func (a *app) writeTo(file string, write func(io.Writer) error) error {
	if file == "" {
		return write(a.stdout)
	}
	f, err := os.Create(file + ".new")
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), file)
}

func newBillCloseCommand(a *app) *cobra.Command {
	return a.monthCommand("close", "Close a month: its bill becomes final, its invoices get numbers", func(cmd *cobra.Command, c *operator.Client, rq operator.BillRequest) (operator.MonthStatus, error) {
		if _, err := c.CloseMonth(cmd.Context(), rq); err != nil {
			return operator.MonthStatus{}, err
		}
		return a.settled(cmd, c, rq)
	})
}

func newBillReopenCommand(a *app) *cobra.Command {
	return a.monthCommand("reopen", "Make a final bill an estimate again, until it is closed", func(cmd *cobra.Command, c *operator.Client, rq operator.BillRequest) (operator.MonthStatus, error) {
		if _, err := c.ReopenMonth(cmd.Context(), rq); err != nil {
			return operator.MonthStatus{}, err
		}
		return a.settled(cmd, c, rq)
	})
}

// settle waits until all bills that are wanted are computed.
func (a *app) settle(cmd *cobra.Command, c *operator.Client) error {
	defer a.progress(func() string { return "computing bills" })()
	return c.Settle(cmd.Context())
}

// settled waits until a month is computed.
func (a *app) settled(cmd *cobra.Command, c *operator.Client, rq operator.BillRequest) (operator.MonthStatus, error) {
	if err := a.settle(cmd, c); err != nil {
		return operator.MonthStatus{}, err
	}
	costs, err := c.Costs(cmd.Context(), rq.Account)
	for _, m := range costs.Months {
		if m.Month == rq.Month {
			return m, err
		}
	}
	return operator.MonthStatus{}, err
}

func (a *app) monthCommand(name, short string, do func(*cobra.Command, *operator.Client, operator.BillRequest) (operator.MonthStatus, error)) *cobra.Command {
	return &cobra.Command{
		Use:   name + " MONTH",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.operator(cmd)
			if err != nil {
				return err
			}
			account, _ := cmd.Flags().GetString("account")
			m, err := do(cmd, client, operator.BillRequest{Account: account, Month: args[0]})
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%s is %s\n", args[0], m.State)
			return nil
		},
	}
}

func newBillListCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the months that have bills",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			costs, err := a.costs(cmd)
			if err != nil {
				return err
			}
			return a.print(cmd, costs.Months, func() {
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "MONTH\tSTATE\tCOMPUTED\tCLOSED\tFAILURE")
				for _, m := range costs.Months {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Month, m.State, stamp(m.Computed), stamp(m.Closed), m.Failure)
				}
				w.Flush()
			})
		},
	}
	cmd.Flags().String("output", "text", "text or json")
	return cmd
}

func stamp(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}
