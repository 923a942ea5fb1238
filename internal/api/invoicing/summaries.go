package invoicing

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"umbel/internal/bills"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/invoicing"
	"umbel/internal/op"
)

// summariesPage is how many summaries a page has unless asked for fewer (API Reference, InvoiceSummariesMaxResults).
const summariesPage = 100

func listInvoiceSummaries(desk *bills.Desk) *op.Operation {
	return op.Define(op.Decl[model.ListInvoiceSummariesInput, model.ListInvoiceSummariesOutput]{
		Service: "invoicing", Name: "ListInvoiceSummaries", Access: op.Read, Scope: bills.Reading[model.ListInvoiceSummariesInput],
		Targets: func(*op.Call, *model.ListInvoiceSummariesInput) ([]op.Target, error) {
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: func(c *op.Call, in *model.ListInvoiceSummariesInput) (*model.ListInvoiceSummariesOutput, error) {
			l, err := newLedger(c, desk, in)
			if err != nil {
				return nil, err
			}
			asked, err := json.Marshal([]any{in.Selector, in.Filter})
			if err != nil {
				return nil, fmt.Errorf("invoicing: page token: %w", err)
			}
			what := fmt.Sprintf("invoicing.ListInvoiceSummaries %s %s", c.Caller.Account, asked)
			rows, next, err := op.Page(c, what, op.Value(in.NextToken), int(cmp.Or(op.Value(in.MaxResults), summariesPage)), l.walk, l.keeps)
			if err = cmp.Or(err, l.err); err != nil {
				return nil, err
			}
			if len(rows) == 0 && in.NextToken == nil && l.number != "" {
				return nil, missingInvoice(l.number)
			}
			out := &model.ListInvoiceSummariesOutput{InvoiceSummaries: []model.InvoiceSummary{}, NextToken: op.Optional(next)}
			for _, i := range rows {
				out.InvoiceSummaries = append(out.InvoiceSummaries, i.summary(l.payer))
			}
			return out, nil
		},
	})
}

func missingInvoice(number string) error {
	return &fault.Error{Code: fault.NotFound, Message: "The invoice was not found.", Fields: map[string]any{"resourceName": number}}
}

// ledger is the invoices of a payer that a caller asks for.
type ledger struct {
	desk            *bills.Desk
	payer, caller   ident.AccountID
	state           *cost.State
	account, number string // that are asked for: one of them
	filter          model.InvoiceSummariesFilter
	err             error // of the walk
}

func newLedger(c *op.Call, desk *bills.Desk, in *model.ListInvoiceSummariesInput) (*ledger, error) {
	payer, err := bills.Payer(c)
	if err != nil {
		return nil, err
	}
	l := &ledger{desk: desk, payer: payer, caller: c.Caller.Account, state: c.CostOf(payer)}
	if in.Filter != nil {
		l.filter = *in.Filter
	}
	if i := l.filter.TimeInterval; i != nil && !i.StartDate.Before(*i.EndDate) {
		return nil, fault.New(fault.ValidationFailed, "The end of the time interval must be after its start.")
	}
	if *in.Selector.ResourceType == model.ListInvoiceSummariesResourceTypeInvoiceId {
		l.number = *in.Selector.Value
		return l, nil
	}
	l.account = *in.Selector.Value
	own := l.account == string(l.caller)
	if !own && (payer != l.caller || members(c, []string{l.account}) != nil) {
		return nil, fault.New(fault.AccessDenied, "The invoices of account %s are not the caller's to see.", l.account)
	}
	return l, nil
}

// invoice is one invoice with what it is of.
type invoice struct {
	*billing.Invoice
	bill   *billing.Bill
	issued time.Time
	units  []billing.InvoiceUnit
}

// walk goes over the invoices of closed months, the oldest first, by month and number.
func (l *ledger) walk(after string) iter.Seq2[string, *invoice] {
	return func(yield func(string, *invoice) bool) {
		for name, month := range l.state.Months.All() {
			if !month.Final() || name < after[:min(len(after), len(name))] || !l.asks(name) {
				continue
			}
			all, err := l.of(name, month)
			if err != nil {
				l.err = err
				return
			}
			for _, i := range all {
				if id := name + "/" + i.Number; id > after && !yield(id, i) {
					return
				}
			}
		}
	}
}

// asks tells whether a month's invoices may be asked for: not all bills have to be read.
func (l *ledger) asks(month string) bool {
	p := l.filter.BillingPeriod
	return p == nil || billing.Month{Year: int(*p.Year), Month: time.Month(*p.Month)}.String() == month
}

// of gives the invoices of a closed month, by number.
func (l *ledger) of(name string, row *cost.Month) (all []*invoice, err error) {
	month, err := billing.ParseMonth(name)
	if err != nil {
		return nil, err
	}
	kept, err := l.desk.Kept(l.payer, month)
	if err != nil {
		return nil, err
	}
	units := slices.Concat(l.state.Terms().Organization.InvoiceUnits, l.state.Units(month.End()))
	for _, b := range kept {
		for i := range b.Invoices {
			if v := &b.Invoices[i]; v.Number != "" {
				all = append(all, &invoice{v, b, row.Closed, units})
			}
		}
	}
	slices.SortFunc(all, func(a, b *invoice) int { return strings.Compare(a.Number, b.Number) })
	return all, nil
}

// keeps tells whether an invoice is one that is asked for, and is the caller's to see: who pays sees all, a member those it receives.
func (l *ledger) keeps(i *invoice) bool {
	if l.caller != l.payer && i.Receiver != string(l.caller) {
		return false
	}
	f := &l.filter
	return (l.number == "" || i.Number == l.number) &&
		(l.account == "" || i.Receiver == l.account || string(l.payer) == l.account) &&
		(f.TimeInterval == nil || !i.issued.Before(*f.TimeInterval.StartDate) && i.issued.Before(*f.TimeInterval.EndDate)) &&
		(f.InvoicingEntity == nil || i.Issuer == *f.InvoicingEntity) &&
		(f.ReceiverRole == nil || *f.ReceiverRole == model.ReceiverRoleBuyer)
}

// summary shows an invoice.
func (i *invoice) summary(payer ident.AccountID) model.InvoiceSummary {
	entity, kind, frequency := model.BillingEntityAws, model.InvoiceTypeInvoice, model.InvoiceFrequencyRecurring
	if i.Seller != "" {
		entity = model.BillingEntityAwsMarketplace
	}
	if i.Due.Sign() < 0 {
		kind = model.InvoiceTypeCreditMemo
	}
	if i.Bill != billing.Anniversary {
		frequency = model.InvoiceFrequencyOneTime
	}
	amount := i.amount()
	return model.InvoiceSummary{
		AccountId: &i.Receiver, InvoiceId: &i.Number, IssuedDate: &i.issued, BillSourceAccounts: []string{string(payer)},
		BillSourceAccountsTotalCount: new(int32(1)), ReceiverRole: new(model.ReceiverRoleBuyer), Entity: &model.Entity{InvoicingEntity: &i.Issuer, BillingEntity: &entity},
		BillingPeriod:    &model.BillingPeriod{Month: new(int32(i.bill.Month.Month)), Year: new(int32(i.bill.Month.Year))},
		InvoiceFrequency: &frequency, BillType: new(strings.ToUpper(string(i.Bill))), InvoiceType: &kind,
		BaseCurrencyAmount: amount, PaymentCurrencyAmount: amount, // nothing is exchanged
	}
}

// amount shows what is due, and of what it consists where the bill still tells which subtotals are the invoice's.
func (i *invoice) amount() *model.InvoiceCurrencyAmount {
	out := &model.InvoiceCurrencyAmount{TotalAmount: cents(i.Due), CurrencyCode: &i.bill.Currency}
	var all, tax, discounts decimal.D
	for n := range i.bill.Subtotals {
		part := &i.bill.Subtotals[n]
		if part.Seller != i.Seller || part.Bill != i.Bill || i.unit(part.Account) != i.Unit {
			continue
		}
		all = all.Add(part.Unblended)
		switch part.Type {
		case billing.Tax:
			tax = tax.Add(part.Unblended)
		case billing.Credit, billing.BundledDiscount, billing.PrivateRate, billing.EnterpriseDiscount, billing.DistributorDiscount,
			billing.SolutionProvider, billing.ReservationVolume:
			discounts = discounts.Add(part.Unblended)
		}
	}
	if all.Cmp(i.Amount) != 0 {
		return out // the units of the terms are others by now
	}
	before := i.Due.Sub(tax.Round(2))
	out.TotalAmountBeforeTax = cents(before)
	out.AmountBreakdown = &model.AmountBreakdown{
		SubTotalAmount: cents(before.Sub(discounts.Round(2))), Discounts: &model.DiscountsBreakdown{TotalAmount: cents(discounts)},
		Taxes: &model.TaxesBreakdown{TotalAmount: cents(tax)},
	}
	return out
}

// unit gives the invoice unit that an account is in; "" for none.
func (i *invoice) unit(account string) string {
	for u := range i.units {
		if slices.Contains(i.units[u].Accounts, account) {
			return i.units[u].Name
		}
	}
	return ""
}

// cents gives an amount with two places.
func cents(d decimal.D) *string {
	text := d.Round(2).String()
	whole, places, _ := strings.Cut(text, ".")
	return new(whole + "." + (places + "00")[:2])
}
