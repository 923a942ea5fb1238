package iampolicy

import "testing"

// TestDecodeRequestDescribesPrincipal: an SCP that exempts a role by aws:PrincipalArn exempts the role that asks, without
// the request saying the same thing twice; what the request does say stands.
func TestDecodeRequestDescribesPrincipal(t *testing.T) {
	const policies = `{"serviceControl":[{"target":"r-ab12","policies":[{"name":"all","document":{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Effect":"Deny","Action":"ec2:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/deployer"}}}]}}]}],
		"identity":[{"name":"p","document":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}]}`
	for name, c := range map[string]struct {
		principal, context string
		want               Outcome
	}{
		"the exempt role":                {"arn:aws:sts::111122223333:assumed-role/deployer/s1", `{}`, Allowed},
		"another role":                   {"arn:aws:sts::111122223333:assumed-role/other/s1", `{}`, ExplicitDeny},
		"a user":                         {"arn:aws:iam::111122223333:user/ana", `{}`, ExplicitDeny},
		"what the request states counts": {"arn:aws:sts::111122223333:assumed-role/deployer/s1", `{"AWS:principalarn":"arn:aws:iam::111122223333:role/x/other"}`, ExplicitDeny},
	} {
		t.Run(name, func(t *testing.T) {
			rq, ps, err := DecodeRequest([]byte(`{"principal":"`+c.principal+`","action":"ec2:RunInstances","resource":"*","context":`+c.context+`,"policies":`+policies+`}`), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := Decide(rq, ps).Outcome; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestDescribePrincipal(t *testing.T) {
	for principal, want := range map[string]map[string]string{
		"arn:aws:iam::111122223333:root":                     {"aws:PrincipalType": "Account", "aws:PrincipalArn": "arn:aws:iam::111122223333:root"},
		"arn:aws:iam::111122223333:user/team/ana":            {"aws:PrincipalType": "User", "aws:username": "ana", "aws:PrincipalAccount": "111122223333"},
		"arn:aws:sts::111122223333:assumed-role/deployer/s1": {"aws:PrincipalType": "AssumedRole", "aws:PrincipalArn": "arn:aws:iam::111122223333:role/deployer"},
		"arn:aws:sts::111122223333:federated-user/bob":       {"aws:PrincipalType": "FederatedUser", "aws:PrincipalIsAWSService": "false"},
		"cloudtrail.amazonaws.com":                           {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": "cloudtrail.amazonaws.com"},
		"*":                                                  {"aws:PrincipalAccount": "anonymous", "aws:PrincipalType": "Anonymous"},
	} {
		ctx := new(Context)
		p, err := ParsePrincipal(principal, ctx)
		if err != nil {
			t.Fatal(err)
		}
		describePrincipal(&p, ctx)
		for key, value := range want {
			if got, ok := ctx.Get(key); !ok || len(got) != 1 || got[0] != value {
				t.Errorf("%s: %s is %v, want %s", principal, key, got, value)
			}
		}
	}
}
