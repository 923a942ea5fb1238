// Package orgfile owns the organization file: one YAML text that describes an organization's units, accounts, policies and
// roles. It parses and checks the file, compares it with a live organization, carries out the difference step by step,
// and writes a live organization back as a file.
//
// It is a client of the AWS API (Organizations, IAM, STS) like any other, so that the same file works against Umbel and
// against AWS. It never touches the store, and closes, deletes or detaches nothing unless it is asked to.
package orgfile
