package e2e_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"umbel/internal/testenv"
)

// speakTo gives the same principal on another server.
func speakTo(s *testenv.Server, cfg aws.Config) aws.Config {
	cfg.BaseEndpoint = aws.String(s.URL)
	return cfg
}

// TestRestart stops a server between two pages: keys, sessions and page tokens go on with the next one; altered tokens, and
// those of another list, are refused.
func TestRestart(t *testing.T) {
	where := testenv.Database(filepath.Join(t.TempDir(), "umbel.db"))
	first := testenv.Start(t, where)
	o := first.CreateOrganization("")
	for i := range 5 {
		o.Unit(o.Root, fmt.Sprint("unit ", i))
	}
	session, key := first.Administrator(""), first.User(first.Administrator(""), "alice", all)
	units := func(cfg aws.Config, parent string, token *string) (*organizations.ListOrganizationalUnitsForParentOutput, error) {
		return organizations.NewFromConfig(cfg).ListOrganizationalUnitsForParent(t.Context(),
			&organizations.ListOrganizationalUnitsForParentInput{ParentId: &parent, MaxResults: aws.Int32(3), NextToken: token})
	}
	page, err := units(session, o.Root, nil)
	if err != nil {
		t.Fatal(err)
	}
	roles, err := iam.NewFromConfig(key).ListRoles(t.Context(), &iam.ListRolesInput{MaxItems: aws.Int32(1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	second := testenv.Start(t, where)
	session, key = speakTo(second, session), speakTo(second, key)
	rest, err := units(session, o.Root, page.NextToken)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.OrganizationalUnits) != 3 || len(rest.OrganizationalUnits) != 2 || rest.NextToken != nil {
		t.Errorf("%d units, then %d", len(page.OrganizationalUnits), len(rest.OrganizationalUnits))
	}
	if _, err := iam.NewFromConfig(key).ListRoles(t.Context(), &iam.ListRolesInput{Marker: roles.Marker}); roles.Marker == nil || err != nil {
		t.Errorf("IAM's marker: %v", err)
	}
	token := *page.NextToken
	const refused = "InvalidInputException: You specified an invalid value."
	for _, altered := range []string{flip(token), token[:len(token)/2], "A" + token, "forged", strings.ToLower(token)} {
		_, err := units(session, o.Root, &altered)
		wantRefused(t, altered, err, refused)
	}
	_, err = units(session, *page.OrganizationalUnits[0].Id, &token)
	wantRefused(t, "another parent's token", err, refused)
}

// TestTwoServersOnOneFile lets two servers serve one SQLite file: what one acknowledged the other shows in its next answer,
// and credentials of one are good on both.
func TestTwoServersOnOneFile(t *testing.T) {
	where := testenv.Database(filepath.Join(t.TempDir(), "umbel.db"))
	a, b := testenv.Start(t, where), testenv.Start(t, where)
	o := a.CreateOrganization("")
	account := o.Account("", "member")
	admin := a.Role(account, "")
	members := [2]aws.Config{admin, speakTo(b, admin)}
	management := [2]aws.Config{a.Administrator(""), speakTo(b, a.Administrator(""))}
	policy := o.Policy(scp, "no lists", deny("iam:ListUsers"))
	for i := range 10 {
		here, there := i%2, (i+1)%2
		client := organizations.NewFromConfig(management[here])
		if _, err := client.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: &policy, TargetId: &account}); err != nil {
			t.Fatal(err)
		}
		wantDenied(t, "after attaching", probes()["iam:ListUsers"](t, members[there]), "/"+policy)
		if _, err := client.DetachPolicy(t.Context(), &organizations.DetachPolicyInput{PolicyId: &policy, TargetId: &account}); err != nil {
			t.Fatal(err)
		}
		wantAllowed(t, "after detaching", probes()["iam:ListUsers"](t, members[there]))
		name := fmt.Sprint("user", i)
		made, err := iam.NewFromConfig(members[here]).CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
		if err != nil {
			t.Fatal(err)
		}
		found, err := iam.NewFromConfig(members[there]).GetUser(t.Context(), &iam.GetUserInput{UserName: &name})
		if err != nil || *found.User.UserId != *made.User.UserId {
			t.Errorf("user on the other server: %v", err)
		}
	}
}
