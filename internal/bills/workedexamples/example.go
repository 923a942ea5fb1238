package workedexamples

import (
	"fmt"
	"io"
	"strings"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// The members of the organizations of the examples; "1" comes first where the order of accounts decides.
const (
	Member1 = "000000000001"
	Member2 = "000000000002"
	Member3 = "000000000003"
)

// Example is an organization with its prices, its terms and the usage of a month.
type Example struct {
	Month  billing.Month
	Terms  billing.Organization
	prices []billing.Price
	rows   strings.Builder
}

// in begins an example of three members in a month.
func in(m billing.Month, prices ...billing.Price) *Example {
	e := &Example{Month: m, prices: prices}
	e.rows.WriteString("account,product,usageType,operation,region,zone,resource,instanceType,quantity,start,end\n")
	e.Terms.Created = m.Start().AddDate(-10, 0, 0) // so that no free tier of a new account comes in between
	for _, account := range []string{Member1, Member2, Member3} {
		e.Terms.Members = append(e.Terms.Members, billing.Membership{Account: account})
	}
	return e
}

// Book gives the prices of the example, and no others.
func (e *Example) Book() (*billing.Book, error) {
	book := billing.NewBook("USD")
	for _, p := range e.prices {
		if err := book.Add(p); err != nil {
			return nil, err
		}
	}
	return book, nil
}

// Usage gives the usage as a file for `umbel usage put`.
func (e *Example) Usage() io.Reader { return strings.NewReader(e.rows.String()) }

// Hour gives an hour of the example's month, or of the one after.
func (e *Example) Hour(n int) time.Time { return e.Month.Start().Add(time.Duration(n) * time.Hour) }

func (e *Example) row(account, product, usageType, operation, zone, resource, instanceType, quantity string, start, end time.Time) {
	fmt.Fprintf(&e.rows, "%s,%s,%s,%s,us-east-1,%s,%s,%s,%s,%s,%s\n", account, product, usageType, operation, zone, resource, instanceType, quantity,
		start.Format(time.RFC3339), end.Format(time.RFC3339))
}

// used adds usage of an hour.
func (e *Example) used(account, product, usageType string, hour int, quantity string) {
	e.row(account, product, usageType, "", "", "", "", quantity, e.Hour(hour), e.Hour(hour+1))
}

// ran adds an instance that ran for some hours from the month's first on.
func (e *Example) ran(account, instanceType, zone, resource string, hours int) {
	e.row(account, "AmazonEC2", "BoxUsage:"+instanceType, "RunInstances", zone, resource, instanceType, fmt.Sprint(hours), e.Hour(0), e.Hour(hours))
}

// number reads a number that stands in this package.
func number(text string) decimal.D {
	d, err := decimal.Parse(text)
	if err != nil {
		panic(err)
	}
	return d
}

// price makes a price of "0:.10 1000:.08": from so much on it is so much for each unit.
func price(product, usageType, unit, tiers string) billing.Price {
	p := billing.Price{Key: billing.PriceKey{Product: product, UsageType: usageType}, Unit: unit}
	for field := range strings.FieldsSeq(tiers) {
		from, rate, _ := strings.Cut(field, ":")
		p.Tiers = append(p.Tiers, billing.Tier{From: number(from), Rate: number(rate)})
	}
	return p
}

// reservation is bought a quarter of a year before the month, for a year: what was paid upfront is on another bill.
func (e *Example) reservation(arn, owner, instanceType, zone string, count int64) billing.Reservation {
	start := e.Month.Start().AddDate(0, -3, 0)
	return billing.Reservation{
		ARN: arn, Owner: owner, Product: "AmazonEC2", Region: "us-east-1", Zone: zone, Count: count,
		Instance: billing.Instance{Type: instanceType, Platform: "Linux/UNIX", Tenancy: "default"},
		Start:    start, End: start.Add(365 * 24 * time.Hour), Lease: "1yr", Class: "standard", Option: "All Upfront",
	}
}
