package iampolicy

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

var partialRequests = flag.Int("partial-requests", 4000, "how many generated requests with unknowns TestPartlyIsTheSummary decides")

// summary decides a request for all values of its unknowns: what outcomes there are, and which unknowns alone turn one.
func (p *partialRequest) summary() (allowed, denied bool, dependsOn []string) {
	var table []bool
	sizes := make([]int, len(p.varying))
	cells := 1
	for i, v := range p.varying {
		sizes[i] = len(v.put)
		cells *= len(v.put)
	}
	at := make([]int, len(sizes))
	for range cells {
		yes := Decide(p.with(at)).Outcome == Allowed
		table = append(table, yes)
		allowed, denied = allowed || yes, denied || !yes
		for i := len(at) - 1; i >= 0; i-- {
			if at[i]++; at[i] < sizes[i] {
				break
			}
			at[i] = 0
		}
	}
	step := 1
	for i := len(sizes) - 1; i >= 0; i-- {
		for c := range table {
			if c/step%sizes[i] > 0 && table[c] != table[c-step] {
				dependsOn = append(dependsOn, p.varying[i].name)
				break
			}
		}
		step *= sizes[i]
	}
	slices.SortFunc(dependsOn, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return allowed, denied, dependsOn
}

// with gives the request and policies with the unknowns set.
func (p *partialRequest) with(at []int) (*Request, *Policies) {
	req, ps := *p.req, *p.policies
	req.Context = new(Context)
	p.req.Context.Keys(func(key string, values []string) bool {
		req.Context.Set(key, values...)
		return true
	})
	if slices.ContainsFunc(p.varying, func(v varying) bool {
		return strings.HasPrefix(v.name, "policy:") || strings.HasPrefix(v.name, "further:")
	}) {
		ps = copied(ps)
	}
	for i, v := range p.varying {
		v.put[at[i]](&req, &ps)
	}
	describePrincipal(&req.Principal, req.Context)
	return &req, &ps
}

func copied(ps Policies) Policies {
	ps.ServiceControl, ps.ResourceControl = slices.Clone(ps.ServiceControl), slices.Clone(ps.ResourceControl)
	for _, levels := range [][]Level{ps.ServiceControl, ps.ResourceControl} {
		for i := range levels {
			levels[i].Policies = slices.Clone(levels[i].Policies)
		}
	}
	ps.Identity, ps.Session = slices.Clone(ps.Identity), slices.Clone(ps.Session)
	for _, s := range []**Source{&ps.Boundary, &ps.Resource} {
		if *s != nil {
			source := **s
			*s = &source
		}
	}
	return ps
}

// TestPartlyIsTheSummary compares partial decisions with the summary of all decisions. For long runs:
// go test ./iampolicy -run TestPartlyIsTheSummary -v -timeout 0 -partial-requests 1000000
func TestPartlyIsTheSummary(t *testing.T) {
	const size = 500
	total := map[string]int{}
	var lock sync.Mutex
	inBatches(t, *partialRequests, size, func(batch uint64) {
		counts := map[string]int{}
		for i := range uint64(size) {
			p := seeded(*seed, batch*size+i).partial(400)
			if i == size-1 {
				p = seeded(*seed, batch*size+i).partial(20000)
			}
			if problem := p.compare(counts); problem != "" {
				t.Errorf("-seed %d -batch %d -partial-requests 1, request %d: %s\n%v", *seed, batch, i, problem, p)
				return
			}
		}
		lock.Lock()
		defer lock.Unlock()
		for what, n := range counts {
			total[what] += n
		}
	})
	t.Log(total)
	for _, what := range []string{"Denied", "Allowed", "DependsOn", "1 unknown", "4 unknown"} {
		if !t.Failed() && total[what] < *partialRequests/50 {
			t.Errorf("only %d requests: %s", total[what], what)
		}
	}
}

// compare decides a request both ways.
func (p *partialRequest) compare(counts map[string]int) (problem string) {
	req := *p.req
	req.Context = new(Context)
	p.req.Context.Keys(func(key string, values []string) bool {
		req.Context.Set(key, values...)
		return true
	})
	describePrincipal(&req.Principal, req.Context)
	d, err := DecidePartly(&req, p.policies, p.unknowns)
	allowed, denied, dependsOn := p.summary()
	want := PartialDecision{Outcome: AlwaysDenied}
	switch {
	case allowed && denied:
		want.Outcome, want.DependsOn = Depends, dependsOn
	case allowed:
		want.Outcome = AlwaysAllowed
	}
	counts[want.Outcome.String()]++
	counts[fmt.Sprintf("%d unknown", len(p.unknowns))]++
	if err != nil {
		counts["undecided"]++
		return err.Error()
	}
	if got, want := fmt.Sprint(d.Outcome, d.DependsOn), fmt.Sprint(want.Outcome, want.DependsOn); !strings.EqualFold(got, want) {
		return got + ", want " + want
	}
	return ""
}

// String writes a request down.
func (p *partialRequest) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", *p.req)
	p.req.Context.Keys(func(key string, values []string) bool {
		fmt.Fprintf(&b, "  %s = %q\n", key, values)
		return true
	})
	for _, u := range p.unknowns {
		fmt.Fprintf(&b, "  unknown: %+v\n", u)
	}
	p.policies.each(func(l Layer, s *Source) { fmt.Fprintf(&b, "  %v %s: %s\n", l, s.ID, s.Document.Text()) })
	return b.String()
}
