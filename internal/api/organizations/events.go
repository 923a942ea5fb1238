package organizations

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"umbel/internal/audit"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/op"
)

// serviceEvent is the CloudTrail record by which Organizations tells how work in the background ended
// (Organizations User Guide, "Logging and monitoring": CreateAccountResult and CloseAccountResult).
type serviceEvent struct {
	EventVersion string `json:"eventVersion"`
	UserIdentity struct {
		AccountID ident.AccountID `json:"accountId"`
		InvokedBy string          `json:"invokedBy"`
	} `json:"userIdentity"`
	EventTime          time.Time       `json:"eventTime"`
	EventSource        string          `json:"eventSource"`
	EventName          string          `json:"eventName"`
	AWSRegion          string          `json:"awsRegion"`
	SourceIPAddress    string          `json:"sourceIPAddress"`
	UserAgent          string          `json:"userAgent"`
	RequestParameters  any             `json:"requestParameters"`
	ResponseElements   any             `json:"responseElements"`
	EventID            string          `json:"eventID"`
	ReadOnly           bool            `json:"readOnly"`
	EventType          string          `json:"eventType"`
	ManagementEvent    bool            `json:"managementEvent"`
	RecipientAccountID ident.AccountID `json:"recipientAccountId"`
	Details            map[string]any  `json:"serviceEventDetails"`
	EventCategory      string          `json:"eventCategory"`
}

// result is how the work ended.
type result struct {
	ID            string          `json:"id,omitempty"`
	State         string          `json:"state"`
	AccountName   string          `json:"accountName,omitempty"`
	AccountID     ident.AccountID `json:"accountId,omitempty"`
	Requested     string          `json:"requestedTimestamp"`
	Completed     string          `json:"completedTimestamp"`
	FailureReason string          `json:"failureReason,omitempty"`
}

const (
	internalCaller = "AWS Internal"
	// hidden stands where AWS hides what was asked for.
	hidden       = "****"
	resultLayout = "Jan 2, 2006 3:04:05 PM"
)

// recordCreation puts CreateAccountResult into the management account's trail.
func recordCreation(c *op.Call, o *org.Organization, r *org.CreateRequest) error {
	done := result{
		ID: r.ID, State: r.State, AccountName: hidden, FailureReason: r.Failure,
		Requested: r.Requested.Format(resultLayout), Completed: r.Completed.Format(resultLayout),
	}
	if r.State == org.RequestSucceeded {
		done.AccountID = r.Account
	}
	return recordResult(c, o, "CreateAccountResult", "createAccountStatus", done)
}

// recordClosure puts CloseAccountResult into the management account's trail.
func recordClosure(c *op.Call, o *org.Organization, a *org.Account) error {
	return recordResult(c, o, "CloseAccountResult", "closeAccountStatus", result{
		State: org.RequestSucceeded, AccountID: a.ID, Requested: a.Closing.Format(resultLayout), Completed: c.Now.Format(resultLayout),
	})
}

func recordResult(c *op.Call, o *org.Organization, name, member string, done result) error {
	id, err := uuid.NewRandomFromReader(c.Rand)
	if err != nil {
		return fmt.Errorf("organizations: event ID: %w", err)
	}
	e := serviceEvent{
		EventVersion: audit.Version, EventTime: c.Now.Truncate(time.Second), EventSource: audit.Source(service), EventName: name,
		AWSRegion: "us-east-1", SourceIPAddress: internalCaller, UserAgent: internalCaller, EventID: id.String(),
		EventType: "AwsServiceEvent", ManagementEvent: true, RecipientAccountID: o.Management,
		Details: map[string]any{member: done}, EventCategory: "Management",
	}
	e.UserIdentity.AccountID, e.UserIdentity.InvokedBy = o.Management, internalCaller
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("organizations: event %s: %w", name, err)
	}
	c.Tx.Record(ledger.Event{
		Account: string(o.Management), Time: c.Now, ID: e.EventID, Name: name, Source: e.EventSource, Body: body,
	})
	return nil
}
