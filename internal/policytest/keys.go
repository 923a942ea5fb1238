package policytest

import (
	"io/fs"
	"strings"
)

// derived gives the condition keys that follow from who calls and who owns the resource, and those that every signed call
// over TLS carries. The principal's own keys (aws:PrincipalArn and so on) are iampolicy's to add. Keys that change from call
// to call, such as aws:CurrentTime and aws:SourceIp, are for the case to give.
// (IAM User Guide, "AWS global condition context keys".)
func (s *setting) derived(c *caller, owner string) map[string]any {
	w := s.loader.world
	keys := map[string]any{"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}
	if c.role != "" {
		keys["aws:MultiFactorAuthPresent"] = "false"
		if c.known != nil && c.known.Path != "" {
			keys["aws:PrincipalArn"] = "arn:aws:iam::" + c.account + ":role" + c.known.Path + c.role
		}
	}
	if path := w.paths[c.account]; path != "" {
		keys["aws:PrincipalOrgID"], keys["aws:PrincipalOrgPaths"] = organizationID, []string{path}
	}
	if owner != "" {
		keys["aws:ResourceAccount"] = owner
	}
	if path := w.paths[owner]; path != "" {
		keys["aws:ResourceOrgID"], keys["aws:ResourceOrgPaths"] = organizationID, []string{path}
	}
	tag := func(name, value string) {
		for known := range keys { // tag keys do not heed case
			if strings.EqualFold(known, "aws:PrincipalTag/"+name) {
				delete(keys, known)
			}
		}
		keys["aws:PrincipalTag/"+name] = value
	}
	if c.known != nil {
		for name, value := range c.known.Tags {
			tag(name, value)
		}
	}
	for name, value := range c.tags {
		tag(name, value)
	}
	return keys
}

// nothing reads no file.
func nothing(string) ([]byte, error) { return nil, fs.ErrNotExist }
