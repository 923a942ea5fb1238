package costlines_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"umbel/internal/usage"
)

// exportFile is how many lines a file of an export has, and exportGroup how many a row group of it.
const exportFile, exportGroup = 1_000_000, 250_000

// exporter writes files of CUR 2.0 in Parquet as Data Exports does: all columns of usage.CUR2Columns, texts by dictionaries, amounts
// as double, tags and products as maps, snappy; the lines in no order. Its organization has 500 accounts, 60 services, 25,000 usage
// types, 200,000 resources, 92 days, 7 types of lines and 3 tags. What it writes follows from the seed.
type exporter struct {
	r      *rand.Rand
	kinds  []exportKind
	teams  []string
	apps   []string
	schema *parquet.Schema
	names  []string // of the schema's leaves
}

// exportKind is what all lines of a usage type have in common.
type exportKind struct {
	product, name, usageType, operation, region, sku, rate, description, unit string
	price                                                                     float64
}

// exportLine is a line about to be written.
type exportLine struct {
	kind                 *exportKind
	account, hour        int
	id, resource         string
	lineType             string
	env, team, app       string // "" for a resource without tags
	usage, cost, covered float64
}

func newExporter(seed uint64) *exporter {
	e := &exporter{r: rand.New(rand.NewPCG(seed, 1))}
	regions := []string{"eu-west-1", "us-east-1", "eu-central-1", "ap-south-1"}
	for i := range 25_000 {
		product := i % benchProducts
		e.kinds = append(e.kinds, exportKind{
			product: fmt.Sprint("AmazonService", product), name: fmt.Sprint("Amazon Service of the Kind ", product), usageType: fmt.Sprintf("EUW1-Usage:type%05d.large", i),
			operation: fmt.Sprint("Operation", i%40), region: regions[i/7%4], sku: fmt.Sprintf("SKU%013d", i*7919), rate: fmt.Sprintf("SKU%013d.JRTCKXETXF.6YS6EN2CT7", i*7919),
			description: fmt.Sprintf("$%.4f per unit of kind %d used", float64(i%900+1)/1e4, i), unit: []string{"Hrs", "GB-Mo", "Requests"}[i%3], price: float64(i%900+1) / 1e4,
		})
	}
	for i := range 20 {
		e.teams = append(e.teams, fmt.Sprint("team-", i))
	}
	for i := range 100 {
		e.apps = append(e.apps, fmt.Sprint("application-", i))
	}
	group := parquet.Group{}
	for _, name := range usage.CUR2Columns() {
		group[name] = parquet.Optional(exportNode(name))
	}
	e.schema = parquet.NewSchema("export", group)
	for _, path := range e.schema.Columns() {
		name := path[0]
		if len(path) > 1 {
			name += "." + path[len(path)-1]
		}
		e.names = append(e.names, name)
	}
	return e
}

// exportNode gives a column's type as the Data Exports User Guide has it.
func exportNode(name string) parquet.Node {
	text := parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	amount := parquet.Encoded(parquet.Leaf(parquet.DoubleType), &parquet.RLEDictionary)
	switch {
	case name == "identity_line_item_id":
		return parquet.String()
	case slices.Contains([]string{"resource_tags", "cost_category", "product"}, name):
		return parquet.Map(text, parquet.Optional(text))
	case name == "discount":
		return parquet.Map(text, parquet.Optional(amount))
	case slices.Contains([]string{"line_item_usage_start_date", "line_item_usage_end_date", "bill_billing_period_start_date", "bill_billing_period_end_date"}, name):
		return parquet.Encoded(parquet.Timestamp(parquet.Millisecond), &parquet.RLEDictionary)
	case slices.Contains([]string{"line_item_usage_amount", "line_item_unblended_cost", "line_item_blended_cost", "pricing_public_on_demand_cost"}, name):
		return parquet.Leaf(parquet.DoubleType)
	case exportAmounts[name]:
		return amount
	}
	return text
}

// exportAmounts are the other columns of amounts.
var exportAmounts = map[string]bool{
	"discount_bundled_discount": true, "discount_total_discount": true, "line_item_blended_rate": true, "line_item_net_unblended_cost": true,
	"line_item_net_unblended_rate": true, "line_item_normalization_factor": true, "line_item_normalized_usage_amount": true,
	"line_item_unblended_rate": true, "pricing_public_on_demand_rate": true, "savings_plan_savings_plan_effective_cost": true, "savings_plan_savings_plan_rate": true,
	"reservation_effective_cost": true,
}

