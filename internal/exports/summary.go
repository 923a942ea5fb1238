package exports

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// summary sums lines up that differ in time only within a day or month, in resource if that is not asked for, and in ID.
type summary struct {
	granularity string
	resources   bool
	sums        map[string]*billing.Line
	key         []byte
}

// newSummary gives nil for a job that wants every line as it is.
func newSummary(j *job) *summary {
	if j.granularity == hourly && j.resources {
		return nil
	}
	return &summary{granularity: j.granularity, resources: j.resources, sums: map[string]*billing.Line{}}
}

// add takes a line, which is the summary's from then on.
func (s *summary) add(l *billing.Line) {
	s.widen(l)
	if !s.resources {
		l.Resource = ""
	}
	l.ID = ""
	s.key = appendKey(s.key[:0], l)
	sum, ok := s.sums[string(s.key)]
	if !ok {
		l.ID = identity(s.key)
		l.Discounts = maps.Clone(l.Discounts)
		s.sums[string(s.key)] = l
		return
	}
	to, from := amounts(sum), amounts(l)
	for i := range to {
		*to[i] = to[i].Add(*from[i])
	}
	for key, d := range l.Discounts {
		if sum.Discounts == nil {
			sum.Discounts = map[string]decimal.D{}
		}
		sum.Discounts[key] = sum.Discounts[key].Add(d)
	}
}

// widen makes a line's time the hour, day or month that it begins in; one that goes on longer keeps its end.
func (s *summary) widen(l *billing.Line) {
	at := l.Start.UTC()
	var start, end time.Time
	switch s.granularity {
	case daily:
		start = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
		end = start.AddDate(0, 0, 1)
	case monthly:
		start = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
		end = start.AddDate(0, 1, 0)
	default:
		return
	}
	l.Start = start
	if l.End.Before(end) {
		l.End = end
	}
}

func (s *summary) lines() []*billing.Line { return slices.Collect(maps.Values(s.sums)) }

// identity names a sum: the same in every run, for it follows from what the lines have in common.
func identity(key []byte) string {
	sum := sha256.Sum256(key)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
}

// amounts are what is summed up.
func amounts(l *billing.Line) []*decimal.D {
	all := []*decimal.D{&l.Usage, &l.Normalized, &l.Unblended, &l.Blended, &l.NetUnblended, &l.Pricing.PublicCost}
	if r := l.Reservation; r != nil {
		all = append(all, &r.EffectiveCost, &r.AmortizedUpfront, &r.RecurringFee, &r.UnusedAmortizedUpfront, &r.UnusedRecurringFee, &r.UnusedQuantity,
			&r.UnusedNormalized, &r.NetEffectiveCost, &r.NetUnusedAmortizedUpfront, &r.NetUnusedRecurringFee)
	}
	if p := l.SavingsPlan; p != nil {
		all = append(all, &p.EffectiveCost, &p.NetEffectiveCost, &p.Commitment, &p.Used, &p.AmortizedUpfront, &p.Recurring, &p.NetAmortized, &p.NetRecurring)
	}
	return all
}

// appendKey writes all that lines must have in common to be summed up.
func appendKey(b []byte, l *billing.Line) []byte {
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	moment := func(t time.Time) {
		b = binary.AppendVarint(b, t.Unix())
		b = binary.AppendVarint(b, int64(t.Nanosecond()))
	}
	rate := func(d decimal.D) { b = append(d.Append(b), ' ') }
	pairs := func(m map[string]string) {
		b = binary.AppendUvarint(b, uint64(len(m)))
		for _, key := range slices.Sorted(maps.Keys(m)) {
			text(key)
			text(m[key])
		}
	}
	for _, s := range []string{
		l.Account, l.Product, string(l.Type), l.UsageType, l.Operation, l.Zone, l.Resource, l.Description, l.TaxType, l.LegalEntity, l.Currency,
		string(l.Bill.Type), l.Bill.Entity, l.Bill.Issuer, l.Bill.Invoice, l.Bill.Payer,
		l.Pricing.Term, l.Pricing.Unit, l.Pricing.Currency, l.Pricing.PurchaseOption, l.Pricing.LeaseLength, l.Pricing.OfferingClass, l.Pricing.RateCode, l.Pricing.RateID,
		l.Detail.Service, l.Detail.Name, l.Detail.Family, l.Detail.Region, l.Detail.SKU, l.Detail.InstanceType, l.Detail.Platform, l.Detail.Tenancy,
		l.Detail.FromRegion, l.Detail.ToRegion,
	} {
		text(s)
	}
	for _, t := range []time.Time{l.Start, l.End, l.Bill.PeriodStart, l.Bill.PeriodEnd} {
		moment(t)
	}
	for _, d := range []decimal.D{l.Factor, l.UnblendedRate, l.BlendedRate, l.NetUnblendedRate, l.Pricing.PublicRate} {
		rate(d)
	}
	pairs(l.Tags)
	pairs(l.Categories)
	if r := l.Reservation; r != nil {
		text("r" + r.ARN)
		rate(r.Count)
		rate(r.UnitsPerReservation)
		moment(r.Start)
		moment(r.End)
	}
	if p := l.SavingsPlan; p != nil {
		for _, s := range []string{"p" + p.ARN, p.Offering, p.Region, p.Family, p.PurchaseTerm, p.PaymentOption} {
			text(s)
		}
		rate(p.Rate)
		moment(p.StartTime)
		moment(p.EndTime)
	}
	return b
}
