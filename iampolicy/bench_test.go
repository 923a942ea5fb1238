package iampolicy

import (
	"fmt"
	"testing"
)

// standardWorkload is an account five levels down with five SCPs at each, a role with ten policies of 20 statements, and a
// boundary.
func standardWorkload() (*Policies, []*Request) {
	services := []string{"s3", "ec2", "sqs", "sns", "iam", "kms", "lambda", "dynamodb", "logs", "organizations"}
	ps := &Policies{Boundary: &Source{ID: "boundary", Document: policy2012(statementOf("Allow", "*", ""), statementOf("Deny", "organizations:*", ""))}}
	for l := range 5 {
		node := Level{Target: fmt.Sprintf("ou-%d", l), Policies: []Source{fullAccess}}
		for g := range 4 {
			var statements []string
			for i := range 6 {
				service := services[(l+2*g+i)%len(services)]
				condition := fmt.Sprintf(`,"Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1","us-east-%d"]},"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/admin-%d"]}}`, 1+g%2, i%3)
				statements = append(statements, statementOf("Deny", service+":Delete*", condition))
			}
			node.Policies = append(node.Policies, Source{ID: fmt.Sprintf("p-%d%d", l, g), Document: policy2012(statements...)})
		}
		ps.ServiceControl = append(ps.ServiceControl, node)
	}
	for p := range 10 {
		var statements []string
		for i := range 20 {
			service := services[i%len(services)]
			statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Action":["%s:Get*","%s:Describe%d*","%s:DeleteItem"],"Resource":["arn:aws:%s:*:*:team-%d/*","arn:aws:%s:*:*:${aws:PrincipalTag/team}/*"],"Condition":{"StringEquals":{"aws:PrincipalTag/team":"team%d"}}}`,
				service, service, i, service, service, p, service, p))
		}
		ps.Identity = append(ps.Identity, Source{ID: fmt.Sprintf("role-%d", p), Document: policy2012(statements...)})
	}
	var requests []*Request
	for i := range 1000 {
		service := services[i%len(services)]
		ctx := keys("aws:PrincipalArn", session.RoleARN, "aws:PrincipalAccount", own, "aws:PrincipalOrgID", "o-a1b2c3d4e5", "aws:PrincipalType", "AssumedRole",
			"aws:userid", "AROAEXAMPLE:s1", "aws:PrincipalTag/team", fmt.Sprintf("team%d", i%10), "aws:RequestedRegion", []string{"eu-west-1", "eu-west-1", "ap-south-1"}[i%3],
			"aws:SourceIp", "203.0.113.7", "aws:SecureTransport", "true", "aws:UserAgent", "cli", "aws:CurrentTime", "2026-11-21T05:00:00Z",
			"aws:EpochTime", "1795237200", "aws:ViaAWSService", "false", "aws:ResourceAccount", own)
		action := []string{"GetItem", "DeleteItem", "PutItem"}[i%7%3]
		requests = append(requests, &Request{Principal: session, Action: service + ":" + action, Resource: fmt.Sprintf("arn:aws:%s:eu-west-1:%s:team-%d/x", service, own, i%11), Context: ctx})
	}
	return ps, requests
}

func BenchmarkDecide(b *testing.B) {
	ps, requests := standardWorkload()
	outcomes := map[Outcome]int{}
	for _, r := range requests {
		outcomes[Decide(r, ps).Outcome]++
	}
	if len(outcomes) != 3 {
		b.Fatalf("the workload has only %v", outcomes)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		Decide(requests[i%len(requests)], ps)
		i++
	}
}

// TestDecideAllocatesNothing: the path of every request.
func TestDecideAllocatesNothing(t *testing.T) {
	ps, requests := standardWorkload()
	i := 0
	if n := testing.AllocsPerRun(2000, func() {
		Decide(requests[i%len(requests)], ps)
		i++
	}); n != 0 {
		t.Errorf("%v allocations per decision", n)
	}
}

func BenchmarkParse(b *testing.B) {
	ps, _ := standardWorkload()
	text := ps.Identity[0].Document.Text()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
