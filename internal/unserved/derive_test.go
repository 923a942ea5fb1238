package unserved

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/wire"
)

const (
	caller = ident.AccountID("111122223333")
	form   = "application/x-www-form-urlencoded; charset=utf-8"
)

// sent is a request as a client sends it: "METHOD /path?query", headers in lines, an empty line, the body.
func sent(text string) *wire.Request {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, uri, _ := strings.Cut(lines[0], " ")
	path, query, _ := strings.Cut(uri, "?")
	r := &wire.Request{Method: method, Path: path, RawQuery: query, Header: http.Header{}, Body: []byte(body)}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		r.Header.Set(name, value)
	}
	return r
}

// ec2 is a call of EC2, jsonCall one of a JSON service.
func ec2(body string) string {
	return "POST /\nContent-Type: " + form + "\n\nVersion=2016-11-15&Action=" + body
}

func jsonCall(target, body string) string {
	return "POST /\nContent-Type: application/x-amz-json-1.1\nX-Amz-Target: " + target + "\n\n" + body
}

func query(version, body string) string {
	return "POST /\nContent-Type: " + form + "\n\nVersion=" + version + "&Action=" + body
}

// derive gives what a request is authorized on, each target as "action resource key=value,value …", keys sorted.
func derive(t testing.TB, scope, text string) (operation string, got []string) {
	t.Helper()
	c, err := new(Finder).Find(sent(text), "127.0.0.1:4566", scope)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	declared, in, _ := NewDeriver().Declare(c)
	targets, err := declared.Targets(callOf(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range targets {
		line := target.Action + " " + target.Resource
		var keys []string
		for _, k := range target.Keys {
			if k.Name == "s3:signatureversion" || k.Name == "s3:authType" || k.Name == "s3:ResourceAccount" || k.Name == "ec2:Region" {
				continue // of every call
			}
			keys = append(keys, k.Name+"="+strings.Join(k.Values, ","))
		}
		slices.Sort(keys)
		got = append(got, strings.Join(append([]string{line}, slices.Compact(keys)...), " "))
	}
	return c.Service.ID + " " + c.Operation.Name, got
}

func callOf() *op.Call {
	return &op.Call{
		Region: "eu-west-1", Service: "x",
		Caller: &op.Caller{Kind: op.User, Account: caller, User: &iam.User{}},
	}
}

type derivation struct {
	name, scope, request string
	operation            string
	want                 []string
}

func check(t *testing.T, tests []derivation) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			operation, got := derive(t, tt.scope, tt.request)
			if operation != tt.operation || !slices.Equal(got, tt.want) {
				t.Errorf("%s\ngot  %s\nwant %s", operation, strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
			}
		})
	}
}

