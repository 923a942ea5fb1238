package iampolicy

// under is a statement with a condition.
func under(condition string) string { return badStatement(`"Condition":{` + condition + `}`) }

// asking is a statement about actions with a condition.
func asking(effect, actions, condition string) string {
	return ofStatements(`{"Effect":"` + effect + `",` + actions + `,"Resource":"*","Condition":{` + condition + `}}`)
}

var conditionCases = []lintCase{
	{"INVALID_CONDITION_KEY_FORMAT", KindIdentity, under(`"StringEquals":{«"username"»:"a"}`), under(`"StringEquals":{"aws:username":"a"}`)},
	{"INVALID_CONDITION_KEY_FORMAT", KindIdentity, under(`"StringEquals":{«":a"»:"a"}`), under(`"StringEquals":{"aws:username":"a"}`)},
	{"INVALID_GLOBAL_CONDITION_KEY", KindIdentity, under(`"StringEquals":{«"aws:PrincipalOrgIdd"»:"o-a"}`), under(`"StringEquals":{"aws:principalorgid":"o-a","aws:ResourceTag/a":"b"}`)},
	{"INVALID_GLOBAL_CONDITION_KEY", KindIdentity, under(`"StringEquals":{«"aws:WhatIsThatThing"»:"o-a"}`), under(`"StringEquals":{"aws:ResourceTag/a":"b"}`)},
	{"INVALID_SERVICE_CONDITION_KEY", KindIdentity, under(`"StringEquals":{«"s3:prefx"»:"a"}`), under(`"StringEquals":{"s3:prefix":"a","s3:BucketTag":"a"}`)},
	{"MISSING_TAG_KEY_IN_CONDITION", KindIdentity, under(`"StringEquals":{«"aws:ResourceTag"»:"a"}`), under(`"StringEquals":{"aws:ResourceTag/team":"a"}`)},
	{"MISSING_TAG_KEY_IN_CONDITION", KindIdentity, under(`"StringEquals":{«"s3:BucketTag/"»:"a"}`), under(`"StringEquals":{"s3:BucketTag/team":"a"}`)},
	{"DEPRECATED_GLOBAL_CONDITION_KEY", KindIdentity, under(`"ArnEquals":{«"aws:ARN"»:"arn:aws:iam::111122223333:root"}`), under(`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:root"}`)},
	{"DEPRECATED_GLOBAL_CONDITION_KEY", KindIdentity, under(`"StringEquals":{«"aws:SourceOwner"»:"111122223333"}`), under(`"StringEquals":{"aws:SourceAccount":"111122223333"}`)},
	{"UNTRUSTWORTHY_CONDITION_KEY", KindIdentity, under(`"StringEquals":{«"aws:UserAgent"»:"a"}`), under(`"StringEquals":{"aws:username":"a"}`)},
	{"DUPLICATE_KEYS_WITH_DIFFERENT_CASE", KindIdentity, under(`"StringEquals":{"aws:username":"a",«"aws:UserName"»:"b"}`), under(`"StringEquals":{"aws:username":"a"},"StringLike":{"aws:UserName":"b"}`)},
	{"UNSUPPORTED_ACTION_FOR_CONDITION_KEY", KindIdentity, asking("Allow", `"Action":["s3:ListBucket","s3:GetObject"]`, `"StringEquals":{«"s3:prefix"»:"a"}`), asking("Allow", `"Action":["s3:ListBucket","s3:Unknown"]`, `"StringEquals":{"s3:prefix":"a"}`)},
	{"UNSUPPORTED_ACTION_FOR_CONDITION_KEY", KindIdentity, asking("Allow", `"Action":"iam:Get*"`, `"Null":{«"aws:RequestTag/a"»:"false"}`), asking("Allow", `"Action":"iam:Get*"`, `"Null":{"aws:RequestTag/a":"true"}`)},
	{"UNSUPPORTED_ACTION_FOR_CONDITION_KEY", KindIdentity, asking("Allow", `"Action":"iam:GetRole"`, `"ForAnyValue:StringEquals":{«"aws:TagKeys"»:"a"}`), asking("Allow", `"NotAction":"iam:GetRole"`, `"ForAnyValue:StringEquals":{"aws:TagKeys":"a","aws:Nothing":"b"}`)},
	{"DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", KindIdentity, asking("Deny", `"Action":["s3:ListAllMyBuckets","lambda:ListFunctions"]`, `"StringEquals":{«"aws:ResourceTag/a"»:"b"}`), asking("Deny", `"Action":"ec2:StartInstances"`, `"StringEquals":{"aws:ResourceTag/a":"b"}`)},
	{"ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", KindIdentity, asking("Allow", `"Action":"lambda:ListFunctions"`, `"StringEquals":{«"aws:ResourceTag/a"»:"b"}`), asking("Allow", `"Action":"lambda:ListFunctions"`, `"StringEqualsIfExists":{"aws:ResourceTag/a":"b"}`)},
	{"DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", KindIdentity, asking("Deny", `"NotAction":"iam:*"`, `"StringEquals":{«"aws:ResourceTag/a"»:"b"}`), asking("Deny", `"NotAction":"iam:*"`, `"StringNotEquals":{"aws:ResourceTag/a":"b"}`)},
	{"ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", KindIdentity, asking("Allow", `"NotAction":"iam:*"`, `"StringEquals":{«"aws:ResourceTag/a"»:"b"}`), asking("Allow", `"NotAction":"iam:*"`, `"StringEquals":{"aws:PrincipalTag/a":"b"}`)},
	{"MISSING_QUALIFIER", KindIdentity, asking("Allow", `"Action":"iam:TagRole"`, `«"StringEquals"»:{"aws:TagKeys":"a"}`), asking("Allow", `"Action":"iam:TagRole"`, `"ForAllValues:StringEquals":{"aws:TagKeys":"a"},"Null":{"aws:TagKeys":"false"}`)},
	{"FORALLVALUES_WITH_SINGLE_VALUED_KEY", KindIdentity, under(`«"ForAllValues:StringEquals"»:{"aws:username":"a"}`), under(`"ForAllValues:StringEquals":{"aws:TagKeys":"a"}`)},
	{"FORANYVALUE_WITH_SINGLE_VALUED_KEY", KindIdentity, under(`«"ForAnyValue:StringEquals"»:{"aws:username":"a"}`), under(`"ForAnyValue:StringEquals":{"aws:CalledVia":"a"}`)},
	{"FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", KindTrust, trusting(`"Principal":{"Federated":"accounts.google.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{«"ForAnyValue:StringEquals"»:{"accounts.google.com:aud":"a"}}`),
		trusting(`"Principal":{"Federated":"accounts.google.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"accounts.google.com:aud":"a"}}`)},
	{"NULL_WITH_QUALIFIER", KindIdentity, under(`«"ForAllValues:Null"»:{"aws:TagKeys":"true"}`), under(`"Null":{"aws:TagKeys":"true"}`)},
	{"TYPE_MISMATCH", KindIdentity, under(`«"StringEquals"»:{"aws:SecureTransport":"true"}`), under(`"Bool":{"aws:SecureTransport":"true"},"Null":{"aws:SecureTransport":"false"}`)},
	{"TYPE_MISMATCH", KindIdentity, under(`«"StringLike"»:{"aws:SourceIp":"203.0.113.*"}`), under(`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`)},
	{"TYPE_MISMATCH", KindIdentity, under(`«"NumericEquals"»:{"aws:username":"1"}`), under(`"ArnEquals":{"aws:SourceVpcArn":"arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1"},"NumericLessThan":{"aws:EpochTime":"5","aws:MultiFactorAuthAge":"3600"}`)},
	{"TYPE_MISMATCH", KindIdentity, under(`«"BinaryEquals"»:{"aws:username":"QQ=="}`), under(`"DateLessThan":{"aws:CurrentTime":"2026-01-01"},"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/a"}`)},
	{"MISSING_PAIRED_CONDITION_KEYS", KindIdentity, under(`"IpAddress":{«"aws:VpcSourceIp"»:"10.0.0.0/8"}`), under(`"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"},"StringEquals":{"aws:SourceVpc":"vpc-12345678"}`)},
}

