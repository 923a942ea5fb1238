package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"umbel/internal/policytest"
	"umbel/internal/yamlfile"
)

// The exit codes of the commands on policies, so that a build can tell a failing test from a broken file.
const (
	policyFailed exitError = 1 // a test failed, or something was found
	policyBroken exitError = 2 // wrong usage, or a file that cannot be read
)

// newPolicyCommand groups what is done to policies without a server.
func newPolicyCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Test, check and format policies, without a server or an account",
	}
	cmd.AddCommand(newPolicyTestCommand(a), newPolicyLintCommand(a), newPolicyFormatCommand(a))
	return policyCommand(a, cmd, noSuchCommand, func([]string) error { return cmd.Help() })
}

// policyCommand makes a command whose every error, wrong usage included, ends with policyBroken.
func policyCommand(a *app, cmd *cobra.Command, args cobra.PositionalArgs, run func(args []string) error) *cobra.Command {
	broken := func(err error) error {
		var exit exitError
		var problems yamlfile.Problems
		switch {
		case err == nil || errors.As(err, &exit):
			return err
		case errors.As(err, &problems):
			fmt.Fprintln(a.stderr, problems.Error())
		default:
			fmt.Fprintln(a.stderr, "umbel:", err)
		}
		return policyBroken
	}
	cmd.Args = func(cmd *cobra.Command, given []string) error {
		return broken(args(cmd, given))
	}
	cmd.RunE = func(_ *cobra.Command, given []string) error { return broken(run(given)) }
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return broken(fmt.Errorf("%w; see: %s --help", err, cmd.CommandPath()))
	})
	return cmd
}

// newPolicyTestCommand makes `umbel policy test`.
func newPolicyTestCommand(a *app) *cobra.Command {
	var output, junit, run string
	var verbose, schema bool
	cmd := &cobra.Command{
		Use:   "test FILE…",
		Short: "Run unit tests for policies: YAML cases in, failures explained",
		Long: `Decides the cases of each file by the policies of an organization file, and by those that the cases bring, and compares
each decision with what its case expects. A failure tells which layer, policy and statement decided, and why.

Exit codes: 0 every case is as expected; 1 a case failed; 2 wrong usage, or a file that cannot be read or makes no sense.`,
		Example: `  umbel policy test examples/guardrails.test.yaml
  umbel policy test --run 'Region|root user' --verbose tests/*.yaml
  umbel policy test --junit report.xml tests/*.yaml
  umbel policy test --schema > policy-tests.schema.json`,
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text, json or junit")
	cmd.Flags().StringVar(&junit, "junit", "", "also write a JUnit report to this file")
	cmd.Flags().StringVar(&run, "run", "", "only the cases whose name matches this regular expression")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "name every case, and show every failing decision")
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON schema of a file of cases and do nothing else")
	atLeastOne := func(cmd *cobra.Command, args []string) error {
		if schema {
			return cobra.NoArgs(cmd, args)
		}
		return cobra.MinimumNArgs(1)(cmd, args)
	}
	return policyCommand(a, cmd, atLeastOne, func(files []string) error {
		if schema {
			text, err := policytest.Schema()
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(text)
			return err
		}
		if !slices.Contains([]string{"text", "json", "junit"}, output) {
			return fmt.Errorf("--output is text, json or junit, not %q", output)
		}
		results, err := policyTests(files, run)
		if err != nil {
			return err
		}
		if junit != "" {
			if err := writeReport(junit, results); err != nil {
				return err
			}
		}
		return a.reportTests(results, output, verbose)
	})
}

// policyTests runs the cases of all files. Every file is read before the first case is decided.
func policyTests(files []string, run string) ([]*policytest.Result, error) {
	name, err := regexp.Compile(run)
	if err != nil {
		return nil, fmt.Errorf("--run: %w", err)
	}
	var suites []*policytest.Suite
	var problems yamlfile.Problems
	for _, file := range files {
		s, err := policytest.Load(file)
		var some yamlfile.Problems
		switch {
		case errors.As(err, &some):
			problems = append(problems, some...)
		case err != nil:
			return nil, err
		}
		suites = append(suites, s)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	var results []*policytest.Result
	ran := 0
	for _, s := range suites {
		r := s.Run(name.MatchString)
		ran += len(r.Cases)
		results = append(results, r)
	}
	if ran == 0 {
		return nil, fmt.Errorf("--run: no case has a name that matches %q", run)
	}
	return results, nil
}

// writeReport writes a JUnit report to a file.
func writeReport(path string, results []*policytest.Result) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(policytest.JUnit(f, results), f.Close())
}

// reportTests writes results as --output says; a failed case is policyFailed.
func (a *app) reportTests(results []*policytest.Result, output string, verbose bool) error {
	var err error
	switch output {
	case "text":
		err = policytest.Report(a.stdout, results, a.style(a.stdout), verbose)
	case "json":
		err = writeJSON(a.stdout, results)
	default:
		err = policytest.JUnit(a.stdout, results)
	}
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Failed > 0 {
			return policyFailed
		}
	}
	return nil
}
