package testenv

import (
	"context"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
	"umbel/internal/usage"
)

// EnableCostExplorer enables Cost Explorer for an account's organization ("" is the first account's), as the owner of the account
// that pays does in the console at AWS.
func (s *Server) EnableCostExplorer(account string) {
	s.tb.Helper()
	s.setExplorer(operator.ExplorerRequest{Account: account, Enable: true})
}

// LinkCostExplorer gives the member accounts of an account's organization their costs to ask for, or takes them away.
func (s *Server) LinkCostExplorer(account string, linked bool) {
	s.tb.Helper()
	s.setExplorer(operator.ExplorerRequest{Account: account, Linked: &linked})
}

func (s *Server) setExplorer(rq operator.ExplorerRequest) {
	s.tb.Helper()
	if _, err := s.door.Explorer(context.Background(), rq); err != nil {
		s.tb.Fatalf("set up Cost Explorer: %v", err)
	}
}

// SimulateBills puts lines on the bills that the first account pays: those of an organization that is made up (usage.Simulation),
// from its first month to today. each, if not nil, sees every line and may change it; it must not keep it.
func (s *Server) SimulateBills(sim *usage.Simulation, each func(*billing.Line)) {
	s.tb.Helper()
	if err := s.simulateBills(sim, each); err != nil {
		s.tb.Fatalf("simulate bills: %v", err)
	}
}

func (s *Server) simulateBills(sim *usage.Simulation, each func(*billing.Line)) error {
	ctx, until := context.Background(), time.Now().UTC().Truncate(24*time.Hour)
	if sim.Book == nil {
		book, err := billing.Seed()
		if err != nil {
			return err
		}
		sim.Book = book
	}
	if err := sim.Check(); err != nil {
		return err
	}
	engine, err := s.Desk().Lines()
	if err != nil {
		return err
	}
	out, err := engine.Begin(ctx, costlines.Change{Payer: string(s.First)})
	if err != nil {
		return err
	}
	defer out.Abort()
	add := func(l, _ *billing.Line) error {
		if each != nil {
			each(l)
		}
		return out.Add(l.Clone())
	}
	organization, month := sim.Organization(), sim.First
	for range sim.Months {
		_, err := billing.Compute(billing.Request{
			Month: month, Book: sim.Book, Organization: organization, Usage: upTo(sim.Hours(month), until), Until: until, Emit: add,
		})
		if err != nil {
			return err
		}
		month = month.Next()
	}
	return out.Commit(ctx)
}

// upTo ends usage at a time.
func upTo(hours billing.Hours, until time.Time) billing.Hours {
	return func(yield func([]billing.UsageRecord, error) bool) {
		for records, err := range hours {
			if err == nil && len(records) > 0 && !records[0].Start.Before(until) {
				return
			}
			if !yield(records, err) {
				return
			}
		}
	}
}
