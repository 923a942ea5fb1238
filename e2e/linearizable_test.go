package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"
)

// units are what the clients of a history work on: their tags, each read alone, and their names, read together.
const historyUnits = 3

// organizationState is the part of an organization that a history shows.
type organizationState struct{ tags, names [historyUnits]string }

type historyKind int

const (
	tagUnit historyKind = iota
	readTag
	renameUnit
	listNames
)

type historyInput struct {
	kind  historyKind
	unit  int
	value string // of tagUnit and renameUnit
}

// historyOutput is what a call showed; nil if the answer was lost with the server, so that it may have happened or not.
type historyOutput struct {
	value string
	names [historyUnits]string
}

// organizationModel says what an organization does to whom all calls come one after another. Its parts that no call shows
// together are checked apart, which comes to the same (linearizability is local): the tag of each unit, and all names, since
// a list has to fit with all of them at once.
var organizationModel = porcupine.Model{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		parts := make([][]porcupine.Operation, historyUnits+1)
		for _, o := range all {
			part := historyUnits
			if in := o.Input.(historyInput); in.kind == tagUnit || in.kind == readTag {
				part = in.unit
			}
			parts[part] = append(parts[part], o)
		}
		return parts
	},
	Init: func() any { return organizationState{} },
	Step: func(state, input, output any) (bool, any) {
		s, in := state.(organizationState), input.(historyInput)
		out, known := output.(historyOutput)
		switch in.kind {
		case tagUnit:
			s.tags[in.unit] = in.value
		case renameUnit:
			s.names[in.unit] = in.value
		case readTag:
			return !known || out.value == s.tags[in.unit], s
		case listNames:
			return !known || out.names == s.names, s
		}
		return true, s
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
	DescribeState:     func(state any) string { return fmt.Sprintf("%+v", state) },
}

// history collects what clients did.
type history struct {
	replicas *replicas
	begin    time.Time
	units    [historyUnits]string // IDs
	mu       sync.Mutex
	done     []porcupine.Operation
}

// TestReplicasAreLinearizable has clients of two servers read and write one organization at once. There must be an order of
// all calls, in which each takes effect between its begin and its end, that explains every answer.
func TestReplicasAreLinearizable(t *testing.T) {
	r := startReplicas(t, 2)
	h := newHistory(r)
	h.run(6, 60, func(client, _ int) int { return client % 2 })
	h.check(t)
}

// TestReplicasAreLinearizableThroughKill is the same while one server is killed. Its clients go over to the other one; calls
// whose answers were lost may have happened or not.
func TestReplicasAreLinearizableThroughKill(t *testing.T) {
	r := startReplicas(t, 2)
	h := newHistory(r)
	var killed sync.WaitGroup
	killed.Add(1)
	var once sync.Once
	h.run(6, 60, func(client, call int) int {
		if call == 20 {
			once.Do(func() {
				go func() {
					defer killed.Done()
					r.procs[0].kill()
				}()
			})
		}
		select {
		case <-r.procs[0].ended:
			return 1
		default:
			return client % 2
		}
	})
	killed.Wait()
	h.check(t)
}

func newHistory(r *replicas) *history {
	h := &history{replicas: r, begin: time.Now()}
	for i := range h.units {
		name := fmt.Sprintf("unit-%d", i)
		h.units[i] = r.unit(i%2, name)
		h.note(0, historyInput{renameUnit, i, name}, time.Now(), historyOutput{})
		h.call(0, r.organizations(0), historyInput{tagUnit, i, "none"})
	}
	return h
}

// run has clients make calls one after another; server tells which of the servers a client's call goes to.
func (h *history) run(clients, calls int, server func(client, call int) int) {
	var running sync.WaitGroup
	for client := range clients {
		running.Go(func() {
			for n := range calls {
				in := historyInput{kind: historyKind(rand.IntN(4)), unit: rand.IntN(historyUnits), value: fmt.Sprintf("%d-%d", client, n)}
				h.call(client, h.replicas.organizations(server(client, n)), in)
			}
		})
	}
	running.Wait()
}

// call makes a call and notes it. A refusal is a failure of the test; an answer that was lost is noted as such. A call that
// no server took, for there is none any more, did not happen: each that may have makes the search for an order longer.
func (h *history) call(client int, c *organizations.Client, in historyInput) {
	begin := time.Now()
	out, err := h.do(c, in)
	var refusal smithy.APIError
	switch {
	case err == nil:
		h.note(client, in, begin, out)
	case errors.As(err, &refusal):
		h.replicas.t.Errorf("%+v: %v", in, err)
	case errors.Is(err, syscall.ECONNREFUSED):
	case in.kind == tagUnit || in.kind == renameUnit:
		h.note(client, in, begin, nil)
	}
}

