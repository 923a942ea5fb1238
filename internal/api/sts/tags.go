package sts

import (
	"slices"
	"strings"

	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	model "umbel/internal/model/sts"
	"umbel/internal/op"
)

// requestTagKeys gives aws:RequestTag/… and aws:TagKeys.
func requestTagKeys(tags []model.Tag) []op.Key {
	return op.RequestTags(tags, func(t *model.Tag) (key, value string) { return *t.Key, *t.Value })
}

// sessionTags checks the tags that a call passes: keys are unique without regard to case, and "aws:" is reserved.
func sessionTags(tags []model.Tag) (map[string]string, error) {
	if len(tags) == 0 {
		return nil, nil
	}
	made := make(map[string]string, len(tags))
	seen := make(map[string]bool, len(tags))
	for _, t := range tags {
		low := strings.ToLower(*t.Key)
		if seen[low] {
			return nil, fault.New(fault.InvalidParameterValue, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if strings.HasPrefix(low, "aws:") {
			return nil, fault.New(fault.InvalidParameterValue, "Tag keys beginning with aws: are reserved for system use.")
		}
		seen[low] = true
		made[*t.Key] = *t.Value
	}
	return made, nil
}

// chainTags gives a role session's tags and the keys of those that it hands down: what the calling session hands down, and
// what the call passes (IAM User Guide, "Pass session tags in AWS STS", "Chaining roles with session tags").
func chainTags(from *iam.Session, passed []model.Tag, transitive []string) (map[string]string, []string, error) {
	tags, err := sessionTags(passed)
	if err != nil {
		return nil, nil, err
	}
	handed := slices.Clone(from.TransitiveTags)
	for key := range tags {
		if has(from.TransitiveTags, key) {
			return nil, nil, fault.New(fault.InvalidParameterValue, "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
	}
	for _, key := range transitive {
		own := ""
		for k := range tags {
			if strings.EqualFold(k, key) {
				own = k
			}
		}
		if own == "" {
			return nil, nil, fault.New(fault.InvalidParameterValue, "The specified transitive tag key must be included in the requested tags.")
		}
		if !has(handed, own) {
			handed = append(handed, own)
		}
	}
	for _, key := range from.TransitiveTags {
		if tags == nil {
			tags = make(map[string]string, len(from.TransitiveTags))
		}
		tags[key] = from.Tags[key]
	}
	return tags, handed, nil
}

// has reports whether a key is among keys, without regard to case.
func has(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
}
