package testenv

import (
	"bytes"
	"context"
	"io"

	"umbel/internal/bills"
	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	"umbel/internal/domain/cost"
	"umbel/internal/ident"
	"umbel/internal/operator"
	"umbel/internal/usage"
)

// Book has usage rated with another price book than the shipped one.
func Book(b *billing.Book) Option {
	return func(s *setup) { s.Config.Book = func() *billing.Book { return b } }
}

// payer gives the account that pays for an account; "" is the first.
func (s *Server) payer(account string) ident.AccountID {
	s.tb.Helper()
	if account == "" {
		account = string(s.First)
	}
	payer, _, err := s.Desk().PayerOf(context.Background(), ident.AccountID(account))
	if err != nil {
		s.tb.Fatalf("who pays for %s: %v", account, err)
	}
	return payer
}

// Import takes a file of usage in for the account, or for the one that pays for it, and waits until it is on the bills; "" is the
// first account. Rows that are set aside fail the test.
func (s *Server) Import(account, name string, file io.Reader) *bills.Imported {
	s.tb.Helper()
	done, err := s.Desk().Import(context.Background(), s.payer(account), name, file, func(p usage.Problem) error {
		s.tb.Errorf("import: %s", p)
		return nil
	})
	if err != nil {
		s.tb.Fatalf("import %s: %v", name, err)
	}
	s.Settle()
	return done
}

// PutUsage puts usage on the bills that the account pays ("" is the first), and waits until they are made. The same records twice
// are used twice.
func (s *Server) PutUsage(account string, records ...billing.UsageRecord) {
	s.tb.Helper()
	if err := s.Desk().Put(context.Background(), s.payer(account), records); err != nil {
		s.tb.Fatalf("put usage: %v", err)
	}
	s.Settle()
}

// PutLines puts lines that have their prices on the bills that the account pays ("" is the first), as a report does: lines that
// tell of no payer, month or currency are the account's, of the month they start in, and in dollars.
func (s *Server) PutLines(account string, lines ...billing.Line) {
	s.tb.Helper()
	payer := string(s.payer(account))
	var file bytes.Buffer
	w := usage.NewCUR2Writer(&file, nil)
	for i := range lines {
		l := lines[i]
		if l.Bill.Payer == "" {
			l.Bill.Payer = payer
		}
		if l.Bill.PeriodStart.IsZero() {
			month := billing.MonthOf(l.Start)
			l.Bill.PeriodStart, l.Bill.PeriodEnd = month.Start(), month.End()
		}
		if l.Currency == "" {
			l.Currency = "USD"
		}
		if err := w.Write(&l); err != nil {
			s.tb.Fatalf("put lines: %v", err)
		}
	}
	if err := w.Flush(); err != nil {
		s.tb.Fatalf("put lines: %v", err)
	}
	s.Import(account, "lines.csv", &file)
}

// SetTerms sets what the bills that the account pays depend on besides usage, and waits until they are made anew.
func (s *Server) SetTerms(account string, o billing.Organization) {
	s.tb.Helper()
	if err := s.Desk().SetTerms(context.Background(), s.payer(account), &cost.Terms{Organization: o}); err != nil {
		s.tb.Fatalf("set terms: %v", err)
	}
	s.Settle()
}

// Tick does what the server does every hour: closes months, makes estimates anew, calls followers. It waits until all is done.
func (s *Server) Tick() {
	s.tb.Helper()
	if err := s.Desk().Tick(context.Background()); err != nil {
		s.tb.Fatalf("tick: %v", err)
	}
	s.Settle()
}

// Upload sends a file of usage to the operator's door, as `umbel usage put` does; "" is the first account.
func (s *Server) Upload(account, name string, file io.Reader) (operator.ImportAnswer, error) {
	s.tb.Helper()
	out, err := s.door.Import(context.Background(), account, name, file)
	s.Settle()
	return out, err
}

// Bill gives the bill of a month, "2026-10", that the account pays.
func (s *Server) Bill(account, month string) *billing.Bill {
	s.tb.Helper()
	m, err := billing.ParseMonth(month)
	if err != nil {
		s.tb.Fatal(err)
	}
	bill, err := s.Desk().Bill(context.Background(), s.payer(account), m)
	if err != nil {
		s.tb.Fatalf("bill: %v", err)
	}
	return bill
}

// Lines gives all lines on the bills that the account pays, of the months from one to another, inclusive.
func (s *Server) Lines(account, from, to string) []billing.Line {
	s.tb.Helper()
	engine, err := s.Desk().Lines()
	if err != nil {
		s.tb.Fatal(err)
	}
	start, err := billing.ParseMonth(from)
	if err != nil {
		s.tb.Fatal(err)
	}
	end, err := billing.ParseMonth(to)
	if err != nil {
		s.tb.Fatal(err)
	}
	var all []billing.Line
	q := costlines.ScanQuery{View: costlines.View{Payer: string(s.payer(account))}, Start: start.Start(), End: end.End()}
	if err := engine.Scan(context.Background(), q, func(l *billing.Line) error { all = append(all, *l); return nil }); err != nil {
		s.tb.Fatalf("lines: %v", err)
	}
	return all
}

// Simulate gives the accounts usage, purchases and credits that are made up, the same for the same seed; the first of them pays.
func (s *Server) Simulate(simulation usage.Simulation) {
	s.tb.Helper()
	if err := s.Desk().Simulate(context.Background(), s.payer(""), simulation, nil); err != nil {
		s.tb.Fatalf("simulate: %v", err)
	}
	s.Settle()
}