const exportIDs = "abcdefghijklmnopqrstuvwxyz234567"

func (e *exporter) line(l *exportLine, month int) {
	r := e.r
	kind := &e.kinds[r.IntN(len(e.kinds))]
	account := r.IntN(benchAccounts)
	resource := account*400 + r.IntN(400)
	var id [52]byte
	for i := 0; i < len(id); i += 12 {
		for n, k := r.Uint64(), i; k < min(i+12, len(id)); k++ {
			id[k] = exportIDs[n&31]
			n >>= 5
		}
	}
	first, days := []int{0, 31, 61}[month], []int{31, 30, 31}[month]
	*l = exportLine{kind: kind, account: account, hour: first*24 + r.IntN(days*24), id: string(id[:]), lineType: "Usage", usage: float64(1+r.IntN(9_999)) / 1e4,
		resource: "arn:aws:service:eu-west-1:" + strconv.Itoa(100000000000+account) + ":resource/" + strconv.Itoa(resource)}
	if resource%3 > 0 {
		l.env, l.team, l.app = []string{"prod", "test", "dev", "stage"}[resource/3%4], e.teams[resource/12%20], e.apps[resource/5%100]
	}
	l.cost = float64(r.IntN(1_000_000_000)) / 1e10
	switch r.IntN(40) {
	case 0, 1:
		l.lineType = "Credit"
	case 2, 3:
		l.lineType = "Tax"
	case 4, 5:
		l.lineType, l.covered = "SavingsPlanCoveredUsage", float64(r.IntN(100_000))/1e6
	case 6:
		l.lineType, l.cost = "SavingsPlanNegation", -l.cost
	case 7:
		l.lineType, l.cost, l.covered = "DiscountedUsage", 0, float64(r.IntN(100_000))/1e6
	case 8:
		l.lineType = "Fee"
	}
}

// value gives what a column has of a line; null for nothing.
func (e *exporter) value(name string, l *exportLine) parquet.Value {
	text := func(s string) parquet.Value {
		if s == "" {
			return parquet.NullValue()
		}
		return parquet.ByteArrayValue([]byte(s))
	}
	start := benchFirst.Add(time.Duration(l.hour) * time.Hour)
	month := time.Date(start.Year(), start.Month(), 1, 0, 0, 0, 0, time.UTC)
	switch name {
	case "identity_line_item_id":
		return text(l.id)
	case "identity_time_interval":
		return text(start.Format(time.RFC3339) + "/" + start.Add(time.Hour).Format(time.RFC3339))
	case "line_item_usage_start_date":
		return parquet.Int64Value(start.UnixMilli())
	case "line_item_usage_end_date":
		return parquet.Int64Value(start.Add(time.Hour).UnixMilli())
	case "bill_billing_period_start_date":
		return parquet.Int64Value(month.UnixMilli())
	case "bill_billing_period_end_date":
		return parquet.Int64Value(month.AddDate(0, 1, 0).UnixMilli())
	case "line_item_usage_account_id":
		return text(strconv.Itoa(100000000000 + l.account))
	case "line_item_usage_account_name":
		return text("account-" + strconv.Itoa(l.account))
	case "line_item_resource_id":
		return text(l.resource)
	case "line_item_line_item_type":
		return text(l.lineType)
	case "line_item_usage_amount":
		return parquet.DoubleValue(l.usage)
	case "line_item_unblended_cost", "line_item_blended_cost", "pricing_public_on_demand_cost":
		return parquet.DoubleValue(l.cost)
	case "line_item_unblended_rate", "line_item_blended_rate", "pricing_public_on_demand_rate":
		return parquet.DoubleValue(l.kind.price)
	}
	return e.rest(name, l, text)
}

