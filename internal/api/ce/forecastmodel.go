package ce

import (
	"math"
	"time"
)

// history is what was charged or used each day, the days in a row. It is floating point: a forecast is statistics, not money.
type history struct {
	first time.Time
	daily []float64
}

// leastHistory is how many days a forecast needs at least: four weeks, so that each day of the week was seen four times.
const leastHistory = 28

// mostHistory is how many days back a forecast looks.
const mostHistory = 180

// regressors are what a day is explained by: a level, a trend, the day of the week, and whether it is the first of a month, on
// which fees of the month fall.
const regressors = 9

// forecaster is a linear regression of the days of a history (ordinary least squares).
type forecaster struct {
	first        time.Time
	days         float64
	coefficients [regressors]float64
	inverse      [regressors][regressors]float64 // of the regressors' products
	variance     float64                         // of what is left unexplained
	positive     bool                            // nothing of the history is below zero
}

// explain gives the regressors of a day.
func (f *forecaster) explain(day time.Time) (x [regressors]float64) {
	x[0] = 1
	x[1] = day.Sub(f.first).Hours() / 24 / f.days
	if weekday := day.Weekday(); weekday != time.Sunday {
		x[1+int(weekday)] = 1
	}
	if day.Day() == 1 {
		x[8] = 1
	}
	return x
}

// fit makes the regression. A ridge far below the noise keeps days that were never seen from being an equation too few.
func fit(h history) *forecaster {
	f := &forecaster{first: h.first, days: float64(len(h.daily)), positive: true}
	var products [regressors][regressors]float64
	var target [regressors]float64
	for i, y := range h.daily {
		x := f.explain(h.first.AddDate(0, 0, i))
		for a := range x {
			for b := range x {
				products[a][b] += x[a] * x[b]
			}
			target[a] += x[a] * y
		}
		f.positive = f.positive && y >= 0
	}
	for a := range products {
		products[a][a] += 1e-9
	}
	f.inverse = invert(products)
	for a := range f.coefficients {
		for b := range target {
			f.coefficients[a] += f.inverse[a][b] * target[b]
		}
	}
	var squares float64
	for i, y := range h.daily {
		left := y - dot(f.coefficients, f.explain(h.first.AddDate(0, 0, i)))
		squares += left * left
	}
	f.variance = squares / (f.days - regressors)
	return f
}

func dot(a, b [regressors]float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// predict gives the mean of the sum of some days, and the standard deviation of what it will be: the noise of each day, and what is
// uncertain of the coefficients, which all days have in common.
func (f *forecaster) predict(start, end time.Time) (mean, deviation float64) {
	var x [regressors]float64
	days := 0.0
	for day := start; day.Before(end); day = day.AddDate(0, 0, 1) {
		of := f.explain(day)
		for i := range x {
			x[i] += of[i]
		}
		days++
	}
	var spread float64
	for a := range x {
		for b := range x {
			spread += x[a] * f.inverse[a][b] * x[b]
		}
	}
	mean = dot(f.coefficients, x)
	if f.positive {
		mean = max(mean, 0)
	}
	return mean, math.Sqrt(f.variance * (days + max(spread, 0)))
}

// bounds gives the interval around a mean in which the outcome lies with a probability in percent.
func (f *forecaster) bounds(mean, deviation float64, level int32) (low, high float64) {
	z := math.Sqrt2 * math.Erfinv(float64(level)/100)
	low, high = mean-z*deviation, mean+z*deviation
	if f.positive {
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
