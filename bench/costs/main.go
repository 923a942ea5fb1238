// Command costs measures questions to cost lines beside DuckDB: the same four questions to the same sorted Parquet files, in
// turn, in one run. It is a module of its own, so that none of this is a dependency of Umbel.
//
// Each engine answers each question in a process of its own, several times; what counts is the least CPU time of an answer,
// which other programs on the machine disturb least, and the most memory resident of any of the processes. All answers must be
// the same to the last decimal.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
)

func main() {
	dir := flag.String("dir", "", "directory of the lines, which are made if they are not there")
	lines := flag.Int("lines", 50_000_000, "how many lines")
	rounds := flag.Int("rounds", 3, "processes for each engine and question; the best counts")
	asks := flag.Int("asks", 3, "answers of a process; the best counts")
	engine := flag.String("engine", "", "only ask this engine, in this process: umbel or duckdb")
	question := flag.String("question", "", "the question for -engine: "+names())
	profile := flag.String("profile", "", "a file for the CPU profile of -engine")
	flag.Parse()
	var err error
	switch {
	case *dir == "":
		err = errors.New("-dir is needed")
	case *engine != "":
		err = profiled(*profile, func() error { return answer(os.Stdout, *dir, *engine, *question, *asks) })
	default:
		if err = fill(*dir, *lines); err == nil {
			err = compare(*dir, *rounds, *asks)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "costs:", err)
		os.Exit(1)
	}
}

// profiled does something, with a CPU profile of it if there is a file for that.
func profiled(path string, do func() error) (err error) {
	if path == "" {
		return do()
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return do()
}
