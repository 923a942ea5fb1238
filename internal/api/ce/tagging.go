package ce

import (
	"maps"
	"slices"
	"strings"

	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// mostTags is how many tags a resource has (Cost Explorer API Reference, TagResource).
const mostTags = 50

// resource is something of Cost Explorer that has tags.
type resource struct {
	tags map[string]string
	set  func(tags map[string]string)
}

// find finds what an ARN names in the caller's account; nil if there is nothing.
func find(c *op.Call, arn string) *resource {
	s := c.Cost()
	if row, ok := s.Categories.Get(idOf(c, categoryKind, arn)); ok {
		if _, defined := row.In(cost.MonthOf(c.Now)); !defined {
			return nil
		}
		return &resource{row.Tags, func(tags map[string]string) {
			next := *row
			next.Tags = tags
			s.Categories.Put(&next)
		}}
	}
	if row, ok := s.AnomalyMonitors.Get(idOf(c, monitorKind, arn)); ok {
		return &resource{row.Tags, func(tags map[string]string) {
			next := *row
			next.Tags = tags
			s.AnomalyMonitors.Put(&next)
		}}
	}
	if row, ok := s.AnomalySubscriptions.Get(idOf(c, subscriptionKind, arn)); ok {
		return &resource{row.Tags, func(tags map[string]string) {
			next := *row
			next.Tags = tags
			s.AnomalySubscriptions.Put(&next)
		}}
	}
	return nil
}

func existing(c *op.Call, arn string) (*resource, error) {
	r := find(c, arn)
	if r == nil {
		e := fault.New(fault.NotFound, "The specified ARN in the request doesn't exist: %s", arn)
		e.Fields = map[string]any{"ResourceName": arn}
		return nil, e
	}
	return r, nil
}

// tagged gives tags with others put over them. arn names the resource, if there is one already.
func tagged(has map[string]string, tags []model.ResourceTag, arn string) (map[string]string, error) {
	out, given := maps.Clone(has), map[string]bool{}
	if out == nil {
		out = map[string]string{}
	}
	for _, t := range tags {
		key, value := strings.TrimSpace(*t.Key), strings.TrimSpace(*t.Value)
		switch {
		case key == "":
			return nil, fault.New(fault.ValidationFailed, "Tag keys must not be empty.")
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return nil, fault.New(fault.ValidationFailed, "Tag keys cannot begin with aws:, which is reserved for AWS use.")
		case given[key]:
			return nil, fault.New(fault.ValidationFailed, "Tag keys must be unique for a resource: %s", key)
		}
		given[key] = true
		out[key] = value
	}
	if len(out) > mostTags {
		e := fault.New(fault.TooManyTags, "You can assign a maximum of %d user-tags to one resource.", mostTags)
		if arn != "" {
			e.Fields = map[string]any{"ResourceName": arn}
		}
		return nil, e
	}
	return out, nil
}

func tagResource() *op.Operation {
	return controlling("TagResource", op.Write,
		func(c *op.Call, in *model.TagResourceInput) []op.Target {
			return []op.Target{on(c, *in.ResourceArn, requestTags(in.ResourceTags)...)}
		},
		func(c *op.Call, in *model.TagResourceInput) (*model.TagResourceOutput, error) {
			r, err := existing(c, *in.ResourceArn)
			if err != nil {
				return nil, err
			}
			tags, err := tagged(r.tags, in.ResourceTags, *in.ResourceArn)
			if err != nil {
				return nil, err
			}
			r.set(tags)
			return &model.TagResourceOutput{}, nil
		})
}

func untagResource() *op.Operation {
	return controlling("UntagResource", op.Write,
		func(c *op.Call, in *model.UntagResourceInput) []op.Target {
			return []op.Target{on(c, *in.ResourceArn, op.TagKeys(in.ResourceTagKeys))}
		},
		func(c *op.Call, in *model.UntagResourceInput) (*model.UntagResourceOutput, error) {
			r, err := existing(c, *in.ResourceArn)
			if err != nil {
				return nil, err
			}
			tags := maps.Clone(r.tags)
			for _, key := range in.ResourceTagKeys {
				delete(tags, key)
			}
			r.set(tags)
			return &model.UntagResourceOutput{}, nil
		})
}

func listTagsForResource() *op.Operation {
	return controlling("ListTagsForResource", op.Read,
		func(c *op.Call, in *model.ListTagsForResourceInput) []op.Target {
			return []op.Target{on(c, *in.ResourceArn)}
		},
		func(c *op.Call, in *model.ListTagsForResourceInput) (*model.ListTagsForResourceOutput, error) {
			r, err := existing(c, *in.ResourceArn)
			if err != nil {
				return nil, err
			}
			out := &model.ListTagsForResourceOutput{ResourceTags: []model.ResourceTag{}}
			for _, key := range slices.Sorted(maps.Keys(r.tags)) {
				out.ResourceTags = append(out.ResourceTags, model.ResourceTag{Key: new(key), Value: new(r.tags[key])})
			}
			return out, nil
		})
}
