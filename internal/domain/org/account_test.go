package org

import (
	"fmt"
	"testing"
	"time"

	"umbel/internal/fault"
)

func TestRequestAccount(t *testing.T) {
	w := newWorld(t, AllFeatures)
	ask := func(email string) (*CreateRequest, error) {
		return w.RequestAccount(w.r, start, &w.q, NewAccount{Name: "x", Email: email})
	}
	req, err := ask("a@example.com")
	w.must(err)
	if req.State != RequestInProgress || req.RoleName != DefaultRoleName {
		t.Errorf("the request is %+v", req)
	}
	_, err = w.RequestAccount(w.r, start, &w.q, NewAccount{Name: "x", Email: "b@example.com", RoleName: "AWSServiceRoleForX"})
	w.fails(err, fault.InvalidInput, "INVALID_ROLE_NAME")
	_, err = w.RequestAccount(w.r, start, &w.q, NewAccount{Name: "x", Email: "b@example.com", Tags: map[string]string{"aws:x": ""}})
	w.fails(err, fault.InvalidInput, "INVALID_SYSTEM_TAGS_PARAMETER")
	for i := range 4 {
		_, err := ask(fmt.Sprintf("c%d@example.com", i))
		w.must(err)
	}
	_, err = ask("sixth@example.com")
	w.fails(err, fault.Throttling, "")
	a, err := w.Admit(start.Add(time.Minute), req)
	w.must(err)
	done, err := w.ExistingRequest(req.ID)
	w.must(err)
	if done.State != RequestSucceeded || done.Account != a.ID || !done.Completed.Equal(start.Add(time.Minute)) || a.Parent != w.root {
		t.Errorf("the request ended as %+v, the account as %+v", done, a)
	}
	w.q.Accounts = 2
	_, err = ask("d@example.com")
	w.fails(err, fault.ConstraintViolation, "ACCOUNT_NUMBER_LIMIT_EXCEEDED")
	_, err = w.ExistingRequest("car-00000000")
	w.fails(err, fault.CreateAccountStatusNotFound, "")
}

func TestRefusal(t *testing.T) {
	w := newWorld(t, AllFeatures)
	first, err := w.RequestAccount(w.r, start, &w.q, NewAccount{Name: "x", Email: "a@example.com"})
	w.must(err)
	second, err := w.RequestAccount(w.r, start.Add(1), &w.q, NewAccount{Name: "x", Email: "A@example.com"})
	w.must(err)
	if got := w.Refusal(&w.q, second); got != FailureConcurrent {
		t.Errorf("the second request for one address: %q", got)
	}
	if got := w.Refusal(&w.q, first); got != "" {
		t.Errorf("the first request: %q", got)
	}
	w.q.Accounts = 1
	if got := w.Refusal(&w.q, first); got != FailureAccountLimit {
		t.Errorf("over the limit: %q", got)
	}
	if got := w.Refusal(&w.q, &CreateRequest{Email: ".a@example.com"}); got != FailureInvalidEmail {
		t.Errorf("a bad address: %q", got)
	}
}

func TestEmail(t *testing.T) {
	for email, want := range map[string]bool{
		"a@b.co": true, "aws+prod.log_x@mail.example-1.com": true,
		"a@b.c": false, "@example.com": false, "a@example": false, ".a@example.com": false, "a@-example.com": false,
		"a@example.com-": false, "a@example.com.": false, "a@exa_mple.com": false, "a b@example.com": false,
		"a,b@example.com": false, "a@b@example.com": false, "ä@example.com": false, "a&b@example.com": false,
	} {
		if got := validEmail(email); got != want {
			t.Errorf("validEmail(%q) = %v", email, got)
		}
	}
}

