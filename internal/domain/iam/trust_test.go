package iam

import (
	"strings"
	"testing"

	"umbel/internal/fault"
	"umbel/internal/ident"
)

// trusting is a trust policy that names principals, oddly spaced to see that the text is kept.
func trusting(principals ...string) string {
	return "{ \"Version\":\"2012-10-17\",\n \"Statement\" : [{\"Sid\":\"a\", \"Effect\":\"Allow\",\"Principal\":{\"AWS\": [ \"" +
		strings.Join(principals, "\" ,\n\"") + "\" ], \"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\", " +
		`"Condition":{"StringEquals":{"sts:ExternalId":"arn:aws:iam::111122223333:user/ann"}}}]}`
}

func TestTrustNamesUniqueIDs(t *testing.T) {
	f := newFixture(t)
	ann := f.user("ann")
	annARN := f.UserARN(ann)
	text := trusting(annARN, "arn:aws:iam::111122223333:root", "444455556666")
	r, err := f.CreateRole(f.env, RoleSpec{Name: "r", Trust: text}, Alone)
	f.ok(err)
	if want := trusting(ann.UniqueID, "arn:aws:iam::111122223333:root", "444455556666"); r.Trust.Text() != want {
		t.Errorf("saved %s\nwant %s", r.Trust.Text(), want)
	}
	if got := f.TrustText(r); got != text {
		t.Errorf("shown %s\nwant %s", got, text)
	}

	f.ok(f.UpdateUser("ann", "bea", ""))
	if got := f.TrustText(r); got != strings.Replace(text, annARN, "arn:aws:iam::111122223333:user/bea", 1) {
		t.Errorf("a renamed user is shown in %s", got)
	}
	f.ok(f.UpdateUser("bea", "ann", ""))
	f.ok(f.DeleteUser("ann"))
	f.user("ann")
	shown := f.TrustText(r)
	if shown != r.Trust.Text() {
		t.Errorf("a deleted user, made again, is trusted: %s", shown)
	}
	f.ok(f.UpdateTrust(f.env, "r", shown, Alone)) // what was shown may be put back
	r, _ = f.Role("r")
	if f.TrustText(r) != shown {
		t.Errorf("put back as %s", f.TrustText(r))
	}
	f.ok(f.UpdateTrust(f.env, "r", ec2, Alone))
	f.refused(f.UpdateTrust(f.env, "r", shown, Alone), fault.MalformedPolicy, `Invalid principal in policy: "AWS":"`+ann.UniqueID+`"`)
}

func TestTrustRefusesWhoDoesNotExist(t *testing.T) {
	f := newFixture(t)
	away := NewState()
	NewAccount(away, f.env, other, "two", "two@example.org")
	ext, err := away.CreateRole(f.env, RoleSpec{Name: "ext", Path: "/p/", Trust: ec2}, Alone)
	f.ok(err)
	accounts := func(id ident.AccountID) *State {
		if id == other {
			return away
		}
		return nil
	}
	make := func(principal string) error {
		_, err := f.CreateRole(f.env, RoleSpec{Name: "r", Trust: trusting(principal)}, accounts)
		return err
	}
	for _, principal := range []string{
		"arn:aws:iam::111122223333:user/none", "arn:aws:iam::111122223333:role/none", "arn:aws:iam::444455556666:role/ext",
		"arn:aws:iam::444455556666:role/p/EXT", "AROAABCDEFGHIJKLMNOPQ",
	} {
		f.refused(make(principal), fault.MalformedPolicy, `Invalid principal in policy: "AWS":"`+principal+`"`)
	}
	f.ok(make("arn:aws:iam::444455556666:role/p/ext"))
	r, _ := f.Role("r")
	if !strings.Contains(r.Trust.Text(), ext.UniqueID) || f.TrustText(r) != trusting("arn:aws:iam::444455556666:role/p/ext") {
		t.Errorf("saved %s, shown %s", r.Trust.Text(), f.TrustText(r))
	}
	f.ok(f.DeleteRole("r"))
	f.ok(make("arn:aws:iam::999999999999:role/outside")) // not in this Umbel
	if got := TrustedAccounts(trusting("arn:aws:iam::444455556666:role/p/ext", "arn:aws:iam::999999999999:root")); len(got) != 1 || got[0] != other {
		t.Errorf("accounts to look at: %v", got)
	}
}

func TestTrustWalkSurvivesAnything(t *testing.T) {
	for _, text := range []string{"", "{", `{"Statement":`, `[[[`, `{"Statement":[{"Principal":{"AWS":"a`, `{"a":1}}`, `"x"`, "\xff"} {
		if got := mapPrincipals(text, func(string) string { return "changed" }); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	got := mapPrincipals(`{"Statement":{"Principal":{"AWS":"a\u0062"},"NotPrincipal":{"AWS":["c"]}},"Principal":{"AWS":"d"}}`, func(s string) string { return s + "!" })
	if want := `{"Statement":{"Principal":{"AWS":"ab!"},"NotPrincipal":{"AWS":["c!"]}},"Principal":{"AWS":"d"}}`; got != want {
		t.Errorf("got %s", got)
	}
}
