package iampolicy

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
