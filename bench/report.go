package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// report prints measurements as they come in, the text form all at the end.
type report struct {
	w     io.Writer
	table *tabwriter.Writer // of the text form
	json  *json.Encoder     // of the JSON form
	usage bool
}

func newReport(w io.Writer, o *options) *report {
	r := &report{w: w, usage: o.pid != 0}
	switch o.form {
	case "json":
		r.json = json.NewEncoder(w)
		return r
	case "text":
		r.table = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	}
	head := []string{"operation", "accounts", "connections", "calls/s", "p50", "p99", "max", "failures"}
	if r.usage {
		head = append(head, "server CPU/call", "server memory")
	}
	r.row(head)
	if r.table == nil {
		fmt.Fprintln(w, "|---|"+strings.Repeat("---:|", len(head)-1))
	}
	return r
}

func (r *report) row(cells []string) {
	if r.table != nil {
		fmt.Fprintln(r.table, strings.Join(cells, "\t")+"\t")
		return
	}
	fmt.Fprintln(r.w, "| "+strings.Join(cells, " | ")+" |")
}

func (r *report) add(m measurement) error {
	if r.json != nil {
		return r.json.Encode(m)
	}
	cells := []string{m.Operation, fmt.Sprint(m.Accounts), fmt.Sprint(m.Connections), fmt.Sprintf("%.0f", m.PerSecond),
		milliseconds(m.P50), milliseconds(m.P99), milliseconds(m.Max), fmt.Sprint(m.Failures)}
	if r.usage {
		cells = append(cells, m.ServerCPU.Round(time.Microsecond).String(), fmt.Sprintf("%d MB", m.ServerRSS>>20))
	}
	r.row(cells)
	if m.FirstError != "" {
		r.row([]string{"first failure: " + m.FirstError})
	}
	return nil
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

func (r *report) end() error {
	if r.table == nil {
		return nil
	}
	return r.table.Flush()
}
