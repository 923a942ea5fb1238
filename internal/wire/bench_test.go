package wire

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"umbel/internal/model"
	"umbel/internal/model/iam"
	"umbel/internal/model/organizations"
	"umbel/internal/model/sts"
)

// sink is a response writer that costs nothing.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

func benchDecode[In any](b *testing.B, op *model.Operation, req *Request) {
	b.ReportAllocs()
	for b.Loop() {
		var in In
		if err := Decode(op, req, &in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	_, move := load(b, "organizations", "MoveAccount")
	b.Run("MoveAccount", func(b *testing.B) {
		benchDecode[organizations.MoveAccountInput](b, move, jsonRequest(move, `{"AccountId":"111122223333","SourceParentId":"r-ab12","DestinationParentId":"ou-ab12-abcdefgh"}`))
	})
	_, assume := load(b, "sts", "AssumeRole")
	b.Run("AssumeRole", func(b *testing.B) {
		benchDecode[sts.AssumeRoleInput](b, assume, formRequest("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FOrganizationAccountAccessRole&RoleSessionName=session-1&DurationSeconds=900"))
	})
}

func BenchmarkEncode(b *testing.B) {
	now := time.Date(2026, 11, 21, 5, 6, 7, 890_000_000, time.UTC)
	var accounts []organizations.Account
	for i := range 20 {
		id := fmt.Sprintf("1111222233%02d", i)
		accounts = append(accounts, organizations.Account{
			Id: &id, Arn: ptr("arn:aws:organizations::111122223333:account/o-abcdefghij/" + id), Email: ptr("a" + id + "@example.com"), Name: ptr("account " + id),
			Status: ptr("ACTIVE"), State: ptr("ACTIVE"), JoinedMethod: ptr("CREATED"), JoinedTimestamp: &now, Paths: []string{"o-abcdefghij/r-ab12/ou-ab12-abcdefgh/" + id + "/"},
		})
	}
	_, list := load(b, "organizations", "ListAccounts")
	_, get := load(b, "iam", "GetRole")
	role := &iam.GetRoleOutput{Role: &iam.Role{
		Path: ptr("/"), RoleName: ptr("OrganizationAccountAccessRole"), RoleId: ptr("AROAABCDEFGHIJKLMNOPQ"), Arn: ptr("arn:aws:iam::111122223333:role/OrganizationAccountAccessRole"),
		CreateDate: &now, AssumeRolePolicyDocument: ptr("%7B%22Version%22%3A%222012-10-17%22%7D"), MaxSessionDuration: ptr(int32(3600)),
	}}
	for name, c := range map[string]struct {
		op  *model.Operation
		out any
	}{
		"ListAccounts20": {list, &organizations.ListAccountsOutput{Accounts: accounts, NextToken: ptr("token")}},
		"GetRole":        {get, role},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Encode(c.op, c.out, "1a2b3c4d-0000-0000-0000-000000000000", &sink{http.Header{}})
			}
		})
	}
}
