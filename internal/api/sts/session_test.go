package sts

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	model "umbel/internal/model/sts"
)

func ptr[T any](v T) *T { return &v }

// pairs makes tags of keys and values in turn.
func pairs(kv ...string) []model.Tag {
	var tags []model.Tag
	for i := 0; i < len(kv); i += 2 {
		tags = append(tags, model.Tag{Key: &kv[i], Value: &kv[i+1]})
	}
	return tags
}

func TestParseRole(t *testing.T) {
	for arn, want := range map[string]roleRef{
		"arn:aws:iam::111122223333:role/deployer":         {Account: "111122223333", Path: "/", Name: "deployer"},
		"arn:aws:iam::111122223333:role/ci/team/deployer": {Account: "111122223333", Path: "/ci/team/", Name: "deployer"},
	} {
		want.ARN = arn
		got, err := parseRole(arn)
		if err != nil {
			t.Errorf("%s: %v", arn, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", arn, d)
		}
	}
	for _, arn := range []string{
		"deployer", "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::1111:role/x", "arn:aws:sts::111122223333:assumed-role/x/y",
		"arn:aws:iam:us-east-1:111122223333:role/x", "arn:aws:iam::111122223333:role/", "arn:aws-cn:iam::111122223333:role/x",
	} {
		if _, err := parseRole(arn); !fault.Is(err, fault.ValidationFailed) || !strings.Contains(err.Error(), "Request ARN is invalid") {
			t.Errorf("%s: got %v", arn, err)
		}
	}
}

func TestRoleDuration(t *testing.T) {
	long, short := &iam.Role{MaxSession: 43200}, &iam.Role{MaxSession: 3600}
	for _, c := range []struct {
		name    string
		asked   *int32
		role    *iam.Role
		chained bool
		want    time.Duration
		message string
	}{
		{"default", nil, long, false, time.Hour, ""},
		{"default, chained", nil, short, true, time.Hour, ""},
		{"as asked", ptr[int32](43200), long, false, 12 * time.Hour, ""},
		{"least", ptr[int32](900), short, false, 15 * time.Minute, ""},
		{"over the role's", ptr[int32](3601), short, false, 0, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{"an hour, chained", ptr[int32](3600), long, true, time.Hour, ""},
		{"over an hour, chained", ptr[int32](3601), long, true, 0, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."},
		{"role without its own maximum", ptr[int32](3600), &iam.Role{}, false, time.Hour, ""},
	} {
		got, err := roleDuration(c.asked, c.role, c.chained)
		if c.message != "" {
			if !fault.Is(err, fault.ValidationFailed) || !strings.HasSuffix(err.Error(), c.message) {
				t.Errorf("%s: error %v", c.name, err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s: got %v, %v; want %v", c.name, got, err, c.want)
		}
	}
}

func TestChainTags(t *testing.T) {
	caller := &iam.Session{Tags: map[string]string{"Team": "a", "stage": "dev"}, TransitiveTags: []string{"Team"}}
	for _, c := range []struct {
		name       string
		from       *iam.Session
		tags       []model.Tag
		transitive []string
		want       map[string]string
		handed     []string
		message    string
	}{
		{name: "none", from: &iam.Session{}},
		{name: "passed", from: &iam.Session{}, tags: pairs("a", "1", "b", ""), want: map[string]string{"a": "1", "b": ""}},
		{name: "transitive, in another case", from: &iam.Session{}, tags: pairs("Cost", "1"), transitive: []string{"cost", "COST"},
			want: map[string]string{"Cost": "1"}, handed: []string{"Cost"}},
		{name: "inherited: only the transitive", from: caller, want: map[string]string{"Team": "a"}, handed: []string{"Team"}},
		{name: "inherited and passed", from: caller, tags: pairs("stage", "prod"), transitive: []string{"stage"},
			want: map[string]string{"Team": "a", "stage": "prod"}, handed: []string{"Team", "stage"}},
		{name: "overriding an inherited one", from: caller, tags: pairs("team", "b"), message: "conflicts with a transitive tag key from the calling session."},
		{name: "twice", from: &iam.Session{}, tags: pairs("a", "1", "A", "2"), message: "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{name: "reserved", from: &iam.Session{}, tags: pairs("AWS:x", "1"), message: "reserved for system use."},
		{name: "transitive but not passed", from: &iam.Session{}, tags: pairs("a", "1"), transitive: []string{"b"},
			message: "The specified transitive tag key must be included in the requested tags."},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, handed, err := chainTags(c.from, c.tags, c.transitive)
			if c.message != "" {
				if !fault.Is(err, fault.InvalidParameterValue) || !strings.HasSuffix(err.Error(), c.message) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("tags (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.handed, handed, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("transitive (-want +got):\n%s", d)
			}
		})
	}
	if d := cmp.Diff([]string{"Team"}, caller.TransitiveTags); d != "" {
		t.Errorf("the calling session was changed:\n%s", d)
	}
}

func TestSourceIdentity(t *testing.T) {
	set := &iam.Session{SourceIdentity: "alice"}
	for _, c := range []struct {
		from  *iam.Session
		asked *string
		want  string
		code  fault.Code
	}{
		{&iam.Session{}, nil, "", ""},
		{&iam.Session{}, ptr("bob"), "bob", ""},
		{set, nil, "alice", ""},
		{set, ptr("alice"), "alice", ""},
		{set, ptr("bob"), "", fault.AccessDenied},
		{&iam.Session{}, ptr("aws:bob"), "", fault.ValidationFailed},
	} {
		if got, err := sourceIdentity(c.from, c.asked); got != c.want || fault.CodeOf(err) != c.code {
			t.Errorf("from %q, asked %v: got %q, %v", c.from.SourceIdentity, c.asked, got, err)
		}
	}
}

func TestPackedSize(t *testing.T) {
	var k packer
	if got, err := k.size(passed{}, nil); got != nil || err != nil {
		t.Errorf("nothing passed: got %v, %v", got, err)
	}
	small := passed{Inline: []string{`{"Version":"2012-10-17","Statement":[{"Sid":"Stmt1","Effect":"Allow","Action":"s3:*","Resource":"*"}]}`}}
	got, err := k.size(small, nil)
	if err != nil || got == nil || *got < 1 || *got > 20 {
		t.Errorf("a small policy: got %v, %v", got, err)
	}
	more, err := k.size(small, pairs("team", "a", "stage", "production"))
	if err != nil || more == nil || *more <= *got {
		t.Errorf("tags take no room: got %v, %v", more, err)
	}
	var many []string
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 50 {
		many = append(many, fmt.Sprintf("key-%d", i), fmt.Sprintf("%x%x%x", random.Uint64(), random.Uint64(), random.Uint64()))
	}
	if _, err := k.size(passed{}, pairs(many...)); !fault.Is(err, fault.PackedPolicyTooLarge) || !strings.Contains(err.Error(), "Packed size of session tags consumes 1") {
		t.Errorf("fifty large tags: %v", err)
	}
}

func TestMFAIsRefused(t *testing.T) {
	if err := checkMFA(nil, nil); err != nil {
		t.Errorf("without MFA: %v", err)
	}
	for _, c := range [][2]*string{{ptr("arn:aws:iam::111122223333:mfa/x"), nil}, {nil, ptr("123456")}, {ptr("GAHT12345678"), ptr("123456")}} {
		if err := checkMFA(c[0], c[1]); !fault.Is(err, fault.AccessDenied) || !strings.Contains(err.Error(), "MultiFactorAuthentication failed") {
			t.Errorf("got %v", err)
		}
	}
}