func TestEC2(t *testing.T) {
	const arn = "arn:aws:ec2:eu-west-1:111122223333:"
	check(t, []derivation{
		{"launch", "ec2", ec2("RunInstances&ImageId=ami-1&InstanceType=p5.48xlarge&MinCount=1&MaxCount=1&KeyName=mine&SubnetId=subnet-1&SecurityGroupId.1=sg-1&SecurityGroupId.2=sg-2" +
			"&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=team&TagSpecification.1.Tag.1.Value=blue&MetadataOptions.HttpTokens=required&BlockDeviceMapping.1.Ebs.VolumeType=gp3&BlockDeviceMapping.1.Ebs.Encrypted=true"),
			"ec2 RunInstances", []string{
				"ec2:RunInstances arn:aws:ec2:eu-west-1::image/ami-1 ec2:ImageID=ami-1",
				"ec2:RunInstances " + arn + "key-pair/mine ec2:KeyPairName=mine",
				"ec2:RunInstances " + arn + "security-group/sg-1 ec2:SecurityGroupID=sg-1",
				"ec2:RunInstances " + arn + "security-group/sg-2 ec2:SecurityGroupID=sg-2",
				"ec2:RunInstances " + arn + "subnet/subnet-1 ec2:SubnetID=subnet-1",
				"ec2:RunInstances " + arn + "instance/* aws:RequestTag/team=blue aws:TagKeys=team ec2:EbsOptimized=false ec2:InstanceType=p5.48xlarge ec2:MetadataHttpTokens=required ec2:Tenancy=default",
				"ec2:RunInstances " + arn + "network-interface/*",
				"ec2:RunInstances " + arn + "volume/* ec2:Encrypted=true ec2:VolumeType=gp3",
				"ec2:CreateTags " + arn + "instance/* aws:RequestTag/team=blue aws:TagKeys=team ec2:CreateAction=RunInstances",
			}},
		{"several", "ec2", ec2("StopInstances&InstanceId.1=i-1&InstanceId.2=i-2"), "ec2 StopInstances",
			[]string{"ec2:StopInstances " + arn + "instance/i-1 ec2:InstanceID=i-1", "ec2:StopInstances " + arn + "instance/i-2 ec2:InstanceID=i-2"}},
		{"describe", "ec2", ec2("DescribeInstances&InstanceId.1=i-1"), "ec2 DescribeInstances", []string{"ec2:DescribeInstances *"}},
		{"attribute", "ec2", ec2("ModifyInstanceAttribute&InstanceId=i-1&InstanceType.Value=p5.48xlarge"), "ec2 ModifyInstanceAttribute",
			[]string{"ec2:ModifyInstanceAttribute " + arn + "instance/i-1 ec2:Attribute/InstanceType=p5.48xlarge ec2:InstanceID=i-1"}},
		{"attribute by name", "ec2", ec2("ModifyInstanceAttribute&InstanceId=i-1&Attribute=instanceType&Value=p5.48xlarge"), "ec2 ModifyInstanceAttribute",
			[]string{"ec2:ModifyInstanceAttribute " + arn + "instance/i-1 ec2:Attribute/InstanceType=p5.48xlarge ec2:Attribute=instanceType ec2:InstanceID=i-1"}},
		{"tag", "ec2", ec2("CreateTags&ResourceId.1=i-1&ResourceId.2=ami-2&ResourceId.3=odd-3&Tag.1.Key=a&Tag.1.Value=1"), "ec2 CreateTags", []string{
			"ec2:CreateTags " + arn + "instance/i-1 aws:RequestTag/a=1 aws:TagKeys=a", "ec2:CreateTags arn:aws:ec2:eu-west-1::image/ami-2 aws:RequestTag/a=1 aws:TagKeys=a",
			"ec2:CreateTags " + arn + "*/odd-3 aws:RequestTag/a=1 aws:TagKeys=a",
		}},
		{"tag nothing", "ec2", ec2("CreateTags"), "ec2 CreateTags", []string{"ec2:CreateTags *"}},
		{"create", "ec2", ec2("CreateVolume&AvailabilityZone=eu-west-1a&Size=10&Encrypted=false&VolumeType=gp2"), "ec2 CreateVolume",
			[]string{"ec2:CreateVolume " + arn + "volume/* ec2:AvailabilityZone=eu-west-1a ec2:Encrypted=false ec2:VolumeSize=10 ec2:VolumeType=gp2"}},
	})
}

