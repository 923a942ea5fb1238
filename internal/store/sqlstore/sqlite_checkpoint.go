package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// checkpointer moves what SQLite's log has gathered into the database file, beside the writers. SQLite by itself lets the
// writer do it whose commit makes the log long enough, and everybody waits for tens of milliseconds meanwhile.
type checkpointer struct {
	e     *SQLite
	c     *connection
	woken chan struct{} // something was committed
	stop  context.CancelFunc
	ended chan struct{}
}

const (
	// sweepFrames is how many pages the log holds when they are moved: 16 MB. Pages that change often are moved once.
	sweepFrames = 4000
	// sweepPause is how long after one look at the log the next one comes at the earliest.
	sweepPause = 50 * time.Millisecond
)

func startCheckpointer(ctx context.Context, e *SQLite, path string) (*checkpointer, error) {
	c, err := connectSQLite(ctx, path, "synchronous(normal)", "wal_autocheckpoint(0)", "cache_size(-100)")
	if err != nil {
		return nil, err
	}
	s := &checkpointer{e: e, c: c, woken: make(chan struct{}, 1), ended: make(chan struct{})}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	go s.run(ctx)
	return s, nil
}

// wake says that something was committed. A nil checkpointer, of an engine about to open, sleeps on.
func (s *checkpointer) wake() {
	if s == nil {
		return
	}
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

func (s *checkpointer) run(ctx context.Context) {
	defer close(s.ended)
	for {
		select {
		case <-s.woken:
		case <-ctx.Done():
			return
		}
		// What fails here is tried again after the next commit; when the log gets too long the writer itself sweeps.
		_ = s.sweep()
		select {
		case <-time.After(sweepPause):
		case <-ctx.Done():
			return
		}
	}
}

// sweep empties the log if it is long enough: most of it while writers go on, the rest while none may, so that the next one
// begins the log anew.
func (s *checkpointer) sweep() error {
	if waiting, err := s.checkpoint("NOOP"); err != nil || waiting < sweepFrames {
		return err
	}
	if _, err := s.checkpoint("PASSIVE"); err != nil {
		return err
	}
	s.e.mu.Lock()
	defer s.e.mu.Unlock()
	_, err := s.checkpoint("PASSIVE")
	return err
}

// checkpoint runs a checkpoint and gives how many pages of the log are still to be moved. NOOP moves nothing.
func (s *checkpointer) checkpoint(mode string) (waiting int, err error) {
	var busy, frames, moved int
	row := s.c.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint("+mode+")")
	if err := row.Scan(&busy, &frames, &moved); err != nil {
		return 0, fmt.Errorf("sqlstore: checkpoint: %w", err)
	}
	return frames - moved, nil
}

func (s *checkpointer) close() error {
	s.stop()
	<-s.ended
	return s.c.close()
}
