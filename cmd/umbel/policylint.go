package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"umbel/iampolicy"
	"umbel/internal/orgfile"
	"umbel/internal/yamlfile"
)

// policyKinds are the words for the kinds of policy on the command line.
var policyKinds = map[string]iampolicy.Kind{
	"identity": iampolicy.KindIdentity, "boundary": iampolicy.KindBoundary, "session": iampolicy.KindSession, "trust": iampolicy.KindTrust,
	"resource": iampolicy.KindResource, "scp": iampolicy.KindServiceControl, "rcp": iampolicy.KindResourceControl, "delegation": iampolicy.KindDelegation,
}

// severities are the words for the types of finding, from the gravest.
var severities = []iampolicy.FindingType{iampolicy.FindingError, iampolicy.FindingSecurityWarning, iampolicy.FindingWarning, iampolicy.FindingSuggestion}

// lintRow is one finding in a file.
type lintRow struct {
	File    string                `json:"file"`
	Policy  string                `json:"policy,omitempty"` // in an organization file
	Line    int                   `json:"line"`
	Column  int                   `json:"column"`
	Type    iampolicy.FindingType `json:"type"`
	Code    string                `json:"code"`
	Message string                `json:"message"`
	Path    string                `json:"path"` // within the policy
	Learn   string                `json:"learnMore,omitempty"`
}

// newPolicyLintCommand makes `umbel policy lint`.
func newPolicyLintCommand(a *app) *cobra.Command {
	var kind, output, severity string
	cmd := &cobra.Command{
		Use:   "lint FILE…",
		Short: "Find what is wrong, dangerous or needless in policies",
		Long: `Checks each policy, JSON or YAML, and each policy of an organization file, and tells with file, line and column what does not
work (ERROR), allows more than it should (SECURITY_WARNING), does not do what it seems to (WARNING) or could be simpler
(SUGGESTION). Names and texts are those of IAM Access Analyzer where it has the finding; docs/policy-findings.md lists them.
Without --kind, a policy with principals is a resource's, or a trust policy if all it speaks of is assuming a role, and any
other is an identity's; the policies of an organization file are of the kind that it says.

Exit codes: 0 nothing found; 1 something found; 2 wrong usage, or a file that cannot be read.`,
		Example: "  umbel policy lint policy.json\n  umbel policy lint --kind scp guardrails/*.json\n  umbel policy lint --severity warning --output sarif organization.yaml > lint.sarif",
	}
	cmd.Flags().StringVar(&kind, "kind", "", "the kind of the policies: "+strings.Join(kindWords(), ", "))
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text, json or sarif")
	cmd.Flags().StringVar(&severity, "severity", "suggestion", "the least grave findings to tell of: error, security-warning, warning or suggestion")
	return policyCommand(a, cmd, cobra.MinimumNArgs(1), func(files []string) error {
		l, err := newFileLinter(kind, severity)
		if err != nil {
			return err
		}
		if !slices.Contains([]string{"text", "json", "sarif"}, output) {
			return fmt.Errorf("--output is text, json or sarif, not %q", output)
		}
		for _, file := range files {
			if err := l.file(file); err != nil {
				return err
			}
		}
		if err := l.report(a, output); err != nil {
			return err
		}
		if len(l.rows) > 0 {
			return policyFailed
		}
		return nil
	})
}

func kindWords() []string {
	var out []string
	for word := range policyKinds {
		out = append(out, word)
	}
	slices.Sort(out)
	return out
}

// fileLinter gathers the findings of files.
type fileLinter struct {
	kind  string
	least int // index in severities
	rows  []lintRow
}

func newFileLinter(kind, severity string) (*fileLinter, error) {
	if _, ok := policyKinds[kind]; !ok && kind != "" {
		return nil, fmt.Errorf("--kind is one of %s, not %q", strings.Join(kindWords(), ", "), kind)
	}
	word := strings.ToUpper(strings.ReplaceAll(severity, "-", "_"))
	least := slices.Index(severities, iampolicy.FindingType(word))
	if least < 0 {
		return nil, fmt.Errorf("--severity is error, security-warning, warning or suggestion, not %q", severity)
	}
	return &fileLinter{kind: kind, least: least, rows: []lintRow{}}, nil
}

// file checks a policy, or all policies of an organization file.
func (l *fileLinter) file(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !yamlfile.IsPolicy(text) {
		return l.organization(path)
	}
	w := yamlfile.Written{Text: string(text), Place: func(line, column int) yamlfile.Position {
		return yamlfile.Position{File: path, Line: line, Column: column}
	}}
	if ext := filepath.Ext(path); ext == ".yaml" || ext == ".yml" {
		if w, err = yamlfile.DecodePolicy(path, text); err != nil {
			return err
		}
	}
	kind, ok := policyKinds[l.kind]
	if !ok {
		kind = iampolicy.GuessKind(w.Text)
	}
	l.add(path, "", kind, w)
	return nil
}

// organization checks the policies of an organization file. A file that cannot be used for other reasons too is still checked.
func (l *fileLinter) organization(path string) error {
	if l.kind != "" {
		return fmt.Errorf("%s is an organization file, which says of what kind its policies are: leave --kind out", path)
	}
	f, err := orgfile.Load(path)
	if err != nil {
		return err
	}
	for _, w := range f.Written() {
		l.add(path, w.Name, w.Kind, w.Written)
	}
	return nil
}

// add adds the findings of one policy.
func (l *fileLinter) add(file, name string, kind iampolicy.Kind, w yamlfile.Written) {
	for _, f := range iampolicy.Lint(w.Text, kind) {
		if slices.Index(severities, f.Type) > l.least {
			continue
		}
		start := f.Locations[0].Start
		at := w.Place(start.Line, start.Column)
		if at.File == "" {
			at.File = file
		}
		l.rows = append(l.rows, lintRow{File: at.File, Policy: name, Line: at.Line, Column: at.Column, Type: f.Type, Code: f.Code, Message: f.Message,
			Path: f.Locations[0].Path.String(), Learn: learnMore(f)})
	}
}

// learnMore gives the address of what AWS says of a finding, "" if it does not know it.
func learnMore(f iampolicy.Finding) string {
	if f.Anchor() == "" {
		return ""
	}
	return "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#" + f.Anchor()
}

// report writes the findings as --output says.
func (l *fileLinter) report(a *app, output string) error {
	switch output {
	case "json":
		return writeJSON(a.stdout, l.rows)
	case "sarif":
		return writeJSON(a.stdout, sarif(l.rows))
	}
	return l.text(a.stdout, a.style(a.stdout))
}

// text writes a line for each finding, as compilers do, and a count if there are any.
func (l *fileLinter) text(w io.Writer, style orgfile.Style) error {
	var b strings.Builder
	for _, r := range l.rows {
		where := r.Path
		if r.Policy != "" {
			where = strings.TrimSuffix(r.Policy+", "+r.Path, ", ")
		}
		kind := style.Strong(string(r.Type))
		if r.Type == iampolicy.FindingError || r.Type == iampolicy.FindingSecurityWarning {
			kind = style.Bad(string(r.Type))
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s %s: %s", r.File, r.Line, r.Column, kind, r.Code, r.Message)
		if where != "" {
			b.WriteString("  " + style.Aside("("+where+")"))
		}
		b.WriteByte('\n')
	}
	if len(l.rows) > 0 {
		fmt.Fprintf(&b, "\n%s\n", orgfile.Count(len(l.rows), "finding"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
