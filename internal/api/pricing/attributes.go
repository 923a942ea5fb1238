package pricing

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"

	"umbel/internal/domain/billing"
	model "umbel/internal/model/pricing"
)

// attributes gives what a price list says of a product, by AWS's names. Only what the book knows is there.
func attributes(p *billing.Price) map[string]string {
	all := map[string]string{
		"servicecode": p.Service, "servicename": p.Name, "usagetype": p.Key.UsageType, "operation": p.Key.Operation,
		"regionCode": p.Key.Region, "instanceType": p.InstanceType, "tenancy": p.Tenancy,
		"fromRegionCode": p.FromRegion, "toRegionCode": p.ToRegion, "productFamily": p.Family, "sku": sku(p),
	}
	platform := "operatingSystem"
	if strings.HasPrefix(p.InstanceType, "db.") {
		platform = "databaseEngine"
	}
	all[platform] = strings.TrimSuffix(p.Platform, "/UNIX") // a price list says "Linux" where bills say "Linux/UNIX"
	for name, value := range all {
		if value == "" {
			delete(all, name)
		}
	}
	return all
}

// sku is the product's number: the price list's, or one that follows from what the price is of.
func sku(p *billing.Price) string {
	if p.SKU != "" {
		return p.SKU
	}
	return code(16, p.Key.Product, p.Key.UsageType, p.Key.Operation, p.Key.Region)
}

// code makes a code of so many letters and digits of a text in parts.
func code(size int, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base32.StdEncoding.EncodeToString(sum[:])[:size]
}

// matches tells whether a product fits all filters (GetProducts, Filters). A price of every Region fits any.
func matches(p *billing.Price, filters []model.Filter) bool {
	have := attributes(p)
	for _, f := range filters {
		value, there := have[*f.Field]
		if *f.Field == "regionCode" && !there {
			continue
		}
		if !fits(*f.Type, value, *f.Value) {
			return false
		}
	}
	return true
}

// fits compares an attribute's value, "" for none.
func fits(kind, have, want string) bool {
	switch kind {
	case model.FilterTypeContains:
		return strings.Contains(have, want)
	case model.FilterTypeAnyOf:
		return slices.Contains(strings.Split(want, ","), have)
	case model.FilterTypeNoneOf:
		return !slices.Contains(strings.Split(want, ","), have)
	}
	return have == want // EQUALS, TERM_MATCH
}
