package usage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"umbel/internal/domain/billing"
)

// recordColumns are the columns of simple usage records, in CSV and JSON, by their names without case, blanks, "_" and "-".
func recordColumns() map[string]setter {
	text := func(at func(*billing.UsageRecord) *string) setter {
		return func(r *row, b []byte) error {
			*at(&r.record) = r.text(b)
			return nil
		}
	}
	instance := func(at func(*billing.Instance) *string) setter {
		return func(r *row, b []byte) error {
			*at(r.instance()) = r.text(b)
			return nil
		}
	}
	return map[string]setter{
		"account": func(r *row, b []byte) (err error) {
			if len(b) != 12 {
				return errAccount
			}
			r.record.Account, err = r.account(b)
			return err
		},
		"product":   text(func(u *billing.UsageRecord) *string { return &u.Product }),
		"usagetype": text(func(u *billing.UsageRecord) *string { return &u.UsageType }),
		"operation": text(func(u *billing.UsageRecord) *string { return &u.Operation }),
		"region":    text(func(u *billing.UsageRecord) *string { return &u.Region }),
		"zone":      text(func(u *billing.UsageRecord) *string { return &u.Zone }),
		"resource":  text(func(u *billing.UsageRecord) *string { return &u.Resource }),
		"unit":      text(func(u *billing.UsageRecord) *string { return &u.Unit }),
		"seller":    text(func(u *billing.UsageRecord) *string { return &u.Seller }),
		"quantity": func(r *row, b []byte) (err error) {
			r.counted = true
			r.record.Quantity, err = number(b)
			if err == nil && r.record.Quantity.Sign() < 0 {
				err = errNegative
			}
			return err
		},
		"time": func(r *row, b []byte) (err error) {
			r.record.Start, err = instant(b)
			r.day = len(b) == len("2026-10-03")
			return err
		},
		"end": func(r *row, b []byte) (err error) {
			r.record.End, err = instant(b)
			return err
		},
		"tags": func(r *row, b []byte) (err error) {
			r.record.Tags, err = r.object(b)
			return err
		},
		"instancetype": instance(func(i *billing.Instance) *string { return &i.Type }),
		"platform":     instance(func(i *billing.Instance) *string { return &i.Platform }),
		"tenancy":      instance(func(i *billing.Instance) *string { return &i.Tenancy }),
		"multiaz": func(r *row, b []byte) error {
			switch {
			case strings.EqualFold(string(b), "true"):
				r.instance().MultiAZ = true
			case !strings.EqualFold(string(b), "false"):
				return errBool
			}
			return nil
		},
	}
}

var (
	errNegative = errors.New("usage below zero")
	errKind     = errors.New("neither a usage type nor an instance type")
	errProduct  = errors.New("a usage type without its product")
	errPlace    = errors.New("not a Region whose usage types are known: give the usage type")
)

func (r *row) instance() *billing.Instance {
	if r.record.Instance == nil {
		r.record.Instance = &billing.Instance{}
	}
	return r.record.Instance
}

// plainName gives a column's name as recordColumns has it.
func plainName(name string) string {
	name = strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(name))
	if name == "start" {
		return "time"
	}
	return name
}

// recordPlan reads simple usage records. A column of another name is an error: it may be one that is misspelt.
func recordPlan(header []string) (*plan, error) {
	setters := recordColumns()
	p := &plan{format: Records}
	var names []string
	for _, name := range header {
		plain := plainName(name)
		set := setters[plain]
		if set == nil {
			return nil, fmt.Errorf("%w: the column %q is of no report and of no usage record", ErrFormat, shortened([]byte(name)))
		}
		if slices.Contains(names, plain) {
			return nil, fmt.Errorf("%w: the column %q comes twice", ErrFormat, name)
		}
		names = append(names, plain)
		p.columns = append(p.columns, column{name: name, set: set})
	}
	for _, name := range []string{"account", "quantity", "time"} {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%w: usage records without the column %s", ErrFormat, name)
		}
	}
	if !slices.Contains(names, "usagetype") && !slices.Contains(names, "instancetype") {
		return nil, fmt.Errorf("%w: usage records with neither usage_type nor instance_type", ErrFormat)
	}
	return p, nil
}

// finishRecord completes a usage record: an instance type gives product, usage type, operation and unit, and a start without an end
// is that hour, or that day.
func finishRecord(r *row) (column string, err error) {
	u := &r.record
	switch {
	case u.Account == "":
		return "account", errMissing
	case !r.counted:
		return "quantity", errMissing
	case u.Start.IsZero():
		return "time", errMissing
	}
	switch {
	case !u.End.IsZero():
	case r.day:
		u.End = u.Start.AddDate(0, 0, 1)
	default:
		u.Start = u.Start.Truncate(time.Hour)
		u.End = u.Start.Add(time.Hour)
	}
	if !u.Start.Before(u.End) {
		return "end", errBackward
	}
	if i := u.Instance; i != nil && i.Type != "" {
		return finishInstance(u)
	}
	u.Instance = nil
	switch {
	case u.UsageType == "":
		return "usage_type", errKind
	case u.Product == "":
		return "product", errProduct
	}
	return "", nil
}

// finishInstance fills in what an instance type tells.
func finishInstance(u *billing.UsageRecord) (column string, err error) {
	i := u.Instance
	database := strings.HasPrefix(i.Type, "db.")
	product, kind, operation, platform := "AmazonEC2", "BoxUsage:", "RunInstances", "Linux/UNIX"
	if database {
		product, kind, operation, platform = "AmazonRDS", "InstanceUsage:", "CreateDBInstance", ""
		if i.MultiAZ {
			kind = "Multi-AZUsage:"
		}
	} else if i.Tenancy == "dedicated" {
		kind = "DedicatedUsage:"
	}
	for _, f := range []struct {
		to    *string
		value string
	}{{&u.Product, product}, {&u.Operation, operation}, {&u.Unit, "Hrs"}, {&i.Platform, platform}} {
		if *f.to == "" {
			*f.to = f.value
		}
	}
	if !database && i.Tenancy == "" {
		i.Tenancy = "default"
	}
	if u.UsageType != "" {
		return "", nil
	}
	prefix, known := usagePrefix(u.Region)
	if !known {
		return "region", errPlace
	}
	u.UsageType = prefix + kind + i.Type
	return "", nil
}

// usagePrefix gives what usage types of a Region begin with (AWS Billing documentation, "Understanding your usage types"; the
// first Regions have names of their own).
func usagePrefix(region string) (prefix string, known bool) {
	prefix, known = map[string]string{
		"us-east-1": "", "us-east-2": "USE2-", "us-west-1": "USW1-", "us-west-2": "USW2-", "ca-central-1": "CAN1-", "sa-east-1": "SAE1-",
		"eu-west-1": "EU-", "eu-west-2": "EUW2-", "eu-west-3": "EUW3-", "eu-central-1": "EUC1-", "eu-north-1": "EUN1-", "eu-south-1": "EUS1-",
		"ap-northeast-1": "APN1-", "ap-northeast-2": "APN2-", "ap-northeast-3": "APN3-", "ap-southeast-1": "APS1-", "ap-southeast-2": "APS2-",
		"ap-south-1": "APS3-", "ap-east-1": "APE1-", "me-south-1": "MES1-", "af-south-1": "AFS1-",
	}[region]
	return prefix, known
}