func TestClose(t *testing.T) {
	w := newWorld(t, AllFeatures)
	a := w.join(1)
	q := &w.q
	w.fails(w.Close(start, q, management), fault.ConstraintViolation, "CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
	w.fails(w.Close(start, q, "999999999999"), fault.AccountNotFound, "")
	if w.Closed(a) {
		t.Error("an account closed that nobody closed")
	}
	w.must(w.Close(start, q, a))
	w.fails(w.Close(start, q, a), fault.AccountAlreadyClosed, "")
	if got, _ := w.Account(a); got.State != StatePendingClosure || got.State.Status() != "PENDING_CLOSURE" {
		t.Errorf("the account is %s", got.State)
	}
	if !w.Closed(a) || w.Closed(a) {
		t.Error("closing ended other than once")
	}
	if got, _ := w.Account(a); got.State != StateClosed || got.State.Status() != "SUSPENDED" {
		t.Errorf("the account is %s", got.State)
	}
	w.fails(w.Remove(start.Add(60*day), &w.q, a), fault.ConstraintViolation, "ACCOUNT_CANNOT_LEAVE_ORGANIZATION")
	if w.Expire(start.Add(Retention-1), a) || !w.Expire(start.Add(Retention), a) {
		t.Error("the account expired at the wrong time")
	}
	if _, ok := w.Account(a); ok {
		t.Error("an expired account is still a member")
	}
}

func TestCloseQuotas(t *testing.T) {
	w := newWorld(t, AllFeatures)
	q := &w.q
	for i := range 4 {
		id := w.join(i)
		err := w.Close(start, q, id)
		if i < 3 {
			w.must(err)
			defer w.Closed(id)
			continue
		}
		w.fails(err, fault.ConstraintViolation, "CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED")
	}
	q.CloseConcurrency, q.Closures.Least, q.Closures.Most = 100, 3, 3
	last := w.join(9)
	w.fails(w.Close(start.Add(30*day-1), q, last), fault.ConstraintViolation, "CLOSE_ACCOUNT_QUOTA_EXCEEDED")
	w.must(w.Close(start.Add(30*day), q, last))
}

func TestCloseAllowance(t *testing.T) {
	q := DefaultQuotas().Closures
	for members, want := range map[int]int{3: 250, 1250: 250, 2000: 400, 5000: 1000, 50000: 1000} {
		if got := q.allowed(members); got != want {
			t.Errorf("%d members may close %d, want %d", members, got, want)
		}
	}
}

func TestTags(t *testing.T) {
	w := newWorld(t, AllFeatures)
	tag := func(id string, tags map[string]string) error { return w.Tag(&w.q, id, tags) }
	for _, id := range []string{w.root, w.ou(w.root, "x"), string(management), string(w.scp("deny"))} {
		w.must(tag(id, map[string]string{"a": "1", "b": "2"}))
		w.must(tag(id, map[string]string{"a": "3"}))
		w.must(w.Untag(id, []string{"b", "none"}))
		if got := w.TagsOf(id); len(got) != 1 || got["a"] != "3" {
			t.Errorf("the tags of %s are %v", id, got)
		}
		w.must(w.Untag(id, []string{"a"}))
	}
	if w.tags.Len() != 0 {
		t.Error("resources without tags keep rows")
	}
	w.fails(tag("999999999999", nil), fault.TargetNotFound, "")
	w.fails(tag("p-FullAWSAccess", nil), fault.InvalidInput, "TARGET_NOT_SUPPORTED")
	w.fails(tag(w.root, map[string]string{"AWS:x": ""}), fault.InvalidInput, "INVALID_SYSTEM_TAGS_PARAMETER")
	w.fails(w.Untag(w.root, []string{"aws:x"}), fault.InvalidInput, "INVALID_SYSTEM_TAGS_PARAMETER")
	many := map[string]string{}
	for i := range 50 {
		many[fmt.Sprint("k", i)] = ""
	}
	w.must(tag(w.root, many))
	w.fails(tag(w.root, map[string]string{"one more": ""}), fault.ConstraintViolation, "MAX_TAG_LIMIT_EXCEEDED")
	w.must(tag(w.root, map[string]string{"k1": "changed"}))
}
