package savingsplans

import (
	"maps"
	"slices"

	"umbel/internal/fault"
	model "umbel/internal/model/savingsplans"
	"umbel/internal/op"
)

func tagResource() *op.Operation {
	return writing("TagResource",
		func(c *op.Call, in *model.TagResourceInput) op.Target {
			return target(c, *in.ResourceArn, requestTags(in.Tags)...)
		},
		func(c *op.Call, in *model.TagResourceInput) (*model.TagResourceOutput, error) {
			if err := own(c, *in.ResourceArn); err != nil {
				return nil, err
			}
			return &model.TagResourceOutput{}, c.Cost().TagPlan(planID(*in.ResourceArn), in.Tags, nil)
		})
}

func untagResource() *op.Operation {
	return writing("UntagResource",
		func(c *op.Call, in *model.UntagResourceInput) op.Target {
			return target(c, *in.ResourceArn, op.TagKeys(in.TagKeys))
		},
		func(c *op.Call, in *model.UntagResourceInput) (*model.UntagResourceOutput, error) {
			if err := own(c, *in.ResourceArn); err != nil {
				return nil, err
			}
			return &model.UntagResourceOutput{}, c.Cost().TagPlan(planID(*in.ResourceArn), nil, in.TagKeys)
		})
}

func listTagsForResource() *op.Operation {
	return reading("ListTagsForResource",
		func(_ *op.Call, in *model.ListTagsForResourceInput) string { return *in.ResourceArn },
		func(c *op.Call, in *model.ListTagsForResourceInput) (*model.ListTagsForResourceOutput, error) {
			if err := own(c, *in.ResourceArn); err != nil {
				return nil, err
			}
			p, _ := c.Cost().Plans.Get(planID(*in.ResourceArn))
			out := &model.ListTagsForResourceOutput{Tags: map[string]string{}}
			maps.Copy(out.Tags, p.Tags)
			return out, nil
		})
}

// own refuses what is not one of the caller's plans.
func own(c *op.Call, arn string) error {
	if p, ok := c.Cost().Plans.Get(planID(arn)); !ok || p.Terms.ARN != arn {
		return fault.New(fault.NotFound, "Savings Plan %s was not found.", arn)
	}
	return nil
}

// requestTags gives aws:RequestTag/… and aws:TagKeys.
func requestTags(tags map[string]string) []op.Key {
	type tag struct{ key, value string }
	var list []tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, tag{k, tags[k]})
	}
	return op.RequestTags(list, func(t *tag) (key, value string) { return t.key, t.value })
}
