package organizations

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	model "umbel/internal/model/organizations"
	"umbel/internal/op"
	"umbel/internal/store"
)

const createAccountKind = service + ":CreateAccount"

func createAccount() *op.Operation {
	return writing("CreateAccount",
		func(a *authorize, in *model.CreateAccountInput) []op.Target {
			return a.creation(a.anything(), "account", in.Tags)
		},
		func(sc *scene, in *model.CreateAccountInput) (*model.CreateAccountOutput, error) {
			tags, err := tagMap(in.Tags)
			if err != nil {
				return nil, err
			}
			req, err := sc.s.RequestAccount(sc.Rand, sc.Now, sc.q, org.NewAccount{
				Name: *in.AccountName, Email: *in.Email, RoleName: op.Value(in.RoleName), Tags: tags,
			})
			if err != nil {
				return nil, err
			}
			job := creation{Organization: sc.o.ID, Request: req.ID, Account: req.Account}
			if err := sc.Enqueue(createAccountKind, sc.Now, job); err != nil {
				return nil, err
			}
			return &model.CreateAccountOutput{CreateAccountStatus: new(status(req))}, nil
		})
}

// creation is the body of the job that makes an account.
type creation struct {
	Organization ident.OrgID
	Request      string
	Account      ident.AccountID
}

func createAccountJob() *op.Job {
	return &op.Job{
		Kind: createAccountKind,
		Scope: op.ScopeOf(func(b *creation) store.Scope {
			return store.Scope{Write: []store.Partition{op.OrgPartition(b.Organization), op.IAMPartition(b.Account)}}
		}),
		Run: func(c *op.Call, j ledger.Job) error {
			var b creation
			if err := json.Unmarshal(j.Body, &b); err != nil {
				return fmt.Errorf("organizations: job %s: %w", j.ID, err)
			}
			s := c.OrgOf(b.Organization)
			req, ok := s.Request(b.Request)
			if !ok || req.State != org.RequestInProgress {
				return nil // done before
			}
			reason, err := admit(c, s, &b, req)
			if err != nil {
				return err
			}
			if reason != "" {
				s.Fail(c.Now, req, reason)
			}
			return tell(c, s, b.Request)
		},
	}
}

// tell records how a request ended.
func tell(c *op.Call, s *org.State, request string) error {
	o, err := s.Existing()
	if err != nil {
		return err
	}
	ended, err := s.ExistingRequest(request)
	if err != nil {
		return err
	}
	return recordCreation(c, o, ended)
}

// admit makes the requested account, or gives the reason for which it cannot be made.
func admit(c *op.Call, s *org.State, b *creation, req *org.CreateRequest) (reason string, err error) {
	if reason := s.Refusal(&c.Settings.Org, req); reason != "" {
		return reason, nil
	}
	if _, taken := c.IAMOf(b.Account).Account(); taken {
		return org.FailureInternal, nil
	}
	switch err := c.Tx.Claim(op.EmailLocator(strings.ToLower(req.Email)), op.IAMPartition(b.Account)); {
	case errors.Is(err, store.ErrTaken):
		return org.FailureEmailExists, nil
	case err != nil:
		return "", err
	}
	if err := c.Tx.Claim(op.MemberLocator(b.Account), op.OrgPartition(b.Organization)); err != nil {
		return "", err
	}
	a, err := s.Admit(c.Now, req)
	if err != nil {
		return "", err
	}
	return "", found(c, s, a, req.RoleName)
}

// found puts the account's own record and the roles it begins with.
func found(c *op.Call, s *org.State, a *org.Account, roleName string) error {
	o, err := s.Existing()
	if err != nil {
		return err
	}
	own := c.IAMOf(a.ID)
	iam.NewAccount(own, environment(c), a.ID, a.Name, a.Email)
	if err := putAccessRole(c, own, roleName, o.Management); err != nil || o.FeatureSet != org.AllFeatures {
		return err
	}
	return putServiceRole(c, own)
}

func describeCreateAccountStatus() *op.Operation {
	return reading("DescribeCreateAccountStatus",
		func(a *authorize, _ *model.DescribeCreateAccountStatusInput) []op.Target {
			return []op.Target{a.anything()}
		},
		func(sc *scene, in *model.DescribeCreateAccountStatusInput) (*model.DescribeCreateAccountStatusOutput, error) {
			req, err := sc.s.ExistingRequest(*in.CreateAccountRequestId)
			if err != nil {
				return nil, err
			}
			return &model.DescribeCreateAccountStatusOutput{CreateAccountStatus: new(status(req))}, nil
		})
}

func listCreateAccountStatus() *op.Operation {
	return reading("ListCreateAccountStatus",
		func(a *authorize, _ *model.ListCreateAccountStatusInput) []op.Target {
			return []op.Target{a.anything()}
		},
		func(sc *scene, in *model.ListCreateAccountStatusInput) (*model.ListCreateAccountStatusOutput, error) {
			rows, next, err := filtered(sc, "ListCreateAccountStatus/"+strings.Join(in.States, ","), in.NextToken, in.MaxResults,
				requests(sc.s, in.States),
				func(r *org.CreateRequest) bool { return len(in.States) == 0 || slices.Contains(in.States, r.State) },
				status)
			if err != nil {
				return nil, err
			}
			return &model.ListCreateAccountStatusOutput{CreateAccountStatuses: rows, NextToken: next}, nil
		})
}

// requests walks the requests by the index where one state is asked for.
func requests(s *org.State, states []string) func(string) iter.Seq2[string, *org.CreateRequest] {
	if len(states) == 1 {
		return func(after string) iter.Seq2[string, *org.CreateRequest] { return s.RequestsIn(states[0], after) }
	}
	return s.Requests
}
