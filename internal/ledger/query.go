package ledger

import "time"

// Query says which events of one account are looked for. Empty members do not restrict; CloudTrail's LookupEvents sets at
// most one besides the account and the times.
type Query struct {
	Account      string
	From, To     time.Time // both ends included; a zero To means until now
	EventID      string
	Name         string
	Source       string
	Username     string
	AccessKeyID  string
	ResourceType string
	ResourceName string
	ReadOnly     *bool
	Limit        int    // events given at most
	After        string // continues behind a Lookup that gave it as next; empty begins with the newest
}
