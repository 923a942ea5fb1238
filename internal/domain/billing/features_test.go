package billing_test

import (
	"fmt"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

const (
	payer = "000000000000"
	first = "000000000001"
	other = "000000000002"
	third = "000000000003"
)

// TestSharing: who may be covered by a commitment of the first account, by mode, groups and preferences (Billing User Guide,
// "Sharing Reserved Instances and Savings Plans").
func TestSharing(t *testing.T) {
	groups := map[string]string{first: "red", other: "blue", third: "red"}
	for name, c := range map[string]struct {
		sharing billing.Sharing
		covered map[string]string
	}{
		"all, by account":           {billing.Sharing{}, map[string]string{other + " i by r": "1"}},
		"the group first":           {billing.Sharing{Mode: billing.SharePrioritized, Groups: groups}, map[string]string{third + " i by r": "1"}},
		"then the organization":     {billing.Sharing{Mode: billing.SharePrioritized, Groups: map[string]string{first: "red"}}, map[string]string{other + " i by r": "1"}},
		"the group only":            {billing.Sharing{Mode: billing.ShareRestricted, Groups: groups}, map[string]string{third + " i by r": "1"}},
		"nobody in the group":       {billing.Sharing{Mode: billing.ShareRestricted, Groups: map[string]string{first: "red"}}, map[string]string{}},
		"no group shares with none": {billing.Sharing{Mode: billing.ShareRestricted}, map[string]string{}},
		"the owner is off":          {billing.Sharing{Off: map[string]bool{first: true}}, map[string]string{}},
		"a receiver is off":         {billing.Sharing{Off: map[string]bool{other: true}}, map[string]string{third + " i by r": "1"}},
		"off beats the group":       {billing.Sharing{Mode: billing.SharePrioritized, Groups: groups, Off: map[string]bool{third: true}}, map[string]string{other + " i by r": "1"}},
	} {
		o := organization(payer, first, other, third)
		o.Sharing, o.Reservations = c.sharing, []billing.Reservation{reserved("r", first, "m4.large", "", 1)}
		_, lines := compute(t, instances(t), o, []billing.UsageRecord{ran(third, "m4.large", "us-east-1a", "i", 0), ran(other, "m4.large", "us-east-1a", "i", 0)})
		t.Run(name, func(t *testing.T) { same(t, covered(lines), c.covered) })
	}
}

// TestHighestSavingsAcrossAccounts: what a shared plan has left goes to the usage that saves most, whosever it is; of equals to the
// lowest rate.
func TestHighestSavingsAcrossAccounts(t *testing.T) {
	b := instances(t)
	for usageType, rates := range map[string][2]string{"a": {"1", ".8"}, "b": {"1", ".6"}, "c": {".5", ".3"}} {
		p := price("AmazonECS", usageType, "hours", "0:"+rates[0])
		p.Plans = []billing.PlanRate{{Kind: billing.ComputePlan, Rate: d(rates[1])}}
		mustAdd(b, p)
	}
	o := organization(payer, first, other, third)
	p := committed(billing.ComputePlan, ".5")
	p.Owner = payer
	o.Plans = []billing.SavingsPlan{p}
	_, lines := compute(t, b, o, []billing.UsageRecord{used(first, "AmazonECS", "a", 0, "1"), used(other, "AmazonECS", "b", 0, "1"), used(third, "AmazonECS", "c", 0, "1")})
	got := map[string]string{}
	for _, l := range lines {
		if l.Type == billing.SavingsPlanCovered {
			got[l.UsageType] = l.SavingsPlan.EffectiveCost.String()
		}
	}
	same(t, got, map[string]string{"c": "0.3", "b": "0.2"})
}

// TestMembership: an account is on the bill from the day it joins to the day it leaves; its reservations go with it.
func TestMembership(t *testing.T) {
	o := organization(payer, first)
	o.Members = append(o.Members, billing.Membership{Account: other, Joined: at(9 * 24), Left: at(20 * 24)})
	o.Reservations = []billing.Reservation{reserved("r", other, "m4.large", "", 1)}
	o.Reservations[0].Hourly = d(".06")
	var usage []billing.UsageRecord
	for hour := range 31 * 24 {
		usage = append(usage, ran(first, "m4.large", "us-east-1a", "i-1", hour), ran(other, "c4.xlarge", "us-east-1a", "i-2", hour))
	}
	usage = append(usage, ran("999999999999", "c4.xlarge", "us-east-1a", "i-9", 5))
	bill, _ := compute(t, instances(t), o, usage)
	member := 11 * 24
	want(t, "other", byAccount(bill)[other].Unblended, 3, must(d(".259").Mul(decimal.Int(int64(member)))).Fixed(3))
	want(t, "first", byAccount(bill)[first].Unblended, 3, must(d(".10").Mul(decimal.Int(int64(31*24-member)))).Fixed(3))
	if bill.Outside != int64(31*24-member) || bill.Strangers["999999999999"] != 1 {
		t.Errorf("%d records outside, strangers %v", bill.Outside, bill.Strangers)
	}
}

// TestFreeTierOnce: one allotment for the organization, and only while the paying account is young enough.
func TestFreeTierOnce(t *testing.T) {
	p := price("AmazonEC2", "BoxUsage:t3.micro", "Hrs", "0:.01")
	p.Allowance = &billing.Allowance{ID: "micro", Quantity: decimal.Int(750), Months: 12}
	b := book(t, p)
	o := organization(payer, first, other)
	usage := []billing.UsageRecord{used(first, "AmazonEC2", "BoxUsage:t3.micro", 0, "700"), used(other, "AmazonEC2", "BoxUsage:t3.micro", 0, "700")}
	for created, c := range map[time.Time][2]string{
		time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC): {"0.00", "6.50"}, time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC): {"7.00", "7.00"},
	} {
		o.Created = created
		bill, _ := compute(t, b, o, usage)
		want(t, "first", byAccount(bill)[first].Unblended, 2, c[0])
		want(t, "other", byAccount(bill)[other].Unblended, 2, c[1])
	}
}

