package bcmdataexports

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"umbel/internal/exports"
	"umbel/internal/fault"
	model "umbel/internal/model/bcmdataexports"
	"umbel/internal/op"
)

// mostTags is how many tags an export can have (AWS General Reference, "Tagging your AWS resources").
const mostTags = 50

func tagResource() *op.Operation {
	return op.Define(op.Decl[model.TagResourceInput, model.TagResourceOutput]{
		Service: service, Name: "TagResource", Access: op.Write, Scope: exports.Scope[model.TagResourceInput],
		Targets: func(c *op.Call, in *model.TagResourceInput) ([]op.Target, error) {
			return target(c, in.ResourceArn, op.RequestTags(in.ResourceTags, func(t *model.ResourceTag) (string, string) { return *t.Key, *t.Value })...), nil
		},
		Run: func(c *op.Call, in *model.TagResourceInput) (*model.TagResourceOutput, error) {
			e, err := found(c, in.ResourceArn)
			if err != nil {
				return nil, err
			}
			tags, err := tagsOf(in.ResourceTags)
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
			return target(c, in.ResourceArn, op.TagKeys(in.ResourceTagKeys)), nil
		},
		Run: func(c *op.Call, in *model.UntagResourceInput) (*model.UntagResourceOutput, error) {
			e, err := found(c, in.ResourceArn)
			if err != nil {
				return nil, err
			}
			return &model.UntagResourceOutput{}, c.Cost().UntagExport(e.Key, in.ResourceTagKeys)
		},
	})
}

func listTagsForResource() *op.Operation {
	return op.Define(op.Decl[model.ListTagsForResourceInput, model.ListTagsForResourceOutput]{
		Service: service, Name: "ListTagsForResource", Access: op.Read, Scope: exports.ReadScope[model.ListTagsForResourceInput],
		Targets: func(c *op.Call, in *model.ListTagsForResourceInput) ([]op.Target, error) {
			return target(c, in.ResourceArn), nil
		},
		Run: func(c *op.Call, in *model.ListTagsForResourceInput) (*model.ListTagsForResourceOutput, error) {
			e, err := found(c, in.ResourceArn)
			if err != nil {
				return nil, err
			}
			after := func(key string) iter.Seq2[string, string] {
				return func(yield func(string, string) bool) {
					for _, k := range slices.Sorted(maps.Keys(e.Tags)) {
						if k > key && !yield(k, k) {
							return
						}
					}
				}
			}
			rows, next, err := op.Page(c, service+"/tags/"+e.Key, op.Value(in.NextToken), limit(in.MaxResults), after, nil)
			if err != nil {
				return nil, err
			}
			out := &model.ListTagsForResourceOutput{ResourceTags: []model.ResourceTag{}, NextToken: op.Optional(next)}
			for _, key := range rows {
				out.ResourceTags = append(out.ResourceTags, model.ResourceTag{Key: new(key), Value: new(e.Tags[key])})
			}
			return out, nil
		},
	})
}

// tagsOf takes a list of tags, in which no key may come twice, and none that are AWS's own.
func tagsOf(tags []model.ResourceTag) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range tags {
		if _, twice := out[*t.Key]; twice {
			return nil, invalid("ResourceTags", "The tag key "+*t.Key+" comes twice.")
		}
		if strings.HasPrefix(strings.ToLower(*t.Key), "aws:") {
			return nil, invalid("ResourceTags", "Tag keys that begin with aws: are reserved.")
		}
		out[*t.Key] = *t.Value
	}
	if len(out) > mostTags {
		return nil, fault.New(fault.ValidationFailed, "A resource can have at most %d tags.", mostTags)
	}
	return out, nil
}
