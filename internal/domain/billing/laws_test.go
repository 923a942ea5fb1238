package billing_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

var drawnAccounts = []string{"000000000001", "000000000002", "000000000003", "000000000004"}

var drawnTypes = []string{"m4.large", "m4.xlarge", "m4.2xlarge", "c4.xlarge"}

// drawBook draws prices whose volume tiers never rise, as AWS's do not.
func drawBook(t *rapid.T, free bool) *billing.Book {
	b := billing.NewBook("USD")
	add := func(p billing.Price) {
		if err := b.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	cents := rapid.Int64Range(1, 500)
	for i, name := range drawnTypes {
		p := price("AmazonEC2", "BoxUsage:"+name, "Hrs", "0:1")
		unit := int64(1) << min(i, 2)
		p.Tiers[0].Rate = decimal.New(100*unit, 3) // sizes of a family cost in proportion
		p.Plans = []billing.PlanRate{
			{Kind: billing.ComputePlan, Rate: decimal.New(rapid.Int64Range(40, 100).Draw(t, "compute plan")*unit, 3)},
			{Kind: billing.InstancePlan, Rate: decimal.New(rapid.Int64Range(30, 100).Draw(t, "instance plan")*unit, 3)},
		}
		add(p)
	}
	rate := cents.Draw(t, "rate")
	storage := price("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:1 100:1 1000:1")
	for i := range storage.Tiers {
		storage.Tiers[i].Rate = decimal.New(rate, 3)
		rate = rapid.Int64Range(0, rate).Draw(t, "next rate")
	}
	requests := price("AWSLambda", "Request", "Requests", "0:0.0000002")
	requests.Plans = []billing.PlanRate{{Kind: billing.ComputePlan, Rate: d("0.00000017")}}
	if free {
		requests.Allowance = &billing.Allowance{ID: "requests", Quantity: decimal.Int(rapid.Int64Range(0, 3000).Draw(t, "free"))}
	}
	add(storage)
	add(requests)
	return b
}

func drawUsage(t *rapid.T, accounts []string) []billing.UsageRecord {
	n := rapid.IntRange(0, 40).Draw(t, "records")
	usage := make([]billing.UsageRecord, n)
	for i := range usage {
		account, hour := rapid.SampledFrom(accounts).Draw(t, "account"), rapid.IntRange(0, 3).Draw(t, "hour")
		switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); kind {
		case 0:
			usage[i] = used(account, "AmazonS3", "TimedStorage-ByteHrs", hour, "0")
			usage[i].Quantity = decimal.New(rapid.Int64Range(0, 900_000).Draw(t, "quantity"), 3)
		case 1:
			usage[i] = used(account, "AWSLambda", "Request", hour, "0")
			usage[i].Quantity = decimal.Int(rapid.Int64Range(0, 9_000_000).Draw(t, "quantity"))
		default:
			zone := rapid.SampledFrom([]string{"us-east-1a", "us-east-1b"}).Draw(t, "zone")
			usage[i] = ran(account, rapid.SampledFrom(drawnTypes).Draw(t, "type"), zone, fmt.Sprint("i-", rapid.IntRange(0, 5).Draw(t, "resource")), hour)
			usage[i].Quantity = decimal.New(rapid.Int64Range(1, 3600).Draw(t, "seconds"), 0)
			usage[i].Quantity, _ = usage[i].Quantity.Quo(decimal.Int(3600))
		}
		if rapid.Bool().Draw(t, "tagged") {
			usage[i].Tags = map[string]string{"user:team": rapid.SampledFrom([]string{"a", "b"}).Draw(t, "team")}
		}
	}
	return usage
}

