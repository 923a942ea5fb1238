package cost

import (
	"math"
	"time"
)

// History is what was charged or used each day, the days in a row.
type History struct {
	First time.Time
	Daily []float64
}

// LeastHistory is how many days a forecast needs at least: four weeks, so that each day of the week was seen four times.
const LeastHistory = 28

// regressors are what a day is explained by: a level, a trend, the day of the week, and whether it is the first of a month, on
// which fees of the month fall.
const regressors = 9

// Outlook is what is expected of the days that follow a history: a linear regression of its days (ordinary least squares). It is
// statistics, not money: floating-point numbers, and who shows one as an amount rounds it.
type Outlook struct {
	first        time.Time
	days         float64
	coefficients [regressors]float64
	inverse      [regressors][regressors]float64 // of the regressors' products
	variance     float64                         // of what is left unexplained
	positive     bool                            // nothing of the history is below zero
}

// explain gives the regressors of a day.
func (o *Outlook) explain(day time.Time) (x [regressors]float64) {
	x[0] = 1
	x[1] = day.Sub(o.first).Hours() / 24 / o.days
	if weekday := day.Weekday(); weekday != time.Sunday {
		x[1+int(weekday)] = 1
	}
	if day.Day() == 1 {
		x[8] = 1
	}
	return x
}

// Forecast makes the regression; ok is false with less than LeastHistory. A ridge far below the noise keeps days that were never seen
// from being an equation too few.
func Forecast(h History) (o *Outlook, ok bool) {
	if len(h.Daily) < LeastHistory {
		return nil, false
	}
	o = &Outlook{first: h.First, days: float64(len(h.Daily)), positive: true}
	var products [regressors][regressors]float64
	var target [regressors]float64
	for i, y := range h.Daily {
		x := o.explain(h.First.AddDate(0, 0, i))
		for a := range x {
			for b := range x {
				products[a][b] += x[a] * x[b]
			}
			target[a] += x[a] * y
		}
		o.positive = o.positive && y >= 0
	}
	for a := range products {
		products[a][a] += 1e-9
	}
	o.inverse = invert(products)
	for a := range o.coefficients {
		for b := range target {
			o.coefficients[a] += o.inverse[a][b] * target[b]
		}
	}
	var squares float64
	for i, y := range h.Daily {
		left := y - dot(o.coefficients, o.explain(h.First.AddDate(0, 0, i)))
		squares += left * left
	}
	o.variance = squares / (o.days - regressors)
	return o, true
}

func dot(a, b [regressors]float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// Predict gives the mean of the sum of some days, and the standard deviation of what it will be: the noise of each day, and what is
// uncertain of the coefficients, which all days have in common.
func (o *Outlook) Predict(start, end time.Time) (mean, deviation float64) {
	var x [regressors]float64
	days := 0.0
	for day := start; day.Before(end); day = day.AddDate(0, 0, 1) {
		of := o.explain(day)
		for i := range x {
			x[i] += of[i]
		}
		days++
	}
	var spread float64
	for a := range x {
		for b := range x {
			spread += x[a] * o.inverse[a][b] * x[b]
		}
	}
	mean = dot(o.coefficients, x)
	if o.positive {
		mean = max(mean, 0)
	}
	return mean, math.Sqrt(o.variance * (days + max(spread, 0)))
}

// Bounds gives the interval around a mean in which the outcome lies with a probability in percent.
func (o *Outlook) Bounds(mean, deviation float64, level int32) (low, high float64) {
	z := math.Sqrt2 * math.Erfinv(float64(level)/100)
	low, high = mean-z*deviation, mean+z*deviation
	if o.positive {
		low = max(low, 0)
	}
	return low, high
}

// invert inverts a matrix by elimination; the ridge on its diagonal keeps it from being singular.
func invert(m [regressors][regressors]float64) (out [regressors][regressors]float64) {
	for i := range out {
		out[i][i] = 1
	}
	for i := range m {
		pivot := i
		for k := i + 1; k < regressors; k++ {
			if math.Abs(m[k][i]) > math.Abs(m[pivot][i]) {
				pivot = k
			}
		}
		m[i], m[pivot], out[i], out[pivot] = m[pivot], m[i], out[pivot], out[i]
		by := m[i][i]
		for k := range m[i] {
			m[i][k] /= by
			out[i][k] /= by
		}
		for k := range m {
			if k == i {
				continue
			}
			by := m[k][i]
			for c := range m[k] {
				m[k][c] -= by * m[i][c]
				out[k][c] -= by * out[i][c]
			}
		}
	}
	return out
}
