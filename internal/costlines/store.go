package costlines

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"umbel/internal/domain/billing"
)

// SegmentLines is how many lines a segment holds at most.
const SegmentLines = 120_000

// Store is the Engine over a directory: DIR/<payer>/manifest.json and DIR/<payer>/<number>.parquet. One process at a time may
// have it open; who owns the directory sees to that.
type Store struct {
	dir     string
	files   files
	lines   int // of a segment, at most
	tallied int // parts of a bill that are held before they are given
	mu      sync.Mutex
	payers  map[string]*payer
	closing bool
	rooms   rooms
}

var _ Engine = (*Store)(nil)

// Open opens the store in a directory, which is made if there is none.
func Open(dir string) (*Store, error) { return open(dir, disk{}, SegmentLines) }

func open(dir string, files files, lines int) (*Store, error) {
	if err := makeDir(files, dir); err != nil {
		return nil, fmt.Errorf("costlines: %w", err)
	}
	return &Store{dir: dir, files: files, lines: lines, tallied: mostTallied, payers: map[string]*payer{}}, nil
}

// Close ends the store. What was committed is safe already.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	return nil
}

// errClosed tells that the store was closed.
var errClosed = errors.New("costlines: the store is closed")

// payerIDs are safe as names of directories.
var payerIDs = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// payer is what a store knows of one payer's lines.
type payer struct {
	dir      string
	files    files
	mu       sync.Mutex
	manifest *manifest
	next     int            // the number of the next segment, counting those being written
	readers  map[string]int // of segments, by name
	dead     map[string]bool
}

// payer gives a payer's lines, looked at once: then, what no manifest names is removed.
func (s *Store) payer(id string) (*payer, error) {
	if !payerIDs.MatchString(id) {
		return nil, fmt.Errorf("costlines: %q is no payer", id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, errClosed
	}
	if p := s.payers[id]; p != nil {
		return p, nil
	}
	p := &payer{dir: filepath.Join(s.dir, id), files: s.files, readers: map[string]int{}, dead: map[string]bool{}}
	if err := makeDir(s.files, p.dir); err != nil {
		return nil, err
	}
	m, err := loadManifest(s.files, p.dir, id)
	if err != nil {
		return nil, err
	}
	if err := p.clean(m); err != nil {
		return nil, err
	}
	p.manifest, p.next = m, m.Next
	s.payers[id] = p
	return p, nil
}

// Forget removes all lines of a payer: first the manifest, after which none counts.
func (s *Store) Forget(_ context.Context, payer string) error {
	p, err := s.payer(payer)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.files.Remove(filepath.Join(p.dir, manifestName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("costlines: %w", err)
	}
	if err := s.files.SyncDir(p.dir); err != nil {
		return fmt.Errorf("costlines: %w", err)
	}
	delete(s.payers, payer)
	return p.clean(&manifest{Payer: payer})
}

// clean removes what an interrupted change left.
func (p *payer) clean(m *manifest) error {
	entries, err := p.files.ReadDir(p.dir)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, s := range m.Segments {
		names[s.Name] = true
	}
	for _, e := range entries {
		if orphan := strings.HasSuffix(e.Name(), segmentSuffix) && !names[e.Name()]; orphan || e.Name() == freshName {
			if err := p.files.Remove(filepath.Join(p.dir, e.Name())); err != nil {
				return err
			}
		}
		delete(names, e.Name())
	}
	for name := range names {
		return fmt.Errorf("%w: segment %s of payer %s is missing", ErrDamaged, name, m.Payer)
	}
	return nil
}

const segmentSuffix = ".parquet"

// name gives a new segment its name.
func (p *payer) name() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := fmt.Sprintf("%08d%s", p.next, segmentSuffix)
	p.next++
	return name
}

// current gives the manifest that counts now.
func (p *payer) current() *manifest {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.manifest
}

// state is what counted at a moment; its segments are kept until it is released.
type state struct {
	*payer
	*manifest
}

// hold gives what counts of a payer's lines now.
func (s *Store) hold(payer string) (*state, error) {
	p, err := s.payer(payer)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.manifest.Segments {
		p.readers[e.Name]++
	}
	return &state{p, p.manifest}, nil
}

func (s *state) release() {
	p := s.payer
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range s.manifest.Segments {
		if p.readers[e.Name]--; p.readers[e.Name] == 0 {
			delete(p.readers, e.Name)
			p.bury(e.Name)
		}
	}
}

// names gives the segments that may hold lines of a range of time and of some accounts; nil for any.
func (s *state) names(start, end time.Time, accounts []string) []string {
	return s.kept(nil, start, end, accounts)
}

// kept is names of those segments that hold what is kept so; nil for all.
func (s *state) kept(as *Kept, start, end time.Time, accounts []string) (names []string) {
	for i := range s.Segments {
		if as != nil && (s.Segments[i].Month != as.Month || s.Segments[i].Origin != as.Origin) {
			continue
		}
		if s.Segments[i].overlaps(start, end, accounts) {
			names = append(names, s.Segments[i].Name)
		}
	}
	return names
}

// bury removes a segment that does not count any more and has no reader. If it stays, it is removed at the next start.
func (p *payer) bury(name string) {
	if p.dead[name] && p.readers[name] == 0 {
		delete(p.dead, name)
		_ = p.files.Remove(filepath.Join(p.dir, name))
	}
}

// commit makes an edit count.
func (p *payer) commit(e edit) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.next = p.next
	after, err := p.manifest.apply(e)
	if err != nil {
		return err
	}
	if err := p.files.SyncDir(p.dir); err != nil { // the names of new segments
		return err
	}
	if err := after.save(p.files, p.dir); err != nil {
		if errors.Is(err, errUnknown) {
			if now, lost := loadManifest(p.files, p.dir, after.Payer); lost == nil {
				p.manifest = now
			}
		}
		return err
	}
	p.manifest = after
	for name := range e.remove {
		p.dead[name] = true
		p.bury(name)
	}
	return nil
}

// Months gives the months that have lines.
func (s *Store) Months(_ context.Context, payer string) ([]Month, error) {
	p, err := s.payer(payer)
	if err != nil {
		return nil, err
	}
	return p.current().months(), nil
}

// withSegment opens a segment of a payer for a while.
func (p *payer) withSegment(name string, use func(*segment) error) (err error) {
	f, err := p.files.Open(filepath.Join(p.dir, name))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	s, err := openSegment(name, f, info.Size())
	if err != nil {
		return err
	}
	return use(s)
}

// Scan gives whole lines.
func (s *Store) Scan(ctx context.Context, q ScanQuery, yield func(*billing.Line) error) error {
	if err := q.Validate(); err != nil {
		return err
	}
	state, err := s.hold(q.View.Payer)
	if err != nil {
		return err
	}
	defer state.release()
	filter := q.View.within(q.Filter)
	for _, name := range state.kept(q.Kept, q.Start, q.End, q.View.Accounts) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := state.withSegment(name, func(seg *segment) error { return seg.scan(q.Start, q.End, &filter, yield) }); err != nil {
			return err
		}
	}
	return nil
}
