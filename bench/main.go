// Command bench loads an AWS-compatible endpoint with signed requests and says what it answers: calls per second and
// latencies, per operation, with one connection and with several, side by side in one run. It speaks plain HTTP/1.1 on
// connections of its own, so that on a shared machine the load costs little next to the server.
//
//	go run ./bench --endpoint http://127.0.0.1:4566 --data DIR
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

type options struct {
	endpoint    string
	data        string
	key         credentials
	region      string
	connections []int
	duration    time.Duration
	rate        int
	sizes       []int // numbers of accounts to measure with, rising
	operations  []string
	pid         int
	form        string
	umbel       string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o, err := parse(os.Args[1:])
	switch {
	case err != nil:
	case o.umbel != "":
		err = runStarts(ctx, o)
	default:
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	o := &options{}
	var connections, operations, sizes string
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.StringVar(&o.endpoint, "endpoint", "", "endpoint to load (default: that of the Umbel running on --data)")
	fs.StringVar(&o.data, "data", "", "data directory of a running Umbel, to take endpoint and credentials from")
	fs.StringVar(&o.key.id, "access-key", os.Getenv("AWS_ACCESS_KEY_ID"), "access key ID")
	fs.StringVar(&o.key.secret, "secret-key", os.Getenv("AWS_SECRET_ACCESS_KEY"), "secret access key")
	fs.StringVar(&o.key.token, "session-token", os.Getenv("AWS_SESSION_TOKEN"), "session token")
	fs.StringVar(&o.region, "region", "us-east-1", "Region to sign for")
	fs.StringVar(&connections, "connections", "1,8", "numbers of connections to run with")
	fs.IntVar(&o.rate, "rate", 0, "calls per second to make in all, at even distances (default: as many as the server answers)")
	fs.DurationVar(&o.duration, "duration", 5*time.Second, "time per operation and number of connections")
	fs.StringVar(&sizes, "accounts", "0", "make member accounts until the organization has this many, then measure; several numbers, rising, measure at each")
	fs.StringVar(&operations, "operations", "", "operations to run, comma-separated (default: all)")
	fs.IntVar(&o.pid, "pid", 0, "process whose CPU time and memory to report beside the figures")
	fs.StringVar(&o.form, "format", "text", "text, markdown, or json: one object per measurement")
	fs.StringVar(&o.umbel, "start", "", "measure instead how long this umbel binary takes to serve the store in --data, which must not be running")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	var err error
	if o.connections, err = numbers(connections, 1); err != nil {
		return nil, fmt.Errorf("--connections: %w", err)
	}
	if o.sizes, err = numbers(sizes, 0); err != nil || !slices.IsSorted(o.sizes) {
		return nil, fmt.Errorf("--accounts %s: want rising numbers, comma-separated", sizes)
	}
	if !slices.Contains([]string{"text", "markdown", "json"}, o.form) {
		return nil, fmt.Errorf("--format %s: want text, markdown or json", o.form)
	}
	if operations != "" {
		o.operations = strings.Split(operations, ",")
	}
	for _, name := range o.operations {
		if !slices.ContainsFunc(workloads, func(w workload) bool { return w.name == name }) {
			return nil, fmt.Errorf("--operations: no workload %q; there are: %s", name, strings.Join(workloadNames(), ", "))
		}
	}
	return o, nil
}

// numbers reads a comma-separated list.
func numbers(list string, least int) (out []int, err error) {
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < least {
			return nil, fmt.Errorf("%q is not a number from %d", s, least)
		}
		out = append(out, n)
	}
	return out, nil
}

func run(ctx context.Context, o *options) error {
	if err := o.discover(ctx); err != nil {
		return err
	}
	c, err := dial(o)
	if err != nil {
		return err
	}
	defer c.close()
	world, err := prepare(c, o)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	report := newReport(os.Stdout, o)
	for _, size := range o.sizes {
		if err := world.populate(ctx, c, o, size); err != nil {
			return fmt.Errorf("make %d accounts: %w", size, err)
		}
		if err := measureAll(ctx, o, world, report); err != nil {
			return err
		}
	}
	return report.end()
}

// measureAll runs the workloads asked for with the accounts there are.
func measureAll(ctx context.Context, o *options, on *world, r *report) error {
	for _, w := range workloads {
		if len(o.operations) > 0 && !slices.Contains(o.operations, w.name) {
			continue
		}
		for _, n := range o.connections {
			m, err := measure(ctx, o, w, on, n)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			if err := r.add(m); err != nil {
				return err
			}
		}
	}
	return nil
}
