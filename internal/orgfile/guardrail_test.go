package orgfile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawFile draws an organization of a few units, accounts and policies, attached anywhere.
func drawFile(t *rapid.T, label string) string {
	policies := []string{"p0", "p1", "p2", "p3"}
	attach := func(at string) string {
		return "[" + strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(policies), 0, 3, rapid.ID).Draw(t, label+" policies of "+at), ", ") + "]"
	}
	units := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"A", "A/B", "A/B/C", "D", "D/E"}), 1, 5, rapid.ID).Draw(t, label+" units")
	var b strings.Builder
	fmt.Fprintf(&b, "root: {policies: %s}\nunits:\n", attach("root"))
	for _, u := range units {
		fmt.Fprintf(&b, "  - {path: %s, policies: %s}\n", u, attach(u))
	}
	b.WriteString("accounts:\n")
	for _, a := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 1, 3, rapid.ID).Draw(t, label+" accounts") {
		fmt.Fprintf(&b, "  - {name: %s, email: %s@example.com, policies: %s", a, a, attach(a))
		if u := rapid.SampledFrom(append([]string{""}, units...)).Draw(t, label+" unit of "+a); u != "" {
			fmt.Fprintf(&b, ", unit: %s", u)
		}
		b.WriteString("}\n")
	}
	return b.String() + policyText(policies...)
}

// guardrails gives the policies that hold for each account, by its name, in the order of the tree.
func (f *fake) guardrails() map[string][]string {
	parents := map[string]string{}
	for _, u := range f.live.Units {
		parents[u.ID] = u.Parent
	}
	out := map[string][]string{}
	for _, a := range f.live.Accounts {
		for id := a.ID; id != ""; {
			for _, p := range f.live.index().attached[id] {
				if !p.AWS {
					out[a.Name] = append(out[a.Name], p.Name)
				}
			}
			if id == a.ID {
				id = a.Parent
			} else {
				id = parents[id]
			}
		}
	}
	return out
}

// TestNoMomentWithoutGuardrails goes from any organization to any other: at no moment is an account without a guardrail that
// it has both before and after, and in the end nothing is left to do.
func TestNoMomentWithoutGuardrails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, second := drawFile(t, "first"), drawFile(t, "second")
		o := PlanOptions{Prune: rapid.Bool().Draw(t, "prune")}
		now := func(context.Context, time.Duration) error { return nil }
		run := func(f *fake, text string) {
			file, err := Parse("organization.yaml", []byte(text), nil)
			if err != nil {
				t.Fatal(err)
			}
			p, err := NewPlan(context.Background(), f.clients(), file, o)
			if err != nil {
				t.Fatal(err)
			}
			if err := apply(context.Background(), f.clients(), p, nil, now); err != nil {
				t.Fatal(err)
			}
			if p, err = NewPlan(context.Background(), f.clients(), file, o); err != nil || !p.Empty() {
				t.Fatalf("a second plan: %v, %v", p.Steps, err)
			}
		}
		rehearsal := newFake()
		run(rehearsal, first)
		run(rehearsal, second)
		after := rehearsal.guardrails()

		f := newFake()
		run(f, first)
		before := f.guardrails()
		f.fail = func(call string) error {
			for account, now := range f.guardrails() {
				for _, p := range before[account] {
					if slices.Contains(after[account], p) && !slices.Contains(now, p) {
						t.Fatalf("before %s, account %s is without %s", call, account, p)
					}
				}
			}
			return nil
		}
		run(f, second)
	})
}
