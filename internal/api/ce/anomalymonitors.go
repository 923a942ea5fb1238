package ce

import (
	"slices"
	"time"

	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	"umbel/internal/ident"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

// mostMonitors is how many monitors that are not of one whole dimension an account has (Cost Management User Guide, "Quotas and
// restrictions", Cost Anomaly Detection).
const mostMonitors = 500

// day writes a date as Cost Explorer does in anomalies.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func createAnomalyMonitor() *op.Operation {
	return controlling("CreateAnomalyMonitor", op.Write,
		func(_ *op.Call, in *model.CreateAnomalyMonitorInput) []op.Target { return creating(in.ResourceTags) },
		func(c *op.Call, in *model.CreateAnomalyMonitorInput) (*model.CreateAnomalyMonitorOutput, error) {
			m, s := in.AnomalyMonitor, c.Cost()
			row := &cost.AnomalyMonitor{
				Name: *m.MonitorName, Type: *m.MonitorType, Dimension: op.Value(m.MonitorDimension), Specification: expression(m.MonitorSpecification),
				Created: c.Now, Updated: c.Now,
			}
			if row.Name == "" {
				return nil, fault.New(fault.ValidationFailed, "MonitorName must not be empty")
			}
			if err := row.CheckSpecification(); err != nil {
				return nil, err
			}
			if err := room(s, row); err != nil {
				return nil, err
			}
			var err error
			if row.Tags, err = tagged(nil, in.ResourceTags, ""); err != nil {
				return nil, err
			}
			if row.ID, err = newID(c.Rand); err != nil {
				return nil, err
			}
			s.AnomalyMonitors.Put(row)
			return &model.CreateAnomalyMonitorOutput{MonitorArn: new(arn(c.Caller.Account, monitorKind, row.ID))}, nil
		})
}

// room tells whether an account may have a monitor more.
func room(s *cost.State, row *cost.AnomalyMonitor) error {
	n := 0
	for _, other := range s.AnomalyMonitors.All() {
		whole := row.Dimension == "SERVICE" || row.Dimension == "LINKED_ACCOUNT"
		if whole && other.Dimension == row.Dimension {
			return fault.New(fault.ValidationFailed, "Limit exceeded on dimensional spend monitor creation")
		}
		if other.Dimension != "SERVICE" && other.Dimension != "LINKED_ACCOUNT" {
			n++
		}
	}
	if n >= mostMonitors {
		return fault.New(fault.ValidationFailed, "Limit exceeded on custom spend monitor creation")
	}
	return nil
}

// monitor finds a monitor of the caller's account.
func monitor(c *op.Call, arn string) (*cost.AnomalyMonitor, error) {
	row, ok := c.Cost().AnomalyMonitors.Get(idOf(c, monitorKind, arn))
	if !ok {
		return nil, fault.New(fault.UnknownMonitor, "The cost anomaly monitor does not exist for the account: %s", arn)
	}
	return row, nil
}

func updateAnomalyMonitor() *op.Operation {
	return controlling("UpdateAnomalyMonitor", op.Write,
		func(c *op.Call, in *model.UpdateAnomalyMonitorInput) []op.Target {
			return []op.Target{on(c, *in.MonitorArn)}
		},
		func(c *op.Call, in *model.UpdateAnomalyMonitorInput) (*model.UpdateAnomalyMonitorOutput, error) {
			row, err := monitor(c, *in.MonitorArn)
			if err != nil {
				return nil, err
			}
			if in.MonitorName != nil {
				if *in.MonitorName == "" {
					return nil, fault.New(fault.ValidationFailed, "MonitorName must not be empty")
				}
				next := *row
				next.Name, next.Updated = *in.MonitorName, c.Now
				c.Cost().AnomalyMonitors.Put(&next)
			}
			return &model.UpdateAnomalyMonitorOutput{MonitorArn: in.MonitorArn}, nil
		})
}

func deleteAnomalyMonitor() *op.Operation {
	return controlling("DeleteAnomalyMonitor", op.Write,
		func(c *op.Call, in *model.DeleteAnomalyMonitorInput) []op.Target {
			return []op.Target{on(c, *in.MonitorArn)}
		},
		func(c *op.Call, in *model.DeleteAnomalyMonitorInput) (*model.DeleteAnomalyMonitorOutput, error) {
			row, err := monitor(c, *in.MonitorArn)
			if err != nil {
				return nil, err
			}
			c.Cost().DeleteMonitor(row.ID)
			return &model.DeleteAnomalyMonitorOutput{}, nil
		})
}

// named are the targets of lists: the resources named, or all of their kind.
func named(c *op.Call, kind string, arns []string) []op.Target {
	if len(arns) == 0 {
		return []op.Target{{Resource: arn(c.Caller.Account, kind, "*")}}
	}
	out := make([]op.Target, len(arns))
	for i, a := range arns {
		out[i] = on(c, a)
	}
	return out
}

func getAnomalyMonitors() *op.Operation {
	return controlling("GetAnomalyMonitors", op.Read,
		func(c *op.Call, in *model.GetAnomalyMonitorsInput) []op.Target {
			return named(c, monitorKind, in.MonitorArnList)
		},
		func(c *op.Call, in *model.GetAnomalyMonitorsInput) (*model.GetAnomalyMonitorsOutput, error) {
			for _, a := range in.MonitorArnList {
				if _, err := monitor(c, a); err != nil {
					return nil, err
				}
			}
			limit, err := pageSize(in.MaxResults, 100, 100)
			if err != nil {
				return nil, err
			}
			rows, next, err := op.Page(c, "ce/monitors/"+string(c.Caller.Account), op.Value(in.NextPageToken), limit, c.Cost().AnomalyMonitors.After,
				func(row *cost.AnomalyMonitor) bool {
					return len(in.MonitorArnList) == 0 || slices.Contains(in.MonitorArnList, arn(c.Caller.Account, monitorKind, row.ID))
				})
			if err != nil {
				return nil, err
			}
			out := &model.GetAnomalyMonitorsOutput{AnomalyMonitors: []model.AnomalyMonitor{}, NextPageToken: op.Optional(next)}
			for _, row := range rows {
				out.AnomalyMonitors = append(out.AnomalyMonitors, shownMonitor(c.Caller.Account, row))
			}
			return out, nil
		})
}

func shownMonitor(account ident.AccountID, row *cost.AnomalyMonitor) model.AnomalyMonitor {
	out := model.AnomalyMonitor{
		MonitorArn: new(arn(account, monitorKind, row.ID)), MonitorName: &row.Name, MonitorType: &row.Type, MonitorDimension: op.Optional(row.Dimension),
		MonitorSpecification: shownExpression(row.Specification), CreationDate: new(day(row.Created)), LastUpdatedDate: new(day(row.Updated)),
		DimensionalValueCount: new(int32(row.Values)),
	}
	if !row.Evaluated.IsZero() {
		out.LastEvaluatedDate = new(day(row.Evaluated))
	}
	return out
}
