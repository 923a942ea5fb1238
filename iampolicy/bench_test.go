package iampolicy_test

import (
	"syscall"
	"testing"
	"time"

	"umbel/iampolicy"
	"umbel/internal/policyload"
)

// cpuTime is the processor time this process has used: on a machine that others use too, the only time that can be compared.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// decisions gives a function that fills a context and decides, one request of the workload after another, as a server does
// for each call.
func decisions(w *policyload.Workload) func() {
	compiled := new(iampolicy.Compiler).Compile(w.Policies())
	requests := make([]iampolicy.Request, len(w.Requests))
	for i := range requests {
		requests[i] = w.Request(i)
	}
	var ctx iampolicy.Context
	i := 0
	return func() {
		req := requests[i]
		w.Requests[i].Fill(&ctx)
		req.Context = &ctx
		compiled.Decide(&req)
		if i++; i == len(requests) {
			i = 0
		}
	}
}

func BenchmarkCompiled(b *testing.B) {
	for _, w := range []*policyload.Workload{policyload.Standard(1), policyload.Maximum(1)} {
		b.Run(w.Name, func(b *testing.B) {
			decide := decisions(w)
			for range w.Requests {
				decide()
			}
			b.ReportAllocs()
			before := cpuTime(b)
			for b.Loop() {
				decide()
			}
			used := cpuTime(b) - before
			b.ReportMetric(float64(used)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(b.N)/used.Seconds(), "decisions/cpu-s")
		})
	}
}

// BenchmarkUncompiled decides by the same policies without compiling them together.
func BenchmarkUncompiled(b *testing.B) {
	w := policyload.Standard(1)
	ps, req := w.Policies(), w.Request(0)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		w.Requests[i].Fill(req.Context)
		req.Action, req.Resource = w.Requests[i].Action, w.Requests[i].Resource
		iampolicy.Decide(&req, ps)
		i = (i + 1) % len(w.Requests)
	}
}

// TestDecidingAllocatesNothing: neither compiled nor not, filling the context included.
func TestDecidingAllocatesNothing(t *testing.T) {
	for _, w := range []*policyload.Workload{policyload.Standard(1), policyload.Maximum(1)} {
		decide := decisions(w)
		for range w.Requests {
			decide()
		}
		if n := testing.AllocsPerRun(len(w.Requests), decide); n != 0 {
			t.Errorf("%s: %v allocations per decision", w.Name, n)
		}
		ps, req, i := w.Policies(), w.Request(0), 0
		uncompiled := func() {
			w.Requests[i].Fill(req.Context)
			req.Action, req.Resource = w.Requests[i].Action, w.Requests[i].Resource
			iampolicy.Decide(&req, ps)
			i = (i + 1) % len(w.Requests)
		}
		for range w.Requests { // which parses the documents
			uncompiled()
		}
		if n := testing.AllocsPerRun(len(w.Requests), uncompiled); n != 0 {
			t.Errorf("%s, not compiled: %v allocations per decision", w.Name, n)
		}
	}
}

// TestWorkloadsCompiled: on both workloads, compiled or not, every decision is the same.
func TestWorkloadsCompiled(t *testing.T) {
	for _, w := range []*policyload.Workload{policyload.Standard(1), policyload.Maximum(1)} {
		ps := w.Policies()
		compiled := new(iampolicy.Compiler).Compile(ps)
		for i := range w.Requests {
			req := w.Request(i)
			w.Requests[i].Fill(req.Context)
			if got, want := compiled.Decide(&req), iampolicy.Decide(&req, ps); got != want {
				t.Fatalf("%s %d: %+v compiled, %+v not", w.Name, i, got, want)
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := policyload.Standard(1).Identity[0].Text
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := iampolicy.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
