package authz

import (
	"strings"

	"umbel/iampolicy"
	"umbel/internal/fault"
	"umbel/internal/op"
)

// denied words a refusal as AWS does (IAM User Guide, "Troubleshoot access denied error messages"; since January 2026 with
// the ARN of the denying policy). Why it was refused is told only within one account or one organization.
func denied(c *op.Call, t *op.Target, d iampolicy.Decision) *fault.Error {
	text := "User: " + c.Caller.ARN + " is not authorized to perform: " + t.Action + " on resource: " + Shown(t.Action, t.Resource)
	return fault.New(fault.AccessDenied, "%s", text+Reason(c, t, d))
}

// Reason words what a refusal tells of its cause, with a leading space: "" where AWS tells nothing.
func Reason(c *op.Call, t *op.Target, d iampolicy.Decision) string {
	if !related(c, t) {
		return ""
	}
	return reason(t, d)
}

// related tells that the resource is the caller's account's or of its organization.
func related(c *op.Call, t *op.Target) bool {
	if t.Account == "" || t.Account == c.Caller.Account {
		return true
	}
	own := c.Org()
	if own == nil {
		return false
	}
	_, member := own.Account(t.Account)
	return member
}

func reason(t *op.Target, d iampolicy.Decision) string {
	if d.Outcome == iampolicy.ExplicitDeny {
		return explicit(t, d)
	}
	kind := "identity-based policy"
	switch d.Layer {
	case iampolicy.LayerIdentity, iampolicy.LayerNone:
		if trust(t) {
			return "" // as when there is no such role: nobody learns which there are
		}
	case iampolicy.LayerServiceControl:
		kind = "service control policy"
	case iampolicy.LayerResourceControl:
		kind = "resource control policy"
	case iampolicy.LayerResource:
		if trust(t) {
			return ""
		}
		kind = "resource-based policy"
	case iampolicy.LayerBoundary:
		kind = "permissions boundary"
	case iampolicy.LayerSession:
		kind = "session policy"
	}
	return " because no " + kind + " allows the " + t.Action + " action"
}

func explicit(t *op.Target, d iampolicy.Decision) string {
	kind := ""
	switch d.Layer {
	case iampolicy.LayerServiceControl:
		kind = "a service control policy"
	case iampolicy.LayerResourceControl:
		kind = "a resource control policy"
	case iampolicy.LayerResource:
		if trust(t) {
			return " with an explicit deny in the role trust policy"
		}
		return " with an explicit deny in a resource-based policy"
	case iampolicy.LayerBoundary:
		kind = "a permissions boundary"
	case iampolicy.LayerSession:
		kind = "a session policy"
	default:
		kind = "an identity-based policy"
	}
	if !strings.HasPrefix(d.Policy, "arn:") { // an inline policy has none
		return " with an explicit deny in " + kind
	}
	return " with an explicit deny in " + kind + ": " + d.Policy
}

// trust tells that the target's policy is a role's trust policy.
func trust(t *op.Target) bool { return mustAllow(t) && strings.HasPrefix(t.Action, "sts:") }

// Shown names a resource in a refusal. IAM's older operations name what they look up by its type and name, or by type and
// ARN for a policy; what they make, list or pass, and all else, is named by its ARN.
func Shown(action, resource string) string {
	name, ok := strings.CutPrefix(action, "iam:")
	if !ok || namesARN(name) {
		return resource
	}
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) != 6 {
		return resource
	}
	kind, path, ok := strings.Cut(parts[5], "/")
	if !ok || path == "" || strings.ContainsAny(path, "*") {
		return resource
	}
	switch kind {
	case "policy":
		return "policy " + resource
	case "user", "role", "group":
		return kind + " " + path[strings.LastIndexByte(path, '/')+1:]
	case "instance-profile":
		return "instance profile " + path[strings.LastIndexByte(path, '/')+1:]
	}
	return resource
}

// namesARN tells the operations of IAM that name their resource by its ARN.
func namesARN(name string) bool {
	switch name {
	case "CreateAccessKey", "CreateLoginProfile", "CreatePolicyVersion":
		return false
	case "PassRole", "ListUsers", "ListRoles", "ListGroups", "ListPolicies", "ListInstanceProfiles":
		return true
	}
	return strings.HasPrefix(name, "Create") || strings.HasSuffix(name, "PermissionsBoundary") ||
		strings.HasPrefix(name, "Tag") || strings.HasPrefix(name, "Untag") || strings.HasSuffix(name, "Tags")
}
