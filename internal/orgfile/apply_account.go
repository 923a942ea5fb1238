package orgfile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// maxCreation is how long one account may take; AWS needs some minutes at most.
const maxCreation = 30 * time.Minute

// createAccount creates an account and waits until it is there. One whose creation is under way already is awaited and
// not created again.
func (r *runner) createAccount(ctx context.Context, s *Step) (string, error) {
	whole := context.WithoutCancel(ctx)
	if done, err := r.awaitNamesake(ctx, s); done || err != nil {
		return r.accounts[s.place.key], err
	}
	in := &organizations.CreateAccountInput{AccountName: &s.account.Name, Email: &s.account.Email}
	if s.account.Role != "" {
		in.RoleName = &s.account.Role
	}
	var out *organizations.CreateAccountOutput
	err := r.patiently(ctx, func() (err error) {
		out, err = r.c.Organizations.CreateAccount(whole, in)
		return err
	}, busy)
	if err != nil {
		return "", err
	}
	status, err := r.await(ctx, out.CreateAccountStatus)
	if err != nil {
		return "", err
	}
	if status.State == types.CreateAccountStateSucceeded {
		return r.made(s, aws.ToString(status.AccountId)), nil
	}
	if status.FailureReason == types.CreateAccountFailureReasonEmailAlreadyExists {
		// Another run may have created it a moment ago, or the answer of this run's call was lost.
		id, err := r.findAccount(whole, s.Email)
		if err != nil {
			return "", err
		}
		if id != "" {
			return r.made(s, id), nil
		}
	}
	return "", fmt.Errorf("%s: %s", status.FailureReason, advice(status.FailureReason))
}

// made keeps the ID of a new account.
func (r *runner) made(s *Step, id string) string {
	r.accounts[s.place.key] = id
	r.fresh[id] = true
	return id
}

// awaitNamesake waits for accounts of the same name that are being created, and tells whether the one that was wanted has
// come of it: the status of a creation does not tell the e-mail address.
func (r *runner) awaitNamesake(ctx context.Context, s *Step) (done bool, err error) {
	whole := context.WithoutCancel(ctx)
	if !r.listed {
		if r.creating, err = readCreations(whole, r.c.Organizations); err != nil {
			return false, err
		}
		r.listed = true
	}
	for _, c := range r.creating {
		if c.Name != s.Name {
			continue
		}
		status, err := r.await(ctx, &types.CreateAccountStatus{Id: aws.String(c.Request), State: types.CreateAccountStateInProgress})
		if err != nil {
			return false, err
		}
		if status.State != types.CreateAccountStateSucceeded {
			continue
		}
		id, err := r.findAccount(whole, s.Email)
		if err != nil {
			return false, err
		}
		if id != "" {
			r.made(s, id)
			return true, nil
		}
	}
	return false, nil
}

// await waits for the end of a creation, or of the context.
func (r *runner) await(ctx context.Context, status *types.CreateAccountStatus) (*types.CreateAccountStatus, error) {
	delay, waited, told := 5*time.Millisecond, time.Duration(0), false
	for status.State == types.CreateAccountStateInProgress {
		if waited > maxCreation {
			return nil, fmt.Errorf("request %s is in progress for more than %s; apply again to wait on", aws.ToString(status.Id), maxCreation)
		}
		if waited > time.Second && !told {
			told = true
			r.tell(StepWaiting, "the account is being created", nil)
		}
		if err := r.pause(ctx, delay); err != nil {
			return nil, err
		}
		waited += delay
		delay = min(delay*2, 5*time.Second)
		out, err := r.c.Organizations.DescribeCreateAccountStatus(context.WithoutCancel(ctx), &organizations.DescribeCreateAccountStatusInput{CreateAccountRequestId: status.Id})
		if err != nil {
			return nil, err
		}
		status = out.CreateAccountStatus
	}
	return status, nil
}

// findAccount gives the ID of a member of the organization by its e-mail address, "" if there is none.
func (r *runner) findAccount(ctx context.Context, email string) (string, error) {
	pages := organizations.NewListAccountsPaginator(r.c.Organizations, &organizations.ListAccountsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, a := range page.Accounts {
			if !strings.EqualFold(aws.ToString(a.Email), email) {
				continue
			}
			if found := (LiveAccount{State: accountState(a)}); found.closed() {
				return "", errors.New("a closed account of the organization has this e-mail address: choose another")
			}
			return aws.ToString(a.Id), nil
		}
	}
	return "", nil
}

// advice says what to do about the failure of a creation.
func advice(reason types.CreateAccountFailureReason) string {
	switch reason {
	case types.CreateAccountFailureReasonEmailAlreadyExists:
		return "an account outside the organization has this e-mail address: choose another, or invite that account"
	case types.CreateAccountFailureReasonAccountLimitExceeded:
		return "the organization has as many accounts as it may have: ask for a higher quota"
	case types.CreateAccountFailureReasonInvalidEmail, types.CreateAccountFailureReasonInvalidAddress:
		return "the address is not accepted: choose another"
	case types.CreateAccountFailureReasonConcurrentAccountModification, types.CreateAccountFailureReasonInternalFailure:
		return "apply again"
	}
	return "the account was not created"
}
