package actions

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestTable reads every service and checks what the whole table must hold.
func TestTable(t *testing.T) {
	if !strings.HasPrefix(Version(), "0.21.") {
		t.Errorf("version %q", Version())
	}
	services := Services()
	if len(services) != 456 || !slices.IsSorted(services) {
		t.Errorf("%d services, sorted: %t", len(services), slices.IsSorted(services))
	}
	actions, types, withoutResource, levels := 0, 0, 0, map[string]int{}
	for _, prefix := range services {
		s, ok := Lookup(prefix)
		if !ok || s.Prefix != prefix || s.Name == "" || len(s.Actions) == 0 {
			t.Fatalf("%s: %+v", prefix, s)
		}
		actions, types = actions+len(s.Actions), types+len(s.Types)
		for i := range s.Actions {
			a := &s.Actions[i]
			if found, ok := s.Action(a.Name); !ok || found != a {
				t.Errorf("%s:%s is not found", prefix, a.Name)
			}
			if levels[a.Access.String()]++; len(a.Resources) == 0 {
				withoutResource++
			}
			for _, key := range a.Keys {
				if _, ok := s.Key(key); !ok {
					t.Errorf("%s:%s: unknown key %q", prefix, a.Name, key)
				}
			}
		}
		for i := range s.Types {
			r := &s.Types[i]
			if found, ok := s.Type(strings.ToUpper(r.Name)); !ok || found != r || !strings.HasPrefix(r.ARN, "arn:") || !r.Accepts(r.ARN) {
				t.Errorf("%s: resource type %+v", prefix, r)
			}
		}
	}
	if actions != 22091 || types != 2334 || withoutResource != 6724 {
		t.Errorf("%d actions, %d resource types, %d actions without a resource", actions, types, withoutResource)
	}
	if levels["Permissions management"] != 425 || levels["Tagging"] != 719 || levels["Write"] != 11357 || levels["Read"] != 5871 || levels["List"] != 3719 {
		t.Errorf("access levels %v", levels)
	}
}

func TestFind(t *testing.T) {
	a, ok := Find("EC2:runinstances")
	if !ok || a.Name != "RunInstances" || a.Access != Write || !slices.Contains(a.Dependent, "iam:PassRole") {
		t.Fatalf("%+v", a)
	}
	i := slices.IndexFunc(a.Resources, func(r ActionResource) bool { return r.Type.Name == "instance" })
	r := a.Resources[i]
	if !r.Required || r.Type.ARN != "arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}" || !slices.Contains(r.Keys, "ec2:InstanceType") {
		t.Errorf("%+v", r)
	}
	object, _ := Find("s3:GetObject")
	if i := slices.IndexFunc(object.Resources, func(r ActionResource) bool { return r.Type.ARN == "arn:${Partition}:s3:::${BucketName}/${ObjectName}" }); i < 0 {
		t.Errorf("%+v", object.Resources)
	}
	for _, unknown := range []string{"s3:GetObjcet", "nothing:X", "s3", ""} {
		if a, ok := Find(unknown); ok {
			t.Errorf("%q: %+v", unknown, a)
		}
	}
	s, _ := Lookup("s3")
	if _, ok := s.Type("nothing"); ok {
		t.Error("a resource type that is none")
	}
}

func TestTypesOf(t *testing.T) {
	for service, want := range map[string]string{
		"sqs": "queue", "catalog": "Portfolio", "elastic-inference": "elastic-inference", "s3": "bucket", "elasticloadbalancing": "targetgroup",
	} {
		types, known := TypesOf(service)
		if !known || !slices.ContainsFunc(types, func(r *ResourceType) bool { return r.Name == want }) {
			t.Errorf("%s: %t, %d types", service, known, len(types))
		}
	}
	for _, service := range []string{"S3", "nothing", ""} {
		if types, known := TypesOf(service); known || types != nil {
			t.Errorf("%s is known", service)
		}
	}
}

// TestLoadedOnce reads services from many goroutines at once.
func TestLoadedOnce(t *testing.T) {
	table := open(tableFile)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, e := range table.entries[:40] {
				if first, again := e.load(table), e.load(table); first != again {
					t.Errorf("%s was read twice", e.prefix)
				}
			}
		})
	}
	group.Wait()
}

func TestDamagedTable(t *testing.T) {
	panics := func(name string, f func()) {
		defer func() {
			if text, _ := recover().(string); !strings.HasPrefix(text, "the table of actions is damaged: ") {
				t.Errorf("%s: %q", name, text)
			}
		}()
		f()
	}
	panics("no DEFLATE", func() { open("\x05" + strings.Repeat("\xff", 20)) })
	panics("no number", func() { decimal("x") })
}

func TestResourceControl(t *testing.T) {
	if list := ResourceControlServices(); len(list) != 62 || !slices.Contains(list, "s3") || slices.Contains(list, "iam") {
		t.Errorf("%d services: %v", len(list), list)
	}
	for action, want := range map[string]bool{
		"s3:GetObject": true, "s3:NewAction": true, "s3:ListAllMyBuckets": false, "iam:GetRole": false, "nothing:X": false,
	} {
		if got := AppliesToResourceControl(action); got != want {
			t.Errorf("%s: %t", action, got)
		}
	}
}

func TestKeys(t *testing.T) {
	for name, want := range map[string]Key{
		"aws:principalorgid":                    {"aws:PrincipalOrgID", String, false},
		"aws:PrincipalTag/team":                 {"aws:PrincipalTag/${TagKey}", String, false},
		"AWS:TagKeys":                           {"aws:TagKeys", String, true},
		"aws:SourceIp":                          {"aws:SourceIp", IPAddress, false},
		"aws:SignInSessionArn":                  {"aws:SignInSessionArn", ARN, false},
		"s3:max-keys":                           {"s3:max-keys", Numeric, false},
		"s3:RequestObjectTag/a":                 {"s3:RequestObjectTag/<key>", String, false},
		"saml:aud":                              {"saml:aud", String, false},
		"agent.eu.buildkite.dev:build_branch":   {"agent.${Domain}.buildkite.dev:build_branch", String, false},
		"codebuild:secondarySources/x.location": {"codebuild:secondarySources/${sourceIdentifier}.location", String, false},
	} {
		if got, ok := LookupKey(name); !ok || got != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, name := range []string{"aws:Nothing", "aws:PrincipalTag/", "aws:PrincipalTag", "s3:nothing", "nothing:a", "nothing", "", "codebuild:secondarySources/x.nothing"} {
		if got, ok := LookupKey(name); ok {
			t.Errorf("%q: %+v", name, got)
		}
	}
	if len(GlobalKeys()) < 59 {
		t.Errorf("%d global keys", len(GlobalKeys()))
	}
	if s := ARN.String() + Numeric.String(); s != "ARNNumeric" {
		t.Error(s)
	}
}

func TestCarries(t *testing.T) {
	a, _ := Find("s3:PutObject")
	run, _ := Find("ec2:RunInstances")
	for _, row := range []struct {
		action *Action
		key    string
		want   bool
	}{
		{a, "s3:x-amz-acl", true}, {a, "S3:RequestObjectTag/team", true}, {a, "s3:BucketTag/team", true}, {a, "s3:prefix", false},
		{run, "ec2:InstanceType", true}, {run, "aws:RequestTag/a", true}, {run, "ec2:Nothing", false},
	} {
		if got := row.action.Carries(row.key); got != row.want {
			t.Errorf("%s %s: %t", row.action.Name, row.key, got)
		}
	}
}
