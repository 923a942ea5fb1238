package wire

import (
	"slices"
	"strings"

	"umbel/internal/fault"
	"umbel/internal/model"
)

// Routes are the routes of REST operations, the most specific first. They never change.
type Routes struct{ templates []template }

// NewRoutes makes the routes of the services' operations.
func NewRoutes(services ...*model.Service) *Routes {
	r := new(Routes)
	for _, s := range services {
		for _, op := range s.Operations {
			r.templates = append(r.templates, newTemplate(op))
		}
	}
	slices.SortFunc(r.templates, func(a, b template) int {
		if d := a.before(b); d != 0 {
			return d
		}
		if d := strings.Compare(a.op.Name, b.op.Name); d != 0 {
			return d
		}
		return strings.Compare(a.op.Service.ID, b.op.Service.ID)
	})
	return r
}

// Find routes by method, path, and what the operations want in query and headers. A request that lacks only that gets the
// operation all the same: validation will say what is missing. One that fits no operation is fault.UnknownOperation.
func (r *Routes) Find(req *Request) (*model.Operation, error) {
	query, err := parseForm(req.RawQuery)
	if err != nil {
		return nil, err
	}
	var other *model.Operation // fits, but for what it demands
	for _, t := range r.templates {
		if t.op.Method != req.Method || !t.matchQuery(query) {
			continue
		}
		if _, ok := t.match(req.Path); !ok {
			continue
		}
		if t.matchDemanded(req, query) {
			return t.op, nil
		}
		other = t.op
	}
	if other != nil {
		return other, nil
	}
	return nil, fault.New(fault.UnknownOperation, "")
}

// Labels gives the values that a path has for the labels of an operation's route, decoded.
func Labels(op *model.Operation, path string) map[string]string {
	labels, _ := newTemplate(op).match(path)
	return labels
}
