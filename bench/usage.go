package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// processUsage is what a process has used so far.
type processUsage struct {
	cpu time.Duration
	rss int64 // bytes
}

// usage reads a process's CPU time and memory where the system tells them under /proc; elsewhere, or for no process,
// it is zero.
func usage(pid int) processUsage {
	if pid == 0 {
		return processUsage{}
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return processUsage{}
	}
	// The command's name may hold blanks; the fields are counted behind its closing parenthesis.
	_, rest, ok := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 22 {
		return processUsage{}
	}
	const ticksPerSecond = 100 // USER_HZ, fixed in the Linux ABI
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	pages, _ := strconv.ParseInt(fields[21], 10, 64)
	return processUsage{
		cpu: time.Duration(user+system) * time.Second / ticksPerSecond,
		rss: pages * int64(os.Getpagesize()),
	}
}
