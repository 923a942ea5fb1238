// Command covergate reads a coverage profile of `go test -coverprofile` on standard input and ends with an error unless every
// statement in it was run, naming the lines that were not.
//
//	go test -coverprofile=c.out ./iampolicy/... && go run ./tools/covergate <c.out
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	total, missed, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "covergate:", err)
		os.Exit(2)
	}
	for _, b := range missed {
		fmt.Printf("%s:%d-%d: not covered (%d statements)\n", b.file, b.from, b.to, b.statements)
	}
	fmt.Printf("%d statements, %d blocks not covered\n", total, len(missed))
	if len(missed) > 0 || total == 0 {
		os.Exit(1)
	}
}

// block is a run of statements, with its lines.
type block struct {
	file             string
	from, to, column int
	statements       int
}

// read gives the number of statements and the blocks that no test ran. A block that stands in the profile several times, once
// for each package that tests it, counts once.
func read(r io.Reader) (total int, missed []block, err error) {
	ran := map[block]bool{}
	in := bufio.NewScanner(r)
	for in.Scan() {
		line := in.Text()
		if strings.HasPrefix(line, "mode:") {
			continue
		}
		var b block
		var end, count int
		file, rest, _ := strings.Cut(line, ":")
		if _, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &b.from, &b.column, &b.to, &end, &b.statements, &count); err != nil {
			return 0, nil, fmt.Errorf("%q is no line of a coverage profile: %w", line, err)
		}
		b.file = file
		ran[b] = ran[b] || count > 0
	}
	for b, ran := range ran {
		total += b.statements
		if !ran && b.statements > 0 {
			missed = append(missed, b)
		}
	}
	slices.SortFunc(missed, func(a, b block) int { return cmp.Or(cmp.Compare(a.file, b.file), a.from-b.from, a.column-b.column) })
	return total, missed, in.Err()
}
