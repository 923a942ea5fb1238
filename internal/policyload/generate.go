package policyload

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

const (
	account      = "111122223333"
	organization = "o-a1b2c3d4e5"
	team         = "payments"
)

// service is an AWS service with five of its actions.
type service struct {
	name    string
	actions [5]string
	stem    string // what the two actions begin with that a wildcard takes
}

func services() []service {
	return []service{
		{"s3", [5]string{"GetObject", "PutObject", "DeleteObject", "ListBucket", "DeleteBucketPolicy"}, "Delete"},
		{"ec2", [5]string{"DescribeInstances", "RunInstances", "TerminateInstances", "CreateVpc", "CreateTags"}, "Create"},
		{"sqs", [5]string{"SendMessage", "ReceiveMessage", "DeleteQueue", "DeleteMessage", "CreateQueue"}, "Delete"},
		{"sns", [5]string{"Publish", "Subscribe", "CreateTopic", "DeleteTopic", "DeleteEndpoint"}, "Delete"},
		{"ecs", [5]string{"DescribeTasks", "RunTask", "StopTask", "DeleteService", "DeleteCluster"}, "Delete"},
		{"kms", [5]string{"Decrypt", "Encrypt", "ScheduleKeyDeletion", "DisableKey", "DisableKeyRotation"}, "Disable"},
		{"lambda", [5]string{"InvokeFunction", "GetFunction", "CreateFunction", "UpdateFunctionCode", "UpdateAlias"}, "Update"},
		{"dynamodb", [5]string{"GetItem", "PutItem", "Query", "DeleteItem", "DeleteTable"}, "Delete"},
		{"logs", [5]string{"PutLogEvents", "GetLogEvents", "CreateLogGroup", "DeleteLogGroup", "DeleteLogStream"}, "Delete"},
		{"secretsmanager", [5]string{"GetSecretValue", "PutSecretValue", "CreateSecret", "DeleteSecret", "DeleteResourcePolicy"}, "Delete"},
		{"rds", [5]string{"DescribeDBInstances", "CreateDBInstance", "ModifyDBInstance", "DeleteDBInstance", "DeleteDBCluster"}, "Delete"},
	}
}

func regions() []string {
	return []string{"eu-west-1", "eu-central-1", "eu-north-1", "us-east-1", "us-west-2", "ap-south-1"}
}

// statement is written with its members in the order AWS's own examples have.
type statement struct {
	Sid       string                         `json:",omitempty"`
	Effect    string                         `json:",omitempty"`
	Principal any                            `json:",omitempty"`
	Action    any                            `json:",omitempty"`
	Resource  any                            `json:",omitempty"`
	Condition map[string]map[string][]string `json:",omitempty"`
}

func document(statements ...statement) string {
	text, err := json.Marshal(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", statements})
	if err != nil {
		panic(err) // strings only
	}
	return string(text)
}

// generator makes one workload.
type generator struct {
	*rand.Rand
	services   []service
	regions    []string
	conditions int // how many variants of each kind of condition there are
}

func newGenerator(seed uint64, conditions int) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 0)), services: services(), regions: regions(), conditions: conditions}
}

// Standard is an account three OUs down, five SCPs at each of the five levels (one allows all, four are guardrails of six
// statements), RCPs, a role with ten policies of 20 statements, a boundary, a session policy and a resource's policy.
func Standard(seed uint64) *Workload {
	g := newGenerator(seed, 12)
	w := g.workload("STD", 5, 10)
	for l := range w.ServiceControl {
		level := &w.ServiceControl[l]
		level.Policies = append(level.Policies, Policy{"FullAWSAccess", document(fullAccess(false))})
		for i := range 4 {
			level.Policies = append(level.Policies, Policy{fmt.Sprintf("guardrail-%d-%d", l, i), document(g.guards(6, l*4+i, false)...)})
		}
	}
	for l := range w.ResourceControl {
		level := &w.ResourceControl[l]
		level.Policies = append(level.Policies, Policy{"RCPFullAWSAccess", document(fullAccess(true))})
		if l%2 == 0 {
			level.Policies = append(level.Policies, Policy{fmt.Sprintf("perimeter-%d", l), document(g.perimeter(4, l)...)})
		}
	}
	return w
}

