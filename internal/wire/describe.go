package wire

import "umbel/internal/model"

// Describe gives the code, status and message that EncodeError would write, for logs, metrics and the audit trail.
func Describe(svc *model.Service, op *model.Operation, err error) (code string, status int, message string) {
	if svc == nil {
		svc = nobody(model.Query)
	}
	p := protocolOf(svc)
	if p == nil {
		p = awsQuery{}
	}
	f := failureOf(svc, op, p.common(), err)
	return f.code, f.status, f.message
}
