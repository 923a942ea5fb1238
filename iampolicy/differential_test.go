package iampolicy

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	decisions  = flag.Int("decisions", 60_000, "how many generated decisions TestDifferential compares")
	seed       = flag.Uint64("seed", 1, "seed of the generated decisions; each batch of them has a number of its own besides")
	firstBatch = flag.Uint64("batch", 0, "number of the first batch of generated decisions: with -decisions 1, that batch only")
)

// engine decides requests by one set of policies.
type engine struct {
	name   string
	decide func(*Request) Decision
}

// enginesFor gives the ways in which the engine decides; all have to say what the oracle says. compiler may be nil.
func enginesFor(ps *Policies, compiler *Compiler) []engine {
	if compiler == nil {
		compiler = new(Compiler)
	}
	return []engine{{"Decide", func(req *Request) Decision { return Decide(req, ps) }}, {"Compiled", compiler.Compile(ps).Decide}}
}

// A batch: its stock, and how often it is drawn on.
const (
	stockDocuments = 14
	stockRequests  = 96
	batchSets      = 200
	setRequests    = 30
	batchSize      = batchSets * setRequests
)

// tally counts what was decided by what.
type tally struct {
	outcomes  [3][7]int
	operators map[string]int
}

func (c *tally) note(d Decision, members map[string]*member) {
	c.outcomes[d.Outcome][d.Layer]++
	if d.Statement >= 0 {
		for _, condition := range members[d.Policy].read.document.statements[d.Statement].conditions {
			c.operators[condition.operator]++
		}
	}
}

func (c *tally) add(o *tally) {
	for outcome := range o.outcomes {
		for layer, n := range o.outcomes[outcome] {
			c.outcomes[outcome][layer] += n
		}
	}
	for name, n := range o.operators {
		c.operators[name] += n
	}
}

// runBatch compares engine and oracle over a batch; it returns the first scenario on which they differ, shrunk.
func runBatch(d dice, sets int, c *tally) *scenario {
	s := newStock(d, stockDocuments, stockRequests)
	var compiler Compiler
	for range sets {
		set := s.set()
		engines := enginesFor(&set.engine, &compiler)
		for range setRequests {
			o := pick(s.dice, s.requests)
			want := o.decide(&set.plain)
			c.note(want, s.members)
			for _, e := range engines {
				if e.decide(o.req) != want {
					return shrink(newScenario(o.req, &set.engine), differs)
				}
			}
		}
	}
	return nil
}

func differs(s *scenario) bool { return len(answers(s)) > 1 }

// answers gives the distinct answers to a scenario, each with who gave it.
func answers(s *scenario) map[string][]string {
	req, set := s.build()
	out := map[string][]string{asJSON(newOracle(req).decide(&set.plain)): {"oracle"}}
	for _, e := range enginesFor(&set.engine, nil) {
		text := asJSON(e.decide(req))
		out[text] = append(out[text], e.name)
	}
	return out
}

func report(s *scenario) string {
	text := s.String()
	for answer, who := range answers(s) {
		text += fmt.Sprintf("\n%s: %s", strings.Join(who, ", "), answer)
	}
	return text
}

// inBatches runs batches on all processors until there were so many decisions, or the test has failed.
func inBatches(t *testing.T, total, size int, run func(batch uint64)) {
	var next atomic.Uint64
	batches := uint64((total + size - 1) / size)
	start := time.Now()
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := next.Add(1) - 1; n < batches && !t.Failed(); n = next.Add(1) - 1 {
				run(*firstBatch + n)
				if done := (n + 1) * uint64(size); done/5_000_000 != n*uint64(size)/5_000_000 {
					t.Logf("%d of %d in %s", done, total, time.Since(start).Round(time.Second))
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%d decisions, seed %d, in %s", batches*uint64(size), *seed, time.Since(start).Round(time.Millisecond))
}

// TestDifferential compares the compiled engine with the plain interpreter on generated decisions: outcome, layer, node of the
// tree, policy and statement. For long runs: go test ./iampolicy -run TestDifferential -v -timeout 0 -decisions 100000000
func TestDifferential(t *testing.T) {
	total := tally{operators: map[string]int{}}
	var lock sync.Mutex
	inBatches(t, *decisions, batchSize, func(batch uint64) {
		c := tally{operators: map[string]int{}}
		if s := runBatch(seeded(*seed, batch), batchSets, &c); s != nil {
			t.Errorf("they differ: -seed %d -batch %d -decisions 1\n%s", *seed, batch, report(s))
		}
		lock.Lock()
		defer lock.Unlock()
		total.add(&c)
	})
	if !t.Failed() && *decisions >= 50_000 {
		total.check(t)
	}
}

// check wants each outcome, layer and operator to have decided often enough for a difference to show.
func (c *tally) check(t *testing.T) {
	all := 0
	var outcomes [3]int
	for outcome := range c.outcomes {
		for _, n := range c.outcomes[outcome] {
			outcomes[outcome] += n
			all += n
		}
	}
	percent := func(n int) float64 { return 100 * float64(n) / float64(all) }
	for outcome, n := range outcomes {
		t.Logf("%-12v %5.1f%%", Outcome(outcome), percent(n))
		if percent(n) < 15 {
			t.Errorf("%v in %.1f%% of the decisions only", Outcome(outcome), percent(n))
		}
		for layer, n := range c.outcomes[outcome] {
			possible := Outcome(outcome) != Allowed && layer != int(LayerNone) ||
				Outcome(outcome) == Allowed && (layer == int(LayerNone) || layer == int(LayerResource) || layer == int(LayerIdentity))
			t.Logf("    by %-16s %5.1f%%", Layer(layer), percent(n))
			if possible != (n > 0) || possible && percent(n) < 0.5 {
				t.Errorf("%v by %q in %.2f%% of the decisions", Outcome(outcome), Layer(layer), percent(n))
			}
		}
	}
	names := operatorNames()
	least := slices.MinFunc(names, func(a, b string) int { return c.operators[a] - c.operators[b] })
	t.Logf("%d operators decided, %s least: %d times", len(names), least, c.operators[least])
	if all >= 1_000_000 && c.operators[least]*1_000_000/all < 20 {
		t.Errorf("%s stood in the deciding statement %d times only in %d decisions", least, c.operators[least], all)
	}
}

// operatorNames lists every operator with its prefixes and suffixes.
func operatorNames() (names []string) {
	bases := slices.Clone(baseOperators)
	for name := range negatedOperators {
		bases = append(bases, name)
	}
	for _, base := range bases {
		for _, set := range []string{"", "ForAllValues:", "ForAnyValue:"} {
			names = append(names, set+base)
			if base != "Null" {
				names = append(names, set+base+"IfExists")
			}
		}
	}
	return names
}
