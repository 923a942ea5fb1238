package billing

import (
	"cmp"
	"hash/maphash"
	"slices"
	"time"

	"umbel/internal/decimal"
)

// class is a kind of usage: all records that have the same price and that the same commitments cover.
type class struct {
	key       classKey
	price     *Price
	pool      *pool
	factor    decimal.D
	rank      uint32 // its place among the classes, by key
	index     int    // in the order of appearance: of no meaning
	free      *grant // nil without a free tier
	cover     bool   // some commitment may cover it
	discounts []*Discount
}

// classKey tells classes apart.
type classKey struct {
	product, usageType, operation, region, seller string
	unit                                          string
	instance                                      Instance
}

func (k *classKey) compare(o *classKey) int {
	return cmp.Or(cmp.Compare(k.product, o.product), cmp.Compare(k.usageType, o.usageType), cmp.Compare(k.operation, o.operation),
		cmp.Compare(k.region, o.region), cmp.Compare(k.seller, o.seller), cmp.Compare(k.unit, o.unit),
		cmp.Compare(k.instance.Type, o.instance.Type), cmp.Compare(k.instance.Platform, o.instance.Platform),
		cmp.Compare(k.instance.Tenancy, o.instance.Tenancy), compareBool(k.instance.MultiAZ, o.instance.MultiAZ))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// pool is the monthly counter that usage goes up in.
type pool struct {
	position decimal.D
	// Of instances, in the hour: how much was used, what it cost, the blended rate, and what is not blended yet.
	usage, cost, rate   decimal.D
	leftUsage, leftCost decimal.D
}

// grant is what is left of a free tier.
type grant struct{ left decimal.D }

// classes holds the classes met so far.
type classes struct {
	book     *Book
	org      *Organization
	month    Month
	byKey    map[classKey]*class
	all      []*class // by index
	sorted   []*class // by key
	pools    map[string]*pool
	byPrice  map[*Price]*pool
	grants   map[string]*grant
	unranked bool
	recent   [1 << 12]*class // classes by a weak hash: comparing is faster than hashing well
	missing  map[PriceKey]*Unpriced
}

func newClasses(book *Book, org *Organization, month Month) *classes {
	c := &classes{
		book: book, org: org, month: month, byKey: map[classKey]*class{}, pools: map[string]*pool{},
		byPrice: map[*Price]*pool{}, grants: map[string]*grant{}, missing: map[PriceKey]*Unpriced{},
	}
	for _, p := range book.prices {
		if a := p.Allowance; a != nil {
			if c.grants[a.ID] == nil {
				c.grants[a.ID] = &grant{}
			}
			c.grants[a.ID].left = decimal.Max(c.grants[a.ID].left, a.Quantity)
		}
	}
	return c
}

// sameClass tells that two records are of one class. Texts that are the same in memory are told so without reading them.
func sameClass(a, b *UsageRecord) bool {
	return a.UsageType == b.UsageType && a.Product == b.Product && a.Operation == b.Operation && a.Region == b.Region && a.Seller == b.Seller &&
		a.Unit == b.Unit && (a.Instance == b.Instance || a.Instance != nil && b.Instance != nil && *a.Instance == *b.Instance)
}

// of gives a record's class, or nil if the book has no price for it.
func (c *classes) of(r *UsageRecord) *class {
	key := classKey{product: r.Product, usageType: r.UsageType, operation: r.Operation, region: r.Region, seller: r.Seller, unit: r.Unit}
	if r.Instance != nil {
		key.instance = *r.Instance
	}
	at := &c.recent[key.slot()]
	if *at != nil && (*at).key == key {
		return *at
	}
	k, known := c.byKey[key]
	if !known {
		k = c.make(key)
		c.byKey[key] = k
	}
	if k == nil {
		return nil
	}
	*at = k
	return k
}

// slot is a weak hash of what most classes differ in: the usage type, and the ends of the Region's name and the operation's.
func (k *classKey) slot() uint32 {
	h := uint32(maphash.String(slotSeed, k.usageType))
	for _, text := range [...]string{k.region, k.operation} {
		for i := max(0, len(text)-2); i < len(text); i++ {
			h = h*31 + uint32(text[i])
		}
	}
	return h * 2654435761 >> 20
}

// slotSeed is of this process: nothing depends on which slot a class has.
var slotSeed = maphash.MakeSeed()

func (c *classes) make(key classKey) *class {
	price := c.book.Find(PriceKey{key.product, key.usageType, key.operation, key.region})
	if price == nil {
		return nil
	}
	k := &class{key: key, price: price, index: len(c.all)}
	if key.instance.Type != "" {
		k.factor = key.instance.Factor()
	}
	k.pool = c.pool(price)
	if a := price.Allowance; a != nil && a.given(c.org.Created, c.month) {
		k.free = c.grants[a.ID]
	}
	if key.seller == "" {
		k.discounts = c.org.discounts(key.product, key.usageType)
	}
	k.cover = c.org.covers(k)
	c.all = append(c.all, k)
	c.unranked = true
	return k
}

// pool gives the counter of a price.
func (c *classes) pool(p *Price) *pool {
	found := c.byPrice[p]
	if found == nil && p.Pool != "" {
		found = c.pools[p.Pool]
	}
	if found == nil {
		found = &pool{}
		if p.Pool != "" {
			c.pools[p.Pool] = found
		}
	}
	c.byPrice[p] = found
	return found
}

// rank numbers the classes by their keys, so that nothing depends on which was met first.
func (c *classes) rank() {
	if !c.unranked {
		return
	}
	c.sorted = append(c.sorted[:0], c.all...)
	slices.SortFunc(c.sorted, func(a, b *class) int { return a.key.compare(&b.key) })
	for i, k := range c.sorted {
		k.rank = uint32(i)
	}
	c.unranked = false
}

// miss counts a record that has no price.
func (c *classes) miss(r *UsageRecord) {
	key := PriceKey{r.Product, r.UsageType, r.Operation, r.Region}
	u := c.missing[key]
	if u == nil {
		u = &Unpriced{Key: key}
		c.missing[key] = u
	}
	u.Records++
	u.Quantity = u.Quantity.Add(r.Quantity)
}

// hourly tells whether the class's blended rate is the hour's: that of instances is.
func (k *class) hourly() bool { return k.key.instance.Type != "" }

// covers tells whether a reservation may cover usage of the class, zones aside.
func (r *Reservation) covers(k *class) bool {
	i, j := &r.Instance, &k.key.instance
	if j.Type == "" || r.Product != k.key.product || r.Region != k.key.region || i.platform() != j.platform() || i.tenancy() != j.tenancy() {
		return false
	}
	if r.Zone != "" || !i.flexible(r.Product) {
		return i.Type == j.Type && i.MultiAZ == j.MultiAZ
	}
	own, _ := family(i.Type)
	other, _ := family(j.Type)
	return own == other && !k.factor.IsZero()
}

// covers tells whether any commitment may cover usage of the class.
func (o *Organization) covers(k *class) bool {
	for i := range o.Reservations {
		if o.Reservations[i].covers(k) {
			return true
		}
	}
	for i := range o.Plans {
		if _, ok := o.Plans[i].covers(k); ok {
			return true
		}
	}
	return false
}

// covers gives what usage of the class costs under the plan, if the plan may cover it.
func (s *SavingsPlan) covers(k *class) (decimal.D, bool) {
	if k.key.seller != "" {
		return decimal.D{}, false
	}
	if s.Kind == InstancePlan {
		name, _ := family(k.key.instance.Type)
		if k.key.product != ProductEC2 || s.Family != name || s.Region != k.key.region {
			return decimal.D{}, false
		}
	}
	return k.price.planRate(s)
}

// within tells whether an hour is in a commitment's term.
func within(hour, start, end time.Time) bool { return !hour.Before(start) && hour.Before(end) }
