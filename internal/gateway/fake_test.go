package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"umbel/internal/ledger"
	"umbel/internal/op"
	"umbel/internal/store"
)

// memory is a store in memory: enough of one to test the edge on. One lock, and no undoing of a failed Update.
type memory struct {
	mu       sync.Mutex
	states   map[store.Partition]store.State
	locators map[string]store.Partition
	stale    map[string]store.Partition // what Locate answers without fresh
	events   []ledger.Event
	broken   error
}

func newMemory() *memory {
	return &memory{states: map[store.Partition]store.State{}, locators: map[string]store.Partition{}, stale: map[string]store.Partition{}}
}

func (m *memory) state(p store.Partition) store.State {
	if s, ok := m.states[p]; ok {
		return s
	}
	s, err := op.Schema(p)
	if err != nil {
		panic(err)
	}
	m.states[p] = s
	return s
}

func (m *memory) View(ctx context.Context, sc store.Scope, fn func(store.Tx) error) error {
	return m.do(ctx, sc, fn)
}

func (m *memory) Update(ctx context.Context, _ store.Meta, sc store.Scope, fn func(store.Tx) error) error {
	return m.do(ctx, sc, fn)
}

func (m *memory) do(ctx context.Context, sc store.Scope, fn func(store.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(m.broken, ctx.Err()); err != nil {
		return err
	}
	tx := &memoryTx{m: m, scope: sc}
	if err := fn(tx); err != nil {
		return err
	}
	m.events = append(m.events, tx.events...)
	return nil
}

func (m *memory) Locate(_ context.Context, key string, fresh bool) (store.Partition, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p, ok := m.stale[key]; ok && !fresh {
		return p, true, nil
	}
	p, ok := m.locators[key]
	return p, ok, m.broken
}

func (m *memory) Keys(context.Context, string) ([]store.Locator, error) { return nil, nil }

func (m *memory) Peek(_ context.Context, p store.Partition) (store.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state(p), nil
}

func (m *memory) Secret() []byte { return []byte("0123456789abcdef0123456789abcdef") }
func (m *memory) Close() error   { return nil }

// Put is the trail of what is not in a transaction.
func (m *memory) Put(_ context.Context, events ...ledger.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, events...)
	return nil
}

type memoryTx struct {
	m      *memory
	scope  store.Scope
	events []ledger.Event
}

func (t *memoryTx) State(p store.Partition) store.State {
	if !slices.Contains(t.scope.Read, p) && !slices.Contains(t.scope.Write, p) {
		panic(fmt.Sprintf("%s is not in the scope", p))
	}
	return t.m.state(p)
}

func (t *memoryTx) Locate(key string) (store.Partition, bool, error) {
	p, ok := t.m.locators[key]
	return p, ok, nil
}

func (t *memoryTx) Claim(key string, p store.Partition) error { t.m.locators[key] = p; return nil }
func (t *memoryTx) Release(key string) error                  { delete(t.m.locators, key); return nil }
func (t *memoryTx) Enqueue(ledger.Job)                        {}
func (t *memoryTx) Finish(string) error                       { return nil }
func (t *memoryTx) Record(e ledger.Event)                     { t.events = append(t.events, e) }
