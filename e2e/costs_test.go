package e2e_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // the driver of the database that answers are compared with

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
	"umbel/internal/testenv"
	"umbel/internal/usage"
)

// costs enables Cost Explorer and puts three months of an organization made up on the bills; $MONTH1 is the first of them, $WEEK a
// week ago, $NEXT the first of next month.
func costs(ts *testscript.TestScript, _ bool, _ []string) {
	s := serverOf(ts)
	s.EnableCostExplorer("")
	today := time.Now().UTC().Truncate(24 * time.Hour)
	accounts := []string{string(s.First)}
	for i := range everydayAccounts - 1 {
		accounts = append(accounts, fmt.Sprintf("2%011d", i))
	}
	// In this organization there is a reservation.
	s.SimulateBills(&usage.Simulation{Seed: 1, Accounts: accounts, First: billing.MonthOf(monthsAgo(today, 2)), Months: 3, Resources: 1}, nil)
}

// costDays sets the dates that scripts about costs speak of.
func costDays(set func(name, value string)) {
	today := time.Now().UTC().Truncate(24 * time.Hour)
	for name, day := range map[string]time.Time{
		"MONTH1": monthsAgo(today, 2), "WEEK": today.AddDate(0, 0, -7), "TODAY": today, "NEXT": monthsAgo(today, -1),
	} {
		set(name, day.Format(time.DateOnly))
	}
}

func monthsAgo(t time.Time, n int) time.Time {
	return time.Date(t.Year(), t.Month()-time.Month(n), 1, 0, 0, 0, 0, time.UTC)
}

const (
	everydayAccounts = 50
	everydayMonths   = 13
)

// everyday is an organization's costs: on a server, and in a database that knows nothing of how the server sums.
type everyday struct {
	*testenv.Server
	cli   string
	env   []string
	db    *sql.DB
	today time.Time
}

// TestEverydayCosts runs everyday cost commands of the AWS CLI against an organization of 50 accounts and 13 months, and compares
// each answer with sums that SQLite takes of the same lines.
func TestEverydayCosts(t *testing.T) {
	if testing.Short() {
		t.Skip("a year of costs takes its time")
	}
	w := &everyday{cli: requireCLI(t), Server: testenv.Start(t, testenv.Quota("accounts=100")), today: time.Now().UTC().Truncate(24 * time.Hour)}
	w.setUp(t)
	for _, c := range w.sums() {
		t.Run(c.name, func(t *testing.T) {
			got := map[string]string{}
			for _, r := range w.results(t, c.args) {
				r.into(got, c.metric)
			}
			want := w.query(t, c.sql)
			if c.zeros { // periods without lines are in answers, and not in the database
				for key, amount := range got {
					if _, ok := want[key]; !ok && amount == "0" {
						want[key] = "0"
					}
				}
			}
			if len(want) == 0 {
				t.Error("nothing was compared")
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("aws %s (-SQL +Cost Explorer):\n%s", strings.Join(c.args, " "), d)
			}
		})
	}
	t.Run("values", w.values)
	t.Run("commitments", w.commitments)
	t.Run("forecast", w.forecast)
	t.Run("anomalies", w.anomalies) // the last: it adds to the costs
}

