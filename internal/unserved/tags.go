package unserved

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

type tag struct{ key, value string }

// tags finds the tags of a request. EC2 says on which type of resource each goes, and only those of the ARN's type count;
// S3 has them in a header; all others in a list of keys and values or in a map.
func (r *request) tags(arn string) []tag {
	if specs, ok := member(r.members, "TagSpecification").([]any); ok {
		return specified(specs, arn)
	}
	if specs, ok := member(r.members, "TagSpecifications").([]any); ok {
		return specified(specs, arn)
	}
	if text := r.wire.Header.Get("X-Amz-Tagging"); text != "" {
		return queryTags(text)
	}
	for _, name := range []string{"Tags", "Tag", "TagList", "TagSet"} {
		if found := tagsIn(member(r.members, name)); len(found) > 0 {
			return found
		}
	}
	return nil
}

// specified gives the tags of the specifications for the ARN's type of resource.
func specified(specs []any, arn string) []tag {
	kind, _, _ := strings.Cut(arn[strings.LastIndexByte(arn, ':')+1:], "/")
	var out []tag
	for _, s := range specs {
		spec, _ := s.(map[string]any)
		if of, _ := scalar(member(spec, "ResourceType")); of != kind {
			continue
		}
		out = append(out, tagsIn(member(spec, "Tag"))...)
		out = append(out, tagsIn(member(spec, "Tags"))...)
	}
	return out
}

// queryTags reads tags written as a query.
func queryTags(text string) []tag {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil
	}
	var out []tag
	for _, key := range slices.Sorted(maps.Keys(values)) {
		out = append(out, tag{key, values.Get(key)})
	}
	return out
}

// tagsIn reads a list of structures with a key and a value, or a map from keys to values.
func tagsIn(value any) []tag {
	var out []tag
	switch v := value.(type) {
	case []any:
		for _, e := range v {
			if pair, ok := e.(map[string]any); ok {
				out = append(out, tagOf(pair)...)
			}
		}
	case map[string]any:
		if _, isPair := scalar(member(v, "Key")); isPair && len(v) <= 2 {
			return tagOf(v)
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if text, ok := scalar(v[key]); ok {
				out = append(out, tag{key, text})
			}
		}
	}
	return out
}

func tagOf(pair map[string]any) []tag {
	for _, prefix := range []string{"", "Tag"} {
		if key, ok := scalar(member(pair, prefix+"Key")); ok {
			value, _ := scalar(member(pair, prefix+"Value"))
			return []tag{{key, value}}
		}
	}
	return nil
}

// sortedKeys gives the keys of a map, sorted.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
