package wire

import (
	"strings"

	"umbel/internal/fault"
	"umbel/internal/model"
)

// Router finds the operation that a request names. It never changes.
type Router struct {
	targets  map[string]*model.Service // by the prefix of X-Amz-Target
	versions map[string]*model.Service // query services, by API version
	rpc      map[string]*model.Service // by the name of Smithy RPC paths
	scopes   map[string]*model.Service // by signing name
	rest     map[string]*Routes        // of REST services, by service ID
	services []*model.Service
}

// NewRouter makes a router over the services. Of two query services with one API version, or two services with one
// signing name, the first is taken.
func NewRouter(services []*model.Service) *Router {
	r := &Router{
		targets: map[string]*model.Service{}, versions: map[string]*model.Service{}, rpc: map[string]*model.Service{},
		scopes: map[string]*model.Service{}, rest: map[string]*Routes{}, services: services,
	}
	for _, s := range services {
		claim(r.scopes, s.SigningName, s)
		for _, v := range s.Voices() {
			r.claimVoice(v)
		}
	}
	return r
}

// claimVoice takes in what names a service in one of its protocols.
func (r *Router) claimVoice(s *model.Service) {
	switch s.Protocol {
	case model.JSON:
		claim(r.targets, s.TargetPrefix, s)
		// Some SDKs, Go's among them, send CloudTrail's prefix without its package, and AWS takes both.
		claim(r.targets, s.TargetPrefix[strings.LastIndexByte(s.TargetPrefix, '.')+1:], s)
	case model.Query, model.EC2:
		claim(r.versions, s.APIVersion, s)
	case model.RESTJSON, model.RESTXML:
		r.rest[s.ID] = NewRoutes(s)
	case model.RPCv2CBOR:
		claim(r.rpc, s.TargetPrefix, s)
	}
}

func claim(m map[string]*model.Service, key string, s *model.Service) {
	if m[key] == nil {
		m[key] = s
	}
}

// Route finds the operation. scopeService is the service of the credential scope, empty for an unsigned request. The
// order is: X-Amz-Target, which is unique; the path of Smithy RPC, which is too; Action with Version, which is unique; the credential scope, for REST; the
// unsigned operations of REST services. An operation that does not exist is fault.UnknownOperation; the service is set
// even then, if only to a stand-in that speaks the dialect the request looks like.
func (r *Router) Route(req *Request, scopeService string) (*model.Service, *model.Operation, error) {
	if target := req.Header.Get("X-Amz-Target"); target != "" {
		return r.target(req, target)
	}
	if service, name, ok := rpcPath(req); ok {
		return r.named(req, r.rpc[service], name)
	}
	if name, version := action(req.RawQuery); name != "" {
		return r.action(req, name, version, scopeService)
	}
	svc := r.scopes[scopeService]
	if isForm(req, svc) {
		if name, version := action(string(req.Body)); name != "" {
			return r.action(req, name, version, scopeService)
		}
	}
	if svc == nil {
		return r.unsigned(req)
	}
	if routes, ok := r.rest[svc.ID]; ok {
		op, err := routes.Find(req)
		return svc, op, err
	}
	return svc, nil, fault.New(fault.UnknownOperation, "The request does not name an operation of %s.", svc.FullName)
}

// isForm tells whether the body may be a form.
func isForm(req *Request, svc *model.Service) bool {
	if ct := req.Header.Get("Content-Type"); ct != "" {
		return strings.HasPrefix(ct, "application/x-www-form-urlencoded")
	}
	return svc == nil || svc.Speaking(model.Query) != nil || svc.Protocol == model.EC2
}

// target routes by X-Amz-Target: prefix, dot, name.
func (r *Router) target(req *Request, target string) (*model.Service, *model.Operation, error) {
	dot := strings.LastIndexByte(target, '.')
	if dot < 0 {
		return Fallback(req), nil, fault.New(fault.UnknownOperation, "")
	}
	return r.named(req, r.targets[target[:dot]], target[dot+1:])
}

// named finds an operation by its name, of a service that may be nil.
func (r *Router) named(req *Request, svc *model.Service, name string) (*model.Service, *model.Operation, error) {
	if svc == nil {
		return Fallback(req), nil, fault.New(fault.UnknownOperation, "")
	}
	op := svc.Operations[name]
	if op == nil {
		return svc, nil, fault.New(fault.UnknownOperation, "")
	}
	return svc, op, nil
}

// action routes by Action and Version. Without a version the credential scope tells the service.
func (r *Router) action(req *Request, name, version, scopeService string) (*model.Service, *model.Operation, error) {
	svc := r.scopes[scopeService]
	if svc == nil || svc.APIVersion != version {
		if s := r.versions[version]; s != nil {
			svc = s
		}
	}
	if svc == nil {
		return Fallback(req), nil, fault.New(fault.UnknownOperation, "Could not find operation %s for version %s", name, version)
	}
	if q := svc.Speaking(model.Query); q != nil {
		svc = q
	}
	op := svc.Operations[name]
	if op == nil || version != "" && version != svc.APIVersion || svc.Protocol != model.Query {
		return svc, nil, fault.New(fault.UnknownOperation, "Could not find operation %s for version %s", name, version)
	}
	return svc, op, nil
}

// unsigned looks for a REST operation that needs no signature.
func (r *Router) unsigned(req *Request) (*model.Service, *model.Operation, error) {
	for _, s := range r.services {
		if routes, ok := r.rest[s.ID]; ok {
			if op, err := routes.Find(req); err == nil && op.Unsigned {
				return s, op, nil
			}
		}
	}
	return Fallback(req), nil, fault.New(fault.UnknownOperation, "")
}
