package iampolicy

import (
	"errors"
	"slices"
	"testing"
)

func TestContextKeys(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"none": {`{"Version":"2012-10-17","Statement":[]}`, nil},
		"conditions and variables, each once": {`{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b/${aws:username}/*","arn:aws:s3:::c/${AWS:UserName}"],
			 "Condition":{"StringLike":{"s3:prefix":["${aws:PrincipalTag/team, 'none'}/*","${*}"]},"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}},
			{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::${aws:userid}","Condition":{"Null":{"S3:Prefix":"true"}}}]}`,
			[]string{"aws:CurrentTime", "aws:PrincipalTag/team", "aws:userid", "aws:username", "s3:prefix"}},
		"version 2008 has no variables": {`{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}",
			"Condition":{"StringEquals":{"aws:userid":"${aws:username}"}}}}`, []string{"aws:userid"}},
		"numbers take no variables": {`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*",
			"Condition":{"NumericEquals":{"s3:max-keys":"${aws:username}"}}}}`, []string{"s3:max-keys"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ContextKeys(c.text)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
	var syntax *SyntaxError
	if _, err := ContextKeys("{"); !errors.As(err, &syntax) {
		t.Errorf("no JSON: %v", err)
	}
}
