package billing_test

import (
	"errors"
	"strings"
	"testing"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// TestSeed: the shipped book has every instance type of its file and the tiers of the worked examples, in every Region.
func TestSeed(t *testing.T) {
	b, err := billing.Seed()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(b.Prices()); n < 1300 {
		t.Errorf("%d prices", n)
	}
	for _, c := range []struct {
		key   billing.PriceKey
		tier  int
		rate  string
		about string
	}{
		{billing.PriceKey{Product: "AmazonEC2", UsageType: "BoxUsage:c5.12xlarge", Operation: "RunInstances", Region: "us-east-1"}, 0, "2.04", "$2.04 per On Demand Linux c5.12xlarge Instance Hour"},
		{billing.PriceKey{Product: "AmazonEC2", UsageType: "EUW1-BoxUsage:c5.12xlarge", Operation: "RunInstances", Region: "eu-west-1"}, 0, "2.04", "$2.04 per On Demand Linux c5.12xlarge Instance Hour"},
		{billing.PriceKey{Product: "AmazonS3", UsageType: "TimedStorage-ByteHrs", Operation: "StandardStorage", Region: "us-east-1"}, 1, "0.08", "$0.08 per GB-Mo - next 49000 GB-Mo"},
		{billing.PriceKey{Product: "AmazonS3", UsageType: "TimedStorage-ByteHrs"}, 2, "0.06", "$0.06 per GB-Mo - over 50000 GB-Mo"},
	} {
		p := b.Find(c.key)
		if p == nil {
			t.Errorf("%+v: no price", c.key)
			continue
		}
		if tier := p.Tiers[c.tier]; tier.Rate != d(c.rate) || tier.Description != c.about {
			t.Errorf("%+v: %s, %q; want %s, %q", c.key, tier.Rate, tier.Description, c.rate, c.about)
		}
	}
	if p := b.Find(billing.PriceKey{Product: "AmazonEC2", UsageType: "BoxUsage:z9.large"}); p != nil {
		t.Errorf("a price of z9.large: %+v", p)
	}
}

// TestBadPrices: what cannot be a price is refused.
func TestBadPrices(t *testing.T) {
	for name, p := range map[string]billing.Price{
		"no usage type":         {Key: billing.PriceKey{Product: "AmazonS3"}, Tiers: tiers("0:1")},
		"no tier":               {Key: billing.PriceKey{Product: "AmazonS3", UsageType: "x"}},
		"tiers from 1":          price("AmazonS3", "x", "GB", "1:1"),
		"tiers that go down":    price("AmazonS3", "x", "GB", "0:1 5:1 5:2"),
		"a rate below zero":     price("AmazonS3", "x", "GB", "0:-1"),
		"a rate beyond measure": price("AmazonS3", "x", "GB", "0:1000000001"),
		"too many tiers":        {Key: billing.PriceKey{Product: "AmazonS3", UsageType: "x"}, Tiers: make([]billing.Tier, 101)},
	} {
		if err := billing.NewBook("USD").Add(p); err == nil {
			t.Errorf("%s: added", name)
		}
	}
}

const offerFile = `{"formatVersion":"v1.0","disclaimer":"…","offerCode":"AmazonEC2","version":"1","publicationDate":"2026-01-01T00:00:00Z","products":{
 "AAA":{"sku":"AAA","productFamily":"Compute Instance","attributes":{"servicecode":"AmazonEC2","servicename":"Amazon Elastic Compute Cloud","usagetype":"EUW1-BoxUsage:m5.large","operation":"RunInstances","regionCode":"eu-west-1","instanceType":"m5.large","operatingSystem":"Linux","tenancy":"Shared","marketoption":"OnDemand"}},
 "BBB":{"sku":"BBB","productFamily":"Data Transfer","attributes":{"servicecode":"AWSDataTransfer","usagetype":"EU-DataTransfer-Out-Bytes","operation":"","fromRegionCode":"eu-west-1","toRegionCode":""}},
 "CCC":{"sku":"CCC","attributes":{"servicecode":"AmazonEC2","usagetype":"EUW1-BoxUsage:m5.large","operation":"RunInstances","regionCode":"eu-west-1","marketoption":"CapacityBlock"}},
 "DDD":{"sku":"DDD","attributes":{"servicecode":"AmazonEC2","usagetype":"EUW1-Nothing","regionCode":"eu-west-1"}}},
 "terms":{"OnDemand":{
  "AAA":{"AAA.JRTCKXETXF":{"offerTermCode":"JRTCKXETXF","sku":"AAA","effectiveDate":"2026-01-01T00:00:00Z","priceDimensions":{"AAA.JRTCKXETXF.6YS6EN2CT7":{"rateCode":"AAA.JRTCKXETXF.6YS6EN2CT7","description":"$0.107 per On Demand Linux m5.large Instance Hour","beginRange":"0","endRange":"Inf","unit":"Hrs","pricePerUnit":{"USD":"0.1070000000"},"appliesTo":[]}},"termAttributes":{}}},
  "BBB":{"BBB.J":{"effectiveDate":"2026-01-01T00:00:00Z","priceDimensions":{
    "2":{"rateCode":"2","beginRange":"100","endRange":"10240","unit":"GB","pricePerUnit":{"USD":"0.0900000000"}},
    "3":{"rateCode":"3","beginRange":"10240","endRange":"Inf","unit":"GB","pricePerUnit":{"USD":"0.0850000000"}},
    "1":{"rateCode":"1","beginRange":"0","endRange":"100","unit":"GB","pricePerUnit":{"USD":"0.0000000000"}}}}},
  "ZZZ":{"ZZZ.J":{"effectiveDate":"2026-01-01T00:00:00Z","priceDimensions":{}}}},
 "Reserved":{"AAA":{"AAA.R":{"effectiveDate":"2026-01-01T00:00:00Z","priceDimensions":{
    "h":{"rateCode":"h","unit":"Hrs","pricePerUnit":{"USD":"0.0300000000"}},"q":{"rateCode":"q","unit":"Quantity","pricePerUnit":{"USD":"262"}}},
    "termAttributes":{"LeaseContractLength":"1yr","OfferingClass":"standard","PurchaseOption":"Partial Upfront"}}}}},"attributesList":{}}`

const plansFile = `{"version":"1","products":[{"sku":"PLAN","productFamily":"ComputeSavingsPlans","serviceCode":"ComputeSavingsPlans","attributes":{"purchaseOption":"No Upfront","granularity":"hourly","purchaseTerm":"1yr"}}],
 "terms":{"savingsPlan":[{"sku":"PLAN","description":"1 year No Upfront Compute Savings Plan","leaseContractLength":{"duration":1,"unit":"year"},"rates":[
  {"discountedSku":"AAA","discountedUsageType":"EUW1-BoxUsage:m5.large","discountedOperation":"RunInstances","discountedServiceCode":"AmazonEC2","rateCode":"PLAN.AAA","unit":"Hrs","discountedRate":{"price":"0.0781","currency":"USD"}},
  {"discountedSku":"EEE","discountedUsageType":"EUW1-BoxUsage:m5.9xlarge","discountedOperation":"RunInstances","discountedServiceCode":"AmazonEC2","rateCode":"PLAN.EEE","unit":"Hrs","discountedRate":{"price":"1","currency":"USD"}}]}]}}`

// TestImportOffer reads price list files of the documented shape.
func TestImportOffer(t *testing.T) {
	b := billing.NewBook("USD")
	done, err := b.ImportOffer(strings.NewReader(offerFile))
	if err != nil || done != (billing.Imported{Prices: 2, Skipped: 2}) {
		t.Fatalf("%+v, %v", done, err)
	}
	if done, err := b.ImportPlans(strings.NewReader(plansFile)); err != nil || done != (billing.Imported{Prices: 1, Skipped: 1}) {
		t.Fatalf("%+v, %v", done, err)
	}
	instance := b.Find(billing.PriceKey{Product: "AmazonEC2", UsageType: "EUW1-BoxUsage:m5.large", Operation: "RunInstances", Region: "eu-west-1"})
	if instance == nil || instance.Tiers[0].Rate != d(".107") || instance.SKU != "AAA" || len(instance.Reserved) != 1 || len(instance.Plans) != 1 {
		t.Fatalf("%+v", instance)
	}
	if r := instance.Reserved[0]; r.Upfront != d("262") || r.Hourly != d(".03") || r.Option != "Partial Upfront" {
		t.Errorf("%+v", r)
	}
	if p := instance.Plans[0]; p != (billing.PlanRate{Kind: billing.ComputePlan, Term: "1yr", Payment: "No Upfront", Rate: d(".0781")}) {
		t.Errorf("%+v", p)
	}
	transfer := b.Find(billing.PriceKey{Product: "AmazonEC2", UsageType: "EU-DataTransfer-Out-Bytes", Region: "eu-west-1"})
	if transfer == nil || transfer.Service != "AWSDataTransfer" || transfer.Allowance == nil || transfer.Allowance.Quantity != d("100") {
		t.Fatalf("%+v", transfer)
	}
	if len(transfer.Tiers) != 2 || transfer.Tiers[1].From != d("10140") || transfer.Tiers[1].Rate != d(".085") {
		t.Errorf("%+v", transfer.Tiers)
	}
}

// TestBrokenOffers: whatever is no price list is refused, with where and why.
func TestBrokenOffers(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":             ``,
		"an array":            `[]`,
		"cut off":             offerFile[:len(offerFile)/2],
		"terms first":         `{"terms":{}}`,
		"a price in EUR only": strings.Replace(offerFile, `{"USD":"0.1070000000"}`, `{"EUR":"1"}`, 1),
		"a rate of letters":   strings.Replace(offerFile, `"0.1070000000"`, `"free"`, 1),
		"a rate below zero":   strings.Replace(offerFile, `"0.1070000000"`, `"-1"`, 1),
		"a range of letters":  strings.Replace(offerFile, `"beginRange":"10240"`, `"beginRange":"many"`, 1),
		"a reserved price":    strings.Replace(offerFile, `{"USD":"262"}`, `{"USD":"x"}`, 1),
		"products of another": strings.Replace(offerFile, `"sku":"AAA"`, `"sku":1`, 1),
	} {
		if _, err := billing.NewBook("USD").ImportOffer(strings.NewReader(text)); err == nil {
			t.Errorf("%s: read", name)
		}
	}
	for name, text := range map[string]string{
		"an object": `{"products":{}}`, "a term of nothing": strings.Replace(plansFile, `"sku":"PLAN","description"`, `"sku":"OTHER","description"`, 1),
		"a rate of letters": strings.Replace(plansFile, `"0.0781"`, `"x"`, 1), "cut off": plansFile[:len(plansFile)-40],
	} {
		b := billing.NewBook("USD")
		if _, err := b.ImportOffer(strings.NewReader(offerFile)); err != nil {
			t.Fatal(err)
		}
		if _, err := b.ImportPlans(strings.NewReader(text)); err == nil {
			t.Errorf("plans, %s: read", name)
		}
	}
}

