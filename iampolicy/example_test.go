package iampolicy_test

import (
	"fmt"

	"umbel/iampolicy"
)

// A text that is no policy says where it is wrong.
func ExampleParse() {
	_, err := iampolicy.Parse(`{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Actions": "s3:*", "Resource": "*"}
}`)
	fmt.Println(err)
	// Output: line 3, column 36: unknown element "Actions"
}

// Validate says what AWS would answer when such a policy is saved.
func ExampleValidate() {
	err := iampolicy.Validate(iampolicy.KindIdentity, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}}`)
	fmt.Println(err.(*iampolicy.ValidationError).Message)
	// Output: Resource bucket must be in ARN format or "*".
}

// A session of a role may do what its policies allow and no service control policy denies.
func ExampleDecide() {
	all := iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	europe := iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":{"Sid":"EU","Effect":"Deny","Action":"*","Resource":"*",
		"Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}}`)
	policies := &iampolicy.Policies{
		ServiceControl: []iampolicy.Level{{Target: "r-ab12", Policies: []iampolicy.Source{{ID: "FullAWSAccess", Document: all}, {ID: "p-region", Document: europe}}}},
		Identity:       []iampolicy.Source{{ID: "admin", Document: all}},
	}
	who := iampolicy.Principal{Kind: iampolicy.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ann"}
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		keys := new(iampolicy.Context)
		keys.Set("aws:RequestedRegion", region)
		d := iampolicy.Decide(&iampolicy.Request{Principal: who, Action: "ec2:RunInstances", Resource: "*", Context: keys}, policies)
		fmt.Printf("%s: %s by %s %s\n", region, d.Outcome, d.Layer, d.Policy)
	}
	// Output:
	// eu-west-1: Allowed by identity admin
	// us-east-1: ExplicitDeny by serviceControl p-region
}

// In front of many requests, policies are compiled once; then a decision takes about a microsecond and allocates nothing.
func ExampleCompiler() {
	var compiler iampolicy.Compiler
	reads := iampolicy.NewDocument(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::${aws:username}/*"}}`)
	compiled := compiler.Compile(&iampolicy.Policies{Identity: []iampolicy.Source{{ID: "reads", Document: reads}}})

	keys := new(iampolicy.Context) // Reset it for the next request
	keys.Set("aws:username", "ann")
	d := compiled.Decide(&iampolicy.Request{
		Principal: iampolicy.Principal{Kind: iampolicy.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ann"},
		Action:    "s3:GetObject", Resource: "arn:aws:s3:::ann/diary", Context: keys,
	})
	fmt.Println(d.Outcome, d.Layer == iampolicy.LayerIdentity, d.Policy)
	// Output: Allowed true reads
}
