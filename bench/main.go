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
	accounts    int
	operations  []string
	pid         int
	json        bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o, err := parse(os.Args[1:])
	if err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	o := &options{}
	var connections, operations string
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.StringVar(&o.endpoint, "endpoint", "", "endpoint to load (default: that of the Umbel running on --data)")
	fs.StringVar(&o.data, "data", "", "data directory of a running Umbel, to take endpoint and credentials from")
	fs.StringVar(&o.key.id, "access-key", os.Getenv("AWS_ACCESS_KEY_ID"), "access key ID")
	fs.StringVar(&o.key.secret, "secret-key", os.Getenv("AWS_SECRET_ACCESS_KEY"), "secret access key")
	fs.StringVar(&o.key.token, "session-token", os.Getenv("AWS_SESSION_TOKEN"), "session token")
	fs.StringVar(&o.region, "region", "us-east-1", "Region to sign for")
	fs.StringVar(&connections, "connections", "1,8", "numbers of connections to run with")
	fs.DurationVar(&o.duration, "duration", 5*time.Second, "time per operation and number of connections")
	fs.IntVar(&o.accounts, "accounts", 0, "make member accounts until the organization has this many, before measuring")
	fs.StringVar(&operations, "operations", "", "operations to run, comma-separated (default: all)")
	fs.IntVar(&o.pid, "pid", 0, "process whose CPU time and memory to report beside the figures")
	fs.BoolVar(&o.json, "json", false, "one JSON object per measurement")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	for s := range strings.SplitSeq(connections, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("--connections: %q is not a number of connections", s)
		}
		o.connections = append(o.connections, n)
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

func run(ctx context.Context, o *options) error {
	if err := o.discover(ctx); err != nil {
		return err
	}
	c, err := dial(o)
	if err != nil {
		return err
	}
	defer c.close()
	world, err := prepare(ctx, c, o)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	report := newReport(os.Stdout, o)
	for _, w := range workloads {
		if len(o.operations) > 0 && !slices.Contains(o.operations, w.name) {
			continue
		}
		for _, n := range o.connections {
			m, err := measure(ctx, o, w, world, n)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			if err := report.add(m); err != nil {
				return err
			}
		}
	}
	return report.end()
}
