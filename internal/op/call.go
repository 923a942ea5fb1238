package op

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"umbel/iampolicy"
	"umbel/internal/domain/cost"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/ident"
	"umbel/internal/ledger"
	"umbel/internal/seal"
	"umbel/internal/store"
)

// Settings are what the operator sets for the whole server.
type Settings struct {
	Org              org.Quotas
	IAM              iam.Quotas
	TrustAccountKeys bool // `serve --trust-account-keys`
	Endpoint         string
}

// Call is one call of an operation, or one step of a job, inside its view of the state.
type Call struct {
	Context   context.Context
	Now       time.Time // UTC
	Rand      io.Reader
	RequestID string
	Region    string // of the credential scope
	Service   string // signing name of the service called
	Settings  *Settings
	Caller    *Caller // nil in a job
	Client    Client
	Sessions  *seal.Key // seals session tokens
	Pages     *seal.Key // seals page tokens
	Messages  *seal.Key // seals encoded authorization messages

	// Locate finds the partition that claimed a key, as store.Store.Locate does; set in Scope, where there is no Tx yet.
	Locate func(key string, fresh bool) (store.Partition, bool, error)
	// Peek gives a partition's memory as this process last knew it, as store.Store.Peek does: for Scope, and for what never
	// changes. Nil in a job.
	Peek func(store.Partition) (store.State, error)
	// Tx is the view; set before Targets and Run, nil in Scope.
	Tx store.Tx
	// View names the partitions that Tx can see; set with it.
	View store.Scope
	// Notes are what the audit record shall carry beyond input and output.
	Notes Notes
}

// Client is what is known of the sender.
type Client struct {
	IP        netip.Addr
	UserAgent string
	TLS       bool
}

// Notes collects facts for the audit record.
type Notes struct {
	Resources []ledger.Resource
	// Others are further accounts whose trail gets the record too, with the same sharedEventID: the owner of the role
	// in a cross-account AssumeRole.
	Others []ident.AccountID
}

// CallerKind is a kind of caller.
type CallerKind int

// The kinds of caller.
const (
	Root CallerKind = iota + 1
	User
	AssumedRole
	FederatedUser
)

// Caller is the authenticated principal of a call.
type Caller struct {
	Kind         CallerKind
	Account      ident.AccountID
	Organization ident.OrgID // of its account; empty if alone
	ARN          string      // the user's, the role session's or the root's
	UserID       string      // as sts:GetCallerIdentity shows it: AIDA…, AROA…:session, or the account ID for root
	AccessKeyID  string
	Name         string       // user or role name; empty for root
	Session      *iam.Session // nil for long-term keys
	// Inline are the session's inline policies, compiled once; nil if it has none.
	Inline []iampolicy.Source
	// User and Role are the rows in this call's view, for the kind that has one.
	User *iam.User
	Role *iam.Role
}

// Partition names, and the only places that build them.

// OrgPartition is the partition of an organization.
func OrgPartition(id ident.OrgID) store.Partition { return store.Partition("org/" + string(id)) }

// IAMPartition is the partition of an account's identities.
func IAMPartition(id ident.AccountID) store.Partition { return store.Partition("iam/" + string(id)) }

// CostPartition is the partition of what an account hangs on its bills.
func CostPartition(id ident.AccountID) store.Partition { return store.Partition("cost/" + string(id)) }

// Locator keys.

// KeyLocator points from an access key ID to its account's IAM partition.
func KeyLocator(accessKeyID string) string { return "key/" + accessKeyID }

// EmailLocator points from a root e-mail address, in lower case, to its account's IAM partition.
func EmailLocator(email string) string { return "email/" + email }

// AliasLocator points from an account alias to its account's IAM partition.
func AliasLocator(alias string) string { return "alias/" + alias }

// MemberLocator points from an account to the organization it is in.
func MemberLocator(id ident.AccountID) string { return "member/" + string(id) }

// CommitmentLocator points from an account that has bought a savings plan to its cost partition.
func CommitmentLocator(id ident.AccountID) string { return "committed/" + string(id) }

