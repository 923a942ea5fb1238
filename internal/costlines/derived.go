package costlines

import (
	"cmp"
	"strings"

	"umbel/internal/domain/billing"
)

// The dimensions that Cost Explorer has and no column holds: they follow from several columns, by the rules of package billing.
// Segments do not have them; they are made of the columns' dictionaries when they are asked for.
const (
	ExplorerService     = "explorer_service"
	ExplorerRecord      = "explorer_record_type"
	ExplorerPurchase    = "explorer_purchase_type"
	ExplorerFamily      = "explorer_instance_type_family"
	ExplorerSystem      = "explorer_operating_system"
	ExplorerDatabase    = "explorer_database_engine"
	ExplorerCache       = "explorer_cache_engine"
	ExplorerDeployment  = "explorer_deployment_option"
	ExplorerReservation = "explorer_reservation_id"
	ExplorerUsageGroup  = "explorer_usage_type_group"
	ExplorerPayment     = "explorer_payment_option"
)

// derivation is how a dimension follows from columns. The values of each column are first put into classes, of which there are few.
type derivation struct {
	from []part
	of   func(classes []string) string
}

type part struct {
	column string
	class  func(string) string // nil: each value is one of its own
}

// yes is the class of values that have what a class is about; of the others it is "".
const yes = "1"

func classIf(is func(string) bool) func(string) string {
	return func(value string) string {
		if is(value) {
			return yes
		}
		return ""
	}
}

var reserved = part{ReservationARN, classIf(func(arn string) bool { return arn != "" })}

var derivations = map[string]*derivation{
	ExplorerService: {
		from: []part{{LineType, nil}, {Product, nil}, {ServiceName, nil}, {Service, nil}, {UsageType, classIf(billing.IsComputeUsage)}},
		of: func(c []string) string {
			return billing.ExplorerService(billing.LineType(c[0]), c[1], c[2], c[3], c[4] == yes)
		},
	},
	ExplorerRecord: {
		from: []part{{LineType, nil}, {Product, classIf(billing.IsSupportProduct)}, reserved},
		of: func(c []string) string {
			return billing.ExplorerRecord(billing.LineType(c[0]), c[1] == yes, c[2] == yes)
		},
	},
	ExplorerPurchase: {
		from: []part{
			{LineType, nil}, {Term, nil}, {"pricing_offering_class", nil},
			{UsageType, classIf(func(usage string) bool { return strings.Contains(usage, "SpotUsage") })}, reserved,
		},
		of: func(c []string) string {
			return billing.ExplorerPurchase(billing.LineType(c[0]), c[1], c[2], c[3] == yes, c[4] == yes)
		},
	},
	ExplorerUsageGroup: {
		from: []part{{Product, nil}, {UsageType, billing.UsageMark}},
		of:   func(c []string) string { return billing.ExplorerUsageGroup(c[0], c[1]) },
	},
	ExplorerPayment: {
		from: []part{{"savings_plan_payment_option", nil}, {PurchaseOption, nil}},
		of:   func(c []string) string { return cmp.Or(c[0], c[1]) },
	},
	ExplorerFamily:      through(InstanceType, billing.ExplorerFamily),
	ExplorerSystem:      through(Platform, billing.ExplorerSystem),
	ExplorerDatabase:    through(Platform, billing.ExplorerDatabase),
	ExplorerCache:       through(Platform, billing.ExplorerCache),
	ExplorerDeployment:  through(UsageType, billing.ExplorerDeployment),
	ExplorerReservation: through(ReservationARN, billing.ExplorerReservation),
}

// through is the derivation of one column by a function.
func through(column string, of func(string) string) *derivation {
	return &derivation{from: []part{{column, of}}, of: func(c []string) string { return c[0] }}
}

func (p part) classOf(value string) string {
	if p.class == nil {
		return value
	}
	return p.class(value)
}

// ofLine derives the value of a line.
func (d *derivation) ofLine(l *line) string {
	classes := make([]string, len(d.from))
	for i, p := range d.from {
		classes[i] = p.classOf(textOf(p.column, l))
	}
	return d.of(classes)
}

// text derives a column of a segment: each combination of classes is looked at once.
func (d *derivation) text(r *reading) (*textData, error) {
	c := combinations{scratch: r.scratch, classes: [][]string{nil}}
	for _, p := range d.from {
		data, err := r.text(p.column)
		if err != nil {
			return nil, err
		}
		c.add(p, data)
	}
	out := &textData{}
	numbers, codes := map[string]int32{}, make([]int32, len(c.classes))
	for i, classes := range c.classes {
		value := d.of(classes)
		number, ok := numbers[value]
		if !ok {
			number = int32(len(out.values))
			numbers[value], out.values = number, append(out.values, value)
		}
		codes[i] = number
	}
	if len(out.values) == 1 {
		return out, nil
	}
	for i, id := range c.ids {
		c.ids[i] = codes[id]
	}
	out.codes = c.ids
	return out, nil
}

// combinations numbers the combinations of classes that the rows of a segment have.
type combinations struct {
	scratch *scratch
	classes [][]string
	ids     []int32 // by row; nil while all rows have the first
}

// add takes one column more into account.
func (c *combinations) add(p part, data *textData) {
	if data.codes == nil {
		c.all(p.classOf(data.values[0]))
		return
	}
	// The class of a code, and before the first that of no value.
	classes, numbers, of := []string(nil), map[string]int32{}, make([]int32, len(data.values)+1)
	for i := range of {
		value := ""
		if i > 0 {
			value = data.values[i-1]
		}
		class := p.classOf(value)
		number, ok := numbers[class]
		if !ok {
			number = int32(len(classes))
			numbers[class], classes = number, append(classes, class)
		}
		of[i] = number
	}
	if len(classes) == 1 {
		c.all(classes[0])
		return
	}
	if c.ids == nil {
		c.ids = c.scratch.int32s(len(data.codes))
		clear(c.ids)
	}
	before := c.classes
	c.classes = nil
	table := make([]int32, len(before)*len(classes)) // a combination's number and one; 0 for none yet
	for row, code := range data.codes {
		class := of[code+1]
		cell := &table[int(c.ids[row])*len(classes)+int(class)]
		if *cell == 0 {
			was := before[c.ids[row]]
			c.classes = append(c.classes, append(was[:len(was):len(was)], classes[class]))
			*cell = int32(len(c.classes))
		}
		c.ids[row] = *cell - 1
	}
}

// all adds a class that all rows have.
func (c *combinations) all(class string) {
	for i, was := range c.classes {
		c.classes[i] = append(was[:len(was):len(was)], class)
	}
}