// Maximum is an account at AWS's quotas: seven levels with ten SCPs of 10,240 characters and five RCPs of 5,120 each, a role
// with 20 policies of 20 statements, and the other layers as in Standard (AWS Organizations User Guide, "Quotas").
func Maximum(seed uint64) *Workload {
	g := newGenerator(seed, 40)
	w := g.workload("MAX", 7, 20)
	for l := range w.ServiceControl {
		for i := range 10 {
			first := []statement{}
			if i == 0 {
				first = append(first, fullAccess(false))
			}
			text := fill(10240, first, func(n int) statement { return g.guards(1, l*1000+i*100+n, true)[0] })
			w.ServiceControl[l].Policies = append(w.ServiceControl[l].Policies, Policy{fmt.Sprintf("guardrail-%d-%d", l, i), text})
		}
	}
	for l := range w.ResourceControl {
		level := &w.ResourceControl[l]
		level.Policies = append(level.Policies, Policy{"RCPFullAWSAccess", document(fullAccess(true))})
		for i := range 4 {
			text := fill(5120, nil, func(n int) statement { return g.perimeter(1, l*1000+i*100+n)[0] })
			level.Policies = append(level.Policies, Policy{fmt.Sprintf("perimeter-%d-%d", l, i), text})
		}
	}
	return w
}

// fill writes as many statements as a document of so many characters holds.
func fill(size int, statements []statement, next func(n int) statement) string {
	for {
		more := append(statements[:len(statements):len(statements)], next(len(statements)))
		if len(document(more...)) > size {
			return document(statements...)
		}
		statements = more
	}
}

// workload makes everything but the organization's policies.
func (g *generator) workload(name string, depth, identity int) *Workload {
	w := &Workload{
		Name: name,
		Principal: Principal{
			Account: account, ARN: "arn:aws:sts::" + account + ":assumed-role/app-" + team + "/i-0abc", UniqueID: "AROAEXAMPLEAPP000000",
			RoleARN: "arn:aws:iam::" + account + ":role/teams/app-" + team,
		},
		ServiceControl: make([]Level, depth), ResourceControl: make([]Level, depth),
		Boundary: Policy{"boundary", document(
			statement{Effect: "Allow", Action: []string{"s3:*", "ec2:*", "sqs:*", "sns:*", "kms:*", "lambda:*", "dynamodb:*", "logs:*", "secretsmanager:*", "rds:*", "ecs:Describe*", "ecs:RunTask", "ecs:StopTask"}, Resource: "*"},
			statement{Effect: "Deny", Action: []string{"organizations:*", "account:*", "iam:CreateUser"}, Resource: "*"},
		)},
		Session: Policy{"session policy", document(
			statement{Effect: "Allow", Action: "*", Resource: "*"},
			statement{Effect: "Deny", Action: "secretsmanager:DeleteSecret", Resource: "*"},
		)},
		Resource: Policy{"resource policy", g.resourcePolicy()},
	}
	for l := range depth {
		target := fmt.Sprintf("ou-%d", l)
		switch l {
		case 0:
			target = "r-root"
		case depth - 1:
			target = account
		}
		w.ServiceControl[l].Target, w.ResourceControl[l].Target = target, target
	}
	for p := range identity {
		w.Identity = append(w.Identity, Policy{fmt.Sprintf("app-%d", p), document(g.grants(20, p)...)})
	}
	w.Requests = g.requests(1000)
	return w
}

func fullAccess(principal bool) statement {
	s := statement{Effect: "Allow", Action: "*", Resource: "*"}
	if principal {
		s.Principal = "*"
	}
	return s
}

