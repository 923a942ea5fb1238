// Package crash owns the killing of processes under load: it starts a command, lets it work, kills it with a signal that
// cannot be caught, and gives what the command had said was done. What must then be true is the caller's to check.
package crash

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Rounds names the environment variable that says how often a crash test kills; by default it is a few times.
const Rounds = "UMBEL_CRASH_ROUNDS"

// short is how many rounds a test takes when nobody asks for more.
const short = 5

// Count gives how many rounds to take.
func Count(tb testing.TB) int {
	text := os.Getenv(Rounds)
	if text == "" {
		return short
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		tb.Fatalf("%s=%s: want a number from 1", Rounds, text)
	}
	return n
}

// startLimit bounds how long a command may take to its first line.
const startLimit = time.Minute

// Kill starts the command, waits for its first line of output and kills it the given time later. It gives all lines the
// command has completed: what it acknowledged.
func Kill(tb testing.TB, cmd *exec.Cmd, after time.Duration) (lines []string) {
	tb.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	var once sync.Once
	kill := func(wait time.Duration) *time.Timer {
		return time.AfterFunc(wait, func() { once.Do(func() { _ = cmd.Process.Kill() }) }) // a process already gone is the caller's to notice
	}
	defer kill(startLimit).Stop()
	r := bufio.NewReader(out)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			break // an incomplete last line acknowledges nothing
		}
		if len(lines) == 0 {
			defer kill(after).Stop()
		}
		lines = append(lines, line[:len(line)-1])
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != -1 {
		tb.Fatalf("the command ended by itself: %v", err)
	}
	return lines
}
