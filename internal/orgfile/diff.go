package orgfile

import (
	"bytes"
	"encoding/json"
	"strings"
)

// pretty gives the lines of a JSON document, indented; a text that is none is its own only line.
func pretty(text string) []string {
	if text == "" {
		return nil
	}
	var b bytes.Buffer
	if !strings.HasPrefix(text, "{") || json.Indent(&b, []byte(text), "", "  ") != nil {
		return []string{text}
	}
	return strings.Split(b.String(), "\n")
}

// contextLines is how many unchanged lines are shown around a change.
const contextLines = 2

// diffLines gives the lines that change with a few around them, each behind "+ ", "- " or two spaces; longer unchanged
// stretches become "  …". It finds the longest common subsequence; documents have at most some hundred lines.
func diffLines(from, to []string) []string {
	common := make([][]int, len(from)+1)
	for i := range common {
		common[i] = make([]int, len(to)+1)
	}
	for i := len(from) - 1; i >= 0; i-- {
		for j := len(to) - 1; j >= 0; j-- {
			if from[i] == to[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var all []string
	i, j := 0, 0
	for i < len(from) || j < len(to) {
		switch {
		case i < len(from) && j < len(to) && from[i] == to[j]:
			all = append(all, "  "+from[i])
			i, j = i+1, j+1
		case j == len(to) || i < len(from) && common[i+1][j] >= common[i][j+1]:
			all = append(all, "- "+from[i])
			i++
		default:
			all = append(all, "+ "+to[j])
			j++
		}
	}
	return shorten(all)
}

// shorten leaves out unchanged lines that are far from any change.
func shorten(all []string) []string {
	near := make([]bool, len(all))
	for i, line := range all {
		if line[0] == ' ' {
			continue
		}
		for k := max(0, i-contextLines); k <= min(len(all)-1, i+contextLines); k++ {
			near[k] = true
		}
	}
	var out []string
	for i, line := range all {
		switch {
		case near[i]:
			out = append(out, line)
		case i == 0 || near[i-1]:
			out = append(out, "  …")
		}
	}
	return out
}
