package iampolicy

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
)

// The generator makes policies and requests over few words, so that they often meet, and over the odd forms that the language
// has room for. A batch is a stock of documents and requests, each made and read once; many decisions draw on it.

// dice are where choices come from: a seeded generator, or the bytes of a fuzzer.
type dice struct{ rand.Source }

func seeded(seed, stream uint64) dice { return dice{rand.NewPCG(seed, stream)} }

// bytesSource hands out bytes, and zeros when they are used up.
type bytesSource struct{ rest []byte }

func (b *bytesSource) Uint64() uint64 {
	if len(b.rest) == 0 {
		return 0
	}
	c := b.rest[0]
	b.rest = b.rest[1:]
	return uint64(c) << 56
}

// below gives a number from 0 to n-1, n at most 256 for all of them to be possible with a fuzzer's bytes.
func (d dice) below(n int) int { return int((d.Uint64() >> 32) * uint64(n) >> 32) }

// oneIn is true once in n times.
func (d dice) oneIn(n int) bool { return d.below(n) == n-1 }

func pick[T any](d dice, list []T) T { return list[d.below(len(list))] }

// some gives one or more words, in most cases one.
func (d dice) some(words []string) []string {
	out := []string{pick(d, words)}
	for d.oneIn(3) && len(out) < 5 {
		out = append(out, pick(d, words))
	}
	return out
}

const (
	management = "777788889999"
)

// callers are all kinds of principals, of two accounts.
var callers = []Principal{
	user, user, user, session, session, session, session, federated, root, service, anonymous,
	{Kind: User, Account: own, ARN: "arn:aws:iam::" + own + ":user/team/Bob", UniqueID: "AIDAEXAMPLEBOB000000"},
	{Kind: AssumedRole, Account: own, ARN: "arn:aws:sts::" + own + ":assumed-role/AWSServiceRoleForX/x", UniqueID: "AROAEXAMPLESLR000000",
		RoleARN: "arn:aws:iam::" + own + ":role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", ServiceLinked: true},
	{Kind: AssumedRole, Account: other, ARN: "arn:aws:sts::" + other + ":assumed-role/app/s1", RoleARN: "arn:aws:iam::" + other + ":role/app", UniqueID: "AROAEXAMPLEOTHER0000"},
	{Kind: RootUser, Account: other, ARN: "arn:aws:iam::" + other + ":root"},
	{Kind: User, Account: management, ARN: "arn:aws:iam::" + management + ":user/admin", UniqueID: "AIDAEXAMPLEADMIN0000"},
	{Kind: ServicePrincipal, ARN: "s3.amazonaws.com"},
	{Kind: FederatedIdentity, ARN: "arn:aws:iam::" + own + ":saml-provider/idp"},
	{Kind: FederatedIdentity, ARN: "accounts.google.com"},
	{Kind: User, Account: other, ARN: "arn:aws:iam::" + other + ":user/ana", UniqueID: "AIDAEXAMPLEOTHER0000", CanonicalUser: canonicalID},
	{Kind: FederatedUser, Account: own, ARN: "arn:aws:sts::" + own + ":federated-user/ana", UserARN: "arn:aws:iam::" + own + ":user/team/Bob", UniqueID: own + ":ana"},
}

var (
	requestActions = []string{"s3:GetObject", "s3:GetObject", "S3:getobject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "kms:Decrypt",
		"kms:RetireGrant", "KMS:retiregrant", "sts:AssumeRole", "ec2:RunInstances", "iam:CreateUser", "newservice:DoThing", "s3:Get:Object", "ec2:ModifyAddressAttribute", "mechanicalturk:CreateHIT"}
	rareActions      = []string{"sts:GetCallerIdentity", "STS:getcalleridentity", "s3:", ":", ":GetObject", "*:*"}
	requestResources = []string{"arn:aws:s3:::b/k", "arn:aws:s3:::b/k", "arn:aws:s3:::b/a/x", "arn:aws:s3:::blue/x", "arn:aws:sqs:eu-west-1:" + own + ":blue-1",
		"arn:aws:iam::" + own + ":user/ana", "arn:aws:iam::" + own + ":role/aws-service-role/x.amazonaws.com/y", "arn:aws:sns:eu-west-1:" + own + ":topic:sub", "arn:aws-cn:s3:::b/k", "*"}
	rareResources = []string{"arn:aws:s3:::b/*", "arn:aws:s3:::b/é", "arn:aws:s3:::B/k", "arn:aws:s3", "", "arn:aws:s3:::${team}/x", "arn:aws:ec2:eu-west-1:" + own + ":instance/i-1:2"}
)

