package ce

import (
	"fmt"
	"slices"
	"strings"

	"umbel/internal/domain/cost"
	model "umbel/internal/model/ce"
	"umbel/internal/store"
)

// Message is what subscribers are told.
type Message struct {
	Cause   string // tells it from every other message to the account
	Subject string
	Body    string
	Data    any // the same for programs, of the form that AWS sends to topics
	To      []cost.AnomalySubscriber
}

// tell tells the subscribers of an account what they were not told yet and is due: single anomalies at once, summaries once a day or
// a week.
func (s *sighting) tell(tx store.Tx, state *cost.State) error {
	if s.watch.Tell == nil {
		return nil
	}
	for _, sub := range slices.Collect(rows(state.AnomalySubscriptions.All())) {
		news := state.News(sub)
		if sub.Frequency == model.AnomalySubscriptionFrequencyImmediate {
			for _, a := range news {
				if err := s.post(tx, state, sub, []*cost.Anomaly{a}, "anomaly/"+a.ID+"/"+sub.ID); err != nil {
					return err
				}
			}
			continue
		}
		if !sub.Due(s.now) {
			continue
		}
		if len(news) > 0 {
			if err := s.post(tx, state, sub, news, "anomalies/"+sub.ID+"/"+day(s.now)); err != nil {
				return err
			}
		}
		next := *sub
		next.Told = s.now
		state.AnomalySubscriptions.Put(&next)
	}
	return nil
}

// rows gives the rows of a walk without their IDs.
func rows[V any](all func(func(string, V) bool)) func(func(V) bool) {
	return func(yield func(V) bool) {
		all(func(_ string, v V) bool { return yield(v) })
	}
}

func (s *sighting) post(tx store.Tx, state *cost.State, sub *cost.AnomalySubscription, news []*cost.Anomaly, cause string) error {
	m := Message{Cause: cause, Subject: fmt.Sprintf("AWS Cost Anomaly Detection: %d cost anomalies for %s", len(news), s.account), To: sub.Subscribers}
	if len(news) == 1 {
		m.Subject = fmt.Sprintf("AWS Cost Anomaly Detection: cost anomaly for %s", s.account)
	}
	var body strings.Builder
	fmt.Fprintf(&body, "Subscription %s, account %s.\n", sub.Name, s.account)
	var data []any
	for _, a := range news {
		monitor, ok := state.AnomalyMonitors.Get(a.Monitor)
		if !ok {
			continue
		}
		fmt.Fprintf(&body, "\n%s %s\n  %s to %s: $%s instead of $%s, $%s too much\n", monitor.Name, a.Value, a.Start, a.End, a.Actual.Fixed(2), a.Expected.Fixed(2), a.Impact().Fixed(2))
		for _, c := range a.Causes {
			fmt.Fprintf(&body, "  $%s: %s\n", c.Contribution.Fixed(2), strings.Join(slices.DeleteFunc([]string{c.Service, c.AccountName, c.Account, c.Region, c.UsageType}, func(t string) bool { return t == "" }), ", "))
		}
		data = append(data, s.data(sub, monitor, a))
		next := *a
		next.Told = append(slices.Clone(a.Told), sub.ID)
		state.Anomalies.Put(&next)
	}
	m.Body, m.Data = body.String(), data
	if len(data) == 1 {
		m.Data = data[0]
	}
	return s.watch.Tell(tx, s.account, m, s.now)
}

// data is an anomaly as AWS tells topics of it (Cost Management User Guide, "Creating an Amazon SNS topic for anomaly
// notifications").
func (s *sighting) data(sub *cost.AnomalySubscription, m *cost.AnomalyMonitor, a *cost.Anomaly) map[string]any {
	impact := map[string]any{
		"maxImpact": a.MaxImpact.String(), "totalActualSpend": a.Actual.String(), "totalExpectedSpend": a.Expected.String(), "totalImpact": a.Impact().String(),
	}
	if p, ok := a.Percentage(); ok {
		impact["totalImpactPercentage"] = p.Round(2).String()
	}
	causes := []any{}
	for _, c := range a.Causes {
		causes = append(causes, map[string]any{
			"service": c.Service, "region": c.Region, "linkedAccount": c.Account, "linkedAccountName": c.AccountName, "usageType": c.UsageType,
			"impact": map[string]any{"contribution": c.Contribution.String()},
		})
	}
	return map[string]any{
		"accountId": string(s.account), "anomalyId": a.ID, "anomalyStartDate": a.Start + "T00:00:00Z", "anomalyEndDate": a.End + "T00:00:00Z",
		"dimensionalValue": a.Value, "impact": impact, "monitorArn": arn(s.account, monitorKind, m.ID), "monitorName": m.Name, "monitorType": m.Type,
		"rootCauses": causes, "subscriptionId": arn(s.account, subscriptionKind, sub.ID), "subscriptionName": sub.Name,
		"anomalyScore": map[string]any{"maxScore": a.MaxScore, "currentScore": a.Score},
	}
}
