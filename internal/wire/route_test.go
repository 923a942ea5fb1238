package wire

import (
	"net/http"
	"testing"

	"umbel/internal/fault"
	"umbel/internal/model"
)

// allServices loads every model.
func allServices(t *testing.T) []*model.Service {
	t.Helper()
	var all []*model.Service
	for _, id := range model.Services() {
		svc, err := model.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, svc)
	}
	return all
}

func TestRoute(t *testing.T) {
	const form = "application/x-www-form-urlencoded; charset=utf-8"
	tests := []struct {
		name                        string
		rpc                         bool // says that it is Smithy RPC
		method, path, query, ct     string
		target, body, scope         string
		service, operation, message string
	}{
		{name: "target", target: "AWSOrganizationsV20161128.MoveAccount", scope: "organizations", service: "organizations", operation: "MoveAccount"},
		{name: "target with dots", target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", scope: "cloudtrail", service: "cloudtrail", operation: "LookupEvents"},
		{name: "target without its package", target: "CloudTrail_20131101.LookupEvents", scope: "cloudtrail", service: "cloudtrail", operation: "LookupEvents"},
		{name: "target before scope", target: "AWSOrganizationsV20161128.MoveAccount", scope: "iam", service: "organizations", operation: "MoveAccount"},
		{name: "unknown operation", target: "AWSOrganizationsV20161128.Fly", scope: "organizations", service: "organizations"},
		{name: "unknown target", target: "Nobody_1.Fly", scope: "organizations"},
		{name: "target without dot", target: "Fly", scope: "organizations"},
		{name: "JSON without target", ct: "application/x-amz-json-1.1", scope: "organizations", service: "organizations"},
		{name: "form", ct: form, body: "Action=GetRole&Version=2010-05-08&RoleName=x", scope: "iam", service: "iam", operation: "GetRole"},
		{name: "form, unsigned", ct: form, body: "Version=2011-06-15&Action=AssumeRoleWithWebIdentity", service: "sts", operation: "AssumeRoleWithWebIdentity"},
		{name: "form, escaped", ct: form, body: "Act%69on=x&Action=Get%52ole&Version=2010%2D05-08", scope: "iam", service: "iam", operation: "GetRole"},
		{name: "form, badly escaped", ct: form, body: "Action=Get%5&Version=2010-05-08", scope: "iam", service: "iam", message: "Could not find operation Get%5 for version 2010-05-08"},
		{name: "query", method: "GET", query: "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Date=x", scope: "sts", service: "sts", operation: "GetCallerIdentity"},
		{name: "no version", ct: form, body: "Action=GetUser", scope: "iam", service: "iam", operation: "GetUser"},
		{name: "version before scope", ct: form, body: "Action=GetCallerIdentity&Version=2011-06-15", scope: "iam", service: "sts", operation: "GetCallerIdentity"},
		{name: "unknown action", ct: form, body: "Action=Fly&Version=2010-05-08", scope: "iam", service: "iam", message: "Could not find operation Fly for version 2010-05-08"},
		{name: "unknown version", ct: form, body: "Action=GetUser&Version=1999-01-01", scope: "iam", service: "iam", message: "Could not find operation GetUser for version 1999-01-01"},
		{name: "no action", ct: form, body: "Version=2010-05-08", scope: "iam", service: "iam"},
		{name: "JSON service by action", ct: form, body: "Action=MoveAccount", scope: "organizations", service: "organizations"},
		{name: "REST", path: "/getContactInformation", ct: "application/json", body: "{}", scope: "account", service: "account", operation: "GetContactInformation"},
		{name: "REST, encoded", path: "/get%43ontactInformation", ct: "application/json", scope: "account", service: "account", operation: "GetContactInformation"},
		{name: "REST, wrong method", method: "PATCH", path: "/getContactInformation", scope: "account", service: "account"},
		{name: "REST, unknown path", path: "/fly", scope: "account", service: "account"},
		{name: "REST, unsigned", path: "/getContactInformation"},
		{name: "Smithy RPC", rpc: true, path: "/service/GraniteServiceVersion20100801/operation/GetMetricData", scope: "monitoring", service: "cloudwatch", operation: "GetMetricData"},
		{name: "Smithy RPC, unknown operation", rpc: true, path: "/service/GraniteServiceVersion20100801/operation/Fly", scope: "monitoring", service: "cloudwatch"},
		{name: "Smithy RPC, unknown service", rpc: true, path: "/service/Nobody/operation/Fly", scope: "monitoring"},
		{name: "Smithy RPC, no operation", rpc: true, path: "/service/GraniteServiceVersion20100801", scope: "monitoring", service: "cloudwatch"},
		{name: "several protocols, target", target: "GraniteServiceVersion20100801.GetMetricData", scope: "monitoring", service: "cloudwatch", operation: "GetMetricData"},
		{name: "several protocols, form", ct: form, body: "Action=GetMetricData&Version=2010-08-01", scope: "monitoring", service: "cloudwatch", operation: "GetMetricData"},
		{name: "several protocols, no version", ct: form, body: "Action=GetMetricData", scope: "monitoring", service: "cloudwatch", operation: "GetMetricData"},
		{name: "nothing", method: "GET", path: "/"},
	}
	router := NewRouter(allServices(t))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := &Request{Method: "POST", Path: "/", RawQuery: tt.query, Header: http.Header{}, Body: []byte(tt.body)}
			if tt.method != "" {
				req.Method = tt.method
			}
			if tt.path != "" {
				req.Path = tt.path
			}
			if tt.ct != "" {
				req.Header.Set("Content-Type", tt.ct)
			}
			if tt.target != "" {
				req.Header.Set("X-Amz-Target", tt.target)
			}
			if tt.rpc {
				req.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
			}
			svc, op, err := router.Route(req, tt.scope)
			if svc == nil || svc.ID != tt.service {
				t.Fatalf("service %v", svc)
			}
			if tt.operation != "" {
				if err != nil || op == nil || op.Name != tt.operation || op.Service != svc {
					t.Errorf("operation %v: %v", op, err)
				}
				return
			}
			if op != nil || !fault.Is(err, fault.UnknownOperation) {
				t.Errorf("operation %v: %v", op, err)
			}
			if _, _, text := Describe(svc, nil, err); tt.message != "" && text != tt.message || text == "" {
				t.Errorf("message %q", text)
			}
		})
	}
}

func TestFallback(t *testing.T) {
	for header, want := range map[string]model.Protocol{"X-Amz-Target": model.JSON, "Content-Type": model.JSON, "Accept": model.Query} {
		req := &Request{Header: http.Header{header: {"application/x-amz-json-1.1"}}}
		if got := Fallback(req).Protocol; got != want {
			t.Errorf("%s: %s", header, got)
		}
	}
	if Fallback(nil).Protocol != model.Query {
		t.Error("no request at all")
	}
}
