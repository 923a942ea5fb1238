package organizations

import (
	"maps"
	"slices"

	"umbel/internal/fault"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
)

func tagResource() *op.Operation {
	return writing("TagResource",
		func(a *authorize, in *model.TagResourceInput) []op.Target {
			return []op.Target{a.taggable(in.ResourceId, requestTags(in.Tags)...)}
		},
		func(sc *scene, in *model.TagResourceInput) (*model.TagResourceOutput, error) {
			tags, err := tagMap(in.Tags)
			if err != nil {
				return nil, err
			}
			return done[model.TagResourceOutput](sc.s.Tag(sc.q, *in.ResourceId, tags))
		})
}

func untagResource() *op.Operation {
	return writing("UntagResource",
		func(a *authorize, in *model.UntagResourceInput) []op.Target {
			return []op.Target{a.taggable(in.ResourceId, op.TagKeys(in.TagKeys))}
		},
		func(sc *scene, in *model.UntagResourceInput) (*model.UntagResourceOutput, error) {
			return done[model.UntagResourceOutput](sc.s.Untag(*in.ResourceId, in.TagKeys))
		})
}

func listTagsForResource() *op.Operation {
	return reading("ListTagsForResource",
		func(a *authorize, in *model.ListTagsForResourceInput) []op.Target {
			return []op.Target{a.taggable(in.ResourceId)}
		},
		func(sc *scene, in *model.ListTagsForResourceInput) (*model.ListTagsForResourceOutput, error) {
			if err := sc.s.Tagged(*in.ResourceId); err != nil {
				return nil, err
			}
			if in.NextToken != nil {
				return nil, fault.New(fault.InvalidPageToken, "") // all tags fit on one page: none was given out
			}
			tags := sc.s.TagsOf(*in.ResourceId)
			out := &model.ListTagsForResourceOutput{Tags: []model.Tag{}}
			for _, k := range slices.Sorted(maps.Keys(tags)) {
				out.Tags = append(out.Tags, model.Tag{Key: text(k), Value: text(tags[k])})
			}
			return out, nil
		})
}

// tagMap takes a list of tags, in which no key may come twice.
func tagMap(tags []model.Tag) (map[string]string, error) {
	out := make(map[string]string, len(tags))
	for _, t := range tags {
		if _, twice := out[*t.Key]; twice {
			return nil, fault.WithReason(fault.InvalidInput, "DUPLICATE_TAG_KEY", "Tag keys must be unique among the tags attached to the same entity.")
		}
		out[*t.Key] = *t.Value
	}
	return out, nil
}
