package server_test

import (
	"slices"
	"strings"
	"testing"

	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/op"
	"umbel/internal/server"
)

func TestQuotasDefaultToAWS(t *testing.T) {
	var s op.Settings
	if err := server.SetQuotas(&s, nil); err != nil {
		t.Fatal(err)
	}
	if s.Org.Accounts != org.DefaultQuotas().Accounts || s.IAM != iam.DefaultQuotas() {
		t.Errorf("settings %+v", s)
	}
}

func TestSetQuotas(t *testing.T) {
	s := op.Settings{TrustAccountKeys: true, Endpoint: "kept"}
	err := server.SetQuotas(&s, []string{"accounts=3", "iam-roles=0", "scp-per-target=7", "rcp-length=99", "accounts=4"})
	if err != nil {
		t.Fatal(err)
	}
	scp, rcp := s.Org.Policies[org.ServiceControlPolicy], s.Org.Policies[org.ResourceControlPolicy]
	standard := org.DefaultQuotas().Policies[org.ServiceControlPolicy]
	if s.Org.Accounts != 4 || s.IAM.Roles != 0 || scp.PerTarget != 7 || rcp.Length != 99 {
		t.Errorf("quotas %+v", s)
	}
	if scp.Length != standard.Length || rcp.PerTarget != org.DefaultQuotas().Policies[org.ResourceControlPolicy].PerTarget {
		t.Error("setting one quota of a policy type changed another")
	}
	if !s.TrustAccountKeys || s.Endpoint != "kept" {
		t.Error("setting quotas changed other settings")
	}
	var untouched op.Settings
	if err := server.SetQuotas(&untouched, nil); err != nil || untouched.Org.Policies[org.ServiceControlPolicy] != standard {
		t.Errorf("one server's quotas reached another's: %+v, %v", untouched.Org.Policies, err)
	}
}

func TestSetQuotasRefuses(t *testing.T) {
	for _, c := range []struct{ assignment, want string }{
		{"accounts", "--quota accounts: want NAME=NUMBER"},
		{"accounts=", "want NAME=NUMBER"},
		{"accounts=many", "want NAME=NUMBER"},
		{"accounts=-1", "want NAME=NUMBER"},
		{"=3", "there is no such quota; there are: accounts, "},
		{"doors=3", "--quota doors=3: there is no such quota"},
		{"scp=3", "there is no such quota"},
		{"scp-=3", "there is no such quota"},
		{"tag-length=3", "there is no such quota"},
	} {
		if err := server.SetQuotas(new(op.Settings), []string{c.assignment}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.assignment, err)
		}
	}
}

// TestQuotaNames sets every quota that help lists, and finds each to be a place of its own.
func TestQuotaNames(t *testing.T) {
	names := server.QuotaNames()
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("names %v", names)
	}
	for _, name := range names {
		var s op.Settings
		if err := server.SetQuotas(&s, []string{name + "=123457"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		places := 0
		for _, n := range []int{
			s.Org.Accounts, s.Org.OUs, s.Org.OUDepth, s.Org.CreateConcurrency, s.Org.CloseConcurrency, s.Org.RemovalWait, s.Org.Tags,
			s.IAM.Users, s.IAM.Groups, s.IAM.Roles, s.IAM.Policies,
		} {
			if n == 123457 {
				places++
			}
		}
		for _, q := range s.Org.Policies {
			for _, n := range []int{q.PerOrganization, q.PerTarget, q.Length} {
				if n == 123457 {
					places++
				}
			}
		}
		if places != 1 {
			t.Errorf("%s sets %d places", name, places)
		}
	}
}

func TestOpenEngineRefusesOtherDatabases(t *testing.T) {
	_, err := server.OpenEngine(t.Context(), "mysql://localhost/x", false)
	if err == nil || !strings.Contains(err.Error(), "want postgres://") {
		t.Errorf("mysql: %v", err)
	}
}
