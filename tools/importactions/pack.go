package main

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// dictionarySize is the best for this table: what a larger dictionary saves, it costs itself.
const dictionarySize = 16 << 10

// pack writes the compressed index, its length before it, and the services' blocks.
func (t *table) pack() ([]byte, error) {
	texts := make([]string, len(t.services))
	for i, s := range t.services {
		var err error
		if texts[i], err = s.render(); err != nil {
			return nil, fmt.Errorf("%s: %w", s.prefix, err)
		}
	}
	dictionary := commonWords(texts)
	var blocks bytes.Buffer
	lengths := make([]int, len(texts))
	for i, text := range texts {
		block, err := deflate(text, []byte(dictionary))
		if err != nil {
			return nil, err
		}
		lengths[i] = len(block)
		blocks.Write(block)
	}
	index, err := deflate(t.index(texts, lengths)+dictionary, nil)
	if err != nil {
		return nil, err
	}
	out := binary.AppendUvarint(nil, uint64(len(index)))
	return append(append(out, index...), blocks.Bytes()...), nil
}

// index writes the version and four groups of lines, each ended by an empty one: services, global keys, foreign prefixes,
// services of ARNs.
func (t *table) index(texts []string, lengths []int) string {
	var b strings.Builder
	b.WriteString(t.version + "\n")
	for i, s := range t.services {
		bound := "-"
		if s.resourceControl {
			bound = "r"
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%d\t%d\n", s.prefix, s.name, bound, lengths[i], len(texts[i]))
	}
	b.WriteString("\n")
	for _, k := range t.global {
		b.WriteString(keyTypes[k.Type] + k.Name + "\n")
	}
	b.WriteString("\n")
	for _, p := range t.prefixes {
		b.WriteString(p[0] + "\t" + p[1] + "\n")
	}
	b.WriteString("\n")
	for _, line := range t.arnServices() {
		b.WriteString(line + "\n")
	}
	b.WriteString("\n")
	return b.String()
}

// arnServices lists the services that stand in ARNs of other services' resource types: each with those services' prefixes.
func (t *table) arnServices() (lines []string) {
	of := map[string][]string{}
	for _, s := range t.services {
		for _, r := range s.types {
			if parts := strings.SplitN(r.ARN, ":", 4); len(parts) > 2 && !strings.Contains(parts[2], "$") {
				of[parts[2]] = append(of[parts[2]], s.prefix)
			}
		}
	}
	for service, prefixes := range of {
		if prefixes = sorted(prefixes); !slices.Equal(prefixes, []string{service}) {
			lines = append(lines, service+"\t"+strings.Join(prefixes, " "))
		}
	}
	return sorted(lines)
}

func deflate(text string, dictionary []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriterDict(&out, flate.BestCompression, dictionary)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// commonWords gives the dictionary all blocks are compressed with: lines and words that many services share, the most
// valuable last, where they are cheapest to refer to.
func commonWords(texts []string) string {
	services := map[string]int{}
	for _, text := range texts {
		seen := map[string]bool{}
		for line := range strings.Lines(text) {
			seen[line] = true
			for _, word := range words(line) {
				seen[word] = true
			}
		}
		for word := range seen {
			services[word]++
		}
	}
	type candidate struct {
		word  string
		value int
	}
	var list []candidate
	for word, n := range services {
		if n > 1 && len(word) > 3 {
			list = append(list, candidate{word, (n - 1) * len(word)})
		}
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.word, b.word))
	})
	var picked []string
	size := 0
	for _, c := range list {
		if size += len(c.word); size > dictionarySize {
			break
		}
		picked = append(picked, c.word)
	}
	slices.Reverse(picked)
	return strings.Join(picked, "")
}

// words gives the CamelCase words of a line and each with its successor.
func words(line string) (list []string) {
	starts := []int{}
	end := len(line)
	for i, c := range line {
		if c == '\t' || c == '\n' {
			end = i
			break
		}
		if unicode.IsUpper(c) && i+1 < len(line) && unicode.IsLower(rune(line[i+1])) {
			starts = append(starts, i)
		}
	}
	starts = append(starts, end)
	for i := 0; i+1 < len(starts); i++ {
		list = append(list, line[starts[i]:starts[i+1]])
		if i+2 < len(starts) {
			list = append(list, line[starts[i]:starts[i+2]])
		}
	}
	return list
}
