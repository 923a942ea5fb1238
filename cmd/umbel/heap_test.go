package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestHeapPercent(t *testing.T) {
	for _, test := range []struct {
		live uint64
		want int
	}{{0, 400}, {10 << 20, 400}, {40 << 20, 275}, {50 << 20, 200}, {64 << 20, 134}, {80 << 20, 100}, {1 << 30, 100}} {
		if got := heapPercent(test.live); got != test.want {
			t.Errorf("heapPercent(%d MB) = %d, want %d", test.live>>20, got, test.want)
		}
	}
}

func TestHeapTuner(t *testing.T) {
	before := debug.SetGCPercent(90)
	defer debug.SetGCPercent(before)
	h := &heapTuner{percent: 90}
	h.watch()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		runtime.GC()
		if p := debug.SetGCPercent(90); p != 90 {
			return
		}
	}
	t.Error("collections did not adjust the heap's growth")
}
