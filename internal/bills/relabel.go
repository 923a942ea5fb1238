package bills

import (
	"context"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
)

// relabel writes the month's lines anew where tags or cost categories have changed since they were written: those of reports, and
// those rated here if they are not rated anew anyway. Lines that come in meanwhile stay: they have the labels of their own time.
func (j *job) relabel(ctx context.Context) error {
	if j.row.Rewrite <= j.row.Done {
		return nil
	}
	if j.row.AmountsStand {
		if err := j.rewrite(ctx, originRated, j.labels); err != nil {
			return err
		}
	}
	if j.reports {
		return j.rewrite(ctx, originReport, j.reportLabels)
	}
	return nil
}

// rewrite writes the month's lines of an origin anew with the labels.
func (j *job) rewrite(ctx context.Context, origin string, with *labels) error {
	month := costlines.Month(j.month.String())
	lines, err := j.desk.cfg.Engine.Begin(ctx, costlines.Change{
		Payer: string(j.payer), Origin: origin, Replace: []costlines.Month{month}, Promote: with.promote,
	})
	if err != nil {
		return err
	}
	defer lines.Abort()
	kept := costlines.Kept{Month: month, Origin: origin}
	err = j.desk.cfg.Engine.Scan(ctx, kept.Lines(string(j.payer)), func(l *billing.Line) error {
		own := l.Clone()
		with.on(own)
		return lines.Add(own)
	})
	if err != nil {
		return err
	}
	return lines.Commit(ctx)
}
