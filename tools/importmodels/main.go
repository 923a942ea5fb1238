// Command importmodels makes the committed API models of internal/model/data from an installed botocore: documentation
// removed, operations and shapes sorted, one of them per line, so that a new version reads as a short diff. It changes
// nothing else about a model; corrections belong in internal/model/overlay. Of all services it keeps how they are spoken to
// and the routes of their operations, in internal/catalog.
//
//	go run ./tools/importmodels            # write internal/model/data
//	go run ./tools/importmodels -check     # fail if the committed data differ from a botocore of the pinned version
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// services are the models imported, by botocore's directory name.
var services = []string{"accessanalyzer", "account", "bcm-data-exports", "billing", "budgets", "ce", "cloudtrail", "cloudwatch", "cur", "freetier",
	"iam", "invoicing", "organizations", "pricing", "savingsplans", "sts"}

func main() {
	check := flag.Bool("check", false, "compare with the committed models instead of writing them")
	dir := flag.String("dir", "internal/model/data", "directory of the committed models")
	python := flag.String("python", "python3", "Python that has botocore")
	flag.Parse()
	if err := run(os.Stdout, *dir, *python, *check); err != nil {
		fmt.Fprintln(os.Stderr, "importmodels:", err)
		os.Exit(1)
	}
}

// run imports every service, or compares when check is set.
func run(out io.Writer, dir, python string, check bool) error {
	version, data, err := locate(python)
	if err != nil {
		if check {
			fmt.Fprintln(out, "importmodels: not compared:", err)
			return nil
		}
		return err
	}
	pin := filepath.Join(dir, "BOTOCORE")
	if check {
		pinned, err := os.ReadFile(pin)
		if err != nil {
			return err
		}
		if strings.TrimSpace(string(pinned)) != version {
			fmt.Fprintf(out, "importmodels: not compared: botocore %s is installed, the models are of %s", version, pinned)
			return nil
		}
	}
	for _, s := range services {
		model, err := importService(filepath.Join(data, s))
		if err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
		if err := put(filepath.Join(dir, s+".json"), model, check); err != nil {
			return err
		}
	}
	catalog, err := importCatalog(data)
	if err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	if err := putCatalog(filepath.Join(dir, "..", "..", "catalog", "services.txt.gz"), catalog, check); err != nil {
		return err
	}
	return put(pin, []byte(version+"\n"), check)
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
		return fmt.Errorf("%s differs from the installed botocore: run go run ./tools/importmodels", name)
	}
	return nil
}

// locate asks Python for botocore's version and data directory.
func locate(python string) (version, data string, err error) {
	cmd := exec.Command(python, "-c", "import botocore; print(botocore.__version__); print(botocore.__path__[0])")
	raw, err := cmd.Output()
	if err != nil {
		return "", "", fmt.Errorf("no botocore for %s: %w", python, err)
	}
	version, path, ok := strings.Cut(strings.TrimSpace(string(raw)), "\n")
	if !ok {
		return "", "", fmt.Errorf("unexpected answer of %s: %q", python, raw)
	}
	return version, filepath.Join(path, "data"), nil
}

// importService renders the newest version of a service's model.
func importService(dir string) ([]byte, error) {
	raw, err := readService(dir)
	if err != nil {
		return nil, err
	}
	return render(bytes.NewReader(raw))
}

// readService reads the newest version of a service's model.
func readService(dir string) ([]byte, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*", "service-2.json*"))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errors.New("no model")
	}
	slices.Sort(found)
	return readCompressed(strings.TrimSuffix(found[len(found)-1], ".gz"))
}
