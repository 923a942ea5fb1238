package orgfile

import "strings"

// maxDepth is how deep units nest below the root (Organizations User Guide, "Quotas").
const maxDepth = 5

// SplitPath gives the names of a unit's path. A "/" that belongs to a name is written "\/".
func SplitPath(path string) []string {
	if path == "" {
		return nil
	}
	var names []string
	var name strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path) && (path[i+1] == '/' || path[i+1] == '\\'):
			i++
			name.WriteByte(path[i])
		case path[i] == '/':
			names = append(names, name.String())
			name.Reset()
		default:
			name.WriteByte(path[i])
		}
	}
	return append(names, name.String())
}

// JoinPath gives the path of a unit from its parent's path and its name.
func JoinPath(parent, name string) string {
	name = strings.NewReplacer(`\`, `\\`, `/`, `\/`).Replace(name)
	if parent == "" {
		return name
	}
	return parent + "/" + name
}

// parentPath gives the path above; that of a unit right below the root is "".
func parentPath(path string) string {
	names := SplitPath(path)
	parent := ""
	for _, n := range names[:max(len(names)-1, 0)] {
		parent = JoinPath(parent, n)
	}
	return parent
}

// baseName gives the unit's own name.
func baseName(path string) string {
	names := SplitPath(path)
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1]
}

// cleanPath writes a path in the one way that JoinPath writes it.
func cleanPath(path string) string {
	out := ""
	for _, n := range SplitPath(path) {
		out = JoinPath(out, n)
	}
	return out
}

// withParents gives a path and all paths above it, the highest first.
func withParents(path string) []string {
	var out []string
	at := ""
	for _, n := range SplitPath(path) {
		at = JoinPath(at, n)
		out = append(out, at)
	}
	return out
}

// UnitPaths gives every unit that the file describes, the implied parents included, each behind its parent and otherwise
// in the order of the file.
func (f *File) UnitPaths() []string {
	var out []string
	seen := map[string]bool{}
	for i := range f.Units {
		for _, p := range withParents(f.Units[i].Path) {
			if !seen[p] {
				seen[p] = true
				out = append(out, p)
			}
		}
	}
	return out
}