// contextKey is a condition key, with the values that requests give it and that policies compare it with.
type contextKey struct {
	names         []string // the same in several spellings; a request has only one of them
	given, wanted []string
	operators     []string
}

var (
	stringOperators = []string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"}
	numberOperators = []string{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"}
	dateOperators   = []string{"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"}
	arnOperators    = []string{"ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"}
	ipOperators     = []string{"IpAddress", "NotIpAddress"}
)

const bobBlue = "Blue${aws:username}" // a value that only looks like a variable where it is not one

var contextKeys = []contextKey{
	{names: []string{"aws:PrincipalTag/team", "aws:principaltag/Team", "AWS:PRINCIPALTAG/TEAM"}, operators: stringOperators,
		given:  []string{"blue", "blue", "Blue", "red", "bl*", "b?ue", "", "blue:1", bobBlue, "ſtraße"},
		wanted: []string{"blue", "BLUE", "bl*", "b?ue", "*", "red", "${aws:username}", "${aws:PrincipalTag/none, 'blue'}", "${*}", "b${*}", "bl${?}e", "Blue${$}{aws:username}", "STRASSE", "STRAßE", "", "b\x00c"}},
	{names: []string{"aws:username"}, operators: stringOperators, given: []string{"ana", "Bob", "blue"}, wanted: []string{"ana", "bob", "a*", "b${aws:username}", "${AWS:UserName}", "${aws:username,'x'}"}},
	{names: []string{"aws:TagKeys", "aws:tagkeys"}, operators: stringOperators,
		given: []string{"a", "b", "c", "", "A"}, wanted: []string{"a", "b", "?", "", "A*", "${aws:TagKeys}", "*"}},
	{names: []string{"aws:PrincipalTag/äz"}, operators: stringOperators, given: []string{"1", "2"}, wanted: []string{"1", "2"}}, // another than the next
	{names: []string{"aws:PrincipalTag/ÄZ", "AWS:principaltag/Äz"}, operators: stringOperators, given: []string{"1", "é", "É"}, wanted: []string{"é", "?", "1", "${aws:PrincipalTag/ÄZ}"}},
	{names: []string{"s3:max-keys", "S3:Max-Keys"}, operators: numberOperators,
		given:  []string{"10", "10.0", "+10", "1e1", "100E-1", "1e1000", "1e", "9.99", "9.9", "9.989", "-1", "0", "-0", "1e1", "10abc", "", "0010", "100000000000000000000.1"},
		wanted: []string{"10", "10.00", "9.99", "9.9", "9.995", "-1", "0", "1e1", "10abc", "", "100000000000000000000", "-0.0", "+1", "${s3:max-keys}"}},
	{names: []string{"aws:CurrentTime"}, operators: dateOperators,
		given:  []string{"2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z", "1577836800", "2020-01-01", "2019-12-31T23:00:00-01:00", "2020-01-01t00:00:00.000000001z", "x", "2020"},
		wanted: []string{"2020-01-01T00:00:00Z", "1577836800", "1577836801", "2020-01-01T01:00:00+01:00", "2020-01", "2019-12-31T24:00:00Z", "2020-01-01T00:00:00.5Z", "2020-02-31", "-44", "2020", "2020T", "99999999999999999999", "9223372036854775807"}},
	{names: []string{"aws:SecureTransport", "AWS:securetransport"}, operators: []string{"Bool"},
		given: []string{"true", "true", "false", "TRUE", "", "1"}, wanted: []string{"true", "false", "True", "yes", "1", "falſe", "${aws:ViaAWSService}"}},
	{names: []string{"aws:ViaAWSService"}, operators: []string{"Bool"}, given: []string{"true", "false"}, wanted: []string{"true", "false"}},
	{names: []string{"kms:Blob"}, operators: []string{"BinaryEquals"},
		given: []string{"YQ==", "YWI=", "", "YQ", "YR=="}, wanted: []string{"YQ==", "YWI=", "YQ", "", "YR==", "YQ=\n="}},
	{names: []string{"aws:SourceIp", "aws:sourceIP"}, operators: ipOperators,
		given:  []string{"203.0.113.7", "203.0.113.7", "10.1.2.3", "2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "::ffff:10.1.2.3", "010.001.2.3", "x", "10.1.2", "256.1.1.1", "fe80::1%eth0"},
		wanted: []string{"203.0.113.0/24", "203.0.113.7", "203.0.113.99/24", "10.0.0.0/8", "2001:db8::/32", "2001:DB8:0::1", "0.0.0.0/0", "::/0", "::ffff:10.0.0.0/104", "2001:db8::1/32", "::ffff:10.1.2.3", "10.0.0.0/33", "10.0.0.0/08", "x"}},
	{names: []string{"kms:ResourceAliases", "KMS:resourcealiases"}, operators: stringOperators, given: []string{"alias/a", "alias/aws/s3"}, wanted: []string{"alias/*", "alias/aws/*"}},
	{names: []string{"aws:PrincipalArn", "AWS:principalarn"}, operators: arnOperators,
		given:  []string{"arn:aws:iam::" + own + ":role/team/app", "arn:aws:iam::" + own + ":user/ana", "arn:aws:iam::" + other + ":role/app", "app", "arn:aws:sns:eu-west-1:" + own + ":topic:sub"},
		wanted: []string{"arn:aws:iam::*:role/*", "arn:aws:iam::" + own + ":role/team/app", "arn:aws:iam::" + own + ":*", "arn:*:*:*:*:user/${aws:username}", "*", "arn:aws:*:role/app", "arn:aws:iam::" + own, "app", "arn:aws:sns:*:????????????:topic:*", "arn:aws:i*", "a*"}},
}

// makeRequest makes a request with a context of most keys.
func (d dice) makeRequest() *Request {
	req := &Request{Principal: pick(d, callers), Action: pick(d, requestActions), Resource: pick(d, requestResources), ResourceAccount: own, Context: new(Context)}
	if d.oneIn(60) {
		req.Action = pick(d, rareActions)
	}
	if d.oneIn(8) {
		req.Resource = pick(d, rareResources)
	}
	if req.Principal.Account != "" && !d.oneIn(5) {
		req.ResourceAccount = pick(d, []string{"", req.Principal.Account})
	}
	if d.oneIn(20) {
		req.Context = nil
		return req
	}
	for i := range contextKeys {
		k := &contextKeys[i]
		if d.oneIn(6) {
			continue
		}
		req.Context.Set(pick(d, k.names), d.givenValues(k)...)
	}
	return req
}

func (d dice) givenValues(k *contextKey) []string {
	switch d.below(16) {
	case 0:
		return nil
	case 1:
		return []string{pick(d, pick(d, contextKeys).given)} // of another type
	case 2, 3:
		return append(d.some(k.given), pick(d, k.given))
	case 4:
		return d.some(k.given)
	}
	return []string{pick(d, k.given)}
}

// condition makes one operator with one key and its values: in most cases of the same type.
func (d dice) condition() (operator, key string, values any) {
	set := pick(d, []string{"", "", "", "ForAllValues:", "ForAnyValue:"})
	if d.oneIn(16) {
		return set + "Null", d.keyName(pick(d, contextKeys)), d.written(d.some([]string{"true", "false", "TRUE", "x"}))
	}
	families := [][]string{stringOperators, numberOperators, dateOperators, arnOperators, ipOperators, {"Bool", "BinaryEquals"}}
	operator = pick(d, pick(d, families))
	k := pick(d, contextKeys)
	for tries := 0; tries < 40 && !slices.Contains(k.operators, operator); tries++ {
		if k = pick(d, contextKeys); d.oneIn(100) {
			break // another type
		}
	}
	if d.oneIn(3) {
		operator += "IfExists"
	}
	return set + operator, d.keyName(k), d.written(d.some(k.wanted))
}

func (d dice) keyName(k contextKey) string {
	if d.oneIn(16) {
		return "aws:Nothing"
	}
	return pick(d, k.names)
}

// written gives one value or a list, numbers and booleans as such at times.
func (d dice) written(values []string) any {
	if d.oneIn(40) {
		return []string{}
	}
	if len(values) > 1 || d.oneIn(3) {
		return values
	}
	if s := values[0]; d.oneIn(2) && (s == "true" || s == "false" || numberForm.MatchString(s) && json.Valid([]byte(s))) {
		return json.RawMessage(s)
	}
	return values[0]
}
