// Package unserved owns the calls to services and operations that Umbel knows and does not serve. It finds what operation a
// request names, from the outlines of package catalog, and derives what the call is authorized on: the IAM actions, from its
// own data where they have other names than the operation; the resources and condition keys, from the action table and the
// members of the request. It never authenticates and never decides: what it derives is declared as an operation like any
// other, whose answer, if the call is allowed, says that Umbel does not serve it.
package unserved

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"umbel/internal/catalog"
	"umbel/internal/fault"
	"umbel/internal/model"
	"umbel/internal/wire"
)

// Finder finds the operations that requests name. It is safe for concurrent use.
type Finder struct {
	// Host is the name that clients reach the server by, if there is one: S3 buckets may be labels before it.
	Host   string
	routes sync.Map // signing name → *wire.Routes
}

// Call is a call of an operation that is not served.
type Call struct {
	Service   *model.Service // in the dialect of the request
	Operation *model.Operation
	Region    string // of a service with one endpoint for all Regions; else empty
	request   *wire.Request
	members   parameters // once it is declared
}

// Find finds the operation of a request that is signed for a service. host is the request's own. The errors are
// fault.UnknownOperation; a Call without Operation still tells, by its Service, in which dialect to answer.
func (f *Finder) Find(req *wire.Request, host, signedFor string) (*Call, error) {
	services := catalog.Open().SignedAs(signedFor)
	if len(services) == 0 {
		return &Call{Service: wire.Fallback(req)}, fault.New(fault.UnknownOperation, "No service is known that signs its requests for '%s'.", signedFor)
	}
	if target := req.Header.Get("X-Amz-Target"); target != "" {
		return named(services, model.JSON, req, target[strings.LastIndexByte(target, '.')+1:], "")
	}
	if name, ok := rpcOperation(req); ok {
		return named(services, model.RPCv2CBOR, req, name, "")
	}
	if name, version := formAction(services, req); name != "" {
		protocol := model.Query
		if services[0].Protocol == model.EC2 {
			protocol = model.EC2
		}
		return named(services, protocol, req, name, version)
	}
	return f.routed(services, req, host, signedFor)
}

// named finds an operation by its name. Of several services that have it, the one of the API version is meant.
func named(services []*catalog.Service, protocol model.Protocol, req *wire.Request, name, version string) (*Call, error) {
	found := services[0]
	var op *model.Operation
	for _, s := range services {
		o := s.Operations[name]
		if o != nil && (op == nil || s.APIVersion == version || strings.HasPrefix(req.Header.Get("X-Amz-Target"), s.TargetPrefix+".")) {
			found, op = s, o
		}
	}
	c := &Call{Service: speaking(found, protocol), Operation: op, Region: found.Region, request: req}
	if op != nil {
		return c, nil
	}
	switch protocol {
	case model.EC2:
		return c, fault.New(fault.UnknownOperation, "The action %s is not valid for this web service.", name)
	case model.Query:
		return c, fault.New(fault.UnknownOperation, "Could not find operation %s for version %s", name, version)
	}
	return c, fault.New(fault.UnknownOperation, "")
}

// speaking gives the service as one that answers in a protocol: some have several.
func speaking(s *catalog.Service, protocol model.Protocol) *model.Service {
	if s.Protocol == protocol {
		return s.Service
	}
	other := *s.Service
	other.Protocol = protocol
	return &other
}

// routed finds an operation by method and path.
func (f *Finder) routed(services []*catalog.Service, req *wire.Request, host, signedFor string) (*Call, error) {
	if signedFor == "s3" {
		req = f.bucketInPath(req, host)
	}
	routes, ok := f.routes.Load(signedFor)
	if !ok {
		var routable []*model.Service
		for _, s := range services {
			if s.Protocol == model.RESTJSON || s.Protocol == model.RESTXML {
				routable = append(routable, s.Service)
			}
		}
		routes, _ = f.routes.LoadOrStore(signedFor, wire.NewRoutes(routable...))
	}
	op, err := routes.(*wire.Routes).Find(req)
	if err != nil && req.Method == http.MethodPost && strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		// Clients of CloudSearch send long queries as a form.
		get := *req
		get.Method, get.RawQuery = http.MethodGet, strings.Trim(req.RawQuery+"&"+string(req.Body), "&")
		op, err = routes.(*wire.Routes).Find(&get)
	}
	if err != nil {
		return &Call{Service: owner(services).Service, request: req}, err
	}
	c := &Call{Service: op.Service, Operation: op, request: req}
	c.Region = catalog.Open().Service(op.Service.ID).Region
	return c, nil
}

// owner is the service that answers a request that names no operation: the one that is signed by its own name.
func owner(services []*catalog.Service) *catalog.Service {
	for _, s := range services {
		if s.ID == s.SigningName {
			return s
		}
	}
	return services[0]
}

// rpcOperation reads the path of Smithy RPC v2: /service/NAME/operation/NAME.
func rpcOperation(req *wire.Request) (name string, ok bool) {
	rest, ok := strings.CutPrefix(req.Path, "/service/")
	if !ok || req.Header.Get("Smithy-Protocol") == "" {
		return "", false
	}
	_, name, ok = strings.Cut(rest, "/operation/")
	return name, ok
}

// formAction gives Action and Version of a query or form. REST services have parameters of their own by that name.
func formAction(services []*catalog.Service, req *wire.Request) (name, version string) {
	for _, s := range services {
		if s.Protocol == model.RESTJSON || s.Protocol == model.RESTXML {
			continue
		}
		text := req.RawQuery
		if strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			text += "&" + string(req.Body)
		}
		values, err := url.ParseQuery(text)
		if err == nil && values.Get("Action") != "" {
			return values.Get("Action"), values.Get("Version")
		}
	}
	return "", ""
}

// bucketInPath gives a request to S3 as if its bucket stood in the path: virtual-hosted requests have it in the host name
// (S3 User Guide, "Virtual hosting of general purpose buckets").
func (f *Finder) bucketInPath(req *wire.Request, host string) *wire.Request {
	path := *req
	control := strings.HasPrefix(req.Path, "/v20180820/") && req.Header.Get("X-Amz-Account-Id") != ""
	if bucket := f.bucketOf(host); bucket != "" && !control {
		path.Path = "/" + bucket + req.Path
	}
	if strings.Count(path.Path, "/") == 2 {
		path.Path = strings.TrimSuffix(path.Path, "/") // the bucket itself, not a key without a name
	}
	return &path
}

// bucketOf gives the bucket that a host name begins with, or "".
func (f *Finder) bucketOf(host string) string {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.ToLower(name)
	if at := strings.LastIndex(name, ".s3"); at > 0 && strings.HasSuffix(name, ".amazonaws.com") {
		return name[:at]
	}
	for _, server := range []string{f.Host, "localhost"} {
		if bucket, ok := strings.CutSuffix(name, "."+strings.ToLower(server)); ok && server != "" {
			if bucket == "s3" {
				return ""
			}
			return strings.TrimSuffix(bucket, ".s3")
		}
	}
	return ""
}
