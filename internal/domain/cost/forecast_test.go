package cost_test

import (
	"math"
	"testing"
	"time"

	"umbel/internal/domain/cost"
)

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// monday is the first day of histories: a Monday, and not the first of a month.
var monday = time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)

func history(n int, of func(at time.Time, i int) float64) cost.History {
	h := cost.History{First: monday}
	for i := range n {
		h.Daily = append(h.Daily, of(monday.AddDate(0, 0, i), i))
	}
	return h
}

// TestForecast wants what repeats to be expected again, what grows to grow on, and nothing below zero where nothing was.
func TestForecast(t *testing.T) {
	workdays := func(at time.Time, _ int) float64 {
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			return 0
		}
		return 70
	}
	fees := func(at time.Time, _ int) float64 {
		if at.Day() == 1 {
			return 510
		}
		return 10
	}
	for name, c := range map[string]struct {
		history cost.History
		days    int
		mean    float64
	}{
		"steady":        {history(35, func(time.Time, int) float64 { return 10 }), 30, 300},
		"work days":     {history(84, workdays), 7, 350},
		"growing":       {history(60, func(_ time.Time, i int) float64 { return float64(i) }), 10, 645},
		"fees of month": {history(92, fees), 31, 310 + 500}, // to 15 October: one first of a month
		"nothing":       {history(28, func(time.Time, int) float64 { return 0 }), 365, 0},
		"falling":       {history(28, func(_ time.Time, i int) float64 { return float64(28 - i) }), 365, 0},
		"refunds":       {history(28, func(time.Time, int) float64 { return -1 }), 10, -10},
	} {
		t.Run(name, func(t *testing.T) {
			o, ok := cost.Forecast(c.history)
			if !ok {
				t.Fatal("no forecast")
			}
			start := c.history.First.AddDate(0, 0, len(c.history.Daily))
			mean, _ := o.Predict(start, start.AddDate(0, 0, c.days))
			if !near(mean, c.mean, 1e-3) {
				t.Errorf("%f, want %f", mean, c.mean)
			}
		})
	}
	if _, ok := cost.Forecast(history(27, func(time.Time, int) float64 { return 1 })); ok {
		t.Error("27 days are enough")
	}
}

// TestBounds wants wider bounds of greater probability, and of longer times.
func TestBounds(t *testing.T) {
	h := history(70, func(_ time.Time, i int) float64 { return 100 + 10*math.Sin(float64(i*i)) })
	o, _ := cost.Forecast(h)
	start := h.First.AddDate(0, 0, 70)
	mean, one := o.Predict(start, start.AddDate(0, 0, 1))
	_, sixty := o.Predict(start, start.AddDate(0, 0, 60))
	if one <= 0 || sixty <= one*math.Sqrt(60) {
		t.Errorf("a day misses by %f, sixty by %f", one, sixty)
	}
	low, high := o.Bounds(mean, one, 80)
	wider, higher := o.Bounds(mean, one, 95)
	if !near(high-mean, 1.2816*one, 1e-3*one) || wider >= low || higher <= high {
		t.Errorf("80 %%: %f to %f, 95 %%: %f to %f", low, high, wider, higher)
	}
}
