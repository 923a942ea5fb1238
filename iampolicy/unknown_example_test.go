package iampolicy_test

import (
	"fmt"

	"umbel/iampolicy"
)

func ExampleDecidePartly() {
	document := iampolicy.NewDocument(`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
		{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]}`)
	ps := &iampolicy.Policies{Identity: []iampolicy.Source{{ID: "s3-from-office", Document: document}}}
	req := &iampolicy.Request{
		Principal: iampolicy.Principal{Kind: iampolicy.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ana"},
		Action:    "s3:GetObject", Resource: "arn:aws:s3:::reports/today",
	}
	d, err := iampolicy.DecidePartly(req, ps, []iampolicy.Unknown{{Name: "aws:SourceIp"}, {Name: "aws:UserAgent"}})
	fmt.Println(d.Outcome, d.DependsOn, d.Allowing.Values, err)
	// Output: DependsOn [aws:SourceIp] map[aws:SourceIp:[10.0.0.0]] <nil>
}