var valueCases = []lintCase{
	{"INVALID_CONDITION_DATA_TYPE", KindIdentity, under(`"NumericEquals":{"s3:max-keys":[10,«"20"»]}`), under(`"NumericEquals":{"s3:max-keys":[10,20]}`)},
	{"INVALID_CONDITION_MULTIPLE_BOOLEAN", KindIdentity, under(`"Bool":{"aws:SecureTransport":«["true","False"]»}`), under(`"Bool":{"aws:SecureTransport":["true","true"]}`)},
	{"TYPE_MISMATCH_BOOLEAN", KindIdentity, under(`"Bool":{"aws:SecureTransport":«"yes"»}`), under(`"Bool":{"aws:SecureTransport":"TRUE"}`)},
	{"TYPE_MISMATCH_DATE", KindServiceControl, under(`"DateLessThan":{"aws:CurrentTime":«"tomorrow"»}`), under(`"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`)},
	{"TYPE_MISMATCH_IP_RANGE", KindIdentity, under(`"IpAddress":{"aws:SourceIp":["203.0.113.0/24",«"203.0.113.0/33"»]}`), under(`"IpAddress":{"aws:SourceIp":["203.0.113.7","2001:db8::/32"]}`)},
	{"TYPE_MISMATCH_NUMBER", KindIdentity, under(`"NumericEquals":{"s3:max-keys":«"ten"»}`), under(`"NumericEquals":{"s3:max-keys":"10"}`)},
	{"TYPE_MISMATCH_STRING", KindIdentity, under(`"BinaryEquals":{"a:b":«"?"»}`), under(`"BinaryEquals":{"a:b":"QQ=="}`)},
	{"TYPE_MISMATCH_ARN", KindIdentity, under(`"ArnLike":{"aws:PrincipalArn":«"111122223333"»}`), under(`"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:role/a","*","arn:aws:*","${aws:PrincipalArn}"]}`)},
	{"TYPE_MISMATCH_NULL", KindIdentity, under(`"Null":{"aws:username":«"1"»}`), under(`"Null":{"aws:username":"true"}`)},
	{"INVALID_DATE_VALUE", KindIdentity, under(`"DateLessThan":{"aws:CurrentTime":«"1767225600"»}`), under(`"DateLessThan":{"aws:CurrentTime":"2026-01-01"}`)},
	{"INVALID_REGION", KindIdentity, under(`"StringEquals":{"aws:RequestedRegion":["eu-west-1",«"EU-West-2"»]}`), under(`"StringLike":{"aws:RequestedRegion":["eu-*","us-gov-east-1"]}`)},
	{"INVALID_VPC_FORMAT", KindIdentity, under(`"StringEquals":{"aws:SourceVpc":«"vpc-1"»}`), under(`"StringEquals":{"aws:SourceVpc":["vpc-12345678","vpc-0123456789abcdef0"]}`)},
	{"INVALID_VPCE_FORMAT", KindIdentity, under(`"StringEquals":{"aws:SourceVpce":«"vpc-12345678"»}`), under(`"StringEquals":{"aws:SourceVpce":"vpce-12345678"}`)},
	{"INVALID_SERVICE_PRINCIPAL_FORMAT", KindIdentity, under(`"StringEquals":{"iam:PassedToService":«"lambda"»}`), under(`"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}`)},
	{"PRIVATE_IP_ADDRESS", KindIdentity, under(`"IpAddress":{"aws:SourceIp":«["10.0.0.0/8","192.168.1.1"]»}`), under(`"IpAddress":{"aws:SourceIp":["203.0.113.0/24","x"]}`)},
	{"PRIVATE_NOT_IP_ADDRESS", KindIdentity, asking("Deny", `"Action":"*"`, `"NotIpAddress":{"aws:SourceIp":«"fd00::/8"»}`), asking("Deny", `"Action":"*"`, `"NotIpAddress":{"aws:SourceIp":"10.0.0.0/7"}`)},
	{"PRIVATE_IP_ADDRESS_SUBSET", KindIdentity, under(`"IpAddress":{"aws:SourceIp":«["10.0.0.0/8","203.0.113.0/24"]»}`), under(`"IpAddress":{"aws:VpcSourceIp":["10.0.0.0/8","203.0.113.0/24"]}`)},
	{"PRIVATE_NOT_IP_ADDRESS_SUBSET", KindIdentity, under(`"NotIpAddress":{"aws:SourceIp":«["10.0.0.0/8","203.0.113.0/24"]»}`), under(`"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}`)},
	{"IMPROVE_IP_RANGE", KindIdentity, under(`"IpAddress":{"aws:SourceIp":«"203.0.113.7/24"»}`), under(`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`)},
	{"WILDCARD_WITHOUT_LIKE_OPERATOR", KindIdentity, under(`"StringEquals":{"aws:username":«"a*"»}`), under(`"StringEquals":{"aws:username":["a${*}","${aws:userid}"]},"StringLike":{"aws:userid":"a*"}`)},
	{"EMPTY_ARRAY_CONDITION", KindIdentity, under(`"StringEquals":{"aws:username":«[]»}`), under(`"StringEqualsIfExists":{"aws:username":[]}`)},
	{"EMPTY_ARRAY_CONDITION_FORALLVALUES", KindIdentity, under(`"ForAllValues:StringEquals":{"aws:TagKeys":«[]»}`), under(`"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}`)},
	{"EMPTY_ARRAY_CONDITION_FORANYVALUE", KindIdentity, under(`"ForAnyValue:StringEquals":{"aws:TagKeys":«[]»}`), under(`"ForAnyValue:StringEquals":{"aws:TagKeys":["a"]}`)},
	{"EMPTY_ARRAY_CONDITION_IFEXISTS", KindIdentity, under(`"StringEqualsIfExists":{"aws:username":«[]»}`), under(`"StringEqualsIfExists":{"aws:username":["a"]}`)},
	{"EQUIVALENT_TO_NULL_FALSE", KindIdentity, under(`"StringLike":{«"aws:username"»:"*"}`), under(`"StringLike":{"aws:username":"a*"}`)},
	{"EQUIVALENT_TO_NULL_TRUE", KindIdentity, under(`"StringNotLike":{«"aws:username"»:"*"}`), under(`"StringNotLikeIfExists":{"aws:username":"*"}`)},
	{"REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION", KindIdentity, under(`"StringLikeIfExists":{«"aws:username"»:"*"}`), under(`"StringLike":{"aws:username":"*"}`)},
	{"REDUNDANT_CONDITION_VALUE_NUM", KindIdentity, under(`"NumericLessThan":{"aws:MultiFactorAuthAge":«["2700","3600"]»}`), under(`"NumericEquals":{"aws:MultiFactorAuthAge":["2700","3600"]}`)},
	{"REDUNDANT_CONDITION_VALUE_NUM", KindIdentity, under(`"NumericGreaterThanEquals":{"aws:MultiFactorAuthAge":«["2700","3600"]»}`), under(`"NumericGreaterThan":{"aws:MultiFactorAuthAge":"2700"}`)},
	{"DUPLICATE_VALUE", KindIdentity, under(`"StringEquals":{"aws:username":["a",«"a"»]}`), under(`"StringEquals":{"aws:username":["a","b"]}`)},
	{"DUPLICATE_VALUE", KindResource, badStatement(`"Principal":{"AWS":["111122223333",«"111122223333"»]}`), badStatement(`"Principal":{"AWS":["111122223333","444455556666"]}`)},
	{"S3_PREFIX_IN_NEGATIVE_CONTEXT", KindIdentity, asking("Deny", `"Action":"s3:ListBucket"`, `"StringLike":{«"s3:prefix"»:"private/*"}`), asking("Deny", `"Action":"s3:ListBucket"`, `"StringNotLike":{"s3:prefix":"public/*"},"Null":{"s3:prefix":"true"}`)},
	{"SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", KindTrust, trusting(`"Principal":{"Federated":"token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":«"repo:o/*"»}}`),
		trusting(`"Principal":{"Federated":"token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:o/r:ref:refs/heads/main"}}`)},
}

