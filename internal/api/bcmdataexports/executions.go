package bcmdataexports

import (
	"iter"
	"umbel/internal/domain/cost"
	"umbel/internal/exports"
	model "umbel/internal/model/bcmdataexports"
	"umbel/internal/op"
)

func getExecution() *op.Operation {
	return op.Define(op.Decl[model.GetExecutionInput, model.GetExecutionOutput]{
		Service: service, Name: "GetExecution", Access: op.Read, Scope: exports.ReadScope[model.GetExecutionInput],
		Targets: func(c *op.Call, in *model.GetExecutionInput) ([]op.Target, error) {
			return target(c, in.ExportArn), nil
		},
		Run: func(c *op.Call, in *model.GetExecutionInput) (*model.GetExecutionOutput, error) {
			e, err := found(c, in.ExportArn)
			if err != nil {
				return nil, err
			}
			x, ok := c.Cost().Execution(e.Key, *in.ExecutionId)
			if !ok {
				return nil, missing(*in.ExecutionId, "execution")
			}
			return &model.GetExecutionOutput{ExecutionId: new(x.ID), Export: shown(c, &x.Definition), ExecutionStatus: status(x)}, nil
		},
	})
}

func listExecutions() *op.Operation {
	return op.Define(op.Decl[model.ListExecutionsInput, model.ListExecutionsOutput]{
		Service: service, Name: "ListExecutions", Access: op.Read, Scope: exports.ReadScope[model.ListExecutionsInput],
		Targets: func(c *op.Call, in *model.ListExecutionsInput) ([]op.Target, error) {
			return target(c, in.ExportArn), nil
		},
		Run: func(c *op.Call, in *model.ListExecutionsInput) (*model.ListExecutionsOutput, error) {
			e, err := found(c, in.ExportArn)
			if err != nil {
				return nil, err
			}
			// The latest come first, so a page begins with what is older than the last one of the page before.
			older := func(than string) iter.Seq2[string, *cost.Execution] {
				return func(yield func(string, *cost.Execution) bool) {
					for _, x := range c.Cost().Executions(e.Key) {
						if (than == "" || x.ID < than) && !yield(x.ID, x) {
							return
						}
					}
				}
			}
			rows, next, err := op.Page(c, service+"/"+string(c.Caller.Account)+"/executions/"+e.Key, op.Value(in.NextToken), limit(in.MaxResults), older, nil)
			if err != nil {
				return nil, err
			}
			out := &model.ListExecutionsOutput{Executions: []model.ExecutionReference{}, NextToken: op.Optional(next)}
			for _, x := range rows {
				out.Executions = append(out.Executions, model.ExecutionReference{ExecutionId: new(x.ID), ExecutionStatus: status(x)})
			}
			return out, nil
		},
	})
}

func status(x *cost.Execution) *model.ExecutionStatus {
	return &model.ExecutionStatus{
		StatusCode: new(x.Status), StatusReason: op.Optional(x.Reason), CreatedAt: new(x.Created), LastUpdatedAt: new(x.Updated), CompletedAt: instant(x.Completed),
	}
}