// guards are denials as guardrails have them: some actions of a service, unless two conditions spare the request.
func (g *generator) guards(n, at int, long bool) []statement {
	out := make([]statement, n)
	for i := range out {
		s := g.services[(at*n+i)%len(g.services)]
		out[i] = statement{Effect: "Deny", Action: g.actions(s), Resource: "*", Condition: map[string]map[string][]string{}}
		if long {
			out[i].Sid = fmt.Sprintf("Guardrail%dOfThe%sService", at, strings.ToUpper(s.name))
		}
		for kind := g.IntN(6); len(out[i].Condition) < 2; kind = (kind + 1) % 6 {
			g.condition(out[i].Condition, kind, long)
		}
	}
	return out
}

// actions names about four of a service's five actions.
func (g *generator) actions(s service) any {
	switch g.IntN(4) {
	case 0:
		return []string{s.name + ":" + s.stem + "*", s.name + ":" + s.actions[1]}
	case 1:
		return []string{s.name + ":" + s.actions[0], s.name + ":" + s.actions[2], s.name + ":" + s.actions[4]}
	}
	return s.name + ":*"
}

// condition adds a condition of a kind: the Region, who it is, and what tags it has.
func (g *generator) condition(to map[string]map[string][]string, kind int, long bool) {
	n := g.IntN(g.conditions)
	spare := []string{"ca-central-1", "eu-south-1", "eu-west-2", "eu-west-3", "sa-east-1", "ap-east-1", "me-south-1", "af-south-1", "il-central-1", "mx-central-1", "us-west-1"}
	operator, key, values := "", "", []string{}
	switch kind {
	case 0: // met by requests to other Regions
		operator, key, values = "StringNotEquals", "aws:RequestedRegion", append(slices.Clone(g.regions[:2+n%3]), spare[n%len(spare)], spare[(n/3+5)%len(spare)])
	case 1: // met by all but these
		operator, key, values = "ArnNotLike", "aws:PrincipalArn", []string{fmt.Sprintf("arn:aws:iam::*:role/platform-%d", n), "arn:aws:iam::*:role/break-glass/*"}
		if n%4 == 0 {
			values = append(values, "arn:aws:iam::*:role/teams/app-*")
		}
	case 2: // met by these
		operator, key, values = "ArnLike", "aws:PrincipalArn", []string{fmt.Sprintf("arn:aws:iam::*:role/sandbox-%d/*", n), "arn:aws:iam::999999999999:role/*"}
	case 3:
		operator, key, values = "StringNotEquals", "aws:PrincipalTag/team", []string{team, fmt.Sprintf("team-%d", n)}
	case 4:
		operator, key, values = "StringLike", "aws:PrincipalTag/project", []string{fmt.Sprintf("proj-%d-*", n)}
	case 5:
		operator, key, values = "StringEqualsIfExists", "aws:PrincipalTag/env", []string{fmt.Sprintf("sandbox-%d", n)}
	}
	if long && kind != 0 {
		values = append(slices.Clone(values), fmt.Sprintf("arn:aws:iam::%012d:role/exempt-%d", n, n))
	}
	to[operator] = map[string][]string{key: values}
}

// perimeter are denials of a resource control policy: callers from outside, and plain HTTP.
func (g *generator) perimeter(n, at int) []statement {
	out := make([]statement, n)
	for i := range out {
		s := statement{Effect: "Deny", Principal: "*", Resource: "*"}
		s.Action = []string{"s3:*", "sqs:*", "kms:*", "secretsmanager:*", "dynamodb:*", "logs:*"}[(at+i)%6]
		if i%2 == 0 {
			s.Condition = map[string]map[string][]string{
				"StringNotEqualsIfExists": {"aws:PrincipalOrgID": {organization, fmt.Sprintf("o-partner%03d", (at+i)%7)}},
				"BoolIfExists":            {"aws:PrincipalIsAWSService": {"false"}},
			}
		} else {
			s.Condition = map[string]map[string][]string{"BoolIfExists": {"aws:SecureTransport": {"false"}}}
		}
		out[i] = s
	}
	return out
}

