package recent_test

import (
	"sync"
	"testing"

	"umbel/internal/recent"
)

func TestCache(t *testing.T) {
	c := recent.New[int, string](100)
	if _, ok := c.Get(1); ok {
		t.Error("an empty cache remembers something")
	}
	c.Put(1, "kept")
	c.Put(2, "forgotten")
	for i := range 1000 {
		c.Put(1000+i, "other")
		if v, ok := c.Get(1); !ok || v != "kept" {
			t.Fatalf("forgotten after %d, although it was asked for", i)
		}
		if c.Len() > 200 {
			t.Fatalf("holds %d", c.Len())
		}
	}
	if _, ok := c.Get(2); ok {
		t.Error("remembers for ever")
	}
	c.Put(1, "replaced")
	if v, _ := c.Get(1); v != "replaced" {
		t.Error(v)
	}
	if least := recent.New[int, int](0); least.Len() != 0 {
		t.Error(least.Len())
	} else if least.Put(1, 1); least.Len() != 1 {
		t.Error("remembers nothing at all")
	}
}

func TestCacheConcurrently(t *testing.T) {
	c := recent.New[int, int](16)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 2000 {
				if v, ok := c.Get(i % 40); ok && v != i%40 {
					t.Errorf("%d under %d", v, i%40)
				}
				c.Put(i%40, i%40)
			}
		})
	}
	all.Wait()
}
