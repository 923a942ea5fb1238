package testenv

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"umbel/internal/orgfile"
)

// Organization is an organization on a server, with the client of its management account's administrator.
type Organization struct {
	*organizations.Client
	server *Server
	ID     string
	Root   string // ID of its root
}

// CreateOrganization makes an organization with all features, managed by the account ("" is the first), and enables
// service control policies and resource control policies in it.
func (s *Server) CreateOrganization(account string) *Organization {
	s.tb.Helper()
	ctx := context.Background()
	o := &Organization{Client: organizations.NewFromConfig(s.Administrator(account)), server: s}
	made, err := o.Client.CreateOrganization(ctx, &organizations.CreateOrganizationInput{})
	if err != nil {
		s.tb.Fatalf("create organization: %v", err)
	}
	o.ID = aws.ToString(made.Organization.Id)
	roots, err := o.ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		s.tb.Fatalf("list roots: %v", err)
	}
	o.Root = aws.ToString(roots.Roots[0].Id)
	for _, t := range []types.PolicyType{types.PolicyTypeServiceControlPolicy, types.PolicyTypeResourceControlPolicy} {
		if _, err := o.EnablePolicyType(ctx, &organizations.EnablePolicyTypeInput{RootId: &o.Root, PolicyType: t}); err != nil {
			s.tb.Fatalf("enable %s: %v", t, err)
		}
	}
	return o
}

// Unit makes an OU and gives its ID.
func (o *Organization) Unit(parent, name string) string {
	o.server.tb.Helper()
	out, err := o.CreateOrganizationalUnit(context.Background(), &organizations.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name})
	if err != nil {
		o.server.tb.Fatalf("create OU %s: %v", name, err)
	}
	return aws.ToString(out.OrganizationalUnit.Id)
}

// Account makes a member account under the parent ("" is the root) and gives its ID.
func (o *Organization) Account(parent, name string) string {
	o.server.tb.Helper()
	ctx := context.Background()
	email := strings.ReplaceAll(strings.ToLower(name), " ", "-") + "@" + strings.TrimPrefix(o.ID, "o-") + ".example.com"
	out, err := o.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: &name, Email: &email})
	if err != nil {
		o.server.tb.Fatalf("create account %s: %v", name, err)
	}
	o.server.Settle()
	status, err := o.DescribeCreateAccountStatus(ctx, &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: out.CreateAccountStatus.Id})
	if err != nil {
		o.server.tb.Fatalf("create account %s: %v", name, err)
	}
	if status.CreateAccountStatus.State != types.CreateAccountStateSucceeded {
		o.server.tb.Fatalf("create account %s: %s %s", name, status.CreateAccountStatus.State, status.CreateAccountStatus.FailureReason)
	}
	id := aws.ToString(status.CreateAccountStatus.AccountId)
	if parent != "" && parent != o.Root {
		if _, err := o.MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: &id, SourceParentId: &o.Root, DestinationParentId: &parent}); err != nil {
			o.server.tb.Fatalf("move account %s: %v", name, err)
		}
	}
	return id
}

// Policy makes a policy and attaches it to the targets.
func (o *Organization) Policy(t types.PolicyType, name, content string, targets ...string) string {
	o.server.tb.Helper()
	ctx := context.Background()
	out, err := o.CreatePolicy(ctx, &organizations.CreatePolicyInput{Type: t, Name: &name, Description: &name, Content: &content})
	if err != nil {
		o.server.tb.Fatalf("create policy %s: %v", name, err)
	}
	id := aws.ToString(out.Policy.PolicySummary.Id)
	for _, target := range targets {
		if _, err := o.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: &id, TargetId: &target}); err != nil {
			o.server.tb.Fatalf("attach %s to %s: %v", name, target, err)
		}
	}
	return id
}

// User makes an IAM user in the account that cfg speaks for, with an inline policy ("" for none), and gives the
// configuration that speaks as it.
func (s *Server) User(cfg aws.Config, name, policy string) aws.Config {
	s.tb.Helper()
	ctx := context.Background()
	client := iam.NewFromConfig(cfg)
	if _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}); err != nil {
		s.tb.Fatalf("create user %s: %v", name, err)
	}
	if policy != "" {
		if _, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("inline"), PolicyDocument: &policy}); err != nil {
			s.tb.Fatalf("policy of user %s: %v", name, err)
		}
	}
	key, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
	if err != nil {
		s.tb.Fatalf("access key of user %s: %v", name, err)
	}
	return s.Keys(aws.ToString(key.AccessKey.AccessKeyId), aws.ToString(key.AccessKey.SecretAccessKey), "")
}

// Starter makes the starter organization, as the first `umbel up` does. It has the account "sandbox", whose OU has the guardrails
// for Regions and instance types.
func (s *Server) Starter() {
	s.tb.Helper()
	ctx := context.Background()
	clients := orgfile.NewClients(s.Administrator(""))
	wanted, err := orgfile.Starter()
	if err != nil {
		s.tb.Fatalf("starter organization: %v", err)
	}
	plan, err := orgfile.NewPlan(ctx, clients, wanted, orgfile.PlanOptions{})
	if err == nil {
		err = orgfile.Apply(ctx, clients, plan, func(orgfile.Event) {})
	}
	if err != nil {
		s.tb.Fatalf("starter organization: %v", err)
	}
}
