package e2e_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"umbel/internal/operator"
)

// verify compares a server that was started again with the model.
func (m *crashModel) verify(t *testing.T, p *process, round int) {
	t.Helper()
	cfg := p.rootConfig(t)
	client := organizations.NewFromConfig(cfg)
	m.verifyUnits(t, client, round)
	m.verifyUsers(t, iam.NewFromConfig(cfg), round)
	m.verifyAccounts(t, client, p, round)
	if t.Failed() {
		t.FailNow()
	}
}

func (m *crashModel) verifyUnits(t *testing.T, client *organizations.Client, round int) {
	there := map[string]string{}
	pages := organizations.NewListOrganizationalUnitsForParentPaginator(client, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &m.root})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, u := range page.OrganizationalUnits {
			there[*u.Id] = *u.Name
		}
	}
	for id, name := range m.units {
		if there[id] != name {
			t.Errorf("round %d: unit %s %q was acknowledged; there is %q", round, id, name, there[id])
		}
	}
	for id := range there {
		if m.gone[id] {
			t.Errorf("round %d: unit %s was deleted, acknowledged, and is back", round, id)
		}
		m.verifyTags(t, client, id, round)
		if !m.gone[id] && !m.touched[id] {
			m.units[id] = there[id] // one that was cut off and is there counts from now on
		}
	}
	for id := range m.touched {
		delete(m.touched, id)
		if _, still := there[id]; !still {
			m.gone[id] = true
		} else if !m.gone[id] {
			m.units[id] = there[id]
		}
	}
	// Deleting the oldest keeps the rounds equally short.
	m.trim(t, client, there)
}

// verifyTags wants the tag every unit is made with, and the last value acknowledged or the one cut off.
func (m *crashModel) verifyTags(t *testing.T, client *organizations.Client, unit string, round int) {
	out, err := client.ListTagsForResource(t.Context(), &organizations.ListTagsForResourceInput{ResourceId: &unit})
	if err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	made, n := "", 0
	for _, tag := range out.Tags {
		switch *tag.Key {
		case "made":
			made = *tag.Value
		case "n":
			n, _ = strconv.Atoi(*tag.Value)
		}
	}
	if made != "whole" {
		t.Errorf("round %d: unit %s is there without the tag it was made with", round, unit)
	}
	want := m.tags[unit]
	if n != want.acknowledged && !slices.Contains(want.cutOff, n) {
		t.Errorf("round %d: unit %s: tag is %d; acknowledged %d, cut off %v", round, unit, n, want.acknowledged, want.cutOff)
	}
	m.tags[unit] = tagged{acknowledged: n}
}

const keptUnits = 40

func (m *crashModel) trim(t *testing.T, client *organizations.Client, there map[string]string) {
	for id := range there {
		if len(m.units) <= keptUnits {
			return
		}
		if _, known := m.units[id]; !known {
			continue
		}
		if _, err := client.DeleteOrganizationalUnit(t.Context(), &organizations.DeleteOrganizationalUnitInput{OrganizationalUnitId: &id}); err != nil {
			t.Fatal(err)
		}
		delete(m.units, id)
		m.gone[id] = true
	}
}

func (m *crashModel) verifyUsers(t *testing.T, client *iam.Client, round int) {
	there := map[string]bool{}
	pages := iam.NewListUsersPaginator(client, &iam.ListUsersInput{MaxItems: aws.Int32(1000)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, u := range page.Users {
			there[*u.UserName] = true
		}
	}
	for name := range m.users {
		if !there[name] {
			t.Errorf("round %d: user %s was acknowledged and is gone", round, name)
		}
	}
}

// verifyAccounts wants every acknowledged CreateAccount to end in a whole account: listed, and with its role.
func (m *crashModel) verifyAccounts(t *testing.T, client *organizations.Client, p *process, round int) {
	door := operator.Client{Endpoint: p.endpoint, Token: "crash"}
	for request, email := range m.requests {
		var status *types.CreateAccountStatus
		for status == nil || status.State == types.CreateAccountStateInProgress {
			out, err := client.DescribeCreateAccountStatus(t.Context(), &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: &request})
			if err != nil {
				t.Fatalf("round %d: request %s was acknowledged: %v", round, request, err)
			}
			status = out.CreateAccountStatus
		}
		if status.State != types.CreateAccountStateSucceeded {
			t.Fatalf("round %d: account %s: %s %s", round, email, status.State, status.FailureReason)
		}
		out, err := client.DescribeAccount(t.Context(), &organizations.DescribeAccountInput{AccountId: status.AccountId})
		if err != nil || aws.ToString(out.Account.Email) != email {
			t.Errorf("round %d: account %s of %s: %v", round, aws.ToString(status.AccountId), email, err)
		}
		if _, err := door.Credentials(t.Context(), operator.CredentialsRequest{Account: *status.AccountId}); err != nil {
			t.Errorf("round %d: account %s has no access role: %v", round, *status.AccountId, err)
		}
		delete(m.requests, request) // whole once; it cannot become less, and its partition is compared by umbel check
	}
}
