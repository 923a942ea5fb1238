// Package authz owns who may do what in a request: it gathers the principal, the organization's policies, the account's
// policies and the condition keys into one iampolicy request and turns a refusal into AWS's own message. It is the only
// caller of iampolicy's decision in a request. It also owns the form of session credentials. It never verifies a
// signature, and never reads or writes state outside the view it is given.
package authz
