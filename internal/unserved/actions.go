package unserved

import (
	_ "embed"
	"net/http"
	"strings"

	"umbel/iampolicy/actions"
	"umbel/internal/model"
)

//go:embed data/actions.txt
var actionsFile string

//go:embed data/prefixes.txt
var prefixesFile string

// asked is an action that an operation asks for, perhaps only of requests that have a member or header.
type asked struct{ action, given string }

// mapping is the data of actions.txt and prefixes.txt.
type mapping struct {
	actions  map[string][]asked // by "service operation"
	prefixes map[string]string  // by service
}

// newMapping reads the data.
func newMapping() *mapping {
	m := &mapping{actions: map[string][]asked{}, prefixes: map[string]string{}}
	for fields := range records(prefixesFile) {
		m.prefixes[fields[0]] = fields[1]
	}
	for fields := range records(actionsFile) {
		list := []asked{}
		for _, f := range fields[2:] {
			if f == "-" {
				continue
			}
			given, action, conditional := strings.Cut(f, "?")
			if !conditional {
				given, action = "", f
			}
			list = append(list, asked{action, given})
		}
		m.actions[fields[0]+" "+fields[1]] = list
	}
	return m
}

// records gives the lines of a data file, in fields.
func records(text string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(text) {
			fields := strings.Fields(line)
			if len(fields) > 0 && !strings.HasPrefix(fields[0], "#") && !yield(fields) {
				return
			}
		}
	}
}

// prefix gives the IAM prefix of a service: mostly the name that its requests are signed for.
func (m *mapping) prefix(svc *model.Service) string {
	if p := m.prefixes[svc.ID]; p != "" {
		return p
	}
	if _, known := actions.Lookup(svc.SigningName); !known {
		if _, known := actions.Lookup(svc.EndpointPrefix); known {
			return svc.EndpointPrefix
		}
	}
	return svc.SigningName
}

// of gives the actions that a call asks for: none for one that needs no permission.
func (m *mapping) of(op *model.Operation, p parameters, header http.Header) []string {
	list, ok := m.actions[op.Service.ID+" "+op.Name]
	if !ok {
		list, ok = m.actions[op.Service.ID+" *"]
	}
	if !ok {
		return []string{m.prefix(op.Service) + ":" + op.Name}
	}
	var out []string
	for _, a := range list {
		if a.given != "" && header.Get(a.given) == "" && !p.has(a.given) {
			continue
		}
		action := strings.ReplaceAll(a.action, "{Operation}", op.Name)
		action = strings.ReplaceAll(action, "{METHOD}", op.Method)
		out = append(out, action)
	}
	return out
}

// readOnly tells whether an action only reads, by its access level; of an action that is not in the table, by its name.
func readOnly(action string) bool {
	if a, ok := actions.Find(action); ok {
		return a.Access == actions.List || a.Access == actions.Read
	}
	_, name, _ := strings.Cut(action, ":")
	for _, verb := range []string{"Get", "List", "Describe", "Search", "Query", "Head", "BatchGet", "Lookup", "Scan"} {
		if strings.HasPrefix(name, verb) {
			return true
		}
	}
	return false
}
