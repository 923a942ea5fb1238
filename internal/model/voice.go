package model

import "slices"

// Some services are spoken to in several protocols, and answer in the one they were asked in. Such a service has a value for
// each: the same model, with the protocol and the operations of that value.

// voice makes the further values of a service that has more than one protocol.
func (s *Service) voice(protocols []Protocol) {
	s.voices = []*Service{s}
	for _, p := range protocols {
		if p == s.Protocol {
			continue
		}
		other := *s
		other.Protocol = p
		other.Operations = make(map[string]*Operation, len(s.Operations))
		for name, op := range s.Operations {
			o := *op
			o.Service = &other
			other.Operations[name] = &o
		}
		s.voices = append(s.voices, &other)
	}
	for _, v := range s.voices {
		v.voices = s.voices
	}
}

// Voices gives the service once for each protocol that it speaks, the one its clients prefer first. What an answer is written
// in is the protocol of its operation's service. Shapes are shared, operations are not.
func (s *Service) Voices() []*Service {
	if s.voices == nil { // not from a model's file
		return []*Service{s}
	}
	return s.voices
}

// Speaking gives the service in a protocol, or nil if it does not speak it.
func (s *Service) Speaking(p Protocol) *Service {
	voices := s.Voices()
	if i := slices.IndexFunc(voices, func(v *Service) bool { return v.Protocol == p }); i >= 0 {
		return voices[i]
	}
	return nil
}
