package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"umbel/internal/operator"
	"umbel/internal/orgfile"
)

// stateFile says in the data directory how far `up` has come with the organization of which management account: "building"
// from before the first step, so that a start after an interruption goes on, and "built" in the end.
const stateFile = "organization.state"

const (
	building = "building"
	built    = "built"
)

// errInterrupted ends a first build that was asked to stop.
var errInterrupted = errors.New("stopped before the organization was built; the next `umbel up` goes on from here")

// build makes the organization on a first start and then says what there is.
func (a *app) build(ctx context.Context, run *running, wanted *orgfile.File, file string) error {
	creds, err := run.door.Credentials(ctx, operator.CredentialsRequest{Administrator: true})
	if err != nil {
		return err
	}
	clients := orgfile.NewClients(awsConfig(run.door, creds))
	style := a.style(a.stdout)
	note := filepath.Join(run.dir, stateFile)
	state, err := buildState(ctx, clients, note, creds.Account)
	if err != nil {
		return err
	}
	switch {
	case state != built:
		if err := a.firstBuild(ctx, clients, wanted, style, func(state string) error { return noteState(note, state, creds.Account) }); err != nil {
			return err
		}
	case file != "":
		fmt.Fprintf(a.stdout, "The organization was built before: %s was not applied. To apply it: umbel apply -f %s\n\n", file, shellWord(file))
	}
	tree, err := readTree(ctx, clients)
	if err != nil {
		return err
	}
	if err := orgfile.RenderTree(a.stdout, tree, style); err != nil {
		return err
	}
	a.greet(run, tree)
	return nil
}

// buildState tells how far the organization has come. One that stands without a word in the data directory was made by
// someone else, by hand or with apply: it counts as built.
func buildState(ctx context.Context, clients orgfile.Clients, note, account string) (string, error) {
	raw, err := os.ReadFile(note)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("data directory: %w", err)
	}
	if state, of, _ := strings.Cut(strings.TrimSpace(string(raw)), " "); of == account {
		return state, nil
	}
	live, err := orgfile.Read(ctx, clients, orgfile.ReadOptions{})
	if err != nil || !live.Exists {
		return "", err
	}
	return built, nil
}

func noteState(note, state, account string) error {
	next := note + ".next"
	if err := os.WriteFile(next, []byte(state+" "+account+"\n"), 0o600); err != nil {
		return fmt.Errorf("note how far the organization is built: %w", err)
	}
	if err := os.Rename(next, note); err != nil {
		return fmt.Errorf("note how far the organization is built: %w", err)
	}
	return nil
}

func (a *app) firstBuild(ctx context.Context, clients orgfile.Clients, wanted *orgfile.File, style orgfile.Style, reached func(string) error) error {
	if err := reached(building); err != nil {
		return err
	}
	begin := time.Now()
	plan, err := orgfile.NewPlan(ctx, clients, wanted, orgfile.PlanOptions{})
	if err == nil {
		err = orgfile.Apply(ctx, clients, plan, orgfile.Progress(a.stdout, style))
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return errInterrupted
	case err != nil:
		return a.problems(err)
	}
	fmt.Fprintf(a.stdout, "\nThe organization is built: %s in %s.\n\n", orgfile.Count(len(plan.Steps), "step"), time.Since(begin).Round(time.Millisecond))
	return reached(built)
}
