package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"umbel/internal/billtext"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
)

// mostShown is how many rows of a bill a table or a PDF has: nobody reads more.
const mostShown = 100_000

// shownBill is a bill that is shown, and how to ask for its rows.
type shownBill struct {
	operator.BillAnswer
	rows func(b *billing.Bill, yield func(json.RawMessage) error) error
}

func showBill(ctx context.Context, client *operator.Client, rq operator.BillRequest) (*shownBill, error) {
	answer, err := client.Bill(ctx, rq)
	return &shownBill{answer, func(b *billing.Bill, yield func(json.RawMessage) error) error {
		return client.BillRows(ctx, operator.BillRowsRequest{BillRequest: rq, Currency: b.Currency}, yield)
	}}, err
}

func (s *shownBill) table(to io.Writer) error {
	d, err := s.document()
	if err != nil {
		return err
	}
	return billtext.Table(to, d)
}

func (s *shownBill) pdf(to io.Writer) error {
	d, err := s.document()
	if err != nil {
		return err
	}
	return billtext.PDF(to, d)
}

// document is the bill with its rows, unless they are too many or of other lines than the bill.
func (s *shownBill) document() (*billtext.Document, error) {
	d := &billtext.Document{Account: s.Account, Payer: s.Payer, Names: s.Names, State: s.Status.State}
	for _, b := range s.Bills {
		part := billtext.Bill{Bill: b}
		enough := errors.New("enough")
		err := s.rows(b, func(raw json.RawMessage) error {
			if len(part.Rows) == mostShown {
				return enough
			}
			part.Rows = append(part.Rows, billing.Row{})
			return json.Unmarshal(raw, &part.Rows[len(part.Rows)-1])
		})
		switch {
		case errors.Is(err, enough):
			part.Rows, part.Without = nil, billtext.Many
		case errors.Is(err, operator.ErrMoved):
			part.Rows, part.Without = nil, billtext.Moved
		case err != nil:
			return nil, err
		}
		d.Bills = append(d.Bills, part)
	}
	return d, nil
}

// json writes all of the bill, its rows as they come: there may be more than memory holds. RowsMoved tells that they are of other lines
// than the bill.
func (s *shownBill) json(to io.Writer) error {
	w := bufio.NewWriter(to)
	if err := openObject(w, s.BillHead, ""); err != nil {
		return err
	}
	fmt.Fprint(w, ",\n  \"bills\": [")
	for i, b := range s.Bills {
		fmt.Fprint(w, separator(i), "\n    ")
		if err := openObject(w, b, "    "); err != nil {
			return err
		}
		fmt.Fprint(w, ",\n      \"Rows\": [")
		n := 0
		err := s.rows(b, func(raw json.RawMessage) error {
			n++
			_, err := fmt.Fprintf(w, "%s\n        %s", separator(n-1), raw)
			return err
		})
		moved := errors.Is(err, operator.ErrMoved)
		if err != nil && !moved {
			return err
		}
		fmt.Fprintf(w, "\n      ],\n      \"RowsMoved\": %t\n    }", moved)
	}
	fmt.Fprint(w, "\n  ]\n}\n")
	return w.Flush()
}

// openObject writes an object that has members, without its end.
func openObject(to io.Writer, object any, indent string) error {
	text, err := json.MarshalIndent(object, indent, "  ")
	if err != nil {
		return err
	}
	_, err = to.Write(bytes.TrimSuffix(text, []byte("\n"+indent+"}")))
	return err
}

// separator stands before the values of an array.
func separator(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}
