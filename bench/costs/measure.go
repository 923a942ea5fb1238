package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"umbel/internal/costlines"
)

// figures are what a process found out.
type figures struct {
	CPU, Wall time.Duration // of an answer, the least
	Resident  int64         // bytes, at most
	Rows      []string      // of the answer, sorted
}

// answer has an engine answer a question several times in this process, and writes the figures.
func answer(w io.Writer, dir, engineName, questionName string, asks int) error {
	q, err := questionOf(questionName)
	if err != nil {
		return err
	}
	e, err := openEngine(engineName, dir)
	if err != nil {
		return err
	}
	var best figures
	for range asks {
		start, before := time.Now(), cpu()
		if err := e.ask(q); err != nil {
			return err
		}
		used, took := cpu()-before, time.Since(start)
		if best.CPU == 0 || used < best.CPU {
			best.CPU = used
		}
		if best.Wall == 0 || took < best.Wall {
			best.Wall = took
		}
	}
	if best.Resident, err = resident(); err != nil {
		return err
	}
	if best.Rows, err = texts(e, q); err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(w).Encode(best), e.close())
}

// texts gives the rows of the last answer as texts, sorted.
func texts(e engine, q *question) ([]string, error) {
	rows, err := e.rows(q)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = text(&rows[i])
	}
	slices.Sort(out)
	return out, nil
}

// text gives a row with all it says.
func text(r *costlines.Row) string {
	var b strings.Builder
	fmt.Fprint(&b, r.Start.Format(time.RFC3339), " ", r.Keys[0], " ", r.Keys[1], " ", r.Currency, " ", r.Lines)
	for _, d := range r.Sums {
		fmt.Fprint(&b, " ", d)
	}
	return b.String()
}

// cpu is the process's CPU time, in user mode and in the kernel.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // cannot fail for the process itself
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is the most memory that was resident since the process began, in bytes. What getrusage tells counts the time before
// exec, when the process was its parent.
func resident() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			var kilobytes int64
			_, err := fmt.Sscanf(rest, "%d kB", &kilobytes)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("the system does not tell how much memory was resident")
}

// engines are those compared; the first is measured by the second.
var engines = [...]string{"umbel", "duckdb"}

// compare asks both engines all questions in turn, prints a table, and fails if their answers differ.
func compare(dir string, rounds, asks int) error {
	fmt.Println("| question | rows | umbel CPU | DuckDB CPU | ratio | umbel wall | DuckDB wall | umbel memory | DuckDB memory |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
	for _, q := range questions() {
		var best [len(engines)]figures
		for range rounds {
			for i, name := range engines {
				f, err := inProcess(dir, name, q.name, asks)
				if err != nil {
					return err
				}
				best[i].take(f)
			}
		}
		ours, theirs := &best[0], &best[1]
		if !slices.Equal(ours.Rows, theirs.Rows) {
			return differ(q.name, ours.Rows, theirs.Rows)
		}
		fmt.Printf("| %s: %s | %d | %.0f ms | %.0f ms | %.2f | %.0f ms | %.0f ms | %d MB | %d MB |\n", q.name, q.about, len(ours.Rows),
			milliseconds(ours.CPU), milliseconds(theirs.CPU), ours.CPU.Seconds()/theirs.CPU.Seconds(),
			milliseconds(ours.Wall), milliseconds(theirs.Wall), ours.Resident/1e6, theirs.Resident/1e6)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// take takes the better of times, and the worse of memory.
func (f *figures) take(o figures) {
	if f.Rows != nil {
		o.CPU, o.Wall, o.Resident = min(f.CPU, o.CPU), min(f.Wall, o.Wall), max(f.Resident, o.Resident)
	}
	*f = o
}

// differ tells where answers differ first.
func differ(question string, ours, theirs []string) error {
	for i := range max(len(ours), len(theirs)) {
		a, b := "nothing", "nothing"
		if i < len(ours) {
			a = ours[i]
		}
		if i < len(theirs) {
			b = theirs[i]
		}
		if a != b {
			return fmt.Errorf("the answers to %s differ: umbel says %q, DuckDB %q", question, a, b)
		}
	}
	return nil
}

// inProcess has an engine answer in a process of its own.
func inProcess(dir, engine, question string, asks int) (f figures, err error) {
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	command := exec.Command(self, "-dir", dir, "-engine", engine, "-question", question, "-asks", fmt.Sprint(asks))
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, os.Stderr
	if err := command.Run(); err != nil {
		return f, fmt.Errorf("%s, %s: %w", engine, question, err)
	}
	return f, json.Unmarshal(out.Bytes(), &f)
}
