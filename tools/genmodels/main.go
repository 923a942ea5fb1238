// Command genmodels makes the Go types of the served services from the committed API models:
// internal/model/<service>/{inputs,outputs,shapes,enums}.go.
//
//	go run ./tools/genmodels          # write them
//	go run ./tools/genmodels -check   # fail if the committed ones differ
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"umbel/internal/model"
)

// served are the services with served operations. The others have a model only.
var served = []string{
	"accessanalyzer", "bcm-data-exports", "billing", "budgets", "ce", "cloudtrail", "cloudwatch", "cur", "freetier", "iam", "invoicing",
	"organizations", "pricing", "savingsplans", "sts",
}

func main() {
	check := flag.Bool("check", false, "compare with the committed types instead of writing them")
	dir := flag.String("dir", "internal/model", "directory of the packages")
	flag.Parse()
	if err := run(*dir, *check); err != nil {
		fmt.Fprintln(os.Stderr, "genmodels:", err)
		os.Exit(1)
	}
}

// run generates every package, or compares when check is set.
func run(dir string, check bool) error {
	for _, id := range served {
		svc, err := model.Load(id)
		if err != nil {
			return err
		}
		files, err := generate(svc)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if !check {
			if err := os.MkdirAll(filepath.Join(dir, pkg(id)), 0o755); err != nil {
				return err
			}
		}
		for name, want := range files {
			if err := put(filepath.Join(dir, pkg(id), name), want, check); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes a file, or compares it with what is committed.
func put(name string, want []byte, check bool) error {
	if !check {
		return os.WriteFile(name, want, 0o644)
	}
	have, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, want) {
		return fmt.Errorf("%s differs from the model: run go run ./tools/genmodels", name)
	}
	return nil
}

// pkg gives the name of a service's package: its ID without hyphens.
func pkg(id string) string { return strings.ReplaceAll(id, "-", "") }
