package bills

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
)

// keep writes values one after another as JSON in gzip: all of them or nothing, whenever the process ends.
func keep(path string, values iter.Seq[any]) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("bills: %w", err)
	}
	packed := gzip.NewWriter(f)
	err = errors.Join(encode(packed, values), packed.Close(), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("bills: %w", err)
	}
	return nil
}

func encode(to io.Writer, values iter.Seq[any]) error {
	out := json.NewEncoder(to)
	for value := range values {
		if err := out.Encode(value); err != nil {
			return err
		}
	}
	return nil
}

// unpack begins to read what keep wrote.
func unpack(from io.Reader) (*json.Decoder, error) {
	text, err := gzip.NewReader(from)
	if err != nil {
		return nil, err
	}
	return json.NewDecoder(text), nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
