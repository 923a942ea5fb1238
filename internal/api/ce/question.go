package ce

import (
	"encoding/json"
	"fmt"
	"time"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// question is a call that asks about cost lines: who asks, what they see, and what answers.
type question struct {
	*op.Call
	payer  *cost.State
	view   costlines.View
	lines  costlines.Engine
	names  map[string]string // of the accounts seen, by ID
	member bool              // the caller is not who pays
}

// asking declares an operation that asks about cost lines. arn gives the billing view it names, if it can: then the caller needs that
// view's data, too.
func asking[In, Out any](desk *bills.Desk, name string, arn func(*In) *string, run func(*question, *In) (*Out, error)) *op.Operation {
	return op.Define(op.Decl[In, Out]{
		Service: "ce", Name: name, Access: op.Read, Scope: bills.Reading[In],
		Targets: func(_ *op.Call, in *In) ([]op.Target, error) {
			if view := op.Value(arn(in)); view != "" {
				return []op.Target{{Resource: view}, {Action: bills.ViewDataAction, Resource: view}}, nil
			}
			return []op.Target{{Resource: "*"}}, nil
		},
		Run: func(c *op.Call, in *In) (*Out, error) {
			q, err := newQuestion(c, desk, op.Value(arn(in)))
			if err != nil {
				return nil, err
			}
			return run(q, in)
		},
	})
}

// noView is for operations that name no billing view.
func noView[In any](*In) *string { return nil }

// enabled refuses calls before the payer has enabled Cost Explorer, in the words that people report of it (Cost Management User
// Guide, "Enabling Cost Explorer"), and members' if the payer keeps costs to itself.
func enabled(payer *cost.State, member bool) error {
	switch {
	case !payer.ExplorerEnabled():
		return fault.New(fault.AccessDenied, "User not enabled for cost explorer access")
	case member && !payer.ExplorerLinked():
		return fault.New(fault.AccessDenied, "Linked account doesn't have access to cost explorer.")
	}
	return nil
}

func newQuestion(c *op.Call, desk *bills.Desk, arn string) (*question, error) {
	payer, err := bills.OfPayer(c)
	if err != nil {
		return nil, err
	}
	q := &question{Call: c, payer: payer}
	if q.view, err = bills.View(c); err != nil {
		return nil, err
	}
	q.member = q.view.Accounts != nil
	if err := enabled(payer, q.member); err != nil {
		return nil, err
	}
	q.names = bills.Names(c)
	parts, err := bills.ThroughView(c, arn)
	if fault.Is(err, fault.NotFound) {
		e := fault.New(fault.NotFound, "The specified ARN in the request doesn't exist.")
		e.Fields = map[string]any{"ResourceName": arn}
		return nil, e
	}
	if err != nil {
		return nil, err
	}
	engine, err := desk.Lines()
	if err != nil {
		return nil, err
	}
	q.lines, err = bills.Within(engine, parts, q.names)
	return q, err
}

// filter checks an expression and puts it into a question to cost lines.
func (q *question) filter(l *bills.Language, e *model.Expression) (costlines.Filter, error) {
	x := expression(e)
	if err := l.Check(x); err != nil {
		return costlines.Filter{}, err
	}
	return bills.Filter(x, q.names)
}

// ask asks for sums, all of one currency; it is "USD" where there is nothing.
func (q *question) ask(cq costlines.Query) (rows []costlines.Row, currency string, err error) {
	cq.View = q.view
	if q.member {
		cq.Metrics = membersMetrics(cq.Metrics)
	}
	if rows, err = q.lines.Query(q.Context, cq); err != nil {
		return nil, "", err
	}
	for i := range rows {
		switch {
		case currency == "":
			currency = rows[i].Currency
		case rows[i].Currency != currency:
			return nil, "", fault.New(fault.DataUnavailable, "The bills are in several currencies (%s, %s), whose amounts cannot be added.", currency, rows[i].Currency)
		}
	}
	if currency == "" {
		currency = "USD"
	}
	return rows, currency, nil
}

// membersMetrics keeps the organization's average rates from members: they see their charges at unblended cost (AWS, "Consolidated
// billing": since 2018-05 for linked accounts).
func membersMetrics(of []costlines.Metric) []costlines.Metric {
	out := make([]costlines.Metric, len(of))
	for i, m := range of {
		if out[i] = m; m == costlines.BlendedCost {
			out[i] = costlines.UnblendedCost
		}
	}
	return out
}

func refuse(format string, args ...any) error {
	return fault.New(fault.ValidationFailed, format, args...)
}

// place is where a page begins, in its token: how many rows came before, and what was asked.
type place struct {
	Row   int
	Asked json.RawMessage
}

// page gives the part of so many rows that a page has: from and to, and the token of the next one. asked is the request without
// its token: with another one, a token is refused (RequestChangedException).
func (q *question) page(name string, asked any, token *string, rows, limit int) (from, to int, next *string, err error) {
	raw, err := json.Marshal(asked)
	if err != nil {
		return 0, 0, nil, fmt.Errorf("ce: page token: %w", err)
	}
	binding := []byte("ce." + name + " " + string(q.Caller.Account))
	if token != nil {
		opened, err := q.Pages.Open(*token, binding)
		if err != nil {
			return 0, 0, nil, fault.New(fault.InvalidPageToken, "").Because(err)
		}
		var p place
		if err := json.Unmarshal(opened, &p); err != nil {
			return 0, 0, nil, fault.New(fault.InvalidPageToken, "").Because(err)
		}
		if string(p.Asked) != string(raw) {
			return 0, 0, nil, fault.New(fault.RequestChanged, "")
		}
		if from = p.Row; from >= rows {
			from = max(rows-1, 0) // lines went away meanwhile
		}
	}
	if to = min(from+limit, rows); to < rows {
		sealed, err := json.Marshal(place{to, raw})
		if err != nil {
			return 0, 0, nil, fmt.Errorf("ce: page token: %w", err)
		}
		next = new(q.Pages.Seal(sealed, binding))
	}
	return from, to, next, nil
}

// month tells whether what is billed at a time is an estimate: its month's bill is not final.
func (q *question) estimated(at time.Time) bool {
	m, ok := q.payer.Months.Get(string(costlines.MonthOf(at)))
	if ok {
		return !m.Final()
	}
	return !at.Before(monthStart(q.Now))
}