// drawOrganization draws an organization with commitments, credits, discounts, support and taxes.
func drawOrganization(t *rapid.T) *billing.Organization {
	o := organization("000000000000", drawnAccounts...)
	o.Sharing.Mode = rapid.SampledFrom([]billing.SharingMode{billing.ShareAll, billing.SharePrioritized, billing.ShareRestricted}).Draw(t, "mode")
	o.Sharing.Groups, o.Sharing.Off, o.Sharing.CreditsOff = map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, a := range drawnAccounts {
		o.Sharing.Groups[a] = rapid.SampledFrom([]string{"", "red", "blue"}).Draw(t, "group")
		o.Sharing.Off[a] = rapid.IntRange(0, 4).Draw(t, "off") == 0
		o.Sharing.CreditsOff[a] = rapid.IntRange(0, 4).Draw(t, "credits off") == 0
	}
	owner := rapid.SampledFrom(drawnAccounts)
	for i := range rapid.IntRange(0, 4).Draw(t, "reservations") {
		r := reserved(fmt.Sprint("ri-", i), owner.Draw(t, "owner"), rapid.SampledFrom(drawnTypes).Draw(t, "type"), rapid.SampledFrom([]string{"", "us-east-1a"}).Draw(t, "zone"), rapid.Int64Range(0, 3).Draw(t, "count"))
		r.Upfront, r.Hourly = decimal.New(rapid.Int64Range(0, 90_000).Draw(t, "upfront"), 2), decimal.New(rapid.Int64Range(0, 99).Draw(t, "hourly"), 3)
		if rapid.Bool().Draw(t, "this month") {
			r.Start = at(1)
		}
		o.Reservations = append(o.Reservations, r)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "plans") {
		p := committed(rapid.SampledFrom([]billing.PlanKind{billing.ComputePlan, billing.InstancePlan}).Draw(t, "kind"), "0")
		p.ARN, p.Owner, p.Family, p.End = fmt.Sprint("plan-", i), owner.Draw(t, "owner"), "m4", at(8760)
		p.Commitment = decimal.New(rapid.Int64Range(0, 900).Draw(t, "commitment"), 3)
		p.Payment = rapid.SampledFrom([]string{"No Upfront", "Partial Upfront", "All Upfront"}).Draw(t, "payment")
		o.Plans = append(o.Plans, p)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "credits") {
		o.Credits = append(o.Credits, billing.CreditBalance{
			ID: fmt.Sprint("credit-", i), Account: owner.Draw(t, "owner"), Amount: decimal.New(rapid.Int64Range(0, 5_000).Draw(t, "credit"), 2), Issued: at(0),
			Early: rapid.Bool().Draw(t, "early"), Products: rapid.SampledFrom([][]string{nil, {"AmazonS3"}, {"AmazonEC2", "AmazonS3"}}).Draw(t, "products"),
		})
	}
	if rapid.Bool().Draw(t, "discounted") {
		o.Discounts = []billing.Discount{
			{Type: billing.PrivateRate, Percent: d("7.5"), On: []billing.Match{{Product: "AmazonS3"}}}, {Type: billing.EnterpriseDiscount, Percent: decimal.Int(rapid.Int64Range(0, 30).Draw(t, "percent"))},
		}
	}
	if rapid.Bool().Draw(t, "taxed") {
		o.Taxes = []billing.TaxRule{{Type: "VAT", Percent: d("19")}}
	}
	return o
}

// TestLaws: what holds of every bill.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o, usage := drawBook(t, true), drawOrganization(t), drawUsage(t, drawnAccounts)
		if rapid.Bool().Draw(t, "supported") {
			o.Support = []billing.Support{{Plan: billing.BusinessSupport}}
		}
		var lines []billing.Line
		q := billing.Request{Month: october, Book: b, Organization: o, Usage: billing.ByHour(usage), Compare: true, Final: true, Until: at(6)}
		q.Emit = func(l, _ *billing.Line) error { lines = append(lines, *l.Clone()); return nil }
		bill, err := billing.Compute(q)
		if err != nil {
			t.Fatal(err)
		}
		if bill.Total.Blended != bill.Total.Unblended {
			t.Errorf("blended %s, unblended %s", bill.Total.Blended, bill.Total.Unblended)
		}
		if bill.Total.NetUnblended != bill.Total.Unblended {
			t.Errorf("net unblended %s, unblended %s", bill.Total.NetUnblended, bill.Total.Unblended)
		}
		if bill.Saved().Sign() < 0 {
			t.Errorf("being one costs %s more", bill.Saved().Neg())
		}
		checkLines(t, bill, lines)
		checkQuantities(t, usage, lines)
		checkCommitments(t, o, lines)
		checkAmortized(t, o, lines)
		checkCollected(t, o, bill, lines)
		sum := decimal.D{}
		for _, v := range bill.Invoices {
			sum = sum.Add(v.Amount)
		}
		if sum != bill.Total.Unblended {
			t.Errorf("the invoices are of %s, the bill is of %s", sum, bill.Total.Unblended)
		}

		again := slices.Clone(usage)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0)).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		first := lines
		lines = nil
		q.Usage = billing.ByHour(again)
		other, err := billing.Compute(q)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(bill, other) {
			t.Errorf("another order, another bill:\n%+v\n%+v", bill, other)
		}
		if !reflect.DeepEqual(first, lines) {
			t.Error("another order, other lines")
		}
		q.Emit = nil
		if other, err = billing.Compute(q); err != nil || !reflect.DeepEqual(bill, other) {
			t.Errorf("without its lines the bill is another: %v\n%+v\n%+v", err, bill, other)
		}
	})
}

