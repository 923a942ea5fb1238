package unserved

import (
	"slices"
	"strings"
)

// Source gives the eventSource of the call's record: the name that requests to the service are signed for, but for a few
// (CloudTrail User Guide, "AWS service topics for CloudTrail").
func (c *Call) Source() string {
	name := c.Service.SigningName
	switch name {
	case "application-autoscaling":
		name = "autoscaling"
	case "awsssoportal", "sso-oauth":
		name = "sso"
	}
	return name + ".amazonaws.com"
}

// Shown gives what the call's record shows of its members: the names and types of things, and nothing that might be a secret,
// for without the operation's model nobody knows which members are.
func (c *Call) Shown() any {
	shown := map[string]any{}
	for name, value := range c.members {
		if naming(name) && plain(value) {
			shown[strings.ToLower(name[:1])+name[1:]] = value
		}
	}
	if len(shown) == 0 {
		return nil
	}
	return shown
}

// naming tells the members that name something.
func naming(name string) bool {
	b := bare(name)
	for _, secret := range []string{"password", "token", "credential", "secretkey", "accesskey"} {
		if strings.Contains(b, secret) {
			return false
		}
	}
	return slices.ContainsFunc([]string{"name", "names", "id", "ids", "arn", "arns", "identifier", "type", "bucket", "key", "prefix", "dryrun"},
		func(ending string) bool { return strings.HasSuffix(b, ending) })
}

// plain tells a text, or a list of texts.
func plain(value any) bool {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	return !slices.ContainsFunc(list, func(v any) bool { _, ok := scalar(v); return !ok })
}
