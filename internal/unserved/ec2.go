package unserved

import (
	"slices"
	"strings"

	"umbel/iampolicy/actions"
	"umbel/internal/op"
)

// everyType tells the actions of which every required type of resource is authorized, whether the request names it or not:
// instances are launched from an image into a subnet with a security group and a network interface, and each has a say (EC2
// User Guide, "Example policies": launching instances). Elsewhere the types that go unnamed are alternatives.
func everyType(action string) bool { return strings.EqualFold(action, "ec2:RunInstances") }

// alwaysMade tells the types that the table calls optional and that every such call makes: an instance has a root volume.
func alwaysMade(action, kind string) bool { return everyType(action) && kind == "volume" }

// withTags adds what a call of EC2 is authorized on that makes resources with tags: ec2:CreateTags on each, with the call's name
// in ec2:CreateAction (EC2 User Guide, "Grant permission to tag Amazon EC2 resources during creation").
func (r *request) withTags(list []op.Target) []op.Target {
	if r.service.ID != "ec2" || r.op.Name == "CreateTags" || r.op.Name == "DeleteTags" {
		return list
	}
	out := slices.Clone(list)
	for _, t := range list {
		tags := r.tagKeys(t.Resource)
		if len(tags) == 0 || t.Resource == "*" {
			continue
		}
		tags = append(tags, op.Key{Name: "ec2:CreateAction", Values: []string{r.op.Name}}, op.Key{Name: "ec2:Region", Values: []string{r.region}})
		out = append(out, op.Target{Action: "ec2:CreateTags", Resource: t.Resource, Account: t.Account, Keys: tags})
	}
	return out
}

// tagging derives the resources of CreateTags and DeleteTags.
func (r *request) tagging(name string, a *actions.Action) []op.Target {
	var out []op.Target
	for _, arn := range r.tagged() {
		t := r.target(name, arn, a, nil)
		t.Keys = append(t.Keys, r.tagKeys(arn)...) // the table has them by the types of resources
		out = addTarget(out, t)
	}
	if len(out) == 0 {
		return r.ofTable(name, a)
	}
	return out
}

// tagged gives the ARNs of the resources that CreateTags and DeleteTags name by their IDs alone: the ID tells the type.
func (r *request) tagged() []string {
	kinds := map[string]string{
		"ami": "image", "cgw": "customer-gateway", "dopt": "dhcp-options", "eipalloc": "elastic-ip", "eni": "network-interface", "fl": "vpc-flow-log",
		"i": "instance", "igw": "internet-gateway", "key": "key-pair", "lt": "launch-template", "nat": "natgateway", "acl": "network-acl",
		"pcx": "vpc-peering-connection", "rtb": "route-table", "sg": "security-group", "sir": "spot-instances-request", "snap": "snapshot",
		"subnet": "subnet", "tgw": "transit-gateway", "vgw": "vpn-gateway", "vol": "volume", "vpc": "vpc", "vpce": "vpc-endpoint", "vpn": "vpn-connection",
	}
	var out []string
	for _, id := range r.members.get("ResourceId") {
		before, _, _ := strings.Cut(id, "-")
		kind := kinds[before]
		if kind == "" {
			kind = "*"
		}
		owner := string(r.account)
		if kind == "image" || kind == "snapshot" {
			owner = ""
		}
		out = append(out, "arn:aws:ec2:"+r.region+":"+owner+":"+kind+"/"+id)
	}
	return out
}
