package usage

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"sync"
	"time"

	"umbel/internal/domain/billing"
	"umbel/internal/lineblock"
)

// Sink takes what is read, in the order of the file. The slices are its own only until it returns; what is in them may be kept, but
// not changed: equal tags share a map. An error ends the reading, and is what Read gives back.
type Sink struct {
	Records func([]billing.UsageRecord) error // of usage records
	Lines   func([]billing.Line) error        // of reports
	Block   func(*lineblock.Block) error      // of reports, by column: instead of Lines. Its columns are the sink's own only until it returns
	Problem func(Problem) error               // each row that is set aside
}

// Report is what became of a file. Rows = Taken + SetAside.
type Report struct {
	Format Format
	// Digest is the SHA-256 of the file's text in hexadecimal digits: that of a file in gzip is that of what it holds, so a file
	// counts once however it is packed.
	Digest                string
	Rows, Taken, SetAside int
	Ignored               []string // columns of no use
	Currencies            []string // of the lines, in the order they were met
	// Cut tells why the file ends before its end: gzip that is cut off or broken, or a failing source; nil for a whole one. What
	// came before was delivered, so a caller that wants whole files only takes back what it took. The digest is of what was read.
	Cut      error
	From, To time.Time // the first start and the last end of all that was taken
}

// Read reads a file of usage: plain or in gzip, its format told by its header. Rows that cannot be read are set aside, named by
// line and column; they are no error. Errors wrap ErrFormat for what is no file of usage, or are the context's, or the sink's.
// The name is what problems call the file. Memory is bounded, however long the file is.
func Read(ctx context.Context, source io.Reader, name string, sink Sink) (*Report, error) {
	text, err := unpacked(source)
	if err != nil {
		return nil, err
	}
	s := &stream{source: text, digest: sha256.New(), line: 1, cut: cut}
	s.fill(blockSize)
	p, lines, err := s.begin()
	if err != nil {
		return nil, err
	}
	d := &delivery{sink: sink, report: &Report{Format: p.format, Ignored: p.ignored}, file: name}
	var convert func(*batch)
	if p.priced {
		d.columns, convert = textColumns(p), d.convert
	}
	if missing := p.priced && sink.Lines == nil && sink.Block == nil || !p.priced && sink.Records == nil; missing {
		return nil, fmt.Errorf("%w that is wanted: %s", ErrFormat, p.format)
	}
	pool := sync.Pool{New: func() any { return new(batch) }}
	seeds := [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	err = s.run(ctx, func() func(block) *batch {
		worker := p.parser(name, seeds)
		return func(b block) *batch {
			out := pool.Get().(*batch)
			out.reset()
			out.err, out.whole = b.err, b.whole
			if lines {
				worker.json(b, out)
			} else {
				worker.csv(b, out)
			}
			return out
		}
	}, convert, func(b *batch) error {
		defer pool.Put(b)
		defer s.release(b.whole)
		return d.take(b)
	})
	if err != nil {
		return nil, err
	}
	d.report.Digest = hex.EncodeToString(s.digest.Sum(nil))
	return d.report, nil
}

// unpacked gives the text of a file that may be in gzip.
func unpacked(source io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(source, 64<<10)
	switch start, _ := r.Peek(4); {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		text, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("%w: gzip: %w", ErrFormat, err)
		}
		return text, nil
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return nil, fmt.Errorf("%w: a ZIP archive: unpack it first", ErrFormat)
	case string(start) == "PAR1":
		return nil, fmt.Errorf("%w: Parquet, which is for ReadParquet", ErrFormat)
	}
	return r, nil
}

// begin reads the header, and tells whether the file is one of JSON lines.
func (s *stream) begin() (p *plan, lines bool, err error) {
	if len(s.rest) == 0 && s.err != nil {
		return nil, false, fmt.Errorf("usage: nothing can be read: %w", s.err)
	}
	bare := bytes.TrimSpace(bytes.TrimPrefix(s.rest, []byte("\ufeff")))
	if len(bare) > 0 && bare[0] == '{' {
		s.cut = func(b []byte) int { return bytes.LastIndexByte(b, newline) + 1 }
		return &plan{format: Records}, true, nil
	}
	head := splitter{data: s.rest}
	text, wrong := head.next()
	for text != nil && len(bytes.TrimSpace(text)) == 0 {
		text, wrong = head.next()
	}
	if text == nil {
		return nil, false, fmt.Errorf("%w: the file is empty", ErrFormat)
	}
	if wrong != "" {
		return nil, false, fmt.Errorf("%w: the header: %s", ErrFormat, wrong)
	}
	if p, err = planOf(headerOf(head.texts(nil))); err != nil {
		return nil, false, err
	}
	p.header = bytes.Clone(bytes.TrimRight(bytes.TrimPrefix(text, []byte("\ufeff")), "\r\n"))
	s.line += bytes.Count(s.rest[:head.at], []byte{newline})
	s.rest = s.rest[head.at:]
	return p, false, nil
}

// delivery brings what was read to the sink.
type delivery struct {
	sink    Sink
	report  *Report
	file    string
	late    late
	columns *columnar      // of a report in text: convert's own
	made    []billing.Line // of a block, for a sink that takes lines

	finished int // rows of a report that were delivered
}

// convert makes columns of what a report's batch has. It is called for batches in order, on another goroutine than take: while one is
// taken, the next is converted, and the room of the one before is used for it.
func (d *delivery) convert(b *batch) { b.made = d.columns.text(&b.cells) }

func (d *delivery) take(b *batch) error {
	r := d.report
	if b.err != nil {
		r.Cut = b.err
	}
	if b.made != nil {
		b.made.arrive()
		return d.block(d.columns.plan, b.made, b.cells.lines, b.problems)
	}
	r.Rows += b.rows
	r.Taken += len(b.records)
	r.SetAside += len(b.problems)
	for i := range b.records {
		r.spans(b.records[i].Start, b.records[i].End)
	}
	if len(b.records) > 0 {
		if err := d.sink.Records(b.records); err != nil {
			return err
		}
	}
	return d.problems(b.problems)
}

func (d *delivery) problems(all []Problem) error {
	if d.sink.Problem == nil && len(all) > 0 {
		return fmt.Errorf("usage: %s", all[0])
	}
	for _, p := range all {
		if err := d.sink.Problem(p); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) spans(from, to time.Time) {
	if r.From.IsZero() || from.Before(r.From) {
		r.From = from
	}
	if to.After(r.To) {
		r.To = to
	}
}

func (r *Report) meets(currency string) {
	if !slices.Contains(r.Currencies, currency) {
		r.Currencies = append(r.Currencies, currency)
	}
}
