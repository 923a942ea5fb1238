package billterms

import "umbel/internal/yamlfile"

// File is what an organization's bills depend on besides usage, prices, and what AWS's APIs set.
type File struct {
	// Who issues AWS's invoices; Amazon Web Services, Inc. by default.
	Issuer string `yaml:"issuer,omitempty"`
	// The account of another organization that has taken over this one's bill (billing transfer).
	PaidBy string `yaml:"paidBy,omitempty" pattern:"^[0-9]{12}$" say:"12 digits"`
	// When the account that pays was made: free tiers of some months count from it. By default when it was made here.
	Created string `yaml:"created,omitempty"`
	// Memberships that differ from what the organization knows: of each account named, only these spans count.
	Members []Membership `yaml:"members,omitempty"`
	// How commitments and credits are shared.
	Sharing Sharing `yaml:"sharing,omitempty"`
	// Reserved Instances.
	Reservations []Reservation `yaml:"reservations,omitempty"`
	// Savings plans, besides those bought by API.
	SavingsPlans []SavingsPlan `yaml:"savingsPlans,omitempty"`
	// Credits as they were issued; what months take of them is reckoned.
	Credits []Credit `yaml:"credits,omitempty"`
	// Bundled discounts: usage of a source lowers the price of a target.
	Bundles []Bundle `yaml:"bundles,omitempty"`
	// Negotiated discounts, each on what the one before left.
	Discounts []Discount `yaml:"discounts,omitempty"`
	// Support plans.
	Support []Support `yaml:"support,omitempty"`
	// Taxes on charges.
	Taxes []Tax `yaml:"taxes,omitempty"`
	// Charges of their own: Marketplace subscriptions, fees, refunds.
	Charges []Charge `yaml:"charges,omitempty"`
	// Groups of accounts with an invoice of their own, besides those made by API.
	InvoiceUnits []InvoiceUnit `yaml:"invoiceUnits,omitempty"`
}

// Membership is a span of time in which an account belongs to the organization.
type Membership struct {
	// The account's ID.
	Account string `yaml:"account" required:"true" pattern:"^[0-9]{12}$" say:"12 digits"`
	// When it joined; from always by default.
	Joined string `yaml:"joined,omitempty"`
	// When it left; it never did by default.
	Left string `yaml:"left,omitempty"`
}

// Sharing is how the discounts of commitments, and credits, are shared.
type Sharing struct {
	// With the whole organization (ALL, the default), with the owner's group first, or with that alone.
	Mode string `yaml:"mode,omitempty" enum:"ALL|PRIORITIZED|RESTRICTED"`
	// Accounts that neither give nor take the discounts of commitments.
	Off yamlfile.Values `yaml:"off,omitempty"`
	// An account's group, by its ID.
	Groups map[string]string `yaml:"groups,omitempty"`
	// Accounts that neither give nor take credits.
	CreditsOff yamlfile.Values `yaml:"creditsOff,omitempty"`
}

// Reservation is a purchase of Reserved Instances.
type Reservation struct {
	// Its ARN, or another name of its own.
	ARN string `yaml:"arn" required:"true" min:"1"`
	// The account that bought it.
	Owner string `yaml:"owner" required:"true" pattern:"^[0-9]{12}$" say:"12 digits"`
	// AmazonEC2 (the default) or AmazonRDS.
	Product string `yaml:"product,omitempty" enum:"AmazonEC2|AmazonRDS"`
	// The Region.
	Region string `yaml:"region" required:"true" min:"1"`
	// The Availability Zone of a zonal reservation.
	Zone string `yaml:"zone,omitempty"`
	// The instance type, such as m5.large or db.r6g.xlarge.
	InstanceType string `yaml:"instanceType" required:"true" min:"1"`
	// The platform, or the engine of a database; Linux/UNIX by default.
	Platform string `yaml:"platform,omitempty"`
	// default or dedicated.
	Tenancy string `yaml:"tenancy,omitempty" enum:"default|dedicated"`
	// A database in two zones.
	MultiAZ bool `yaml:"multiAZ,omitempty"`
	// How many instances.
	Count int `yaml:"count" required:"true" min:"1" max:"1000000"`
	// What each costs at once.
	Upfront string `yaml:"upfront,omitempty"`
	// What each costs in every hour of the term.
	Hourly string `yaml:"hourly,omitempty"`
	// The first moment of the term.
	Start string `yaml:"start" required:"true"`
	// The moment after the term.
	End string `yaml:"end" required:"true"`
	// The lease: 1yr or 3yr.
	Lease string `yaml:"lease,omitempty" enum:"1yr|3yr"`
	// The offering class.
	Class string `yaml:"class,omitempty" enum:"standard|convertible"`
	// How it is paid.
	Option string `yaml:"option,omitempty" enum:"All Upfront|Partial Upfront|No Upfront"`
}

// SavingsPlan is a promise to spend so much in each hour.
type SavingsPlan struct {
	// Its ARN, or another name of its own.
	ARN string `yaml:"arn" required:"true" min:"1"`
	// The account that bought it.
	Owner string `yaml:"owner" required:"true" pattern:"^[0-9]{12}$" say:"12 digits"`
	// The kind.
	Kind string `yaml:"kind" required:"true" enum:"ComputeSavingsPlans|EC2InstanceSavingsPlans"`
	// The Region of an EC2 instance plan.
	Region string `yaml:"region,omitempty"`
	// The instance family of an EC2 instance plan, such as m5.
	Family string `yaml:"family,omitempty"`
	// The commitment per hour.
	Commitment string `yaml:"commitment" required:"true"`
	// The term: 1yr or 3yr.
	Term string `yaml:"term,omitempty" enum:"1yr|3yr"`
	// How it is paid.
	Payment string `yaml:"payment,omitempty" enum:"All Upfront|Partial Upfront|No Upfront"`
	// The first moment of the term.
	Start string `yaml:"start" required:"true"`
	// The moment after the term.
	End string `yaml:"end" required:"true"`
}

