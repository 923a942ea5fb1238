package usage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"umbel/internal/domain/billing"
)

// CUR1Rows makes the rows of a legacy report: the columns that every report has, and one for each tag and cost category
// ("user:team", "Unit"). They are named as in CSV ("lineItem/UsageAmount"), or as in Parquet ("line_item_usage_amount"). The columns
// are those that a line has something for (Cost and Usage Report User Guide, "Data dictionary").
func CUR1Rows(tags, categories []string, resources, parquet bool) *Rows {
	r := &Rows{expand: asIs}
	add := func(name string, get getter) {
		if parquet {
			name = athena(name)
		}
		r.columns = append(r.columns, Column{name, typeOf(name)})
		r.cells = append(r.cells, cell{get: get})
	}
	for _, f := range cur1Fields() {
		if f.name == "lineItem/ResourceId" && !resources {
			continue
		}
		add(f.name, f.get)
	}
	for _, name := range categories {
		add("costCategory/"+name, func(b []byte, l *billing.Line) []byte { return append(b, l.Categories[name]...) })
	}
	for _, key := range tags {
		add("resourceTags/"+key, func(b []byte, l *billing.Line) []byte { return append(b, l.Tags[key]...) })
	}
	r.texts = make([][]byte, len(r.cells))
	return r
}

// cur1Order is the order of the parts of a legacy report.
const cur1Order = "identity bill lineItem product pricing reservation savingsPlan"

// cur1Fields are the columns of a legacy report, in their order, as that has them.
func cur1Fields() []field {
	fields := append(curFields(), field{name: "identity/TimeInterval", get: cur2Getters()["identity_time_interval"]})
	for _, key := range []string{"BundledDiscount", "TotalDiscount"} {
		fields = append(fields, field{name: "discount/" + key, get: cur2Getters()["discount_"+snake(key)]})
	}
	moments := map[string]func(*line) time.Time{
		"lineItem/UsageStartDate":     func(l *line) time.Time { return l.Start },
		"lineItem/UsageEndDate":       func(l *line) time.Time { return l.End },
		"bill/BillingPeriodStartDate": func(l *line) time.Time { return l.Bill.PeriodStart },
		"bill/BillingPeriodEndDate":   func(l *line) time.Time { return l.Bill.PeriodEnd },
	}
	for i := range fields {
		f := &fields[i]
		if at := moments[f.name]; at != nil {
			f.get = func(b []byte, l *line) []byte { return appendMoment(b, at(l)) }
		}
		if database := f.name == "product/databaseEngine"; database || f.name == "product/operatingSystem" {
			f.get = func(b []byte, l *line) []byte {
				if strings.HasPrefix(l.Detail.InstanceType, "db.") != database {
					return b
				}
				return append(b, l.Detail.Platform...)
			}
		}
	}
	slices.SortStableFunc(fields, func(x, y field) int { return cmp.Compare(cur1Part(x.name), cur1Part(y.name)) })
	return fields
}

func cur1Part(name string) int {
	category, _, _ := strings.Cut(name, "/")
	if i := slices.Index(strings.Fields(cur1Order), category); i >= 0 {
		return i
	}
	return len(cur1Order) // discounts
}

// appendMoment writes a time in whole seconds if it is one.
func appendMoment(b []byte, t time.Time) []byte {
	if t.IsZero() || t.Nanosecond() != 0 {
		return appendTime(b, t)
	}
	return t.UTC().AppendFormat(b, "2006-01-02T15:04:05Z")
}

// athena names a column as Parquet and Athena have it. The keys of tags and cost categories are put into small letters.
func athena(name string) string {
	for prefix, with := range map[string]string{"resourceTags/": "resource_tags_", "costCategory/": "cost_category_"} {
		if key, ok := strings.CutPrefix(name, prefix); ok {
			return with + strings.ToLower(strings.NewReplacer(":", "_", "/", "_", " ", "_").Replace(key))
		}
	}
	return snake(name)
}
