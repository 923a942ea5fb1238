package audit

import (
	"reflect"
	"slices"

	"umbel/internal/ident"
	"umbel/internal/jsonquote"
	"umbel/internal/ledger"
)

// resources gives what LookupEvents finds a call by: what the operation noted, and what the names in input and output say.
// As a refused call shows nothing of its input, so it shows no resources.
func (r *Recorder) resources(c *Call) []ledger.Resource {
	found := slices.Clone(c.Resources)
	if c.Failure != nil && c.Failure.Denied {
		return found
	}
	found = r.named(found, c, "", c.Input)
	if c.Failure == nil && c.showsOutput() {
		found = r.named(found, c, "", c.Output)
	}
	return found
}

// named adds the resources that the members of a struct name, its own structs included.
func (r *Recorder) named(found []ledger.Resource, c *Call, parent string, value any) []ledger.Resource {
	v := reflect.ValueOf(value)
	if value == nil || absent(v) || v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return found
	}
	v = v.Elem()
	for _, f := range r.plans.of(v.Type()) {
		fv := v.Field(f.index)
		if fv.Kind() != reflect.Pointer || fv.IsNil() {
			continue
		}
		switch fv.Elem().Kind() {
		case reflect.String:
			one := ledger.Resource{Type: resourceType(c.Service, c.Name, parent, f.name), Name: fv.Elem().String()}
			if one.Type != "" && one.Name != "" && !slices.Contains(found, one) {
				found = append(found, one)
			}
		case reflect.Struct:
			if parent == "" && fv.CanInterface() {
				found = r.named(found, c, f.name, fv.Interface())
			}
		}
	}
	return found
}

// resourceType tells what kind of resource a member names, or "".
func resourceType(service, operation, parent, name string) string {
	switch service {
	case "iam":
		return iamResource(operation, parent, name)
	case "organizations":
		switch name {
		case "accountId":
			return "AWS::Organizations::Account"
		case "organizationalUnitId":
			return "AWS::Organizations::OrganizationalUnit"
		case "policyId":
			return "AWS::Organizations::Policy"
		}
	}
	return ""
}

func iamResource(operation, parent, name string) string {
	switch name {
	case "userName", "userId":
		return "AWS::IAM::User"
	case "groupName", "groupId":
		return "AWS::IAM::Group"
	case "roleName", "roleId":
		return "AWS::IAM::Role"
	case "instanceProfileName", "instanceProfileId":
		return "AWS::IAM::InstanceProfile"
	case "policyArn", "policyId":
		return "AWS::IAM::Policy"
	case "accessKeyId":
		return "AWS::IAM::AccessKey"
	case "policyName":
		if operation == "CreatePolicy" { // elsewhere it names an inline policy
			return "AWS::IAM::Policy"
		}
	case "arn":
		switch parent {
		case "user", "group", "role", "instanceProfile", "policy":
			return iamResource(operation, "", parent+"Id")
		}
	}
	return ""
}

// appendResources appends the resources member, which STS records have: the roles, by ARN, with their account.
func appendResources(b []byte, service string, resources []ledger.Resource) []byte {
	if service != "sts" {
		return b
	}
	first := true
	for _, r := range resources {
		arn, err := ident.ParseARN(r.Name)
		if err != nil || r.Type != "AWS::IAM::Role" {
			continue
		}
		if first {
			b = append(b, `,"resources":[{"accountId":`...)
		} else {
			b = append(b, `,{"accountId":`...)
		}
		first = false
		b = jsonquote.Append(b, arn.Account)
		b = member(b, "type", r.Type)
		b = member(b, "ARN", r.Name)
		b = append(b, '}')
	}
	if !first {
		b = append(b, ']')
	}
	return b
}
