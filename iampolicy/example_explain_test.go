package iampolicy_test

import (
	"fmt"

	"umbel/iampolicy"
)

func ExampleExplain() {
	who, err := iampolicy.ParsePrincipal("arn:aws:iam::111122223333:user/ana", nil)
	if err != nil {
		panic(err)
	}
	reading := iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":[
  {"Sid":"Reading","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::reports/*"}]}`)
	e := iampolicy.Explain(
		&iampolicy.Request{Principal: who, Action: "s3:PutObject", Resource: "arn:aws:s3:::reports/q3"},
		&iampolicy.Policies{Identity: []iampolicy.Source{{ID: "analyst", Document: reading}}})
	fmt.Println(e.Decision.Outcome, "by", e.Decision.Layer)
	fmt.Println(e.Text())
	// Output:
	// ImplicitDeny by identity
	// DENIED  s3:PutObject
	//     on  arn:aws:s3:::reports/q3
	//     by  arn:aws:iam::111122223333:user/ana
	//
	// No identity policy of the caller allows it.
	//
	// Nearest comes the statement "Reading" of the identity policy "analyst" (line 2, column 3):
	//   NO   Action       s3:PutObject does not match "s3:Get*"
	//   yes  Resource     arn:aws:s3:::reports/q3 matches "arn:aws:s3:::reports/*"
	//
	// What each kind of policy says
	//   NO ALLOW     the caller's identity policies
	//
	// Any one of these would get it allowed
	//   1. Add "s3:PutObject" to the Action of the statement "Reading" of the identity policy "analyst".
	//   2. Allow s3:PutObject on arn:aws:s3:::reports/q3 in an identity policy of the caller.
}
