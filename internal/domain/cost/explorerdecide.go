package cost

import (
	"cmp"
	"slices"
	"strings"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
)

// Context is what an expression is decided with besides the line.
type Context struct {
	Names  map[string]string         // of accounts, by ID: LINKED_ACCOUNT_NAME
	Active func(lineTag string) bool // which tags can be asked for, by the key that lines have; nil for all
}

// Decision is an Expression made ready to be decided on lines. It comes to the same verdicts as the question that package bills
// makes of the expression (a test there compares them).
type Decision struct{ root node }

// Decide makes an expression ready. Errors are fault.ValidationFailed.
func (e *Expression) Decide(c Context) (*Decision, error) {
	k := compiler{context: c}
	root, err := k.node(e)
	return &Decision{root}, err
}

// Holds decides the expression on a line, whose cost categories are those it carries.
func (d *Decision) Holds(l *billing.Line) bool { return d.root.holds(&subject{line: l}) }

// subject is a line under evaluation.
type subject struct {
	line     *billing.Line
	computed map[string]string // the values of categories evaluated before; nil for those the line carries
}

func (s *subject) category(name string) string {
	if s.computed != nil {
		return s.computed[name]
	}
	return s.line.Categories[name]
}

type field func(*subject) string

// node is a part of a decision. Without any of its members it holds for everything.
type node struct {
	and, or []node
	not     *node
	at      field
	fits    func(string) bool
}

func (n *node) holds(s *subject) bool {
	switch {
	case n.and != nil:
		for i := range n.and {
			if !n.and[i].holds(s) {
				return false
			}
		}
		return true
	case n.or != nil:
		for i := range n.or {
			if n.or[i].holds(s) {
				return true
			}
		}
		return false
	case n.not != nil:
		return !n.not.holds(s)
	case n.fits != nil:
		return n.fits(n.at(s))
	}
	return true
}

// compiler makes nodes, and notes what of a line they look at.
type compiler struct {
	context    Context
	fields     []field         // of the line alone
	seen       map[string]bool // names of the fields noted
	categories []string        // names of the categories looked at
}

func (k *compiler) node(e *Expression) (n node, err error) {
	switch {
	case e == nil:
	case e.And != nil:
		n.and, err = k.nodes(e.And)
	case e.Or != nil:
		n.or, err = k.nodes(e.Or)
	case e.Not != nil:
		n.not = new(node)
		*n.not, err = k.node(e.Not)
	case e.Dimensions != nil:
		return k.dimension(e.Dimensions)
	case e.Tags != nil:
		n.at = k.tag(e.Tags.Key)
		n.fits, err = keyedMatcher(e.Tags)
	case e.CostCategories != nil:
		name := e.CostCategories.Key
		k.categories = append(k.categories, name)
		n.at = func(s *subject) string { return s.category(name) }
		n.fits, err = keyedMatcher(e.CostCategories)
	}
	return n, err
}

