package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

var insertJobs = NewInsert("INSERT INTO jobs(id, kind, body, due, owner, lease, attempts, error) VALUES ", 8, "")

// Lease says who works on a job and until when nobody else will. The zero value is nobody.
type Lease struct {
	Owner string
	Until time.Time
}

func (l Lease) until() int64 {
	if l.Owner == "" {
		return 0
	}
	return micros(l.Until)
}

// LeasedJob is a job handed to its owner for a time.
type LeasedJob struct {
	Job
	Attempts int // how often it was handed out before
}

// InsertJobs puts jobs on the ledger within a transaction of the store. Jobs due by the time now are leased at once to the
// owner of the lease, if there is one: the process that enqueues a job also does it, unless it dies.
func InsertJobs(ctx context.Context, tx Tx, jobs []Job, now time.Time, lease Lease) error {
	if len(jobs) == 0 {
		return nil
	}
	args := make([]any, 0, len(jobs)*8)
	for _, j := range jobs {
		l := lease
		if j.Due.After(now) {
			l = Lease{}
		}
		args = append(args, j.ID, j.Kind, string(j.Body), micros(j.Due), l.Owner, l.until(), b2i(l.Owner != ""), "")
	}
	if _, err := insertJobs.Run(ctx, tx, args); err != nil {
		return fmt.Errorf("ledger: insert jobs: %w", err)
	}
	return nil
}

// LockJob keeps a job within a transaction of the store, and tells whether it is still on the ledger: while the transaction
// lasts nobody else can lock or finish it.
func LockJob(ctx context.Context, tx Tx, id string) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE jobs SET attempts = attempts WHERE id = $1", id)
	if err != nil {
		return false, fmt.Errorf("ledger: lock job %s: %w", id, err)
	}
	return n == 1, nil
}

// DeleteJobs takes jobs off the ledger within a transaction of the store that locked them.
func DeleteJobs(ctx context.Context, tx Tx, ids []string) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, "DELETE FROM jobs WHERE id = $1", id); err != nil {
			return fmt.Errorf("ledger: delete job %s: %w", id, err)
		}
	}
	return nil
}

// Take leases up to limit jobs that are due and leased by nobody, earliest first.
func (l *Ledger) Take(ctx context.Context, lease Lease, now time.Time, limit int) ([]LeasedJob, error) {
	ready, err := l.ready(ctx, now)
	if err != nil || !ready {
		return nil, err
	}
	var jobs []LeasedJob
	err = l.db.Write(ctx, func(tx Tx) error {
		jobs = jobs[:0]
		rows, err := tx.Query(ctx, `UPDATE jobs SET owner = $1, lease = $2, attempts = attempts + 1
			WHERE id IN (SELECT id FROM jobs WHERE due <= $3 AND lease <= $3 ORDER BY due, id LIMIT $4) AND lease <= $3
			RETURNING id, kind, body, due, attempts`, lease.Owner, lease.until(), micros(now), limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var j LeasedJob
			var due int64
			if err := rows.Scan(&j.ID, &j.Kind, &j.Body, &due, &j.Attempts); err != nil {
				return err
			}
			j.Due, j.Attempts = fromMicros(due), j.Attempts-1
			jobs = append(jobs, j)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: take jobs: %w", err)
	}
	slices.SortFunc(jobs, func(a, b LeasedJob) int { // RETURNING has no order
		return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID))
	})
	return jobs, nil
}

// ready tells whether there is anything to take, without the cost of a write.
func (l *Ledger) ready(ctx context.Context, now time.Time) (bool, error) {
	rows, err := l.db.Query(ctx, "SELECT 1 FROM jobs WHERE due <= $1 AND lease <= $1 LIMIT 1", micros(now))
	if err != nil {
		return false, fmt.Errorf("ledger: look for jobs: %w", err)
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

// Pending tells whether a job is due, done by somebody or not, or waits to be tried again.
func (l *Ledger) Pending(ctx context.Context, now time.Time) (bool, error) {
	rows, err := l.db.Query(ctx, "SELECT 1 FROM jobs WHERE due <= $1 OR attempts > 0 LIMIT 1", micros(now))
	if err != nil {
		return false, fmt.Errorf("ledger: look for jobs: %w", err)
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

// Next gives when the next job may be taken: it falls due, or its lease ends. The answer is zero if there is no job.
func (l *Ledger) Next(ctx context.Context) (time.Time, error) {
	rows, err := l.db.Query(ctx, "SELECT COALESCE(MIN(CASE WHEN lease > due THEN lease ELSE due END), 0) FROM jobs")
	if err != nil {
		return time.Time{}, fmt.Errorf("ledger: next job: %w", err)
	}
	defer rows.Close()
	var at int64
	if rows.Next() {
		if err := rows.Scan(&at); err != nil {
			return time.Time{}, fmt.Errorf("ledger: next job: %w", err)
		}
	}
	if at == 0 || rows.Err() != nil {
		return time.Time{}, rows.Err()
	}
	return fromMicros(at), nil
}

// Renew prolongs the leases that owner still holds on the jobs.
func (l *Ledger) Renew(ctx context.Context, lease Lease, ids []string) error {
	err := l.db.Write(ctx, func(tx Tx) error {
		for _, id := range ids {
			if _, err := tx.Exec(ctx, "UPDATE jobs SET lease = $1 WHERE id = $2 AND owner = $3", lease.until(), id, lease.Owner); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ledger: renew leases: %w", err)
	}
	return nil
}

// Postpone gives a job back: it failed and is due again at the time. Nothing happens if owner has lost the lease.
func (l *Ledger) Postpone(ctx context.Context, owner, id string, due time.Time, cause string) error {
	err := l.db.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, "UPDATE jobs SET owner = '', lease = 0, due = $1, error = $2 WHERE id = $3 AND owner = $4", micros(due), cause, id, owner)
		return err
	})
	if err != nil {
		return fmt.Errorf("ledger: postpone job %s: %w", id, err)
	}
	return nil
}

// Jobs counts the jobs on the ledger.
func (l *Ledger) Jobs(ctx context.Context) (int, error) {
	rows, err := l.db.Query(ctx, "SELECT COUNT(*) FROM jobs")
	if err != nil {
		return 0, fmt.Errorf("ledger: count jobs: %w", err)
	}
	defer rows.Close()
	n := 0
	if rows.Next() {
		err = rows.Scan(&n)
	}
	if err != nil {
		return 0, fmt.Errorf("ledger: count jobs: %w", err)
	}
	return n, rows.Err()
}
