package cost

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"umbel/internal/decimal"
)

// How anomalies are found. What a day costs is compared with the days before it that were as they should be: with the median of
// those of the same weekday, once there are four, else of all; how far they usually are from that is measured by the median of
// their distances. Medians hold still while up to half of the days are odd.
const (
	historyDays  = 60 // looked back at
	settled      = 14 // odd days in a row after which what they cost is what days cost
	leastHistory = 10 // days of history without which nothing is said (Cost Management User Guide, "Detecting unusual spend")
	weekdays     = 4  // same weekdays that make a season
	madToSigma   = 1.4826
	tolerance    = 5.0  // spreads beyond which a day is odd
	leastPart    = 0.05 // of what is expected: no spread is taken to be less
	leastAmount  = 0.20 // of a spread, in units of the currency: a day is odd from one unit on
)

// DayJudged is what Detect makes of a day.
type DayJudged struct {
	Odd      bool
	Expected decimal.D
	Score    float64 // from 0 to 1: how far the day is off
}

// Judge judges each day of a series of daily costs, the first of which is any day: what matters is that days a week apart are of
// the same weekday. Days with less than ten days of history, odd ones not counted, are never odd. Nor are days that cost less than
// was to be expected.
func Judge(costs []decimal.D) []DayJudged {
	out, days := make([]DayJudged, len(costs)), make([]float64, len(costs))
	run, level := 0, 0 // odd days up to now; since when days cost what they do
	for i := range costs {
		days[i] = float(costs[i])
		if run == settled {
			level, run = i-run, 0
		}
		var history []int
		for k := max(level, i-historyDays); k < i; k++ {
			if !out[k].Odd || level > 0 && k < level+settled {
				history = append(history, k)
			}
		}
		if len(history) < leastHistory {
			out[i].Expected = costs[i]
			continue
		}
		expected, spread := band(days, history, i)
		out[i].Expected = amount(expected)
		distance := (days[i] - expected) / spread
		out[i].Odd = distance > tolerance
		if run++; !out[i].Odd {
			run = 0
		}
		if distance > 0 {
			out[i].Score = distance / (distance + tolerance)
		}
	}
	return out
}

// band gives what a day is expected to cost and the usual distance from that.
func band(days []float64, history []int, i int) (expected, spread float64) {
	of := func(day int) float64 {
		var same, all []float64
		for _, k := range history {
			if all = append(all, days[k]); (day-k)%7 == 0 {
				same = append(same, days[k])
			}
		}
		if len(same) >= weekdays {
			return median(same)
		}
		return median(all)
	}
	expected = math.Max(of(i), 0)
	var week [7]float64 // what each weekday is expected to cost, as seen from today
	for w := range week {
		week[w] = of(i - w)
	}
	distances := make([]float64, len(history))
	for n, k := range history {
		distances[n] = math.Abs(days[k] - week[(i-k)%7])
	}
	spread = madToSigma * median(distances)
	return expected, max(spread, leastPart*expected, leastAmount)
}

func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	if n%2 == 1 {
		return list[n/2]
	}
	return (list[n/2-1] + list[n/2]) / 2
}

// float gives a number for statistics: amounts that are compared with a band need no last digit.
func float(d decimal.D) float64 {
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil {
		return 0 // no number is written as anything but a number
	}
	return f
}

// amount rounds an estimate to what estimates are good for.
func amount(f float64) decimal.D {
	d, err := decimal.Parse(strconv.FormatFloat(f, 'f', 6, 64))
	if err != nil {
		return decimal.D{}
	}
	return d
}

// Run is a run of odd days: indexes into the series, the last included.
type Run struct {
	First, Last         int
	Actual, Expected    decimal.D
	MaxImpact           decimal.D
	MaxScore, LastScore float64
}

// Detect finds the runs of odd days in a series of daily costs, in order.
func Detect(costs []decimal.D) (runs []Run) {
	for i, day := range Judge(costs) {
		if !day.Odd {
			continue
		}
		if len(runs) == 0 || runs[len(runs)-1].Last != i-1 {
			runs = append(runs, Run{First: i})
		}
		r := &runs[len(runs)-1]
		r.Last, r.LastScore, r.MaxScore = i, day.Score, max(r.MaxScore, day.Score)
		r.Actual, r.Expected = r.Actual.Add(costs[i]), r.Expected.Add(day.Expected)
		r.MaxImpact = decimal.Max(r.MaxImpact, costs[i].Sub(day.Expected))
	}
	return runs
}

// Part is what a part of an odd series costs by day, over the same days.
type Part struct {
	Cause RootCause
	Costs []decimal.D
}

// mostCauses is how many root causes are named.
const mostCauses = 10

// Causes tells which parts make a run odd: those that cost more than their median of the days before, the greatest first.
func Causes(parts []Part, run Run) (causes []RootCause) {
	for _, p := range parts {
		before := p.Costs[max(0, run.First-historyDays):run.First]
		usual := make([]float64, len(before))
		for i := range before {
			usual[i] = float(before[i])
		}
		expected := decimal.D{}
		if len(usual) > 0 {
			expected = amount(median(usual))
		}
		c := p.Cause
		for _, cost := range p.Costs[run.First : run.Last+1] {
			c.Contribution = c.Contribution.Add(cost.Sub(expected))
		}
		if c.Contribution.Sign() > 0 {
			causes = append(causes, c)
		}
	}
	slices.SortStableFunc(causes, func(a, b RootCause) int {
		return cmp.Or(b.Contribution.Cmp(a.Contribution), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Account, b.Account),
			cmp.Compare(a.Region, b.Region), cmp.Compare(a.UsageType, b.UsageType))
	})
	return causes[:min(len(causes), mostCauses)]
}
