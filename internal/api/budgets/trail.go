package budgets

import (
	"umbel/internal/audit"
	"umbel/internal/domain/cost"
	"umbel/internal/domain/iam"
)

// The records' inputs are those of the operations that do the same: AttachPolicy and DetachPolicy of Organizations, and IAM's
// for users, groups and roles.
type (
	policyTarget struct{ PolicyId, TargetId *string }
	userPolicy   struct{ UserName, PolicyArn *string }
	groupPolicy  struct{ GroupName, PolicyArn *string }
	rolePolicy   struct{ RoleName, PolicyArn *string }
)

// record leaves the CloudTrail record of an attachment, by the execution role's session: what a service does for an account with
// a role of the account's stands in its trail, with the service in place of the address (CloudTrail User Guide, "userIdentity").
func (h *hand) record(target string, attach bool, failure *audit.Failure) {
	who := h.Caller
	c := &audit.Call{
		Time: h.Now, Rand: h.Rand, RequestID: h.RequestID, Region: "us-east-1", SourceIP: principal, UserAgent: principal, Failure: failure,
		Identity: audit.Identity{
			Kind: audit.AssumedRole, Account: who.Account, PrincipalID: who.UserID, ARN: who.ARN, Name: who.Session.Name,
			Session: &audit.Session{Created: who.Session.Issued, Issuer: &audit.Issuer{
				Type: "Role", PrincipalID: who.Role.UniqueID, ARN: h.IAMOf(who.Account).RoleARN(who.Role), Account: who.Account, Name: who.Role.Name,
			}},
		},
	}
	verb := "Detach"
	if attach {
		verb = "Attach"
	}
	if h.a.Kind == cost.ApplySCP {
		c.Service, c.Name, c.Input = "organizations", verb+"Policy", &policyTarget{&h.a.Policy, &target}
	} else {
		c.Service = "iam"
		switch kind, name := entity(target); kind {
		case iam.UserKind:
			c.Name, c.Input = verb+"UserPolicy", &userPolicy{&name, &h.a.Policy}
		case iam.GroupKind:
			c.Name, c.Input = verb+"GroupPolicy", &groupPolicy{&name, &h.a.Policy}
		default:
			c.Name, c.Input = verb+"RolePolicy", &rolePolicy{&name, &h.a.Policy}
		}
	}
	for _, e := range h.trail.Record(c) {
		h.Tx.Record(e)
	}
}
