package exports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/usage"
)

// lease is how long a run of another process may be silent before it is taken for broken off.
const lease = 10 * time.Minute

// errGone tells that a run's export was deleted, or that another process took the run for broken off.
var errGone = errors.New("exports: the run is not wanted any more")

// run is an execution under way.
type run struct {
	*Exporter
	task
	record cost.Execution
	layout layout
	parts  []string // files aside
}

// do runs an export for a month, from the note that it begins to the note of how it ended.
func (x *Exporter) do(ctx context.Context, t task) error {
	id, err := newID(x.cfg.Rand)
	if err != nil {
		return err
	}
	now := x.cfg.Now()
	r := &run{Exporter: x, task: t, record: cost.Execution{
		// IDs ascend with time, so that runs are kept in their order.
		Export: t.export.Key, ID: fmt.Sprintf("%012x-%s", now.UnixMilli(), id[14:]), Month: t.month.String(), Definition: t.export, Status: cost.Initiating,
		Worker: x.worker, Created: now, Updated: now,
	}}
	r.layout = layoutOf(&t.export, t.month, &r.record)
	var dead []*cost.Execution
	begun := false
	err = r.update(ctx, func(s *cost.State) error {
		if _, there := s.Export(t.export.Key); there {
			dead, begun = s.Begin(r.record, x.lease())
		}
		return nil
	})
	if err != nil || !begun {
		return err
	}
	status, reason := cost.Shipped, ""
	files, err := r.work(ctx, dead)
	switch {
	case errors.Is(err, errGone):
		return nil
	case err != nil && len(r.parts) == 0:
		status, reason = cost.QueryFailed, cost.InternalFailure
	case err != nil:
		status, reason = cost.DeliveryFailed, refusal(err)
	}
	var d *cost.Shipment
	if err == nil {
		d = &cost.Shipment{
			Export: t.export.Key, Month: t.month.String(), Computed: t.computed, Revision: t.export.Revision, At: x.cfg.Now(), Files: files, Final: t.final,
		}
	}
	if err != nil {
		err = fmt.Errorf("export %s of account %s, %s: %w", t.export.Name, t.owner, t.month, err)
	}
	// The note must be made even if the work was broken off.
	return errors.Join(err, r.update(context.WithoutCancel(ctx), func(s *cost.State) error {
		s.Finish(r.record.Export, r.record.ID, status, reason, d, x.cfg.Now())
		return nil
	}))
}

func (x *Exporter) lease() time.Duration {
	if x.cfg.Alone {
		return 0
	}
	return lease
}

// refusal gives the reason of a delivery that failed.
func refusal(err error) string {
	if refused := (*RefusedError)(nil); errors.As(err, &refused) && (refused.Status == 403 || refused.Status == 404) {
		return "INSUFFICIENT_PERMISSION"
	}
	return cost.InternalFailure
}

func (r *run) update(ctx context.Context, fn func(*cost.State) error) error {
	p := op.CostPartition(r.owner)
	meta := store.Meta{RequestID: r.record.ID, Actor: "exports", Action: "exports:Run", At: r.cfg.Now()}
	return r.cfg.Store.Update(ctx, meta, store.Scope{Write: []store.Partition{p}}, func(tx store.Tx) error { return fn(tx.State(p).(*cost.State)) })
}

// progress notes how far the run is, and that it is alive.
func (r *run) progress(ctx context.Context, status string) error {
	going := false
	err := r.update(ctx, func(s *cost.State) error {
		going = s.Progress(r.record.Export, r.record.ID, status, r.cfg.Now())
		return nil
	})
	if err == nil && !going {
		err = errGone
	}
	return err
}

// changes is how often a run begins again because the lines changed under it.
const changes = 3

// work writes the files aside, and delivers them.
func (r *run) work(ctx context.Context, dead []*cost.Execution) (files int, err error) {
	if err := r.progress(ctx, cost.QueryInProcess); err != nil {
		return 0, err
	}
	aside := filepath.Join(r.cfg.Spool, "export-"+r.record.ID)
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	for _, d := range dead {
		if err := r.sweep(ctx, d); err != nil {
			return 0, err
		}
	}
	var columns []usage.Column
	for attempt := range changes {
		r.parts = nil
		if err = errors.Join(os.RemoveAll(aside), os.MkdirAll(aside, 0o700)); err != nil {
			return 0, err
		}
		if columns, err = r.write(ctx, aside); !errors.Is(err, errChanged) || attempt == changes-1 {
			break
		}
	}
	if err != nil {
		r.parts = nil
		return 0, err
	}
	if err := r.progress(ctx, cost.Delivering); err != nil {
		return 0, err
	}
	return len(r.parts), r.deliver(ctx, aside, columns)
}

// sweep removes what a run that broke off left: its files aside, and those in a place of its own, which no manifest names.
func (r *run) sweep(ctx context.Context, d *cost.Execution) error {
	if err := os.RemoveAll(filepath.Join(r.cfg.Spool, "export-"+d.ID)); err != nil {
		return err
	}
	l := layoutOf(&d.Definition, r.month, d)
	if l.overwrite {
		return nil
	}
	keys, err := r.cfg.To.List(ctx, d.Definition.Bucket, l.data)
	for _, key := range keys {
		err = errors.Join(err, r.cfg.To.Delete(ctx, d.Definition.Bucket, key))
	}
	return errors.Join(err, r.cfg.To.Delete(ctx, d.Definition.Bucket, l.manifests[0]))
}

