package workedexamples

import (
	"time"

	"umbel/internal/domain/billing"
)

// PooledTiers: Billing User Guide, "Consolidated billing for AWS Organizations", pricing tiers: 30, 35 and 30 TB. Usage comes in two
// batches, as the guide's division of the tiers among the members has it: 1 + 14, 20, 15 TB, and then 15 TB each.
func PooledTiers(m billing.Month) *Example {
	e := in(m, price("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:.10 1000:.08 50000:.06"))
	for i, quantity := range []string{"15000", "20000", "15000", "15000", "15000", "15000"} {
		e.used([]string{Member1, Member2, Member3}[i%3], "AmazonS3", "TimedStorage-ByteHrs", i/3, quantity)
	}
	return e
}

// VolumeDiscount: the same guide, "Volume discounts": Bob transfers 8 TB and Susan 4.
func VolumeDiscount(m billing.Month) *Example {
	e := in(m, price("AmazonEC2", "DataTransfer-Out-Bytes", "GB", "0:.17 10240:.13"))
	e.used(Member1, "AmazonEC2", "DataTransfer-Out-Bytes", 5, "8192")
	e.used(Member2, "AmazonEC2", "DataTransfer-Out-Bytes", 6, "4096")
	return e
}

// BlendedReservations: the same guide, blended rates with reservations: of a t2.small, two that cost $274 together, all upfront, and
// one of $70 and $5.84 a month, which is $0.008 an hour; 720 hours of three instances of the owner, and of one of another member.
func BlendedReservations(m billing.Month) *Example {
	e := in(m, price("AmazonEC2", "BoxUsage:t2.small", "Hrs", "0:.023"))
	upfront, partial := e.reservation("ri-1", Member1, "t2.small", "", 2), e.reservation("ri-2", Member1, "t2.small", "", 1)
	upfront.Upfront = number("137")
	partial.Upfront, partial.Hourly, partial.Option = number("70"), number("0.008"), "Partial Upfront"
	e.Terms.Reservations = []billing.Reservation{upfront, partial}
	for _, id := range []string{"i-1", "i-2", "i-3"} {
		e.ran(Member1, "t2.small", "us-east-1a", id, 720)
	}
	e.ran(Member2, "t2.small", "us-east-1a", "i-4", 720)
	return e
}

func instancePrices() (all []billing.Price) {
	for instanceType, rate := range map[string]string{"m4.large": ".10", "m4.xlarge": ".20", "m4.2xlarge": ".40", "c4.xlarge": ".199", "c4.2xlarge": ".398"} {
		all = append(all, price("AmazonEC2", "BoxUsage:"+instanceType, "Hrs", "0:"+rate))
	}
	return all
}

// LinkedReservations: EC2 User Guide, "How Reserved Instance discounts are applied", example 2, in one hour: account A has regional
// reservations of four m4.xlarge and two c4.xlarge.
func LinkedReservations(m billing.Month) *Example {
	e := in(m, instancePrices()...)
	e.Terms.Reservations = []billing.Reservation{e.reservation("m4", Member1, "m4.xlarge", "", 4), e.reservation("c4", Member1, "c4.xlarge", "", 2)}
	for _, i := range []struct{ id, account, instanceType string }{
		{"i-a1", Member1, "m4.xlarge"}, {"i-a2", Member1, "m4.xlarge"}, {"i-a3", Member1, "m4.2xlarge"}, {"i-a4", Member1, "c4.xlarge"},
		{"i-a5", Member1, "c4.xlarge"}, {"i-a6", Member1, "c4.2xlarge"}, {"i-b1", Member2, "m4.xlarge"}, {"i-b2", Member2, "m4.xlarge"},
	} {
		e.ran(i.account, i.instanceType, "us-east-1a", i.id, 1)
	}
	return e
}

// ZonalReservations: the same page, example 3: account C has a zonal reservation, A a regional one and an instance in C's zone, B an
// instance in another.
func ZonalReservations(m billing.Month) *Example {
	e := in(m, instancePrices()...)
	e.Terms.Reservations = []billing.Reservation{e.reservation("regional", Member1, "m4.xlarge", "", 1), e.reservation("zonal", Member3, "m4.xlarge", "us-east-1a", 1)}
	e.ran(Member1, "m4.xlarge", "us-east-1a", "i-a", 1)
	e.ran(Member2, "m4.xlarge", "us-east-1b", "i-b", 1)
	return e
}

