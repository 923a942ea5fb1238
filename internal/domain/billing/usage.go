package billing

import (
	"time"

	"umbel/internal/decimal"
)

// UsageRecord is metered usage before anything has a price: one resource, or one kind of usage without resource, in one hour or
// a longer span.
type UsageRecord struct {
	Account string // 12 digits
	// Product is the product code, such as "AmazonEC2"; UsageType such as "EUW1-BoxUsage:m5.large"; Operation such as
	// "RunInstances:0002". They name a price together with Region.
	Product, UsageType, Operation string
	Region                        string // "eu-west-1"; "" for global usage
	Zone                          string // "eu-west-1a", where usage has one: zonal reservations ask for it
	Resource                      string // ARN or ID; "" for none
	Quantity                      decimal.D
	Unit                          string    // "Hrs", "GB-Mo", …; "" takes the price's
	Start, End                    time.Time // UTC, End exclusive
	Tags                          map[string]string
	Instance                      *Instance // of compute and database instances
	// Seller is who sells a Marketplace product: its legal entity; "" for AWS's own.
	Seller string
}

// Instance is what commitments look at in an instance's usage.
type Instance struct {
	Type     string // "m5.large", "db.r6g.xlarge"
	Platform string // "Linux/UNIX", "Windows", …; the engine of a database
	Tenancy  string // "default", "dedicated", "host"
	MultiAZ  bool   // of a database: counts twice
}
