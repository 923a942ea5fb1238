package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // registers itself with database/sql

	"umbel/internal/costlines"
	"umbel/internal/decimal"
)

// engine answers questions over the lines of a directory. What is measured is ask; rows gives what was asked last.
type engine interface {
	ask(q *question) error
	rows(q *question) ([]costlines.Row, error)
	close() error
}

func openEngine(name, dir string) (engine, error) {
	switch name {
	case "umbel":
		s, err := costlines.Open(dir)
		return &umbel{store: s}, err
	case "duckdb":
		db, err := sql.Open("duckdb", "")
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(1) // a temporary table belongs to its connection
		return &duck{db: db, files: filepath.Join(dir, payer, "*.parquet")}, nil
	}
	return nil, fmt.Errorf("there is no engine %q", name)
}

type umbel struct {
	store *costlines.Store
	last  []costlines.Row
}

func (u *umbel) ask(q *question) (err error) {
	asked := q.query
	asked.View.Payer = payer
	u.last, err = u.store.Query(context.Background(), asked)
	return err
}

func (u *umbel) rows(*question) ([]costlines.Row, error) { return u.last, nil }

func (u *umbel) close() error { return u.store.Close() }

// duck is DuckDB in this process, in memory, as it is set up by default. It keeps an answer as a table, so that the way of rows
// through its driver is not measured.
type duck struct {
	db    *sql.DB
	files string
}

func (d *duck) close() error { return d.db.Close() }

func (d *duck) ask(q *question) error {
	files := "read_parquet('" + d.files + "', union_by_name = true)"
	_, err := d.db.Exec("CREATE OR REPLACE TEMPORARY TABLE answer AS " + strings.ReplaceAll(q.sql, "FILES", files))
	return err
}

func (d *duck) rows(q *question) (out []costlines.Row, err error) {
	rows, err := d.db.Query("SELECT * FROM answer")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var row costlines.Row
		var start int64
		sums := make([]duckSum, len(q.query.Metrics))
		into := []any{&start, &row.Keys[0], &row.Keys[1], &row.Currency, &row.Lines}
		for i := range sums {
			into = append(into, &sums[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		row.Start = time.UnixMicro(start).UTC()
		for _, s := range sums {
			row.Sums = append(row.Sums, s.D)
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// duckSum takes a DECIMAL as DuckDB's driver gives it.
type duckSum struct{ decimal.D }

// Scan takes a value of the driver.
func (s *duckSum) Scan(v any) (err error) {
	text, ok := v.(fmt.Stringer)
	if !ok {
		return fmt.Errorf("a sum is of type %T", v)
	}
	s.D, err = decimal.Parse(text.String())
	return err
}