// grants are the statements of an identity policy: some actions on the team's resources, by name and by the session's tag.
func (g *generator) grants(n, at int) []statement {
	out := make([]statement, n)
	for i := range out {
		s := g.services[(at+i)%len(g.services)]
		first, owner := g.IntN(4), team
		if g.IntN(2) == 0 {
			owner = fmt.Sprintf("team-%d", g.IntN(12))
		}
		out[i] = statement{
			Effect: "Allow", Action: []string{s.name + ":" + s.actions[first], s.name + ":" + s.actions[first+1]},
			Resource: []string{g.arn(s, owner, "*"), g.arn(s, "shared-"+fmt.Sprint(at), "*")},
		}
		if i%10 == 0 {
			out[i].Action = s.name + ":" + s.stem + "*"
		}
		switch g.IntN(4) {
		case 0:
			out[i].Condition = map[string]map[string][]string{"StringEquals": {"aws:PrincipalTag/team": {team, fmt.Sprintf("team-%d", g.IntN(g.conditions))}}}
		case 1:
			out[i].Condition = map[string]map[string][]string{"StringEquals": {"aws:RequestedRegion": g.regions[:2+g.IntN(4)]}}
		}
		if !slices.Contains([]string{"s3", "ec2", "sqs", "sns"}, s.name) {
			out[i].Resource = []string{g.arn(s, owner, "*"), g.arn(s, "${aws:PrincipalTag/team}", "*")}
		}
	}
	return out
}

func (g *generator) arn(s service, owner, name string) string {
	return "arn:aws:" + s.name + ":*:" + account + ":" + owner + "/" + name
}

// resourcePolicy delegates to the account and denies what comes unencrypted or from elsewhere.
func (g *generator) resourcePolicy() string {
	return document(
		statement{Effect: "Allow", Principal: map[string]string{"AWS": "arn:aws:iam::" + account + ":root"}, Action: []string{"s3:*", "sqs:*", "kms:*"}, Resource: "*"},
		statement{Effect: "Allow", Principal: map[string]string{"AWS": "arn:aws:iam::" + account + ":role/teams/reader"}, Action: "s3:Get*", Resource: "*"},
		statement{Effect: "Deny", Principal: "*", Action: []string{"s3:*", "sqs:*", "sns:*", "kms:*"}, Resource: "*", Condition: map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}}},
		statement{Effect: "Deny", Principal: "*", Action: "*", Resource: "*", Condition: map[string]map[string][]string{"StringNotEquals": {"aws:PrincipalOrgID": {organization}}}},
	)
}

// requests are distinct by their resources. Most are for what the team has, in a Region it may use.
func (g *generator) requests(n int) []Request {
	out := make([]Request, n)
	for i := range out {
		s := g.services[i%len(g.services)]
		owner := []string{team, team, team, fmt.Sprintf("team-%d", g.IntN(12)), fmt.Sprintf("shared-%d", g.IntN(8))}[g.IntN(5)]
		region := g.regions[max(0, g.IntN(8)-2)]
		r := Request{
			Action:   s.name + ":" + s.actions[i/len(g.services)%len(s.actions)],
			Resource: fmt.Sprintf("arn:aws:%s:%s:%s:%s/item-%d", s.name, region, account, owner, i), ResourceAccount: account,
			Keys: []Key{
				{"aws:PrincipalArn", "arn:aws:iam::" + account + ":role/teams/app-" + team}, {"aws:PrincipalAccount", account},
				{"aws:PrincipalOrgID", organization}, {"aws:PrincipalTag/env", "prod"}, {"aws:PrincipalIsAWSService", "false"},
				{"aws:userid", "AROAEXAMPLEAPP000000:i-0abc"}, {"aws:PrincipalTag/team", team}, {"aws:RequestedRegion", region},
				{"aws:SourceIp", "203.0.113.7"}, {"aws:SecureTransport", fmt.Sprint(i%50 != 0)}, {"aws:UserAgent", "aws-cli/2"},
				{"aws:CurrentTime", "2026-11-21T05:00:00Z"}, {"aws:ViaAWSService", "false"}, {"aws:ResourceAccount", account},
			},
		}
		if i%2 == 0 {
			r.Keys = append(r.Keys, Key{"aws:PrincipalTag/project", fmt.Sprintf("proj-%d-x", i%97)})
		}
		out[i] = r
	}
	return out
}
