package operator

import (
	"context"
	"net/http"
	"time"

	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/usage"
)

// MostProblems is how many rows that were set aside are named in an answer.
const MostProblems = 1000

// ImportAnswer tells what became of a file of usage.
type ImportAnswer struct {
	Account  string          `json:"account"` // whose bill it is on
	Before   bool            `json:"before"`  // the same file was imported before: nothing was counted again
	Name     string          `json:"name"`
	Format   string          `json:"format"`
	Digest   string          `json:"digest"`
	Taken    int64           `json:"taken"`
	SetAside int64           `json:"setAside"`
	Months   []string        `json:"months"`
	Ignored  []string        `json:"ignored,omitempty"`  // columns of no use
	Problems []usage.Problem `json:"problems,omitempty"` // of rows set aside, at most MostProblems
}

// SimulateRequest asks for usage that is made up.
type SimulateRequest struct {
	Account   string `json:"account,omitempty"`
	Seed      uint64 `json:"seed"`
	Months    int    `json:"months"`
	Resources int    `json:"resources,omitempty"` // of an account, about
	Until     string `json:"until,omitempty"`     // the last month; "" is this one
}

// SimulateAnswer tells the months that were made up.
type SimulateAnswer struct {
	Account string   `json:"account"`
	Months  []string `json:"months"`
}

// CostsAnswer tells what there is of a payer's usage and bills.
type CostsAnswer struct {
	Account string        `json:"account"`
	Months  []MonthStatus `json:"months"`
	Imports []cost.Import `json:"imports"`
}

// MonthStatus tells where a month's bill stands.
type MonthStatus struct {
	Month string `json:"month"`
	// State is "computing", "estimated", "final" or "failed".
	State    string     `json:"state"`
	Computed *time.Time `json:"computed,omitempty"`
	Closed   *time.Time `json:"closed,omitempty"`
	Failure  string     `json:"failure,omitempty"`
}

// BillRequest names a month of an account's bill.
type BillRequest struct {
	Account string `json:"account,omitempty"`
	Month   string `json:"month"`
}

// BillAnswer is a month's bill: one for each currency. For a member of an organization it is the part that it sees.
type BillAnswer struct {
	BillHead
	Bills []*billing.Bill `json:"bills"`
}

// BillHead tells whose bill it is, and where it stands.
type BillHead struct {
	Account string            `json:"account"`
	Payer   string            `json:"payer"`
	Status  MonthStatus       `json:"status"`
	Names   map[string]string `json:"names"` // of accounts
}

// TermsRequest sets an account's terms.
type TermsRequest struct {
	Account string               `json:"account,omitempty"`
	Terms   billing.Organization `json:"terms"`
}

// TermsAnswer gives an account's terms.
type TermsAnswer struct {
	Account string               `json:"account"`
	Terms   billing.Organization `json:"terms"`
}

// maxTerms bounds the body of terms.
const maxTerms = 16 << 20

// costRoutes mounts what bills and usage need.
func (d *Door) costRoutes(mux *http.ServeMux) {
	if d.Bills == nil {
		return
	}
	mux.HandleFunc("POST /_umbel/usage", d.upload)
	mux.HandleFunc("GET /_umbel/usage", guarded(d, func(ctx context.Context, _ struct{}) (CostsAnswer, error) { return d.costs(ctx, accountOf(ctx)) }))
	mux.HandleFunc("POST /_umbel/usage/simulate", patient(guarded(d, d.simulate)))
	mux.HandleFunc("POST /_umbel/bill", patient(guarded(d, d.bill)))
	mux.HandleFunc("POST /_umbel/bill/rows", d.billRows)
	mux.HandleFunc("POST /_umbel/bill/close", guarded(d, d.closeMonth))
	mux.HandleFunc("POST /_umbel/bill/reopen", guarded(d, d.reopenMonth))
	mux.HandleFunc("POST /_umbel/bill/settle", patient(guarded(d, d.settle)))
	mux.HandleFunc("GET /_umbel/bill/terms", guarded(d, func(ctx context.Context, _ struct{}) (TermsAnswer, error) { return d.terms(ctx, accountOf(ctx)) }))
	mux.HandleFunc("POST /_umbel/bill/terms", guardedUpTo(d, maxTerms, d.setTerms))
}

// patient lets a route take longer than calls may.
func patient(route http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		unhurried(w)
		route(w, r)
	}
}

// unhurried takes the limits of time off a connection; a server that sets none has none to take off.
func unhurried(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{})
	_ = c.SetWriteDeadline(time.Time{})
}

// upload takes a file of usage in as it comes.
func (d *Door) upload(w http.ResponseWriter, r *http.Request) {
	if !d.admitted(w, r) {
		return
	}
	unhurried(w)
	out, err := d.take(r)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, out)
}

