package bills

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/lineblock"
	"umbel/internal/metering"
	"umbel/internal/usage"
)

// The origins of lines, as costlines keeps them apart.
const (
	originReport = "report" // came in with their prices
	originRated  = "rated"  // rated here
)

// Imported tells what became of a file.
type Imported struct {
	cost.Import
	Before  bool     // the same file was imported before: nothing was counted again
	Ignored []string // columns of no use
}

// Import takes a file of usage in, in any format that package usage reads; months it touches are wanted again. The account is the
// payer or one of its members: all is the payer's. Rows that cannot be read are told and set aside. Of a file that ends too
// early nothing is taken. Whenever the process ends, importing it again counts it once. Errors: fault.InvalidInput for what is no
// file of usage, is cut off or is another payer's; fault.AccountNotFound.
func (d *Desk) Import(ctx context.Context, account ident.AccountID, name string, source io.Reader, problem func(usage.Problem) error) (*Imported, error) {
	if !d.keeps() {
		return nil, errNone()
	}
	payer, _, err := d.PayerOf(ctx, account)
	if err != nil {
		return nil, err
	}
	d.gate.RLock()
	defer d.gate.RUnlock()
	defer d.work.comes(payer, d.now)()
	in := &importing{desk: d, ctx: ctx, payer: payer, months: map[string]*labels{}}
	defer in.abort()
	report, err := in.read(name, source, problem)
	switch {
	case errors.Is(err, usage.ErrFormat):
		return nil, fault.New(fault.InvalidInput, "%s: %s", name, err).Because(err)
	case err != nil:
		return nil, err
	case report.Cut != nil:
		return nil, fault.New(fault.InvalidInput, "%s ends before its end, so nothing of it is taken in: %s", name, report.Cut).Because(report.Cut)
	}
	out := &Imported{Ignored: report.Ignored, Import: cost.Import{
		Digest: report.Digest, Name: name, Format: string(report.Format), Records: report.Format == usage.Records, Taken: int64(report.Taken),
		Bad: int64(report.SetAside), Months: slices.Sorted(maps.Keys(in.months)), From: report.From, To: report.To, Currencies: report.Currencies,
	}}
	if report.Taken == 0 {
		return out, nil // nothing to count, and nothing to remember: the file may be mended
	}
	return out, in.count(out)
}

// importing is an import under way.
type importing struct {
	desk       *Desk
	ctx        context.Context
	payer      ident.AccountID
	records    *metering.Writer
	lines      costlines.Writer
	months     map[string]*labels      // that it has rows of
	month      monthSpan               // of the last record
	first      *labels                 // says which tags can be asked for
	also       func(*cost.State)       // what else changes with it; nil for nothing
	payers     *lineblock.Dict[string] // the payer, with the code 1
	categories lineblock.Maps          // that lines were given
}

func (in *importing) abort() {
	if in.records != nil {
		in.records.Abort()
	}
	if in.lines != nil {
		in.lines.Abort()
	}
}

// read reads the file into files that do not count yet.
func (in *importing) read(name string, source io.Reader, problem func(usage.Problem) error) (*usage.Report, error) {
	sink := usage.Sink{Records: in.addRecords, Block: in.addBlock, Problem: problem}
	buffered := bufio.NewReaderSize(source, 1<<16)
	if start, _ := buffered.Peek(4); string(start) != "PAR1" {
		return usage.Read(in.ctx, buffered, name, sink)
	}
	// Parquet is read from its end.
	file, err := os.CreateTemp(in.desk.cfg.Dir, ".import-")
	if err != nil {
		return nil, fmt.Errorf("bills: %w", err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	size, err := io.Copy(file, buffered)
	if err != nil {
		return nil, fault.New(fault.InvalidInput, "%s ends before its end, so nothing of it is taken in: %s", name, err).Because(err)
	}
	return usage.ReadParquet(in.ctx, file, size, name, sink)
}

// addRecords takes usage records.
func (in *importing) addRecords(records []billing.UsageRecord) (err error) {
	if in.records == nil {
		if in.records, err = in.desk.cfg.Usage.Begin(string(in.payer)); err != nil {
			return err
		}
	}
	for i := range records {
		if r := &records[i]; in.month.turn(lineblock.Micro(r.Start)) || lineblock.Micro(r.End) > in.month.to {
			in.touch(r)
		}
	}
	return in.records.Add(records)
}

// touch notes the months that a record is of.
func (in *importing) touch(r *billing.UsageRecord) {
	for m := in.month.Month; ; m = m.Next() {
		in.months[m.String()] = nil
		if !m.End().Before(r.End) {
			return
		}
	}
}

// labels looks up what a payer has hung on the lines of a month.
func (d *Desk) labels(ctx context.Context, payer ident.AccountID, month string) (found *labels, err error) {
	names, err := d.names(ctx, payer)
	if err != nil {
		return nil, err
	}
	err = d.view(ctx, payer, func(s *cost.State) (err error) {
		found, err = labelsOf(s, month, names, true)
		return err
	})
	return found, err
}

// count makes what was read count.
func (in *importing) count(out *Imported) error {
	d := in.desk
	release := d.hold(in.payer)
	defer release()
	err := d.view(in.ctx, in.payer, func(s *cost.State) error {
		var before *cost.Import
		if before, out.Before = s.Imports.Get(out.Digest); out.Before {
			out.Import = *before
		}
		return nil
	})
	if err != nil || out.Before {
		return err
	}
	out.At = d.now()
	if in.records != nil {
		if out.Files, err = in.records.Commit(in.ctx, out.Digest); err != nil {
			return err
		}
	} else if err := in.commitLines(out); err != nil {
		return err
	}
	err = d.update(in.ctx, in.payer, "Import", func(s *cost.State) error {
		s.Imports.Put(&out.Import)
		open(s, out.Months, out.At)
		if in.also != nil {
			in.also(s)
		}
		if in.first != nil {
			in.first.note(s, out.Months[len(out.Months)-1])
		}
		return nil
	})
	if err != nil {
		return err
	}
	in.desk.work.gather(in.payer, in.desk.now())
	return nil
}

// commitLines makes the lines of a report count. Their months are wanted before: if the process ends right after, the bills are made
// of what lines there are.
func (in *importing) commitLines(out *Imported) error {
	err := in.desk.update(in.ctx, in.payer, "BeginImport", func(s *cost.State) error {
		open(s, out.Months, out.At)
		return nil
	})
	if err != nil {
		return err
	}
	in.lines.Identify(out.Digest)
	// Lines that are there although the state does not say so are of an import that was interrupted: it is noted now.
	if err := in.lines.Commit(in.ctx); err != nil && !errors.Is(err, costlines.ErrImported) {
		in.desk.work.gather(in.payer, in.desk.now())
		return err
	}
	return nil
}

func open(s *cost.State, months []string, now time.Time) {
	for _, m := range months {
		s.Open(m, now)
	}
}

// prepare makes the desk's directory, and removes what interrupted imports left in it.
func (d *Desk) prepare() error {
	if err := os.MkdirAll(d.cfg.Dir, 0o700); err != nil {
		return fmt.Errorf("bills: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(d.cfg.Dir, ".import-*"))
	if err != nil {
		return fmt.Errorf("bills: %w", err)
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("bills: %w", err)
		}
	}
	return nil
}