// TestSizes: normalization factors as the EC2 User Guide lists them.
func TestSizes(t *testing.T) {
	for of, factor := range map[billing.Instance]string{
		{Type: "t3.nano"}: "0.25", {Type: "t3.micro"}: "0.5", {Type: "m5.large"}: "4", {Type: "m5.24xlarge"}: "192", {Type: "u7in.112xlarge"}: "896",
		{Type: "m5.metal"}: "192", {Type: "c6g.metal"}: "128", {Type: "x9.metal"}: "0", {Type: "db.m5.large", MultiAZ: true}: "8", {Type: "odd"}: "0",
	} {
		if got := of.Factor(); got != d(factor) {
			t.Errorf("%s: %s, want %s", of.Type, got, factor)
		}
	}
	if f := (*billing.Instance)(nil).Factor(); !f.IsZero() {
		t.Errorf("nothing has the factor %s", f)
	}
}

// TestBadRequests: input that cannot be is refused, not billed.
func TestBadRequests(t *testing.T) {
	b := book(t, price("AmazonS3", "x", "GB", "0:1"))
	good := func() billing.Request {
		return billing.Request{Month: october, Book: b, Organization: organization("000000000001"), Usage: billing.ByHour([]billing.UsageRecord{used("000000000001", "AmazonS3", "x", 3, "1")})}
	}
	broken := errors.New("broken")
	batches := func(hours ...int) billing.Hours {
		return func(yield func([]billing.UsageRecord, error) bool) {
			for _, h := range hours {
				if !yield([]billing.UsageRecord{used("000000000001", "AmazonS3", "x", h, "1")}, nil) {
					return
				}
			}
			yield(nil, broken)
		}
	}
	for name, change := range map[string]func(q *billing.Request){
		"a quantity below zero": func(q *billing.Request) {
			q.Usage = billing.ByHour([]billing.UsageRecord{used("000000000001", "AmazonS3", "x", 3, "-1")})
		},
		"a quantity beyond measure": func(q *billing.Request) {
			q.Usage = billing.ByHour([]billing.UsageRecord{used("000000000001", "AmazonS3", "x", 3, "10000000000000000")})
		},
		"usage of another month":   func(q *billing.Request) { q.Month.Month++ },
		"hours that go back":       func(q *billing.Request) { q.Usage = batches(3, 2) },
		"an hour that comes twice": func(q *billing.Request) { q.Usage = batches(3, 3) },
		"usage that breaks off":    func(q *billing.Request) { q.Usage = batches(3) },
		"two hours in a batch": func(q *billing.Request) {
			q.Usage = func(yield func([]billing.UsageRecord, error) bool) {
				yield([]billing.UsageRecord{used("000000000001", "AmazonS3", "x", 3, "1"), used("000000000001", "AmazonS3", "x", 4, "1")}, nil)
			}
		},
		"a reservation of nobody": func(q *billing.Request) {
			q.Organization.Reservations = []billing.Reservation{reserved("r", "9", "m5.large", "", 1)}
		},
		"a plan of nobody": func(q *billing.Request) {
			q.Organization.Plans = []billing.SavingsPlan{{ARN: "p", Owner: "9", Start: at(0), End: at(1)}}
		},
		"a membership that ends first": func(q *billing.Request) {
			q.Organization.Members = []billing.Membership{{Account: "2", Joined: at(5), Left: at(1)}}
		},
		"a charge that is usage": func(q *billing.Request) {
			q.Organization.Charges = []billing.Charge{{Account: "000000000001", Type: billing.Usage, Start: at(1)}}
		},
		"a refund above zero": func(q *billing.Request) {
			q.Organization.Charges = []billing.Charge{{Account: "000000000001", Type: billing.Refund, Start: at(1), Amount: d("1")}}
		},
		"support that is unknown": func(q *billing.Request) { q.Organization.Support = []billing.Support{{Plan: "Gold"}} },
		"support of a stranger": func(q *billing.Request) {
			q.Organization.Support = []billing.Support{{Plan: billing.BusinessSupport, Accounts: []string{"9"}}}
		},
		"a credit below zero": func(q *billing.Request) {
			q.Organization.Credits = []billing.CreditBalance{{Account: "000000000001", Amount: d("-1")}}
		},
		"more than all off":       func(q *billing.Request) { q.Organization.Discounts = []billing.Discount{{Percent: d("101")}} },
		"a bundle below zero":     func(q *billing.Request) { q.Organization.Bundles = []billing.Bundle{{Percent: d("-1")}} },
		"a tax below zero":        func(q *billing.Request) { q.Organization.Taxes = []billing.TaxRule{{Percent: d("-1")}} },
		"no payer":                func(q *billing.Request) { q.Organization.Payer = "" },
		"lines that nobody takes": func(q *billing.Request) { q.Emit = func(_, _ *billing.Line) error { return broken } },
		"amounts beyond measure": func(q *billing.Request) {
			c := billing.Charge{Account: "000000000001", Type: billing.Fee, Start: at(1), Amount: d("99999999999999999999999999")}
			q.Organization.Charges = []billing.Charge{c, c}
		},
	} {
		q := good()
		change(&q)
		if bill, err := billing.Compute(q); err == nil {
			t.Errorf("%s: a bill of %s", name, bill.Total.Unblended)
		} else if name == "amounts beyond measure" && !errors.Is(err, decimal.ErrRange) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := billing.Compute(good()); err != nil {
		t.Error(err)
	}
}

// FuzzImport: no file makes an import panic, and what it takes in can be found again.
func FuzzImport(f *testing.F) {
	f.Add(offerFile, plansFile)
	f.Add(`{"products":{"A":{"attributes":{"usagetype":"x"}}},"terms":{"OnDemand":{"A":{"T":{"priceDimensions":{"1":{"beginRange":"0","pricePerUnit":{"USD":"1"}}}}}}}}`, `{"products":[],"terms":{}}`)
	f.Fuzz(func(t *testing.T, offer, plans string) {
		b := billing.NewBook("USD")
		if _, err := b.ImportOffer(strings.NewReader(offer)); err != nil && !strings.HasPrefix(err.Error(), "billing: ") {
			t.Errorf("an error of nobody: %v", err)
		}
		if _, err := b.ImportPlans(strings.NewReader(plans)); err != nil && !strings.HasPrefix(err.Error(), "billing: ") {
			t.Errorf("an error of nobody: %v", err)
		}
		for _, p := range b.Prices() {
			if b.Find(p.Key) != p {
				t.Errorf("%+v is not found", p.Key)
			}
		}
	})
}