func (w *everyday) setUp(t *testing.T) {
	o := w.CreateOrganization("")
	w.EnableCostExplorer("")
	accounts := []string{string(w.First)}
	for i := range everydayAccounts - 1 {
		accounts = append(accounts, o.Account("", fmt.Sprintf("workload %02d", i)))
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	w.db = db
	if _, err := db.Exec(`CREATE TABLE line (month TEXT, day TEXT, hour TEXT, account TEXT, product TEXT, name TEXT, usage_type TEXT, type TEXT, region TEXT,
		instance TEXT, team TEXT, unit TEXT, entity TEXT, term TEXT, plan TEXT, reservation INT, cost INT, blended INT, amortized INT, net INT, quantity INT,
		committed INT, used INT, units INT, netamortized INT)`); err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	insert, err := tx.Prepare("INSERT INTO line VALUES (" + strings.Repeat("?,", 24) + "?)")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	w.SimulateBills(&usage.Simulation{Seed: 1, Accounts: accounts, First: billing.MonthOf(monthsAgo(w.today, everydayMonths-1)), Months: everydayMonths, Resources: 1}, func(l *billing.Line) {
		if l.Account[11]%2 == 0 {
			l.Categories = map[string]string{"Unit": "even"}
		}
		if err := insertLine(insert, l); err != nil {
			t.Error(err)
		}
		lines++
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d lines", lines)
	credentials, err := w.Credentials(operator.CredentialsRequest{Administrator: true})
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	if err := configureCLI(home); err != nil {
		t.Fatal(err)
	}
	w.env = append(cliEnvironment(home), "PATH="+os.Getenv("PATH"), "AWS_ACCESS_KEY_ID="+credentials.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY="+credentials.SecretAccessKey, "AWS_SESSION_TOKEN="+credentials.SessionToken)
}

// units gives a number in units of 10^-12, which are exact.
func units(d interface{ Units() (int64, uint64) }) int64 {
	_, low := d.Units()
	return int64(low)
}

func insertLine(insert *sql.Stmt, l *billing.Line) error {
	plan, committed, used := "", int64(0), int64(0)
	amortized := l.Unblended
	switch {
	case l.SavingsPlan != nil:
		plan = l.SavingsPlan.ARN
		committed, used = units(l.SavingsPlan.Commitment), units(l.SavingsPlan.Used)
		switch l.Type {
		case billing.SavingsPlanCovered:
			amortized = l.SavingsPlan.EffectiveCost
		case billing.SavingsPlanRecurring:
			amortized = l.SavingsPlan.Commitment.Sub(l.SavingsPlan.Used)
		default:
			amortized = amortized.Sub(amortized)
		}
	case l.Reservation != nil && l.Type == billing.DiscountedUsage:
		amortized = l.Reservation.EffectiveCost
	case l.Reservation != nil && l.Type == billing.ReservationFee:
		amortized = l.Reservation.UnusedAmortizedUpfront.Add(l.Reservation.UnusedRecurringFee)
	case l.Reservation != nil:
		amortized = amortized.Sub(amortized)
	}
	reserved := 0
	if l.Reservation != nil {
		reserved = 1
	}
	_, err := insert.Exec(l.Start.Format("2006-01"), l.Start.Format(time.DateOnly), l.Start.Format("2006-01-02T15:00:00Z"), l.Account, l.Product, l.Detail.Name, l.UsageType,
		string(l.Type), l.Detail.Region, l.Detail.InstanceType, l.Tags["user:team"], l.Categories["Unit"], l.Bill.Entity, l.Pricing.Term, plan, reserved,
		units(l.Unblended), units(l.Blended), units(amortized), units(l.NetUnblended), units(l.Usage), committed, used, units(l.Normalized), units(netAmortized(l)))
	return err
}

// netAmortized is of usage what it cost after negotiated discounts, with its share of what was paid for a commitment.
func netAmortized(l *billing.Line) decimal.D {
	switch {
	case l.Type == billing.SavingsPlanCovered:
		return l.SavingsPlan.NetEffectiveCost
	case l.Type == billing.DiscountedUsage:
		return l.Reservation.NetEffectiveCost
	}
	return l.NetUnblended
}

// query gives sums by key, as Cost Explorer writes amounts. Columns are one text and one number.
func (w *everyday) query(t *testing.T, text string) map[string]string {
	t.Helper()
	rows, err := w.db.Query(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var key string
		var sum int64
		if err := rows.Scan(&key, &sum); err != nil {
			t.Fatal(err)
		}
		out[key] = tenPlaces(sum)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// tenPlaces writes a number of units of 10^-12 with ten places at the most, half away from zero.
func tenPlaces(n int64) string {
	text := big.NewRat(n, 1_000_000_000_000).FloatString(10)
	text = strings.TrimRight(text, "0")
	if text = strings.TrimSuffix(text, "."); text == "-0" {
		return "0"
	}
	return text
}

// run runs a command of the AWS CLI and reads its answer.
func (w *everyday) run(t *testing.T, args []string, into any) {
	t.Helper()
	cmd := exec.Command(w.cli, append([]string{"--endpoint-url", w.URL, "--output", "json", "ce"}, args...)...)
	cmd.Env = w.env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("aws ce %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("aws ce %s: %v", strings.Join(args, " "), err)
	}
}

type amountOf struct{ Amount, Unit string }

type resultByTime struct {
	TimePeriod struct{ Start, End string }
	Total      map[string]amountOf
	Groups     []struct {
		Keys    []string
		Metrics map[string]amountOf
	}
}

func (w *everyday) results(t *testing.T, args []string) []resultByTime {
	t.Helper()
	var out struct{ ResultsByTime []resultByTime }
	w.run(t, append([]string{"get-cost-and-usage"}, args...), &out)
	return out.ResultsByTime
}

// into puts a result's amounts under "time", or "time|keys".
func (r *resultByTime) into(out map[string]string, metric string) {
	if total, ok := r.Total[metric]; ok {
		out[r.TimePeriod.Start] = total.Amount
	}
	for _, g := range r.Groups {
		out[r.TimePeriod.Start+"|"+strings.Join(g.Keys, "|")] = g.Metrics[metric].Amount
	}
}
