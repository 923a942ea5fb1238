package pricing

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"umbel/internal/bills"
	"umbel/internal/domain/billing"
	"umbel/internal/fault"
	model "umbel/internal/model/pricing"
	"umbel/internal/op"
)

const (
	formatVersion = "aws_v1"
	defaultPage   = 100
)

func describeServices(desk *bills.Desk) *op.Operation {
	return reading("DescribeServices", desk, func(c *op.Call, in *model.DescribeServicesInput, book *billing.Book) (*model.DescribeServicesOutput, error) {
		if err := checkFormat(in.FormatVersion); err != nil {
			return nil, err
		}
		services := map[string]map[string]bool{}
		for _, p := range book.Prices() {
			if in.ServiceCode != nil && p.Service != *in.ServiceCode {
				continue
			}
			if services[p.Service] == nil {
				services[p.Service] = map[string]bool{}
			}
			for name := range attributes(p) {
				services[p.Service][name] = true
			}
		}
		if in.ServiceCode != nil && len(services) == 0 {
			return nil, unknownService(*in.ServiceCode)
		}
		codes, next, err := op.Page(c, "pricing.DescribeServices "+op.Value(in.ServiceCode), op.Value(in.NextToken), size(in.MaxResults),
			walk(slices.Sorted(maps.Keys(services))), nil)
		if err != nil {
			return nil, err
		}
		version := formatVersion
		out := &model.DescribeServicesOutput{Services: []model.Service{}, FormatVersion: &version, NextToken: op.Optional(next)}
		for _, code := range codes {
			out.Services = append(out.Services, model.Service{ServiceCode: &code, AttributeNames: slices.Sorted(maps.Keys(services[code]))})
		}
		return out, nil
	})
}

func getAttributeValues(desk *bills.Desk) *op.Operation {
	return reading("GetAttributeValues", desk, func(c *op.Call, in *model.GetAttributeValuesInput, book *billing.Book) (*model.GetAttributeValuesOutput, error) {
		prices, err := pricesOf(book, *in.ServiceCode)
		if err != nil {
			return nil, err
		}
		found := map[string]bool{}
		for _, p := range prices {
			if v := attributes(p)[*in.AttributeName]; v != "" {
				found[v] = true
			}
		}
		if len(found) == 0 {
			return nil, fault.New(fault.InvalidInput, "Attribute %s is not an attribute of %s.", *in.AttributeName, *in.ServiceCode)
		}
		what := "pricing.GetAttributeValues " + *in.ServiceCode + " " + *in.AttributeName
		values, next, err := op.Page(c, what, op.Value(in.NextToken), size(in.MaxResults), walk(slices.Sorted(maps.Keys(found))), nil)
		if err != nil {
			return nil, err
		}
		out := &model.GetAttributeValuesOutput{AttributeValues: []model.AttributeValue{}, NextToken: op.Optional(next)}
		for _, v := range values {
			out.AttributeValues = append(out.AttributeValues, model.AttributeValue{Value: &v})
		}
		return out, nil
	})
}

// pricesOf gives the prices of a service, in the order of their keys.
func pricesOf(book *billing.Book, service string) ([]*billing.Price, error) {
	prices := slices.DeleteFunc(slices.Clone(book.Prices()), func(p *billing.Price) bool { return p.Service != service })
	if len(prices) == 0 {
		return nil, unknownService(service)
	}
	return prices, nil
}

func unknownService(code string) error {
	return fault.New(fault.NotFound, "The service code %s is not in the price list.", code)
}

func checkFormat(version *string) error {
	if version != nil && *version != formatVersion {
		return fault.New(fault.InvalidInput, "The format version %s is not supported: use %s.", *version, formatVersion)
	}
	return nil
}

func size(maxResults *int32) int { return int(cmp.Or(op.Value(maxResults), defaultPage)) }

// walk gives sorted texts from behind one of them on.
func walk(all []string) func(string) iter.Seq2[string, string] {
	return func(after string) iter.Seq2[string, string] {
		return func(yield func(string, string) bool) {
			for _, v := range all {
				if v > after && !yield(v, v) {
					return
				}
			}
		}
	}
}
