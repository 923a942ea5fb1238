package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"umbel/internal/operator"
)

// newUsageCommand groups the commands on usage.
func newUsageCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "usage",
		Short: "Bring usage in, or have it made up: what bills are made of",
		Args:  noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().String("data", "", "data directory of the running Umbel (default $XDG_DATA_HOME/umbel)")
	cmd.PersistentFlags().String("account", "", "the account whose organization's bill it is, by ID, name or e-mail address (default: the first account)")
	cmd.PersistentFlags().String("output", "text", "text or json")
	cmd.AddCommand(newUsagePutCommand(a), newUsageSimulateCommand(a), newUsageListCommand(a))
	return cmd
}

func newUsagePutCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "put FILE…",
		Short: "Bring files of usage in: usage records, Cost and Usage Reports, FOCUS",
		Long: `Brings files of usage in: simple usage records (CSV, JSON lines), Cost and Usage Reports (CUR 1, CUR 2.0) and FOCUS 1.0 to
1.2, plain, in gzip or in Parquet; what a file is its header tells. "-" is the standard input.

Usage records are rated with the price book; reports have their prices. Rows that cannot be read are named by file and
line on standard error, and set aside. A file counts once, however often, under whatever name and however packed it is
brought in. Of a file that ends too early nothing is taken. Late usage opens its month's bill again.

Exit codes: 0 everything is taken in; 1 a file or a row of one is not.`,
		Example: "  umbel usage put usage.csv\n  umbel usage put cur/*.csv.gz --account acme\n  zcat usage.jsonl.gz | umbel usage put -",
		Args:    cobra.MinimumNArgs(1),
		RunE:    a.putUsage,
	}
}

func (a *app) putUsage(cmd *cobra.Command, files []string) error {
	client, err := a.operator(cmd)
	if err != nil {
		return err
	}
	account, _ := cmd.Flags().GetString("account")
	answers := []operator.ImportAnswer{}
	whole := true
	for _, name := range files {
		answer, err := a.putFile(cmd, client, account, name)
		if err != nil {
			return err
		}
		for _, p := range answer.Problems {
			fmt.Fprintln(a.stderr, p)
		}
		if more := answer.SetAside - int64(len(answer.Problems)); more > 0 && !answer.Before {
			fmt.Fprintf(a.stderr, "%s: %d more rows are set aside\n", name, more)
		}
		whole = whole && (answer.SetAside == 0 || answer.Before)
		answers = append(answers, answer)
	}
	err = a.print(cmd, answers, func() {
		for i := range answers {
			fmt.Fprintln(a.stdout, importLine(files[i], &answers[i]))
		}
	})
	if err == nil && !whole {
		return exitError(1)
	}
	return err
}

// importLine says what became of a file.
func importLine(name string, r *operator.ImportAnswer) string {
	switch {
	case r.Before:
		return fmt.Sprintf("%s: imported before, as %s: it counts once", name, r.Name)
	case r.Taken == 0:
		return fmt.Sprintf("%s: %s, no row is taken in", name, r.Format)
	}
	text := fmt.Sprintf("%s: %s, %d rows taken in, of %s", name, r.Format, r.Taken, strings.Join(r.Months, ", "))
	if r.SetAside > 0 {
		text += fmt.Sprintf("; %d set aside", r.SetAside)
	}
	return text
}

// putFile sends a file, and tells how far it has come where somebody looks on.
func (a *app) putFile(cmd *cobra.Command, client *operator.Client, account, name string) (operator.ImportAnswer, error) {
	source := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return operator.ImportAnswer{}, err
		}
		defer f.Close()
		source = f
	}
	counted := &countingReader{from: source}
	defer a.progress(func() string { return fmt.Sprintf("%s: %d MiB sent", name, counted.bytes.Load()>>20) })()
	answer, err := client.Import(cmd.Context(), account, filepath.Base(name), counted)
	if err != nil {
		return answer, fmt.Errorf("%s: %w", name, err)
	}
	return answer, nil
}

type countingReader struct {
	from  io.Reader
	bytes atomic.Int64
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.bytes.Add(int64(n))
	return n, err
}

func newUsageListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List what was brought in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			costs, err := a.costs(cmd)
			if err != nil {
				return err
			}
			return a.print(cmd, costs.Imports, func() {
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "AT\tNAME\tFORMAT\tROWS\tSET ASIDE\tMONTHS\tDIGEST")
				for _, i := range costs.Imports {
					fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\t%.12s\n", i.At.Format(time.RFC3339), i.Name, i.Format, i.Taken, i.Bad, strings.Join(i.Months, " "), i.Digest)
				}
				w.Flush()
			})
		},
	}
}
