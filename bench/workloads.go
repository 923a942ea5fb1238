package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
)

// world is what the workloads act on.
type world struct {
	account string // the caller's
	root    string // ID of the organization's root
	role    string // name of a role in the caller's account
	roleARN string // a role the caller may assume
	run     string // makes names of this run unique
	// accounts is how many the organization had when they were last counted.
	accounts int
}

// call is one request: an awsJson target and body, or a query form.
type call struct {
	service string
	target  string
	body    string
}

// workload is one measured operation.
type workload struct {
	name string
	// calls gives the calls of one iteration, each made from the answer to the one before it ("" at first); nil ends it.
	next func(w *world, i int, answer []byte) *call
}

func once(build func(w *world, i int) *call) func(*world, int, []byte) *call {
	return func(w *world, i int, answer []byte) *call {
		if answer != nil {
			return nil
		}
		return build(w, i)
	}
}

func organizations(operation, body string) *call {
	return &call{service: "organizations", target: "AWSOrganizationsV20161128." + operation, body: body}
}

func query(service, version, action string, args ...string) *call {
	form := url.Values{"Action": {action}, "Version": {version}}
	for i := 0; i+1 < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	return &call{service: service, body: form.Encode()}
}

// workloads are the operations that a platform's tools call all day.
var workloads = []workload{
	{"DescribeOrganization", once(func(*world, int) *call { return organizations("DescribeOrganization", "{}") })},
	{"ListAccounts/first", once(func(*world, int) *call { return organizations("ListAccounts", "{}") })},
	{"ListAccounts/all", allAccounts},
	{"ListPoliciesForTarget", once(func(w *world, _ int) *call {
		return organizations("ListPoliciesForTarget", fmt.Sprintf(`{"TargetId":%q,"Filter":"SERVICE_CONTROL_POLICY"}`, w.root))
	})},
	{"GetRole", once(func(w *world, _ int) *call { return query("iam", "2010-05-08", "GetRole", "RoleName", w.role) })},
	{"AssumeRole", once(func(w *world, i int) *call {
		return query("sts", "2011-06-15", "AssumeRole", "RoleArn", w.roleARN, "RoleSessionName", fmt.Sprintf("bench-%d", i))
	})},
	{"CreateOrganizationalUnit", once(func(w *world, i int) *call {
		return organizations("CreateOrganizationalUnit", fmt.Sprintf(`{"ParentId":%q,"Name":"bench-%s-%d-%x"}`, w.root, w.run, i, rand.Uint32()))
	})},
	{"CreateAccount", once(func(w *world, i int) *call { return createAccount(w, fmt.Sprintf("%d-%x", i, rand.Uint32())) })},
}

func workloadNames() []string {
	var out []string
	for _, w := range workloads {
		out = append(out, w.name)
	}
	return out
}

func createAccount(w *world, unique string) *call {
	return organizations("CreateAccount", fmt.Sprintf(`{"AccountName":"bench %s","Email":"bench+%s-%s@example.com"}`, unique, w.run, unique))
}

// allAccounts walks all pages; the whole walk counts as one call.
func allAccounts(_ *world, _ int, answer []byte) *call {
	if answer == nil {
		return organizations("ListAccounts", "{}")
	}
	token, ok := member(answer, "NextToken")
	if !ok {
		return nil
	}
	return organizations("ListAccounts", `{"NextToken":"`+token+`"}`)
}

// member finds a string member of a JSON answer without decoding the rest, so that the load stays light.
func member(answer []byte, name string) (string, bool) {
	_, rest, ok := strings.Cut(string(answer), `"`+name+`":`)
	if !ok {
		return "", false
	}
	rest = strings.TrimLeft(rest, " ")
	if !strings.HasPrefix(rest, `"`) {
		return "", false
	}
	value, _, ok := strings.Cut(rest[1:], `"`)
	return value, ok
}
