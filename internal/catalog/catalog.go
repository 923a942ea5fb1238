// Package catalog owns what is known of every AWS service: how it is spoken to and under which name it is signed, its
// operations and, for REST services, their routes. That is data, an outline of the models of botocore (see NOTICE), and the
// services that Umbel serves are in it like all others. The package reads it and touches nothing else: what an operation
// means for authorization is package unserved's.
package catalog

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"umbel/internal/model"
)

//go:embed services.txt.gz
var packed []byte

// Service is the outline of one service. Its operations have routes, but inputs only of the query parameters and headers
// that a request must have, and no outputs.
type Service struct {
	*model.Service
	// Region is what credentials for a service with one endpoint for all Regions are scoped to; empty for regional ones.
	Region string
}

// Catalog holds the services. It never changes.
type Catalog struct {
	services []*entry
	bySigner map[string][]*entry
}

// entry is a service whose operations are read when they are first asked for.
type entry struct {
	id, signer string
	load       func() *Service
}

// The fields of a service's line.
const (
	fieldID = iota
	fieldServiceID
	fieldFullName
	fieldSigning
	fieldEndpoint
	fieldProtocol
	fieldJSONVersion
	fieldTarget
	fieldVersion
	fieldNamespace
	fieldRegion
	fieldCompatible
	fieldCount
)

// Open gives the catalog of the binary. It is unpacked on the first call.
var Open = sync.OnceValue(func() *Catalog {
	c, err := read(packed)
	if err != nil {
		panic(err) // the catalog is part of the binary
	}
	return c
})

// read unpacks a catalog and finds where its services are.
func read(packed []byte) (*Catalog, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	c := &Catalog{bySigner: map[string][]*entry{}}
	for block := range strings.SplitSeq(strings.TrimPrefix(string(text), "="), "\n=") {
		head, lines, _ := strings.Cut(block, "\n")
		f := strings.Split(head, "\t")
		if len(f) != fieldCount {
			return nil, fmt.Errorf("catalog: %q has %d fields", head, len(f))
		}
		e := &entry{id: f[fieldID], signer: f[fieldSigning], load: sync.OnceValue(func() *Service { return build(f, lines) })}
		c.services = append(c.services, e)
		c.bySigner[e.signer] = append(c.bySigner[e.signer], e)
	}
	return c, nil
}

// build reads a service's operations.
func build(f []string, lines string) *Service {
	s := &model.Service{
		ID: f[fieldID], ServiceID: f[fieldServiceID], FullName: f[fieldFullName], SigningName: f[fieldSigning], EndpointPrefix: f[fieldEndpoint],
		Protocol: model.Protocol(f[fieldProtocol]), JSONVersion: f[fieldJSONVersion], TargetPrefix: f[fieldTarget], APIVersion: f[fieldVersion],
		XMLNamespace: f[fieldNamespace], QueryCompatible: f[fieldCompatible] != "", Operations: map[string]*model.Operation{},
	}
	for line := range strings.Lines(lines) {
		part := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		op := &model.Operation{Service: s, Name: part[0], Input: &model.Shape{Type: model.Structure}}
		if len(part) > 2 {
			op.Method, op.URI = part[1], part[2]
			for _, m := range part[3:] {
				if m == "u" {
					op.UnsignedBody = true
					continue
				}
				op.Input.Members = append(op.Input.Members, demanded(m))
			}
		}
		s.Operations[op.Name] = op
	}
	return &Service{Service: s, Region: f[fieldRegion]}
}

// demanded makes the member that "q:name" or "h:name" stands for.
func demanded(text string) *model.Member {
	m := &model.Member{Required: true, Location: "querystring", LocationName: text[2:]}
	if text[0] == 'h' {
		m.Location = "header"
	}
	return m
}

// SignedAs gives the services whose credentials are scoped to the name, in the order of their IDs. There may be several:
// es and opensearch are both signed as es.
func (c *Catalog) SignedAs(name string) []*Service { return loaded(c.bySigner[name]) }

// All gives every service, in the order of their IDs.
func (c *Catalog) All() []*Service { return loaded(c.services) }

// Service gives a service by its ID, or nil.
func (c *Catalog) Service(id string) *Service {
	i, ok := slices.BinarySearchFunc(c.services, id, func(e *entry, id string) int { return strings.Compare(e.id, id) })
	if !ok {
		return nil
	}
	return c.services[i].load()
}

func loaded(entries []*entry) []*Service {
	out := make([]*Service, len(entries))
	for i, e := range entries {
		out[i] = e.load()
	}
	return out
}
