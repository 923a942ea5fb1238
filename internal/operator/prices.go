package operator

import (
	"context"
	"net/http"
	"strings"

	"umbel/internal/domain/billing"
)

// PricesAnswer tells what the import of a price list did.
type PricesAnswer struct {
	Prices  int `json:"prices"`  // that are in the book now
	Skipped int `json:"skipped"` // products or rates that no price can be made of
}

// FindPricesRequest asks for prices whose product, usage type, operation, Region, name or instance type contain the text, whatever its
// case.
type FindPricesRequest struct {
	Text string `json:"text"`
	Most int    `json:"most"` // how many are given at most
}

// FindPricesAnswer gives prices, ordered by product, usage type, operation and Region.
type FindPricesAnswer struct {
	Prices []*billing.Price `json:"prices"`
	More   int              `json:"more"` // that fit too
}

func (d *Door) priceRoutes(mux *http.ServeMux) {
	if d.Prices == nil {
		return
	}
	mux.HandleFunc("POST /_umbel/prices", d.importPrices)
	mux.HandleFunc("POST /_umbel/prices/find", guarded(d, d.findPrices))
}

// importPrices takes a price list in as it comes. Open months are computed again.
func (d *Door) importPrices(w http.ResponseWriter, r *http.Request) {
	if !d.admitted(w, r) {
		return
	}
	unhurried(w)
	done, err := d.Prices.Import(r.URL.Query().Get("name"), r.Body)
	if err == nil {
		err = d.Bills.Repriced(r.Context())
	}
	if err != nil {
		d.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, PricesAnswer{done.Prices, done.Skipped})
}

func (d *Door) findPrices(_ context.Context, rq FindPricesRequest) (FindPricesAnswer, error) {
	out := FindPricesAnswer{Prices: []*billing.Price{}}
	text := strings.ToLower(rq.Text)
	for _, p := range d.Bills.Book().Prices() {
		all := strings.Join([]string{p.Key.Product, p.Key.UsageType, p.Key.Operation, p.Key.Region, p.Name, p.InstanceType}, " ")
		switch {
		case !strings.Contains(strings.ToLower(all), text):
		case len(out.Prices) < rq.Most:
			out.Prices = append(out.Prices, p)
		default:
			out.More++
		}
	}
	return out, nil
}
