package usage

import (
	"cmp"
	"io"
	"strings"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
)

// FOCUS12Columns gives the columns of FOCUS 1.2 as AWS exports it, in their order (AWS Data Exports User Guide, "FOCUS 1.2 with AWS
// columns").
func FOCUS12Columns() []string { return strings.Fields(focus12Columns) }

const focus12Columns = `
AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingAccountType BillingCurrency BillingPeriodEnd BillingPeriodStart
CapacityReservationId CapacityReservationStatus ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd
ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountQuantity
CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit ConsumedQuantity ConsumedUnit ContractedCost
ContractedUnitPrice EffectiveCost InvoiceId InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingCurrency
PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity PricingUnit ProviderName
PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter
SkuPriceDetails SkuPriceId SubAccountId SubAccountName SubAccountType Tags x_Discounts x_Operation x_ServiceCode`

// FOCUSWriter writes lines as FOCUS 1.2 in CSV. Read gives back lines of the same cost, billed and amortized, account by account;
// FOCUS has no place for more: a fee of a commitment becomes a purchase and what nothing used, and lines that only take back what a
// savings plan covers are not written, for covered usage is billed nothing.
type FOCUSWriter struct {
	rows    *Writer
	charges *focusRows
}

// NewFOCUSWriter writes to a file; names gives the names of accounts, and may be nil.
func NewFOCUSWriter(to io.Writer, names map[string]string) *FOCUSWriter {
	charges := &focusRows{names: names}
	return &FOCUSWriter{newWriter(to, FOCUS12Columns(), charges.getters()), charges}
}

// Flush writes what is buffered.
func (w *FOCUSWriter) Flush() error { return w.rows.Flush() }

// Write writes a line as no, one or two rows.
func (w *FOCUSWriter) Write(l *billing.Line) error { return w.charges.each(l, w.rows.Write) }

// focusRows makes charges out of lines. What a row says beside the line is in row while it is emitted.
type focusRows struct {
	names map[string]string
	row   focusCharge
}

// focusCharge is what a row says of its charge beside the line.
type focusCharge struct {
	charge
	kind             string // CommitmentDiscountCategory
	billed           decimal.D
	effective        decimal.D // what it costs with what was paid before
	price            bool      // the charge has unit prices, and a quantity that they are of
	quantity         decimal.D
	listed, contract decimal.D // unit prices
	list, contracted decimal.D // costs
	committed        decimal.D // of the commitment: bought, used or left over
	committedUnit    string
	unit             string
}

// each gives the rows of a line: none, one or two.
func (f *focusRows) each(l *billing.Line, emit func(*billing.Line) error) error {
	if l.Type == billing.SavingsPlanNegation {
		return nil
	}
	f.row = focusCharge{billed: l.NetUnblended}
	c := &f.row
	c.effective = l.NetAmortized()
	commit := func(kind, commitmentType, arn string) {
		c.kind, c.commitmentType, c.commitment = kind, commitmentType, arn
	}
	if p := l.SavingsPlan; p != nil {
		commit("Spend", "Savings Plan", p.ARN)
		c.committedUnit = l.Currency
	} else if p := l.Reservation; p != nil && p.ARN != "" {
		commit("Usage", "Reserved Instance", p.ARN)
		c.committedUnit = "Hours"
	}
	c.category, c.frequency = "Usage", "Usage-Based"
	switch l.Type {
	case billing.Usage:
		commit("", "", "")
		c.committedUnit = ""
	case billing.DiscountedUsage:
		c.status, c.committed = "Used", l.Usage
	case billing.SavingsPlanCovered:
		c.status, c.billed = "Used", decimal.D{}
		if l.SavingsPlan != nil {
			c.committed = l.SavingsPlan.EffectiveCost
		}
	case billing.SavingsPlanRecurring, billing.ReservationFee:
		return f.fee(l, emit)
	case billing.SavingsPlanUpfront:
		c.category, c.frequency, c.committed = "Purchase", "One-Time", l.Unblended
	case billing.Tax:
		c.category, c.frequency = "Tax", "Recurring"
	case billing.Fee:
		c.category, c.frequency = "Purchase", "Recurring"
		if l.Bill.Type == billing.Purchase {
			c.frequency = "One-Time"
		}
		c.committed = reservedHours(l)
	case billing.Refund:
		c.category, c.frequency = "Adjustment", "One-Time"
	default: // credits and discounts
		c.category, c.frequency = "Credit", "One-Time"
	}
	f.prices(l)
	return emit(l)
}

