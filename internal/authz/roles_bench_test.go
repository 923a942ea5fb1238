package authz_test

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/ident"
	"umbel/internal/op"
)

// rolesPerAccount is how many roles each account has in BenchmarkIdleRoles.
const rolesPerAccount = 100

// idleRoles fills an account with roles as they are read from the store's records. Every role has a trust policy that names
// its account, an inline policy, one of AWS's managed policies and one of the account's, and a tag; texts recur as they do
// where a pipeline makes an organization's roles.
func idleRoles(tb testing.TB, account ident.AccountID) *iam.State {
	s := iam.NewState()
	s.PutAccount(&iam.Account{ID: account, Name: "a", Email: string(account) + "@example.com"})
	load := func(t interface{ Load(string, []byte) error }, id string, row any) {
		body, err := json.Marshal(row)
		if err == nil {
			err = t.Load(id, body)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	load(s.Policies, "team", &iam.ManagedPolicy{Name: "team", Path: "/", Default: 1, Next: 2, Versions: []iam.PolicyVersion{{Number: 1, Document: iampolicy.NewDocument(fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::data-%s/${aws:PrincipalTag/team}/*"}]}`, account))}}})
	for i := range rolesPerAccount {
		name := fmt.Sprintf("app-service-%03d", i)
		load(s.Roles, name, &iam.Role{
			Entity: iam.Entity{
				Name: name, Path: "/teams/", UniqueID: fmt.Sprintf("AROA%s%05d", account, i), Created: now,
				Inline: []iam.InlinePolicy{{Name: "access", Document: iampolicy.NewDocument(fmt.Sprintf(
					`{"Version":"2012-10-17","Statement":[{"Sid":"Queues","Effect":"Allow","Action":["sqs:SendMessage","sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueAttributes"],"Resource":"arn:aws:sqs:*:*:service-%d-*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"${aws:ResourceTag/team}"}}},{"Sid":"Keys","Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"*","Condition":{"StringLike":{"kms:ViaService":"sqs.*.amazonaws.com"}}}]}`, i%40))}},
				Attached: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", ident.IAM(account, "policy/team")},
				Tags:     map[string]string{"team": fmt.Sprintf("team-%d", i%40)},
			},
			Description: "made by the pipeline", MaxSession: iam.DefaultMaxSession,
			Trust: iampolicy.NewDocument(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:root"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{"sts:ExternalId":"service-%d"}}}]}`, account, i%40)),
		})
	}
	return s
}

// BenchmarkIdleRoles measures what a role takes up that has decided once and is idle since, its row included, and how long
// its first decision took. UMBEL_BENCH_ROLES sets how many roles there are; the figures of docs/performance.md are of a million.
func BenchmarkIdleRoles(b *testing.B) {
	roles := 20_000
	if n, err := strconv.Atoi(os.Getenv("UMBEL_BENCH_ROLES")); err == nil {
		roles = n
	}
	w := newWorld(&testing.T{})
	w.managed(member, "team", allow)
	a := authz.NewAuthorizer()
	decide := func(s *iam.State, r *iam.Role) time.Duration {
		w.states[op.IAMPartition(member)] = s
		c := w.call(op.Caller{
			Kind: op.AssumedRole, Account: member, ARN: session, UserID: r.UniqueID + ":s1", Name: r.Name, Role: r,
			Session: &iam.Session{Account: member, Kind: iam.RoleSession, RoleName: r.Name, RoleID: r.UniqueID},
		})
		target := op.Target{Resource: "arn:aws:sqs:eu-west-1:222222222222:service-1-q", Action: "sqs:SendMessage"}
		start := time.Now()
		if _, err := a.Decide(c, &target); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	warm := idleRoles(b, member) // reads AWS's managed policies, which are read once in a process
	for _, r := range warm.Roles.All() {
		decide(warm, r)
	}
	for b.Loop() {
		before := heap()
		states, first := make([]*iam.State, roles/rolesPerAccount), make([]time.Duration, 0, roles)
		for i := range states {
			states[i] = idleRoles(b, ident.AccountID(fmt.Sprintf("%012d", 100000000000+i)))
			for _, r := range states[i].Roles.All() {
				first = append(first, decide(states[i], r))
			}
		}
		slices.Sort(first)
		b.ReportMetric(float64(heap()-before-8*uint64(cap(first)))/float64(roles), "bytes/role")
		b.ReportMetric(float64(first[len(first)/2].Nanoseconds())/1e3, "first-p50-µs")
		b.ReportMetric(float64(first[len(first)*99/100].Nanoseconds())/1e3, "first-p99-µs")
		b.ReportMetric(float64(first[len(first)-1].Nanoseconds())/1e3, "first-max-µs")
		runtime.KeepAlive(states)
	}
}

// heap is how many bytes are in use after collecting the garbage.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