// write writes the month's rows into files aside.
func (r *run) write(ctx context.Context, aside string) ([]usage.Column, error) {
	engine, err := r.cfg.Lines()
	if err != nil {
		return nil, err
	}
	view := costlines.View{Payer: string(r.payer)}
	if r.owner != r.payer {
		view.Accounts = []string{string(r.owner)}
	}
	keys := func(of costlines.Kind) ([]string, error) {
		return engine.Keys(ctx, costlines.KeysQuery{View: view, Start: r.month.Start(), End: r.month.End(), Kind: of})
	}
	tags, err := keys(costlines.Tag)
	if err != nil {
		return nil, err
	}
	categories, err := keys(costlines.Category)
	if err != nil {
		return nil, err
	}
	j, err := plan(&r.export, r.names, tags, categories)
	if err != nil {
		return nil, err
	}
	p := &partWriter{run: r, ctx: ctx, job: j, aside: aside}
	s := source{engine: engine, view: view, month: r.month, lines: r.cfg.BatchLines}
	err = s.each(ctx, j, newTagFilter(tags), p.line)
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err == nil && p.file == nil && len(r.parts) == 0 {
		err = p.open() // a month without rows has a file too
	}
	return j.columns, errors.Join(err, p.close())
}

// errEnough ends the reading when a query's LIMIT is reached.
var errEnough = errors.New("exports: enough rows")

// partWriter writes rows into parts of bounded size.
type partWriter struct {
	*run
	ctx   context.Context
	job   *job
	aside string
	on    *os.File
	file  usage.File
	rows  int
	total int64
}

func (p *partWriter) line(l *billing.Line) error {
	return p.job.rows.Each(l, func(cells [][]byte) error {
		j := p.job
		switch {
		case j.limit >= 0 && p.total >= j.limit:
			return errEnough
		case j.where != nil && !j.where.holds(cells, j.rows.Columns(), j.at):
			return nil
		case p.rows >= p.cfg.PartRows:
			if err := errors.Join(p.close(), p.progress(p.ctx, cost.QueryInProcess)); err != nil {
				return err
			}
		}
		if p.file == nil {
			if err := p.open(); err != nil {
				return err
			}
		}
		p.rows++
		p.total++
		return p.file.WriteRow(cells[:len(j.columns)])
	})
}

func (p *partWriter) open() (err error) {
	n := len(p.parts) + 1
	if p.on, err = os.OpenFile(filepath.Join(p.aside, fmt.Sprint(n)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644); err != nil {
		return err
	}
	p.parts = append(p.parts, p.on.Name())
	p.rows = 0
	p.file, err = openFile(p.on, &p.layout, n, p.job.columns)
	return err
}

func openFile(to io.Writer, l *layout, n int, columns []usage.Column) (usage.File, error) {
	switch l.extension {
	case parquetExtension:
		return usage.NewParquet(to, columns)
	case ".zip":
		return usage.NewZipCSV(to, fmt.Sprintf("%s-%05d.csv", l.name, n), columns)
	}
	return usage.NewGzipCSV(to, columns)
}

// close completes a part, durably.
func (p *partWriter) close() error {
	if p.on == nil {
		return nil
	}
	var err error
	if p.file != nil {
		err = p.file.Close()
	}
	err = errors.Join(err, p.on.Sync(), p.on.Close())
	p.on, p.file = nil, nil
	return err
}

// deliver brings the parts to their places, and then the manifest. Where files are overwritten, the manifest is taken away first: no
// manifest ever names files of two runs.
func (r *run) deliver(ctx context.Context, aside string, columns []usage.Column) error {
	to, bucket := r.cfg.To, r.export.Bucket
	if r.layout.overwrite {
		if err := to.Delete(ctx, bucket, r.layout.manifests[0]); err != nil {
			return err
		}
	}
	var keys []string
	for i, file := range r.parts {
		key := r.layout.part(i + 1)
		if err := to.Put(ctx, bucket, key, file); err != nil {
			return err
		}
		keys = append(keys, key)
		if err := r.progress(ctx, cost.Delivering); err != nil {
			return err
		}
	}
	there, err := to.List(ctx, bucket, r.layout.data)
	if err != nil {
		return err
	}
	for _, key := range there {
		if !r.layout.stale(key, len(keys)) {
			continue
		}
		if err := to.Delete(ctx, bucket, key); err != nil {
			return err
		}
	}
	text, err := manifestOf(&r.export, string(r.owner), r.month, &r.record, columns, keys)
	if err != nil {
		return err
	}
	for _, key := range r.layout.manifests {
		file := filepath.Join(aside, "manifest")
		if err := writeWhole(file, text); err != nil {
			return err
		}
		if err := to.Put(ctx, bucket, key, file); err != nil {
			return err
		}
	}
	return nil
}

// writeWhole writes a file, durably.
func writeWhole(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
