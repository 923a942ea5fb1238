package usage

import (
	"bytes"
	"context"
	"errors"
	"hash"
	"io"
	"iter"
	"runtime"
	"sync"
)

// blockSize is how much text a worker gets at a time, more only if a row wants it. It is above 2 × maxRow, so that every full
// block has a row that can be told apart.
const blockSize = 1 << 20

// mostText is how much is read in search of a line end. Files that have none are no text, and must not fill memory.
const mostText = 8 << 20

var errEndless = errors.New("usage: 8 MiB without a line end")

// block is a part of the file that holds whole rows.
type block struct {
	data  []byte
	whole []byte // what data is of, if nothing else is: room for another block when this one was delivered
	line  int    // of its first row
	last  bool   // nothing follows
	err   error  // why nothing follows, if it is not the end
}

// task is a block on its way: its batch is delivered in the order of the blocks.
type task struct {
	block
	done chan *batch
}

// stream cuts a file into blocks.
type stream struct {
	source io.Reader
	digest hash.Hash // of all that is read
	rest   []byte    // read, and not yet part of a block
	whole  []byte    // what rest is the beginning of; nil if blocks have of it
	tail   []byte    // room for the rest of a block
	spare  sync.Pool // of *[]byte of blockSize
	line   int       // of the first row in rest
	cut    func([]byte) int
	ended  bool
	err    error
}

// fill reads until there is so much, or the end.
func (s *stream) fill(size int) {
	if s.ended || len(s.rest) >= size {
		return
	}
	from := len(s.rest)
	grown := s.room(size)
	copy(grown, s.rest)
	for from < size && !s.ended {
		n, err := s.source.Read(grown[from:])
		from += n
		if err != nil {
			s.ended = true
			if err != io.EOF {
				s.err = err
			}
		}
	}
	s.digest.Write(grown[len(s.rest):from])
	s.rest, s.whole = grown[:from], grown
}

// room gives memory for text.
func (s *stream) room(size int) []byte {
	if size == blockSize {
		if of, ok := s.spare.Get().(*[]byte); ok {
			return *of
		}
	}
	return make([]byte, size)
}

// release takes the memory of a block back that nobody looks at any more.
func (s *stream) release(whole []byte) {
	if len(whole) == blockSize {
		s.spare.Put(&whole)
	}
}

// next gives the next block; false after the last.
func (s *stream) next() (b block, more bool) {
	size, end := blockSize, 0
	for {
		s.fill(size)
		if s.ended {
			b = block{data: s.rest, whole: s.whole, line: s.line, last: true, err: s.err}
			s.rest = nil
			return b, false
		}
		if end = s.cut(s.rest); end > 0 {
			break
		}
		if size += blockSize; size > mostText {
			s.ended, s.err = true, errEndless
		}
	}
	b = block{data: s.rest[:end:end], whole: s.whole, line: s.line}
	if rest := s.rest[end:]; len(rest) < blockSize {
		s.tail = append(s.tail[:0], rest...)
		s.rest = s.tail
	} else { // it may become a block as it is
		s.rest = bytes.Clone(rest)
	}
	s.whole = nil
	s.line += bytes.Count(b.data, []byte{newline})
	return b, true
}

// run parses the blocks on all processors and delivers their batches in order. Between the two they are converted, in order and on one
// goroutine, unless there is nothing to convert: while a batch is delivered, the next is converted, and none is before the one two before
// it was delivered. It returns when every goroutine has ended. A panic of any is a panic here.
func (s *stream) run(ctx context.Context, parser func() func(block) *batch, convert func(*batch), deliver func(*batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	tasks, order := make(chan task), make(chan task, 2*workers)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	for range workers {
		group.Go(func() {
			parse := parser()
			for t := range tasks {
				t.done <- parsed(parse, t.block)
			}
		})
	}
	group.Go(func() {
		defer close(order)
		defer close(tasks)
		for more := true; more; {
			var t task
			t.block, more = s.next()
			t.done = make(chan *batch, 1)
			select {
			case order <- t:
			case <-ctx.Done():
				return
			}
			tasks <- t
		}
	})
	batches := inOrder(order)
	if convert != nil {
		ready := make(chan *batch)
		group.Go(func() {
			defer close(ready)
			for b := range inOrder(order) {
				b.convert(convert)
				select {
				case ready <- b:
				case <-ctx.Done():
					return
				}
			}
		})
		batches = received(ready)
	}
	for b := range batches {
		err := ctx.Err()
		if err == nil {
			b.rethrow()
			err = deliver(b)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func parsed(parse func(block) *batch, of block) (b *batch) {
	defer func() {
		if r := recover(); r != nil {
			b = &batch{panicked: r}
		}
	}()
	return parse(of)
}

func (b *batch) convert(convert func(*batch)) {
	defer func() {
		if r := recover(); r != nil {
			b.panicked = r
		}
	}()
	if b.panicked == nil {
		convert(b)
	}
}

// rethrow panics with what making the batch has panicked with.
func (b *batch) rethrow() {
	if b.panicked != nil {
		panic(b.panicked)
	}
}

// inOrder gives the batches of tasks as they are done, in the order of the tasks.
func inOrder(tasks <-chan task) iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		for t := range tasks {
			if !yield(<-t.done) {
				return
			}
		}
	}
}

func received(batches <-chan *batch) iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		for b := range batches {
			if !yield(b) {
				return
			}
		}
	}
}
