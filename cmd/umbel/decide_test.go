package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDecide(t *testing.T) {
	const (
		policies = `{"serviceControl":[{"target":"r-ab12","policies":[{"name":"FullAWSAccess","document":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}},` +
			`{"name":"NoS3","document":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Sid\":\"NoS3\",\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}"}]}],` +
			`"identity":[{"name":"admin","document":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}]}`
		ec2 = `{"principal":"arn:aws:iam::111122223333:user/ana","action":"ec2:RunInstances","resource":"*"}`
		s3  = `{"principal":"arn:aws:iam::111122223333:user/ana","action":"s3:ListAllMyBuckets","resource":"*"}`
	)
	const (
		allowed = `{"decision":"Allowed","layer":"identity","policy":"admin","statement":0}` + "\n"
		denied  = `{"decision":"ExplicitDeny","layer":"serviceControl","target":"r-ab12","policy":"NoS3","statement":0,"sid":"NoS3"}` + "\n"
	)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	shared, requests, broken := file("policies.json", policies), file("requests.jsonl", ec2+"\n\n"+s3+"\n"), file("broken.jsonl", s3+"\n{\"principal\":\"bob\"}\n"+ec2)
	for _, tt := range []struct {
		name          string
		args          []string
		stdin         string
		code          int
		stdout, error string
	}{
		{"a file", []string{"--policies", shared, requests}, "", 0, allowed + denied, ""},
		{"standard input", []string{"--policies", shared}, s3, 0, denied, ""},
		{"policies in the request", nil, strings.TrimSuffix(ec2, "}") + `,"policies":` + policies + "}", 0, allowed, ""},
		{"something unknown", []string{"--policies", shared}, strings.TrimSuffix(ec2, "}") + `,"unknown":["aws:SourceIp","further:boundary"]}`, 0,
			`{"decision":"DependsOn","dependsOn":["further:boundary"],"allowing":{"values":{"further:boundary":["allow"]},"decision":{"decision":"Allowed","layer":"identity","policy":"admin","statement":0}},` +
				`"denying":{"values":{"further:boundary":["nothing"]},"decision":{"decision":"ImplicitDeny","layer":"boundary"}}}` + "\n", ""},
		{"an unknown of no use", []string{"--policies", shared}, strings.TrimSuffix(ec2, "}") + `,"unknown":["further:nothing"]}`, 1, "", `standard input:1: unknown: "nothing" is no layer`},
		{"an explanation of the unknown", []string{"--policies", shared, "--explain"}, strings.TrimSuffix(ec2, "}") + `,"unknown":["aws:SourceIp"]}`, 1, "", "--explain needs everything known"},
		{"text of the unknown", []string{"--policies", shared, "--explain", "--output", "text"}, strings.TrimSuffix(ec2, "}") + `,"unknown":["aws:SourceIp"]}`, 1, "", "--explain needs everything known"},
		{"too much unknown", nil, strings.TrimSuffix(ec2, "}") + `,"unknown":["a","b"],"policies":{"identity":[{"name":"p","document":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a":"x"},"StringLike":{"a":["y-${b}-z"]}}}}}]}}`, 0,
			`{"decision":"Undecided","reason":"a condition compares two of them in a way that the values tried do not settle","unknown":["a","b"]}` + "\n", ""},
		{"a bad line after a good one", []string{"--policies", shared, broken}, "", 1, denied, broken + ":2: "},
		{"no policies", nil, ec2, 1, "", "standard input:1: no policies"},
		{"an empty document", []string{"--policies", file("empty.json", `{"identity":[{"name":"p","document":{}}]}`)}, ec2, 1, "", `empty.json: identity[0]: the policy "p"`},
		{"text without an explanation", []string{"--policies", shared, "--output", "text"}, s3, 1, "", "--output text words explanations: give --explain too"},
		{"an unknown output", []string{"--policies", shared, "--output", "yaml"}, s3, 1, "", `--output is text or json, not "yaml"`},
		{"no such file", []string{filepath.Join(dir, "none")}, "", 1, "", "none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			a := &app{stdin: strings.NewReader(tt.stdin), stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }}
			code := a.run(t.Context(), append([]string{"decide"}, tt.args...))
			if code != tt.code || stdout.String() != tt.stdout || !strings.Contains(stderr.String(), tt.error) {
				t.Errorf("code %d\n%s%s", code, stdout.String(), stderr.String())
			}
		})
	}
}

// TestDecideExplains: an explanation begins as the decision does, and as text it reads.
func TestDecideExplains(t *testing.T) {
	const request = `{"principal":"arn:aws:iam::111122223333:user/ana","action":"s3:GetObject","resource":"arn:aws:s3:::b/k","policies":` +
		`{"identity":[{"name":"dev","document":{"Version":"2012-10-17","Statement":{"Sid":"Lists","Effect":"Allow","Action":"s3:List*","Resource":"*"}}}]}}`
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{nil, []string{`{"decision":"ImplicitDeny","layer":"identity","principal":"arn:aws:iam::111122223333:user/ana"`, `"nearest":[{"layer":"identity","policy":"dev","statement":0,"sid":"Lists"`,
			`"text":"Add \"s3:GetObject\" to the Action of the statement \"Lists\" of the identity policy \"dev\"."`}},
		{[]string{"--output", "text"}, []string{"DENIED  s3:GetObject\n    on  arn:aws:s3:::b/k\n    by  arn:aws:iam::111122223333:user/ana\n\nNo identity policy of the caller allows it.\n",
			"  NO   Action       s3:GetObject does not match \"s3:List*\"\n", "\nAny one of these would get it allowed\n  1. Add "}},
	} {
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(request), stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }}
		if code := a.run(t.Context(), append([]string{"decide", "--explain"}, tt.args...)); code != 0 {
			t.Fatalf("code %d: %s", code, stderr.String())
		}
		for _, want := range tt.want {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("%v: no %q in\n%s", tt.args, want, stdout.String())
			}
		}
	}
}
