package ce

import (
	"slices"
	"strconv"
	"strings"

	"umbel/internal/domain/cost"
	"umbel/internal/fault"
	model "umbel/internal/model/ce"
	"umbel/internal/op"
)

func createAnomalySubscription() *op.Operation {
	return controlling("CreateAnomalySubscription", op.Write,
		func(_ *op.Call, in *model.CreateAnomalySubscriptionInput) []op.Target {
			return creating(in.ResourceTags)
		},
		func(c *op.Call, in *model.CreateAnomalySubscriptionInput) (*model.CreateAnomalySubscriptionOutput, error) {
			a := in.AnomalySubscription
			row := &cost.AnomalySubscription{Name: *a.SubscriptionName, Frequency: *a.Frequency, Created: c.Now, Told: c.Now}
			if a.Threshold == nil && a.ThresholdExpression == nil {
				return nil, fault.New(fault.ValidationFailed, "Threshold and ThresholdExpression cannot both be null")
			}
			if err := setSubscription(c, row, a.MonitorArnList, a.Subscribers, a.Threshold, a.ThresholdExpression); err != nil {
				return nil, err
			}
			var err error
			if row.Tags, err = tagged(nil, in.ResourceTags, ""); err != nil {
				return nil, err
			}
			if row.ID, err = newID(c.Rand); err != nil {
				return nil, err
			}
			c.Cost().AnomalySubscriptions.Put(row)
			return &model.CreateAnomalySubscriptionOutput{SubscriptionArn: new(arn(c.Caller.Account, subscriptionKind, row.ID))}, nil
		})
}

// setSubscription sets what is given (nil is not), and checks the whole.
func setSubscription(c *op.Call, row *cost.AnomalySubscription, monitors []string, subscribers []model.Subscriber, threshold *float64, e *model.Expression) error {
	if row.Name == "" {
		return fault.New(fault.ValidationFailed, "SubscriptionName must not be empty")
	}
	if monitors != nil {
		row.Monitors = nil
		for _, a := range monitors {
			m, err := monitor(c, a)
			if err != nil {
				return err
			}
			if !slices.Contains(row.Monitors, m.ID) {
				row.Monitors = append(row.Monitors, m.ID)
			}
		}
	}
	if subscribers != nil {
		row.Subscribers = nil
		for _, s := range subscribers {
			row.Subscribers = append(row.Subscribers, cost.AnomalySubscriber{Address: op.Value(s.Address), Type: op.Value(s.Type)})
		}
	}
	if err := setThreshold(row, threshold, e); err != nil {
		return err
	}
	if len(row.Monitors) == 0 {
		return fault.New(fault.ValidationFailed, "MonitorArnList must not be empty")
	}
	return checkSubscribers(row)
}

func setThreshold(row *cost.AnomalySubscription, threshold *float64, e *model.Expression) error {
	switch {
	case threshold != nil && e != nil:
		return fault.New(fault.ValidationFailed, "Threshold and ThresholdExpression cannot both be set")
	case threshold != nil:
		row.Threshold, row.Shorthand = cost.Expression{Dimensions: &cost.DimensionValues{
			Key: "ANOMALY_TOTAL_IMPACT_ABSOLUTE", Values: []string{strconv.FormatFloat(*threshold, 'f', -1, 64)}, MatchOptions: []string{"GREATER_THAN_OR_EQUAL"},
		}}, true
	case e != nil:
		row.Threshold, row.Shorthand = *expression(e), false
	}
	return row.Threshold.CheckThreshold()
}

// mostRecipients is how many e-mail addresses a subscription tells (Cost Management User Guide, "Quotas and restrictions").
const mostRecipients = 10

// checkSubscribers: summaries go by e-mail, single anomalies to topics (Cost Explorer API Reference, AnomalySubscription).
func checkSubscribers(row *cost.AnomalySubscription) error {
	if len(row.Subscribers) == 0 {
		return fault.New(fault.ValidationFailed, "Subscribers must not be empty")
	}
	if len(row.Subscribers) > mostRecipients {
		return fault.New(fault.ValidationFailed, "A subscription can have at most %d subscribers", mostRecipients)
	}
	for _, s := range row.Subscribers {
		topic := strings.HasPrefix(s.Address, "arn:")
		switch {
		case s.Type == "" || s.Address == "":
			return fault.New(fault.ValidationFailed, "Subscriber must have an Address and a Type")
		case topic != (s.Type == model.SubscriberTypeSns):
			return fault.New(fault.ValidationFailed, "Subscriber address %s does not fit type %s", s.Address, s.Type)
		case row.Frequency == model.AnomalySubscriptionFrequencyImmediate && s.Type != model.SubscriberTypeSns:
			return fault.New(fault.ValidationFailed, "Immediate alerts require an SNS subscriber")
		case row.Frequency != model.AnomalySubscriptionFrequencyImmediate && s.Type != model.SubscriberTypeEmail:
			return fault.New(fault.ValidationFailed, "Daily and weekly alert summaries support only EMAIL subscribers")
		}
	}
	return nil
}

