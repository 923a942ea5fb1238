package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"syscall"
	"time"
)

// starts is how often a start is measured.
const starts = 5

// runStarts measures how long the binary takes from its execution until it says that it can serve, and until it has answered
// a first call, for which it loads the caller's account and organization.
func runStarts(ctx context.Context, o *options) error {
	if o.data == "" {
		return errors.New("--start: name the store with --data")
	}
	for range starts {
		ready, answered, err := start(ctx, *o)
		if err != nil {
			return err
		}
		fmt.Printf("ready after %s, first call answered after %s\n", ready.Round(time.Millisecond), answered.Round(time.Millisecond))
	}
	return nil
}

func start(ctx context.Context, o options) (ready, answered time.Duration, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, o.umbel, "serve", "--data", o.data, "--listen", address)
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()) }()
	if err := healthy(ctx, "http://"+address); err != nil {
		return 0, 0, err
	}
	ready = time.Since(begin)
	if err := o.discover(ctx); err != nil {
		return 0, 0, err
	}
	c, err := dial(&o)
	if err != nil {
		return 0, 0, err
	}
	defer c.close()
	_, _, err = c.do(organizations("DescribeOrganization", "{}")) // an empty store answers that it has none
	return ready, time.Since(begin), err
}

// healthy waits until the server says that it can serve.
func healthy(ctx context.Context, endpoint string) error {
	for deadline := time.Now().Add(30 * time.Second); ctx.Err() == nil; time.Sleep(time.Millisecond) {
		resp, err := http.Get(endpoint + "/_umbel/health")
		if err == nil {
			if err := resp.Body.Close(); err != nil || resp.StatusCode == http.StatusOK {
				return err
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not serve after 30 s: %w", endpoint, err)
		}
	}
	return ctx.Err()
}
