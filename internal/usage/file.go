package usage

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
)

// File takes the rows of an exported table. Close completes it; what it was made for is the caller's to close.
type File interface {
	WriteRow(cells [][]byte) error
	Close() error
}

// textFile is a file of comma-separated values, perhaps packed.
type textFile struct {
	buffer *bufio.Writer
	row    []byte
	packed []io.Closer
}

// NewCSV writes comma-separated values that Read reads back.
func NewCSV(to io.Writer, columns []Column) (File, error) {
	f := &textFile{buffer: bufio.NewWriterSize(to, writeAt)}
	header := make([][]byte, len(columns))
	for i, c := range columns {
		header[i] = []byte(c.Name)
	}
	return f, f.WriteRow(header)
}

// NewGzipCSV writes comma-separated values in gzip.
func NewGzipCSV(to io.Writer, columns []Column) (File, error) {
	z := gzip.NewWriter(to)
	f, err := NewCSV(z, columns)
	if err != nil {
		return nil, err
	}
	f.(*textFile).packed = []io.Closer{z}
	return f, nil
}

// NewZipCSV writes an archive that holds comma-separated values as one file of that name.
func NewZipCSV(to io.Writer, name string, columns []Column) (File, error) {
	archive := zip.NewWriter(to)
	entry, err := archive.Create(name)
	if err != nil {
		return nil, err
	}
	f, err := NewCSV(entry, columns)
	if err != nil {
		return nil, err
	}
	f.(*textFile).packed = []io.Closer{archive}
	return f, nil
}

// WriteRow writes a row. One that Read would refuse for its length is an error, and leaves no trace.
func (f *textFile) WriteRow(cells [][]byte) error {
	f.row = f.row[:0]
	for i, cell := range cells {
		if i > 0 {
			f.row = append(f.row, ',')
		}
		f.row = appendCell(f.row, cell)
	}
	f.row = append(f.row, newline)
	if len(f.row) > maxRow {
		return fmt.Errorf("usage: a row of %d bytes is longer than 256 KiB", len(f.row))
	}
	_, err := f.buffer.Write(f.row)
	return err
}

func (f *textFile) Close() error {
	err := f.buffer.Flush()
	for _, c := range slices.Backward(f.packed) {
		err = errors.Join(err, c.Close())
	}
	return err
}
