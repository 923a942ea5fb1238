package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"umbel/internal/store"
)

// registerInput is one operation on the register of a partition: read it, write it, or add to it and tell what it was.
type registerInput struct {
	part store.Partition
	op   string
	n    int64
}

// registers is the sequential model: one number per partition.
func registers() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			by := map[store.Partition][]porcupine.Operation{}
			for _, o := range history {
				p := o.Input.(registerInput).part
				by[p] = append(by[p], o)
			}
			var out [][]porcupine.Operation
			for _, ops := range by {
				out = append(out, ops)
			}
			return out
		},
		Init: func() any { return int64(0) },
		Step: func(state, input, output any) (bool, any) {
			in, now := input.(registerInput), state.(int64)
			switch in.op {
			case "write":
				return true, in.n
			case "add":
				return output.(int64) == now, now + in.n
			}
			return output.(int64) == now, now
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %v", input, output) },
	}
}

// testLinearizable records a history of concurrent reads and writes over two replicas and has it checked: every partition
// must behave like one register that each operation touches at one moment between its begin and its end.
func testLinearizable(t *testing.T, open Opener) {
	// The second replica forgets its partitions all the time.
	replicas := []*store.DB{Open(t, open, store.Options{}), Open(t, open, store.Options{Budget: map[string]int64{"org": 1}})}
	const clients, each, partitions = 8, 60, 3
	begin := time.Now()
	var mu sync.Mutex
	var history []porcupine.Operation
	var next atomic.Int64
	var running sync.WaitGroup
	for c := range clients {
		running.Go(func() {
			choose := rand.New(rand.NewPCG(uint64(c), 7))
			for range each {
				in := registerInput{part: store.Partition(fmt.Sprint("org/", choose.IntN(partitions))), op: []string{"read", "read", "write", "add"}[choose.IntN(4)], n: next.Add(1)}
				call := time.Since(begin)
				out, err := operate(replicas[c%2], in)
				ret := time.Since(begin)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				history = append(history, porcupine.Operation{ClientId: c, Input: in, Call: int64(call), Output: out, Return: int64(ret)})
				mu.Unlock()
			}
		})
	}
	running.Wait()
	switch result, _ := porcupine.CheckOperationsVerbose(registers(), history, time.Minute); result {
	case porcupine.Illegal:
		t.Errorf("the history of %d operations is not linearizable", len(history))
	case porcupine.Unknown:
		t.Error("the history could not be checked in a minute")
	}
	if len(history) != clients*each {
		t.Errorf("%d operations, want %d", len(history), clients*each)
	}
	wantClean(t, open)
}

// operate runs one operation and gives what the register was.
func operate(db *store.DB, in registerInput) (was int64, err error) {
	if in.op == "read" {
		err = db.View(context.Background(), reading(in.part), func(tx store.Tx) error {
			was = at(tx, in.part).Value("r")
			return nil
		})
		return was, err
	}
	err = db.Update(context.Background(), meta("test:"+in.op), writing(in.part), func(tx store.Tx) error {
		s := at(tx, in.part)
		was = s.Value("r")
		to := in.n
		if in.op == "add" {
			to += was
		}
		s.Counters.Put(&Counter{Name: "r", Value: to})
		return nil
	})
	return was, err
}
