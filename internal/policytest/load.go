package policytest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/domain/iam"
	"umbel/internal/orgfile"
	"umbel/internal/yamlfile"
)

// Starter is how a file of cases names the organization that `umbel up` makes unless it is told otherwise.
const Starter = "builtin:starter"

// Suite is a file of cases that was read and checked, each expanded into its tests.
type Suite struct {
	Name  string // the file's name in messages
	Cases []Group
}

// Group is a case with the requests that it stands for.
type Group struct {
	*Case
	Position yamlfile.Position
	Tests    []Test
}

// Load reads, checks and expands a file of cases. What is wrong in it, or in the organization file that it names, comes as
// yamlfile.Problems, all of it at once.
func Load(path string) (*Suite, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text, func(name string) ([]byte, error) { return os.ReadFile(beside(path, name)) })
}

// beside gives the path of a file that another names.
func beside(file, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(file), name)
}

// Parse checks and expands the text of a file of cases, YAML or JSON; name stands for it in messages, and read gives the
// files it names.
func Parse(name string, text []byte, read func(path string) ([]byte, error)) (*Suite, error) {
	f := &File{}
	source, err := yamlfile.Decode(name, text, f, documents(read))
	if err != nil {
		return nil, err
	}
	if len(source.Problems) > 0 {
		return nil, source.Problems.Err()
	}
	l := &loader{File: f, source: source, compiled: map[string]*iampolicy.Document{}, checked: map[string]bool{}}
	if err := l.organization(read); err != nil {
		return nil, err
	}
	suite := l.suite()
	return suite, source.Problems.Err()
}

// documents gives the texts of AWS managed policies by their ARNs, and files by their paths.
func documents(read func(path string) ([]byte, error)) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if !strings.HasPrefix(name, "arn:") {
			return read(name)
		}
		text, ok := iam.AWSManagedText(name)
		if !ok {
			return nil, errors.New("AWS has no managed policy with this ARN")
		}
		return []byte(text), nil
	}
}

// loader makes the tests of a file.
type loader struct {
	*File
	source *yamlfile.Source
	world  *world

	compiled map[string]*iampolicy.Document // by text
	checked  map[string]bool                // documents by path, kind and text
}

// problem notes what is wrong with the value of a path.
func (l *loader) problem(path, format string, args ...any) { l.source.Problem(path, format, args...) }

// organization reads the organization file. Its problems are an error of their own: without it nothing else can be judged.
func (l *loader) organization(read func(path string) ([]byte, error)) error {
	var file *orgfile.File
	var err error
	switch name := l.Organization; name {
	case "":
	case Starter:
		file, err = orgfile.Starter()
	default:
		file, err = l.organizationFile(name, read)
	}
	if err != nil {
		return err
	}
	l.checkAccounts(file)
	l.world = newWorld(file, l.Accounts)
	return l.source.Problems.Err()
}

// organizationFile reads an organization file, and the policy files that it names from where it lies.
func (l *loader) organizationFile(name string, read func(path string) ([]byte, error)) (*orgfile.File, error) {
	text, err := read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.problem("organization", "there is no file %q: paths are relative to the file that names them; %s is the built-in organization", name, Starter)
		return nil, l.source.Problems.Err()
	case err != nil:
		l.problem("organization", "the file %q cannot be read: %v", name, err)
		return nil, l.source.Problems.Err()
	}
	return orgfile.Parse(name, bytes.Clone(text), func(inner string) ([]byte, error) { return read(beside(name, inner)) })
}

// checkAccounts checks the account IDs that the file gives.
func (l *loader) checkAccounts(file *orgfile.File) {
	first := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(l.Accounts)) {
		id, at := l.Accounts[name], "accounts."+name
		if !isAccountID(id) {
			l.problem(at, "%q is not an account ID: 12 digits", id)
		}
		if other, twice := first[id]; twice {
			l.problem(at, "%s is the ID of account %q: no two accounts share one", id, other)
		}
		first[id] = name
		if file == nil {
			continue
		}
		if _, _, ok := file.RolesOf(name); !ok {
			l.problem(at+".", "there is no account %q in the organization file%s", name, yamlfile.Nearest(name, (&world{file: file}).accounts()))
		}
	}
}

// suite expands every case.
func (l *loader) suite() *Suite {
	if len(l.Cases) == 0 {
		l.problem("cases", "there are no cases: a file that tests nothing would always pass")
	}
	s := &Suite{Name: l.source.Name}
	for i, keys := range l.Defaults.Context {
		(&setting{loader: l}).checkKeys(fmt.Sprintf("defaults.context[%d]", i), keys)
	}
	first := map[string]int{}
	for i := range l.Cases {
		c := &l.Cases[i]
		at := fmt.Sprintf("cases[%d]", i)
		if line, twice := first[c.Name]; twice {
			l.problem(at+".name", "the case %q is here twice; the first is at line %d", c.Name, line)
		}
		first[c.Name] = l.source.At(at + ".name").Line
		l.checkExpectation(at, c)
		s.Cases = append(s.Cases, Group{Case: c, Position: l.source.At(at), Tests: l.tests(at, c)})
	}
	return s
}

// checkExpectation finds expectations that no decision can meet.
func (l *loader) checkExpectation(at string, c *Case) {
	if c.By == nil {
		return
	}
	by := c.By
	implicit := c.Expect == "implicitDeny"
	for _, bad := range []struct {
		key   string
		given bool
		why   string
	}{
		{"policy", implicit && by.Policy != "", "an implicit deny has no policy that decided: give the layer that does not allow"},
		{"statement", implicit && by.Statement != nil, "an implicit deny has no statement that decided"},
		{"sid", implicit && by.Sid != "", "an implicit deny has no statement that decided"},
		{"target", by.Target != "" && by.Layer != "" && !strings.HasSuffix(by.Layer, "Control"), "only SCPs and RCPs are attached to a target"},
		{"layer", c.Expect == "allowed" && strings.HasSuffix(by.Layer, "Control"), "SCPs and RCPs grant nothing: what allows is the identity's or the resource's policy"},
	} {
		if bad.given {
			l.problem(at+".by."+bad.key, "%s", bad.why)
		}
	}
}