// SavingsPlans: Savings Plans User Guide, "Understanding how Savings Plans apply to your usage": the hour of the scenarios, without
// any plan. A scenario adds its own with Commit and Reserve.
func SavingsPlans(m billing.Month) *Example {
	planned := func(p billing.Price, compute, instance string) billing.Price {
		p.Plans = []billing.PlanRate{{Kind: billing.ComputePlan, Rate: number(compute)}}
		if instance != "" {
			p.Plans = append(p.Plans, billing.PlanRate{Kind: billing.InstancePlan, Rate: number(instance)})
		}
		return p
	}
	e := in(m,
		planned(price("AmazonEC2", "BoxUsage:r5.4xlarge", "Hrs", "0:1.00"), ".70", ".60"),
		planned(price("AmazonEC2", "BoxUsage:m5.24xlarge", "Hrs", "0:10.00"), "8.20", "7.80"),
		planned(price("AmazonECS", "Fargate-vCPU-Hours:perCPU", "hours", "0:.04"), ".03", ""),
		planned(price("AmazonECS", "Fargate-GB-Hours", "hours", "0:.004"), ".003", ""),
		planned(price("AWSLambda", "Lambda-GB-Second", "GB-s", "0:.000015"), ".00001275", ""),
		planned(price("AWSLambda", "Request", "Requests", "0:.0000002"), ".0000002", ""))
	e.ran(Member1, "m5.24xlarge", "", "i-5", 1)
	for _, id := range []string{"i-1", "i-2", "i-3", "i-4"} {
		e.ran(Member1, "r5.4xlarge", "", id, 1)
	}
	e.used(Member1, "AmazonECS", "Fargate-vCPU-Hours:perCPU", 0, "400")
	e.used(Member1, "AmazonECS", "Fargate-GB-Hours", 0, "1600")
	e.used(Member1, "AWSLambda", "Lambda-GB-Second", 0, "1500000")
	e.used(Member1, "AWSLambda", "Request", 0, "1000000")
	return e
}

// Commit adds a savings plan for the hour of the scenarios, an instance plan for r5; its ARN is its kind.
func (e *Example) Commit(kind billing.PlanKind, perHour string) *Example {
	e.Terms.Plans = append(e.Terms.Plans, billing.SavingsPlan{
		ARN: string(kind), Owner: Member1, Kind: kind, Region: "us-east-1", Family: "r5", Commitment: number(perHour), Term: "1yr", Payment: "No Upfront",
		Start: e.Hour(0), End: e.Hour(1),
	})
	return e
}

// Reserve adds reservations of an instance type without a fee.
func (e *Example) Reserve(instanceType string, count int64) *Example {
	e.Terms.Reservations = append(e.Terms.Reservations, e.reservation("ri", Member1, instanceType, "", count))
	return e
}

// Credits: Billing User Guide, "AWS credits", "Choosing the credits to apply": $10 that expire sooner and $5 that are for fewer
// services. What the month takes, the next one has not.
func Credits(m billing.Month) *Example {
	e := in(m, price("AmazonEC2", "BoxUsage:m4.large", "Hrs", "0:1"), price("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:1"))
	e.Terms.Credits = []billing.CreditBalance{
		{ID: "five", Account: Member1, Amount: number("5"), Products: []string{"AmazonEC2"}, Issued: e.Hour(0), Expires: m.Start().AddDate(1, 2, 0)},
		{ID: "ten", Account: Member1, Amount: number("10"), Products: []string{"AmazonS3", "AmazonEC2"}, Issued: e.Hour(0), Expires: m.Start().AddDate(0, 3, 0)},
	}
	e.used(Member1, "AmazonEC2", "BoxUsage:m4.large", 0, "100")
	e.used(Member1, "AmazonS3", "TimedStorage-ByteHrs", 0, "50")
	next := int(m.End().Sub(m.Start()) / time.Hour)
	e.used(Member1, "AmazonEC2", "BoxUsage:m4.large", next+5, "100")
	return e
}

// CreditSharing: the same guide, "Credit sharing": Susan joins on 11 January and redeems a credit of $100 on the 18th; she leaves on
// 16 April. Of a month of that year: another member uses $70, and Susan, on the 12th, $30 if she is there.
func CreditSharing(year int, month time.Month) *Example {
	e := in(billing.Month{Year: year, Month: month}, price("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:1"))
	day := func(month time.Month, n int) time.Time { return time.Date(year, month, n, 0, 0, 0, 0, time.UTC) }
	e.Terms.Members[1] = billing.Membership{Account: Member2, Joined: day(time.January, 11), Left: day(time.April, 16)}
	e.Terms.Credits = []billing.CreditBalance{{ID: "susan", Account: Member2, Amount: number("100"), Issued: day(time.January, 18), Expires: day(time.December, 31)}}
	e.used(Member1, "AmazonS3", "TimedStorage-ByteHrs", 19*24, "70")
	if month < time.May {
		e.used(Member2, "AmazonS3", "TimedStorage-ByteHrs", 11*24, "30")
	}
	return e
}

// Support: AWS Support Plan Pricing: a plan's fee for a month of so many dollars.
func Support(m billing.Month, plan billing.SupportPlan, charges string) *Example {
	e := in(m, price("AmazonS3", "TimedStorage-ByteHrs", "GB-Mo", "0:1"))
	e.Terms.Support = []billing.Support{{Plan: plan, Accounts: []string{Member1}}}
	e.used(Member1, "AmazonS3", "TimedStorage-ByteHrs", 0, charges)
	return e
}

// Amortization: Data Exports User Guide, amortized reservation data: $365 are paid upfront on the first day for a year's use of an
// instance, which runs for the given number of days.
func Amortization(m billing.Month, days int) *Example {
	e := in(m, instancePrices()...)
	r := e.reservation("ri", Member1, "m4.large", "", 1)
	r.Upfront, r.Start, r.End = number("365"), e.Hour(0), e.Hour(365*24)
	e.Terms.Reservations = []billing.Reservation{r}
	for day := range days {
		e.row(Member1, "AmazonEC2", "BoxUsage:m4.large", "RunInstances", "us-east-1a", "i-1", "m4.large", "24", e.Hour(24*day), e.Hour(24*day+24))
	}
	return e
}
