// Package audit owns the CloudTrail record: its shape (event version 1.11), what of a call's input and output it shows and
// what it hides, which accounts' trails it goes to, and the queue through which the records of reads and refusals reach the
// ledger. It knows a call only as the plain values of Call, and never decides anything about one.
package audit
