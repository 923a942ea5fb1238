// Package cur owns the operations of AWS Cost and Usage Reports that Umbel serves: report definitions, which are exports of the legacy kind.
package cur

import (
	"strings"

	"umbel/internal/domain/cost"
	"umbel/internal/exports"
	"umbel/internal/fault"
	model "umbel/internal/model/cur"
	"umbel/internal/op"
)

const service = "cur"

// Service declares AWS Cost and Usage Reports.
func Service() op.Service {
	return op.Service{
		ID: service,
		Operations: []*op.Operation{
			putReportDefinition(), modifyReportDefinition(), deleteReportDefinition(), describeReportDefinitions(),
			tagResource(), untagResource(), listTagsForResource(),
		},
	}
}

// target is the report that a call is about, with its tags if it is there (Service Authorization Reference, cur).
func target(c *op.Call, name string, keys ...op.Key) []op.Target {
	t := op.Target{Resource: "arn:aws:cur:us-east-1:" + string(c.Caller.Account) + ":definition/" + name, Keys: keys}
	if e, ok := c.Cost().Export(cost.ReportExport + name); ok {
		t.Tags = e.Tags
	}
	return []op.Target{t}
}

func invalid(format string, args ...any) error {
	return fault.New(fault.ValidationFailed, format, args...)
}

// missing is how the operations that have no other error say that there is no such report.
func missing(name string) error { return invalid("No report found with name: %s", name) }

func tagResource() *op.Operation {
	return op.Define(op.Decl[model.TagResourceInput, model.TagResourceOutput]{
		Service: service, Name: "TagResource", Access: op.Write, Scope: exports.Scope[model.TagResourceInput],
		Targets: func(c *op.Call, in *model.TagResourceInput) ([]op.Target, error) {
			return target(c, *in.ReportName, requestTags(in.Tags)...), nil
		},
		Run: func(c *op.Call, in *model.TagResourceInput) (*model.TagResourceOutput, error) {
			e, err := tagged(c, *in.ReportName)
			if err != nil {
				return nil, err
			}
			tags, err := tagsOf(in.Tags)
			if err != nil {
				return nil, err
			}
			return &model.TagResourceOutput{}, c.Cost().TagExport(e.Key, tags, mostTags)
		},
	})
}

func untagResource() *op.Operation {
	return op.Define(op.Decl[model.UntagResourceInput, model.UntagResourceOutput]{
		Service: service, Name: "UntagResource", Access: op.Write, Scope: exports.Scope[model.UntagResourceInput],
		Targets: func(c *op.Call, in *model.UntagResourceInput) ([]op.Target, error) {
			return target(c, *in.ReportName, op.TagKeys(in.TagKeys)), nil
		},
		Run: func(c *op.Call, in *model.UntagResourceInput) (*model.UntagResourceOutput, error) {
			e, err := tagged(c, *in.ReportName)
			if err != nil {
				return nil, err
			}
			return &model.UntagResourceOutput{}, c.Cost().UntagExport(e.Key, in.TagKeys)
		},
	})
}

func listTagsForResource() *op.Operation {
	return op.Define(op.Decl[model.ListTagsForResourceInput, model.ListTagsForResourceOutput]{
		Service: service, Name: "ListTagsForResource", Access: op.Read, Scope: exports.ReadScope[model.ListTagsForResourceInput],
		Targets: func(c *op.Call, in *model.ListTagsForResourceInput) ([]op.Target, error) {
			return target(c, *in.ReportName), nil
		},
		Run: func(c *op.Call, in *model.ListTagsForResourceInput) (*model.ListTagsForResourceOutput, error) {
			e, err := tagged(c, *in.ReportName)
			if err != nil {
				return nil, err
			}
			return &model.ListTagsForResourceOutput{Tags: shownTags(e.Tags)}, nil
		},
	})
}

// mostTags is how many tags a report can have (model, Tag).
const mostTags = 50

func tagged(c *op.Call, name string) (*cost.Export, error) {
	if e, ok := c.Cost().Export(cost.ReportExport + name); ok {
		return e, nil
	}
	return nil, fault.New(fault.NotFound, "The specified report (%s) doesn't exist.", name)
}

func requestTags(tags []model.Tag) []op.Key {
	return op.RequestTags(tags, func(t *model.Tag) (string, string) { return *t.Key, *t.Value })
}

// tagsOf takes a list of tags; of a key that comes twice the last value counts, as if they were added one by one (model, Tag).
func tagsOf(tags []model.Tag) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range tags {
		if strings.HasPrefix(strings.ToLower(*t.Key), "aws:") {
			return nil, invalid("Tag keys that begin with aws: are reserved.")
		}
		out[*t.Key] = *t.Value
	}
	if len(out) > mostTags {
		return nil, invalid("A report can have at most %d tags.", mostTags)
	}
	return out, nil
}
