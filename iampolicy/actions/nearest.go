package actions

import "strings"

// Nearest gives the known action whose name is nearest to one that is not known, as "s3:GetObject"; "" if none is near. A
// prefix that is not known is put right first.
func Nearest(action string) string {
	prefix, name, found := strings.Cut(action, ":")
	if !found {
		return ""
	}
	s, ok := Lookup(prefix)
	if !ok {
		if s, ok = Lookup(NearestService(prefix)); !ok {
			return ""
		}
		if a, ok := s.Action(name); ok {
			return s.Prefix + ":" + a.Name
		}
	}
	best := nearest{word: name}
	for i := range s.Actions {
		best.offer(s.Actions[i].Name)
	}
	if best.found == "" {
		return ""
	}
	return s.Prefix + ":" + best.found
}

// NearestService gives the prefix nearest to one that is not known, "" if none is near.
func NearestService(prefix string) string {
	best := nearest{word: prefix}
	for _, e := range shared().entries {
		best.offer(e.prefix)
	}
	return best.found
}

// NearestKey gives the condition key nearest to one that is not known: of the global ones for the prefix aws, else of the
// service that the prefix names; "" if none is near. A tag's name, behind the slash, is kept.
func NearestKey(name string) string {
	base, tag, hasTag := strings.Cut(name, "/")
	prefix, _, _ := strings.Cut(base, ":")
	keys := GlobalKeys()
	if !strings.EqualFold(prefix, "aws") {
		s, ok := KeyService(name)
		if !ok {
			return ""
		}
		keys = s.Keys
	}
	best := nearest{word: base}
	for _, k := range keys {
		if known, _, templated := strings.Cut(k.Name, "/"); templated == hasTag {
			best.offer(known)
		}
	}
	if hasTag && best.found != "" {
		return best.found + "/" + tag
	}
	return best.found
}

// nearest keeps the word with the fewest edits from another; of several, the first. More than a slip of the
// pen, or a few in a long word, is another word.
type nearest struct {
	word, found string
	edits       int
}

func (n *nearest) offer(word string) {
	limit := 2 + len(n.word)/6
	if n.found != "" {
		limit = n.edits
	}
	if d := edits(strings.ToLower(n.word), strings.ToLower(word), limit); d < limit {
		n.found, n.edits = word, d
	}
}

// edits counts insertions, deletions, substitutions and exchanges of neighbours that turn a into b, up to limit.
func edits(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
