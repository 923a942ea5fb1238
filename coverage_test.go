package umbel_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"umbel/internal/model"
	"umbel/internal/op"
	"umbel/internal/server"
	"umbel/internal/wire"
)

var update = flag.Bool("update", false, "rewrite docs/coverage.md")

// TestCoverage wants every operation of every imported API model to be either declared or on its service's list of
// operations not offered, never both and never neither; every declared type to carry every member of the model; and
// docs/coverage.md to say what is true.
func TestCoverage(t *testing.T) {
	var page strings.Builder
	page.WriteString(coverageIntro)
	declared := map[string]op.Service{}
	for _, s := range server.Registry(nil, nil, nil).Services() {
		declared[s.ID] = s
	}
	for _, id := range model.Services() {
		m, err := model.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		s, ok := declared[id]
		if !ok {
			t.Errorf("the model of %s is imported and no service declares its operations", id)
			continue
		}
		delete(declared, id)
		checkService(t, m, s)
		describeService(&page, m, s)
	}
	for id := range declared {
		t.Errorf("service %s is declared and has no API model", id)
	}
	have, err := os.ReadFile("docs/coverage.md")
	if *update {
		err = os.WriteFile("docs/coverage.md", []byte(page.String()), 0o644)
	} else if string(have) != page.String() {
		t.Errorf("docs/coverage.md is out of date: go test . -run TestCoverage -update")
	}
	if err != nil {
		t.Error(err)
	}
}

func checkService(t *testing.T, m *model.Service, s op.Service) {
	t.Helper()
	served := map[string]bool{}
	for _, o := range s.Operations {
		served[o.Name] = true
		mo, ok := m.Operations[o.Name]
		if !ok {
			t.Errorf("%s.%s is declared and not in the model", s.ID, o.Name)
			continue
		}
		for what, missing := range map[string][]string{"input": wire.Unbound(mo.Input, o.In), "output": wire.Unbound(mo.Output, o.Out)} {
			if len(missing) > 0 {
				t.Errorf("%s.%s: its %s type cannot carry %s", s.ID, o.Name, what, strings.Join(missing, ", "))
			}
		}
	}
	for _, name := range s.NotOffered {
		if _, ok := m.Operations[name]; !ok {
			t.Errorf("%s.%s is listed as not offered and not in the model", s.ID, name)
		}
		if served[name] {
			t.Errorf("%s.%s is declared and listed as not offered", s.ID, name)
		}
	}
	for name := range m.Operations {
		if !served[name] && !slices.Contains(s.NotOffered, name) {
			t.Errorf("%s.%s is neither declared nor listed as not offered", s.ID, name)
		}
	}
}

const coverageIntro = `# What is served, and what is not

Made from the registry of operations (` + "`go test . -run TestCoverage -update`" + `). An operation that is not offered, and
every operation of every other service, is authenticated, authorized and recorded all the same ([how](unserved-services.md)), and answers with a typed error in its
service's own dialect; no operation pretends.

`

func describeService(page *strings.Builder, m *model.Service, s op.Service) {
	fmt.Fprintf(page, "## %s: %d of %d operations\n\n", s.ID, len(s.Operations), len(m.Operations))
	byAccess := map[op.Access][]string{}
	for _, o := range s.Operations {
		byAccess[o.Access] = append(byAccess[o.Access], o.Name)
	}
	for _, row := range []struct {
		title string
		names []string
	}{{"Reads", byAccess[op.Read]}, {"Writes", byAccess[op.Write]}, {"Not offered", slices.Clone(s.NotOffered)}} {
		if len(row.names) == 0 {
			continue
		}
		slices.Sort(row.names)
		fmt.Fprintf(page, "**%s:** %s\n\n", row.title, strings.Join(slices.Compact(row.names), " · "))
	}
}

// TestJobsAreDeclared wants background work to be declared by the services, like operations.
func TestJobsAreDeclared(t *testing.T) {
	kinds := map[string]bool{}
	for _, s := range server.Registry(nil, nil, nil).Services() {
		for _, j := range s.Jobs {
			if !strings.HasPrefix(j.Kind, s.ID+":") {
				t.Errorf("job %s is declared by %s", j.Kind, s.ID)
			}
			kinds[j.Kind] = true
		}
	}
	if len(kinds) == 0 {
		t.Errorf("no jobs: %v", slices.Sorted(maps.Keys(kinds)))
	}
}