// fee gives the rows of a commitment's fee: the purchase, and what nothing used.
func (f *focusRows) fee(l *billing.Line, emit func(*billing.Line) error) error {
	c := &f.row
	unused := c.effective
	left := decimal.D{}
	switch p, r := l.SavingsPlan, l.Reservation; {
	case p != nil:
		c.committed, left = p.Commitment, p.Commitment.Sub(p.Used)
	case r != nil:
		c.committed, left = l.Usage, r.UnusedQuantity
	}
	c.category, c.frequency, c.effective = "Purchase", "Recurring", decimal.D{}
	f.prices(l)
	if err := emit(l); err != nil || unused.IsZero() {
		return err
	}
	c.category, c.frequency, c.status, c.committed = "Usage", "Usage-Based", "Unused", left
	c.billed, c.effective = decimal.D{}, unused
	f.prices(l)
	return emit(l)
}

// prices gives a charge its unit prices and what follows from them. A cost at list or contract price leaves commitments out of
// account; charges that have no unit price cost there what is billed (FOCUS, "ListCost", "ContractedCost").
func (f *focusRows) prices(l *billing.Line) {
	c := &f.row
	c.list, c.contracted = c.billed, c.billed
	c.price = c.category == "Usage" || c.category == "Purchase"
	switch {
	case !c.price:
		return
	case c.status == "Unused": // nothing is used, so nothing has a price
		c.quantity, c.listed, c.contract, c.list, c.contracted = decimal.D{}, decimal.D{}, decimal.D{}, decimal.D{}, decimal.D{}
		c.unit = cmp.Or(l.Pricing.Unit, c.committedUnit)
		return
	case c.category == "Purchase":
		f.purchase(l)
		return
	}
	c.quantity, c.unit = l.Usage, cmp.Or(l.Pricing.Unit, "Count")
	c.contract, c.contracted = l.NetUnblendedRate, l.NetUnblended
	if l.Type == billing.DiscountedUsage { // its own rate is nothing, for the fee pays
		c.contract = l.Pricing.PublicRate
		c.contracted = product(c.contract, l.Usage)
	}
	c.listed, c.list = l.Pricing.PublicRate, l.Pricing.PublicCost
	switch {
	case c.listed.IsZero() && c.list.IsZero():
		c.listed, c.list = c.contract, c.contracted
	case c.list.IsZero():
		c.list = product(c.listed, l.Usage)
	}
	c.contract, c.listed = fitting(c.contract, c.quantity, c.contracted), fitting(c.listed, c.quantity, c.list)
	c.price = c.listed.Sign() >= 0 && c.contract.Sign() >= 0
}

// purchase prices a fee: by its own quantity and rate where these make the cost, else as one of what was bought.
func (f *focusRows) purchase(l *billing.Line) {
	c := &f.row
	c.quantity, c.unit = l.Usage, l.Pricing.Unit
	c.listed, c.list = l.UnblendedRate, l.Unblended
	c.contract, c.contracted = l.NetUnblendedRate, l.NetUnblended
	if c.unit == "" || c.quantity.Sign() <= 0 || product(c.listed, c.quantity) != c.list || product(c.contract, c.quantity) != c.contracted {
		c.quantity, c.unit, c.listed, c.contract = decimal.Int(1), "Count", c.list, c.contracted
	}
	c.price = c.listed.Sign() >= 0 && c.contract.Sign() >= 0 // a unit price is never below zero
}

// fitting gives the unit price that makes a cost of a quantity: the one there is, unless it makes another.
func fitting(price, quantity, cost decimal.D) decimal.D {
	if quantity.IsZero() || product(price, quantity) == cost {
		return price
	}
	if fit, err := cost.Quo(quantity); err == nil {
		return fit
	}
	return price
}

// product gives a times b; nothing if that is beyond all measure, which is then no price.
func product(a, b decimal.D) decimal.D {
	d, err := a.Mul(b)
	if err != nil {
		return decimal.D{}
	}
	return d
}

// reservedHours gives what an upfront payment of reservations buys: the hours of their term.
func reservedHours(l *billing.Line) decimal.D {
	r := l.Reservation
	if r == nil || r.ARN == "" || !r.Start.Before(r.End) {
		return decimal.D{}
	}
	return product(r.Count, decimal.Int(int64(r.End.Sub(r.Start).Hours())))
}
