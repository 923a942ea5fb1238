package iam

import (
	"maps"
	"slices"
	"strings"

	"umbel/internal/fault"
)

// Tag is a tag as it is asked for.
type Tag struct{ Key, Value string }

// addTags gives the tags with more added. Keys are told apart without regard to case and keep the case last given
// (IAM User Guide, "Tags for IAM resources").
func addTags(env Env, old map[string]string, more []Tag) (map[string]string, error) {
	if len(more) == 0 {
		return old, nil
	}
	if err := checkTags(more); err != nil {
		return nil, err
	}
	tags := make(map[string]string, len(old)+len(more))
	maps.Copy(tags, old)
	for _, t := range more {
		maps.DeleteFunc(tags, func(k, _ string) bool { return strings.EqualFold(k, t.Key) })
		tags[t.Key] = t.Value
	}
	if len(tags) > env.Quotas.Tags {
		return nil, fault.New(fault.LimitExceeded, "The number of tags has reached the maximum limit.")
	}
	return tags, nil
}

func checkTags(tags []Tag) error {
	seen := map[string]bool{}
	for _, t := range tags {
		low := strings.ToLower(t.Key)
		if seen[low] {
			return fault.New(fault.InvalidInput, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if strings.HasPrefix(low, "aws:") {
			return fault.New(fault.InvalidInput, "System tags cannot be added/updated/deleted by users: tag keys must not begin with aws:")
		}
		seen[low] = true
	}
	return nil
}

func removeTags(old map[string]string, keys []string) map[string]string {
	tags := maps.Clone(old)
	maps.DeleteFunc(tags, func(k, _ string) bool {
		return slices.ContainsFunc(keys, func(gone string) bool { return strings.EqualFold(k, gone) })
	})
	return tags
}

// Tag adds tags to a user or role. A service-linked role may be tagged.
func (s *State) Tag(env Env, k Kind, name string, tags []Tag) error {
	return s.change(k, name, func(e *Entity) (err error) {
		e.Tags, err = addTags(env, e.Tags, tags)
		return err
	})
}

// Untag takes tags from a user or role; those it does not have are passed over.
func (s *State) Untag(k Kind, name string, keys []string) error {
	return s.change(k, name, func(e *Entity) error {
		e.Tags = removeTags(e.Tags, keys)
		return nil
	})
}
