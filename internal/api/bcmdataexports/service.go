// Package bcmdataexports owns the operations of AWS Billing and Cost Management Data Exports: exports, their runs, and the tables they
// are made of. What a query may say and how files are written is package exports' to say; this package puts it into the service's
// words.
package bcmdataexports

import (
	"strings"

	"umbel/internal/domain/cost"
	"umbel/internal/exports"
	"umbel/internal/fault"
	"umbel/internal/op"
)

const service = "bcm-data-exports"

// Service declares Data Exports. The exporter writes the files; nil where the operations are only listed.
func Service(exporter *exports.Exporter) op.Service {
	return op.Service{
		ID: service,
		Operations: []*op.Operation{
			createExport(), updateExport(), deleteExport(), getExport(), listExports(), getExecution(), listExecutions(),
			getTable(), listTables(), tagResource(), untagResource(), listTagsForResource(),
		},
		Jobs: []*op.Job{exporter.Job()},
	}
}

// arn names something of the caller's account.
func arn(c *op.Call, rest string) string {
	return "arn:aws:" + service + ":us-east-1:" + string(c.Caller.Account) + ":" + rest
}

// target is the export that a call is about, with its tags if it is there.
func target(c *op.Call, exportArn *string, keys ...op.Key) []op.Target {
	t := op.Target{Resource: op.Value(exportArn), Keys: keys}
	if e, err := found(c, exportArn); err == nil {
		t.Tags = e.Tags
	}
	return []op.Target{t}
}

// found gives the caller's export by its ARN. Errors: NotFound.
func found(c *op.Call, exportArn *string) (*cost.Export, error) {
	key, ok := strings.CutPrefix(op.Value(exportArn), arn(c, ""))
	if ok && strings.HasPrefix(key, cost.DataExport) {
		if e, there := c.Cost().Export(key); there {
			return e, nil
		}
	}
	return nil, missing(op.Value(exportArn), "export")
}

func missing(id, kind string) error {
	e := fault.New(fault.NotFound, "The %s %s does not exist.", kind, id)
	e.Fields = map[string]any{"ResourceId": id, "ResourceType": kind}
	return e
}

// invalid is the error for an input that the model does not bound: which field, and why.
func invalid(field, message string) error {
	e := fault.New(fault.ValidationFailed, "%s", message)
	e.Fields = map[string]any{"Fields": []map[string]string{{"Name": field, "Message": message}}}
	return e
}
