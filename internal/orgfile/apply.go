package orgfile

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"
)

// EventKind is what an Event tells.
type EventKind string

// The kinds of events.
const (
	StepStarted  EventKind = "started"
	StepWaiting  EventKind = "waiting" // Message says for what
	StepDone     EventKind = "done"    // Message may say with what, such as the ID of a new account
	StepFailed   EventKind = "failed"  // Err says why
	StepSkipping EventKind = "stopped" // the context ended before this step
)

// Event is progress of an apply.
type Event struct {
	Kind    EventKind
	Index   int // of the step, from 0
	Total   int
	Step    Step
	Message string
	Err     error
}

// Stopped is the error of an apply that was asked to stop: what is done stays done, and another apply goes on from there.
type Stopped struct {
	Done, Left int
	Cause      error
}

// Error says how far it came.
func (s *Stopped) Error() string {
	return fmt.Sprintf("stopped: %s done, %d left; apply again to go on", Count(s.Done, "step"), s.Left)
}

// Unwrap gives the context's error.
func (s *Stopped) Unwrap() error { return s.Cause }

// Failed is the error of a step. What is done stays done, and another apply goes on from there.
type Failed struct {
	Step       Step
	Done, Left int
	Cause      error
}

// Error says which step failed and why.
func (f *Failed) Error() string {
	return fmt.Sprintf("%s: %v (%s done, %d left; apply again to go on)", f.Step.Sentence(), f.Cause, Count(f.Done, "step"), f.Left)
}

// Unwrap gives the cause.
func (f *Failed) Unwrap() error { return f.Cause }

// runner carries out a plan. It knows the IDs of what is there, and learns those of what it makes.
type runner struct {
	c        Clients
	plan     *Plan
	root     string
	manager  string            // the management account's ID
	units    map[string]string // IDs by path
	accounts map[string]string // IDs by e-mail address in lower case
	policies map[policyKey]string
	creating []Creation
	listed   bool            // creating has been read
	fresh    map[string]bool // IDs of accounts made in this run: their access role may take a while to work
	pause    func(ctx context.Context, d time.Duration) error
	tell     func(EventKind, string, error)
}

// Apply carries out a plan, step by step. It is safe to plan and apply again after a failure half-way: what is done is not
// done again, and an account whose creation is under way is awaited. When the context ends, Apply stops between two steps
// (or while it waits for an account) with *Stopped; a step that fails gives *Failed. progress may be nil.
func Apply(ctx context.Context, c Clients, p *Plan, progress func(Event)) error {
	return apply(ctx, c, p, progress, pause)
}

// apply is Apply with a clock of its own.
func apply(ctx context.Context, c Clients, p *Plan, progress func(Event), wait func(context.Context, time.Duration) error) error {
	r := newRunner(c, p, wait)
	for i, step := range p.Steps {
		r.tell = func(kind EventKind, message string, err error) {
			if progress != nil {
				progress(Event{Kind: kind, Index: i, Total: len(p.Steps), Step: step, Message: message, Err: err})
			}
		}
		if err := ctx.Err(); err != nil {
			r.tell(StepSkipping, "", err)
			return &Stopped{Done: i, Left: len(p.Steps) - i, Cause: err}
		}
		r.tell(StepStarted, "", nil)
		message, err := r.step(ctx, &step)
		switch {
		case err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
			r.tell(StepSkipping, "", err)
			return &Stopped{Done: i, Left: len(p.Steps) - i, Cause: err}
		case err != nil:
			r.tell(StepFailed, "", err)
			return &Failed{Step: step, Done: i, Left: len(p.Steps) - i, Cause: err}
		}
		r.tell(StepDone, message, nil)
	}
	return nil
}

// pause waits, or less if the context ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// newRunner begins with the IDs that the plan saw.
func newRunner(c Clients, p *Plan, wait func(context.Context, time.Duration) error) *runner {
	r := &runner{c: c, plan: p, root: p.live.Root, manager: p.live.Management, units: map[string]string{}, accounts: map[string]string{},
		policies: map[policyKey]string{fullAccessKey(): "p-" + FullAccess}, fresh: map[string]bool{}, pause: wait}
	for _, u := range p.live.Units {
		r.units[u.Path] = u.ID
	}
	for _, a := range p.live.Accounts {
		r.accounts[strings.ToLower(a.Email)] = a.ID
	}
	for _, p := range p.live.Policies {
		r.policies[policyKey{p.Type, p.Name}] = p.ID
	}
	return r
}

