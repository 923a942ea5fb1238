package main

import (
	"errors"
	"slices"
	"strings"
)

// documented are global keys that the package lacks.
// Source: IAM User Guide, "AWS global condition context keys".
var documented = []key{
	{"aws:SignInSessionArn", "ARN"}, {"aws:ViaCustomerDomain", "String"}, {"codebuild:BuildArn", "ARN"}, {"codebuild:ProjectArn", "ARN"},
}

// globalKeys reads the list in the package's source, which has no data file of it.
func globalKeys(source string) ([]key, error) {
	var keys []key
	for line := range strings.Lines(source) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		value = strings.Trim(value, "',")
		switch name {
		case "key":
			keys = append(keys, key{Name: template(value)})
		case "type":
			if len(keys) == 0 {
				return nil, errors.New("globalConditionKeys.js: a type before the first key")
			}
			keys[len(keys)-1].Type = value
		}
	}
	for _, k := range documented {
		if !slices.ContainsFunc(keys, func(have key) bool { return strings.EqualFold(have.Name, k.Name) }) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	if len(keys) == len(documented) {
		return nil, errors.New("globalConditionKeys.js: no key found")
	}
	return keys, nil
}

// template writes the variable of a tag's name as the other keys do.
func template(name string) string {
	if strings.HasSuffix(name, "/") {
		return name + "${TagKey}"
	}
	return strings.Replace(name, "tag-key", "${TagKey}", 1)
}

func foreignPrefixes(of map[string][]string) (list [][2]string) {
	for prefix, services := range of {
		for _, s := range services {
			list = append(list, [2]string{prefix, s})
		}
	}
	slices.SortFunc(list, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return list
}

// sorted gives the distinct strings in order.
func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }
