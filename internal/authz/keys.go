package authz

import (
	"strconv"
	"strings"
	"time"

	"umbel/iampolicy"
	"umbel/internal/op"
)

// conditionKeys sets the global condition keys of the request and those of the target
// (IAM User Guide, "AWS global condition context keys").
func conditionKeys(k *iampolicy.Context, c *op.Call, t *op.Target, o owner) {
	k.Grow(24 + len(t.Keys) + len(t.Tags))
	path := principalKeys(k, c)
	requestKeys(k, c)
	if o.account != c.Caller.Account && o.org != nil {
		path = o.org.Path(o.account)
	}
	resourceKeys(k, t, o, path)
	for i := range t.Keys {
		k.Set(t.Keys[i].Name, t.Keys[i].Values...)
	}
}

// principalKeys are those that follow from who calls. It gives the path of the caller's account in its organization.
func principalKeys(k *iampolicy.Context, c *op.Call) (path string) {
	who := c.Caller
	k.Set("aws:PrincipalAccount", string(who.Account))
	k.Set("aws:userid", who.UserID)
	k.Set("aws:PrincipalIsAWSService", "false")
	switch who.Kind {
	case op.Root:
		k.Set("aws:PrincipalType", "Account")
		k.Set("aws:PrincipalArn", who.ARN)
	case op.User:
		k.Set("aws:PrincipalType", "User")
		k.Set("aws:PrincipalArn", who.ARN)
		k.Set("aws:username", who.User.Name)
	case op.AssumedRole:
		k.Set("aws:PrincipalType", "AssumedRole")
		k.Set("aws:PrincipalArn", c.IAM().RoleARN(who.Role))
	case op.FederatedUser:
		k.Set("aws:PrincipalType", "FederatedUser")
		k.Set("aws:PrincipalArn", who.ARN)
	}
	if o := c.Org(); o != nil {
		k.Set("aws:PrincipalOrgID", string(who.Organization))
		path = o.Path(who.Account)
		k.Set("aws:PrincipalOrgPaths", path)
	}
	principalTags(k, who)
	sessionKeys(k, c)
	return path
}

// principalTags gives the tags of the user or role, and over them those of the session. Tag keys do not heed case.
func principalTags(k *iampolicy.Context, who *op.Caller) {
	var tags map[string]string
	switch {
	case who.Role != nil:
		tags = who.Role.Tags
	case who.User != nil:
		tags = who.User.Tags
	}
	for name, value := range tags {
		k.Set("aws:PrincipalTag/"+name, value)
	}
	if who.Session != nil {
		for name, value := range who.Session.Tags {
			k.Set("aws:PrincipalTag/"+name, value)
		}
	}
}

// sessionKeys are present for temporary credentials only.
func sessionKeys(k *iampolicy.Context, c *op.Call) {
	s := c.Caller.Session
	if s == nil {
		return
	}
	k.Set("aws:TokenIssueTime", s.Issued.UTC().Format(time.RFC3339))
	k.Set("aws:MultiFactorAuthPresent", strconv.FormatBool(s.MFA))
	if s.MFA {
		k.Set("aws:MultiFactorAuthAge", strconv.FormatInt(int64(c.Now.Sub(s.Issued)/time.Second), 10))
	}
	if s.SourceIdentity != "" {
		k.Set("aws:SourceIdentity", s.SourceIdentity)
	}
}

// requestKeys are those that follow from how the request came.
func requestKeys(k *iampolicy.Context, c *op.Call) {
	if c.Client.IP.IsValid() {
		k.Set("aws:SourceIp", c.Client.IP.Unmap().String())
	}
	if c.Client.UserAgent != "" {
		k.Set("aws:UserAgent", c.Client.UserAgent)
	}
	k.Set("aws:CurrentTime", c.Now.UTC().Format(time.RFC3339))
	k.Set("aws:EpochTime", strconv.FormatInt(c.Now.Unix(), 10))
	k.Set("aws:SecureTransport", strconv.FormatBool(c.Client.TLS))
	k.Set("aws:RequestedRegion", requestedRegion(c))
	k.Set("aws:ViaAWSService", "false")
}

// requestedRegion is us-east-1 for the services that have one endpoint for all Regions.
func requestedRegion(c *op.Call) string {
	if Global(c.Service) {
		return "us-east-1"
	}
	return c.Region
}

// Global tells whether a service, by its signing name, has one endpoint for all Regions, signed for us-east-1
// (AWS General Reference, "AWS service endpoints": global endpoints).
func Global(service string) bool {
	return service == "iam" || service == "organizations" || service == "account"
}

// resourceKeys are those that follow from the resource and who owns it, whose account's path is path.
func resourceKeys(k *iampolicy.Context, t *op.Target, o owner, path string) {
	if !strings.HasPrefix(t.Resource, "arn:aws:iam::aws:") { // AWS's own policies belong to no customer
		k.Set("aws:ResourceAccount", string(o.account))
		if o.org != nil {
			if it, ok := o.org.Organization(); ok {
				k.Set("aws:ResourceOrgID", string(it.ID))
				k.Set("aws:ResourceOrgPaths", path)
			}
		}
	}
	for name, value := range t.Tags {
		k.Set("aws:ResourceTag/"+name, value)
	}
}