// TestUnpriced: usage that the book does not know costs nothing and is named.
func TestUnpriced(t *testing.T) {
	bill, lines := compute(t, instances(t), organization(payer, first), []billing.UsageRecord{used(first, "AmazonQ", "Questions", 0, "3"), used(first, "AmazonQ", "Questions", 1, "4")})
	if len(lines) != 0 || len(bill.Unpriced) != 1 || bill.Unpriced[0].Records != 2 || bill.Unpriced[0].Quantity != d("7") || bill.Unpriced[0].Key.UsageType != "Questions" {
		t.Errorf("%d lines, unpriced %+v", len(lines), bill.Unpriced)
	}
}

func storage(t *testing.T) *billing.Book {
	return book(t, price("AmazonS3", "Storage", "GB-Mo", "0:1"), price("AmazonEC2", "BoxUsage:m4.large", "Hrs", "0:2"), price("seller-product", "Hosts", "Hosts", "0:3"))
}

// TestDiscounts: negotiated discounts lower the net cost of each line, and the unblended cost by lines of their own; one after the
// other. Marketplace has none.
func TestDiscounts(t *testing.T) {
	o := organization(payer, first)
	o.Discounts = []billing.Discount{{Type: billing.PrivateRate, Percent: d("10"), On: []billing.Match{{Product: "AmazonS3"}}}, {Type: billing.EnterpriseDiscount, Percent: d("5")}}
	market := used(first, "seller-product", "Hosts", 0, "10")
	market.Seller = "Seller Ltd"
	bill, lines := compute(t, storage(t), o, []billing.UsageRecord{used(first, "AmazonS3", "Storage", 0, "100"), used(first, "AmazonEC2", "BoxUsage:m4.large", 0, "10"), market})
	by := bill.By(func(t *billing.Subtotal) string { return t.Product + " " + string(t.Type) })
	for key, c := range map[string][2]string{
		"AmazonS3 Usage": {"100.00", "85.50"}, "AmazonS3 PrivateRateDiscount": {"-10.00", "0.00"}, "AmazonS3 EdpDiscount": {"-4.50", "0.00"},
		"AmazonEC2 Usage": {"20.00", "19.00"}, "AmazonEC2 EdpDiscount": {"-1.00", "0.00"}, "seller-product Usage": {"30.00", "30.00"},
	} {
		want(t, key, by[key].Unblended, 2, c[0])
		want(t, key+" net", by[key].NetUnblended, 2, c[1])
	}
	for _, l := range lines {
		if l.Product == "AmazonS3" && l.Type == billing.Usage {
			want(t, "net rate", l.NetUnblendedRate, 3, "0.855")
		}
	}
}

