package usage_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"umbel/internal/domain/billing"
	"umbel/internal/usage"
)

func simulation(t *testing.T, seed uint64, accounts, months int) *usage.Simulation {
	t.Helper()
	book, err := billing.Seed()
	if err != nil {
		t.Fatal(err)
	}
	s := &usage.Simulation{Seed: seed, First: billing.Month{Year: 2026, Month: time.January}, Months: months, Book: book}
	for i := range accounts {
		s.Accounts = append(s.Accounts, fmt.Sprintf("%012d", 100_000_000_001+i))
	}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	return s
}

// gathered gives a month's records and checks that they come hour by hour.
func gathered(t *testing.T, s *usage.Simulation, m billing.Month) []billing.UsageRecord {
	t.Helper()
	var all []billing.UsageRecord
	next := m.Start()
	for batch, err := range s.Hours(m) {
		if err != nil {
			t.Fatal(err)
		}
		hour := batch[0].Start
		if hour.Before(next) || !m.Contains(hour) {
			t.Fatalf("hour %s when %s is due", hour, next)
		}
		for _, r := range batch {
			if !r.Start.Equal(hour) || !r.End.Equal(hour.Add(time.Hour)) || r.Quantity.Sign() <= 0 {
				t.Fatalf("got %+v in the hour %s", r, hour)
			}
		}
		next = hour.Add(time.Hour)
		all = append(all, batch...)
	}
	return all
}

func TestSimulationRepeats(t *testing.T) {
	m := billing.Month{Year: 2026, Month: time.February}
	a, b, c := simulation(t, 7, 8, 3), simulation(t, 7, 8, 3), simulation(t, 8, 8, 3)
	first := gathered(t, a, m)
	if !reflect.DeepEqual(first, gathered(t, b, m)) || !reflect.DeepEqual(first, gathered(t, a, m)) {
		t.Error("the same seed gives other usage")
	}
	if diff := cmp.Diff(a.Organization(), b.Organization(), compareDecimals); diff != "" {
		t.Error(diff)
	}
	if reflect.DeepEqual(first, gathered(t, c, m)) {
		t.Error("another seed gives the same usage")
	}
	if n := len(gathered(t, a, billing.Month{Year: 2026, Month: time.April})) + len(gathered(t, a, billing.Month{Year: 2025, Month: time.December})); n != 0 {
		t.Errorf("%d records outside of the simulation", n)
	}
}

// TestSimulationIsBelievable looks for what a real organization's usage has.
func TestSimulationIsBelievable(t *testing.T) {
	s := simulation(t, 1, 21, 3)
	m := billing.Month{Year: 2026, Month: time.March}
	records := gathered(t, s, m)
	hours, tagged, untagged, products, regions := map[string]int{}, 0, 0, map[string]bool{}, map[string]bool{}
	weekend := map[string]bool{}
	for _, r := range records {
		if len(r.Tags) == 0 {
			untagged++
		} else if len(r.Tags) < 3 {
			tagged++
		}
		products[r.Product], regions[r.Region] = true, true
		if r.Instance != nil {
			hours[r.Resource]++
			if d := r.Start.Weekday(); d == time.Saturday || d == time.Sunday {
				weekend[r.Resource] = true
			}
		}
	}
	var on, office, burst int
	for id, n := range hours {
		switch {
		case n == 744:
			on++
		case !weekend[id] && n == 22*12: // weekdays of March 2026
			office++
		default:
			burst++
		}
	}
	if on == 0 || office == 0 || burst == 0 || tagged == 0 || untagged == 0 || len(products) < 8 || len(regions) < 4 {
		t.Errorf("%d always on, %d in office hours, %d by bursts; %d with some tags, %d with none; products %v, Regions %v", on, office, burst, tagged, untagged, products, regions)
	}
	late := s.Organization().Members[7].Joined
	for month := range 3 {
		for _, r := range gathered(t, s, billing.Month{Year: 2026, Month: time.Month(1 + month)}) {
			if r.Account == s.Accounts[7] && r.Start.Before(late) {
				t.Fatalf("account %s joins at %s and has usage at %s", r.Account, late, r.Start)
			}
		}
	}
}

// TestSimulationIsBilled: the seed book prices all of it, every purchase is on the bill, and pooling lowers the price.
func TestSimulationIsBilled(t *testing.T) {
	s := simulation(t, 3, 14, 3)
	m := billing.Month{Year: 2026, Month: time.March}
	types := map[billing.LineType]int{}
	market := 0
	bill, err := billing.Compute(billing.Request{
		Month: m, Book: s.Book, Organization: s.Organization(), Usage: s.Hours(m),
		Emit: func(l, _ *billing.Line) error {
			types[l.Type]++
			if l.Bill.Entity == billing.EntityMarketplace {
				market++
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(bill.Unpriced) > 0 || len(bill.Strangers) > 0 {
		t.Errorf("without a price: %+v; of strangers: %v", bill.Unpriced, bill.Strangers)
	}
	for _, kind := range []billing.LineType{
		billing.Usage, billing.DiscountedUsage, billing.SavingsPlanCovered, billing.SavingsPlanNegation, billing.SavingsPlanRecurring, billing.ReservationFee,
		billing.Fee, billing.Credit, billing.Refund,
	} {
		if types[kind] == 0 {
			t.Errorf("no line of type %s: %v", kind, types)
		}
	}
	if market == 0 {
		t.Error("nothing of the Marketplace")
	}
}

func TestSimulationCheck(t *testing.T) {
	book := billing.NewBook("USD")
	good := usage.Simulation{Accounts: []string{"111122223333"}, Months: 1, Book: book}
	for want, change := range map[string]func(*usage.Simulation){
		"needs an account":   func(s *usage.Simulation) { s.Accounts = nil },
		"1 to 120 months":    func(s *usage.Simulation) { s.Months = 0 },
		"at most 100,000":    func(s *usage.Simulation) { s.Resources = 1 << 20 },
		"needs a price book": func(s *usage.Simulation) { s.Book = nil },
		`"1" is no account`:  func(s *usage.Simulation) { s.Accounts = []string{"1"} },
		"or comes twice":     func(s *usage.Simulation) { s.Accounts = slices.Repeat(s.Accounts, 2) },
	} {
		s := good
		change(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := good.Check(); err != nil || good.Resources != 12 {
		t.Errorf("got %v, %d resources", err, good.Resources)
	}
	good.First = billing.Month{Year: 2026, Month: time.January}
	if o := good.Organization(); len(o.Reservations)+len(o.Plans) != 0 { // the book has no prices
		t.Errorf("got %+v", o)
	}
}
