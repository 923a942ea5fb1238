package orgfile

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRenderPlan(t *testing.T) {
	f := made(t, "units:\n  - path: A\naccounts:\n  - {name: a, email: a@example.com}\n  - {name: b, email: b@example.com}\nroot: {policies: [ec2]}\n"+policyText("ec2"))
	text := strings.Replace(policyText("ec2"), "Action: 'ec2:*'", "Action: ['ec2:*', 'ebs:*']", 1)
	text = strings.Replace(text, "{name: ec2,", "{name: ec2, description: no machines,", 1)
	file := mustParse(t, "management: {name: chief}\nunits:\n  - {path: Z, was: A, tags: {k: v}}\naccounts:\n  - {name: alpha, email: a@example.com, unit: Z}\n  - {name: c, email: c@example.com, unit: Z}\nroot: {policies: [ec2]}\n"+text)
	p, err := NewPlan(context.Background(), f.clients(), file, PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := RenderPlan(&b, p, Style{}); err != nil {
		t.Fatal(err)
	}
	const want = `  ~ update policy ec2
      description: "no machines"
      document:
        …
            {
              "Effect": "Deny",
      -       "Action": "ec2:*",
      +       "Action": [
      +         "ec2:*",
      +         "ebs:*"
      +       ],
              "Resource": "*"
            }
        …
  ~ rename unit Z (it was A)
  ~ tag unit Z with k=v
  > move account alpha from the root to unit Z
  + create account c <c@example.com> for unit Z
  > move account c from the root to unit Z

Left alone:
    account b 222222222004: not in the file; --close-accounts closes it

Note: account 222222222003 is named "a" in the organization and "alpha" in the file: Organizations cannot rename accounts, only the account itself can

Note: the management account is named "boss" in the organization and "chief" in the file

Plan: 1 to create, 1 to update, 1 to rename, 1 to tag, 2 to move.
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	out, err := json.Marshal(p.Steps[3])
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"action":"move","kind":"account","name":"alpha","id":"222222222003","to":"Z"}`; string(out) != want {
		t.Errorf("JSON %s, want %s", out, want)
	}
	b.Reset()
	if err := RenderPlan(&b, p, Style{Color: true}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "  \x1b[32m+\x1b[0m create account c") {
		t.Errorf("no colours in %q", b.String())
	}
}

func TestProgress(t *testing.T) {
	var b strings.Builder
	tell := Progress(&b, Style{})
	s := Step{Action: Create, Kind: KindAccount, Name: "a", Email: "a@example.com", To: "A/B"}
	tell(Event{Kind: StepStarted, Index: 8, Total: 12, Step: s})
	tell(Event{Kind: StepWaiting, Index: 8, Total: 12, Step: s, Message: "the account is being created"})
	tell(Event{Kind: StepDone, Index: 8, Total: 12, Step: s, Message: "222222222222"})
	tell(Event{Kind: StepFailed, Index: 9, Total: 12, Step: s, Err: errors.New("no")})
	const want = `[ 9/12] create account a <a@example.com> for unit A/B … waiting: the account is being created
[ 9/12] ok create account a <a@example.com> for unit A/B 222222222222
[10/12] failed create account a <a@example.com> for unit A/B: no
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}
