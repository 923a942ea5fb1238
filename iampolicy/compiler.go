package iampolicy

import (
	"encoding/binary"
	"sync"
)

// Compiler compiles policies for many decisions. What is equal is compiled once and shared: documents of the same text, and
// chains and permissions that consist of the same documents, whatever the policies' names. It remembers up to a few thousand
// of each; what is forgotten stays good for those who hold it. The zero value is ready, and safe for concurrent use.
type Compiler struct {
	mu     sync.Mutex
	serial uint64
	texts  recent[*compiledText]
	sets   recent[*set]
}

// compiledText is a document's text, compiled; policy is nil if it is malformed.
type compiledText struct {
	serial uint64
	policy *Policy
}

// Chain compiles the service control policies or resource control policies that bear on an account, root first. It gives nil
// for no levels.
func (c *Compiler) Chain(levels []Level) *Chain {
	if len(levels) == 0 {
		return nil
	}
	groups := make([]group, len(levels))
	for i := range levels {
		groups[i].policies = c.compile(levels[i].Policies)
	}
	return &Chain{compiledPart{levels: levels, set: c.set(groups)}}
}

// Permissions compiles what a principal holds: its identity-based policies, its permissions boundary, nil for none, and the
// session policies of its session.
func (c *Compiler) Permissions(identity []Source, boundary *Source, session []Source) *Permissions {
	p := &Permissions{bounded: boundary != nil, limited: len(session) > 0}
	p.levels = []Level{{Policies: identity}, {}, {Policies: session}}
	if p.bounded {
		p.levels[1].Policies = []Source{*boundary}
	}
	p.set = c.set([]group{{policies: c.compile(identity), named: true}, {policies: c.compile(p.levels[1].Policies)}, {policies: c.compile(session)}})
	return p
}

// Resource compiles the policy of a resource. It gives nil for nil.
func (c *Compiler) Resource(s *Source) *ResourcePolicy {
	if s == nil {
		return nil
	}
	levels := []Level{{Policies: []Source{*s}}}
	return &ResourcePolicy{compiledPart{levels: levels, set: c.set([]group{{policies: c.compile(levels[0].Policies), named: true, naming: true}})}}
}

// Compile compiles all policies that have a say in a request.
func (c *Compiler) Compile(ps *Policies) *Compiled {
	return &Compiled{
		ServiceControl: c.Chain(ps.ServiceControl), ResourceControl: c.Chain(ps.ResourceControl),
		Permissions: c.Permissions(ps.Identity, ps.Boundary, ps.Session),
		Resource:    c.Resource(ps.Resource), ResourceMustAllow: ps.ResourceMustAllow,
	}
}

func (c *Compiler) compile(sources []Source) []*compiledText {
	out := make([]*compiledText, len(sources))
	for i := range sources {
		text := ""
		if d := sources[i].Document; d != nil {
			text = d.Text()
		}
		out[i] = c.text(text)
	}
	return out
}

// text compiles outside of the lock: two that do so at once both come to the same.
func (c *Compiler) text(text string) *compiledText {
	c.mu.Lock()
	t, ok := c.texts.get(text)
	c.mu.Unlock()
	if ok {
		return t
	}
	p, err := Parse(text)
	if err != nil {
		p = nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serial++
	t = &compiledText{serial: c.serial, policy: p}
	c.texts.put(text, t)
	return t
}

// set finds the set of the same texts in the same groups, or makes it.
func (c *Compiler) set(groups []group) *set {
	key := make([]byte, 0, 256)
	for i := range groups {
		kind := byte(0)
		if groups[i].named {
			kind = 1
		}
		if groups[i].naming {
			kind = 2
		}
		key = binary.AppendUvarint(append(key, kind), uint64(len(groups[i].policies)))
		for _, t := range groups[i].policies {
			key = binary.AppendUvarint(key, t.serial)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.sets.get(string(key))
	if !ok {
		s = &set{groups: groups}
		c.sets.put(string(key), s)
	}
	return s
}

// recent remembers what was asked for lately.
type recent[V any] struct{ young, aged map[string]V }

// remembers is how many texts, and how many sets, a Compiler remembers for sure; it holds at most twice as many.
const remembers = 4096

func (r *recent[V]) get(key string) (V, bool) {
	v, ok := r.young[key]
	if !ok {
		if v, ok = r.aged[key]; ok {
			r.put(key, v)
		}
	}
	return v, ok
}

func (r *recent[V]) put(key string, v V) {
	if r.young == nil || len(r.young) >= remembers {
		r.aged, r.young = r.young, make(map[string]V)
	}
	r.young[key] = v
}
