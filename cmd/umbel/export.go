package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"umbel/internal/orgfile"
)

// newExportCommand makes `umbel export`.
func newExportCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the organization as an organization file",
		Long: `Export reads the organization and writes it as an organization file: a plan of that file gives no changes.
Closed accounts and AWS's own policies are left out.`,
		Example: "  umbel export > organization.yaml\n  umbel export --aws -f organization.yaml --policies policies",
		Args:    cobra.NoArgs,
	}
	addTargetFlags(cmd)
	file := cmd.Flags().StringP("file", "f", "", "write to this new file instead of standard output")
	policies := cmd.Flags().String("policies", "", "write each policy to a file of its own in this directory, relative to the organization file")
	roles := cmd.Flags().Bool("roles", false, "export the IAM roles of the members too, read through the access role of each")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := os.Lstat(*file); *file != "" && err == nil {
			return fmt.Errorf("%s is there already: name a new file", *file)
		}
		clients, err := a.clients(cmd)
		if err != nil {
			return err
		}
		f, err := orgfile.Export(cmd.Context(), clients, orgfile.ExportOptions{Roles: *roles})
		if err != nil {
			return err
		}
		if *policies != "" {
			if err := splitPolicies(f, filepath.Dir(*file), *policies); err != nil {
				return err
			}
		}
		return a.writeExport(f, *file)
	}
	return cmd
}

// splitPolicies writes the policies to files of their own; a file that is there already is left as it is, with an error.
func splitPolicies(f *orgfile.File, base, dir string) error {
	to := dir
	if !filepath.IsAbs(dir) {
		to = filepath.Join(base, dir)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return fmt.Errorf("policies: %w", err)
	}
	return f.SplitPolicies(filepath.ToSlash(dir), func(name string, text []byte) error {
		return writeNew(filepath.Join(to, name), text)
	})
}

// writeNew writes a file that must not be there yet.
func writeNew(path string, text []byte) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return errors.Join(err, out.Close())
}

// writeExport writes the file to a path, or to standard output without one.
func (a *app) writeExport(f *orgfile.File, path string) error {
	if path == "" {
		return f.Write(a.stdout)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(f.Write(out), out.Close())
}