func TestS3(t *testing.T) {
	check(t, []derivation{
		{"list buckets", "s3", "GET /", "s3 ListBuckets", []string{"s3:ListAllMyBuckets *"}},
		{"head bucket", "s3", "HEAD /b", "s3 HeadBucket", []string{"s3:ListBucket arn:aws:s3:::b"}},
		{"list", "s3", "GET /b/?list-type=2&prefix=home%2Fann&max-keys=5", "s3 ListObjectsV2", []string{"s3:ListBucket arn:aws:s3:::b s3:max-keys=5 s3:prefix=home/ann"}},
		{"get", "s3", "GET /b/a/b%20c", "s3 GetObject", []string{"s3:GetObject arn:aws:s3:::b/a/b c"}},
		{"get version", "s3", "GET /b/k?versionId=v1", "s3 GetObject", []string{"s3:GetObjectVersion arn:aws:s3:::b/k s3:VersionId=v1"}},
		{"head object", "s3", "HEAD /b/k", "s3 HeadObject", []string{"s3:GetObject arn:aws:s3:::b/k"}},
		{"attributes", "s3", "GET /b/k?attributes\nx-amz-object-attributes: ETag", "s3 GetObjectAttributes", []string{"s3:GetObject arn:aws:s3:::b/k", "s3:GetObjectAttributes arn:aws:s3:::b/k"}},
		{"put", "s3", "PUT /b/k\nx-amz-acl: public-read\nx-amz-server-side-encryption: aws:kms\nx-amz-tagging: a=1&b=2\nx-amz-storage-class: GLACIER", "s3 PutObject", []string{
			"s3:PutObject arn:aws:s3:::b/k s3:ObjectCreationOperation=true s3:RequestObjectTag/a=1 s3:RequestObjectTag/b=2 s3:RequestObjectTagKeys=a,b s3:x-amz-acl=public-read s3:x-amz-server-side-encryption=aws:kms s3:x-amz-storage-class=GLACIER",
			"s3:PutObjectAcl arn:aws:s3:::b/k s3:x-amz-acl=public-read s3:x-amz-storage-class=GLACIER",
			"s3:PutObjectTagging arn:aws:s3:::b/k s3:RequestObjectTag/a=1 s3:RequestObjectTag/b=2 s3:RequestObjectTagKeys=a,b",
		}},
		{"copy", "s3", "PUT /b/k\nx-amz-copy-source: /from/a%20b?versionId=7", "s3 CopyObject",
			[]string{"s3:GetObjectVersion arn:aws:s3:::from/a b s3:VersionId=7", "s3:PutObject arn:aws:s3:::b/k s3:ObjectCreationOperation=true s3:x-amz-copy-source=/from/a%20b?versionId=7"}},
		{"copy from an access point", "s3", "PUT /b/k\nx-amz-copy-source: arn:aws:s3:eu-west-1:111122223333:accesspoint/p/object/a", "s3 CopyObject", []string{
			"s3:GetObject arn:aws:s3:eu-west-1:111122223333:accesspoint/p/object/a",
			"s3:PutObject arn:aws:s3:::b/k s3:ObjectCreationOperation=true s3:x-amz-copy-source=arn:aws:s3:eu-west-1:111122223333:accesspoint/p/object/a",
		}},
		{"upload part", "s3", "PUT /b/k?partNumber=1&uploadId=u", "s3 UploadPart", []string{"s3:PutObject arn:aws:s3:::b/k s3:ObjectCreationOperation=false"}},
		{"begin upload", "s3", "POST /b/k?uploads", "s3 CreateMultipartUpload", []string{"s3:PutObject arn:aws:s3:::b/k s3:ObjectCreationOperation=false"}},
		{"list parts", "s3", "GET /b/k?uploadId=u", "s3 ListParts", []string{"s3:ListMultipartUploadParts arn:aws:s3:::b/k"}},
		{"delete many", "s3", "POST /b?delete\n\n<Delete><Object><Key>a</Key></Object><Object><Key>b</Key><VersionId>1</VersionId></Object></Delete>", "s3 DeleteObjects",
			[]string{"s3:DeleteObject arn:aws:s3:::b/a", "s3:DeleteObjectVersion arn:aws:s3:::b/b s3:VersionId=1"}},
		{"delete what cannot be read", "s3", "POST /b?delete\n\nnonsense", "s3 DeleteObjects", []string{"s3:DeleteObject arn:aws:s3:::b/*"}},
		{"lifecycle", "s3", "GET /b?lifecycle", "s3 GetBucketLifecycleConfiguration", []string{"s3:GetLifecycleConfiguration arn:aws:s3:::b"}},
		{"create", "s3", "PUT /b\nx-amz-acl: private\n\n<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>", "s3 CreateBucket", []string{
			"s3:CreateBucket arn:aws:s3:::b s3:locationconstraint=eu-west-1 s3:x-amz-acl=private", "s3:PutBucketAcl arn:aws:s3:::b s3:x-amz-acl=private",
		}},
		{"tags in the body", "s3", "PUT /b/k?tagging\n\n<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>", "s3 PutObjectTagging",
			[]string{"s3:PutObjectTagging arn:aws:s3:::b/k s3:RequestObjectTag/a=1 s3:RequestObjectTagKeys=a"}},
		{"bypass", "s3", "DELETE /b/k\nx-amz-bypass-governance-retention: true", "s3 DeleteObject", []string{"s3:DeleteObject arn:aws:s3:::b/k", "s3:BypassGovernanceRetention arn:aws:s3:::b/k"}},
		{"access point", "s3", "GET /arn%3Aaws%3As3%3Aeu-west-1%3A111122223333%3Aaccesspoint%2Fp/k", "s3 GetObject", []string{"s3:GetObject arn:aws:s3:eu-west-1:111122223333:accesspoint/p/object/k"}},
		{"account's public access", "s3", "PUT /v20180820/configuration/publicAccessBlock\nx-amz-account-id: 111122223333", "s3control PutPublicAccessBlock", []string{"s3:PutAccountPublicAccessBlock *"}},
	})
}

