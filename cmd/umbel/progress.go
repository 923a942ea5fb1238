package main

import (
	"fmt"
	"time"
)

// progress shows on a terminal what takes its time, until the function it gives is called. What is done within a second shows nothing.
func (a *app) progress(text func() string) (end func()) {
	if !isTerminal(a.stderr) {
		return func() {}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				fmt.Fprint(a.stderr, "\r\x1b[K")
				return
			case <-tick.C:
				fmt.Fprint(a.stderr, "\r\x1b[K", text())
			}
		}
	}()
	return func() { close(stop); <-stopped }

}
