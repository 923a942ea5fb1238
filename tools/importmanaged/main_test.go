package main

import (
	"strings"
	"testing"
)

const list = `{
"Zed": {"arn":"arn:aws:iam::aws:policy/service-role/Zed","latestVersionId":"v12","createdDate":"2015-02-06T18:39:46.000Z",
	"versions":{"v1":{"createdDate":"2015-02-06T18:39:46.000Z","document":{}},"v12":{"createdDate":"2026-01-01T00:00:00.000Z","document":{ "Version" : "2012-10-17" }}}},
"Abe": {"arn":"arn:aws:iam::aws:policy/Abe","latestVersionId":"v1","createdDate":"2016-01-01T00:00:00.000Z",
	"versions":{"v1":{"createdDate":"2016-01-01T00:00:00.000Z","document":{"a":"b c"}}}}}`

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(strings.NewReader(list), &out); err != nil {
		t.Fatal(err)
	}
	want := "/\tAbe\t1\t2016-01-01T00:00:00.000Z\t2016-01-01T00:00:00.000Z\t{\"a\":\"b c\"}\n" +
		"/service-role/\tZed\t12\t2015-02-06T18:39:46.000Z\t2026-01-01T00:00:00.000Z\t{\"Version\":\"2012-10-17\"}\n"
	if out.String() != want {
		t.Errorf("got %s", out.String())
	}
}

func TestRunRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, bad := range []string{
		"", `[]`, `{"A":{"arn":"arn:aws-cn:iam::aws:policy/A"}}`, `{"A":{"arn":"arn:aws:iam::aws:policy/B"}}`,
		`{"A":{"arn":"arn:aws:iam::aws:policy/A","latestVersionId":"v2","versions":{"v1":{}}}}`,
	} {
		if err := run(strings.NewReader(bad), new(strings.Builder)); err == nil {
			t.Errorf("took %s", bad)
		}
	}
}
