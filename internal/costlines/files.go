package costlines

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// files are the operations on a directory that a store needs. Tests have them fail, and lose what was not synced.
type files interface {
	MkdirAll(dir string) error
	Create(path string) (file, error) // truncates
	Open(path string) (readFile, error)
	ReadFile(path string) ([]byte, error)
	ReadDir(dir string) ([]fs.DirEntry, error)
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(dir string) error
}

type file interface {
	io.WriteCloser
	Sync() error
}

type readFile interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}

// disk is the operating system's.
type disk struct{}

func (disk) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o700) }
func (disk) Create(path string) (file, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}
func (disk) Open(path string) (readFile, error)        { return os.Open(path) }
func (disk) ReadFile(path string) ([]byte, error)      { return os.ReadFile(path) }
func (disk) ReadDir(dir string) ([]fs.DirEntry, error) { return os.ReadDir(dir) }
func (disk) Rename(from, to string) error              { return os.Rename(from, to) }
func (disk) Remove(path string) error                  { return os.Remove(path) }

func (disk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writeFile writes a file and syncs it; its name is not yet safe.
func writeFile(fs files, path string, write func(io.Writer) error) error {
	f, err := fs.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

// makeDir makes a directory below another, and its name safe.
func makeDir(fs files, dir string) error {
	if err := fs.MkdirAll(dir); err != nil {
		return err
	}
	return fs.SyncDir(filepath.Dir(dir))
}
