package sqlstore

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"

	"umbel/internal/ledger"
)

//go:embed migrations
var migrations embed.FS

// migration is one step of the tables, from version-1 to version.
type migration struct {
	version int
	text    string
}

// known gives the migrations of an engine in order. They are numbered 1, 2, 3 … by their file names.
func known(engine string) ([]migration, error) {
	names, err := fs.Glob(migrations, path.Join("migrations", engine, "*.sql"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("sqlstore: no migrations for %s: %w", engine, err)
	}
	slices.Sort(names)
	out := make([]migration, len(names))
	for i, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("sqlstore: migrations: %w", err)
		}
		if n, err := strconv.Atoi(path.Base(name)[:4]); err != nil || n != i+1 {
			return nil, fmt.Errorf("sqlstore: migration %s is not number %d", name, i+1)
		}
		out[i] = migration{version: i + 1, text: string(text)}
	}
	return out, nil
}

// migrate brings the tables up to date. The caller holds a lock that keeps other replicas from doing the same.
func migrate(ctx context.Context, tx ledger.Tx, engine string) error {
	steps, err := known(engine)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"); err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	at, err := version(ctx, tx, len(steps))
	if err != nil {
		return err
	}
	for _, m := range steps[at:] {
		if _, err := tx.Exec(ctx, m.text); err != nil {
			return fmt.Errorf("sqlstore: migrate to version %d: %w", m.version, err)
		}
	}
	if at == len(steps) {
		return nil
	}
	_, err = tx.Exec(ctx, "INSERT INTO meta(key, value) VALUES ('schema', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value", strconv.Itoa(len(steps)))
	if err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	return nil
}

// version reads the version of the tables and refuses one that is newer than newest.
func version(ctx context.Context, q querier, newest int) (int, error) {
	text, err := meta(ctx, q, "schema")
	if err != nil {
		return 0, err
	}
	if text == "" {
		return 0, nil
	}
	at, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("sqlstore: schema version %q: %w", text, err)
	}
	if at > newest {
		return 0, fmt.Errorf("sqlstore: the database has schema version %d, this Umbel knows only %d: use the newer Umbel that wrote it", at, newest)
	}
	return at, nil
}

// current makes sure that the tables are of exactly this Umbel's version.
func current(ctx context.Context, q querier, engine string) error {
	steps, err := known(engine)
	if err != nil {
		return err
	}
	at, err := version(ctx, q, len(steps))
	if err != nil {
		return err
	}
	if at != len(steps) {
		return fmt.Errorf("sqlstore: the database has schema version %d, this Umbel needs %d: start its server once", at, len(steps))
	}
	return nil
}

func meta(ctx context.Context, q querier, key string) (string, error) {
	rows, err := q.Query(ctx, "SELECT value FROM meta WHERE key = $1", key)
	if err != nil {
		return "", fmt.Errorf("sqlstore: meta: %w", err)
	}
	defer rows.Close()
	value := ""
	if rows.Next() {
		if err := rows.Scan(&value); err != nil {
			return "", fmt.Errorf("sqlstore: meta: %w", err)
		}
	}
	return value, rows.Err()
}

// secretSize is the length of the secret in bytes.
const secretSize = 32

// secret gives the database's secret, and makes it if nobody has yet.
func secret(ctx context.Context, q querier, db ledger.Database) ([]byte, error) {
	text, err := meta(ctx, q, "secret")
	if err != nil {
		return nil, err
	}
	if text == "" {
		fresh := make([]byte, secretSize)
		rand.Read(fresh)
		err := db.Write(ctx, func(tx ledger.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO meta(key, value) VALUES ('secret', $1) ON CONFLICT (key) DO NOTHING", hex.EncodeToString(fresh))
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("sqlstore: make the secret: %w", err)
		}
		if text, err = meta(ctx, q, "secret"); err != nil {
			return nil, err
		}
	}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != secretSize {
		return nil, fmt.Errorf("sqlstore: the stored secret is damaged")
	}
	return raw, nil
}
