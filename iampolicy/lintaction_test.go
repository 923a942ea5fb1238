package iampolicy

var actionCases = []lintCase{
	{"INVALID_ACTION", KindIdentity, badStatement(`"Action":["s3:GetObject",«"s3:GetObjcet"»]`), ofStatements(okAllow)},
	{"INVALID_ACTION", KindIdentity, badStatement(`"Action":«"s3:FlyToTheMoon"»`), badStatement(`"Action":"s3:Fly*"`)},
	{"INVALID_ACTION", KindIdentity, badStatement(`"NotAction":«"GetObject"»`), badStatement(`"NotAction":"*"`)},
	{"INVALID_SERVICE_IN_ACTION", KindIdentity, badStatement(`"Action":«"lamda:Invoke*"»`), badStatement(`"Action":"lambda:Invoke*"`)},
	{"INVALID_SERVICE_IN_ACTION", KindIdentity, badStatement(`"Action":«"qqqqqqqqqqqq:Invoke"»`), badStatement(`"Action":"*:Invoke"`)},
	{"ACTION_MATCHES_NOTHING", KindIdentity, badStatement(`"Action":«"s3:Fly*"»`), badStatement(`"Action":"s3:Get*"`)},
	{"ACTION_MATCHES_NOTHING", KindServiceControl, badStatement(`"Action":«"*:FlyToTheMoon"»`), badStatement(`"Action":"*:TagResource"`)},
	{"ACTION_CASE_MISMATCH", KindIdentity, badStatement(`"Action":«"s3:getobject"»`), ofStatements(okAllow)},
	{"ACTION_CASE_MISMATCH", KindIdentity, badStatement(`"Action":«"s3:get*"»`), badStatement(`"Action":"s3:Get*"`)},
	{"ACTION_CASE_MISMATCH", KindIdentity, badStatement(`"Action":«"S3:GetObject"»`), badStatement(`"Action":"s3:FlyToTheMoon"`)},
	{"WILDCARD_IN_SERVICE_NAME", KindServiceControl, badStatement(`"Action":«"s3*:GetObject"»,"Resource":"*"`), badStatement(`"Action":"*:*","Resource":"*"`)},
	{"WILDCARD_IN_SERVICE_NAME", KindIdentity, badStatement(`"Resource":«"arn:aws:*code*::111122223333:*"»`), badStatement(`"Effect":"Deny","Resource":"arn:aws:*code*::111122223333:*"`)},
	{"ALLOW_WITH_NOT_ACTION", KindIdentity, badStatement(`«"NotAction"»:"iam:*"`), badStatement(`"Effect":"Deny","NotAction":"iam:*"`)},
	{"VARIABLE_UNSUPPORTED_IN_ELEMENT", KindIdentity, badStatement(`"Action":«"s3:${aws:username}"»`), badStatement(`"Resource":"arn:aws:s3:::${aws:username}"`)},
	{"VARIABLE_UNSUPPORTED_IN_ELEMENT", KindResource, badStatement(`"Principal":{"AWS":«"arn:aws:iam::111122223333:user/${aws:username}"»}`), badStatement(`"Principal":{"AWS":"arn:aws:iam::111122223333:user/a"}`)},
}

// onResource is okAllow for a resource.
func onResource(r string) string {
	return badStatement(`"Effect":"Deny","Action":"s3:*","Resource":` + r)
}

