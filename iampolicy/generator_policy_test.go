package iampolicy

import (
	"encoding/json"
	"fmt"
)

var (
	policyActions = []string{"*", "*", "s3:*", "s3:Get*", "S3:getobject", "s3:GetObject", "s3:?etObject", "*:*", "s3:*Object", "s?:*", "*Object", "s3*",
		"sqs:*", "kms:*", "sts:*", "ec2:Run*", "ec2:*", "iam:*", "newservice:Do*", "s3:Get:*", "kms:Decrypt", "sqs:SendMessage", ""}
	narrowActions   = policyActions[2:]
	broadActions    = []string{"*", "s3:*", "*:*", "s*", "*e*"}
	policyResources = []string{"*", "*", "*", "arn:aws:s3:::*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "arn:aws:s3:::b/?", "arn:aws:s3:::${aws:PrincipalTag/team}/*",
		"arn:aws:s3:::${aws:username, 'b'}/*", "arn:aws:*:*:*:*", "arn:aws:s3", "arn:aws:sqs:*:" + own + ":${aws:PrincipalTag/team}-*", "arn:*:s3:::b/k", "arn:aws:s*:eu-west-1:*",
		"arn:aws:sns:*:topic", "arn:aws:sns:*:*:topic:*", "arn:aws:s3:::b/${*}", "arn:aws:${aws:username}:::b", "arn:aws:iam::" + own + ":user/${aws:username}", "arn:aws:s3*:b/k", "arn:a?s:s3:::b/k", "*:user/*", "arn:aws:s3:::?/é", ""}
	principalNames = []string{own, own, other, "arn:aws:iam::" + own + ":root", "arn:aws:iam::" + other + ":root", user.ARN, user.UniqueID, session.ARN, session.RoleARN, session.UniqueID,
		federated.ARN, federated.UserARN, "arn:aws:iam::" + own + ":user/ANA", "arn:aws:iam::" + other + ":role/app", "arn:aws:sts::" + own + ":assumed-role/app/*",
		"arn:aws:iam::" + own + ":role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", management, "*", "arn:aws-cn:iam::" + own + ":root"}
	serviceNames = []string{"cloudtrail.amazonaws.com", "CloudTrail.amazonaws.com", "s3.amazonaws.com", "*"}
)

func (d dice) principal() any {
	if d.oneIn(3) {
		return "*"
	}
	p := map[string]any{}
	for len(p) == 0 {
		if !d.oneIn(6) {
			p["AWS"] = append(d.some(principalNames), pick(d, principalNames), pick(d, principalNames))
		}
		if d.oneIn(3) {
			p["Service"] = d.some(serviceNames)
		}
		if d.oneIn(8) {
			p["Federated"] = d.some([]string{"accounts.google.com", "arn:aws:iam::" + own + ":saml-provider/idp", user.ARN})
		}
		if d.oneIn(8) {
			p["CanonicalUser"] = canonicalID
		}
	}
	return p
}

// flavour is what a document is made for.
type flavour int

const (
	generous flavour = iota // allows, broadly
	mixed                   // allows and denies
	denying                 // denies, narrowly
	flavours
)

// statement makes one statement; principals tells that the policy is a resource's.
func (d dice) statement(f flavour, principals bool) map[string]any {
	denies := f == denying || f == mixed && d.oneIn(3)
	s := map[string]any{"Effect": "Allow"}
	actions, resources, conditions := policyActions, policyResources, d.below(2)
	if denies {
		s["Effect"], actions, conditions = "Deny", narrowActions, d.below(3)
	}
	if f == generous && !d.oneIn(3) || d.oneIn(4) {
		actions, resources = broadActions, policyResources[:3]
	}
	if d.oneIn(2) {
		s["Sid"] = fmt.Sprintf("S%d", d.below(100))
	}
	s[pick(d, []string{"Action", "Action", "Action", "Action", "Action", "Action", "NotAction"})] = d.written(d.some(actions))
	if !d.oneIn(20) {
		s[pick(d, []string{"Resource", "Resource", "Resource", "Resource", "Resource", "NotResource"})] = d.written(d.some(resources))
	}
	block := map[string]map[string]any{}
	for range conditions {
		operator, key, values := d.condition()
		if block[operator] == nil {
			block[operator] = map[string]any{}
		}
		block[operator][key] = values
	}
	if conditions > 0 || d.oneIn(10) {
		s["Condition"] = block
	}
	if principals && !d.oneIn(20) {
		s["Principal"] = d.principal()
		if d.oneIn(12) || denies && d.oneIn(3) {
			s["NotPrincipal"] = s["Principal"]
			delete(s, "Principal")
		}
	}
	return s
}

// document makes a policy's text.
func (d dice) document(f flavour, principals bool) string {
	var statements []map[string]any
	for range 1 + d.below(3) {
		statements = append(statements, d.statement(f, principals))
	}
	policy := map[string]any{"Statement": statements}
	if len(statements) == 1 && d.oneIn(2) {
		policy["Statement"] = statements[0]
	}
	if !d.oneIn(12) {
		policy["Version"] = pick(d, []string{version2012, version2012, version2012, version2012, version2012, version2008})
	}
	if d.oneIn(10) {
		policy["Id"] = "policy"
	}
	text, err := json.Marshal(policy)
	if err != nil {
		panic(err)
	}
	if d.oneIn(60) {
		return d.broken(string(text))
	}
	return string(text)
}

// malformed are texts that are no policies, each for another reason.
var malformed = []string{
	``, `[]`, `{}`, `null`, `{"Statement":null}`, `{"Statement":[null]}`, `{"Statement":["x"]}`, `{"Statement":[],"statement":[]}`, `{"Version":"2012-10-18","Statement":[]}`,
	`{"Version":2012,"Statement":[]}`, `{"Id":1,"Statement":[]}`, `{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`, `{"Statement":{"Action":"*","Resource":"*"}}`,
	`{"Statement":{"Effect":"Allow","Resource":"*"}}`, `{"Statement":{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}}`,
	`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*","NotPrincipal":"*"}}`,
	`{"Statement":{"Effect":"Allow","Action":1,"Resource":"*"}}`, `{"Statement":{"Effect":"Allow","Action":["*",true],"Resource":"*"}}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":{}}}`,
	`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"x"}}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{}}}`,
	`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"aws":"*"}}}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":1}}}`,
	`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":[]}}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":"x"}}}`,
	`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"stringequals":{"a":"b"}}}}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NullIfExists":{"a":"true"}}}}`,
	`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a":null}}}}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a":{"b":"c"}}}}}`,
	`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAllValues:":{"a":"b"}}}}`, `{"Statement":{"Effect":"Allow","Action":"*","Action":"*","Resource":"*"}}`,
	`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Sid":7}}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Comment":"x"}}`,
	`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a":"b"},"StringEquals":{"a":"b"}}}}`, "{\"Statement\":[]}\xff",
}

// broken makes a text malformed.
func (d dice) broken(text string) string {
	switch d.below(4) {
	case 0:
		return text[:d.below(len(text))]
	case 1:
		return text + "}"
	}
	return pick(d, malformed)
}