func TestLambda(t *testing.T) {
	const arn = "arn:aws:lambda:eu-west-1:111122223333:function:f"
	check(t, []derivation{
		{"invoke", "lambda", "POST /2015-03-31/functions/f/invocations\n\n{\"FunctionName\":\"other\"}", "lambda Invoke", []string{"lambda:InvokeFunction " + arn}},
		{"invoke an alias", "lambda", "POST /2015-03-31/functions/f/invocations?Qualifier=live", "lambda Invoke", []string{"lambda:InvokeFunction " + arn + ":live"}},
		{"invoke a version in the name", "lambda", "POST /2015-03-31/functions/f%3A7/invocations", "lambda Invoke", []string{"lambda:InvokeFunction " + arn + ":7"}},
		{"by a part of its ARN", "lambda", "GET /2015-03-31/functions/999988887777%3Afunction%3Af", "lambda GetFunction", []string{"lambda:GetFunction arn:aws:lambda:eu-west-1:999988887777:function:f"}},
		{"by its ARN", "lambda", "GET /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A999988887777%3Afunction%3Af/versions", "lambda ListVersionsByFunction",
			[]string{"lambda:ListVersionsByFunction arn:aws:lambda:us-east-1:999988887777:function:f"}},
		{"create", "lambda", `POST /2015-03-31/functions` + "\n\n" + `{"FunctionName":"f","Layers":["l1","l2"],"Tags":{"team":"blue"},"VpcConfig":{"SubnetIds":["s1"]}}`, "lambda CreateFunction",
			[]string{"lambda:CreateFunction " + arn + " aws:RequestTag/team=blue aws:TagKeys=team lambda:Layer=l1,l2 lambda:SubnetIds=s1"}},
		{"permission", "lambda", "POST /2015-03-31/functions/f/policy\n\n{\"Principal\":\"s3.amazonaws.com\",\"StatementId\":\"s\"}", "lambda AddPermission", []string{"lambda:AddPermission " + arn + " lambda:Principal=s3.amazonaws.com"}},
		{"layer version", "lambda", "GET /2018-10-31/layers/l/versions/3", "lambda GetLayerVersion", []string{"lambda:GetLayerVersion arn:aws:lambda:eu-west-1:111122223333:layer:l:3"}},
		{"layer version by ARN", "lambda", "GET /2018-10-31/layers?find=LayerVersion&Arn=arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Alayer%3Al%3A3", "lambda GetLayerVersionByArn", []string{"lambda:GetLayerVersion arn:aws:lambda:eu-west-1:111122223333:layer:l:3"}},
		{"list", "lambda", "GET /2015-03-31/functions", "lambda ListFunctions", []string{"lambda:ListFunctions *"}},
	})
}

