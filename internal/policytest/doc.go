// Package policytest owns unit tests for policies: a YAML file of cases, each with requests and what must become of them. It
// reads and checks the file, makes the requests and the policies that have a say in them from an organization file and from
// the cases, decides each, and tells what failed, as text, JSON or JUnit XML.
//
// It needs no server and no account, and never touches the network. It has no rules of its own about who may do what: those
// are iampolicy's.
package policytest