func (d *Door) take(r *http.Request) (*ImportAnswer, error) {
	account, err := d.find(r.Context(), r.URL.Query().Get("account"))
	if err != nil {
		return nil, err
	}
	payer, _, err := d.Bills.PayerOf(r.Context(), account)
	if err != nil {
		return nil, err
	}
	out := &ImportAnswer{Account: string(payer)}
	name := r.URL.Query().Get("name")
	done, err := d.Bills.Import(r.Context(), payer, name, r.Body, func(p usage.Problem) error {
		if len(out.Problems) < MostProblems {
			out.Problems = append(out.Problems, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Before, out.Name, out.Format, out.Digest, out.Months = done.Before, done.Name, done.Format, done.Digest, done.Months
	out.Taken, out.SetAside, out.Ignored = done.Taken, done.Bad, done.Ignored
	return out, nil
}

func (d *Door) payer(ctx context.Context, which string) (account, payer ident.AccountID, err error) {
	if account, err = d.find(ctx, which); err != nil {
		return "", "", err
	}
	payer, _, err = d.Bills.PayerOf(ctx, account)
	return account, payer, err
}

func (d *Door) simulate(ctx context.Context, rq SimulateRequest) (SimulateAnswer, error) {
	_, payer, err := d.payer(ctx, rq.Account)
	if err != nil {
		return SimulateAnswer{}, err
	}
	last := billing.MonthOf(d.Now())
	if rq.Until != "" {
		if last, err = billing.ParseMonth(rq.Until); err != nil {
			return SimulateAnswer{}, fault.New(fault.InvalidInput, "%s", err)
		}
	}
	if rq.Months < 1 || rq.Months > 120 {
		return SimulateAnswer{}, fault.New(fault.InvalidInput, "a simulation has 1 to 120 months, not %d", rq.Months)
	}
	s := usage.Simulation{Seed: rq.Seed, First: billing.MonthOf(last.Start().AddDate(0, 1-rq.Months, 0)), Months: rq.Months, Resources: rq.Resources}
	out := SimulateAnswer{Account: string(payer)}
	err = d.Bills.Simulate(ctx, payer, s, func(m billing.Month) { out.Months = append(out.Months, m.String()) })
	return out, err
}

func (d *Door) costs(ctx context.Context, which string) (CostsAnswer, error) {
	_, payer, err := d.payer(ctx, which)
	if err != nil {
		return CostsAnswer{}, err
	}
	months, imports, err := d.Bills.Status(ctx, payer)
	out := CostsAnswer{Account: string(payer), Imports: imports, Months: []MonthStatus{}}
	for i := range months {
		out.Months = append(out.Months, statusOf(&months[i]))
	}
	return out, err
}

func statusOf(m *cost.Month) MonthStatus {
	s := MonthStatus{Month: m.Month, State: "estimated", Failure: m.Failure}
	switch {
	case m.Failure != "":
		s.State = "failed"
	case m.Done < m.Wanted:
		s.State = "computing"
	case m.Final():
		s.State = "final"
	}
	if !m.Computed.IsZero() {
		s.Computed = &m.Computed
	}
	if !m.Closed.IsZero() {
		s.Closed = &m.Closed
	}
	return s
}

func (d *Door) month(ctx context.Context, rq BillRequest) (account, payer ident.AccountID, month billing.Month, err error) {
	if month, err = billing.ParseMonth(rq.Month); err != nil {
		return "", "", month, fault.New(fault.InvalidInput, "%q is no month such as 2026-10", rq.Month)
	}
	account, payer, err = d.payer(ctx, rq.Account)
	return account, payer, month, err
}

func (d *Door) closeMonth(ctx context.Context, rq BillRequest) (MonthStatus, error) {
	return d.changeMonth(ctx, rq, d.Bills.CloseMonth)
}

func (d *Door) reopenMonth(ctx context.Context, rq BillRequest) (MonthStatus, error) {
	return d.changeMonth(ctx, rq, d.Bills.ReopenMonth)
}

func (d *Door) changeMonth(ctx context.Context, rq BillRequest, change func(context.Context, ident.AccountID, billing.Month) error) (MonthStatus, error) {
	account, payer, month, err := d.month(ctx, rq)
	switch {
	case err != nil:
		return MonthStatus{}, err
	case account != payer:
		return MonthStatus{}, fault.New(fault.InvalidInput, "account %s is a member: its months are closed with those of %s, which pays", account, payer)
	}
	if err := change(ctx, payer, month); err != nil {
		return MonthStatus{}, err
	}
	months, _, err := d.Bills.Status(ctx, payer)
	for i := range months {
		if months[i].Month == month.String() {
			return statusOf(&months[i]), err
		}
	}
	return MonthStatus{}, err
}

// settle waits until all that is wanted is computed.
func (d *Door) settle(ctx context.Context, _ struct{}) (struct{}, error) {
	return struct{}{}, d.Bills.Settle(ctx)
}

func (d *Door) terms(ctx context.Context, which string) (TermsAnswer, error) {
	_, payer, err := d.payer(ctx, which)
	if err != nil {
		return TermsAnswer{}, err
	}
	terms, err := d.Bills.Terms(ctx, payer)
	return TermsAnswer{Account: string(payer), Terms: terms}, err
}

func (d *Door) setTerms(ctx context.Context, rq TermsRequest) (TermsAnswer, error) {
	_, payer, err := d.payer(ctx, rq.Account)
	if err != nil {
		return TermsAnswer{}, err
	}
	if err := d.Bills.SetTerms(ctx, payer, &cost.Terms{Organization: rq.Terms}); err != nil {
		return TermsAnswer{}, err
	}
	return d.terms(ctx, string(payer))
}
