package org

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"umbel/internal/fault"
	"umbel/internal/ident"
)

// fataler is what the helpers need of a test.
type fataler interface {
	Helper()
	Fatal(...any)
}

func encode(t fataler, row any) []byte {
	t.Helper()
	raw, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func dump(t fataler, s *State) []byte {
	t.Helper()
	var out []byte
	for _, tab := range s.Tables() {
		tab.Each(func(id string, row any) bool {
			out = append(out, (tab.Kind() + " " + id + " ")...)
			out = append(append(out, encode(t, row)...), '\n')
			return true
		})
	}
	return out
}

func TestPolicies(t *testing.T) {
	w := newWorld(t, AllFeatures)
	id := w.scp("deny")
	create := func(n NewPolicy) error {
		_, err := w.CreatePolicy(w.r, start, &w.q, n)
		return err
	}
	w.fails(create(NewPolicy{Type: ServiceControlPolicy, Name: "deny", Content: denyS3}), fault.DuplicatePolicy, "")
	w.fails(create(NewPolicy{Type: "TAG_POLICY", Name: "x", Content: "{}"}), fault.PolicyTypeNotAvailable, "")
	w.fails(create(NewPolicy{Type: ServiceControlPolicy, Name: "x", Content: denyS3 + strings.Repeat(" ", 10240)}),
		fault.ConstraintViolation, "POLICY_CONTENT_LIMIT_EXCEEDED")
	w.fails(create(NewPolicy{Type: ServiceControlPolicy, Name: "x", Content: "{"}), fault.MalformedPolicy, "")
	w.fails(create(NewPolicy{Type: ResourceControlPolicy, Name: "x", Content: denyS3}), fault.MalformedPolicy, "")
	rcp := strings.Replace(denyS3, `"Action"`, `"Principal":"*","Action"`, 1)
	w.must(create(NewPolicy{Type: ResourceControlPolicy, Name: "deny", Content: rcp})) // names are per type
	exact := denyS3 + strings.Repeat(" ", 10240-len(denyS3))
	w.must(create(NewPolicy{Type: ServiceControlPolicy, Name: "exact", Content: exact}))
	full := w.q.Policies[ServiceControlPolicy]
	full.PerOrganization = 2
	w.q.Policies = maps.Clone(w.q.Policies)
	w.q.Policies[ServiceControlPolicy] = full
	w.fails(create(NewPolicy{Type: ServiceControlPolicy, Name: "third", Content: denyS3}),
		fault.ConstraintViolation, "POLICY_NUMBER_LIMIT_EXCEEDED")

	update := func(id ident.PolicyID, c PolicyChange) error {
		_, err := w.UpdatePolicy(&w.q, id, c)
		return err
	}
	w.fails(update("p-none0000", PolicyChange{}), fault.PolicyNotFound, "")
	w.fails(update("p-FullAWSAccess", PolicyChange{Name: new("x")}), fault.InvalidInput, "IMMUTABLE_POLICY")
	w.fails(update(id, PolicyChange{Name: new("exact")}), fault.DuplicatePolicy, "")
	w.fails(update(id, PolicyChange{Content: new("[]")}), fault.MalformedPolicy, "")
	w.must(update(id, PolicyChange{Name: new("deny"), Description: new("d")}))
	if p, _ := w.Policy(id); p.Description != "d" || p.Content.Text() != denyS3 {
		t.Errorf("the update made %+v", p)
	}
	w.fails(w.DeletePolicy("p-FullAWSAccess"), fault.InvalidInput, "IMMUTABLE_POLICY")
	w.must(w.DeletePolicy(id))
	w.fails(w.DeletePolicy(id), fault.PolicyNotFound, "")
}

func TestAttachments(t *testing.T) {
	w := newWorld(t, AllFeatures)
	a := string(w.join(1))
	deny := w.scp("deny")
	attach := func(p ident.PolicyID, target string) error { return w.Attach(&w.q, p, target) }
	detach := func(p ident.PolicyID, target string) error { return w.Detach(&w.q, p, target) }

	w.fails(attach(deny, a), fault.PolicyTypeNotEnabled, "")
	w.enable(ServiceControlPolicy)
	w.fails(attach("p-none0000", a), fault.PolicyNotFound, "")
	w.fails(attach(deny, "999999999999"), fault.TargetNotFound, "")
	w.fails(attach("p-FullAWSAccess", a), fault.DuplicatePolicyAttachment, "")
	w.fails(detach("p-FullAWSAccess", a), fault.ConstraintViolation, "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
	w.fails(detach(deny, a), fault.PolicyNotAttached, "")
	w.must(attach(deny, a))
	w.fails(attach(deny, a), fault.DuplicatePolicyAttachment, "")
	w.fails(w.DeletePolicy(deny), fault.PolicyInUse, "")
	w.must(detach("p-FullAWSAccess", a))
	w.fails(detach("p-FullAWSAccess", a), fault.PolicyNotAttached, "")
	w.fails(detach(deny, a), fault.ConstraintViolation, "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
	w.must(attach("p-FullAWSAccess", a))

	for i := range 8 {
		w.must(attach(w.scp(fmt.Sprint("p", i)), a))
	}
	w.fails(attach(w.scp("eleventh"), a), fault.ConstraintViolation, "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
	if n := len(w.AttachedTo(a, ServiceControlPolicy)); n != 10 {
		t.Errorf("%d policies are attached, want 10", n)
	}
}

func TestResourceControlDefault(t *testing.T) {
	w := newWorld(t, AllFeatures)
	w.fails(w.Detach(&w.q, "p-RCPFullAWSAccess", w.root), fault.InvalidInput, "NON_DETACHABLE_POLICY")
	w.enable(ResourceControlPolicy)
	rcp := strings.Replace(denyS3, `"Action"`, `"Principal":"*","Action"`, 1)
	for i := range 5 {
		p, err := w.CreatePolicy(w.r, start, &w.q, NewPolicy{Type: ResourceControlPolicy, Name: fmt.Sprint("p", i), Content: rcp})
		w.must(err)
		err = w.Attach(&w.q, p.ID, w.root)
		if i < 4 { // RCPFullAWSAccess is the fifth
			w.must(err)
			continue
		}
		w.fails(err, fault.ConstraintViolation, "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
	}
}

func TestPolicyTypes(t *testing.T) {
	w := newWorld(t, AllFeatures)
	root := ident.RootID(w.root)
	_, err := w.EnablePolicyType("r-none", ServiceControlPolicy)
	w.fails(err, fault.RootNotFound, "")
	_, err = w.EnablePolicyType(root, "BACKUP_POLICY")
	w.fails(err, fault.PolicyTypeNotAvailable, "")
	_, err = w.DisablePolicyType(root, ServiceControlPolicy)
	w.fails(err, fault.PolicyTypeNotEnabled, "")
	w.enable(ServiceControlPolicy)
	_, err = w.EnablePolicyType(root, ServiceControlPolicy)
	w.fails(err, fault.PolicyTypeAlreadyEnabled, "")

	deny := w.scp("deny")
	w.must(w.Attach(&w.q, deny, w.root))
	w.must(w.Detach(&w.q, "p-FullAWSAccess", w.root))
	_, err = w.DisablePolicyType(root, ServiceControlPolicy)
	w.must(err)
	if got := w.AttachedTo(w.root, ServiceControlPolicy); len(got) != 0 {
		t.Errorf("%d policies are attached while the type is disabled", len(got))
	}
	w.must(w.DeletePolicy(deny)) // nothing holds it any more
	w.enable(ServiceControlPolicy)
	got := w.AttachedTo(w.root, ServiceControlPolicy)
	if len(got) != 1 || got[0].ID != "p-FullAWSAccess" {
		t.Errorf("enabling again attached %v", got)
	}
}

func TestConsolidatedBilling(t *testing.T) {
	w := newWorld(t, ConsolidatedBilling)
	_, err := w.EnablePolicyType(ident.RootID(w.root), ServiceControlPolicy)
	w.fails(err, fault.PolicyTypeNotAvailable, "")
	_, err = w.CreatePolicy(w.r, start, &w.q, NewPolicy{Type: ServiceControlPolicy, Name: "x", Content: denyS3})
	w.fails(err, fault.PolicyTypeNotAvailable, "")
	w.fails(w.Attach(&w.q, "p-FullAWSAccess", w.root), fault.ConstraintViolation, "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
	w.fails(w.Close(start, &w.q, w.join(1)), fault.ConstraintViolation, "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
	for range w.PoliciesOf(ServiceControlPolicy, "") {
		t.Error("there is a policy")
	}
}

func TestTargets(t *testing.T) {
	w := newWorld(t, AllFeatures).enable(ServiceControlPolicy)
	prod := w.ou(w.root, "Production")
	w.q.Accounts = 100
	var accounts []string
	for i := range 30 {
		w.q.CreateConcurrency = 100
		accounts = append(accounts, string(w.join(i)))
	}
	accounts = append(accounts, string(management))
	slices.Sort(accounts)
	deny := w.scp("deny")
	for _, target := range append(slices.Clone(accounts), prod, w.root) {
		w.must(w.Attach(&w.q, deny, target))
	}
	w.must(w.Detach(&w.q, "p-FullAWSAccess", prod))
	for id, want := range map[ident.PolicyID][]string{
		deny:              append(slices.Clone(accounts), prod, w.root),
		"p-FullAWSAccess": append(slices.Clone(accounts), w.root),
	} {
		p, _ := w.Policy(id)
		var got []string
		for after, more := "", true; more; { // one at a time, as pages resume
			more = false
			for node := range w.TargetsOf(p, after) {
				got, after, more = append(got, node), node, true
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is attached to %v, want %v", id, got, want)
		}
	}
}
