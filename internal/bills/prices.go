package bills

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
)

// Prices is the price book of a server: the one that is shipped, and over it what was imported, kept in a directory.
type Prices struct {
	dir  string // "" keeps nothing
	mu   sync.Mutex
	book atomic.Pointer[billing.Book]
}

// priceFile is what is kept of imported prices: DIR/prices.json.gz.
type priceFile struct {
	Version int
	Prices  []*billing.Price
}

const priceVersion = 1

// OpenPrices opens the price book of a directory, which need not exist; "" is the shipped one alone.
func OpenPrices(dir string) (*Prices, error) {
	p := &Prices{dir: dir}
	kept, err := p.load()
	if err != nil {
		return nil, err
	}
	book, err := over(kept)
	if err != nil {
		return nil, err
	}
	p.book.Store(book)
	return p, nil
}

// Book gives the price book as it is now. It is not to be changed.
func (p *Prices) Book() *billing.Book { return p.book.Load() }

func (p *Prices) path() string { return filepath.Join(p.dir, "prices.json.gz") }

func (p *Prices) load() ([]*billing.Price, error) {
	if p.dir == "" {
		return nil, nil
	}
	f, err := os.Open(p.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("bills: %w", err)
	}
	defer f.Close()
	var kept priceFile
	in, err := unpack(f)
	if err == nil {
		err = in.Decode(&kept)
	}
	if err != nil {
		return nil, fmt.Errorf("bills: %s: %w", p.path(), err)
	}
	if kept.Version > priceVersion {
		return nil, fmt.Errorf("bills: %s is of version %d, and only %d is known", p.path(), kept.Version, priceVersion)
	}
	return kept.Prices, nil
}

// over gives the shipped price book with others in it.
func over(prices []*billing.Price) (*billing.Book, error) {
	book, err := billing.Seed()
	if err != nil {
		return nil, err
	}
	for _, price := range prices {
		if err := book.Add(*price); err != nil {
			return nil, err
		}
	}
	return book, nil
}

// Import reads a price list file, of a service or of savings plans, plain or in gzip, as AWS's Price List Bulk API gives them. All of
// its prices count, or none. Errors: fault.InvalidInput.
func (p *Prices) Import(name string, source io.Reader) (billing.Imported, error) {
	if p.dir == "" {
		return billing.Imported{}, errNone()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	book, err := over(p.book.Load().Prices())
	if err != nil {
		return billing.Imported{}, err
	}
	done, err := readPrices(book, source)
	if err != nil {
		return done, fault.New(fault.InvalidInput, "%s: %s", name, err).Because(err)
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return done, fmt.Errorf("bills: %w", err)
	}
	if err := keep(p.path(), slices.Values([]any{priceFile{priceVersion, book.Prices()}})); err != nil {
		return done, err
	}
	p.book.Store(book)
	return done, nil
}

func readPrices(book *billing.Book, source io.Reader) (billing.Imported, error) {
	r := bufio.NewReaderSize(source, 64<<10)
	if start, _ := r.Peek(2); bytes.Equal(start, []byte{0x1f, 0x8b}) {
		text, err := gzip.NewReader(r)
		if err != nil {
			return billing.Imported{}, err
		}
		r = bufio.NewReaderSize(text, 64<<10)
	}
	// A service's file names its offer at the top; that of savings plans has none.
	if start, err := r.Peek(4 << 10); bytes.Contains(start, []byte(`"offerCode"`)) {
		return book.ImportOffer(r)
	} else if len(start) == 0 {
		return billing.Imported{}, fmt.Errorf("nothing can be read: %w", err)
	}
	return book.ImportPlans(r)
}

// Repriced has the open months of all payers computed again, because prices have changed. Final bills stay as they are.
func (d *Desk) Repriced(ctx context.Context) error {
	if !d.keeps() {
		return nil
	}
	payers, err := d.Payers(ctx)
	if err != nil {
		return err
	}
	for _, payer := range payers {
		if err := d.update(ctx, payer, "Reprice", func(s *cost.State) error { s.WantOpen(); return nil }); err != nil {
			return err
		}
		d.Wake(payer)
	}
	return nil
}