// TestBundles: the account that earns a bundled discount gets it first, the rest goes to the others.
func TestBundles(t *testing.T) {
	o := organization(payer, first, other, third)
	o.Bundles = []billing.Bundle{{ID: "b", Description: "Storage with instances", Source: billing.Match{Product: "AmazonEC2"}, Target: billing.Match{Product: "AmazonS3", UsageType: "Storage"}, Ratio: d("10"), Percent: d("100")}}
	bill, _ := compute(t, storage(t), o, []billing.UsageRecord{
		used(other, "AmazonEC2", "BoxUsage:m4.large", 0, "5"), used(other, "AmazonS3", "Storage", 0, "30"), used(first, "AmazonS3", "Storage", 0, "15"), used(third, "AmazonS3", "Storage", 0, "15"),
	})
	by := bill.By(func(t *billing.Subtotal) string { return t.Account + " " + string(t.Type) })
	for key, amount := range map[string]string{other + " BundledDiscount": "-30.00", first + " BundledDiscount": "-15.00", third + " BundledDiscount": "-5.00"} {
		want(t, key, by[key].Unblended, 2, amount)
	}
}

// TestMarketplace: a seller's charges have their own issuer and invoice; neither credits nor support count them.
func TestMarketplace(t *testing.T) {
	o := organization(payer, first)
	o.Credits = []billing.CreditBalance{{ID: "c", Account: first, Amount: d("1000"), Issued: at(0)}}
	o.Support = []billing.Support{{Plan: billing.BusinessSupport, Accounts: []string{first}}}
	o.Charges = []billing.Charge{
		{ID: "contract", Account: first, Type: billing.Fee, Start: at(5), End: at(5), Product: "seller-product", Name: "Scanner", Amount: d("12000"), Seller: "Seller Ltd", Bill: billing.Purchase},
		{ID: "r", Account: first, Type: billing.Refund, Start: at(9), End: at(9), Product: "AmazonS3", Amount: d("-3")},
		{ID: "september", Account: first, Type: billing.Fee, Start: at(-9), End: at(-9), Product: "AmazonS3", Amount: d("7")},
		{ID: "nobody's", Account: "999999999999", Type: billing.Fee, Start: at(9), End: at(9), Product: "AmazonS3", Amount: d("7")},
	}
	market := used(first, "seller-product", "Hosts", 0, "10")
	market.Seller = "Seller Ltd"
	bill, lines := compute(t, storage(t), o, []billing.UsageRecord{used(first, "AmazonS3", "Storage", 0, "100"), market})
	due := map[string]string{}
	for _, v := range bill.Invoices {
		due[v.Issuer+" "+string(v.Bill)] = v.Due.String()
		if len(v.Number) != 10 || v.Receiver != payer {
			t.Errorf("%+v", v)
		}
	}
	same(t, due, map[string]string{
		"Amazon Web Services, Inc. Anniversary": "0", "Amazon Web Services, Inc. Refund": "-3", "Seller Ltd Anniversary": "30", "Seller Ltd Purchase": "12000",
	})
	if bill.Credits[0].Used != d("200") || bill.Credits[0].Left != d("800") || bill.Strangers["999999999999"] != 1 {
		t.Errorf("%+v, strangers %v", bill.Credits, bill.Strangers)
	}
	for _, l := range lines {
		if seller := l.Product == "seller-product"; seller != (l.Bill.Entity == billing.EntityMarketplace) || seller != (l.Bill.Issuer == "Seller Ltd") {
			t.Errorf("%+v", l.Bill)
		}
	}
}

