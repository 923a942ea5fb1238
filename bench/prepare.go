package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"umbel/internal/operator"
)

// discover takes endpoint and credentials from a running Umbel's data directory, where one is named.
func (o *options) discover(ctx context.Context) error {
	if o.data == "" {
		if o.endpoint == "" || o.key.id == "" || o.key.secret == "" {
			return fmt.Errorf("name a running Umbel with --data, or an endpoint with --endpoint, --access-key and --secret-key")
		}
		return nil
	}
	door, err := operator.Find(o.data)
	if err != nil {
		return err
	}
	creds, err := door.Credentials(ctx, operator.CredentialsRequest{Administrator: true})
	if err != nil {
		return err
	}
	o.key = credentials{id: creds.AccessKeyID, secret: creds.SecretAccessKey, token: creds.SessionToken}
	if o.endpoint == "" {
		o.endpoint = door.Endpoint
	}
	if o.pid == 0 {
		o.pid = door.PID
	}
	return nil
}

const trustBench = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"}]}`

// prepare makes what the workloads need: an organization and a role to assume.
func prepare(c *conn, o *options) (*world, error) {
	w := &world{role: "bench", run: fmt.Sprintf("%08x", rand.Uint32())}
	me, err := c.want(query("sts", "2011-06-15", "GetCallerIdentity"))
	if err != nil {
		return nil, err
	}
	w.account = element(me, "Account")
	if _, err := c.want(organizations("CreateOrganization", "{}")); err != nil && !strings.Contains(err.Error(), "AlreadyInOrganization") {
		return nil, err
	}
	roots, err := c.want(organizations("ListRoots", "{}"))
	if err != nil {
		return nil, err
	}
	w.root, _ = member(roots, "Id")
	if _, err := c.want(organizations("EnablePolicyType", fmt.Sprintf(`{"RootId":%q,"PolicyType":"SERVICE_CONTROL_POLICY"}`, w.root))); err != nil &&
		!strings.Contains(err.Error(), "PolicyTypeAlreadyEnabled") {
		return nil, err
	}
	trust := fmt.Sprintf(trustBench, w.account)
	if _, err := c.want(query("iam", "2010-05-08", "CreateRole", "RoleName", w.role, "AssumeRolePolicyDocument", trust)); err != nil &&
		!strings.Contains(err.Error(), "EntityAlreadyExists") {
		return nil, err
	}
	w.roleARN = "arn:aws:iam::" + w.account + ":role/" + w.role
	return w, nil
}

// populate makes member accounts, on eight connections, until the organization has as many as asked for, and waits until
// the last is there.
func (w *world) populate(ctx context.Context, c *conn, o *options, size int) error {
	have, err := w.count(c)
	w.accounts = have
	if err != nil || have >= size {
		return err
	}
	start := time.Now()
	var next atomic.Int64
	missing := int64(size - have)
	errs := make([]error, 8)
	var wait sync.WaitGroup
	for lane := range errs {
		wait.Go(func() {
			own, err := dial(o)
			if err != nil {
				errs[lane] = err
				return
			}
			defer own.close()
			for i := next.Add(1); i <= missing && ctx.Err() == nil; i = next.Add(1) {
				if _, err := own.want(createAccount(w, fmt.Sprintf("%d", have+int(i)))); err != nil {
					errs[lane] = err
					return
				}
				if i%5000 == 0 {
					fmt.Fprintf(os.Stderr, "bench: %d of %d accounts asked for after %s\n", i, missing, time.Since(start).Round(time.Second))
				}
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		if have, err = w.count(c); err != nil || have >= size {
			w.accounts = have
			fmt.Fprintf(os.Stderr, "bench: %d accounts after %s\n", have, time.Since(start).Round(time.Second))
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return ctx.Err()
}

// count walks the list of accounts.
func (w *world) count(c *conn) (int, error) {
	n := 0
	var answer []byte
	for next := allAccounts(w, 0, nil); next != nil; next = allAccounts(w, 0, answer) {
		var err error
		if answer, err = c.want(next); err != nil {
			return 0, err
		}
		n += strings.Count(string(answer), `"JoinedMethod"`)
	}
	return n, nil
}

// element finds the text of an XML element.
func element(answer []byte, name string) string {
	_, rest, _ := strings.Cut(string(answer), "<"+name+">")
	text, _, _ := strings.Cut(rest, "</"+name+">")
	return text
}
