// Command umbel runs an AWS organization on your own machine and governs every call to it. See the README.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go endOn(signals, cancel, os.Exit)
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" { // else the operator has decided
		(&heapTuner{percent: 100}).watch()
	}
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	code := a.run(ctx, os.Args[1:])
	cancel()
	os.Exit(code)
}

// interrupted is the exit code of a process that a second signal ended, as shells give it for an interrupt.
const interrupted = 130

// endOn lets the first signal drain and the second end the process at once, however soon it follows.
func endOn(signals <-chan os.Signal, drain context.CancelFunc, exit func(int)) {
	<-signals
	drain()
	<-signals
	exit(interrupted)
}