func TestDynamoDB(t *testing.T) {
	const target, arn = "DynamoDB_20120810.", "arn:aws:dynamodb:eu-west-1:111122223333:table/"
	check(t, []derivation{
		{"get", "dynamodb", jsonCall(target+"GetItem", `{"TableName":"T","Key":{"id":{"S":"ann"}}}`), "dynamodb GetItem", []string{"dynamodb:GetItem " + arn + "T dynamodb:LeadingKeys=ann"}},
		{"a key of two", "dynamodb", jsonCall(target+"GetItem", `{"TableName":"T","Key":{"id":{"S":"ann"},"at":{"N":"1"}}}`), "dynamodb GetItem", []string{"dynamodb:GetItem " + arn + "T"}},
		{"by ARN", "dynamodb", jsonCall(target+"Scan", `{"TableName":"arn:aws:dynamodb:eu-west-1:999988887777:table/T"}`), "dynamodb Scan", []string{"dynamodb:Scan arn:aws:dynamodb:eu-west-1:999988887777:table/T"}},
		{"index", "dynamodb", jsonCall(target+"Query", `{"TableName":"T","IndexName":"I"}`), "dynamodb Query", []string{"dynamodb:Query " + arn + "T/index/I"}},
		{"table", "dynamodb", jsonCall(target+"Query", `{"TableName":"T","Select":"COUNT"}`), "dynamodb Query", []string{"dynamodb:Query " + arn + "T dynamodb:Select=COUNT"}},
		{"batch", "dynamodb", jsonCall(target+"BatchGetItem", `{"RequestItems":{"B":{},"A":{}}}`), "dynamodb BatchGetItem", []string{"dynamodb:BatchGetItem " + arn + "A", "dynamodb:BatchGetItem " + arn + "B"}},
		{"transaction", "dynamodb", jsonCall(target+"TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"A"}},{"ConditionCheck":{"TableName":"B"}}]}`), "dynamodb TransactWriteItems",
			[]string{"dynamodb:PutItem " + arn + "A dynamodb:EnclosingOperation=TransactWriteItems", "dynamodb:ConditionCheckItem " + arn + "B dynamodb:EnclosingOperation=TransactWriteItems"}},
		{"PartiQL", "dynamodb", jsonCall(target+"ExecuteStatement", `{"Statement":"SELECT * FROM \"T\".\"I\" WHERE id='x'"}`), "dynamodb ExecuteStatement", []string{"dynamodb:PartiQLSelect " + arn + "T/index/I"}},
		{"PartiQL without a table", "dynamodb", jsonCall(target+"ExecuteTransaction", `{"TransactStatements":[{"Statement":""},{"Statement":"SELECT"}]}`), "dynamodb ExecuteTransaction", []string{"dynamodb:PartiQLSelect " + arn + "* dynamodb:EnclosingOperation=ExecuteTransaction"}},
		{"a batch of nothing", "dynamodb", jsonCall(target+"BatchGetItem", `{}`), "dynamodb BatchGetItem", []string{"dynamodb:BatchGetItem " + arn + "*"}},
		{"PartiQL batch", "dynamodb", jsonCall(target+"BatchExecuteStatement", `{"Statements":[{"Statement":"insert into T value {}"},{"Statement":"UPDATE T SET a=1"},{"Statement":"DELETE FROM T"}]}`), "dynamodb BatchExecuteStatement",
			[]string{"dynamodb:PartiQLInsert " + arn + "T", "dynamodb:PartiQLUpdate " + arn + "T", "dynamodb:PartiQLDelete " + arn + "T"}},
	})
}

func TestOtherServices(t *testing.T) {
	check(t, []derivation{
		{"sqs batch", "sqs", jsonCall("AmazonSQS.SendMessageBatch", `{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/999988887777/q"}`), "sqs SendMessageBatch", []string{"sqs:SendMessage arn:aws:sqs:eu-west-1:999988887777:q"}},
		{"sqs, by a query", "sqs", query("2012-11-05", "CreateQueue&QueueName=q"), "sqs CreateQueue", []string{"sqs:CreateQueue arn:aws:sqs:eu-west-1:111122223333:q"}},
		{"sns", "sns", query("2010-03-31", "Publish&TopicArn=arn:aws:sns:eu-west-1:111122223333:t"), "sns Publish", []string{"sns:Publish arn:aws:sns:eu-west-1:111122223333:t"}},
		{"sns, a new topic", "sns", query("2010-03-31", "CreateTopic&Name=t&Tags.member.1.Key=a&Tags.member.1.Value=1"), "sns CreateTopic", []string{"sns:CreateTopic arn:aws:sns:eu-west-1:111122223333:t aws:RequestTag/a=1 aws:TagKeys=a"}},
		{"kms by key", "kms", jsonCall("TrentService.Decrypt", `{"KeyId":"1234"}`), "kms Decrypt", []string{"kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/1234"}},
		{"secret", "secretsmanager", jsonCall("secretsmanager.GetSecretValue", `{"SecretId":"db"}`), "secretsmanager GetSecretValue", []string{"secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:111122223333:secret:db secretsmanager:SecretId=db"}},
		{"rds", "rds", query("2014-10-31", "CreateDBInstance&DBInstanceIdentifier=d&DBInstanceClass=db.m5.large&Engine=mysql"), "rds CreateDBInstance",
			[]string{"rds:CreateDBInstance arn:aws:rds:eu-west-1:111122223333:db:d rds:DatabaseClass=db.m5.large rds:DatabaseEngine=mysql"}},
		{"elb v2", "elasticloadbalancing", query("2015-12-01", "DeleteLoadBalancer&LoadBalancerArn=arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/a/1"), "elbv2 DeleteLoadBalancer",
			[]string{"elasticloadbalancing:DeleteLoadBalancer arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/a/1"}},
		{"elb v1", "elasticloadbalancing", query("2012-06-01", "DeleteLoadBalancer&LoadBalancerName=a"), "elb DeleteLoadBalancer", []string{"elasticloadbalancing:DeleteLoadBalancer arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/a"}},
		{"cloudwatch, CBOR", "monitoring", "POST /service/GraniteServiceVersion20100801/operation/DeleteAlarms\nSmithy-Protocol: rpc-v2-cbor\n\n\xa1jAlarmNames\x82a1a2", "cloudwatch DeleteAlarms",
			[]string{"cloudwatch:DeleteAlarms arn:aws:cloudwatch:eu-west-1:111122223333:alarm:1", "cloudwatch:DeleteAlarms arn:aws:cloudwatch:eu-west-1:111122223333:alarm:2"}},
		{"api gateway", "apigateway", "DELETE /restapis/a1/stages/prod", "apigateway DeleteStage", []string{"apigateway:DELETE arn:aws:apigateway:eu-west-1::/restapis/a1/stages/prod"}},
		{"api gateway v2", "apigateway", "GET /v2/apis/a1", "apigatewayv2 GetApi", []string{"apigateway:GET arn:aws:apigateway:eu-west-1::/apis/a1"}},
		{"cloudsearch, a query as a form", "cloudsearch", "POST /2013-01-01/search?format=sdk&pretty=true\nContent-Type: " + form + "\n\nq=x", "cloudsearchdomain Search", []string{"cloudsearch:Search *"}},
		{"opensearch", "es", "POST /2021-01-01/opensearch/domain\n\n{\"DomainName\":\"d\"}", "opensearch CreateDomain", []string{"es:CreateDomain arn:aws:es:eu-west-1:111122223333:domain/d"}},
		{"ses", "ses", "POST /v2/email/outbound-emails\n\n{}", "sesv2 SendEmail", []string{"ses:SendEmail arn:aws:ses:eu-west-1:111122223333:identity/*"}},
		{"tags", "tagging", jsonCall("ResourceGroupsTaggingAPI_20170126.GetResources", `{}`), "resourcegroupstaggingapi GetResources", []string{"tag:GetResources *"}},
		{"states", "states", jsonCall("AWSStepFunctions.StartExecution", `{"stateMachineArn":"arn:aws:states:eu-west-1:111122223333:stateMachine:m"}`), "stepfunctions StartExecution", []string{"states:StartExecution arn:aws:states:eu-west-1:111122223333:stateMachine:m"}},
		{"bedrock", "bedrock", "POST /model/anthropic.claude/converse\n\n{}", "bedrock-runtime Converse", []string{"bedrock:InvokeModel arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude"}},
		{"bedrock by a profile", "bedrock", "POST /model/eu.anthropic.claude/invoke\n\n{}", "bedrock-runtime InvokeModel", []string{"bedrock:InvokeModel arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.anthropic.claude"}},
		{"bedrock by ARN", "bedrock", "POST /model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A%3Afoundation-model%2Fm/invoke\n\n{}", "bedrock-runtime InvokeModel", []string{"bedrock:InvokeModel arn:aws:bedrock:eu-west-1::foundation-model/m"}},
		{"under another prefix", "mturk-requester", jsonCall("MTurkRequesterServiceV20170117.ListHITs", "{}"), "mturk ListHITs", []string{"mechanicalturk:ListHITs *"}},
		{"untag", "lambda", "DELETE /2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Af?tagKeys=a&tagKeys=b", "lambda UntagResource",
			[]string{"lambda:UntagResource arn:aws:lambda:eu-west-1:111122223333:function:f aws:TagKeys=a,b"}},
	})
}

// TestOwner wants a resource to be its owner's: by its ARN, or by who is expected to own the bucket.
func TestOwner(t *testing.T) {
	for name, c := range map[string]struct {
		scope, request string
		want           ident.AccountID
	}{
		"another's function": {"lambda", "GET /2015-03-31/functions/999988887777%3Afunction%3Af", "999988887777"},
		"own function":       {"lambda", "GET /2015-03-31/functions/f", ""},
		"another's bucket":   {"s3", "GET /b/k\nx-amz-expected-bucket-owner: 999988887777", "999988887777"},
		"own bucket":         {"s3", "GET /b/k\nx-amz-expected-bucket-owner: 111122223333", ""},
	} {
		t.Run(name, func(t *testing.T) {
			call, err := new(Finder).Find(sent(c.request), "", c.scope)
			if err != nil {
				t.Fatal(err)
			}
			declared, in, readOnly := NewDeriver().Declare(call)
			targets, err := declared.Targets(callOf(), in)
			if err != nil || targets[0].Account != c.want || !readOnly {
				t.Errorf("%+v, read only: %v, %v", targets, readOnly, err)
			}
		})
	}
}

// TestDeclared wants what a call comes to besides its targets: whether it changes anything, what it answers, and that a call
// that needs no permission is open.
func TestDeclared(t *testing.T) {
	for name, c := range map[string]struct {
		scope, request string
		readOnly, open bool
		code           fault.Code
		source         string
	}{
		"a read":                {"ec2", ec2("DescribeVpcs"), true, false, fault.NotOffered, "ec2.amazonaws.com"},
		"a write":               {"ec2", ec2("RunInstances"), false, false, fault.NotOffered, "ec2.amazonaws.com"},
		"a dry run":             {"ec2", ec2("RunInstances&DryRun=true"), false, false, fault.DryRun, "ec2.amazonaws.com"},
		"DryRun of another":     {"kms", jsonCall("TrentService.Decrypt", `{"DryRun":true}`), false, false, fault.NotOffered, "kms.amazonaws.com"},
		"by a bearer's token":   {"awsssoportal", "GET /assignment/accounts", false, true, fault.NotOffered, "sso.amazonaws.com"},
		"under another's names": {"application-autoscaling", jsonCall("AnyScaleFrontendService.DescribeScalingPolicies", "{}"), true, false, fault.NotOffered, "autoscaling.amazonaws.com"},
	} {
		t.Run(name, func(t *testing.T) {
			call, err := new(Finder).Find(sent(c.request), "", c.scope)
			if err != nil {
				t.Fatal(err)
			}
			declared, in, readOnly := NewDeriver().Declare(call)
			if readOnly != c.readOnly || declared.Open != c.open || call.Source() != c.source {
				t.Errorf("read only: %v, open: %v, source %s", readOnly, declared.Open, call.Source())
			}
			if _, err := declared.Run(callOf(), in); fault.CodeOf(err) != c.code {
				t.Errorf("%v", err)
			}
		})
	}
}
