package iampolicy

import "strings"

// describePrincipal gives the context the keys that AWS derives from who calls, unless the request states them itself
// (IAM User Guide, "AWS global condition context keys", properties of the principal, and
// "Variables and tags", "Principal key values").
func describePrincipal(p *Principal, ctx *Context) {
	set := func(key, value string) {
		if _, stated := ctx.Get(key); !stated && value != "" {
			ctx.Set(key, value)
		}
	}
	arn, kind, id := p.ARN, "", p.UniqueID
	switch p.Kind {
	case Anonymous:
		set("aws:PrincipalAccount", "anonymous")
		set("aws:PrincipalType", "Anonymous")
		set("aws:userid", "anonymous")
		return
	case ServicePrincipal:
		set("aws:PrincipalIsAWSService", "true")
		set("aws:PrincipalServiceName", p.ARN)
		return
	case RootUser:
		kind, id = "Account", p.Account
	case User:
		kind = "User"
		set("aws:username", nameOf(p.ARN))
	case AssumedRole:
		arn, kind = p.RoleARN, "AssumedRole"
		if id != "" {
			id += ":" + nameOf(p.ARN)
		}
	case FederatedUser:
		kind, id = "FederatedUser", p.Account+":"+nameOf(p.ARN)
	case FederatedIdentity:
		return
	}
	set("aws:PrincipalArn", arn)
	set("aws:PrincipalAccount", p.Account)
	set("aws:PrincipalType", kind)
	set("aws:PrincipalIsAWSService", "false")
	set("aws:userid", id)
}

// nameOf gives what stands behind the last slash of an ARN.
func nameOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