// TestInvoiceUnits: each unit has an invoice and its receiver; billing transfer sends the rest to the account that pays.
func TestInvoiceUnits(t *testing.T) {
	o := organization(payer, first, other)
	o.PaidBy = "777777777777"
	o.InvoiceUnits = []billing.InvoiceUnit{{Name: "retail", Receiver: first, Accounts: []string{first}}}
	o.Taxes = []billing.TaxRule{{Type: "VAT", Percent: d("19"), Accounts: []string{first}}}
	bill, lines := compute(t, storage(t), o, []billing.UsageRecord{used(first, "AmazonS3", "Storage", 0, "100"), used(other, "AmazonS3", "Storage", 0, "50.555")})
	due := map[string]string{}
	numbers := map[string]string{}
	for _, v := range bill.Invoices {
		due[v.Unit+" to "+v.Receiver] = v.Due.Fixed(2)
		numbers[v.Unit] = v.Number
	}
	same(t, due, map[string]string{"retail to " + first: "119.00", " to 777777777777": "50.56"})
	for _, l := range lines {
		unit := ""
		if l.Account == first {
			unit = "retail"
		}
		if l.Bill.Invoice != numbers[unit] || l.Bill.Payer != "777777777777" {
			t.Errorf("%s: %+v, want the invoice %s", l.Account, l.Bill, numbers[unit])
		}
		if l.Type == billing.Tax && l.TaxType != "VAT" {
			t.Errorf("%+v", l)
		}
	}
	if own, total := bill.Of(first); len(own) != 2 || total.Unblended.Fixed(2) != "119.00" {
		t.Errorf("the account sees %d subtotals of %s", len(own), total.Unblended)
	}
	if got := fmt.Sprint(bill.Accounts()); got != fmt.Sprint([]string{first, other}) {
		t.Errorf("accounts: %s", got)
	}
}

// TestEnterpriseSupport: computed of all accounts together, the fee is split by their charges; apart, each pays its own.
func TestEnterpriseSupport(t *testing.T) {
	usage := []billing.UsageRecord{used(first, "AmazonS3", "Storage", 0, "900000"), used(other, "AmazonS3", "Storage", 0, "300000")}
	for together, fees := range map[bool][2]string{true: {"52875.00", "17625.00"}, false: {"59500.00", "25500.00"}} {
		o := organization(payer, first, other)
		o.Support = []billing.Support{{Plan: billing.EnterpriseSupport, Accounts: []string{other, first}, Together: together}}
		bill, _ := compute(t, storage(t), o, usage)
		by := bill.By(func(t *billing.Subtotal) string { return t.Account + " " + t.Product })
		want(t, "first", by[first+" AWSSupportEnterprise"].Unblended, 2, fees[0])
		want(t, "other", by[other+" AWSSupportEnterprise"].Unblended, 2, fees[1])
	}
}

// TestCreditsReachOthers: a credit pays its own account first, then the account that spends most; not those it may not reach.
func TestCreditsReachOthers(t *testing.T) {
	usage := []billing.UsageRecord{used(first, "AmazonS3", "Storage", 0, "10"), used(other, "AmazonS3", "Storage", 0, "20"), used(third, "AmazonS3", "Storage", 0, "40")}
	for name, c := range map[string]struct {
		change func(*billing.Organization)
		paid   [3]string
	}{
		"all":        {func(*billing.Organization) {}, [3]string{"0", "20", "0"}},
		"one":        {func(o *billing.Organization) { o.Credits[0].Receivers = []string{other} }, [3]string{"0", "0", "40"}},
		"the owner":  {func(o *billing.Organization) { o.Sharing.CreditsOff = map[string]bool{first: true} }, [3]string{"0", "20", "40"}},
		"not third":  {func(o *billing.Organization) { o.Sharing.CreditsOff = map[string]bool{third: true} }, [3]string{"0", "0", "40"}},
		"expired":    {func(o *billing.Organization) { o.Credits[0].Expires = at(0) }, [3]string{"10", "20", "40"}},
		"not issued": {func(o *billing.Organization) { o.Credits[0].Issued = at(31 * 24) }, [3]string{"10", "20", "40"}},
	} {
		o := organization(payer, first, other, third)
		o.Credits = []billing.CreditBalance{{ID: "c", Account: first, Amount: d("50"), Issued: at(0), Early: true}}
		c.change(o)
		bill, _ := compute(t, storage(t), o, usage)
		for i, account := range []string{first, other, third} {
			want(t, name+" "+account, byAccount(bill)[account].Unblended, 0, c.paid[i])
		}
	}
}

