package gateway

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts requests. Its labels hold only names of models, never what a client wrote.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newMetrics(r *prometheus.Registry) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "umbel_requests_total", Help: "AWS calls by service, operation and error code; the code of a success is empty.",
		}, []string{"service", "operation", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "umbel_request_seconds", Help: "Time from a request's header to the end of its answer.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"service", "operation"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "umbel_requests_in_flight", Help: "AWS calls under way."}),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.requests, m.seconds, m.inFlight} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("gateway: %w", err)
		}
	}
	return m, nil
}

// observe counts a finished request.
func (m *metrics) observe(service, operation, code string, took time.Duration) {
	m.requests.WithLabelValues(service, operation, code).Inc()
	m.seconds.WithLabelValues(service, operation).Observe(took.Seconds())
}
