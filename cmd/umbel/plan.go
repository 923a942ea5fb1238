package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"umbel/internal/orgfile"
	"umbel/internal/yamlfile"
)

// changesPending is the exit code of `umbel plan --detailed-exitcode` when there are changes, as Terraform has it.
const changesPending exitError = 2

// newPlanCommand makes `umbel plan`.
func newPlanCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Compare the organization file with the organization, and change nothing",
		Long: `Plan checks the organization file, reads the organization, and lists the steps from one to the other.
Whatever the file does not have is left alone, unless --prune or --close-accounts is given.`,
		Example: "  umbel plan -f organization.yaml\n  umbel plan --aws --detailed-exitcode\n  umbel plan --schema > organization.schema.json",
		Args:    cobra.NoArgs,
	}
	addTargetFlags(cmd)
	addFileFlags(cmd)
	output := cmd.Flags().StringP("output", "o", "text", "text or json")
	detailed := cmd.Flags().Bool("detailed-exitcode", false, "exit with 2 when there are changes")
	schema := cmd.Flags().Bool("schema", false, "print the JSON schema of the organization file and do nothing else")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *schema {
			text, err := orgfile.Schema()
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(text)
			return err
		}
		if err := checkOutput(*output); err != nil {
			return err
		}
		_, plan, err := a.makePlan(cmd)
		if err != nil {
			return err
		}
		if *output == "json" {
			err = writeJSON(a.stdout, plan)
		} else {
			err = orgfile.RenderPlan(a.stdout, plan, a.style(a.stdout))
		}
		if err == nil && *detailed && !plan.Empty() {
			return changesPending
		}
		return err
	}
	return cmd
}

// addFileFlags gives a command the flags that say which organization file it works from and what it may take away.
func addFileFlags(cmd *cobra.Command) {
	cmd.Flags().StringP("file", "f", "organization.yaml", "the organization file, YAML or JSON")
	cmd.Flags().Bool("starter", false, "use the built-in file of a small company instead")
	cmd.Flags().Bool("prune", false, "detach and delete policies, units and tags that the file does not have")
	cmd.Flags().Bool("close-accounts", false, "close accounts that the file does not have")
	cmd.MarkFlagsMutuallyExclusive("file", "starter")
}

// organizationFile gives the file that the flags name, parsed and checked.
func organizationFile(cmd *cobra.Command) (*orgfile.File, error) {
	if starter, _ := cmd.Flags().GetBool("starter"); starter {
		return orgfile.Starter()
	}
	path, _ := cmd.Flags().GetString("file")
	f, err := orgfile.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; name a file with -f, or begin with the built-in one: --starter", err)
	}
	return f, err
}

// makePlan checks the file before the first call, then makes the plan.
func (a *app) makePlan(cmd *cobra.Command) (orgfile.Clients, *orgfile.Plan, error) {
	f, err := organizationFile(cmd)
	if err != nil {
		return orgfile.Clients{}, nil, a.problems(err)
	}
	clients, err := a.clients(cmd)
	if err != nil {
		return orgfile.Clients{}, nil, err
	}
	var o orgfile.PlanOptions
	o.Prune, _ = cmd.Flags().GetBool("prune")
	o.CloseAccounts, _ = cmd.Flags().GetBool("close-accounts")
	plan, err := orgfile.NewPlan(cmd.Context(), clients, f, o)
	return clients, plan, a.problems(err)
}

// clients opens the doors to the organization that a command speaks to.
func (a *app) clients(cmd *cobra.Command) (orgfile.Clients, error) {
	cfg, err := a.target(cmd)
	if err != nil {
		return orgfile.Clients{}, err
	}
	return orgfile.NewClients(cfg), nil
}

// problems writes what is wrong in a file, a line each, so that editors find the places; the error then only counts them.
func (a *app) problems(err error) error {
	var problems yamlfile.Problems
	if !errors.As(err, &problems) {
		return err
	}
	fmt.Fprintln(a.stderr, problems.Error())
	return fmt.Errorf("the organization file has %s; nothing was changed", orgfile.Count(len(problems), "problem"))
}

// style gives the style for a stream: coloured on a terminal unless NO_COLOR is set.
func (a *app) style(w io.Writer) orgfile.Style {
	return orgfile.Style{Color: a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb" && isTerminal(w)}
}

// isTerminal tells whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	return isatty.IsTerminal(f.Fd())
}

// checkOutput checks the --output flag.
func checkOutput(output string) error {
	if output != "text" && output != "json" {
		return fmt.Errorf("--output is text or json, not %q", output)
	}
	return nil
}

// writeJSON writes a value as indented JSON.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// readTree reads the organization as a tree.
func readTree(ctx context.Context, c orgfile.Clients) (*orgfile.Tree, error) {
	live, err := orgfile.Read(ctx, c, orgfile.ReadOptions{})
	if err != nil {
		return nil, err
	}
	if !live.Exists {
		return nil, errors.New("this account is in no organization: make one with umbel apply")
	}
	return orgfile.NewTree(live), nil
}
