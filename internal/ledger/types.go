// Package ledger owns what is appended and scanned by range, and never held in memory: audit events and jobs. It is plain
// SQL over the store's database. Events and jobs that belong to a state change are written in that change's transaction.
package ledger

import "time"

// Event is one CloudTrail record of one account, with the columns that LookupEvents searches by.
type Event struct {
	Account     string    // whose trail it is in
	Time        time.Time // eventTime
	ID          string    // eventID, unique
	Name        string    // eventName
	Source      string    // eventSource
	ReadOnly    bool
	Username    string
	AccessKeyID string
	Resources   []Resource
	Body        []byte // the CloudTrail record as JSON
}

// Resource is what an event acted on.
type Resource struct {
	Type string `json:"type"` // "AWS::IAM::User"
	Name string `json:"name"` // the ARN or name
}

// Job is one step of background work.
type Job struct {
	ID   string // unique
	Kind string // "organizations:CreateAccount"
	Body []byte // JSON, for the handler
	Due  time.Time
}