// subscription finds a subscription of the caller's account.
func subscription(c *op.Call, arn string) (*cost.AnomalySubscription, error) {
	row, ok := c.Cost().AnomalySubscriptions.Get(idOf(c, subscriptionKind, arn))
	if !ok {
		return nil, fault.New(fault.UnknownSubscription, "The cost anomaly subscription does not exist for the account: %s", arn)
	}
	return row, nil
}

func updateAnomalySubscription() *op.Operation {
	return controlling("UpdateAnomalySubscription", op.Write,
		func(c *op.Call, in *model.UpdateAnomalySubscriptionInput) []op.Target {
			return []op.Target{on(c, *in.SubscriptionArn)}
		},
		func(c *op.Call, in *model.UpdateAnomalySubscriptionInput) (*model.UpdateAnomalySubscriptionOutput, error) {
			row, err := subscription(c, *in.SubscriptionArn)
			if err != nil {
				return nil, err
			}
			next := *row
			if in.Frequency != nil {
				next.Frequency = *in.Frequency
			}
			if in.SubscriptionName != nil {
				next.Name = *in.SubscriptionName
			}
			if err := setSubscription(c, &next, in.MonitorArnList, in.Subscribers, in.Threshold, in.ThresholdExpression); err != nil {
				return nil, err
			}
			c.Cost().AnomalySubscriptions.Put(&next)
			return &model.UpdateAnomalySubscriptionOutput{SubscriptionArn: in.SubscriptionArn}, nil
		})
}

func deleteAnomalySubscription() *op.Operation {
	return controlling("DeleteAnomalySubscription", op.Write,
		func(c *op.Call, in *model.DeleteAnomalySubscriptionInput) []op.Target {
			return []op.Target{on(c, *in.SubscriptionArn)}
		},
		func(c *op.Call, in *model.DeleteAnomalySubscriptionInput) (*model.DeleteAnomalySubscriptionOutput, error) {
			row, err := subscription(c, *in.SubscriptionArn)
			if err != nil {
				return nil, err
			}
			c.Cost().AnomalySubscriptions.Delete(row.ID)
			return &model.DeleteAnomalySubscriptionOutput{}, nil
		})
}

func getAnomalySubscriptions() *op.Operation {
	return controlling("GetAnomalySubscriptions", op.Read,
		func(c *op.Call, in *model.GetAnomalySubscriptionsInput) []op.Target {
			return named(c, subscriptionKind, in.SubscriptionArnList)
		},
		func(c *op.Call, in *model.GetAnomalySubscriptionsInput) (*model.GetAnomalySubscriptionsOutput, error) {
			for _, a := range in.SubscriptionArnList {
				if _, err := subscription(c, a); err != nil {
					return nil, err
				}
			}
			limit, err := pageSize(in.MaxResults, 100, 100)
			if err != nil {
				return nil, err
			}
			watching := idOf(c, monitorKind, op.Value(in.MonitorArn))
			rows, next, err := op.Page(c, "ce/subscriptions/"+string(c.Caller.Account), op.Value(in.NextPageToken), limit, c.Cost().AnomalySubscriptions.After,
				func(row *cost.AnomalySubscription) bool {
					return (len(in.SubscriptionArnList) == 0 || slices.Contains(in.SubscriptionArnList, arn(c.Caller.Account, subscriptionKind, row.ID))) &&
						(in.MonitorArn == nil || slices.Contains(row.Monitors, watching))
				})
			if err != nil {
				return nil, err
			}
			out := &model.GetAnomalySubscriptionsOutput{AnomalySubscriptions: []model.AnomalySubscription{}, NextPageToken: op.Optional(next)}
			for _, row := range rows {
				out.AnomalySubscriptions = append(out.AnomalySubscriptions, shownSubscription(c, row))
			}
			return out, nil
		})
}

// shownSubscription shows the deprecated Threshold too where the expression is one of an absolute impact.
func shownSubscription(c *op.Call, row *cost.AnomalySubscription) model.AnomalySubscription {
	out := model.AnomalySubscription{
		SubscriptionArn: new(arn(c.Caller.Account, subscriptionKind, row.ID)), AccountId: new(string(c.Caller.Account)), SubscriptionName: &row.Name,
		Frequency: &row.Frequency, ThresholdExpression: shownExpression(&row.Threshold), MonitorArnList: []string{}, Subscribers: []model.Subscriber{},
	}
	if d := row.Threshold.Dimensions; d != nil && d.Key == "ANOMALY_TOTAL_IMPACT_ABSOLUTE" {
		if f, err := strconv.ParseFloat(d.Values[0], 64); err == nil {
			out.Threshold = &f
		}
	}
	for _, id := range row.Monitors {
		out.MonitorArnList = append(out.MonitorArnList, arn(c.Caller.Account, monitorKind, id))
	}
	for _, s := range row.Subscribers {
		out.Subscribers = append(out.Subscribers, model.Subscriber{
			Address: &s.Address, Type: &s.Type, Status: new(model.SubscriberStatusConfirmed),
		})
	}
	return out
}
