package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"umbel/internal/testenv"
)

// guardrails are the SCPs at one level; FullAWSAccess is detached if replace is set.
type guardrails struct {
	replace  bool
	policies []string
}

func also(policies ...string) guardrails    { return guardrails{false, policies} }
func instead(policies ...string) guardrails { return guardrails{true, policies} }

// attach attaches them, and gives the IDs of the policies made.
func (g guardrails) attach(t *testing.T, o *testenv.Organization, level, target string) (ids []string) {
	t.Helper()
	for i, p := range g.policies {
		ids = append(ids, o.Policy(scp, fmt.Sprint(level, " ", i), p, target))
	}
	if g.replace {
		detach(t, o, full, target)
	}
	return ids
}

// TestServiceControlScenarios plays the seven scenarios of Organizations User Guide, "SCP evaluation", in an organization
// root > Sandbox > account A. What EC2 is there is IAM here, and S3 is CloudTrail.
func TestServiceControlScenarios(t *testing.T) {
	const (
		compute, computeWrite = "iam:ListUsers", "iam:CreateGroup"
		storage, other        = "cloudtrail:LookupEvents", "organizations:DescribeOrganization"
	)
	// A refusal names the first policy of a level, or says that no SCP allows the action.
	const silent = ""
	tests := []struct {
		name                   string
		root, sandbox, account guardrails
		allowed                []string
		denied                 map[string]string // action → level whose policy denies
	}{
		{"1 impact of deny policies", also(), also(deny("cloudtrail:*")), also(),
			[]string{compute, computeWrite, other}, map[string]string{storage: "sandbox"}},
		{"2 allow policies must exist at every level", also(), instead(allow("iam:*")), also(allow("cloudtrail:*")),
			[]string{compute, computeWrite}, map[string]string{storage: silent, other: silent}},
		{"3 a missing allow at root level", instead(deny("cloudtrail:*")), also(), also(),
			nil, map[string]string{storage: "root", compute: silent, other: silent}},
		{"4 layered deny statements", also(deny("iam:Create*")), also(deny("cloudtrail:*")), also(),
			[]string{compute, other}, map[string]string{computeWrite: "root", storage: "sandbox"}},
		{"5 allow policies at OU level", also(), instead(allow("iam:*"), allow("organizations:Describe*")), also(),
			[]string{compute, computeWrite, other}, map[string]string{storage: silent}},
		{"6 a root-level deny affects all accounts below", also(deny("iam:*")), also(allow("iam:*")), also(allow("iam:*")),
			[]string{storage, other}, map[string]string{compute: "root", computeWrite: "root"}},
		{"7 root-level custom allow policies restrict OUs", instead(allow("iam:*")), also(), also(allow("cloudtrail:*")),
			[]string{compute, computeWrite}, map[string]string{storage: silent, other: silent}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := testenv.Start(t)
			o := s.CreateOrganization("")
			sandbox := o.Unit(o.Root, "Sandbox")
			account := o.Account(sandbox, "account a")
			ids := map[string][]string{
				"account": tt.account.attach(t, o, "account", account),
				"sandbox": tt.sandbox.attach(t, o, "sandbox", sandbox),
				"root":    tt.root.attach(t, o, "root", o.Root),
			}
			for who, cfg := range map[string]aws.Config{"role": s.Role(account, ""), "root user": s.Root(account)} {
				for _, action := range tt.allowed {
					wantAllowed(t, who+" "+action, probes()[action](t, cfg))
				}
				for action, level := range tt.denied {
					ending := " because no service control policy allows the " + action + " action"
					if level != silent {
						ending = " with an explicit deny in a service control policy: " + scpARN(o, s, ids[level][0])
					}
					wantDenied(t, who+" "+action, probes()[action](t, cfg), ending)
				}
			}
		})
	}
}

// TestDenyAtEachLevel attaches one Deny to the root, to each OU on the way and to the account: it binds the account each
// time, and whoever is not below it not at all.
func TestDenyAtEachLevel(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	workloads := o.Unit(o.Root, "Workloads")
	production := o.Unit(workloads, "Production")
	account := o.Account(production, "account a")
	beside := map[string]string{ // an account that is not below the level
		workloads: o.Account("", "in the root"), production: o.Account(workloads, "in workloads"), account: o.Account(production, "account b"),
	}
	policy := o.Policy(scp, "no lists", deny("iam:ListUsers"))
	probe, ending := probes()["iam:ListUsers"], " with an explicit deny in a service control policy: "+scpARN(o, s, policy)
	for _, level := range []string{o.Root, workloads, production, account} {
		wantAllowed(t, level+" before", probe(t, s.Role(account, "")))
		attach(t, o, policy, level)
		wantDenied(t, level+" role", probe(t, s.Role(account, "")), ending)
		wantDenied(t, level+" root user", probe(t, s.Root(account)), ending)
		if beside[level] != "" {
			wantAllowed(t, level+" beside", probe(t, s.Role(beside[level], "")))
		}
		detach(t, o, policy, level)
	}
	wantAllowed(t, "after", probe(t, s.Role(account, "")))
}

