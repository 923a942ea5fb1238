package iampolicy

import "strings"

// SupportsResourceControl tells whether resource control policies bind a service, given by its action prefix in lower case.
// Source: Organizations User Guide, "List of AWS services that support RCPs", 2026-09-26: 62 services. Where that page prints
// the name of an endpoint, appstream2, the prefix of the actions stands here. The action table must agree: TestServicesAgree.
func SupportsResourceControl(service string) bool {
	switch service {
	case "aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets", "clouddirectory", "cloudfront",
		"cloudsearch", "cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline", "cognito-identity",
		"cognito-idp", "comprehend", "comprehendmedical", "compute-optimizer", "cost-optimization-hub", "dax", "dsql",
		"dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms", "gamelift", "health", "inspector-scan",
		"kendra", "kinesisvideo", "kms", "logs", "memorydb", "networkmonitor", "notifications", "opensearch",
		"pca-connector-ad", "personalize", "polly", "pricing", "resource-groups", "rolesanywhere", "s3", "secretsmanager",
		"servicediscovery", "signin", "sqs", "sts", "support", "swf", "textract", "timestream-influxdb", "transcribe",
		"transfer", "translate", "wafv2", "workspaces", "xray":
		return true
	}
	return false
}

// ResourceControlApplies tells whether resource control policies bear on an action on a resource, whoever asks: the service
// supports them, the action is authorized on a resource (and not on "*"), and none of the exceptions holds: kms:RetireGrant,
// AWS managed keys (known by an alias under alias/aws/ in the key kms:ResourceAliases), trust policies of service-linked roles.
// Source: Organizations User Guide, "Resource control policies (RCPs)", "RCP effects on permissions" and "Resources and
// entities not restricted by RCPs".
func ResourceControlApplies(action, resource string, ctx *Context) bool {
	a := splitAction(action)
	return a.underResourceControl(resource, ctx)
}

func (a *action) underResourceControl(resource string, ctx *Context) bool {
	return SupportsResourceControl(a.service) && !a.escapesResourceControl(resource, ctx)
}

func (a *action) escapesResourceControl(resource string, ctx *Context) bool {
	switch {
	case resource == "*":
		return true
	case a.service == "kms":
		return equalFold(a.name, "RetireGrant") || awsManagedKey(ctx)
	case a.service == "sts":
		return strings.Contains(resource, ":role/aws-service-role/")
	}
	return false
}

// awsManagedKey tells whether the key of a request is AWS's own: only those have aliases under alias/aws/ (KMS Developer Guide,
// "Aliases").
func awsManagedKey(ctx *Context) bool {
	aliases, _ := ctx.Get("kms:ResourceAliases")
	for _, alias := range aliases {
		if strings.HasPrefix(alias, "alias/aws/") {
			return true
		}
	}
	return false
}

// escapesServiceControl tells whether a task is one that service control policies never restrict, as far as it is an IAM
// action: Amazon Mechanical Turk, and for the root user the reverse DNS of an EC2 address.
// Source: Organizations User Guide, "Service control policies (SCPs)", "Tasks and entities not restricted by SCPs".
func (a *action) escapesServiceControl(root bool) bool {
	switch a.service {
	case "mechanicalturk":
		return true
	case "ec2":
		return root && (equalFold(a.name, "ModifyAddressAttribute") || equalFold(a.name, "ResetAddressAttribute"))
	}
	return false
}

// explicitAllow is a kind of resource whose policy has to allow even within its own account.
type explicitAllow struct {
	service  string
	resource string // what the resource's ARN contains
}

// explicitAllows lists them. Role trust policies: IAM User Guide, "Policy evaluation logic"; they have to allow tags, a source
// identity and a context for the session, too ("Pass session tags in AWS STS", "Monitor and control actions taken with assumed
// roles"). KMS key policies: same page, and KMS Developer Guide, "Key policies in AWS KMS": no principal has any permission on
// a key unless the key policy gives it.
func explicitAllows() [2]explicitAllow {
	return [...]explicitAllow{{"sts", ":role/"}, {"kms", ":key/"}}
}

// ResourcePolicyMustAllow tells whether the policy of a resource has to allow an action on it even within one account.
func ResourcePolicyMustAllow(action, resource string) bool {
	a := splitAction(action)
	for _, rule := range explicitAllows() {
		if a.service == rule.service && strings.Contains(resource, rule.resource) {
			return true
		}
	}
	return false
}
