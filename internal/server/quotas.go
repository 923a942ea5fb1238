package server

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/op"
)

// quotas names every quota an operator may set, and where it lives in the settings.
var quotas = map[string]func(*op.Settings) *int{
	"accounts":                  func(s *op.Settings) *int { return &s.Org.Accounts },
	"organizational-units":      func(s *op.Settings) *int { return &s.Org.OUs },
	"organizational-unit-depth": func(s *op.Settings) *int { return &s.Org.OUDepth },
	"accounts-created-at-once":  func(s *op.Settings) *int { return &s.Org.CreateConcurrency },
	"accounts-closed-at-once":   func(s *op.Settings) *int { return &s.Org.CloseConcurrency },
	"days-before-removal":       func(s *op.Settings) *int { return &s.Org.RemovalWait },
	"tags-per-resource":         func(s *op.Settings) *int { return &s.Org.Tags },
	"iam-users":                 func(s *op.Settings) *int { return &s.IAM.Users },
	"iam-groups":                func(s *op.Settings) *int { return &s.IAM.Groups },
	"iam-roles":                 func(s *op.Settings) *int { return &s.IAM.Roles },
	"iam-policies":              func(s *op.Settings) *int { return &s.IAM.Policies },
}

// policyQuotas names the quotas of each policy type, as "scp-length".
var policyQuotas = map[string]func(*org.PolicyQuotas) *int{
	"policies":   func(q *org.PolicyQuotas) *int { return &q.PerOrganization },
	"per-target": func(q *org.PolicyQuotas) *int { return &q.PerTarget },
	"length":     func(q *org.PolicyQuotas) *int { return &q.Length },
}

var policyPrefixes = map[string]org.PolicyType{"scp": org.ServiceControlPolicy, "rcp": org.ResourceControlPolicy}

// SetQuotas fills the settings with AWS's quotas and applies the operator's, each as NAME=NUMBER.
func SetQuotas(s *op.Settings, assignments []string) error {
	s.Org, s.IAM = org.DefaultQuotas(), iam.DefaultQuotas()
	for _, a := range assignments {
		name, text, ok := strings.Cut(a, "=")
		n, err := strconv.Atoi(text)
		if !ok || err != nil || n < 0 {
			return fmt.Errorf("--quota %s: want NAME=NUMBER", a)
		}
		if !setQuota(s, name, n) {
			return fmt.Errorf("--quota %s: there is no such quota; there are: %s", a, strings.Join(QuotaNames(), ", "))
		}
	}
	return nil
}

func setQuota(s *op.Settings, name string, n int) bool {
	if at, ok := quotas[name]; ok {
		*at(s) = n
		return true
	}
	prefix, rest, _ := strings.Cut(name, "-")
	policyType, ok := policyPrefixes[prefix]
	at, known := policyQuotas[rest]
	if !ok || !known {
		return false
	}
	q := s.Org.Policies[policyType]
	*at(&q) = n
	s.Org.Policies[policyType] = q
	return true
}

// QuotaNames lists the quotas an operator may set.
func QuotaNames() []string {
	names := slices.Collect(maps.Keys(quotas))
	for prefix := range policyPrefixes {
		for rest := range policyQuotas {
			names = append(names, prefix+"-"+rest)
		}
	}
	slices.Sort(names)
	return names
}
