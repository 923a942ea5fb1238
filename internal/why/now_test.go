package why_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"umbel/internal/why"
)

// TestChangedSince: policies are looked at as they are now, and a message that says otherwise is contradicted.
func TestChangedSince(t *testing.T) {
	w := newStage(t)
	cfg := w.user(w.dev, "patient", "")
	message := refusal(t, createUser(cfg, "bob"))
	_, err := iam.NewFromConfig(w.admin(w.dev)).PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("patient"), PolicyName: aws.String("late"), PolicyDocument: aws.String(everything)})
	w.must(err)
	a := w.ask(why.Question{Text: message})
	if a.Said != "because no identity-based policy allows the iam:CreateUser action" {
		t.Errorf("said %q", a.Said)
	}
	w.golden("changed-since", message, a)
}

// TestNotTold: what the refusal does not tell is said to be assumed, and can be given.
func TestNotTold(t *testing.T) {
	w := newStage(t)
	cfg := w.user(w.dev, "tagger", doc(`{"Sid": "KnownTags", "Effect": "Allow", "Action": ["iam:CreateUser", "iam:TagUser"], "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["owner", "team"]}}}`))
	message := refusal(t, createUser(cfg, "bob", iamtypes.Tag{Key: aws.String("colour"), Value: aws.String("green")}))
	a := w.ask(why.Question{Text: message})
	if len(a.Assumptions) != 1 {
		t.Errorf("assumed %q", a.Assumptions)
	}
	w.golden("not-told", message, a)
	if a = w.ask(why.Question{Text: message, Context: map[string][]string{"aws:TagKeys": {"colour"}}}); a.Said != "" || len(a.Assumptions) > 0 {
		t.Errorf("with the key: said %q, assumed %q", a.Said, a.Assumptions)
	}
}

// TestHypothetical: a call that was never made, with all that is assumed of it.
func TestHypothetical(t *testing.T) {
	w := newStage(t)
	role := w.role(w.dev, "deployer", trusting(w.dev, ""), doc(
		`{"Sid": "Deploy", "Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}}`))
	q := why.Question{Principal: role, Action: "ec2:RunInstances"}
	w.golden("hypothetical", "--principal "+role+" --action ec2:RunInstances", w.ask(q))

	// Another account's policy, which IAM looks up in the caller's.
	q = why.Question{Principal: role, Action: "iam:GetPolicy", Resource: "policy arn:aws:iam::" + w.prod + ":policy/x"}
	if a := w.ask(q); len(a.Explanation) == 0 {
		t.Error("no explanation")
	}
}

// TestDoorSession: of the sessions that the operator's door gives all is known.
func TestDoorSession(t *testing.T) {
	w := newStage(t)
	a := w.ask(why.Question{Principal: "arn:aws:sts::" + w.dev + ":assumed-role/OrganizationAccountAccessRole/" + why.DoorSession, Action: "iam:ListUsers",
		Context: map[string][]string{"aws:CurrentTime": {"2026-11-01T12:00:00Z"}}})
	if len(a.Assumptions) > 0 || !strings.HasPrefix(a.Text, "ALLOWED") {
		t.Errorf("assumed %q:\n%s", a.Assumptions, a.Text)
	}
}
