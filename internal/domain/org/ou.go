package org

import (
	"io"
	"time"

	"umbel/internal/fault"
	"umbel/internal/ident"
)

// CreateOU puts a new OU into a root or OU. Errors: ParentNotFound, DuplicateOU, ConstraintViolation
// (OU_NUMBER_LIMIT_EXCEEDED, OU_DEPTH_LIMIT_EXCEEDED, MAX_TAG_LIMIT_EXCEEDED), InvalidInput.
func (s *State) CreateOU(r io.Reader, now time.Time, q *Quotas, parent, name string, tags map[string]string) (*OU, error) {
	o, err := s.Existing()
	if err != nil {
		return nil, err
	}
	if _, err := s.Container(parent); err != nil {
		return nil, err
	}
	if err := s.freeOUName(parent, name, ""); err != nil {
		return nil, err
	}
	if s.ous.Len() >= q.OUs {
		return nil, violated("OU_NUMBER_LIMIT_EXCEEDED", "You have exceeded the allowed number of organizational units.")
	}
	if len(s.lineage(parent)) > q.OUDepth {
		return nil, violated("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the allowed depth of the organizational unit tree.")
	}
	ou := &OU{ID: ident.NewOUID(r, o.Root), Name: name, Parent: parent, Created: now}
	if err := s.setTags(q, string(ou.ID), tags); err != nil {
		return nil, err
	}
	s.changed()
	s.ous.Put(ou)
	return ou, nil
}

// RenameOU gives an OU another name. Errors: OUNotFound, DuplicateOU, InvalidInput.
func (s *State) RenameOU(id ident.OUID, name string) (*OU, error) {
	ou, err := s.ExistingOU(id)
	if err != nil {
		return nil, err
	}
	if err := s.freeOUName(ou.Parent, name, id); err != nil {
		return nil, err
	}
	renamed := *ou
	renamed.Name = name
	s.changed()
	s.ous.Put(&renamed)
	return &renamed, nil
}

// DeleteOU removes an OU that holds neither accounts nor OUs, with its attachments and tags. Errors: OUNotFound, OUNotEmpty.
func (s *State) DeleteOU(id ident.OUID) error {
	if _, err := s.ExistingOU(id); err != nil {
		return err
	}
	_, hasOU := s.ouByParent.First(string(id))
	_, hasAccount := s.accountByParent.First(string(id))
	if hasOU || hasAccount {
		return fault.New(fault.OUNotEmpty, "You can't delete an organizational unit that contains accounts or other organizational units.")
	}
	s.changed()
	s.forget(string(id))
	s.ous.Delete(string(id))
	return nil
}

// ExistingOU finds an OU. Errors: OUNotFound.
func (s *State) ExistingOU(id ident.OUID) (*OU, error) {
	ou, ok := s.OU(id)
	if !ok {
		return nil, ouNotFound()
	}
	return ou, nil
}

// freeOUName checks that no other OU of the parent has the name.
func (s *State) freeOUName(parent, name string, self ident.OUID) error {
	if err := plainName(name); err != nil {
		return err
	}
	if other, ok := s.ouByName.First(parent + "/" + name); ok && other.ID != self {
		return fault.New(fault.DuplicateOU, "An OU with the same name already exists.")
	}
	return nil
}

// forget removes the attachments and tags of a node that goes away.
func (s *State) forget(node string) {
	var attached []string
	for id := range s.attachByTarget.Find(node) {
		attached = append(attached, id)
	}
	for _, id := range attached {
		s.attachments.Delete(id)
	}
	for _, t := range []PolicyType{ServiceControlPolicy, ResourceControlPolicy} {
		s.detachments.Delete(attachmentID(node, Default(t)))
	}
	s.tags.Delete(node)
}
