package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"umbel/iampolicy"
	"umbel/internal/yamlfile"
)

// newPolicyFormatCommand makes `umbel policy format`.
func newPolicyFormatCommand(a *app) *cobra.Command {
	var write, check bool
	cmd := &cobra.Command{
		Use:   "format [FILE…]",
		Short: "Write policies in one layout",
		Long: `Writes each policy, or that on the standard input, in the one layout that all can share: elements in the order in which AWS
writes them, one a line. The meaning stays, and so do the order of statements and values, and whether a single value stands in
a list. With -w the files are rewritten; with --check nothing is written but the names of files that would change.

Exit codes: 0 done, or every file is formatted; 1 --check found one that is not; 2 wrong usage, or a file that is no policy.`,
		Example: "  umbel policy format policy.json\n  umbel policy format -w policies/*.json\n  umbel policy format --check policies/*.json",
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "rewrite the files that are not formatted, and name them")
	cmd.Flags().BoolVar(&check, "check", false, "name the files that are not formatted, and exit with 1 if there are any")
	return policyCommand(a, cmd, cobra.ArbitraryArgs, func(files []string) error {
		switch {
		case write && check:
			return errors.New("either -w or --check, not both")
		case len(files) == 0 && (write || check):
			return errors.New("-w and --check need files")
		case len(files) == 0:
			return a.formatInput()
		}
		changed := 0
		for _, file := range files {
			before, after, err := formatFile(file)
			if err != nil {
				return err
			}
			switch {
			case !write && !check:
				_, err = io.WriteString(a.stdout, after)
			case before != after:
				changed++
				fmt.Fprintln(a.stdout, file)
				if write {
					err = rewrite(file, after)
				}
			}
			if err != nil {
				return err
			}
		}
		if check && changed > 0 {
			return policyFailed
		}
		return nil
	})
}

// formatInput formats the policy on the standard input.
func (a *app) formatInput() error {
	text, err := io.ReadAll(a.stdin)
	if err != nil {
		return err
	}
	out, err := formatPolicy("standard input", string(text))
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, out)
	return err
}

func formatFile(path string) (before, after string, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", "", err
	}
	after, err = formatPolicy(path, string(text))
	return string(text), after, err
}

// formatPolicy formats a policy; an error is a problem with its place.
func formatPolicy(name, text string) (string, error) {
	out, err := iampolicy.Format(text)
	var syntax *iampolicy.SyntaxError
	if errors.As(err, &syntax) {
		return "", yamlfile.Problems{{Position: yamlfile.Position{File: name, Line: syntax.Line, Column: syntax.Column}, Message: syntax.Message}}
	}
	return out, err
}

// rewrite replaces a file's text in one step, so that a full disk or a kill leaves the old one; its permissions stay.
func rewrite(path, text string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	temporary := path + ".umbel-format"
	if err := os.WriteFile(temporary, []byte(text), info.Mode().Perm()); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}
