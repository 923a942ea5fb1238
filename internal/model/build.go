package model

import (
	"cmp"
	"fmt"
	"slices"
)

// build resolves the names of a source: every reference becomes a pointer.
func (s *source) build(id string) (*Service, error) {
	m := &s.Metadata
	svc := &Service{
		ID: id, ServiceID: m.ServiceID, FullName: m.ServiceFullName,
		SigningName: cmp.Or(m.SigningName, m.EndpointPrefix), EndpointPrefix: m.EndpointPrefix,
		GlobalEndpoint: m.GlobalEndpoint, Protocol: Protocol(m.Protocol), JSONVersion: m.JSONVersion,
		TargetPrefix: m.TargetPrefix, APIVersion: m.APIVersion, XMLNamespace: m.XMLNamespace,
		QueryCompatible: m.QueryCompatible != nil,
		Operations:      make(map[string]*Operation, len(s.Operations)),
		Shapes:          make(map[string]*Shape, len(s.Shapes)),
	}
	for name := range s.Shapes {
		svc.Shapes[name] = &Shape{Name: name}
	}
	for name, src := range s.Shapes {
		if err := src.fill(svc.Shapes[name], svc); err != nil {
			return nil, fmt.Errorf("shape %s: %w", name, err)
		}
	}
	for name, src := range s.Operations {
		op, err := src.build(name, svc)
		if err != nil {
			return nil, fmt.Errorf("operation %s: %w", name, err)
		}
		svc.Operations[name] = op
	}
	svc.voice(m.Protocols)
	return svc, nil
}

// fill sets a shape from its source.
func (src *sourceShape) fill(s *Shape, svc *Service) (err error) {
	s.Type, s.Payload, s.Flattened, s.Enum = Type(src.Type), src.Payload, src.Flattened, src.Enum
	s.Min, s.Max, s.TimestampFormat, s.XMLNamespace = src.Min, src.Max, src.TimestampFormat, string(src.XMLNamespace)
	s.Sensitive, s.Streaming, s.Union, s.Document = src.Sensitive, src.Streaming, src.Union, src.Document
	s.Exception, s.Fault = src.Exception, src.Fault
	s.ErrorCode, s.ErrorStatus = src.Error.Code, src.Error.StatusCode
	s.setPattern(src.Pattern, src.Match, src.Except)
	for i := range src.Members {
		m, err := src.Members[i].resolve(svc)
		if err != nil {
			return err
		}
		m.Required = slices.Contains(src.Required, m.Name)
		s.Members = append(s.Members, m)
	}
	if s.Elem, err = src.Member.resolve(svc); err != nil {
		return err
	}
	if s.Key, err = src.Key.resolve(svc); err != nil {
		return err
	}
	s.Value, err = src.Value.resolve(svc)
	return err
}

// resolve makes the member of a reference; nil gives nil.
func (r *sourceRef) resolve(svc *Service) (*Member, error) {
	if r == nil {
		return nil, nil
	}
	shape := svc.Shapes[r.Shape]
	if shape == nil {
		return nil, fmt.Errorf("no shape %q", r.Shape)
	}
	return &Member{
		Name: r.name, Shape: shape, Location: r.Location, LocationName: r.LocationName, QueryName: r.QueryName,
		Flattened: r.Flattened, Streaming: r.Streaming, XMLAttribute: r.XMLAttribute,
		XMLNamespace: string(r.XMLNamespace), TimestampFormat: r.TimestampFormat, JSONValue: r.JSONValue,
		Token: r.Token, Deprecated: r.Deprecated,
	}, nil
}

// build makes an operation of its source.
func (src *sourceOperation) build(name string, svc *Service) (*Operation, error) {
	op := &Operation{
		Service: svc, Name: name, Method: src.HTTP.Method, URI: src.HTTP.RequestURI,
		Status: cmp.Or(src.HTTP.ResponseCode, 200), Unsigned: src.AuthType == "none",
		Idempotent: src.Idempotent, ReadOnly: src.ReadOnly, Deprecated: src.Deprecated,
	}
	var err error
	if op.Input, err = src.Input.structure(name+"Input", svc); err != nil {
		return nil, err
	}
	if op.Output, err = src.Output.structure(name+"Output", svc); err != nil {
		return nil, err
	}
	if src.Output != nil {
		op.ResultWrapper = src.Output.ResultWrapper
	}
	for i := range src.Errors {
		m, err := src.Errors[i].resolve(svc)
		if err != nil {
			return nil, err
		}
		op.Errors = append(op.Errors, m.Shape)
	}
	return op, nil
}

// structure gives the structure referred to, or an empty one of that name.
func (r *sourceRef) structure(name string, svc *Service) (*Shape, error) {
	if r == nil {
		return &Shape{Name: name, Type: Structure}, nil
	}
	m, err := r.resolve(svc)
	if err != nil {
		return nil, err
	}
	if m.Shape.Type != Structure {
		return nil, fmt.Errorf("%s is no structure", m.Shape.Name)
	}
	return m.Shape, nil
}