// naming is a policy for one resource.
func naming(resource string) string { return badStatement(`"Resource":` + resource) }

var variableCases = []lintCase{
	{"VARIABLE_UNSUPPORTED_IN_VERSION", KindResource, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":«"arn:aws:s3:::b/${aws:username}"»}}`, naming(`"arn:aws:s3:::b/${aws:username}"`)},
	{"MISSING_BRACE_IN_VARIABLE", KindIdentity, naming(`«"arn:aws:s3:::b/${aws:username"»`), naming(`"arn:aws:s3:::b/${aws:username}"`)},
	{"EMPTY_VARIABLE", KindIdentity, naming(`«"arn:aws:s3:::b/${}"»`), naming(`"arn:aws:s3:::b/${aws:username}"`)},
	{"MISSING_QUOTE_IN_VARIABLE", KindIdentity, naming(`«"arn:aws:s3:::b/${aws:username, none}"»`), naming(`"arn:aws:s3:::b/${aws:username, 'no}ne'}"`)},
	{"UNSUPPORTED_SPACE_IN_VARIABLE", KindIdentity, naming(`«"arn:aws:s3:::b/${aws: username}"»`), naming(`"arn:aws:s3:::b/${aws:PrincipalTag/my team , 'a'}"`)},
	{"INVALID_VARIABLE_FOR_OPERATOR", KindIdentity, under(`"NumericLessThan":{"aws:MultiFactorAuthAge":«"${aws:PrincipalTag/age}"»}`), under(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/${aws:PrincipalTag/role}"},"StringEquals":{"aws:userid":"${aws:userid}"}`)},
	{"INVALID_VARIABLE_FOR_OPERATOR", KindIdentity, under(`"Null":{"aws:username":«"${aws:PrincipalTag/age}"»}`), under(`"StringLike":{"aws:userid":"${aws:userid}*"}`)},
	{"VARIABLE_UNSUPPORTED_IN_ARN_FIELD", KindIdentity, badStatement(`"Action":"iam:GetRole","Resource":«"arn:aws:iam::${aws:PrincipalAccount}:role/a"»`), badStatement(`"Action":"iam:GetRole","Resource":"arn:aws:iam::*:role/${aws:username}"`)},
	{"UNKNOWN_KEY_IN_VARIABLE", KindIdentity, naming(`«"arn:aws:s3:::b/${aws:usrname}"»`), naming(`"arn:aws:s3:::b/${aws:username}${*}${graph.facebook.com:id}${oidc.example.com:sub}"`)},
	{"UNKNOWN_KEY_IN_VARIABLE", KindIdentity, naming(`«"arn:aws:s3:::b/${team}"»`), naming(`"arn:aws:s3:::b/${aws:PrincipalTag/team}"`)},
}
