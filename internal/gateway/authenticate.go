package gateway

import (
	"errors"
	"strings"

	"umbel/iampolicy"
	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/sigv4"
)

// identity is whose access key signed a request. Whether it still stands for someone is checked in the view.
type identity struct {
	account     ident.AccountID
	accessKeyID string
	secret      string
	session     *iam.Session       // of temporary credentials
	inline      []iampolicy.Source // the session's, compiled
	trusted     bool               // an account number for an access key: no signature is checked
	root        bool               // a long-term key of the root user
	arn         string             // the owner's of a long-term key, as memory knew it
}

// authenticate finds the operation and whose signature the request carries, and verifies that.
func (x *exchange) authenticate() error {
	signed, signErr := sigv4.Parse(x.r)
	scopeService := ""
	if signed != nil {
		scopeService, x.region = signed.Service, signed.Region
	}
	var routeErr error
	x.svc, x.operation, routeErr = x.router.Route(&x.req, scopeService)
	routeErr = x.findElsewhere(signed, routeErr)
	if signErr != nil {
		return coded(signErr)
	}
	who, err := x.lookup(signed)
	if err != nil {
		return err
	}
	if !who.trusted {
		if err := signed.Verify(who.secret, x.req.Body, x.verifyOptions()); err != nil {
			return coded(err)
		}
	}
	x.who = who
	if routeErr != nil {
		return routeErr
	}
	if x.elsewhere != nil {
		x.declareElsewhere()
		return nil
	}
	if x.declared = x.operations[x.operation]; x.declared == nil {
		return x.notOffered()
	}
	x.readOnly = x.declared.Access == op.Read
	return nil
}

// lookup finds who the access key stands for, and its secret.
func (x *exchange) lookup(s *sigv4.Signed) (*identity, error) {
	switch {
	case x.Settings.TrustAccountKeys && trustedKey(s.AccessKeyID):
		return x.trust(s.AccessKeyID)
	case s.SessionToken != "":
		o, err := x.opened.open(x.sessions, s.AccessKeyID, s.SessionToken, x.now)
		if err != nil {
			return nil, err
		}
		return &identity{account: o.session.Account, accessKeyID: s.AccessKeyID, secret: o.secret, session: o.session, inline: o.inline}, nil
	case strings.HasPrefix(s.AccessKeyID, string(ident.PrefixSessionKey)):
		return nil, authz.InvalidToken(errors.New("temporary credentials without their session token"))
	}
	return x.longTerm(s.AccessKeyID)
}

// longTerm finds a long-term access key. A key's secret and account never change, so memory of any age will do to find
// them; whether the key is still active is checked in the view.
func (x *exchange) longTerm(accessKeyID string) (*identity, error) {
	for _, fresh := range []bool{false, true} {
		part, found, err := x.Store.Locate(x.ctx, op.KeyLocator(accessKeyID), fresh)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		who, err := x.owner(part, accessKeyID, fresh)
		if err != nil || who != nil {
			return who, err
		}
	}
	return nil, authz.InvalidToken(errors.New("no such access key"))
}

// owner finds an access key in an account, in memory or, if fresh, in a view; nil if it is not there.
func (x *exchange) owner(part store.Partition, accessKeyID string, fresh bool) (who *identity, err error) {
	account := ident.AccountID(strings.TrimPrefix(string(part), string(op.IAMPartition(""))))
	if !fresh {
		state, err := x.Store.Peek(x.ctx, part)
		if err != nil {
			return nil, err
		}
		return ownerOf(account, state.(*iam.State), accessKeyID), nil
	}
	err = x.Store.View(x.ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		who = ownerOf(account, tx.State(part).(*iam.State), accessKeyID)
		return nil
	})
	return who, err
}

func ownerOf(account ident.AccountID, state *iam.State, accessKeyID string) *identity {
	key, ok := state.Keys.Get(accessKeyID)
	if !ok {
		return nil
	}
	who := &identity{account: account, accessKeyID: accessKeyID, secret: key.Secret, root: key.User == ""}
	if user, ok := state.Users.Get(key.User); ok {
		who.arn = state.UserARN(user)
	}
	return who
}

// coded gives a refused signature the code of its kind.
func coded(err error) error {
	var e *sigv4.Error
	if !errors.As(err, &e) {
		return err
	}
	codes := map[sigv4.Reason]fault.Code{
		sigv4.Missing: fault.MissingAuthentication, sigv4.Incomplete: fault.IncompleteSignature,
		sigv4.Unsupported: fault.IncompleteSignature, sigv4.Ambiguous: fault.SignatureMismatch,
		sigv4.WrongScope: fault.WrongScope, sigv4.Expired: fault.RequestExpired,
		sigv4.NotYetValid: fault.RequestExpired, sigv4.Mismatch: fault.SignatureMismatch,
	}
	if e.Reason == sigv4.Missing {
		return fault.New(fault.MissingAuthentication, "") // each protocol has its own words
	}
	return fault.New(codes[e.Reason], "%s", e.Message)
}
