package operator_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"umbel/internal/decimal"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
	"umbel/internal/testenv"
)

// TestBillRows: the door gives the rows of a bill, of its own and at unblended cost to a member; and says why it gives none.
func TestBillRows(t *testing.T) {
	s := testenv.Start(t, testenv.FirstAccount("111122223333"))
	o := s.CreateOrganization("")
	member := o.Account("", "one")
	october := billing.Month{Year: 2026, Month: time.October}
	line := func(account, usageType string, blended int64) billing.Line {
		return billing.Line{
			ID: account + usageType, Type: billing.Usage, Account: account, Start: october.Start(), End: october.Start().Add(time.Hour), Product: "AmazonS3", UsageType: usageType,
			Currency: "USD", Unblended: decimal.Int(2), Blended: decimal.Int(blended), NetUnblended: decimal.Int(2),
			Bill: billing.BillPart{Type: billing.Anniversary, Entity: billing.EntityAWS, Payer: "111122223333", PeriodStart: october.Start(), PeriodEnd: october.End()},
		}
	}
	s.PutLines("", line("111122223333", "a", 1), line(member, "b", 3), line(member, "a", 2), line("999999999999", "a", 7))
	client := operator.Client{Endpoint: s.URL, Token: "testenv"}
	rows := func(account, currency string) (all []billing.Row, err error) {
		rq := operator.BillRowsRequest{BillRequest: operator.BillRequest{Account: account, Month: "2026-10"}, Currency: currency}
		err = client.BillRows(t.Context(), rq, func(raw json.RawMessage) error {
			all = append(all, billing.Row{})
			return json.Unmarshal(raw, &all[len(all)-1])
		})
		return all, err
	}
	for account, want := range map[string]int{"": 4, member: 2} {
		got, err := rows(account, "USD")
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
	if got, err := rows("999999999999", "USD"); err != nil || len(got) != 1 || got[0].Account != "999999999999" || got[0].Blended != decimal.Int(2) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := rows("888888888888", "USD"); err == nil || !strings.Contains(err.Error(), "there is no account 888888888888") {
		t.Errorf("an account that is nowhere: %v", err)
	}
	if _, err := rows("", "EUR"); err == nil || !strings.Contains(err.Error(), `there is no bill of 2026-10 in "EUR"`) {
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
