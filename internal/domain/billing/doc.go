// Package billing owns how usage becomes money: what a line of a bill is and what its metrics mean. It is pure: no clock, no
// randomness, no storage, no wire.
//
// Sources: AWS Billing User Guide, "Consolidated billing for AWS Organizations"; AWS Data Exports User Guide, "Cost and Usage
// Report (CUR) 2.0"; AWS Cost Management User Guide, "Cost Explorer".
package billing
