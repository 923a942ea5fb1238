package cost_test

import (
	"math"
	"testing"

	"umbel/internal/domain/cost"
)

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// TestForecast wants what repeats to be expected again, and what grows to grow on, less and less.
func TestForecast(t *testing.T) {
	weeks := func(n int, day func(i int) float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = day(i)
		}
		return out
	}
	for name, c := range map[string]struct {
		daily      []float64
		days       int
		mean, slip float64
	}{
		"steady":    {weeks(35, func(int) float64 { return 10 }), 30, 300, 1e-6},
		"work days": {weeks(84, func(i int) float64 { return map[bool]float64{true: 70, false: 0}[i%7 < 5] }), 7, 350, 1},
		"growing":   {weeks(60, func(i int) float64 { return float64(i) }), 10, 645 - 10, 12},
		"nothing":   {weeks(20, func(int) float64 { return 0 }), 365, 0, 1e-6},
		"falling":   {weeks(20, func(i int) float64 { return float64(20 - i) }), 365, 0, 6},
	} {
		t.Run(name, func(t *testing.T) {
			o, ok := cost.Forecast(c.daily, c.days)
			if !ok {
				t.Fatal("no forecast")
			}
			mean, _ := o.Total(0, c.days)
			if !near(mean, c.mean, c.slip) {
				t.Errorf("%f, want %f", mean, c.mean)
			}
			first, _ := o.Total(0, 1)
			rest, _ := o.Total(1, c.days)
			if !near(first+rest, mean, 1e-6) {
				t.Errorf("%f and %f are not %f", first, rest, mean)
			}
		})
	}
	if _, ok := cost.Forecast(make([]float64, 13), 1); ok {
		t.Error("13 days are enough")
	}
}

// TestInterval wants wider bounds of greater probability, and of longer times.
func TestInterval(t *testing.T) {
	daily := make([]float64, 70)
	for i := range daily {
		daily[i] = 100 + 10*math.Sin(float64(i*i))
	}
	o, _ := cost.Forecast(daily, 60)
	mean, one := o.Total(0, 1)
	_, sixty := o.Total(0, 60)
	if one <= 0 || sixty <= one*math.Sqrt(60) {
		t.Errorf("a day misses by %f, sixty by %f", one, sixty)
	}
	low, high := cost.Interval(mean, one, 0.8)
	wider, higher := cost.Interval(mean, one, 0.95)
	if !near(high-mean, 1.2816*one, 1e-3*one) || wider >= low || higher <= high {
		t.Errorf("80 %%: %f to %f, 95 %%: %f to %f", low, high, wider, higher)
	}
}
