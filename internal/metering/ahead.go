package metering

import "umbel/internal/domain/billing"

// ahead reads an hour while the one before is being used.
type ahead struct {
	full  chan batch
	free  chan []billing.UsageRecord
	stop  chan struct{}
	ended chan struct{}
}

// batch is an hour's records, or why there are no more.
type batch struct {
	records []billing.UsageRecord
	err     error
	panic   any
}

// batches is how many hours are in memory at most: one is used, and one is read.
const batches = 2

func newAhead() *ahead {
	a := &ahead{make(chan batch), make(chan []billing.UsageRecord, batches), make(chan struct{}), make(chan struct{})}
	for range batches {
		a.free <- nil
	}
	return a
}

// read reads all hours. A panic is one of who uses them.
func (a *ahead) read(m *merging) {
	defer close(a.ended)
	defer close(a.full)
	defer m.close()
	defer func() {
		if r := recover(); r != nil {
			a.give(batch{panic: r})
		}
	}()
	for {
		var room []billing.UsageRecord
		select {
		case room = <-a.free:
		case <-a.stop:
			return
		}
		more, err := m.hour(room)
		if err != nil {
			a.give(batch{err: err})
			return
		}
		if !more || !a.give(batch{records: m.batch}) {
			return
		}
	}
}

// give hands an hour over, unless no more are wanted.
func (a *ahead) give(b batch) bool {
	select {
	case a.full <- b:
		return true
	case <-a.stop:
		return false
	}
}

// end returns when nothing is read any more.
func (a *ahead) end() {
	close(a.stop)
	<-a.ended
}
