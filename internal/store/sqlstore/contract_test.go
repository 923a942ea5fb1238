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

func TestPostgres(t *testing.T) {
	pgtest.Start(t) // or skip all
	storetest.Run(t, freshPostgres)
}
