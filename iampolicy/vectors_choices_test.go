package iampolicy

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// choice is a row of docs/policy-decisions.md: a rule that AWS's documentation leaves open, and the cases that hold it. The
// row names it as `TestChoices/NAME`.
type choice struct {
	name       string
	conditions []conditionChoice
	resources  []resourceChoice
	decisions  []decisionCase
	documents  []documentChoice
}

type conditionChoice struct {
	condition string
	ctx       *Context
	want      bool
}

type resourceChoice struct {
	pattern, resource string
	want              bool
}

type documentChoice struct {
	kind          Kind
	text, message string
}

// of makes a context of one key with several values.
func of(key string, values ...string) *Context {
	c := new(Context)
	c.Set(key, values...)
	return c
}

func TestChoices(t *testing.T) {
	for _, list := range [][]choice{layerChoices(), principalChoices(), elementChoices(), conditionChoices(), documentChoices()} {
		for _, c := range list {
			t.Run(c.name, func(t *testing.T) { c.run(t) })
		}
	}
}

func (c *choice) run(t *testing.T) {
	for _, x := range c.conditions {
		if got := conditionHolds(t, x.condition, x.ctx); got != x.want {
			t.Errorf("%s: %v, want %v", x.condition, got, x.want)
		}
	}
	for _, x := range c.resources {
		r := compileResource(x.pattern, true)
		if got := r.matches(x.resource, keys("aws:username", "ana", "aws:PrincipalAccount", own, "star", "*")); got != x.want {
			t.Errorf("%s against %s: %v, want %v", x.pattern, x.resource, got, x.want)
		}
	}
	for i := range c.decisions {
		c.decisions[i].run(t)
	}
	for _, x := range c.documents {
		table{x.kind}.run(t, [][2]string{{x.text, x.message}})
	}
}

// TestDecisionsNameTheirTests: every row of the page of choices names a test, every test it names exists, and no choice is
// kept from the page.
func TestDecisionsNameTheirTests(t *testing.T) {
	page, err := os.ReadFile("../docs/policy-decisions.md")
	if err != nil {
		t.Fatal(err)
	}
	known := testNames(t)
	for _, list := range [][]choice{layerChoices(), principalChoices(), elementChoices(), conditionChoices(), documentChoices()} {
		for _, c := range list {
			known["TestChoices/"+c.name] = true
			if !strings.Contains(string(page), "`TestChoices/"+c.name+"`") {
				t.Errorf("no row names TestChoices/%s", c.name)
			}
		}
	}
	name := regexp.MustCompile("`(Test[A-Za-z]+(?:/[a-z0-9-]+)?)`")
	rows := 0
	for i, line := range strings.Split(string(page), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| rule |") {
			continue
		}
		rows++
		cells := strings.Split(strings.TrimSuffix(line, " |"), " | ")
		named := name.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(named) == 0 {
			t.Errorf("line %d names no test: %s", i+1, line)
		}
		for _, n := range named {
			if !known[n[1]] {
				t.Errorf("line %d names %s, which does not exist", i+1, n[1])
			}
		}
	}
	if rows < 50 {
		t.Errorf("%d rows", rows)
	}
}

func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		tree, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}