func (h *history) do(c *organizations.Client, in historyInput) (out historyOutput, err error) {
	ctx, unit := context.Background(), &h.units[in.unit]
	switch in.kind {
	case tagUnit:
		_, err = c.TagResource(ctx, &organizations.TagResourceInput{ResourceId: unit, Tags: []types.Tag{{Key: aws.String("n"), Value: &in.value}}})
	case renameUnit:
		_, err = c.UpdateOrganizationalUnit(ctx, &organizations.UpdateOrganizationalUnitInput{OrganizationalUnitId: unit, Name: &in.value})
	case readTag:
		var tags *organizations.ListTagsForResourceOutput
		if tags, err = c.ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: unit}); err == nil {
			out.value = *tags.Tags[0].Value
		}
	case listNames:
		var list *organizations.ListOrganizationalUnitsForParentOutput
		if list, err = c.ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &h.replicas.root}); err == nil {
			for _, u := range list.OrganizationalUnits {
				out.names[slices.Index(h.units[:], *u.Id)] = *u.Name
			}
		}
	}
	return out, err
}

// note notes a call that ends now; one whose answer was lost never ends.
func (h *history) note(client int, in historyInput, begin time.Time, out any) {
	end := int64(math.MaxInt64)
	if out != nil {
		end = time.Since(h.begin).Nanoseconds()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = append(h.done, porcupine.Operation{ClientId: client, Input: in, Call: begin.Sub(h.begin).Nanoseconds(), Output: out, Return: end})
}

func (h *history) check(t *testing.T) {
	t.Helper()
	lost := 0
	for _, o := range h.done {
		if o.Output == nil {
			lost++
		}
	}
	result := porcupine.CheckOperationsTimeout(organizationModel, h.done, time.Minute)
	t.Logf("%d calls, %d of them without an answer: %s", len(h.done), lost, result)
	if result == porcupine.Ok {
		return
	}
	slices.SortFunc(h.done, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var lines strings.Builder
	for _, o := range h.done {
		fmt.Fprintf(&lines, "%d %d–%d %s\n", o.ClientId, o.Call, o.Return, organizationModel.DescribeOperation(o.Input, o.Output))
	}
	t.Errorf("the history is not linearizable:\n%s", lines.String())
}

// TestModelTellsStaleReads holds that the model refuses what no single organization shows: a read of a value that was
// replaced before the read began, and a list that mixes old names with new ones.
func TestModelTellsStaleReads(t *testing.T) {
	calls := func(all ...porcupine.Operation) []porcupine.Operation {
		for i := range all {
			all[i].Call, all[i].Return = int64(2*i), int64(2*i+1)
		}
		return all
	}
	tag := func(v string) porcupine.Operation {
		return porcupine.Operation{Input: historyInput{tagUnit, 0, v}, Output: historyOutput{}}
	}
	read := func(v string) porcupine.Operation {
		return porcupine.Operation{Input: historyInput{kind: readTag}, Output: historyOutput{value: v}}
	}
	rename := func(u int, v string) porcupine.Operation {
		return porcupine.Operation{Input: historyInput{renameUnit, u, v}, Output: historyOutput{}}
	}
	list := func(names ...string) porcupine.Operation {
		return porcupine.Operation{Input: historyInput{kind: listNames}, Output: historyOutput{names: [historyUnits]string(names)}}
	}
	lost := porcupine.Operation{Input: historyInput{tagUnit, 0, "lost"}, Return: math.MaxInt64}
	for name, c := range map[string]struct {
		history []porcupine.Operation
		good    bool
	}{
		"in order":            {calls(tag("a"), read("a"), tag("b"), read("b")), true},
		"a stale read":        {calls(tag("a"), tag("b"), read("a")), false},
		"a lost write seen":   {append(calls(tag("a"), read("lost")), lost), true},
		"a lost write unseen": {append(calls(tag("a"), read("a")), lost), true},
		"a lost write undone": {append(calls(tag("a"), read("lost"), read("a")), lost), false},
		"a whole list":        {calls(rename(0, "x"), rename(1, "y"), list("x", "y", "")), true},
		"a mixed list":        {calls(rename(0, "x"), rename(1, "y"), list("", "y", "")), false},
	} {
		if porcupine.CheckOperations(organizationModel, c.history) != c.good {
			t.Errorf("%s: want %v", name, c.good)
		}
	}
}
