// Package gauge owns what benchmarks tell of their own process: its processor time and its memory. Only tests import it.
package gauge

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// CPU is the processor time this process has used: on a machine that others use too, the only time that can be compared.
func CPU(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Peak reports the most memory this process had resident so far, where the system tells it.
func Peak(b *testing.B) {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return // not Linux
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes int
		if strings.HasPrefix(line, "VmHWM:") {
			if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(kilobytes)/1e3, "MB-at-most")
		}
	}
}