func (e *exporter) rest(name string, l *exportLine, text func(string) parquet.Value) parquet.Value {
	k := l.kind
	switch name {
	case "bill_payer_account_id":
		return text(benchPayer)
	case "bill_payer_account_name":
		return text("payer")
	case "bill_bill_type":
		return text("Anniversary")
	case "bill_billing_entity":
		return text("AWS")
	case "bill_invoicing_entity", "line_item_legal_entity":
		return text("Amazon Web Services, Inc.")
	case "line_item_currency_code", "pricing_currency":
		return text("USD")
	case "line_item_product_code", "product_servicecode":
		return text(k.product)
	case "line_item_usage_type", "product_usagetype":
		return text(k.usageType)
	case "line_item_operation", "product_operation":
		return text(k.operation)
	case "line_item_line_item_description":
		return text(k.description)
	case "product_region_code":
		return text(k.region)
	case "line_item_availability_zone":
		return text(k.region + "a")
	case "product_sku":
		return text(k.sku)
	case "product_product_family":
		return text("Family of " + k.product)
	case "pricing_rate_code":
		return text(k.rate)
	case "pricing_rate_id":
		return text(k.sku[3:])
	case "pricing_term":
		return text("OnDemand")
	case "pricing_unit", "product_pricing_unit":
		return text(k.unit)
	case "savings_plan_savings_plan_a_r_n":
		if l.lineType == "SavingsPlanCoveredUsage" {
			return text("arn:aws:savingsplans::999999999999:savingsplan/" + strconv.Itoa(l.account%20))
		}
	case "savings_plan_savings_plan_effective_cost":
		if l.lineType == "SavingsPlanCoveredUsage" {
			return parquet.DoubleValue(l.covered)
		}
	case "reservation_reservation_a_r_n":
		if l.lineType == "DiscountedUsage" {
			return text("arn:aws:ec2:eu-west-1:999999999999:reserved-instances/" + strconv.Itoa(l.account%20))
		}
	case "reservation_effective_cost":
		if l.lineType == "DiscountedUsage" {
			return parquet.DoubleValue(l.covered)
		}
	}
	return parquet.NullValue()
}

// entries gives the map a column has of a line, as keys and values one after another.
func (l *exportLine) entries(name string) []string {
	switch {
	case name == "product":
		return []string{"product_name", l.kind.name, "region", l.kind.region, "servicename", l.kind.name}
	case name == "resource_tags" && l.env != "":
		return []string{"user_env", l.env, "user_team", l.team, "user_app", l.app}
	}
	return nil
}

// write writes a file of lines of a month, 0 to 2.
func (e *exporter) write(path string, lines, month int) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := parquet.NewGenericWriter[any](file, e.schema, parquet.Compression(&parquet.Snappy), parquet.DataPageVersion(1), parquet.PageBufferSize(1<<20))
	some := make([]exportLine, 0, 4096)
	values := make([]parquet.Value, 0, 4096*6)
	columns := w.ColumnWriters()
	for left := lines; left > 0; {
		group := min(left, exportGroup)
		left -= group
		for group > 0 {
			some = some[:min(group, cap(some))]
			group -= len(some)
			for i := range some {
				e.line(&some[i], month)
			}
			for i, name := range e.names {
				values = e.column(values[:0], i, name, some)
				if _, err := columns[i].WriteRowValues(values); err != nil {
					return err
				}
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return file.Close()
}

// column appends the values of a leaf.
func (e *exporter) column(values []parquet.Value, i int, name string, some []exportLine) []parquet.Value {
	head, part := name, ""
	for _, suffix := range []string{".key", ".value"} {
		if n := len(name) - len(suffix); n > 0 && name[n:] == suffix {
			head, part = name[:n], suffix
		}
	}
	for k := range some {
		if part == "" {
			if v := e.value(name, &some[k]); v.IsNull() {
				values = append(values, v.Level(0, 0, i))
			} else {
				values = append(values, v.Level(0, 1, i))
			}
			continue
		}
		entries := some[k].entries(head)
		if entries == nil {
			values = append(values, parquet.NullValue().Level(0, 0, i))
		}
		for at := 0; at < len(entries); at += 2 {
			text, level := entries[at], 2
			if part == ".value" {
				text, level = entries[at+1], 3
			}
			values = append(values, parquet.ByteArrayValue([]byte(text)).Level(min(at, 1), level, i))
		}
	}
	return values
}

// exportDir gives the files of so many lines, three months of them in turns; they are made if they are not there.
func exportDir(b *testing.B, dir string, lines int) (paths []string) {
	b.Helper()
	for at := 0; at < lines; at += exportFile {
		n := min(exportFile, lines-at)
		path := filepath.Join(dir, fmt.Sprintf("cur2-%09d-%d.snappy.parquet", at, n))
		paths = append(paths, path)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := newExporter(uint64(at)+1).write(path+".new", n, at/exportFile%3); err != nil {
			b.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			b.Fatal(err)
		}
	}
	return paths
}
