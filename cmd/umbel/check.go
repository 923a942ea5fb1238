package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"umbel/internal/domain/cost"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
)

// checkFlags are what `check` can be told.
type checkFlags struct {
	data     string
	database string
	output   string
}

func newCheckCommand(a *app) *cobra.Command {
	f := &checkFlags{}
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Rebuild the state from its records and compare it with its history",
		Long: `Rebuild the state of every organization and account from its records, and again by folding all changes from the
first, and compare the two, the revisions, and the places where access keys, e-mail addresses and memberships point to.
It only reads, and may run beside a server. The exit code is 1 if anything differs.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.data, "data", "", "data directory (default $XDG_DATA_HOME/umbel)")
	cmd.Flags().StringVar(&f.database, "database", "", "PostgreSQL that keeps the state, as postgres://…, instead of the data directory")
	cmd.Flags().StringVar(&f.output, "output", "text", "text or json")
	cmd.MarkFlagsMutuallyExclusive("data", "database")
	return cmd
}

func (a *app) check(ctx context.Context, f *checkFlags) (err error) {
	if f.output != "text" && f.output != "json" {
		return fmt.Errorf("--output %s: want text or json", f.output)
	}
	database := f.database
	if database == "" {
		dir, err := a.dataDir(f.data)
		if err != nil {
			return err
		}
		database = filepath.Join(dir, "umbel.db")
		if _, err := os.Stat(database); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no store in %s: name its directory with --data, or its PostgreSQL with --database", dir)
		}
	}
	engine, err := sqlstore.OpenReadOnly(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	report, err := store.Check(ctx, engine, op.Schema, store.CheckOptions{Locators: stateLocators})
	if err != nil {
		return err
	}
	if f.output == "json" {
		err = json.NewEncoder(a.stdout).Encode(report)
	} else {
		err = a.printReport(report)
	}
	if err == nil && !report.Clean() {
		return exitError(1)
	}
	return err
}

func (a *app) printReport(r store.Report) error {
	for _, d := range r.Differences {
		if _, err := fmt.Fprintln(a.stdout, d); err != nil {
			return err
		}
	}
	verdict := "clean"
	if n := len(r.Differences); n > 0 {
		verdict = fmt.Sprintf("%d differences", n)
	}
	_, err := fmt.Fprintf(a.stdout, "%d partitions, %d records, %d changes, %d locators: %s\n", r.Partitions, r.Records, r.Changes, r.Locators, verdict)
	return err
}

// stateLocators gives the keys that must point to a partition, by what is in it.
func stateLocators(p store.Partition, s store.State) []string {
	var keys []string
	switch s := s.(type) {
	case *iam.State:
		if a, ok := s.Account(); ok {
			keys = append(keys, op.EmailLocator(strings.ToLower(a.Email)))
			if a.Alias != "" {
				keys = append(keys, op.AliasLocator(a.Alias))
			}
		}
		for id := range s.Keys.All() {
			keys = append(keys, op.KeyLocator(id))
		}
	case *org.State:
		for _, a := range s.Accounts("") {
			keys = append(keys, op.MemberLocator(a.ID))
		}
	case *cost.State:
		owner := ident.AccountID(strings.TrimPrefix(string(p), string(op.CostPartition(""))))
		if s.Months.Len() > 0 {
			keys = append(keys, op.PayerLocator(owner))
		}
		if s.Plans.Len() > 0 {
			keys = append(keys, op.CommitmentLocator(owner))
		}
	}
	return keys
}
