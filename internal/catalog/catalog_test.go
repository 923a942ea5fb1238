package catalog

import (
	"bytes"
	"compress/gzip"
	"slices"
	"testing"

	"umbel/internal/model"
)

func TestCatalog(t *testing.T) {
	c := Open()
	all := c.All()
	operations := 0
	for _, s := range all {
		operations += len(s.Operations)
		if s.SigningName == "" || s.FullName == "" || s.Protocol == "" || len(s.Operations) == 0 {
			t.Errorf("%s: %+v", s.ID, s.Service)
		}
		if c.Service(s.ID) != s || !slices.Contains(c.SignedAs(s.SigningName), s) {
			t.Errorf("%s is not found by its ID and signing name", s.ID)
		}
	}
	if len(all) < 420 || operations < 18_000 {
		t.Errorf("%d services, %d operations", len(all), operations)
	}
	if c.Service("nobody") != nil || len(c.SignedAs("nobody")) != 0 {
		t.Error("found what is not there")
	}
}

func TestFacts(t *testing.T) {
	c := Open()
	for id, want := range map[string]model.Service{
		"ec2":        {SigningName: "ec2", Protocol: model.EC2, APIVersion: "2016-11-15"},
		"dynamodb":   {SigningName: "dynamodb", Protocol: model.JSON, TargetPrefix: "DynamoDB_20120810", APIVersion: "2012-08-10"},
		"cloudwatch": {SigningName: "monitoring", Protocol: model.RPCv2CBOR, APIVersion: "2010-08-01", TargetPrefix: "GraniteServiceVersion20100801", QueryCompatible: true},
		"opensearch": {SigningName: "es", Protocol: model.RESTJSON, APIVersion: "2021-01-01"},
	} {
		s := c.Service(id)
		if s.SigningName != want.SigningName || s.Protocol != want.Protocol || s.APIVersion != want.APIVersion || s.TargetPrefix != want.TargetPrefix || s.QueryCompatible != want.QueryCompatible {
			t.Errorf("%s: %+v", id, s.Service)
		}
	}
	if ids := len(c.SignedAs("es")); ids != 2 {
		t.Errorf("%d services are signed as es", ids)
	}
	for id, region := range map[string]string{"route53": "us-east-1", "networkmanager": "us-west-2", "ec2": ""} {
		if got := c.Service(id).Region; got != region {
			t.Errorf("%s: %q", id, got)
		}
	}
	o := c.Service("s3").Operations["CopyObject"]
	if o.Method != "PUT" || o.URI != "/{Bucket}/{Key+}" || len(o.Input.Members) != 1 || o.Input.Members[0].Location != "header" || o.Input.Members[0].LocationName != "x-amz-copy-source" {
		t.Errorf("%+v", o)
	}
	// Of two operations with one route the one that is not deprecated counts.
	if c.Service("s3").Operations["GetBucketLifecycle"] != nil || c.Service("s3").Operations["GetBucketLifecycleConfiguration"] == nil {
		t.Error("a deprecated operation stands in the way of its successor")
	}
}

func TestReadRefuses(t *testing.T) {
	pack := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, raw := range map[string][]byte{"not compressed": []byte("text"), "cut": pack("=a\tb")[:20], "too few fields": pack("=a\tb\nOp\n")} {
		if _, err := read(raw); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}
