package sqlstore_test

import (
	"path/filepath"
	"testing"

	"umbel/internal/store"
	"umbel/internal/store/sqlstore"
	"umbel/internal/store/storetest"
	"umbel/internal/store/storetest/pgtest"
)

// opener opens engines on one database.
func opener(database string) storetest.Opener {
	return func(tb testing.TB) store.Engine {
		tb.Helper()
		e, err := sqlstore.Open(tb.Context(), database)
		if err != nil {
			tb.Fatal(err)
		}
		return e
	}
}

func freshSQLite(tb testing.TB) storetest.Opener {
	return opener(filepath.Join(tb.TempDir(), "umbel.db"))
}

func freshPostgres(tb testing.TB) storetest.Opener { return opener(pgtest.Start(tb)) }

func TestSQLite(t *testing.T) { storetest.Run(t, freshSQLite) }

// TestSQLiteAlone runs the contract on one engine that knows its heads: what are replicas elsewhere are here two memories on it.
func TestSQLiteAlone(t *testing.T) {
	storetest.Run(t, func(tb testing.TB) storetest.Opener {
		path := filepath.Join(tb.TempDir(), "umbel.db")
		var e *shared
		return func(tb testing.TB) store.Engine {
			tb.Helper()
			if e == nil || e.users == 0 {
				alone, err := sqlstore.OpenSQLiteAlone(tb.Context(), path)
				if err != nil {
					tb.Fatal(err)
				}
				e = &shared{SQLite: alone}
			}
			e.users++
			return e
		}
	})
}

// shared is an engine that its last user closes.
type shared struct {
	*sqlstore.SQLite
	users int
}

func (s *shared) Close() error {
	if s.users--; s.users > 0 {
		return nil
	}
	return s.SQLite.Close()
}

func TestPostgres(t *testing.T) {
	pgtest.Start(t) // or skip all
	storetest.Run(t, freshPostgres)
}
