package ce

import (
	"slices"
	"strings"

	"umbel/internal/costlines"
	"umbel/internal/decimal"
	model "umbel/internal/model/ce"
)

// metric is a metric of Cost Explorer: its name in answers, which requests may write as enumeration, too.
type metric struct {
	name string
	of   costlines.Metric
	unit string // "" for the currency
}

// notApplicable is the unit of what has none, or several.
const notApplicable = "N/A"

var metrics = []metric{
	{"AmortizedCost", costlines.AmortizedCost, ""}, {"BlendedCost", costlines.BlendedCost, ""}, {"NetAmortizedCost", costlines.NetAmortizedCost, ""},
	{"NetUnblendedCost", costlines.NetUnblendedCost, ""}, {"NormalizedUsageAmount", costlines.NormalizedUsageAmount, notApplicable},
	{"UnblendedCost", costlines.UnblendedCost, ""}, {"UsageQuantity", costlines.UsageQuantity, notApplicable},
}

// metricOf finds a metric: "UnblendedCost" or "UNBLENDED_COST".
func metricOf(name string) (metric, error) {
	plain := strings.ToLower(strings.ReplaceAll(name, "_", ""))
	for _, m := range metrics {
		if strings.ToLower(m.name) == plain && (name == m.name || strings.ToUpper(name) == name) {
			return m, nil
		}
	}
	names := make([]string, len(metrics))
	for i, m := range metrics {
		names[i] = m.name
	}
	return metric{}, refuse("Metric %s is not valid. Valid values are %s", name, strings.Join(names, ", "))
}

// metricsOf finds the metrics asked for; one that is asked for twice is given once.
func metricsOf(names []string) (out []metric, err error) {
	if len(names) == 0 {
		return nil, refuse("Metrics must not be empty.")
	}
	for _, name := range names {
		m, err := metricOf(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out, nil
}

func sumsOf(list []metric) []costlines.Metric {
	out := make([]costlines.Metric, len(list))
	for i, m := range list {
		out[i] = m.of
	}
	return out
}

// amountPlaces is how many decimal places amounts have: as many as are seen in Cost Explorer's answers.
const amountPlaces = 10

func amount(d decimal.D) string { return d.Round(amountPlaces).String() }

// values writes sums as answers have them.
func values(list []metric, sums []decimal.D, currency, unit string) map[string]model.MetricValue {
	out := make(map[string]model.MetricValue, len(list))
	for i, m := range list {
		v := model.MetricValue{Amount: new("0"), Unit: new(m.unit)}
		if sums != nil {
			v.Amount = new(amount(sums[i]))
		}
		switch {
		case m.unit == "":
			v.Unit = new(currency)
		case m.of == costlines.UsageQuantity && unit != "":
			v.Unit = new(unit)
		}
		out[m.name] = v
	}
	return out
}
