package operator_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"umbel/internal/costlines"
	"umbel/internal/costlines/costlinestest"
	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
	"umbel/internal/testenv"
)

// billedLine makes a line of a report of October 2026 that costs 2 USD.
func billedLine(account, usageType string, blended int64) billing.Line {
	october := billing.Month{Year: 2026, Month: time.October}
	return billing.Line{
		ID: account + usageType, Type: billing.Usage, Account: account, Start: october.Start(), End: october.Start().Add(time.Hour), Product: "AmazonS3", UsageType: usageType,
		Currency: "USD", Unblended: decimal.Int(2), Blended: decimal.Int(blended), NetUnblended: decimal.Int(2),
		Bill: billing.BillPart{Type: billing.Anniversary, Entity: billing.EntityAWS, Payer: "111122223333", PeriodStart: october.Start(), PeriodEnd: october.End()},
	}
}

// rowsOf asks for the rows of an account's bill of October 2026.
func rowsOf(t *testing.T, s *testenv.Server, account, currency string) (all []billing.Row, err error) {
	t.Helper()
	client := operator.Client{Endpoint: s.URL, Token: "testenv"}
	rq := operator.BillRowsRequest{BillRequest: operator.BillRequest{Account: account, Month: "2026-10"}, Currency: currency}
	err = client.BillRows(t.Context(), rq, func(raw json.RawMessage) error {
		all = append(all, billing.Row{})
		return json.Unmarshal(raw, &all[len(all)-1])
	})
	return all, err
}

// TestBillRows: the door gives the rows of a bill, of its own and at unblended cost to a member; and says why it gives none.
func TestBillRows(t *testing.T) {
	s := testenv.Start(t, testenv.FirstAccount("111122223333"))
	o := s.CreateOrganization("")
	member := o.Account("", "one")
	s.PutLines("", billedLine("111122223333", "a", 1), billedLine(member, "b", 3), billedLine(member, "a", 2), billedLine("999999999999", "a", 7))
	client := operator.Client{Endpoint: s.URL, Token: "testenv"}
	for account, want := range map[string]int{"": 4, member: 2} {
		got, err := rowsOf(t, s, account, "USD")
		if err != nil || len(got) != want {
			t.Fatalf("%s: %+v, %v", account, got, err)
		}
		of := 0
		for _, r := range got {
			if r.Account == member {
				of++
			}
			if r.Account == member && r.UsageType == "b" && r.Blended != decimal.Int(map[string]int64{"": 3, member: 2}[account]) {
				t.Errorf("%s sees %+v", account, r)
			}
		}
		if of != 2 {
			t.Errorf("%s: %d of the rows are the member's", account, of)
		}
	}
	// The report tells of an account that is not of this Umbel.
	if got, err := rowsOf(t, s, "999999999999", "USD"); err != nil || len(got) != 1 || got[0].Account != "999999999999" || got[0].Blended != decimal.Int(2) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := rowsOf(t, s, "888888888888", "USD"); err == nil || !strings.Contains(err.Error(), "there is no account 888888888888") {
		t.Errorf("an account that is nowhere: %v", err)
	}
	if _, err := rowsOf(t, s, "", "EUR"); err == nil || !strings.Contains(err.Error(), `there is no bill of 2026-10 in "EUR"`) {
		t.Errorf("another currency: %v", err)
	}
	enough := errors.New("enough")
	rq := operator.BillRowsRequest{BillRequest: operator.BillRequest{Month: "2026-10"}, Currency: "USD"}
	if err := client.BillRows(t.Context(), rq, func(json.RawMessage) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	for body, want := range map[string]int{`{"month":"2026-09"}`: http.StatusBadRequest, `{"month":"x"}`: http.StatusBadRequest, `{`: http.StatusBadRequest, `{"account":"nobody","month":"2026-10"}`: http.StatusBadRequest} {
		if status, text := ask(t, s, "POST", "/_umbel/bill/rows", "Bearer testenv", body); status != want {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
	if status, _ := ask(t, s, "POST", "/_umbel/bill/rows", "Bearer wrong", `{"month":"2026-10"}`); status != http.StatusUnauthorized {
		t.Errorf("with another token: %d", status)
	}
}

// TestBillRowsMoved: where lines came in since the bill was made, who asks for its rows is told.
func TestBillRowsMoved(t *testing.T) {
	s := testenv.Start(t, testenv.FirstAccount("111122223333"))
	o := s.CreateOrganization("")
	member := o.Account("", "one")
	s.PutLines("", billedLine("111122223333", "a", 1), billedLine(member, "b", 3), billedLine("999999999999", "a", 7))
	// A line that the bill does not know of, as one that comes in while it is shown.
	engine, err := s.Desk().Lines()
	if err != nil {
		t.Fatal(err)
	}
	late := billedLine(member, "late", 1)
	if err := costlinestest.Put(engine, costlines.Change{Payer: "111122223333", Origin: "report"}, &late); err != nil {
		t.Fatal(err)
	}
	for _, account := range []string{"", member} {
		if got, err := rowsOf(t, s, account, "USD"); !errors.Is(err, operator.ErrMoved) || len(got) < 2 {
			t.Errorf("%q: got %d rows, %v", account, len(got), err)
		}
	}
	if got, err := rowsOf(t, s, "999999999999", "USD"); err != nil || len(got) != 1 {
		t.Errorf("what is the same: got %+v, %v", got, err)
	}
}
