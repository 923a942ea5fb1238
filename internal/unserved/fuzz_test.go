package unserved

import (
	"net/url"
	"testing"

	"umbel/internal/wire"
)

// FuzzDerive derives what any request might be authorized on: it must not panic, name no more than there may be, and never
// name nothing.
func FuzzDerive(f *testing.F) {
	f.Add("ec2", "POST", "/", "", "", form, []byte("Action=RunInstances&Version=2016-11-15&TagSpecification.1.Tag.1.Key=a&InstanceId.1=i-1"))
	f.Add("ec2", "POST", "/", "", "", form, []byte("Action=CreateTags&ResourceId.1.x=y"))
	f.Add("s3", "PUT", "/b/k", "versionId=1", "", "", []byte("<Delete><Object><Key>a</Key></Object></Delete>"))
	f.Add("s3", "POST", "/b", "delete", "", "", []byte("<Delete><Object><Key>a</Key></Object></Delete>"))
	f.Add("dynamodb", "POST", "/", "", "DynamoDB_20120810.TransactWriteItems", "application/x-amz-json-1.0", []byte(`{"TransactItems":[{"Put":{"TableName":"A"}}]}`))
	f.Add("dynamodb", "POST", "/", "", "DynamoDB_20120810.ExecuteStatement", "application/x-amz-json-1.0", []byte(`{"Statement":"SELECT * FROM"}`))
	f.Add("monitoring", "POST", "/service/X/operation/DeleteAlarms", "", "", "application/cbor", []byte("\xbfjAlarmNames\x9fa1a2\xff\xff"))
	f.Add("lambda", "POST", "/2015-03-31/functions/f%3A1/invocations", "Qualifier=x", "", "", []byte(`{}`))
	f.Add("sqs", "POST", "/", "", "AmazonSQS.SendMessage", "", []byte(`{"QueueUrl":"/"}`))
	finder, deriver := &Finder{Host: "umbel.example.com"}, NewDeriver()
	f.Fuzz(func(t *testing.T, scope, method, path, query, target, contentType string, body []byte) {
		if _, err := url.ParseRequestURI(path); err != nil {
			return
		}
		r := sent(method + " /")
		r.Path, r.RawQuery, r.Body = path, query, body
		r.Header.Set("X-Amz-Target", target)
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		r.Header.Set("X-Amz-Copy-Source", query)
		fuzzCall(t, finder, deriver, r, scope)
	})
}

func fuzzCall(t *testing.T, finder *Finder, deriver *Deriver, r *wire.Request, scope string) {
	c, err := finder.Find(r, "b.umbel.example.com", scope)
	if c == nil || c.Service == nil || (err == nil) != (c.Operation != nil) {
		t.Fatalf("%+v, %v", c, err)
	}
	if err != nil {
		return
	}
	declared, in, _ := deriver.Declare(c)
	c.Shown()
	if declared.Open {
		return
	}
	targets, err := declared.Targets(callOf(), in)
	if err != nil || len(targets) == 0 || len(targets) > 50*maxTargets {
		t.Fatalf("%d targets, %v", len(targets), err)
	}
	for _, target := range targets {
		if target.Action == "" || target.Resource == "" {
			t.Fatalf("%+v", target)
		}
	}
}
