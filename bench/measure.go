package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// measurement is what one workload came to with one number of connections.
type measurement struct {
	Operation   string        `json:"operation"`
	Accounts    int           `json:"accounts"` // in the organization, before
	Connections int           `json:"connections"`
	Calls       int           `json:"calls"`
	Failures    int           `json:"failures"`
	FirstError  string        `json:"firstError,omitempty"`
	Elapsed     time.Duration `json:"elapsedNs"`
	PerSecond   float64       `json:"perSecond"`
	P50         time.Duration `json:"p50Ns"`
	P99         time.Duration `json:"p99Ns"`
	Max         time.Duration `json:"maxNs"`
	ServerCPU   time.Duration `json:"serverCpuPerCallNs,omitempty"`
	ServerRSS   int64         `json:"serverRssBytes,omitempty"`
}

// lane is the work of one connection.
type lane struct {
	latencies []time.Duration
	failures  int
	first     string
	err       error
}

// measure runs a workload on n connections for the duration asked for.
func measure(ctx context.Context, o *options, w workload, on *world, n int) (measurement, error) {
	lanes := make([]lane, n)
	before := usage(o.pid)
	start := time.Now()
	deadline := start.Add(o.duration)
	var wait sync.WaitGroup
	for i := range lanes {
		wait.Go(func() { lanes[i].run(ctx, o, w, on, i, n, deadline) })
	}
	wait.Wait()
	m := measurement{Operation: w.name, Accounts: on.accounts, Connections: n, Elapsed: time.Since(start)}
	after := usage(o.pid)
	var all []time.Duration
	for _, l := range lanes {
		if l.err != nil {
			return m, l.err
		}
		all = append(all, l.latencies...)
		m.Failures += l.failures
		if m.FirstError == "" {
			m.FirstError = l.first
		}
	}
	if len(all) == 0 {
		return m, fmt.Errorf("not one call was answered in %s", o.duration)
	}
	slices.Sort(all)
	m.Calls = len(all)
	m.PerSecond = float64(len(all)) / m.Elapsed.Seconds()
	m.P50, m.P99, m.Max = percentile(all, 50), percentile(all, 99), all[len(all)-1]
	if o.pid != 0 {
		m.ServerCPU = (after.cpu - before.cpu) / time.Duration(len(all))
		m.ServerRSS = after.rss
	}
	return m, nil
}

// percentile gives the least of the sorted values that p percent of them do not exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[(len(sorted)*p+99)/100-1]
}

func (l *lane) run(ctx context.Context, o *options, w workload, on *world, lane, lanes int, deadline time.Time) {
	c, err := dial(o)
	if err != nil {
		l.err = err
		return
	}
	defer c.close()
	begin := time.Now()
	for i := lane; ctx.Err() == nil; i += lanes {
		start := o.turn(begin, i)
		if start.After(deadline) {
			return
		}
		if failure, err := l.iterate(c, w, on, i); err != nil {
			l.err = err
			return
		} else if failure != "" {
			l.failures++
			if l.first == "" {
				l.first = failure
			}
		}
		l.latencies = append(l.latencies, time.Since(start))
	}
	l.err = ctx.Err()
}

// iterate makes the calls of one iteration and tells how it failed, if it did.
func (l *lane) iterate(c *conn, w workload, on *world, i int) (failure string, err error) {
	var answer []byte
	for next := w.next(on, i, nil); next != nil; next = w.next(on, i, answer) {
		status, body, err := c.do(next)
		if err != nil {
			return "", err
		}
		if status != 200 {
			return fmt.Sprintf("HTTP %d: %.300s", status, body), nil
		}
		answer = body
	}
	return "", nil
}

// turn waits until it is the i-th call's turn at the rate asked for and gives when that was. A call that is late counts from
// its turn, not from when the client got to it: else a server that stalls would look as if nobody had asked meanwhile.
func (o *options) turn(begin time.Time, i int) time.Time {
	now := time.Now()
	if o.rate == 0 {
		return now
	}
	due := begin.Add(time.Duration(i) * time.Second / time.Duration(o.rate))
	if early := due.Sub(now); early > 0 {
		time.Sleep(early)
		return time.Now() // a timer that fires late is no delay of the server's
	}
	return due
}
