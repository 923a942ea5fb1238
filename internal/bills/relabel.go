package bills

import (
	"context"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
)

// relabel writes the month's lines of reports anew where tags or cost categories have changed since they were written. Lines that
// come in meanwhile stay: they have the labels of their own time.
func (j *job) relabel(ctx context.Context) error {
	if !j.reports || j.row.Rewrite <= j.row.Done {
		return nil
	}
	month := costlines.Month(j.month.String())
	lines, err := j.desk.cfg.Engine.Begin(ctx, costlines.Change{
		Payer: string(j.payer), Origin: originReport, Replace: []costlines.Month{month}, Promote: j.reportLabels.promote,
	})
	if err != nil {
		return err
	}
	defer lines.Abort()
	q := costlines.ScanQuery{
		View: costlines.View{Payer: string(j.payer)}, Start: time.Unix(0, 0).UTC(), End: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		Kept: &costlines.Kept{Month: month, Origin: originReport},
	}
	err = j.desk.cfg.Engine.Scan(ctx, q, func(l *billing.Line) error {
		own := owned(l)
		j.reportLabels.on(own)
		return lines.Add(own)
	})
	if err != nil {
		return err
	}
	return lines.Commit(ctx)
}
