// Package umbel_test checks the rules of the house that no compiler knows: who may import whom, that every package says
// what it owns, how long a file and a function may grow, and that no hidden wiring creeps in.
package umbel_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "umbel"

// source is one parsed Go file of the repository.
type source struct {
	path string // slash-separated, from the root
	pkg  string // its directory
	test bool
	gen  bool
	file *ast.File
	fset *token.FileSet
}

// sources parses every Go file of the repository.
func sources(t *testing.T) []source {
	t.Helper()
	fset := token.NewFileSet()
	var out []source
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); p != "." && (name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		p = filepath.ToSlash(p)
		out = append(out, source{path: p, pkg: path.Dir(p), test: strings.HasSuffix(p, "_test.go"), gen: ast.IsGenerated(f), file: f, fset: fset})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("found only %d Go files: is this the root of the repository?", len(out))
	}
	return out
}

func (s source) imports() []string {
	var out []string
	for _, i := range s.file.Imports {
		out = append(out, strings.Trim(i.Path.Value, `"`))
	}
	return out
}

// layer is the row of the import law a package belongs to (docs/architecture.md, "Who may import whom").
type layer struct {
	name     string
	packages []string // a trailing /* takes in everything below
	may      []string // packages of this module; a trailing /* takes in everything below
	never    []string // packages of the standard library and others
	onlyStd  bool
}

var base = []string{"iampolicy", "iampolicy/*", "sigv4"}
var nouns = append([]string{"internal/ident", "internal/fault", "internal/table", "internal/seal", "internal/jsonquote", "internal/recent", "internal/decimal"}, base...)
var stateLayer = append([]string{"internal/ledger", "internal/store", "internal/store/sqlstore", "internal/audit"}, nouns...)
var callLayer = append([]string{"internal/domain/*", "internal/op", "internal/authz"}, stateLayer...)

var costLayer = append([]string{"internal/alert", "internal/bills", "internal/costlines", "internal/usage"}, callLayer...)

var impure = []string{"net/http", "database/sql", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "os"}

