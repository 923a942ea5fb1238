// Command testgate reads the output of `go test -json` on standard input, shows what failed, and ends with an error
// unless everything passed, nothing was skipped, and every test named with -ran did run. A step that tested nothing is
// thus a failure.
//
//	go test -json ./... | go run ./tools/testgate -ran 'umbel/e2e TestCLI'
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// event is one line of `go test -json` (go doc test2json).
type event struct {
	Action      string
	Package     string
	Test        string
	ImportPath  string
	Output      string
	Elapsed     float64
	FailedBuild string
}

type names []string

func (n *names) String() string     { return strings.Join(*n, ", ") }
func (n *names) Set(s string) error { *n = append(*n, s); return nil }

func main() {
	var ran names
	flag.Var(&ran, "ran", "`package test` that must have run and passed; may be given several times")
	skips := flag.Bool("allow-skips", false, "do not fail for skipped tests")
	flag.Parse()
	g := gate{output: map[string][]string{}, passed: map[string]bool{}}
	if err := g.read(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "testgate:", err)
		os.Exit(2)
	}
	if !g.verdict(os.Stdout, ran, *skips) {
		os.Exit(1)
	}
}

// gate gathers what the tests came to.
type gate struct {
	output                map[string][]string
	passed                map[string]bool
	pass, fail, skip      int
	failedTests, skipped  []string
	failedPackages, noise []string
}

func (g *gate) read(r io.Reader, w io.Writer) error {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var e event
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			g.noise = append(g.noise, in.Text())
			continue
		}
		g.note(e, w)
	}
	return in.Err()
}

func (g *gate) note(e event, w io.Writer) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		if e.Package == "" {
			key = e.ImportPath + " "
		}
		g.output[key] = append(g.output[key], e.Output)
	case "pass":
		if e.Test == "" {
			fmt.Fprintf(w, "ok  \t%s\t%.3fs\n", e.Package, e.Elapsed)
			break
		}
		g.pass++
		g.passed[key] = true
		delete(g.output, key)
	case "fail":
		if e.Test == "" {
			g.failedPackages = append(g.failedPackages, e.Package)
			fmt.Fprintf(w, "FAIL\t%s\t%.3fs\n", e.Package, e.Elapsed)
			break
		}
		g.fail++
		g.failedTests = append(g.failedTests, key)
	case "skip":
		if e.Test == "" {
			break // a package without tests
		}
		g.skip++
		g.skipped = append(g.skipped, key)
	}
}

func (g *gate) verdict(w io.Writer, ran names, allowSkips bool) bool {
	good := g.fail == 0 && len(g.failedPackages) == 0
	for _, key := range g.failedTests {
		fmt.Fprintf(w, "--- FAIL: %s\n%s", key, strings.Join(g.output[key], ""))
	}
	for _, pkg := range g.failedPackages {
		fmt.Fprintf(w, "--- FAIL: %s\n%s", pkg, strings.Join(g.output[pkg+" "], ""))
	}
	if !good {
		for key, out := range g.output {
			if strings.HasSuffix(key, " ") && !slices.Contains(g.failedPackages, strings.TrimSuffix(key, " ")) && strings.Contains(key, "[") {
				fmt.Fprint(w, strings.Join(out, "")) // what the compiler said
			}
		}
	}
	for _, line := range g.noise {
		fmt.Fprintln(w, line)
	}
	for _, key := range g.skipped {
		fmt.Fprintf(w, "skipped: %s: %s\n", key, strings.TrimSpace(strings.Join(g.output[key], " ")))
		good = good && allowSkips
	}
	for _, want := range ran {
		if !g.passed[want] {
			fmt.Fprintf(w, "did not run and pass: %s\n", want)
			good = false
		}
	}
	if g.pass == 0 {
		fmt.Fprintln(w, "not one test ran")
		good = false
	}
	fmt.Fprintf(w, "%d passed, %d failed, %d skipped\n", g.pass, g.fail, g.skip)
	return good
}
