package billing

import (
	"time"

	"umbel/internal/decimal"
)

// Organization is all that a month's bill depends on besides usage and prices.
type Organization struct {
	Payer   string    // the management account
	Created time.Time // when the payer's account was made: free tiers of some months count from it
	// PaidBy is the account of another organization that has taken over this one's bill ("billing transfer"); "" for none. The
	// bill is computed as ever, within this organization: nothing is pooled over its border.
	PaidBy       string
	Issuer       string // who issues AWS's invoices; "" is Amazon Web Services, Inc.
	Members      []Membership
	Sharing      Sharing
	Reservations []Reservation
	Plans        []SavingsPlan
	Credits      []CreditBalance
	Bundles      []Bundle
	Discounts    []Discount
	Support      []Support
	Taxes        []TaxRule
	Charges      []Charge
	InvoiceUnits []InvoiceUnit
}

// Membership is a span of time in which an account belongs to the organization. The payer always does.
type Membership struct {
	Account      string
	Joined, Left time.Time // Left exclusive; zero if it never left
}

// Sharing is how commitments and credits are shared (Billing User Guide, "Sharing Reserved Instances and Savings Plans", "AWS
// credits"). The preferences are those of the month's last second, or for an estimated bill the last ones.
type Sharing struct {
	Mode SharingMode
	// Off holds the accounts that neither give nor take the discounts of reservations and plans.
	Off map[string]bool
	// Groups gives an account's group. The payer is in none.
	Groups map[string]string
	// CreditsOff holds the accounts that neither give nor take credits.
	CreditsOff map[string]bool
}

// SharingMode is how far a commitment reaches beyond its owner.
type SharingMode string

// The modes.
const (
	ShareAll         SharingMode = ""            // with the whole organization
	SharePrioritized SharingMode = "PRIORITIZED" // with the owner's group, then with the organization
	ShareRestricted  SharingMode = "RESTRICTED"  // with the owner's group only
)

// Reservation is a purchase of Reserved Instances.
type Reservation struct {
	ARN, Owner           string
	Product, Region      string // "AmazonEC2", "us-east-1"
	Zone                 string // of a zonal reservation; "" for a regional one
	Instance             Instance
	Count                int64
	Upfront, Hourly      decimal.D // per instance: once, and for each hour of the term
	Start, End           time.Time // End exclusive
	Lease, Class, Option string    // "1yr", "standard", "All Upfront"
}

// PlanKind is the kind of a savings plan, as its offers name it.
type PlanKind string

// The kinds that are applied.
const (
	ComputePlan  PlanKind = "ComputeSavingsPlans"
	InstancePlan PlanKind = "EC2InstanceSavingsPlans"
)

// SavingsPlan is a promise to spend so much in each hour.
type SavingsPlan struct {
	ARN, Owner     string
	Kind           PlanKind
	Region, Family string    // of an instance plan: "eu-west-1", "m5"
	Commitment     decimal.D // per hour
	Term, Payment  string    // "1yr"; "All Upfront", "Partial Upfront", "No Upfront"
	Start, End     time.Time // End exclusive
}

// upfront is the part of the commitment that is paid when the plan is bought.
func (s *SavingsPlan) upfront() decimal.D {
	switch s.Payment {
	case "All Upfront":
		return s.Commitment
	case "Partial Upfront":
		return times(s.Commitment, decimal.New(5, 1))
	}
	return decimal.D{}
}

// CreditBalance is a credit as it stands when the month begins.
type CreditBalance struct {
	ID, Description string
	Account         string    // that redeemed it
	Amount          decimal.D // what is left of it
	Products        []string  // eligible product codes; nil is all of AWS's own
	Issued, Expires time.Time
	// Receivers holds the accounts it may be shared with; nil is all that share credits.
	Receivers []string
	// Early: applied before discounts across services (BEFORE_CROSS_SERVICE_DISCOUNTS), else after all.
	Early bool
}

// Match selects charges of a product.
type Match struct{ Product, UsageType string } // UsageType "" is every one of the product

func (m Match) holds(product, usageType string) bool {
	return m.Product == product && (m.UsageType == "" || m.UsageType == usageType)
}

// Bundle is a bundled discount: usage of a source lowers the price of a target.
type Bundle struct {
	ID, Description string
	Source, Target  Match
	// Ratio is how many units of the target each unit of the source discounts; Percent is by how much.
	Ratio, Percent decimal.D
}

// Discount is a negotiated discount on all or some of AWS's own charges.
type Discount struct {
	Type        LineType // EnterpriseDiscount, PrivateRate, SolutionProvider, DistributorDiscount
	Description string
	Percent     decimal.D
	On          []Match // nil is everything
}

// Support is a support plan and who has it.
type Support struct {
	Plan     SupportPlan
	Accounts []string // nil is every member
	// Together computes one fee of the charges of all its accounts and splits it, as Enterprise may.
	Together bool
}

// TaxRule is a tax on charges.
type TaxRule struct {
	Type, Description string // "VAT"
	Percent           decimal.D
	Accounts          []string // nil is every member
}

// Charge is a charge of its own: a Marketplace subscription, a fee, a refund.
type Charge struct {
	ID, Account                                   string
	Type                                          LineType // Fee, Refund; others are programming errors of the caller and refused
	Start, End                                    time.Time
	Product, Name, UsageType, Region, Description string
	Amount                                        decimal.D // of a refund negative
	Seller                                        string    // of a Marketplace product; "" is AWS
	Bill                                          BillType  // "" is the month's
	Tags                                          map[string]string
}

// InvoiceUnit is a group of accounts with an invoice of its own.
type InvoiceUnit struct {
	Name, Receiver string
	Accounts       []string
}