var resourceCases = []lintCase{
	{"INVALID_ARN_PREFIX", KindResource, badStatement(`"Principal":"*","Resource":«"aws:s3:::bucket"»`), badStatement(`"Principal":"*","Resource":"*"`)},
	{"MISSING_ARN_FIELD", KindIdentity, onResource(`«"arn:aws:s3:bucket"»`), onResource(`["arn:aws:s3:*","arn:aws:s3:::bucket"]`)},
	{"INVALID_PARTITION", KindIdentity, onResource(`«"arn:amazon:s3:::bucket"»`), onResource(`["arn:aws-cn:s3:::bucket","arn:*:s3:::bucket"]`)},
	{"INVALID_ARN_SERVICE_CASE", KindIdentity, onResource(`«"arn:aws:S3:::bucket"»`), onResource(`"arn:aws:s3:::bucket"`)},
	{"INVALID_SERVICE", KindIdentity, onResource(`«"arn:aws:s33:::bucket"»`), onResource(`"arn:aws:s3*:::bucket"`)},
	{"INVALID_SERVICE", KindIdentity, badStatement(`"Condition":{"Bool":{«"s33:a"»:"true"}}`), badStatement(`"Condition":{"Bool":{"oidc.example.com/id:a":"true","aws:x":"true","x":"true","s3:x":"true"}}`)},
	{"INVALID_ARN_ACCOUNT", KindIdentity, badStatement(`"Action":"iam:GetRole","Resource":«"arn:aws:iam::1234:role/a"»`), badStatement(`"Action":"iam:GetPolicy","Resource":["arn:aws:iam::aws:policy/a","arn:aws:iam::111122223333:policy/a","arn:aws:iam::*:policy/a"]`)},
	{"INVALID_ARN_REGION", KindIdentity, badStatement(`"Action":"sqs:SendMessage","Resource":«"arn:aws:sqs:us-east1:111122223333:a"»`), badStatement(`"Action":"sqs:SendMessage","Resource":["arn:aws:sqs:us-gov-east-1:111122223333:a","arn:aws:sqs:eu-*:111122223333:a"]`)},
	{"INVALID_ARN_REGION", KindIdentity, badStatement(`"Action":"sqs:SendMessage","Resource":«"arn:aws:sqs:Ireland:111122223333:a"»`), badStatement(`"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:eu-west-1:111122223333:a"`)},
	{"INVALID_ARN_REGION", KindIdentity, badStatement(`"Action":"sqs:SendMessage","Resource":«"arn:aws:sqs:u-west-1:111122223333:a"»`), badStatement(`"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:eu-west-1:111122223333:a"`)},
	{"INVALID_ARN_RESOURCE", KindIdentity, badStatement(`"Action":"lambda:InvokeFunction","Resource":«"arn:aws:lambda:*:*:function/a"»`), badStatement(`"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:*:*:function:a"`)},
	{"ARN_REGION_NOT_ALLOWED", KindServiceControl, badStatement(`"Action":"iam:GetRole","Resource":«"arn:aws:iam:us-east-1:111122223333:role/a"»`), badStatement(`"Action":"iam:GetRole","Resource":"arn:aws:iam::111122223333:role/a"`)},
	{"ARN_ACCOUNT_NOT_ALLOWED", KindIdentity, onResource(`«"arn:aws:s3::111122223333:bucket"»`), onResource(`["arn:aws:s3:::bucket","arn:aws:s3:eu-west-1:111122223333:accesspoint/a"]`)},
	{"MISSING_ARN_REGION", KindIdentity, badStatement(`"Action":"sqs:SendMessage","Resource":«"arn:aws:sqs::111122223333:a"»`), badStatement(`"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:*:111122223333:a"`)},
	{"ALLOW_WITH_NOT_RESOURCE", KindIdentity, badStatement(`«"NotResource"»:"arn:aws:s3:::bucket"`), badStatement(`"Effect":"Deny","NotResource":"arn:aws:s3:::bucket"`)},
	{"ACTION_WITHOUT_RESOURCE", KindIdentity, badStatement(`"Action":["s3:GetObject",«"s3:ListAllMyBuckets"»]`), badStatement(`"Action":["s3:ListAllMyBuckets","s3:GetObject"],"Resource":["*","arn:aws:s3:::bucket"]`)},
	{"RESOURCE_NOT_OF_ACTION", KindIdentity, badStatement(`"Action":["s3:GetObject",«"s3:ListBucket"»]`), badStatement(`"Action":["s3:GetObject","s3:ListBucket","s3:Unknown"],"Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]`)},
	{"RESOURCE_NOT_OF_ACTION", KindIdentity, badStatement(`"Action":«"ec2:RunInstances"»`), badStatement(`"Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*"`)},
	{"RESOURCE_OF_NO_ACTION", KindIdentity, badStatement(`"Resource":["arn:aws:s3:::bucket/*",«"arn:aws:sqs:*:*:a"»]`), badStatement(`"Action":["s3:GetObject","s3:Unknown"],"Resource":["arn:aws:s3:::bucket/*","arn:aws:sqs:*:*:a"]`)},
	{"RESOURCE_OF_NO_ACTION", KindServiceControl, badStatement(`"Resource":["arn:aws:s3:::bucket/*",«"arn:aws:sqs:*:*:a"»]`), badStatement(`"Action":["s3:GetObject","*"],"Resource":["arn:aws:s3:::bucket/*","arn:aws:sqs:*:*:a"]`)},
}