var law = []layer{
	{name: "public libraries", packages: []string{"iampolicy", "iampolicy/*"}, may: []string{"iampolicy/*"}, onlyStd: true, never: []string{"net/http", "os", "log/slog", "regexp"}},
	{name: "public libraries", packages: []string{"sigv4"}, onlyStd: true},
	{name: "nouns", packages: []string{"internal/ident", "internal/fault", "internal/table", "internal/seal", "internal/jsonquote", "internal/recent", "internal/decimal"}, may: base},
	{name: "domain", packages: []string{"internal/domain/org"}, may: nouns, never: impure},
	{name: "domain", packages: []string{"internal/domain/iam"}, may: nouns, never: impure},
	{name: "domain", packages: []string{"internal/domain/billing"}, may: nouns, never: impure},
	{name: "domain", packages: []string{"internal/domain/cost"}, may: append([]string{"internal/domain/billing"}, nouns...), never: impure},
	{name: "files", packages: []string{"internal/lineblock"}, may: append([]string{"internal/domain/billing"}, nouns...), never: impure},
	{name: "files", packages: []string{"internal/usage"}, may: append([]string{"internal/domain/billing", "internal/lineblock"}, nouns...), never: []string{"net/http", "database/sql", "os"}},
	{name: "state", packages: []string{"internal/ledger"}, may: nouns},
	{name: "state", packages: []string{"internal/store"}, may: append([]string{"internal/ledger"}, nouns...), never: []string{"database/sql"}},
	{name: "state", packages: []string{"internal/store/sqlstore"}, may: append([]string{"internal/ledger", "internal/store"}, nouns...)},
	{name: "state", packages: []string{"internal/audit"}, may: append([]string{"internal/ledger"}, nouns...), never: []string{"database/sql"}},
	{name: "state", packages: []string{"internal/costlines"}, may: append([]string{"internal/domain/billing", "internal/lineblock"}, nouns...), never: []string{"net/http", "database/sql"}},
	{name: "state", packages: []string{"internal/costlines/clickhouse"}, may: append([]string{"internal/costlines", "internal/domain/billing"}, nouns...), never: []string{"net/http", "database/sql"}},
	{name: "state", packages: []string{"internal/metering"}, may: append([]string{"internal/domain/billing"}, nouns...), never: []string{"net/http", "database/sql"}},
	{name: "calls", packages: []string{"internal/op", "internal/authz"}, may: callLayer, never: []string{"database/sql"}},
	{name: "alerts", packages: []string{"internal/alert"}, may: callLayer, never: []string{"database/sql"}},
	{name: "bills", packages: []string{"internal/bills"}, may: append([]string{"internal/costlines", "internal/lineblock", "internal/metering", "internal/usage"}, callLayer...), never: []string{"net/http", "database/sql"}},
	{name: "bills", packages: []string{"internal/exports"}, may: costLayer, never: []string{"database/sql"}},
	{name: "services", packages: []string{"internal/api/organizations"}, may: append([]string{"internal/model/organizations"}, callLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/iam"}, may: append([]string{"internal/model/iam"}, callLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/sts"}, may: append([]string{"internal/model/sts"}, callLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/cloudtrail"}, may: append([]string{"internal/model/cloudtrail"}, callLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/why"}, may: callLayer, never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/accessanalyzer"}, may: append([]string{"internal/model/accessanalyzer"}, callLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/bcmdataexports"}, may: append([]string{"internal/model/bcmdataexports", "internal/exports"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/billing"}, may: append([]string{"internal/model/billing"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/budgets"}, may: append([]string{"internal/model/budgets"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/ce"}, may: append([]string{"internal/model/ce"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/cloudwatch"}, may: append([]string{"internal/model/cloudwatch"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/cur"}, may: append([]string{"internal/model/cur", "internal/exports"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/freetier"}, may: append([]string{"internal/model/freetier"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/invoicing"}, may: append([]string{"internal/model/invoicing"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/pricing"}, may: append([]string{"internal/model/pricing"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/api/savingsplans"}, may: append([]string{"internal/model/savingsplans"}, costLayer...), never: []string{"net/http", "database/sql"}},
	{name: "services", packages: []string{"internal/jobs"}, may: callLayer, never: []string{"net/http", "database/sql"}},
	{name: "models", packages: []string{"internal/model"}, may: nouns},
	{name: "models", packages: []string{"internal/model/*"}},
	{name: "models", packages: []string{"internal/catalog"}, may: []string{"internal/model"}},
	{name: "edge", packages: []string{"internal/unserved"}, may: append([]string{"internal/model", "internal/catalog", "internal/wire", "iampolicy/actions"}, callLayer...), never: []string{"database/sql"}},
	{name: "edge", packages: []string{"internal/wire"}, may: append([]string{"internal/model"}, callLayer...), never: []string{"database/sql"}},
	{name: "edge", packages: []string{"internal/gateway"}, may: append([]string{"internal/model", "internal/wire", "internal/unserved"}, callLayer...), never: []string{"database/sql"}},
	{name: "files", packages: []string{"internal/billtext"}, may: append([]string{"internal/domain/billing"}, nouns...), never: []string{"net/http", "database/sql", "os"}},
	{name: "files", packages: []string{"internal/billterms"}, may: append([]string{"internal/domain/billing", "internal/yamlfile"}, nouns...), never: []string{"net/http", "database/sql", "os"}},
	{name: "files", packages: []string{"internal/yamlfile"}, may: base, never: []string{"net/http", "database/sql", "os"}},
	{name: "files", packages: []string{"internal/policytest"}, may: append([]string{"iampolicy/*", "internal/yamlfile", "internal/orgfile", "internal/domain/iam"}, base...), never: []string{"net/http", "database/sql"}},
	{name: "clients", packages: []string{"internal/orgfile"}, may: append([]string{"internal/yamlfile"}, base...), never: []string{"database/sql"}},
}

func covers(list []string, pkg string) bool {
	return slices.ContainsFunc(list, func(p string) bool {
		if dir, ok := strings.CutSuffix(p, "/*"); ok {
			return strings.HasPrefix(pkg, dir+"/")
		}
		return p == pkg
	})
}

// TestImportLaw holds the table of docs/architecture.md: whoever breaks a row has found either a mistake or a better plan,
// and a better plan changes the document too.
func TestImportLaw(t *testing.T) {
	used := map[int]bool{}
	for _, s := range sources(t) {
		row := slices.IndexFunc(law, func(l layer) bool { return covers(l.packages, s.pkg) })
		if row < 0 || s.test {
			continue // wiring may import anything, and so may tests
		}
		l := law[row]
		used[row] = true
		for _, imp := range s.imports() {
			own, inside := strings.CutPrefix(imp, module+"/")
			switch {
			case inside && own != s.pkg && !covers(l.may, own):
				t.Errorf("%s (%s) must not import %s", s.path, l.name, own)
			case covers(l.never, imp):
				t.Errorf("%s (%s) must not import %s", s.path, l.name, imp)
			case l.onlyStd && strings.Contains(strings.Split(imp, "/")[0], "."):
				t.Errorf("%s is a public library: the standard library only, not %s", s.path, imp)
			}
		}
	}
	for i, l := range law {
		if !used[i] {
			t.Errorf("the law speaks of %v, and there is no such package: was it renamed?", l.packages)
		}
	}
}

// TestPackageDocs wants every package to say what it owns.
func TestPackageDocs(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		documented[s.pkg] = documented[s.pkg] || len(s.file.Doc.Text()) > 60
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no package comment that says what it owns", pkg)
		}
	}
}

// Sizes beyond which a reader gets lost.
const (
	maxFile = 600
	maxFunc = 80
)

// TestSizes bounds files and functions.
func TestSizes(t *testing.T) {
	for _, s := range sources(t) {
		if s.gen {
			continue
		}
		if n := s.fset.Position(s.file.FileEnd).Line; n > maxFile {
			t.Errorf("%s has %d lines, more than %d: split it", s.path, n, maxFile)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			from, to := s.fset.Position(f.Pos()).Line, s.fset.Position(f.End()).Line
			if to-from+1 > maxFunc {
				t.Errorf("%s:%d: %s has %d lines, more than %d: split it", s.path, from, f.Name.Name, to-from+1, maxFunc)
			}
		}
	}
}

// TestNoHiddenWiring refuses init functions: everything is wired where one can read it.
func TestNoHiddenWiring(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s: %s: wire in plain sight, not in init", s.path, s.fset.Position(f.Pos()))
			}
		}
	}
}

// TestInjectedTime refuses the wall clock in the domain, the policy engine and the services, and sleeping in tests: time is passed in.
func TestInjectedTime(t *testing.T) {
	pure := []string{"internal/domain/*", "internal/api/*", "iampolicy", "iampolicy/*", "internal/authz", "internal/op"}
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok || x.Name != "time" {
				return true
			}
			at := s.fset.Position(sel.Pos())
			if !s.test && covers(pure, s.pkg) && slices.Contains([]string{"Now", "Since", "Until", "After", "Sleep"}, sel.Sel.Name) {
				t.Errorf("%s: time.%s: time is passed in here", at, sel.Sel.Name)
			}
			if s.test && sel.Sel.Name == "Sleep" {
				t.Errorf("%s: time.Sleep in a test: wait for the event, or use testing/synctest", at)
			}
			return true
		})
	}
}

// TestModuleFile keeps the module free of replacements.
func TestModuleFile(t *testing.T) {
	raw, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(raw), "module "+module+"\n") {
		t.Errorf("go.mod does not name the module %q", module)
	}
	for _, line := range strings.Split(string(raw), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "replace") {
			t.Errorf("go.mod: %s: a replaced module builds here and nowhere else", line)
		}
	}
}