// step carries out one step. Its calls are finished even if the context ends; only long waits are cut short.
func (r *runner) step(ctx context.Context, s *Step) (message string, err error) {
	whole := context.WithoutCancel(ctx)
	switch {
	case s.Kind == KindAccount && s.Action == Create:
		return r.createAccount(ctx, s)
	case s.Kind == KindRole && s.Action == Create:
		return "", r.patiently(whole, func() error { return r.createRole(whole, s) }, r.young(s))
	case s.Kind == KindRole:
		return "", r.patiently(whole, func() error { return r.updateRole(whole, s) }, r.young(s))
	}
	err = r.patiently(whole, func() error {
		message, err = r.once(whole, s)
		return err
	}, busy)
	return message, err
}

// once makes the calls of a step that is not about accounts to create or roles.
func (r *runner) once(ctx context.Context, s *Step) (string, error) {
	switch s.Action {
	case Attach, Detach:
		return "", r.attachment(ctx, s)
	case Tag, Untag:
		return "", r.tags(ctx, s)
	case Move:
		return "", r.move(ctx, s)
	case Close:
		return "", r.close(ctx, s)
	case Enable:
		return "", r.enable(ctx, s)
	case Rename:
		return "", r.rename(ctx, s)
	}
	switch s.Kind {
	case KindOrganization:
		return r.createOrganization(ctx, s)
	case KindUnit:
		return r.unit(ctx, s)
	case KindPolicy:
		return r.policy(ctx, s)
	}
	return "", fmt.Errorf("there is no way to %s a %s", s.Action, s.Kind)
}

// patience is how often a call is made that the organization is too busy for.
const patience = 14

// patiently makes a call again, ever later, as long as its error says to wait.
func (r *runner) patiently(ctx context.Context, call func() error, again func(error) bool) error {
	delay := 100 * time.Millisecond
	for try := 1; ; try++ {
		err := call()
		if err == nil || try == patience || !again(err) {
			return err
		}
		if try == 3 {
			r.tell(StepWaiting, reason(err), nil)
		}
		if err := r.pause(ctx, delay/2+rand.N(delay)); err != nil {
			return err
		}
		delay = min(delay*2, 8*time.Second)
	}
}

// reason gives an error's code, to be shown while waiting.
func reason(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return err.Error()
}

// busy tells whether an error says that the organization is still at work on an earlier change.
func busy(err error) bool {
	var (
		concurrent *types.ConcurrentModificationException
		changes    *types.PolicyChangesInProgressException
		finalizing *types.FinalizingOrganizationException
		throttled  *types.TooManyRequestsException
		limit      *types.ConstraintViolationException
	)
	if errors.As(err, &limit) {
		return limit.Reason == types.ConstraintViolationExceptionReasonAccountCreationRateLimitExceeded
	}
	return errors.As(err, &concurrent) || errors.As(err, &changes) || errors.As(err, &finalizing) || errors.As(err, &throttled)
}

// young gives what to wait for when the access role of a new account does not work yet.
func (r *runner) young(s *Step) func(error) bool {
	return func(err error) bool {
		var api smithy.APIError
		if !errors.As(err, &api) {
			return false
		}
		switch api.ErrorCode() {
		case "ConcurrentModification", "Throttling":
			return true
		case "AccessDenied", "InvalidClientTokenId", "SubscriptionRequiredException":
			id, _ := r.id(*s.Target)
			return r.fresh[id]
		}
		return false
	}
}

// id gives the ID of a root, unit or account.
func (r *runner) id(p Place) (string, error) {
	id := ""
	switch {
	case p.Kind == KindRoot:
		id = r.root
	case p.Kind == KindUnit:
		id = r.units[p.key]
	case p.key == ManagementName:
		id = r.manager
	default:
		id = r.accounts[p.key]
	}
	if id == "" {
		return "", fmt.Errorf("%s has no ID yet", placeName(p))
	}
	return id, nil
}
