package actions

import (
	"slices"
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	for pattern, want := range map[string][]string{
		"iam:TagRole":                {"iam:TagRole"},
		"IAM:tag?ole":                {"iam:TagRole"},
		"*:GetBucketPolicy":          {"s3:GetBucketPolicy", "s3-outposts:GetBucketPolicy", "s3express:GetBucketPolicy"},
		"s3*:getbucketpolicys*":      {"s3:GetBucketPolicyStatus"},
		"s3:Nothing":                 nil,
		"nothing:*":                  nil,
		"GetObject":                  nil,
		"sts:*WebIdentity":           {"sts:AssumeRoleWithWebIdentity"},
		"sts:Ass*Role*With*Identity": {"sts:AssumeRoleWithWebIdentity"},
	} {
		got := Expand(pattern)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", pattern, got, want)
		}
		if Matches(pattern) != (len(want) > 0) {
			t.Errorf("Matches(%q) is %t", pattern, Matches(pattern))
		}
	}
	if all := Expand("*"); len(all) != 22091 || len(all) != len(Expand("*:*")) || !Matches("*") {
		t.Errorf("%d actions", len(all))
	}
	if rest := len(Complement([]string{"s3:*", "iam:Get*", "nothing"})); rest != 22091-len(Expand("s3:*"))-len(Expand("iam:Get*")) {
		t.Errorf("%d actions", rest)
	}
	if rest := Complement([]string{"*"}); len(rest) != 0 {
		t.Errorf("%d actions", len(rest))
	}
}

func TestAccepts(t *testing.T) {
	types := func(service, name string) *ResourceType {
		s, _ := Lookup(service)
		r, ok := s.Type(name)
		if !ok {
			t.Fatalf("%s has no %s", service, name)
		}
		return r
	}
	role, object, bucket, queue := types("iam", "role"), types("s3", "object"), types("s3", "bucket"), types("sqs", "queue")
	for _, row := range []struct {
		of       *ResourceType
		resource string
		want     bool
	}{
		{role, "*", true}, {role, "arn:aws:iam::*:role/x", true}, {role, "arn:aws:iam::*:user/x", false}, {role, "arn:aws:iam::*:*", true},
		{role, "arn:aws:iam::111122223333:r?l*", true}, {role, "arn:*", true}, {role, "arn:aws:s3:::b", false}, {role, "arn:aws:iam::*", true},
		{role, "arn:aws:iam::111122223333:role/${aws:username}", true}, {role, "arn:aws:iam:eu-west-1::role/x", false},
		{object, "arn:aws:s3:::b/*", true}, {object, "arn:aws:s3:::b", false}, {object, "arn:aws:s3:::*", true}, {object, "arn:aws:s3:::b*", true},
		{bucket, "arn:aws:s3:::b", true}, {bucket, "arn:aws:s3:::b/*", false}, {bucket, "arn:aws:s3:::b*", true}, {bucket, "arn:aws:s3:::*/*", false}, {bucket, "arn:aws:s3:::", true}, {queue, "arn:aws:sqs:*:*:q", true}, {queue, "arn:aws:sqs:eu-west-1:111122223333", true}, {queue, "x", false},
		{object, "arn:aws:s3:::b/" + strings.Repeat("x?", 100), true},
	} {
		if got := row.of.Accepts(row.resource); got != row.want {
			t.Errorf("%s %s: %t", row.of.Name, row.resource, got)
		}
	}
}

func TestNearest(t *testing.T) {
	for name, want := range map[string]string{
		"s3:GetObjcet": "s3:GetObject", "s3:getobjects": "s3:GetObject", "ec3:RunInstances": "ec2:RunInstances", "lamda:InvokeFuncton": "lambda:InvokeFunction",
		"s3:Fly": "", "qqqqqqqqqqq:X": "", "GetObject": "", "iam:TagRoel": "iam:TagRole",
	} {
		if got := Nearest(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"aws:PrincipalOrgIDs": "aws:PrincipalOrgID", "aws:PrincipalTags/team": "aws:PrincipalTag/team", "aws:SourceIP4": "aws:SourceIp", "s3:prefx": "s3:prefix",
		"aws:Nonsense": "", "nothing:a": "", "aws:Tagz/a": "", "ec2:InstanceTyp": "ec2:InstanceType",
	} {
		if got := NearestKey(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// BenchmarkIndex reads the index, which comes before any service.
func BenchmarkIndex(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		open(tableFile)
	}
}

// BenchmarkService reads one service, of middling size and of the largest.
func BenchmarkService(b *testing.B) {
	for _, prefix := range []string{"sqs", "s3", "ec2"} {
		b.Run(prefix, func(b *testing.B) {
			t := open(tableFile)
			i := slices.IndexFunc(t.entries, func(e *entry) bool { return e.prefix == prefix })
			b.ReportAllocs()
			for b.Loop() {
				(&entry{prefix: prefix, block: t.entries[i].block, size: t.entries[i].size}).load(t)
			}
		})
	}
}

func BenchmarkFind(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := Find("ec2:RunInstances"); !ok {
			b.Fatal("not found")
		}
	}
}
