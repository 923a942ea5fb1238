package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"umbel/iampolicy"
)

// maxRequestLine bounds a line of input, in bytes: a request with every policy that quotas allow is far smaller.
const maxRequestLine = 16 << 20

// newDecideCommand decides requests from a file or the standard input, without a server.
func newDecideCommand(a *app) *cobra.Command {
	var policiesFile, output string
	var explain bool
	cmd := &cobra.Command{
		Use:   "decide [--policies FILE] [FILE]",
		Short: "Decide requests: JSON lines in, decisions as JSON lines out",
		Long: `Decides one request per line by the policies it carries, or by those of --policies, the same for all.
Levels of "serviceControl" and "resourceControl" stand root first; leave "serviceControl" out for the management
account, whose principals no service control policy binds. Documents are JSON objects, or strings that hold one.
The keys that AWS derives from the principal (aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType, aws:username,
aws:PrincipalIsAWSService) are added where "context" does not state them; all others are taken as given.

With --explain each decision tells why: what every layer says, the statements that apply or come nearest, part by
part, the keys that are absent, and changes that would turn it; --output text words that for a person.

What is not known stands in the request's "unknown": condition keys ("aws:SourceIp"), all keys of a kind that "context"
does not state ("aws:ResourceTag/*"), "principal:arn", "principal:sessionName", "principal:uniqueId", "policy:NAME", or
"further:LAYER" for policies beyond those given; a policy may have "unknown": true instead of a document. An object
{"name": …, "present": true, "multiValued": true, "values": […]} says more about a key. The answer holds for every value,
or is "DependsOn" with the unknowns that matter and an example for either side; where finding out would take too much
work it is "Undecided", with the reason.`,
		Example: `  umbel decide requests.jsonl
  umbel decide --policies policies.json < requests.jsonl
  umbel decide --policies policies.json --explain --output text < request.json
  echo '{"principal": "…", "action": "s3:GetObject", "resource": "…", "unknown": ["aws:SourceIp"]}' | umbel decide --policies p.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			if output == "text" && !explain {
				return errors.New("--output text words explanations: give --explain too")
			}
			shared, err := readPolicies(policiesFile)
			if err != nil {
				return err
			}
			show := showDecision
			if explain {
				show = showExplanation
			}
			if output == "text" {
				show = showText
			}
			if len(args) == 0 || args[0] == "-" {
				return decideLines("standard input", a.stdin, a.stdout, shared, show)
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			return errors.Join(decideLines(args[0], f, a.stdout, shared, show), f.Close())
		},
	}
	cmd.Flags().StringVar(&policiesFile, "policies", "", "a JSON file with the policies for all requests that carry none")
	cmd.Flags().BoolVar(&explain, "explain", false, "tell why")
	cmd.Flags().StringVar(&output, "output", "json", "json, a line for each request, or with --explain text")
	return cmd
}

// show writes the decision of a request.
type show func(w io.Writer, req *iampolicy.Request, ps *iampolicy.Policies, unknowns []iampolicy.Unknown) error

func showDecision(w io.Writer, req *iampolicy.Request, ps *iampolicy.Policies, unknowns []iampolicy.Unknown) error {
	if len(unknowns) == 0 {
		return json.NewEncoder(w).Encode(iampolicy.Decide(req, ps))
	}
	d, err := iampolicy.DecidePartly(req, ps, unknowns)
	if undecided, ok := errors.AsType[*iampolicy.UndecidedError](err); ok {
		return json.NewEncoder(w).Encode(map[string]any{"decision": "Undecided", "unknown": undecided.Unknowns, "reason": undecided.Reason})
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(d)
}

// errUnknown tells that explanations need everything.
var errUnknown = errors.New("unknown: --explain needs everything known")

func showExplanation(w io.Writer, req *iampolicy.Request, ps *iampolicy.Policies, unknowns []iampolicy.Unknown) error {
	if len(unknowns) > 0 {
		return errUnknown
	}
	return json.NewEncoder(w).Encode(iampolicy.Explain(req, ps))
}

// showText separates explanations by a line.
func showText(w io.Writer, req *iampolicy.Request, ps *iampolicy.Policies, unknowns []iampolicy.Unknown) error {
	if len(unknowns) > 0 {
		return errUnknown
	}
	_, err := fmt.Fprintf(w, "%s\n%s\n", iampolicy.Explain(req, ps).Text(), strings.Repeat("-", 100))
	return err
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
func decideLines(name string, in io.Reader, out io.Writer, shared *iampolicy.PolicySet, show show) error {
	w := bufio.NewWriter(out)
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxRequestLine)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		req, policies, unknowns, err := iampolicy.DecodePartialRequest(lines.Bytes(), shared)
		if err != nil {
			return errors.Join(w.Flush(), fmt.Errorf("%s:%d: %w", name, n, err))
		}
		if err := show(w, req, policies, unknowns); err != nil {
			return errors.Join(w.Flush(), fmt.Errorf("%s:%d: %w", name, n, err))
		}
	}
	if err := lines.Err(); err != nil {
		return errors.Join(w.Flush(), fmt.Errorf("%s:%d: %w", name, n+1, err))
	}
	return w.Flush()
}
