package ce

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"umbel/internal/bills"
	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// The kinds of resources of Cost Explorer, as their ARNs have them (Service Authorization Reference, "AWS Cost Explorer Service").
const (
	categoryKind     = "costcategory"
	monitorKind      = "anomalymonitor"
	subscriptionKind = "anomalysubscription"
)

// controlling declares an operation on what an account has set up.
func controlling[In, Out any](name string, access op.Access, targets func(*op.Call, *In) []op.Target, run func(*op.Call, *In) (*Out, error)) *op.Operation {
	d := op.Decl[In, Out]{
		Service: "ce", Name: name, Access: access, Scope: bills.Reading[In], Run: run,
		Targets: func(c *op.Call, in *In) ([]op.Target, error) { return targets(c, in), nil },
	}
	if access == op.Write {
		d.Scope = bills.Writing[In]
	}
	return op.Define(d)
}

// anywhere is the target of operations that name no resource.
func anywhere[In any](*op.Call, *In) []op.Target { return []op.Target{{Resource: "*"}} }

// creating is the target of operations that make something with tags.
func creating(tags []model.ResourceTag) []op.Target {
	return []op.Target{{Resource: "*", Keys: requestTags(tags)}}
}

func requestTags(tags []model.ResourceTag) []op.Key {
	return op.RequestTags(tags, func(t *model.ResourceTag) (key, value string) { return *t.Key, *t.Value })
}

// arn gives the ARN of a resource of the account.
func arn(account ident.AccountID, kind, id string) string {
	return ident.ARN{Partition: ident.Partition, Service: "ce", Account: string(account), Resource: kind + "/" + id}.String()
}

// idOf gives the ID in the ARN of a resource of the caller's account; "" if it is none.
func idOf(c *op.Call, kind, text string) string {
	a, err := ident.ParseARN(text)
	if err != nil || a.Service != "ce" || a.Account != string(c.Caller.Account) {
		return ""
	}
	id, ok := strings.CutPrefix(a.Resource, kind+"/")
	if !ok {
		return ""
	}
	return id
}

// on is the target of operations on a resource, which need not exist. What is no ARN of Cost Explorer is authorized on "*".
func on(c *op.Call, text string, keys ...op.Key) op.Target {
	a, err := ident.ParseARN(text)
	if err != nil || a.Service != "ce" {
		return op.Target{Resource: "*", Keys: keys}
	}
	t := op.Target{Resource: text, Keys: keys}
	if a.Account != string(c.Caller.Account) {
		t.Account = ident.AccountID(a.Account)
		return t
	}
	if r := find(c, text); r != nil {
		t.Tags = r.tags
	}
	return t
}

// newID makes a UUID of version 4.
func newID(r io.Reader) (string, error) {
	if r == nil {
		r = rand.Reader
	}
	var b [16]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return "", fmt.Errorf("ce: new ID: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

// payers gives the caller's state if the caller pays for itself and others. what and whose name the operation in the refusal.
func payers(c *op.Call, what, whose string) (*cost.State, error) {
	payer, err := bills.Payer(c)
	if err != nil {
		return nil, err
	}
	if payer != c.Caller.Account {
		return nil, fault.New(fault.AccessDenied, "Failed to %s: Linked account doesn't have access to %s.", what, whose)
	}
	return c.Cost(), nil
}

// failed puts before a refusal what failed, as Cost Explorer words it.
func failed(what string, err error) error {
	if e, ok := err.(*fault.Error); ok && e.Code == fault.ValidationFailed {
		return fault.New(e.Code, "Failed to %s: %s", what, e.Message).Because(err)
	}
	return err
}

// firstOf is the first instant of a month, as Cost Explorer writes it.
func firstOf(month string) string { return month + "-01T00:00:00Z" }

// monthEnd is the last second before a month.
func monthEnd(month string) (string, error) {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return "", fmt.Errorf("ce: %q is no month: %w", month, err)
	}
	return t.Add(-time.Second).Format(time.RFC3339), nil
}

// startMonth takes a date that has to be the first of one of the last twelve months or of this one; without it, it is this one.
// what names the date in refusals.
func startMonth(now time.Time, text *string, what string) (string, error) {
	current := cost.MonthOf(now)
	if text == nil {
		return current, nil
	}
	t, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return "", fault.New(fault.ValidationFailed, "%s is not a valid date: %s", what, *text)
	}
	t = t.UTC()
	month := cost.MonthOf(t)
	if t.Format(time.RFC3339) != firstOf(month) {
		return "", fault.New(fault.ValidationFailed, "%s must be the first day of a month", what)
	}
	if month > current {
		return "", fault.New(fault.ValidationFailed, "%s cannot be in the future", what)
	}
	earliest, err := cost.MonthAfter(current, -12)
	if err != nil {
		return "", err
	}
	if month < earliest {
		return "", fault.New(fault.ValidationFailed, "%s cannot be more than 12 months ago", what)
	}
	return month, nil
}

// pageSize is how many rows a page has: most at most, and usual if nothing is said.
func pageSize(asked *int32, usual, most int) (int, error) {
	if asked == nil {
		return usual, nil
	}
	if *asked < 1 || int(*asked) > most {
		return 0, fault.New(fault.ValidationFailed, "MaxResults must be between 1 and %d", most)
	}
	return int(*asked), nil
}
