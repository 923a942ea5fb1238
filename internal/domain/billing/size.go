package billing

import (
	"slices"
	"strings"

	"umbel/internal/decimal"
)

// sizes are the normalization factors of instance sizes, in quarters (EC2 User Guide, "How Reserved Instance discounts are
// applied", "Instance size flexibility").
var sizes = map[string]int64{
	"nano": 1, "micro": 2, "small": 4, "medium": 8, "large": 16, "xlarge": 32, "2xlarge": 64, "3xlarge": 96, "4xlarge": 128,
	"6xlarge": 192, "8xlarge": 256, "9xlarge": 288, "10xlarge": 320, "12xlarge": 384, "16xlarge": 512, "18xlarge": 576,
	"24xlarge": 768, "32xlarge": 1024, "48xlarge": 1536, "56xlarge": 1792, "112xlarge": 3584,
}

// bare are the factors of bare-metal instances, by family, in quarters (the same page).
var bare = map[string]int64{
	"a1": 128, "m5zn": 384, "z1d": 384, "c6g": 512, "c6gd": 512, "i3": 512, "m6g": 512, "m6gd": 512, "r6g": 512, "r6gd": 512,
	"x2gd": 512, "c5n": 576, "c5": 768, "c5d": 768, "i3en": 768, "m5": 768, "m5d": 768, "m5dn": 768, "m5n": 768, "r5": 768,
	"r5b": 768, "r5d": 768, "r5dn": 768, "r5n": 768,
}

// rigid are the families whose reservations hold for one size only (the same page, "Limitations for instance size
// flexibility").
var rigid = []string{"g4ad", "g4dn", "g5", "g5g", "inf1"}

// family splits "db.r6g.2xlarge" into "db.r6g" and "2xlarge".
func family(instanceType string) (name, size string) {
	if i := strings.LastIndexByte(instanceType, '.'); i >= 0 {
		return instanceType[:i], instanceType[i+1:]
	}
	return instanceType, ""
}

// Factor gives an instance's normalization factor: 4 for m5.large, 8 for a db.m5.large in two zones; 0 where its size has none.
func (i *Instance) Factor() decimal.D {
	if i == nil {
		return decimal.D{}
	}
	name, size := family(i.Type)
	quarters := sizes[size]
	if size == "metal" {
		quarters = bare[name]
	}
	if i.MultiAZ {
		quarters *= 2
	}
	return decimal.New(quarters*25, 2)
}

// engines are the database engines whose reservations hold for every size of a family (RDS User Guide, "Reserved DB instances",
// "Size-flexible reserved DB instances").
var engines = []string{"MySQL", "MariaDB", "PostgreSQL", "Aurora MySQL", "Aurora PostgreSQL", "Db2", "Oracle BYOL"}

// flexible tells whether a regional reservation of such an instance covers every size of its family.
func (i *Instance) flexible(product string) bool {
	name, _ := family(i.Type)
	if i.Factor().IsZero() || slices.Contains(rigid, name) {
		return false
	}
	if product == ProductRDS {
		return slices.Contains(engines, i.Platform)
	}
	return product == ProductEC2 && i.linux() && i.tenancy() == "default"
}

func (i *Instance) linux() bool {
	return i.Platform == "" || i.Platform == "Linux/UNIX" || i.Platform == "Linux"
}

// platform is the platform with its names made one.
func (i *Instance) platform() string {
	if i.linux() {
		return "Linux/UNIX"
	}
	return i.Platform
}

// tenancy is the tenancy with its names made one: price lists say "Shared".
func (i *Instance) tenancy() string {
	if i.Tenancy == "" || strings.EqualFold(i.Tenancy, "shared") {
		return "default"
	}
	return strings.ToLower(i.Tenancy)
}

// Product codes that rating knows.
const (
	ProductEC2 = "AmazonEC2"
	ProductRDS = "AmazonRDS"
)
