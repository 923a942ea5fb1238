package operator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"umbel/internal/authz"
	"umbel/internal/domain/iam"
	"umbel/internal/domain/org"
	"umbel/internal/fault"
	"umbel/internal/ident"
	"umbel/internal/op"
	"umbel/internal/store"
	"umbel/internal/why"
)

const (
	// accessRole is the role CreateAccount makes in a new account unless told another name.
	accessRole = "OrganizationAccountAccessRole"
	// administratorRole is the role the door makes in a management or stand-alone account when its administrator is asked for.
	administratorRole = "UmbelAdministrator"
	administratorPath = "/umbel/"
	administratorARN  = "arn:aws:iam::aws:policy/AdministratorAccess"
	sessionName       = why.DoorSession
	sessionLength     = 12 * time.Hour
)

// credentials issues session credentials for the principal asked for.
func (d *Door) credentials(ctx context.Context, rq CredentialsRequest) (Credentials, error) {
	id, err := d.find(ctx, rq.Account)
	if err != nil {
		return Credentials{}, err
	}
	if err := d.open(ctx, id); err != nil {
		return Credentials{}, err
	}
	switch {
	case rq.Root && rq.Role != "":
		return Credentials{}, fault.New(fault.ValidationFailed, "ask for the root user or for a role, not for both")
	case rq.Root:
		return d.rootCredentials(ctx, id)
	case rq.Administrator || rq.Account == "" && rq.Role == "":
		return d.administrator(ctx, id)
	}
	if rq.Role != "" {
		return d.roleCredentials(ctx, id, rq.Role)
	}
	creds, err := d.roleCredentials(ctx, id, accessRole)
	if !fault.Is(err, fault.NoSuchEntity) {
		return creds, err
	}
	// Management accounts and accounts in no organization have no such role: nobody made them for another.
	switch managed, e := d.managed(ctx, id); {
	case e != nil:
		return Credentials{}, e
	case managed:
		return Credentials{}, err
	}
	return d.administrator(ctx, id)
}

// open refuses an account that is closed, whose credentials nobody would take.
func (d *Door) open(ctx context.Context, id ident.AccountID) error {
	a, err := d.account(ctx, id)
	if err != nil {
		return err
	}
	if a.State != string(org.StateActive) {
		return fault.New(fault.ValidationFailed, "account %s (%s) is closed, in state %s: nobody can act in it", a.Name, id, a.State)
	}
	return nil
}

// managed tells an organization's member account from its management account and from an account in none.
func (d *Door) managed(ctx context.Context, id ident.AccountID) (bool, error) {
	manager, err := d.managerOf(ctx, id)
	return manager != id, err
}

// administrator gives the administrator of the management account of id's organization, or of id itself.
func (d *Door) administrator(ctx context.Context, id ident.AccountID) (Credentials, error) {
	id, err := d.managerOf(ctx, id)
	if err != nil {
		return Credentials{}, err
	}
	if err := d.ensureAdministrator(ctx, id); err != nil {
		return Credentials{}, err
	}
	return d.roleCredentials(ctx, id, administratorRole)
}

// managerOf gives the management account of id's organization, or id itself if it is in none.
func (d *Door) managerOf(ctx context.Context, id ident.AccountID) (ident.AccountID, error) {
	member, err := d.organizationOf(ctx, id)
	if err != nil || member == "" {
		return id, err
	}
	part := op.OrgPartition(member)
	err = d.Store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		if o, ok := tx.State(part).(*org.State).Organization(); ok {
			id = o.Management
		}
		return nil
	})
	return id, err
}

// ensureAdministrator makes the administrator's role, once.
func (d *Door) ensureAdministrator(ctx context.Context, id ident.AccountID) error {
	part := op.IAMPartition(id)
	var exists bool
	err := d.Store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		_, exists = tx.State(part).(*iam.State).Role(administratorRole)
		return nil
	})
	if err != nil || exists {
		return err
	}
	meta := store.Meta{RequestID: "operator", Actor: "operator", Action: "operator:CreateRole", At: d.Now()}
	return d.Store.Update(ctx, meta, store.Scope{Write: []store.Partition{part}}, func(tx store.Tx) error {
		s := tx.State(part).(*iam.State)
		if _, made := s.Role(administratorRole); made {
			return nil
		}
		_, err := s.CreateRole(d.env(), iam.RoleSpec{
			Name: administratorRole, Path: administratorPath, Description: "The administrator that umbel env speaks as",
			Trust:      fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRole"}]}`, ident.IAM(id, "root")),
			MaxSession: int(sessionLength / time.Second),
		}, iam.Alone)
		if err != nil {
			return err
		}
		return s.AttachRolePolicy(d.env(), administratorRole, administratorARN)
	})
}

// roleCredentials issues a session of a role, as its account's owner may have one at any time.
func (d *Door) roleCredentials(ctx context.Context, id ident.AccountID, name string) (Credentials, error) {
	var role iam.Role
	part := op.IAMPartition(id)
	err := d.Store.View(ctx, store.Scope{Read: []store.Partition{part}}, func(tx store.Tx) error {
		s := tx.State(part).(*iam.State)
		r, ok := s.Role(name)
		if !ok {
			return noSuchRole(s, id, name)
		}
		role = *r
		return nil
	})
	if err != nil {
		return Credentials{}, err
	}
	return d.issue(id, ident.STS(id, "assumed-role/"+role.Name+"/"+sessionName), &iam.Session{
		Account: id, Kind: iam.RoleSession, RoleName: role.Name, RoleID: role.UniqueID, Name: sessionName, MFA: true,
	})
}

// noSuchRole refuses a role that is not there, with the names of a few that are.
func noSuchRole(s *iam.State, id ident.AccountID, name string) error {
	const most = 10
	var names []string
	for _, r := range s.Roles.All() {
		if len(names) > most {
			break
		}
		if !r.ServiceLinked() {
			names = append(names, r.Name)
		}
	}
	hint := ""
	if len(names) > most {
		names[most] = "…"
	}
	if len(names) > 0 {
		hint = "name one of these with --role: " + strings.Join(names, ", ") + "; or "
	}
	return fault.New(fault.NoSuchEntity, "account %s has no role %s; %sask for its root user with --root", id, name, hint)
}

// rootCredentials issues a session of the root user, signed in with MFA as root should be.
func (d *Door) rootCredentials(_ context.Context, id ident.AccountID) (Credentials, error) {
	return d.issue(id, ident.IAM(id, "root"), &iam.Session{Account: id, Kind: iam.RootSession, MFA: true})
}

func (d *Door) issue(id ident.AccountID, arn string, s *iam.Session) (Credentials, error) {
	s.Issued = d.Now().UTC().Truncate(time.Second)
	s.Expires = s.Issued.Add(sessionLength)
	c, err := authz.IssueSession(d.Sessions, d.Rand, s)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{
		AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken,
		Expiration: c.Expires, ARN: arn, Account: string(id),
	}, nil
}