// checkLines: the bill is the sum of the lines, and no ID is there twice.
func checkLines(t *rapid.T, bill *billing.Bill, lines []billing.Line) {
	var sum billing.Totals
	ids := map[string]bool{}
	for i := range lines {
		l := &lines[i]
		sum.Add(&billing.Totals{Lines: 1, Unblended: l.Unblended, Blended: l.Blended, Amortized: l.Amortized(), NetUnblended: l.NetUnblended, NetAmortized: l.NetAmortized()})
		if ids[l.ID] || l.ID == "" {
			t.Errorf("the ID %q is there twice: %+v", l.ID, l)
		}
		if ids[l.ID] = true; l.Bill.Invoice == "" || l.LegalEntity == "" || l.Bill.Type == "" {
			t.Errorf("incomplete: %+v", l)
		}
	}
	if sum != bill.Total {
		t.Errorf("the lines sum to %+v, the bill is %+v", sum, bill.Total)
	}
	parts := billing.Totals{}
	for _, part := range byAccount(bill) {
		parts.Add(&part)
	}
	if parts != bill.Total {
		t.Errorf("the accounts sum to %+v, the bill is %+v", parts, bill.Total)
	}
}

// checkAmortized: what commitments cover and what nothing uses sum to what they cost, to the last place.
func checkAmortized(t *rapid.T, o *billing.Organization, lines []billing.Line) {
	got, costs := map[string]decimal.D{}, map[string]decimal.D{}
	for i := range lines {
		switch l := &lines[i]; l.Type {
		case billing.DiscountedUsage:
			got[l.Reservation.ARN] = got[l.Reservation.ARN].Add(l.Amortized())
		case billing.ReservationFee:
			arn := l.Reservation.ARN
			got[arn] = got[arn].Add(l.Amortized())
			r := o.Reservations[slices.IndexFunc(o.Reservations, func(r billing.Reservation) bool { return r.ARN == arn })]
			hour := must(r.Upfront.Quo(decimal.Int(int64(r.End.Sub(r.Start) / time.Hour)))).Add(r.Hourly)
			costs[arn] = must(hour.Mul(l.Usage))
		case billing.SavingsPlanCovered:
			got[l.SavingsPlan.ARN] = got[l.SavingsPlan.ARN].Add(l.Amortized())
		case billing.SavingsPlanRecurring:
			arn := l.SavingsPlan.ARN
			got[arn], costs[arn] = got[arn].Add(l.Amortized()), costs[arn].Add(l.SavingsPlan.Commitment)
		}
	}
	if !maps.Equal(got, costs) {
		t.Errorf("amortized %v, commitments cost %v", got, costs)
	}
}

