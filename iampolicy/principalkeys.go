package iampolicy

import "strings"

// describePrincipal gives the context the keys that AWS derives from who calls, unless the request states them itself
// (IAM User Guide, "AWS global condition context keys", properties of the principal: always in the request's context).
func describePrincipal(p *Principal, ctx *Context) {
	set := func(key, value string) {
		if _, stated := ctx.Get(key); !stated && value != "" {
			ctx.Set(key, value)
		}
	}
	arn, kind := p.ARN, ""
	switch p.Kind {
	case Anonymous:
		set("aws:PrincipalAccount", "anonymous")
		set("aws:PrincipalType", "Anonymous")
		return
	case ServicePrincipal:
		set("aws:PrincipalIsAWSService", "true")
		set("aws:PrincipalServiceName", p.ARN)
		return
	case RootUser:
		kind = "Account"
	case User:
		kind = "User"
		set("aws:username", p.ARN[strings.LastIndexByte(p.ARN, '/')+1:])
	case AssumedRole:
		arn, kind = p.RoleARN, "AssumedRole"
	case FederatedUser:
		kind = "FederatedUser"
	}
	set("aws:PrincipalArn", arn)
	set("aws:PrincipalAccount", p.Account)
	set("aws:PrincipalType", kind)
	set("aws:PrincipalIsAWSService", "false")
}
