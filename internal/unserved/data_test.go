package unserved

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"umbel/iampolicy/actions"
	"umbel/internal/catalog"
	"umbel/internal/model"
)

// every gives all actions that an operation may ask for, conditional ones and those for versions included.
func every(m *mapping, o *model.Operation) []string {
	p, h := parameters{}, http.Header{}
	for _, a := range m.actions[o.Service.ID+" "+o.Name] {
		if a.given != "" {
			h.Set(a.given, "x")
		}
	}
	var all []string
	for _, name := range m.of(o, p, h) {
		all = append(all, name)
		if v := versioned(name, "1"); v != name {
			all = append(all, v)
		}
	}
	return all
}

// TestActionsOfS3AndLambda wants every operation of S3 and Lambda to come to actions that there are.
func TestActionsOfS3AndLambda(t *testing.T) {
	m := newMapping()
	for _, id := range []string{"s3", "lambda"} {
		s := catalog.Open().Service(id)
		if len(s.Operations) < 80 {
			t.Fatalf("%s has %d operations", id, len(s.Operations))
		}
		for _, o := range s.Operations {
			list := every(m, o)
			if len(list) == 0 {
				t.Errorf("%s.%s asks for nothing", id, o.Name)
			}
			for _, name := range list {
				if _, known := actions.Find(name); !known {
					t.Errorf("%s.%s asks for %s, which is no action", id, o.Name, name)
				}
			}
		}
	}
}

// TestActionsData wants what the data name to exist: services, operations, actions.
func TestActionsData(t *testing.T) {
	m := newMapping()
	for key, list := range m.actions {
		id, name, _ := strings.Cut(key, " ")
		s := catalog.Open().Service(id)
		if s == nil || name != "*" && s.Operations[name] == nil {
			t.Errorf("there is no operation %s", key)
			continue
		}
		for _, a := range list {
			if _, known := actions.Find(a.action); !known && !strings.Contains(a.action, "{METHOD}") {
				t.Errorf("%s asks for %s, which is no action", key, a.action)
			}
		}
	}
	for id, prefix := range m.prefixes {
		if catalog.Open().Service(id) == nil {
			t.Errorf("there is no service %s", id)
		}
		if _, known := actions.Lookup(prefix); !known && prefix != "iotjobsdata" {
			t.Errorf("%s: there is no prefix %s", id, prefix)
		}
	}
}

// TestResourcesData wants the variables of the data to stand in ARNs, and the keys to be condition keys.
func TestResourcesData(t *testing.T) {
	d := NewDeriver()
	for key := range d.fillings {
		prefix, variable, _ := strings.Cut(key, " ")
		s, known := actions.Lookup(prefix)
		if !known || !slices.ContainsFunc(s.Types, func(r actions.ResourceType) bool { return strings.Contains(r.ARN, "${"+variable+"}") }) {
			t.Errorf("no ARN of %s has ${%s}", prefix, variable)
		}
	}
	for key := range d.keySource {
		if _, known := actions.LookupKey(key); !known {
			t.Errorf("there is no condition key %s", key)
		}
	}
}

// TestMostOperationsAreActions bounds how many operations come to actions that the table does not have: these are new, or
// need no permission, or are called by other means. A service whose prefix was lost would be far beyond.
func TestMostOperationsAreActions(t *testing.T) {
	m := newMapping()
	operations, unknown := 0, map[string]int{}
	for _, s := range catalog.Open().All() {
		for _, o := range s.Operations {
			operations++
			for _, name := range every(m, o) {
				if _, known := actions.Find(name); !known && !strings.HasPrefix(name, "apigateway:") {
					unknown[s.ID]++
				}
			}
		}
	}
	total := 0
	for id, n := range unknown {
		total += n
		if n > 20 && !slices.Contains([]string{"cloudhsm", "finspace-data", "iotthingsgraph"}, id) {
			t.Errorf("%s: %d actions are not in the table", id, n)
		}
	}
	if operations < 18_000 || total > operations/100 {
		t.Errorf("of %d operations %d come to actions that the table does not have: %v", operations, total, unknown)
	}
}