func (k *compiler) nodes(list []Expression) ([]node, error) {
	out := make([]node, len(list))
	for i := range list {
		n, err := k.node(&list[i])
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

func (k *compiler) dimension(d *DimensionValues) (node, error) {
	values := d.Values
	if slices.Contains(values, NoValue(d.Key)) {
		values = append(slices.Clone(values), "")
	}
	fits, err := matcher(values, d.MatchOptions)
	if err != nil {
		return node{}, err
	}
	if d.Key == "LINKED_ACCOUNT_NAME" {
		names := k.context.Names
		at := k.note("dimension LINKED_ACCOUNT", func(s *subject) string { return s.line.Account })
		return node{at: at, fits: func(id string) bool { name, ok := names[id]; return ok && fits(name) }}, nil
	}
	at, ok := lineDimensions[d.Key]
	if !ok {
		return node{}, fault.New(fault.ValidationFailed, "Dimension %s is not allowed.", d.Key)
	}
	return node{at: k.note("dimension "+d.Key, func(s *subject) string { return at(s.line) }), fits: fits}, nil
}

func (k *compiler) tag(key string) field {
	lineKey := LineTag(key)
	if k.context.Active != nil && !k.context.Active(lineKey) {
		return func(*subject) string { return "" }
	}
	return k.note("tag "+key, func(s *subject) string { return s.line.Tags[lineKey] })
}

func (k *compiler) note(name string, f field) field {
	if k.seen == nil {
		k.seen = map[string]bool{}
	}
	if !k.seen[name] {
		k.seen[name] = true
		k.fields = append(k.fields, f)
	}
	return f
}

// lineDimensions says where on a line each dimension of Cost Explorer is (Cost Explorer API Reference, DimensionValues); the same
// table by columns is in package bills.
var lineDimensions = map[string]func(*billing.Line) string{
	"AZ":             func(l *billing.Line) string { return l.Zone },
	"INSTANCE_TYPE":  func(l *billing.Line) string { return l.Detail.InstanceType },
	"LINKED_ACCOUNT": func(l *billing.Line) string { return l.Account },
	"PAYER_ACCOUNT":  func(l *billing.Line) string { return l.Bill.Payer },
	"OPERATION":      func(l *billing.Line) string { return l.Operation },
	"PURCHASE_TYPE": func(l *billing.Line) string {
		return billing.ExplorerPurchase(l.Type, l.Pricing.Term, l.Pricing.OfferingClass, strings.Contains(l.UsageType, "SpotUsage"), reservationOf(l) != "")
	},
	"REGION": func(l *billing.Line) string { return l.Detail.Region },
	"SERVICE": func(l *billing.Line) string {
		return billing.ExplorerService(l.Type, l.Product, l.Detail.Name, l.Detail.Service, billing.IsComputeUsage(l.UsageType))
	},
	"SERVICE_CODE": func(l *billing.Line) string { return l.Product },
	"USAGE_TYPE":   func(l *billing.Line) string { return l.UsageType },
	"USAGE_TYPE_GROUP": func(l *billing.Line) string {
		return billing.ExplorerUsageGroup(l.Product, billing.UsageMark(l.UsageType))
	},
	"RECORD_TYPE": func(l *billing.Line) string {
		return billing.ExplorerRecord(l.Type, billing.IsSupportProduct(l.Product), reservationOf(l) != "")
	},
	"PLATFORM":             func(l *billing.Line) string { return l.Detail.Platform },
	"OPERATING_SYSTEM":     func(l *billing.Line) string { return billing.ExplorerSystem(l.Detail.Platform) },
	"DATABASE_ENGINE":      func(l *billing.Line) string { return billing.ExplorerDatabase(l.Detail.Platform) },
	"CACHE_ENGINE":         func(l *billing.Line) string { return billing.ExplorerCache(l.Detail.Platform) },
	"DEPLOYMENT_OPTION":    func(l *billing.Line) string { return billing.ExplorerDeployment(l.UsageType) },
	"INSTANCE_TYPE_FAMILY": func(l *billing.Line) string { return billing.ExplorerFamily(l.Detail.InstanceType) },
	"TENANCY":              func(l *billing.Line) string { return l.Detail.Tenancy },
	"LEGAL_ENTITY_NAME":    func(l *billing.Line) string { return l.LegalEntity },
	"BILLING_ENTITY":       func(l *billing.Line) string { return l.Bill.Entity },
	"INVOICING_ENTITY":     func(l *billing.Line) string { return l.Bill.Issuer },
	"RESOURCE_ID":          func(l *billing.Line) string { return l.Resource },
	"RESERVATION_ID":       func(l *billing.Line) string { return billing.ExplorerReservation(reservationOf(l)) },
	"SUBSCRIPTION_ID":      func(l *billing.Line) string { return billing.ExplorerReservation(reservationOf(l)) },
	"SAVINGS_PLAN_ARN":     func(l *billing.Line) string { return planOf(l).ARN },
	"SAVINGS_PLANS_TYPE":   func(l *billing.Line) string { return planOf(l).Offering },
	"PAYMENT_OPTION":       func(l *billing.Line) string { return cmp.Or(planOf(l).PaymentOption, l.Pricing.PurchaseOption) },
}

func reservationOf(l *billing.Line) string {
	if l.Reservation == nil {
		return ""
	}
	return l.Reservation.ARN
}

func planOf(l *billing.Line) *billing.SavingsPlanPart {
	if l.SavingsPlan == nil {
		return &billing.SavingsPlanPart{}
	}
	return l.SavingsPlan
}

// NoValue is what Cost Explorer shows, and takes in filters, for lines that have no value of a dimension: "NoRegion",
// "NoInstanceType".
func NoValue(dimension string) string {
	var b strings.Builder
	b.WriteString("No")
	for word := range strings.SplitSeq(dimension, "_") {
		if len(word) <= 2 {
			b.WriteString(word) // "NoAZ"
			continue
		}
		b.WriteString(word[:1] + strings.ToLower(word[1:]))
	}
	return b.String()
}

// keyedMatcher decides the value of a tag or a cost category: a key without values asks for lines without it (Cost Explorer API
// Reference, TagValues and CostCategoryValues).
func keyedMatcher(k *KeyedValues) (func(string) bool, error) {
	if len(k.Values) == 0 && len(k.MatchOptions) == 0 {
		return matcher(nil, []string{"ABSENT"})
	}
	return matcher(k.Values, k.MatchOptions)
}

// matcher decides a value as the match options say; several values are alternatives.
func matcher(values, options []string) (func(string) bool, error) {
	if len(values) == 0 && len(options) == 0 { // Cost Explorer API Reference, TagValues
		options = []string{"ABSENT"}
	}
	compare := func(value, with string) bool { return value == with }
	given, fold := values, false
	for _, o := range options {
		switch o {
		case "EQUALS", "CASE_SENSITIVE":
		case "ABSENT":
			compare = func(value, _ string) bool { return value == "" }
			values = []string{""} // those given are not looked at
		case "STARTS_WITH":
			compare, values = strings.HasPrefix, given
		case "ENDS_WITH":
			compare, values = strings.HasSuffix, given
		case "CONTAINS":
			compare, values = strings.Contains, given
		case "GREATER_THAN_OR_EQUAL":
			compare, values = atLeast, given
		case "CASE_INSENSITIVE":
			fold = true
		default:
			return nil, fault.New(fault.ValidationFailed, "Invalid MatchOption %s", o)
		}
	}
	if fold {
		values = slices.Clone(values)
		for i := range values {
			values[i] = strings.ToLower(values[i])
		}
	}
	return func(value string) bool {
		if fold {
			value = strings.ToLower(value)
		}
		for _, with := range values {
			if compare(value, with) {
				return true
			}
		}
		return false
	}, nil
}

// atLeast compares numbers; what is none fits nothing.
func atLeast(value, least string) bool {
	a, err := decimal.Parse(value)
	if err != nil {
		return false
	}
	b, err := decimal.Parse(least)
	return err == nil && !a.Less(b)
}
