package exports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Destination is where files go: buckets, and keys in them with slashes.
type Destination interface {
	// Put delivers a file that lies aside under a key, whole or not at all; a file of that key is replaced. The file aside is used up.
	Put(ctx context.Context, bucket, key, file string) error
	// List gives the keys that begin with a prefix, sorted.
	List(ctx context.Context, bucket, prefix string) ([]string, error)
	// Delete removes a key; one that is not there is no error.
	Delete(ctx context.Context, bucket, key string) error
}

// Directory delivers below a directory: <directory>/<bucket>/<key>.
type Directory struct{ Root string }

// path gives where a key lies. Buckets and keys that would lead elsewhere are refused.
func (d Directory) path(bucket, key string) (string, error) {
	whole := bucket + "/" + key
	for part := range strings.SplitSeq(strings.TrimSuffix(whole, "/"), "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "\x00\\") {
			return "", fmt.Errorf("exports: %q is no place for a file", whole)
		}
	}
	if strings.HasPrefix(bucket, ".") {
		return "", fmt.Errorf("exports: %q is no bucket", bucket)
	}
	return filepath.Join(d.Root, filepath.FromSlash(whole)), nil
}

// Put moves the file into its place and makes that durable.
func (d Directory) Put(_ context.Context, bucket, key, file string) error {
	path, err := d.path(bucket, key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.Rename(file, path); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// List gives the keys of files; the prefix ends where a directory does.
func (d Directory) List(_ context.Context, bucket, prefix string) (keys []string, err error) {
	root, err := d.path(bucket, prefix)
	if err != nil {
		return nil, err
	}
	base := filepath.Join(d.Root, bucket)
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil || e.IsDir():
			return err
		}
		rel, err := filepath.Rel(base, path)
		keys = append(keys, filepath.ToSlash(rel))
		return err
	})
	slices.Sort(keys)
	return keys, err
}

// Delete removes the file, and directories above that are empty then.
func (d Directory) Delete(_ context.Context, bucket, key string) error {
	path, err := d.path(bucket, key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := syncDirectory(filepath.Dir(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := filepath.Dir(path); len(dir) > len(filepath.Join(d.Root, bucket)); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil { // not empty
			break
		}
	}
	return nil
}