// TestUpfrontPlans: what is paid upfront is a charge of the day, and what recurs is the rest; amortized both are the commitment.
func TestUpfrontPlans(t *testing.T) {
	for payment, c := range map[string][2]string{"All Upfront": {"24.00", "0.00"}, "Partial Upfront": {"12.00", "12.00"}, "No Upfront": {"0.00", "24.00"}} {
		o := organization(payer, first)
		p := committed(billing.ComputePlan, "1")
		p.Payment, p.Start, p.End = payment, at(24), at(48)
		o.Plans = []billing.SavingsPlan{p}
		o.Discounts = []billing.Discount{{Type: billing.EnterpriseDiscount, Percent: d("10")}}
		bill, _ := compute(t, instances(t), o, nil)
		by := bill.By(func(t *billing.Subtotal) string { return string(t.Type) })
		want(t, payment+" upfront", by["SavingsPlanUpfrontFee"].Unblended, 2, c[0])
		want(t, payment+" recurring", by["SavingsPlanRecurringFee"].Unblended, 2, c[1])
		want(t, payment+" amortized", by["SavingsPlanRecurringFee"].Amortized, 2, "24.00")
		want(t, payment+" net amortized", by["SavingsPlanRecurringFee"].NetAmortized, 2, "21.60")
		if use := bill.Plans[0]; use.Committed != d("24") || !use.Used.IsZero() {
			t.Errorf("%+v", use)
		}
	}
}

// TestMonth: a month in text.
func TestMonth(t *testing.T) {
	m, err := billing.ParseMonth("2026-12")
	if err != nil || m.String() != "2026-12" || m.Next().String() != "2027-01" || !m.Contains(m.Start()) || m.Contains(m.End()) {
		t.Errorf("%v, %v", m, err)
	}
	if _, err := billing.ParseMonth("12/2026"); err == nil {
		t.Error("12/2026 was read")
	}
}

// TestDatabaseReservations: reserved databases cover every size of a family and engine, and one in two zones counts twice; other
// engines, and dedicated instances, are covered size by size (RDS User Guide, "Reserved DB instances").
func TestDatabaseReservations(t *testing.T) {
	b := book(t, price("AmazonRDS", "InstanceUsage:db.m5.large", "Hrs", "0:1"), price("AmazonRDS", "Multi-AZUsage:db.m5.large", "Hrs", "0:2"), price("AmazonRDS", "InstanceUsage:db.m5.xlarge", "Hrs", "0:2"), price("AmazonEC2", "DedicatedUsage:m5.large", "Hrs", "0:1"), price("AmazonEC2", "DedicatedUsage:m5.xlarge", "Hrs", "0:2"))
	db := func(usageType, name, engine string, two bool) billing.UsageRecord {
		u := used(first, "AmazonRDS", usageType, 0, "1")
		u.Resource, u.Instance = name, &billing.Instance{Type: usageType[len("InstanceUsage:"):], Platform: engine, MultiAZ: two}
		if two {
			u.Instance.Type = usageType[len("Multi-AZUsage:"):]
		}
		return u
	}
	dedicated := func(size, name string) billing.UsageRecord {
		u := used(first, "AmazonEC2", "DedicatedUsage:"+size, 0, "1")
		u.Resource, u.Instance = name, &billing.Instance{Type: size, Tenancy: "dedicated"}
		return u
	}
	o := organization(payer, first)
	for arn, i := range map[string]billing.Instance{
		"mysql": {Type: "db.m5.xlarge", Platform: "MySQL"}, "sqlserver": {Type: "db.m5.large", Platform: "SQL Server"}, "dedicated": {Type: "m5.large", Tenancy: "dedicated"},
	} {
		r := reserved(arn, first, i.Type, "", 1)
		r.Instance = i
		if arn != "dedicated" {
			r.Product = "AmazonRDS"
		}
		o.Reservations = append(o.Reservations, r)
	}
	_, lines := compute(t, b, o, []billing.UsageRecord{
		db("Multi-AZUsage:db.m5.large", "two", "MySQL", true), db("InstanceUsage:db.m5.xlarge", "sql", "SQL Server", false), dedicated("m5.xlarge", "big"), dedicated("m5.large", "small"),
	})
	same(t, covered(lines), map[string]string{first + " two by mysql": "1", first + " small by dedicated": "1"})
	for _, l := range lines {
		if l.Resource == "two" {
			want(t, "normalized", l.Normalized, 0, "8")
		}
		if l.Type == billing.ReservationFee && l.Reservation.ARN == "mysql" && l.UsageType != "InstanceUsage:db.m5.xlarge" {
			t.Errorf("fee: %+v", l)
		}
	}
}

