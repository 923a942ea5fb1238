// Command engines measures the policy engine beside OPA and cedar-go: the same policies, the same requests, in one run. It is
// a module of its own, so that none of this is a dependency of Umbel.
//
// Every engine decides the same thousand requests over and over, one after another in turn, on one core; what counts is the
// least CPU time of a round, which other programs on the machine disturb least. Before, all must have decided every request
// alike.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"umbel/internal/policyload"
)

// engine decides the requests of a workload, by number.
type engine interface {
	decide(request int) (allowed bool, err error)
}

type contender struct {
	name string
	make func(*policyload.Workload) (engine, error)
}

func contenders() []contender {
	return []contender{{"umbel", newUmbel}, {"opa", newRego}, {"cedar-go", newCedar}}
}

func main() {
	rounds := flag.Int("rounds", 5, "rounds for each engine; the best counts")
	span := flag.Duration("time", 2*time.Second, "how long a round takes, at least")
	seed := flag.Uint64("seed", 1, "seed of the workloads")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	if err := run(*rounds, *span, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "engines:", err)
		os.Exit(1)
	}
}

func run(rounds int, span time.Duration, seed uint64) error {
	fmt.Println("| workload | engine | µs/decision | decisions/s | allocations | bytes | umbel is faster by |")
	fmt.Println("|---|---|---:|---:|---:|---:|---:|")
	for _, w := range []*policyload.Workload{policyload.Standard(seed), policyload.Maximum(seed)} {
		engines, err := agree(w)
		if err != nil {
			return err
		}
		best := make([]figures, len(engines))
		for range rounds {
			for i, e := range engines {
				f, err := round(e, len(w.Requests), span)
				if err != nil {
					return err
				}
				if best[i].each == 0 || f.each < best[i].each {
					best[i] = f
				}
			}
		}
		for i, c := range contenders() {
			f := best[i]
			fmt.Printf("| %s | %s | %.3f | %.0f | %.0f | %.0f | %.1f |\n", w.Name, c.name, f.each*1e6, 1/f.each, f.allocations, f.bytes, f.each/best[0].each)
		}
	}
	return nil
}

// agree makes all engines, and fails unless they answer every request alike.
func agree(w *policyload.Workload) ([]engine, error) {
	var engines []engine
	for _, c := range contenders() {
		e, err := c.make(w)
		if err != nil {
			return nil, err
		}
		engines = append(engines, e)
	}
	for i := range w.Requests {
		first, err := engines[0].decide(i)
		if err != nil {
			return nil, err
		}
		for j, e := range engines[1:] {
			got, err := e.decide(i)
			if err != nil {
				return nil, err
			}
			if got != first {
				return nil, fmt.Errorf("%s, request %d (%s on %s): umbel says %v, %s %v",
					w.Name, i, w.Requests[i].Action, w.Requests[i].Resource, first, contenders()[j+1].name, got)
			}
		}
	}
	return engines, nil
}

// figures are of one decision: CPU seconds, allocations, bytes.
type figures struct{ each, allocations, bytes float64 }

// round decides all requests again and again for a time.
func round(e engine, requests int, span time.Duration) (figures, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start, from, n := time.Now(), cpu(), 0
	for time.Since(start) < span {
		for i := range requests {
			if _, err := e.decide(i); err != nil {
				return figures{}, err
			}
		}
		n += requests
	}
	used := cpu() - from
	runtime.ReadMemStats(&after)
	per := 1 / float64(n)
	return figures{used.Seconds() * per, float64(after.Mallocs-before.Mallocs) * per, float64(after.TotalAlloc-before.TotalAlloc) * per}, nil
}

// cpu is the process's CPU time, in user mode and in the kernel.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // cannot fail for the process itself
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
