package cost

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"umbel/internal/decimal"
)

// seasonal makes a series with quiet weekends and noise.
func seasonal(days int, level, weekend, noise float64, seed uint64) []decimal.D {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]decimal.D, days)
	for i := range out {
		cost := level
		if i%7 >= 5 {
			cost *= weekend
		}
		out[i] = amount(cost * (1 + noise*(2*r.Float64()-1)))
	}
	return out
}

func TestDetectSpike(t *testing.T) {
	costs := seasonal(90, 100, 0.3, 0.05, 7)
	costs[80] = decimal.Int(250)
	costs[81] = decimal.Int(400)
	runs := Detect(costs)
	if len(runs) != 1 || runs[0].First != 80 || runs[0].Last != 81 {
		t.Fatalf("found %+v, want days 80 and 81", runs)
	}
	r := runs[0]
	if r.Actual != decimal.Int(650) {
		t.Errorf("it cost %s", r.Actual)
	}
	// Day 80 is a working day, day 81 too (80%7 == 3).
	if e := float(r.Expected); math.Abs(e-200) > 10 {
		t.Errorf("expected were %s, want about 200", r.Expected)
	}
	if m := float(r.MaxImpact); math.Abs(m-300) > 10 {
		t.Errorf("the worst day was off by %s, want about 300", r.MaxImpact)
	}
	if r.MaxScore <= 0.5 || r.MaxScore > 1 || r.LastScore != r.MaxScore {
		t.Errorf("scores are %v and %v", r.MaxScore, r.LastScore)
	}
}

func TestDetectSeason(t *testing.T) {
	// A working day's cost on a weekend is odd, though the month has seen many like it.
	costs := seasonal(70, 100, 0.2, 0.03, 3)
	costs[68] = decimal.Int(100) // 68%7 == 5
	if runs := Detect(costs); len(runs) != 1 || runs[0].First != 68 {
		t.Errorf("found %+v, want day 68", runs)
	}
}

// TestDetectLevel wants a new level to be odd for two weeks, and then to be what days cost.
func TestDetectLevel(t *testing.T) {
	costs := append(seasonal(42, 100, 0.5, 0.03, 5), seasonal(60, 300, 0.5, 0.03, 6)...)
	runs := Detect(costs)
	for _, r := range runs {
		if r.First < 42 || r.Last > 42+settled {
			t.Errorf("found %+v", r)
		}
	}
	if len(runs) == 0 {
		t.Error("the new level is not found")
	}
}

func TestDetectNew(t *testing.T) {
	costs := make([]decimal.D, 30)
	costs[20], costs[21] = decimal.Int(5), decimal.New(5, 1)
	if runs := Detect(costs); len(runs) != 1 || runs[0].First != 20 || runs[0].Last != 20 || !runs[0].Expected.IsZero() {
		t.Errorf("found %+v, want the five dollars of day 20 and not the 50 cents after", runs)
	}
	if runs := Detect(append(make([]decimal.D, 9), decimal.Int(1000))); runs != nil {
		t.Errorf("without ten days of history found %+v", runs)
	}
}

// TestSteadyIsSilent wants nothing of series that go on as they were.
func TestSteadyIsSilent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		costs := seasonal(rapid.IntRange(10, 120).Draw(t, "days"), rapid.Float64Range(0, 1e5).Draw(t, "level"),
			rapid.SampledFrom([]float64{1, 0.7, 0.2}).Draw(t, "weekend"), rapid.Float64Range(0, 0.08).Draw(t, "noise"), rapid.Uint64().Draw(t, "seed"))
		if runs := Detect(costs); runs != nil {
			t.Fatalf("found %+v in %v", runs, costs)
		}
	})
}

// TestPlantedIsFound wants a day that costs three times what any did to be found, and days before it to be judged as without it.
func TestPlantedIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		costs := seasonal(60, rapid.Float64Range(2, 1e5).Draw(t, "level"), rapid.Float64Range(0.1, 1).Draw(t, "weekend"),
			rapid.Float64Range(0, 0.1).Draw(t, "noise"), rapid.Uint64().Draw(t, "seed"))
		day := rapid.IntRange(40, 59).Draw(t, "day")
		before := Judge(costs)
		most := costs[0]
		for _, c := range costs {
			most = decimal.Max(most, c)
		}
		costs[day] = most.Add(most).Add(most)
		after := Judge(costs)
		if !after[day].Odd {
			t.Fatalf("day %d is not found in %v", day, costs)
		}
		if diff := cmp.Diff(before[:day], after[:day], cmp.Comparer(func(a, b decimal.D) bool { return a == b })); diff != "" {
			t.Fatalf("days before are judged otherwise:\n%s", diff)
		}
	})
}

func TestCauses(t *testing.T) {
	day := func(costs ...int64) (out []decimal.D) {
		for _, c := range costs {
			out = append(out, decimal.Int(c))
		}
		return out
	}
	parts := []Part{
		{RootCause{Service: "S3"}, day(1, 1, 1, 1, 1)},
		{RootCause{Service: "EC2", Region: "us-east-1"}, day(10, 10, 10, 40, 30)},
		{RootCause{Service: "EC2", Region: "eu-west-1"}, day(0, 0, 0, 60, 0)},
		{RootCause{Service: "RDS"}, day(9, 9, 9, 1, 1)},
	}
	want := []RootCause{
		{Service: "EC2", Region: "eu-west-1", Contribution: decimal.Int(60)}, {Service: "EC2", Region: "us-east-1", Contribution: decimal.Int(50)},
	}
	if diff := cmp.Diff(want, Causes(parts, Run{First: 3, Last: 4}), cmp.Comparer(func(a, b decimal.D) bool { return a == b })); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
}

func TestConcerns(t *testing.T) {
	a := &Anomaly{Monitor: "m", Actual: decimal.Int(150), Expected: decimal.Int(100)}
	least := func(key, value string) Expression {
		return Expression{Dimensions: &DimensionValues{Key: key, Values: []string{value}, MatchOptions: []string{"GREATER_THAN_OR_EQUAL"}}}
	}
	for name, test := range map[string]struct {
		threshold Expression
		want      bool
	}{
		"absolute":       {least("ANOMALY_TOTAL_IMPACT_ABSOLUTE", "50"), true},
		"absolute above": {least("ANOMALY_TOTAL_IMPACT_ABSOLUTE", "50.01"), false},
		"percentage":     {least("ANOMALY_TOTAL_IMPACT_PERCENTAGE", "50"), true},
		"both":           {Expression{And: []Expression{least("ANOMALY_TOTAL_IMPACT_ABSOLUTE", "50"), least("ANOMALY_TOTAL_IMPACT_PERCENTAGE", "51")}}, false},
		"either":         {Expression{Or: []Expression{least("ANOMALY_TOTAL_IMPACT_ABSOLUTE", "50"), least("ANOMALY_TOTAL_IMPACT_PERCENTAGE", "51")}}, true},
	} {
		s := AnomalySubscription{Monitors: []string{"m"}, Threshold: test.threshold}
		if err := s.Threshold.CheckThreshold(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := s.Concerns(a); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	s := AnomalySubscription{Monitors: []string{"m"}, Threshold: least("ANOMALY_TOTAL_IMPACT_PERCENTAGE", "1000")}
	if !s.Concerns(&Anomaly{Monitor: "m", Actual: decimal.Int(1)}) {
		t.Error("where nothing was expected, any percentage is passed")
	}
}