// TestPlanOverTiers: usage under a plan goes up the tiers; its lines and those that take it back are cut where tiers are, and their
// effective costs sum to what the plan pays.
func TestPlanOverTiers(t *testing.T) {
	p := price("AWSLambda", "Lambda-GB-Second", "GB-s", "0:.3 10:.2 20:.1")
	p.Plans = []billing.PlanRate{{Kind: billing.ComputePlan, Rate: d(".07")}}
	o := organization(payer, first)
	o.Plans = []billing.SavingsPlan{committed(billing.ComputePlan, "2")}
	bill, lines := compute(t, book(t, p), o, []billing.UsageRecord{used(first, "AWSLambda", "Lambda-GB-Second", 0, "30")})
	effective, taken, pieces := decimal.D{}, decimal.D{}, 0
	for _, l := range lines {
		switch l.Type {
		case billing.SavingsPlanCovered:
			effective, pieces = effective.Add(l.SavingsPlan.EffectiveCost), pieces+1
		case billing.SavingsPlanNegation:
			taken = taken.Add(l.Unblended)
		}
	}
	covers, _ := d("2").QuoDown(d(".07"))
	want(t, "on demand", bill.Usage, 9, must(d("30").Sub(covers).Mul(d(".1"))).Fixed(9))
	if effective != d("2") || pieces != 3 || taken != d("5").Add(must(covers.Sub(d("20")).Mul(d(".1")))).Neg() {
		t.Errorf("%d pieces of %s, taken back %s", pieces, effective, taken)
	}
}

// TestSplit: usage that spans hours is split at them, and loses nothing.
func TestSplit(t *testing.T) {
	u := ran(first, "m4.large", "us-east-1a", "i", 3)
	if got := u.Split(); len(got) != 1 || got[0].Quantity != d("1") {
		t.Errorf("%+v", got)
	}
	u.Start, u.End, u.Quantity = at(3).Add(30*time.Minute), at(6).Add(20*time.Minute), d("1")
	sum, text := decimal.D{}, []string{}
	for _, part := range u.Split() {
		sum = sum.Add(part.Quantity)
		text = append(text, part.Start.Format("15:04-")+part.End.Format("15:04 ")+part.Quantity.Fixed(4))
	}
	if got := fmt.Sprint(text); sum != d("1") || got != "[03:30-04:00 0.1765 04:00-05:00 0.3529 05:00-06:00 0.3529 06:00-06:20 0.1176]" {
		t.Errorf("%s, %s", sum, got)
	}
}

// TestPools: prices of one pool go up one counter, whatever their product.
func TestPools(t *testing.T) {
	a, b := price("AmazonEC2", "DataTransfer-Out-Bytes", "GB", "0:.17 100:.13"), price("AmazonS3", "DataTransfer-Out-Bytes", "GB", "0:.17 100:.13")
	a.Pool, b.Pool = "transfer", "transfer"
	bill, _ := compute(t, book(t, a, b), organization(payer, first, other), []billing.UsageRecord{used(first, "AmazonS3", "DataTransfer-Out-Bytes", 0, "80"), used(other, "AmazonEC2", "DataTransfer-Out-Bytes", 1, "80")})
	want(t, "total", bill.Total.Unblended, 2, "24.80")
	want(t, "saved", bill.Saved(), 2, "2.40")
}
