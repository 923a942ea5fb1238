package bills

import (
	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	"umbel/internal/lineblock"
)

// Where a block has what an import completes.
var (
	payerText   = lineblock.Place(lineblock.Texts(), "bill_payer_account_id")
	startTime   = lineblock.Place(lineblock.Times(), "line_item_usage_start_date")
	periodStart = lineblock.Place(lineblock.Times(), "bill_billing_period_start_date")
	periodEnd   = lineblock.Place(lineblock.Times(), "bill_billing_period_end_date")
)

// addBlock takes lines of a report. The columns of the block stay as they are: what is completed is a column of its own.
func (in *importing) addBlock(b *lineblock.Block) error {
	own := *b
	if err := in.pay(&own); err != nil {
		return err
	}
	periods(&own)
	if err := in.label(&own); err != nil {
		return err
	}
	if in.lines == nil {
		var err error
		in.lines, err = in.desk.cfg.Engine.Begin(in.ctx, costlines.Change{Payer: string(in.payer), Origin: originReport, Promote: in.first.promote})
		if err != nil {
			return err
		}
	}
	return costlines.AddBlock(in.lines, &own)
}

// pay has the payer pay for all lines, if nobody else does.
func (in *importing) pay(b *lineblock.Block) error {
	payers := &b.Texts[payerText]
	refuse := func(code uint32) error {
		if payer := payers.Dict.Values[code]; payer != "" && payer != string(in.payer) {
			return fault.New(fault.InvalidInput, "the report is of the payer %s, and the bill to take it in is that of %s", payer, in.payer)
		}
		return nil
	}
	switch {
	case payers.Blank():
	case payers.Codes == nil:
		if err := refuse(payers.One); err != nil {
			return err
		}
	default:
		for row, code := range payers.Codes {
			if row == 0 || code != payers.Codes[row-1] {
				if err := refuse(code); err != nil {
					return err
				}
			}
		}
	}
	if in.payers == nil {
		in.payers = lineblock.NewDict[string]()
		in.payers.Add(string(in.payer))
	}
	*payers = lineblock.Coded[string]{Dict: in.payers, One: 1}
	return nil
}

// periods has lines that name no billing period be of the month they begin in.
func periods(b *lineblock.Block) {
	var from, to []int64
	var month monthSpan
	for row := range b.Rows {
		if timeOf(b.Times[periodStart], row) != lineblock.NoTime {
			continue
		}
		if from == nil {
			from, to = ownTimes(b.Times[periodStart], b.Rows), ownTimes(b.Times[periodEnd], b.Rows)
		}
		month.turn(timeOf(b.Times[startTime], row))
		from[row], to[row] = month.from, month.to
	}
	if from != nil {
		b.Times[periodStart], b.Times[periodEnd] = from, to
	}
}

// label gives lines their cost categories, and notes the months they are of.
func (in *importing) label(b *lineblock.Block) (err error) {
	var month monthSpan
	var label *labels
	var codes []uint32
	var line billing.Line
	dict := in.categories.Dict()
	for row := range b.Rows {
		if month.turn(b.Times[periodStart][row]) {
			if label, err = in.labels(month.Month.String()); err != nil {
				return err
			}
		}
		if codes == nil {
			if label.categories.None() {
				continue
			}
			codes = make([]uint32, b.Rows)
			for before := range row { // of a month without cost categories of the payer's
				codes[before] = in.categories.Code(b.Categories.At(before))
			}
		}
		b.Words(row, &line) // cost categories do not ask for more
		label.on(&line)
		codes[row] = in.categories.Code(line.Categories)
	}
	if codes != nil {
		b.Categories = lineblock.Coded[map[string]string]{Dict: dict, Codes: codes}
	}
	return nil
}

// labels gives what is hung on the lines of a month.
func (in *importing) labels(month string) (*labels, error) {
	if known, ok := in.months[month]; ok {
		return known, nil
	}
	label, err := in.desk.labels(in.ctx, in.payer, month)
	if err != nil {
		return nil, err
	}
	if in.first == nil {
		in.first = label
	}
	in.months[month] = label
	return label, nil
}

// monthSpan is the month that the line before was of, and most lines are: in microseconds, without its end.
type monthSpan struct {
	billing.Month
	from, to int64
}

// turn goes to the month of a time, and tells whether it is another one.
func (m *monthSpan) turn(micro int64) bool {
	if micro >= m.from && micro < m.to {
		return false
	}
	m.Month = billing.MonthOf(lineblock.Instant(micro))
	m.from, m.to = lineblock.Micro(m.Start()), lineblock.Micro(m.End())
	return true
}

// timeOf gives the time that a row has, in a column that may be missing.
func timeOf(times []int64, row int) int64 {
	if times == nil {
		return lineblock.NoTime
	}
	return times[row]
}

// ownTimes copies a column that may be missing.
func ownTimes(times []int64, rows int) []int64 {
	own := make([]int64, rows)
	for row := range own {
		own[row] = timeOf(times, row)
	}
	return own
}
