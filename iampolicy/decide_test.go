package iampolicy

import "testing"

const allowAll = `{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}`

func TestFirst(t *testing.T) {
	req := &Request{Principal: Principal{Kind: User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/a"}, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	d := Decide(req, &Policies{Identity: []Source{{ID: "p", Document: NewDocument(allowAll)}}})
	if d != (Decision{Outcome: Allowed, Layer: LayerIdentity, Policy: "p", Statement: 0, Sid: "All"}) {
		t.Fatalf("%+v", d)
	}
	if d := Decide(req, &Policies{}); d != (Decision{Outcome: ImplicitDeny, Layer: LayerIdentity, Statement: -1}) {
		t.Fatalf("%+v", d)
	}
}
