package ident

import (
	"fmt"
	"strings"
)

// Partition is the AWS partition Umbel lives in; it is the second field of every ARN.
const Partition = "aws"

// ARN is an Amazon Resource Name in its six fields
// (AWS General Reference, "Identify AWS resources with Amazon Resource Names").
type ARN struct {
	Partition string
	Service   string
	Region    string
	Account   string
	Resource  string
}

// ParseARN splits an ARN. The resource keeps any further colons.
func ParseARN(s string) (ARN, error) {
	var parts [6]string // on the stack: every call reads several ARNs
	rest, ok := s, true
	for i := 0; i < 5 && ok; i++ {
		parts[i], rest, ok = strings.Cut(rest, ":")
	}
	parts[5] = rest
	if !ok || parts[0] != "arn" || parts[1] == "" || parts[2] == "" {
		return ARN{}, fmt.Errorf("%q is not an ARN: want arn:partition:service:region:account:resource", s)
	}
	return ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: parts[4], Resource: parts[5]}, nil
}

// String gives the ARN in its usual form.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// IAM gives the ARN of an IAM resource, such as "user/division/alice" or "root".
func IAM(account AccountID, resource string) string {
	return "arn:" + Partition + ":iam::" + string(account) + ":" + resource
}

// STS gives the ARN of an STS principal, such as "assumed-role/admin/session".
func STS(account AccountID, resource string) string {
	return "arn:" + Partition + ":sts::" + string(account) + ":" + resource
}

// Organizations gives the ARN of a resource that the management account owns, such as "organization/o-…".
func Organizations(management AccountID, resource string) string {
	return "arn:" + Partition + ":organizations::" + string(management) + ":" + resource
}
