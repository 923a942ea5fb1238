package sqlstore

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"umbel/internal/ledger"
)

// TestCheckpointer writes several times what the log shall hold: it is emptied beside the writes and begun anew.
func TestCheckpointer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "umbel.db")
	e, err := OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	events := make([]ledger.Event, 256)
	body := make([]byte, 3*page)
	for written := 0; written < 3*sweepFrames*page; written += len(events) * len(body) {
		for i := range events {
			events[i] = ledger.Event{Account: "111122223333", Time: time.Now(), ID: fmt.Sprint(written, i), Body: body}
		}
		if err := e.Ledger().Append(t.Context(), events); err != nil {
			t.Fatal(err)
		}
		if written%(sweepFrames*page/4) < len(events)*len(body) {
			if err := e.sweep.sweep(); err != nil { // as it would by itself in a moment
				t.Fatal(err)
			}
		}
	}
	if waiting, err := e.sweep.checkpoint("NOOP"); err != nil || waiting > 2*sweepFrames {
		t.Errorf("%d pages wait in the log (%v), want at most %d", waiting, err, 2*sweepFrames)
	}
	if log, err := os.Stat(path + "-wal"); err != nil || log.Size() > 2*sweepFrames*page {
		t.Errorf("the log has %d bytes (%v), want at most %d", log.Size(), err, 2*sweepFrames*page)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !os.IsNotExist(err) {
		t.Errorf("the log is left behind a close: %v", err)
	}
}