// PayerLocator points from an account that pays to its cost partition, once there are months on its bills.
func PayerLocator(id ident.AccountID) string { return "bills/" + string(id) }

// Schema makes the memory of a partition.
func Schema(p store.Partition) (store.State, error) {
	switch {
	case len(p) > 4 && p[:4] == "org/":
		return org.NewState(), nil
	case len(p) > 4 && p[:4] == "iam/":
		return iam.NewState(), nil
	case len(p) > 5 && p[:5] == "cost/":
		return cost.NewState(), nil
	}
	return nil, fmt.Errorf("op: no such partition: %q", p)
}

// Holds reports whether the call's view holds a partition: State panics for any other.
func (c *Call) Holds(p store.Partition) bool {
	return slices.Contains(c.View.Write, p) || slices.Contains(c.View.Read, p)
}

// Org gives the memory of the caller's organization, or nil if its account is in none.
func (c *Call) Org() *org.State {
	if c.Caller == nil || c.Caller.Organization == "" {
		return nil
	}
	return c.OrgOf(c.Caller.Organization)
}

// OrgOf gives the memory of an organization whose partition is in the call's scope.
func (c *Call) OrgOf(id ident.OrgID) *org.State { return c.Tx.State(OrgPartition(id)).(*org.State) }

// IAM gives the memory of the caller's account.
func (c *Call) IAM() *iam.State { return c.IAMOf(c.Caller.Account) }

// IAMOf gives the memory of an account whose partition is in the call's scope.
func (c *Call) IAMOf(id ident.AccountID) *iam.State { return c.Tx.State(IAMPartition(id)).(*iam.State) }

// Cost gives what the caller's account has hung on its bills; its partition must be in the call's scope.
func (c *Call) Cost() *cost.State { return c.CostOf(c.Caller.Account) }

// CostOf gives what an account whose partition is in the call's scope has hung on its bills.
func (c *Call) CostOf(id ident.AccountID) *cost.State {
	return c.Tx.State(CostPartition(id)).(*cost.State)
}

// Enqueue puts a job on the ledger together with this call's change.
func (c *Call) Enqueue(kind string, due time.Time, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("op: job %s: %w", kind, err)
	}
	c.Tx.Enqueue(ledger.Job{ID: ident.NewCreateAccountRequestID(c.Rand)[4:], Kind: kind, Body: raw, Due: due})
	return nil
}

// WriteIAM is the Scope of operations that change the caller's account only.
func WriteIAM[In any](c *Call, _ *In) (store.Scope, error) {
	return store.Scope{Write: []store.Partition{IAMPartition(c.Caller.Account)}}, nil
}

// WriteOrg is the Scope of operations that change the caller's organization only. Without an organization it adds
// nothing: the operation finds c.Org() nil and answers that Organizations is not in use.
func WriteOrg[In any](c *Call, _ *In) (store.Scope, error) {
	if c.Caller.Organization == "" {
		return store.Scope{}, nil
	}
	return store.Scope{Write: []store.Partition{OrgPartition(c.Caller.Organization)}}, nil
}

// Job is a kind of background work. Each step runs in one store.Update, at least once: a step must find out from the
// state whether it was done already.
type Job struct {
	Kind  string
	Scope func(ledger.Job) (store.Scope, error)
	Run   func(*Call, ledger.Job) error
	// Prepare, set instead of Run, is for work that must not hold the store, such as a call to another server: it runs outside any
	// Update, and what it gives is then run in one. Whoever it speaks to may hear it more than once, if the process dies between.
	Prepare func(context.Context, ledger.Job) (func(*Call) error, error)
}

// ScopeOf decodes a job's body and gives its scope; it is how a Job states both in one place.
func ScopeOf[Body any](scope func(*Body) store.Scope) func(ledger.Job) (store.Scope, error) {
	return func(j ledger.Job) (store.Scope, error) {
		var b Body
		if err := json.Unmarshal(j.Body, &b); err != nil {
			return store.Scope{}, fmt.Errorf("op: job %s %s: %w", j.Kind, j.ID, err)
		}
		return scope(&b), nil
	}
}
