package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"umbel/iampolicy"
)

// maxRequestLine bounds a line of input, in bytes: a request with every policy that quotas allow is far smaller.
const maxRequestLine = 16 << 20

// newDecideCommand decides requests from a file or the standard input, without a server.
func newDecideCommand(a *app) *cobra.Command {
	var policiesFile string
	cmd := &cobra.Command{
		Use:   "decide [--policies FILE] [FILE]",
		Short: "Decide requests: JSON lines in, decisions as JSON lines out",
		Long: `Decides one request per line by the policies it carries, or by those of --policies, the same for all.
Levels of "serviceControl" and "resourceControl" stand root first; leave "serviceControl" out for the management
account, whose principals no service control policy binds. Documents are JSON objects, or strings that hold one.
The keys that AWS derives from the principal (aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType, aws:username,
aws:PrincipalIsAWSService) are added where "context" does not state them; all others are taken as given.`,
		Example: `  umbel decide requests.jsonl
  umbel decide --policies policies.json < requests.jsonl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			shared, err := readPolicies(policiesFile)
			if err != nil {
				return err
			}
			if len(args) == 0 || args[0] == "-" {
				return decideLines("standard input", a.stdin, a.stdout, shared)
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			return errors.Join(decideLines(args[0], f, a.stdout, shared), f.Close())
		},
	}
	cmd.Flags().StringVar(&policiesFile, "policies", "", "a JSON file with the policies for all requests that carry none")
	return cmd
}

// readPolicies reads the policies for all requests; without a file there are none.
func readPolicies(file string) (*iampolicy.PolicySet, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	set, err := iampolicy.DecodePolicies(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return set, nil
}

// decideLines writes a decision for each line up to the first that is no request; the error names it. Empty lines are
// passed over.
func decideLines(name string, in io.Reader, out io.Writer, shared *iampolicy.PolicySet) error {
	w := bufio.NewWriter(out)
	encoder := json.NewEncoder(w)
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxRequestLine)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		req, policies, err := iampolicy.DecodeRequest(lines.Bytes(), shared)
		if err != nil {
			return errors.Join(w.Flush(), fmt.Errorf("%s:%d: %w", name, n, err))
		}
		if err := encoder.Encode(iampolicy.Decide(req, policies)); err != nil {
			return fmt.Errorf("writing decisions: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return errors.Join(w.Flush(), fmt.Errorf("%s:%d: %w", name, n+1, err))
	}
	return w.Flush()
}