// TestAllowMissingAtOneLevel replaces FullAWSAccess by an allow list at one level after the other.
func TestAllowMissingAtOneLevel(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	unit := o.Unit(o.Root, "Workloads")
	account := o.Account(unit, "account a")
	list := o.Policy(scp, "only lists", allow("iam:List*"))
	cfg := s.Role(account, "")
	for _, level := range []string{o.Root, unit, account} {
		wantAllowed(t, level+" before", probes()["iam:CreateGroup"](t, cfg))
		attach(t, o, list, level)
		detach(t, o, full, level)
		wantAllowed(t, level+" listed", probes()["iam:ListUsers"](t, cfg))
		wantDenied(t, level+" not listed", probes()["iam:CreateGroup"](t, cfg), " because no service control policy allows the iam:CreateGroup action")
		attach(t, o, full, level)
		detach(t, o, list, level)
	}
}

// TestMovedAccount moves an account between OUs: with the same access key and the same session its principals lose and gain
// at once.
func TestMovedAccount(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	free, locked := o.Unit(o.Root, "Free"), o.Unit(o.Root, "Locked")
	policy := o.Policy(scp, "no lists", deny("iam:ListUsers"), locked)
	account := o.Account(free, "account a")
	same := map[string]aws.Config{"key": s.User(s.Root(account), "alice", all), "session": s.Role(account, ""), "root session": s.Root(account)}
	probe, ending := probes()["iam:ListUsers"], " with an explicit deny in a service control policy: "+scpARN(o, s, policy)
	for range 3 {
		for who, cfg := range same {
			wantAllowed(t, who+" in the free OU", probe(t, cfg))
		}
		move(t, o, account, free, locked)
		for who, cfg := range same {
			wantDenied(t, who+" in the locked OU", probe(t, cfg), ending)
		}
		move(t, o, account, locked, free)
	}
}

// TestExemptPrincipals denies all there is at the root: the management account's principals and service-linked roles go on,
// the members' root users do not (Organizations User Guide, "Service control policies", "Tasks and entities not restricted
// by SCPs").
func TestExemptPrincipals(t *testing.T) {
	s := testenv.Start(t)
	o := s.CreateOrganization("")
	account := o.Account("", "account a")
	user := s.User(s.Administrator(""), "alice", all)
	o.Policy(scp, "nothing", deny("*"), o.Root)
	management := string(s.First)
	for who, cfg := range map[string]aws.Config{"user": user, "role": s.Administrator(""), "root user": s.Root(management)} {
		for _, action := range slices.Sorted(maps.Keys(probes())) {
			wantAllowed(t, "management account's "+who+" "+action, probes()[action](t, cfg))
		}
	}
	for who, cfg := range map[string]aws.Config{"role": s.Role(account, ""), "root user": s.Root(account)} {
		for _, action := range slices.Sorted(maps.Keys(probes())) {
			if probes()[action](t, cfg) == nil {
				t.Errorf("a member's %s may call %s", who, action)
			}
		}
	}
	// What AWS Organizations does in a member it does as its service-linked role, which no principal can assume.
	linked := s.Role(account, "AWSServiceRoleForOrganizations")
	create := func(cfg aws.Config, service string) error {
		_, err := iam.NewFromConfig(cfg).CreateServiceLinkedRole(t.Context(), &iam.CreateServiceLinkedRoleInput{AWSServiceName: &service})
		return err
	}
	wantAllowed(t, "service-linked role", create(linked, "ecs.amazonaws.com"))
	if create(s.Role(account, ""), "eks.amazonaws.com") == nil {
		t.Error("a member's role may create service-linked roles")
	}
	_, err := assume(t, s.Administrator(""), "arn:aws:iam::"+account+":role/aws-service-role/organizations.amazonaws.com/AWSServiceRoleForOrganizations", "")
	wantDenied(t, "assume a service-linked role", err, "/AWSServiceRoleForOrganizations")
}
