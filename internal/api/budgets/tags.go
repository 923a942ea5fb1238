package budgets

import (
	"maps"
	"slices"

	"umbel/internal/domain/cost"
	model "umbel/internal/model/budgets"
	"umbel/internal/op"
)

func pair(t *model.ResourceTag) (key, value string) { return *t.Key, *t.Value }

func tagsOf(list []model.ResourceTag) (map[string]string, error) {
	if len(list) == 0 {
		return nil, nil
	}
	out := map[string]string{}
	for i := range list {
		k, v := pair(&list[i])
		if _, twice := out[k]; twice {
			return nil, cost.BadTag("The tag key %s is given twice.", k)
		}
		out[k] = v
	}
	return out, nil
}

// tagging adds to the targets of a creation what its tags need.
func tagging(targets []op.Target, tags []model.ResourceTag) []op.Target {
	if len(tags) == 0 {
		return targets
	}
	keys := op.RequestTags(tags, pair)
	targets[0].Keys = append(targets[0].Keys, keys...)
	return append(targets, op.Target{Action: service + ":TagResource", Resource: targets[0].Resource, Keys: keys})
}

// onTaggable is a budget or an action by its ARN, of whichever account.
func onTaggable(c *op.Call, arn *string, keys ...op.Key) []op.Target {
	t := op.Target{Resource: *arn, Keys: keys}
	if tags, _, err := taggable(&scene{Call: c, s: c.Cost()}, *arn); err == nil {
		t.Tags = tags
	}
	return []op.Target{t}
}

func tagResource() *op.Operation {
	return declared[model.TagResourceInput, model.TagResourceOutput]{
		name: "TagResource", action: "TagResource",
		targets: func(c *op.Call, in *model.TagResourceInput) []op.Target {
			return onTaggable(c, in.ResourceARN, op.RequestTags(in.ResourceTags, pair)...)
		},
		run: func(sc *scene, in *model.TagResourceInput) (*model.TagResourceOutput, error) {
			have, put, err := taggable(sc, *in.ResourceARN)
			if err != nil {
				return nil, err
			}
			add, err := tagsOf(in.ResourceTags)
			if err != nil {
				return nil, err
			}
			next := maps.Clone(have)
			if next == nil {
				next = map[string]string{}
			}
			maps.Copy(next, add)
			if err := cost.CheckTags(next); err != nil {
				return nil, err
			}
			put(next)
			return new(model.TagResourceOutput), nil
		},
	}.writing()
}

func untagResource() *op.Operation {
	return declared[model.UntagResourceInput, model.UntagResourceOutput]{
		name: "UntagResource", action: "UntagResource",
		targets: func(c *op.Call, in *model.UntagResourceInput) []op.Target {
			return onTaggable(c, in.ResourceARN, op.TagKeys(in.ResourceTagKeys))
		},
		run: func(sc *scene, in *model.UntagResourceInput) (*model.UntagResourceOutput, error) {
			have, put, err := taggable(sc, *in.ResourceARN)
			if err != nil {
				return nil, err
			}
			next := maps.Clone(have)
			for _, k := range in.ResourceTagKeys {
				delete(next, k)
			}
			put(next)
			return new(model.UntagResourceOutput), nil
		},
	}.writing()
}

func listTagsForResource() *op.Operation {
	return declared[model.ListTagsForResourceInput, model.ListTagsForResourceOutput]{
		name: "ListTagsForResource", action: "ListTagsForResource",
		targets: func(c *op.Call, in *model.ListTagsForResourceInput) []op.Target { return onTaggable(c, in.ResourceARN) },
		run: func(sc *scene, in *model.ListTagsForResourceInput) (*model.ListTagsForResourceOutput, error) {
			have, _, err := taggable(sc, *in.ResourceARN)
			if err != nil {
				return nil, err
			}
			out := &model.ListTagsForResourceOutput{ResourceTags: []model.ResourceTag{}}
			for _, k := range slices.Sorted(maps.Keys(have)) {
				v := have[k]
				out.ResourceTags = append(out.ResourceTags, model.ResourceTag{Key: &k, Value: &v})
			}
			return out, nil
		},
	}.reading()
}
