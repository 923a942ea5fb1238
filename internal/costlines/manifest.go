package costlines

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"time"
)

// manifestVersion is the newest form of manifests this program knows.
const manifestVersion = 1

// manifest is what counts of a payer's lines. It is replaced as a whole and never changed.
type manifest struct {
	Version  int
	Payer    string
	Next     int // the number of the next segment
	Segments []entry
	Imports  map[string]int64 // lines by identity
}

// entry is a segment of a manifest, with what tells that a query need not open it.
type entry struct {
	Name                      string
	Month                     Month
	Origin                    string `json:",omitempty"`
	Run                       int    // segments of one run are sorted one after another
	Lines                     int
	Bytes                     int64
	FirstAccount, LastAccount string
	FirstStart, LastStart     time.Time
}

const (
	manifestName = "manifest.json"
	freshName    = "manifest.json.new"
)

// loadManifest reads a payer's manifest; a payer without one has no lines.
func loadManifest(files files, dir, payer string) (*manifest, error) {
	path := filepath.Join(dir, manifestName)
	raw, err := files.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &manifest{Version: manifestVersion, Payer: payer, Next: 1}, nil
	}
	if err != nil {
		return nil, err
	}
	m := &manifest{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
	}
	switch {
	case m.Version > manifestVersion:
		return nil, fmt.Errorf("costlines: %s is of version %d, and only %d is known: it was written by a newer program", path, m.Version, manifestVersion)
	case m.Payer != payer:
		return nil, fmt.Errorf("%w: %s is of payer %q", ErrDamaged, path, m.Payer)
	}
	return m, nil
}

// errUnknown tells that a manifest may or may not have been replaced.
var errUnknown = errors.New("costlines: it is not known whether the change counts")

// save replaces a payer's manifest. Everything it names is safe before. Errors that do not wrap errUnknown leave the old one.
func (m *manifest) save(files files, dir string) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	fresh := filepath.Join(dir, freshName)
	err = writeFile(files, fresh, func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
	if err != nil {
		return err
	}
	if err := files.Rename(fresh, filepath.Join(dir, manifestName)); err != nil {
		return fmt.Errorf("%w: %w", errUnknown, err)
	}
	if err := files.SyncDir(dir); err != nil {
		return fmt.Errorf("%w: %w", errUnknown, err)
	}
	return nil
}

// edit is what a change does to a manifest.
type edit struct {
	remove map[string]bool // segments that must be there
	add    []entry
	next   int
	id     string // of an import
}

// apply gives the manifest after an edit.
func (m *manifest) apply(e edit) (*manifest, error) {
	if _, imported := m.Imports[e.id]; imported && e.id != "" {
		return nil, fmt.Errorf("%w: %s", ErrImported, e.id)
	}
	after := &manifest{Version: manifestVersion, Payer: m.Payer, Next: max(m.Next, e.next), Imports: maps.Clone(m.Imports)}
	removed := 0
	for _, s := range m.Segments {
		if e.remove[s.Name] {
			removed++
			continue
		}
		after.Segments = append(after.Segments, s)
	}
	if removed != len(e.remove) {
		return nil, ErrChanged
	}
	after.Segments = append(after.Segments, e.add...)
	if e.id != "" {
		lines := int64(0)
		for _, s := range e.add {
			lines += int64(s.Lines)
		}
		put(&after.Imports, e.id, lines)
	}
	return after, nil
}

// of gives the segments of some months and an origin, by name.
func (m *manifest) of(months []Month, origin string) map[string]bool {
	names := map[string]bool{}
	for _, s := range m.Segments {
		if s.Origin == origin && slices.Contains(months, s.Month) {
			names[s.Name] = true
		}
	}
	return names
}

// origins gives the origins of a month's lines, sorted.
func (m *manifest) origins(month Month) []string {
	seen := map[string]bool{}
	for _, s := range m.Segments {
		if s.Month == month {
			seen[s.Origin] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// months gives the months that have lines.
func (m *manifest) months() []Month {
	seen := map[Month]bool{}
	for _, s := range m.Segments {
		seen[s.Month] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
