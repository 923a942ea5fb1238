package cost

import "math"

// Outlook is what is expected of the days that follow a history. Forecasts are statistics, not money: they are floating-point numbers,
// and who shows one as an amount rounds it.
type Outlook struct {
	mean  []float64 // expected, day by day
	noise float64   // standard deviation of a day around what was expected of it
	known float64   // number of days it is based on
}

// A forecast looks at the last twelve weeks, and needs two.
const (
	forecastPast  = 84
	forecastLeast = 14
	// damping is what is left of a trend after each day, so that a year's forecast does not run away with a month's growth.
	damping = 0.98
	// fitting is how often trend and week are fitted, each to what the other leaves.
	fitting = 20
)

// Forecast looks at the amounts of consecutive days, the oldest first, and tells what is to be expected of as many days after them: a
// level and its damped trend (least squares), and what each day of the week adds to it. ok is false with less than two weeks.
func Forecast(daily []float64, days int) (o Outlook, ok bool) {
	daily = daily[max(0, len(daily)-forecastPast):]
	n := len(daily)
	if n < forecastLeast || days < 0 {
		return Outlook{}, false
	}
	var weekly [7]float64
	var level, slope float64
	for range fitting {
		level, slope = line(daily, weekly)
		var count [7]float64
		weekly = [7]float64{}
		for i, v := range daily {
			weekly[i%7] += v - level - slope*float64(i)
			count[i%7]++
		}
		for d := range weekly {
			weekly[d] /= count[d]
		}
	}
	of := func(i int) float64 { return weekly[i%7] }
	squares := 0.0
	for i, v := range daily {
		miss := v - level - slope*float64(i) - of(i)
		squares += miss * miss
	}
	o = Outlook{mean: make([]float64, days), noise: math.Sqrt(squares / float64(n-1)), known: float64(n)}
	at, step := level+slope*float64(n-1), slope
	negative := false
	for _, v := range daily {
		negative = negative || v < 0
	}
	for i := range days {
		step *= damping
		at += step
		o.mean[i] = at + of(n+i)
		if !negative {
			o.mean[i] = max(0, o.mean[i]) // what never was negative will not be
		}
	}
	return o, true
}

// line fits a straight line by least squares to what the days of the week leave.
func line(v []float64, weekly [7]float64) (level, slope float64) {
	n := float64(len(v))
	var sx, sy, sxx, sxy float64
	for i, y := range v {
		x := float64(i)
		y -= weekly[i%7]
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	slope = (n*sxy - sx*sy) / (n*sxx - sx*sx)
	return (sy - slope*sx) / n, slope
}

// Total gives what is expected of the days [from, to) together, and the standard deviation of that: days miss independently of each
// other, and the level itself is known only as well as its history is long.
func (o Outlook) Total(from, to int) (mean, deviation float64) {
	for _, m := range o.mean[from:to] {
		mean += m
	}
	k := float64(to - from)
	return mean, o.noise * math.Sqrt(k*(1+k/o.known))
}

// Interval gives the bounds that an amount of this mean and standard deviation keeps with a probability, such as 0.8.
func Interval(mean, deviation, probability float64) (low, high float64) {
	z := math.Sqrt2 * math.Erfinv(probability)
	return mean - z*deviation, mean + z*deviation
}
