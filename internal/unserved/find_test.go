package unserved

import (
	"net/url"
	"strings"
	"testing"

	"umbel/internal/catalog"
	"umbel/internal/fault"
	"umbel/internal/model"
	"umbel/internal/wire"
)

// TestEveryRoute sends a request to every route of every REST service, and wants the operation that the route is of. Where two
// operations share a route, the models do not tell them apart, and either will do.
func TestEveryRoute(t *testing.T) {
	f := new(Finder)
	routed := 0
	for _, s := range catalog.Open().All() {
		for _, o := range s.Operations {
			if o.URI == "" {
				continue
			}
			c, err := f.Find(example(o), "127.0.0.1", s.SigningName)
			if err != nil {
				t.Errorf("%s.%s (%s %s): %v", s.ID, o.Name, o.Method, o.URI, err)
				continue
			}
			routed++
			if got := c.Operation; got != o && !alike(got, o) {
				t.Errorf("%s.%s (%s %s) is taken for %s.%s (%s)", s.ID, o.Name, o.Method, o.URI, got.Service.ID, got.Name, got.URI)
			}
		}
	}
	if routed < 9000 {
		t.Errorf("only %d routes", routed)
	}
}

// example makes a request to an operation's route.
func example(o *model.Operation) *wire.Request {
	r := sent("GET /")
	r.Method = o.Method
	path, query, _ := strings.Cut(o.URI, "?")
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if strings.HasPrefix(part, "{") {
			part = "x-" + strings.Trim(part, "{}+")
		}
		r.Path += part + "/"
	}
	r.Path = "/" + strings.Trim(r.Path, "/")
	if strings.HasSuffix(path, "/") && path != "/" {
		r.Path += "/"
	}
	for _, m := range o.Input.Members {
		if m.Location == "header" {
			r.Header.Set(m.LocationName, "x")
		} else {
			query += "&" + url.QueryEscape(m.LocationName) + "=x"
		}
	}
	r.RawQuery = strings.Trim(query, "&")
	return r
}

// alike tells that two routes take the same requests.
func alike(a, b *model.Operation) bool {
	return a.Method == b.Method && shape(a) == shape(b)
}

func shape(o *model.Operation) string {
	var b strings.Builder
	path, _, _ := strings.Cut(o.URI, "?")
	for _, part := range strings.Split(path, "/") {
		if strings.HasPrefix(part, "{") {
			part = "{}"
		}
		b.WriteString("/" + part)
	}
	return b.String()
}

func TestFindNothing(t *testing.T) {
	for name, c := range map[string]struct {
		scope, request string
		protocol       model.Protocol
	}{
		"no such service":         {"nobody", "GET /", model.Query},
		"no such service, JSON":   {"nobody", jsonCall("X.Y", "{}"), model.JSON},
		"no such target":          {"dynamodb", jsonCall("DynamoDB_20120810.Fly", "{}"), model.JSON},
		"no such action":          {"sns", query("2010-03-31", "Fly"), model.Query},
		"no such action of EC2":   {"ec2", ec2("Fly"), model.EC2},
		"no such path":            {"lambda", "GET /fly", model.RESTJSON},
		"no such path of S3":      {"s3", "PATCH /b/k", model.RESTXML},
		"no such CBOR operation":  {"monitoring", "POST /service/X/operation/Fly\nSmithy-Protocol: rpc-v2-cbor", model.RPCv2CBOR},
		"no operation at all":     {"ec2", "GET /", model.EC2},
		"a malformed query":       {"s3", "GET /b?%zz", model.RESTXML},
		"an action of a REST API": {"lambda", "GET /?Action=Invoke", model.RESTJSON},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := new(Finder).Find(sent(c.request), "127.0.0.1", c.scope)
			if err == nil || got.Operation != nil || got.Service.Protocol != c.protocol {
				t.Errorf("%v, %v", got, err)
			}
			if code := fault.CodeOf(err); code != fault.UnknownOperation && code != fault.MalformedRequest {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestBucketInHost(t *testing.T) {
	f := &Finder{Host: "umbel.example.com"}
	for host, want := range map[string]string{
		"127.0.0.1:4566": "/k", "localhost:4566": "/k", "umbel.example.com": "/k", "s3.umbel.example.com": "/k",
		"b.localhost:4566": "/b/k", "b.umbel.example.com": "/b/k", "my.b.s3.umbel.example.com:443": "/my.b/k",
		"b.s3.eu-west-1.amazonaws.com": "/b/k", "b.s3.amazonaws.com": "/b/k", "s3.eu-west-1.amazonaws.com": "/k", "": "/k",
	} {
		if got := f.bucketInPath(sent("GET /k"), host).Path; got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
	c, err := f.Find(sent("GET /"), "b.localhost", "s3")
	if err != nil || c.Operation.Name != "ListObjects" {
		t.Errorf("the root of a bucket: %v, %v", c, err)
	}
}

func TestGlobalRegion(t *testing.T) {
	c, err := new(Finder).Find(sent("GET /2013-04-01/hostedzone"), "127.0.0.1", "route53")
	if err != nil || c.Region != "us-east-1" || c.Operation.Name != "ListHostedZones" || c.Source() != "route53.amazonaws.com" {
		t.Errorf("%+v, %v", c, err)
	}
}
