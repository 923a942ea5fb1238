package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// report prints measurements as they come in.
type report struct {
	table *tabwriter.Writer
	json  *json.Encoder
	pid   bool
}

func newReport(w io.Writer, o *options) *report {
	r := &report{pid: o.pid != 0}
	if o.json {
		r.json = json.NewEncoder(w)
		return r
	}
	r.table = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(r.table, "operation\tconnections\tcalls\tfailures\tcalls/s\tp50\tp99\tmax\t")
	if r.pid {
		fmt.Fprint(r.table, "server CPU/call\tserver memory\t")
	}
	fmt.Fprintln(r.table)
	return r
}

func (r *report) add(m measurement) error {
	if r.json != nil {
		return r.json.Encode(m)
	}
	round := func(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
	fmt.Fprintf(r.table, "%s\t%d\t%d\t%d\t%.0f\t%s\t%s\t%s\t", m.Operation, m.Connections, m.Calls, m.Failures, m.PerSecond,
		round(m.P50), round(m.P99), round(m.Max))
	if r.pid {
		fmt.Fprintf(r.table, "%s\t%d MB\t", m.ServerCPU.Round(time.Microsecond), m.ServerRSS>>20)
	}
	fmt.Fprintln(r.table)
	if m.FirstError != "" {
		fmt.Fprintf(r.table, "  first failure: %s\t\n", m.FirstError)
	}
	return nil
}

func (r *report) end() error {
	if r.table == nil {
		return nil
	}
	return r.table.Flush()
}