// checkCollected: a bill that is collected of the lines is the same, in whatever order they come.
func checkCollected(t *rapid.T, o *billing.Organization, bill *billing.Bill, lines []billing.Line) {
	c := billing.NewCollector(o, october, true)
	for i := range lines {
		if err := c.Add(&lines[len(lines)-1-i]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := c.Bill()
	if err != nil || !slices.Equal(got.Subtotals, bill.Subtotals) || got.Total != bill.Total || !reflect.DeepEqual(got.Invoices, bill.Invoices) {
		t.Errorf("collected: %v\n%+v\n%+v", err, got, bill)
	}
}

// checkQuantities: all usage is on the bill, once.
func checkQuantities(t *rapid.T, usage []billing.UsageRecord, lines []billing.Line) {
	want, got := map[string]decimal.D{}, map[string]decimal.D{}
	for _, u := range usage {
		want[u.Account+u.UsageType] = want[u.Account+u.UsageType].Add(u.Quantity)
	}
	for _, l := range lines {
		if l.Type == billing.Usage || l.Type == billing.DiscountedUsage || l.Type == billing.SavingsPlanCovered {
			got[l.Account+l.UsageType] = got[l.Account+l.UsageType].Add(l.Usage)
		}
	}
	if !maps.Equal(want, got) {
		t.Errorf("used %v, billed %v", want, got)
	}
}

// checkCommitments: in no hour covers a commitment more than it holds, and nobody whom it must not.
func checkCommitments(t *rapid.T, o *billing.Organization, lines []billing.Line) {
	type hour struct {
		arn  string
		hour time.Time
	}
	units, spent := map[hour]decimal.D{}, map[hour]decimal.D{}
	owners := map[string]string{}
	for _, r := range o.Reservations {
		owners[r.ARN] = r.Owner
	}
	for _, p := range o.Plans {
		owners[p.ARN] = p.Owner
	}
	for _, l := range lines {
		arn := ""
		switch l.Type {
		case billing.DiscountedUsage:
			arn = l.Reservation.ARN
			units[hour{arn, l.Start}] = units[hour{arn, l.Start}].Add(l.Normalized)
		case billing.SavingsPlanCovered:
			arn = l.SavingsPlan.ARN
			spent[hour{arn, l.Start}] = spent[hour{arn, l.Start}].Add(l.SavingsPlan.EffectiveCost)
		default:
			continue
		}
		s := o.Sharing
		group := s.Groups[owners[arn]]
		if owners[arn] != l.Account && (s.Off[owners[arn]] || s.Off[l.Account] || s.Mode == billing.ShareRestricted && (group == "" || group != s.Groups[l.Account])) {
			t.Errorf("%s of %s covers %s", arn, owners[arn], l.Account)
		}
	}
	// A reservation is counted in normalized units: each piece of a record may lose a last place.
	dust := decimal.New(1000, 12)
	for _, r := range o.Reservations {
		for h := range 6 {
			holds, _ := r.Instance.Factor().Mul(decimal.Int(r.Count))
			if got := units[hour{r.ARN, at(h)}]; holds.Add(dust).Less(got) || got.Sign() > 0 && at(h).Before(r.Start) {
				t.Errorf("%s holds %s units and covers %s", r.ARN, holds, got)
			}
		}
	}
	for _, p := range o.Plans {
		for h := range 6 {
			if got := spent[hour{p.ARN, at(h)}]; p.Commitment.Less(got) {
				t.Errorf("%s commits %s and covers %s", p.ARN, p.Commitment, got)
			}
		}
	}
}

// TestOneIsNeverDearer: the bill of the organization never exceeds the sum of the bills that its accounts would have alone. Free
// tiers are left out: accounts that were alone would have one each. So are credits that are not shared or that pay for some products only:
// pooling may lower just the charges that they would have paid.
func TestOneIsNeverDearer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, o, usage := drawBook(t, false), drawOrganization(t), drawUsage(t, drawnAccounts)
		o.Payer, o.Sharing.CreditsOff = drawnAccounts[0], nil
		for i := range o.Credits {
			o.Credits[i].Products = nil
		}
		o.Support = []billing.Support{{Plan: billing.DeveloperSupport}}
		q := billing.Request{Month: october, Book: b, Organization: o, Usage: billing.ByHour(usage), Until: at(6), Compare: true}
		together, err := billing.Compute(q)
		if err != nil {
			t.Fatal(err)
		}
		apart, used := decimal.D{}, decimal.D{}
		for _, account := range drawnAccounts {
			alone := *o
			alone.Payer, alone.Members, alone.Reservations, alone.Plans, alone.Credits = account, nil, nil, nil, nil
			for _, r := range o.Reservations {
				if r.Owner == account {
					alone.Reservations = append(alone.Reservations, r)
				}
			}
			for _, p := range o.Plans {
				if p.Owner == account {
					alone.Plans = append(alone.Plans, p)
				}
			}
			for _, c := range o.Credits {
				if c.Account == account {
					alone.Credits = append(alone.Credits, c)
				}
			}
			q.Organization = &alone
			q.Usage = billing.ByHour(slices.DeleteFunc(slices.Clone(usage), func(u billing.UsageRecord) bool { return u.Account != account }))
			bill, err := billing.Compute(q)
			if err != nil {
				t.Fatal(err)
			}
			apart, used = apart.Add(bill.Total.Unblended), used.Add(bill.Usage)
		}
		if apart.Add(decimal.New(1, 9)).Less(together.Total.Unblended) {
			t.Errorf("together %s, apart %s", together.Total.Unblended, apart)
		}
		if used != together.Apart {
			t.Errorf("apart, usage costs %s; the comparison says %s", used, together.Apart)
		}
	})
}