// Credit is a credit as it was issued.
type Credit struct {
	// A name of its own.
	ID string `yaml:"id" required:"true" min:"1"`
	// What the bill calls it.
	Description string `yaml:"description,omitempty"`
	// The account that redeemed it.
	Account string `yaml:"account" required:"true" pattern:"^[0-9]{12}$" say:"12 digits"`
	// Its amount.
	Amount string `yaml:"amount" required:"true"`
	// The product codes it may pay for; all of AWS's own by default.
	Products yamlfile.Values `yaml:"products,omitempty"`
	// When it was redeemed.
	Issued string `yaml:"issued" required:"true"`
	// When it expires.
	Expires string `yaml:"expires" required:"true"`
	// The accounts it may be shared with; all that share credits by default.
	Receivers yamlfile.Values `yaml:"receivers,omitempty"`
	// Applied before discounts across services (BEFORE_CROSS_SERVICE_DISCOUNTS) instead of after all.
	BeforeDiscounts bool `yaml:"beforeDiscounts,omitempty"`
}

// Match selects charges of a product.
type Match struct {
	// The product code, such as AmazonEC2.
	Product string `yaml:"product" required:"true" min:"1" scalar:"true"`
	// The usage type; every one of the product by default.
	UsageType string `yaml:"usageType,omitempty"`
}

// Bundle is a bundled discount.
type Bundle struct {
	// A name of its own.
	ID string `yaml:"id" required:"true" min:"1"`
	// What the bill calls it.
	Description string `yaml:"description,omitempty"`
	// The usage that gives the discount.
	Source Match `yaml:"source" required:"true"`
	// The usage that is discounted.
	Target Match `yaml:"target" required:"true"`
	// How many units of the target each unit of the source discounts.
	Ratio string `yaml:"ratio" required:"true"`
	// By how many percent.
	Percent string `yaml:"percent" required:"true"`
}

// Discount is a negotiated discount.
type Discount struct {
	// The kind.
	Type string `yaml:"type" required:"true" enum:"EdpDiscount|PrivateRateDiscount|SppDiscount|DistributorDiscount"`
	// What the bill calls it.
	Description string `yaml:"description,omitempty"`
	// By how many percent.
	Percent string `yaml:"percent" required:"true"`
	// What it is on; all of AWS's own by default.
	On []Match `yaml:"on,omitempty" one:"true"`
}

// Support is a support plan and who has it.
type Support struct {
	// The plan.
	Plan string `yaml:"plan" required:"true" enum:"Developer|Business|EnterpriseOnRamp|Enterprise"`
	// The accounts; every member by default.
	Accounts yamlfile.Values `yaml:"accounts,omitempty"`
	// One fee of the charges of all its accounts, split among them, as Enterprise may.
	Together bool `yaml:"together,omitempty"`
}

// Tax is a tax on charges.
type Tax struct {
	// Its kind, such as VAT.
	Type string `yaml:"type" required:"true" min:"1"`
	// What the bill calls it.
	Description string `yaml:"description,omitempty"`
	// How many percent.
	Percent string `yaml:"percent" required:"true"`
	// The accounts; every member by default.
	Accounts yamlfile.Values `yaml:"accounts,omitempty"`
}

// Charge is a charge of its own.
type Charge struct {
	// A name of its own.
	ID string `yaml:"id" required:"true" min:"1"`
	// The account that is charged.
	Account string `yaml:"account" required:"true" pattern:"^[0-9]{12}$" say:"12 digits"`
	// Fee (the default) or Refund.
	Type string `yaml:"type,omitempty" enum:"Fee|Refund"`
	// When it was made.
	Start string `yaml:"start" required:"true"`
	// The end of what it is for; an hour after its start by default.
	End string `yaml:"end,omitempty"`
	// The product code.
	Product string `yaml:"product" required:"true" min:"1"`
	// The product's name.
	Name string `yaml:"name,omitempty"`
	// The usage type.
	UsageType string `yaml:"usageType,omitempty"`
	// The Region.
	Region string `yaml:"region,omitempty"`
	// What the bill calls it.
	Description string `yaml:"description,omitempty"`
	// Its amount; of a refund below zero.
	Amount string `yaml:"amount" required:"true"`
	// The legal entity that sells a Marketplace product.
	Seller string `yaml:"seller,omitempty"`
	// On an invoice for purchases, as a subscription is, instead of the month's.
	Purchase bool `yaml:"purchase,omitempty"`
	// Tags, by keys as lines have them: user:team.
	Tags map[string]string `yaml:"tags,omitempty"`
}

// InvoiceUnit is a group of accounts with an invoice of its own.
type InvoiceUnit struct {
	// Its name.
	Name string `yaml:"name" required:"true" min:"1"`
	// The account that gets the invoice.
	Receiver string `yaml:"receiver" required:"true" pattern:"^[0-9]{12}$" say:"12 digits"`
	// The accounts.
	Accounts yamlfile.Values `yaml:"accounts" required:"true"`
}
