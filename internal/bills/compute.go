package bills

import (
	"context"
	"errors"
	"fmt"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/ident"
)

// job is the making of a month's bill, with all that it is made of.
type job struct {
	desk    *Desk
	payer   ident.AccountID
	month   billing.Month
	row     cost.Month // as it was wanted
	org     *billing.Organization
	files   []string
	reports bool
	labels  *labels
	// reportLabels are those of lines that came in with their prices.
	reportLabels *labels
	until        time.Time
}

// compute makes a month's bill: its lines, the bill, and the word in the state that they are there, one after another. Ended
// between them it is made again, and comes out the same.
func (d *Desk) compute(ctx context.Context, payer ident.AccountID, name string) error {
	j, err := d.job(ctx, payer, name)
	if err != nil {
		return err
	}
	begun := d.now()
	if err := j.relabel(ctx); err != nil {
		return fmt.Errorf("bills: %s of %s: %w", name, payer, err)
	}
	until, taken := j.row.Until, j.row.Credits
	if !j.row.AmountsStand {
		if taken, err = j.bill(ctx); err != nil {
			return fmt.Errorf("bills: %s of %s: %w", name, payer, err)
		}
		until = j.until
	}
	err = d.update(ctx, payer, "Compute", func(s *cost.State) error {
		s.Computed(name, j.row.Wanted, d.now(), until, taken)
		j.labels.note(s, name)
		return nil
	})
	if err == nil {
		d.cfg.Log.Info("bill computed", "payer", payer, "month", name, "final", !j.row.Closed.IsZero(), "took", d.now().Sub(begun))
	}
	return err
}

// bill writes the month's lines and its bill, and gives what it took of credits.
func (j *job) bill(ctx context.Context) ([]cost.CreditTaken, error) {
	bills, err := j.write(ctx)
	if errors.Is(err, costlines.ErrChanged) {
		bills, err = j.write(ctx) // lines were moved together meanwhile
	}
	if err != nil {
		return nil, err
	}
	if err := j.desk.save(j.payer, j.month, bills); err != nil {
		return nil, err
	}
	var taken []cost.CreditTaken
	for _, c := range bills[0].Credits {
		if !c.Used.IsZero() {
			taken = append(taken, cost.CreditTaken{ID: c.ID, Used: c.Used})
		}
	}
	return taken, nil
}

// job gathers what a month's bill is made of, as it is now.
func (d *Desk) job(ctx context.Context, payer ident.AccountID, name string) (*job, error) {
	month, err := billing.ParseMonth(name)
	if err != nil {
		return nil, err
	}
	j := &job{desk: d, payer: payer, month: month}
	defer d.hold(payer)()
	err = d.scene(ctx, payer, func(s *scene) error {
		row, ok := s.cost.Months.Get(name)
		if !ok {
			return fmt.Errorf("bills: %s of %s is not there", name, payer)
		}
		j.row, j.org, j.files, j.reports = *row, s.organization(name), s.cost.Files(), s.cost.Reports(name)
		names := map[string]string{}
		s.name(names)
		if j.labels, err = labelsOf(s.cost, name, names, false); err != nil {
			return err
		}
		j.reportLabels, err = labelsOf(s.cost, name, names, true)
		return err
	})
	j.until = j.fees(d.now())
	return j, err
}

// fees gives how far fees have run: to this hour, or to the month's end.
func (j *job) fees(now time.Time) time.Time {
	until := now.Truncate(time.Hour)
	if end := j.month.End(); until.After(end) || !j.row.Closed.IsZero() {
		return end
	}
	if start := j.month.Start(); until.Before(start) {
		return start
	}
	return until
}

// write rates the month, replaces its lines, and gives its bills: one for each currency, that of the price book first if there
// is anything on it.
func (j *job) write(ctx context.Context) ([]*billing.Bill, error) {
	hours, err := j.desk.cfg.Usage.Hours(string(j.payer), j.month, j.files)
	if err != nil {
		return nil, err
	}
	lines, err := j.desk.cfg.Engine.Begin(ctx, costlines.Change{
		Payer: string(j.payer), Origin: originRated, Replace: []costlines.Month{costlines.Month(j.month.String())}, Promote: j.labels.promote,
	})
	if err != nil {
		return nil, err
	}
	defer lines.Abort()
	building := costlines.Build(lines)
	q := billing.Request{
		Month: j.month, Book: j.desk.Book(), Organization: j.org, Usage: until(ctx, hours), Until: j.until, Final: !j.row.Closed.IsZero(), Compare: true,
		Emit: func(l, like *billing.Line) error {
			j.labels.on(l)
			return building.Add(l, like)
		},
	}
	if !q.Until.After(j.month.Start()) { // Compute takes no time for the month's end
		q.Until = j.month.Start().Add(time.Nanosecond)
	}
	bill, err := billing.Compute(q)
	if err != nil {
		return nil, err
	}
	if err := building.End(); err != nil {
		return nil, err
	}
	if err := lines.Commit(ctx); err != nil {
		return nil, err
	}
	if !j.reports {
		return []*billing.Bill{bill}, nil
	}
	return j.collect(ctx, bill)
}

// until gives usage until the context ends.
func until(ctx context.Context, hours billing.Hours) billing.Hours {
	return func(yield func([]billing.UsageRecord, error) bool) {
		for records, err := range hours {
			if !yield(records, errors.Join(err, ctx.Err())) {
				return
			}
		}
	}
}
