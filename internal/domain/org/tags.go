package org

import (
	"maps"
	"strings"

	"umbel/internal/ident"
)

// TagsOf gives the tags of a root, OU, account or policy by its ID; nil if it has none. The map must not be changed.
func (s *State) TagsOf(id string) map[string]string {
	if t, ok := s.tags.Get(id); ok {
		return t.Tags
	}
	return nil
}

// Tag adds or replaces tags of a root, OU, account or policy. Errors: TargetNotFound, InvalidInput
// (INVALID_SYSTEM_TAGS_PARAMETER, TARGET_NOT_SUPPORTED), ConstraintViolation (MAX_TAG_LIMIT_EXCEEDED).
func (s *State) Tag(q *Quotas, id string, add map[string]string) error {
	if err := s.taggable(id); err != nil {
		return err
	}
	if err := checkKeys(maps.Keys(add)); err != nil {
		return err
	}
	tags := maps.Clone(s.TagsOf(id))
	if tags == nil {
		tags = map[string]string{}
	}
	maps.Copy(tags, add)
	return s.setTags(q, id, tags)
}

// Untag removes tags; keys that are not there are no error. Errors: TargetNotFound, InvalidInput.
func (s *State) Untag(id string, keys []string) error {
	if err := s.taggable(id); err != nil {
		return err
	}
	tags := maps.Clone(s.TagsOf(id))
	for _, k := range keys {
		if err := checkKey(k); err != nil {
			return err
		}
		delete(tags, k)
	}
	s.putTags(id, tags)
	return nil
}

// Tagged checks that an ID names something that has tags, if only none. Errors: TargetNotFound.
func (s *State) Tagged(id string) error {
	_, isNode := s.Node(id)
	_, isPolicy := s.Policy(ident.PolicyID(id))
	if !isNode && !isPolicy {
		return targetNotFound()
	}
	return nil
}

// taggable checks that an ID names something whose tags may be changed: AWS's own policies' may not.
func (s *State) taggable(id string) error {
	if p, ok := s.Policy(ident.PolicyID(id)); ok && p.AWSManaged {
		return invalid("TARGET_NOT_SUPPORTED", "You can't perform this operation on an AWS managed policy.")
	}
	return s.Tagged(id)
}

// setTags makes tags the only ones of a resource.
func (s *State) setTags(q *Quotas, id string, tags map[string]string) error {
	if err := checkTags(q, tags); err != nil {
		return err
	}
	s.putTags(id, tags)
	return nil
}

func (s *State) putTags(id string, tags map[string]string) {
	if len(tags) == 0 {
		s.tags.Delete(id)
		return
	}
	s.tags.Put(&Tags{Resource: id, Tags: maps.Clone(tags)})
}

func checkTags(q *Quotas, tags map[string]string) error {
	if err := checkKeys(maps.Keys(tags)); err != nil {
		return err
	}
	if len(tags) > q.Tags {
		return violated("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource.")
	}
	return nil
}

func checkKeys(keys func(func(string) bool)) error {
	for k := range keys {
		if err := checkKey(k); err != nil {
			return err
		}
	}
	return nil
}

// checkKey refuses the keys that AWS keeps for itself.
func checkKey(key string) error {
	if len(key) >= 4 && strings.EqualFold(key[:4], "aws:") {
		return invalid("INVALID_SYSTEM_TAGS_PARAMETER", "You can't add, edit, or delete system tag keys because they're reserved for AWS use.")
	}
	return nil
}
