package billing

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"umbel/internal/decimal"
)

//go:embed seed/*.csv
var seed embed.FS

// Seed gives the price book that is shipped: EC2's Linux instances as they are in us-east-1, the tier tables of AWS's worked
// examples, and a few prices to try things with (seed/NOTICE.md). Its prices hold in every Region. What savings plans cost in it
// is of the proportions of the worked example: 70 % of the price on demand for a compute plan, 60 % for an instance plan.
func Seed() (*Book, error) {
	b := NewBook("USD")
	if err := seedRows("seed/ec2-linux-us-east-1.csv", 2, b.seedInstance); err != nil {
		return nil, err
	}
	if err := seedRows("seed/examples.csv", 13, b.seedExample); err != nil {
		return nil, err
	}
	return b, nil
}

// seedRows reads a file that begins with its columns' names.
func seedRows(name string, columns int, add func(row []string) error) error {
	f, err := seed.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = columns
	rows, err := r.ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, row := range rows[1:] {
		if err := add(row); err != nil {
			return fmt.Errorf("%s:%d: %w", name, i+2, err)
		}
	}
	return nil
}

// seedInstance adds an instance type and its price.
func (b *Book) seedInstance(row []string) error {
	rate, err := decimal.Parse(row[1])
	if err != nil {
		return err
	}
	compute, err := rate.Mul(decimal.New(7, 1))
	if err != nil {
		return err
	}
	instance, err := rate.Mul(decimal.New(6, 1))
	if err != nil {
		return err
	}
	p := Price{
		Key:  PriceKey{Product: ProductEC2, UsageType: "BoxUsage:" + row[0]},
		Name: "Amazon Elastic Compute Cloud", Family: "Compute Instance", Unit: "Hrs", InstanceType: row[0], Platform: "Linux/UNIX", Tenancy: "Shared",
		Tiers: []Tier{{Rate: rate, Description: fmt.Sprintf("$%s per On Demand Linux %s Instance Hour", rate, row[0])}},
		Plans: []PlanRate{{Kind: ComputePlan, Rate: compute}, {Kind: InstancePlan, Rate: instance}},
	}
	if row[0] == "t2.micro" || row[0] == "t3.micro" {
		p.Allowance = &Allowance{ID: "ec2-micro", Quantity: decimal.Int(750), Months: 12}
	}
	return b.Add(p)
}

// seedExample adds a row of examples.csv.
func (b *Book) seedExample(row []string) error {
	p := Price{Key: PriceKey{Product: row[0], UsageType: row[1]}, Service: row[2], Name: row[3], Family: row[4], Unit: row[5], Pool: row[7]}
	for field := range strings.FieldsSeq(row[6]) {
		from, rate, _ := strings.Cut(field, ":")
		var t Tier
		var err error
		if t.From, err = decimal.Parse(from); err != nil {
			return err
		}
		if t.Rate, err = decimal.Parse(rate); err != nil {
			return err
		}
		p.Tiers = append(p.Tiers, t)
	}
	if row[8] != "" {
		quantity, err := decimal.Parse(row[9])
		if err != nil {
			return err
		}
		months, err := strconv.Atoi(row[10])
		if err != nil {
			return err
		}
		p.Allowance = &Allowance{ID: row[8], Quantity: quantity, Months: months}
	}
	if row[11] != "" {
		rate, err := decimal.Parse(row[11])
		if err != nil {
			return err
		}
		p.Plans = []PlanRate{{Kind: ComputePlan, Rate: rate}}
	}
	return b.Add(p)
}
