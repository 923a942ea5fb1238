package e2e_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"umbel/internal/store/storetest/pgtest"
)

var crashRounds = flag.Int("crash-rounds", 5, "how often TestCrash kills the server, on each database")

// TestCrash kills a server with SIGKILL, again and again, under a mixed load of writes. After each start every
// acknowledged write has to be there, no unacknowledged one half there, and `umbel check` clean.
//
//	go test ./e2e -run TestCrash -crash-rounds 200
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("kills servers for a while")
	}
	binary := buildUmbel(t)
	t.Run("sqlite", func(t *testing.T) { crash(t, binary, []string{"--data", t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { crash(t, binary, []string{"--database", pgtest.Start(t)}) })
}

func crash(t *testing.T, binary string, where []string) {
	p := startProcess(t, binary, where)
	m := newCrashModel(t, p)
	for round := range *crashRounds {
		m.load(t, p, time.Duration(20+rand.IntN(250))*time.Millisecond)
		if out, err := exec.Command(binary, append([]string{"check"}, where...)...).CombinedOutput(); err != nil {
			t.Fatalf("round %d: umbel check: %v\n%s", round, err, out)
		}
		p = startProcess(t, binary, where)
		m.verify(t, p, round)
	}
	p.kill()
	t.Logf("%d kills: %d writes acknowledged, %d cut off", *crashRounds, m.acknowledged, m.cutOff)
	if m.acknowledged == 0 || m.cutOff == 0 {
		t.Errorf("the load was not under way when the server was killed")
	}
}

// crashModel is what has to be true of the server.
type crashModel struct {
	mu           sync.Mutex
	root         string
	serial       int
	acknowledged int
	cutOff       int
	units        map[string]string // ID → name, acknowledged
	gone         map[string]bool   // deletion acknowledged
	touched      map[string]bool   // a deletion was sent and not answered: may be there or not
	tags         map[string]tagged // by unit
	users        map[string]bool
	requests     map[string]string // CreateAccount request → e-mail
}

// tagged is what a unit's tag may be: the last value acknowledged, or one of those sent after it and cut off.
type tagged struct {
	acknowledged int
	cutOff       []int
}

func newCrashModel(t *testing.T, p *process) *crashModel {
	t.Helper()
	client := organizations.NewFromConfig(p.rootConfig(t))
	if _, err := client.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{}); err != nil {
		t.Fatal(err)
	}
	roots, err := client.ListRoots(t.Context(), &organizations.ListRootsInput{})
	if err != nil {
		t.Fatal(err)
	}
	return &crashModel{
		root: aws.ToString(roots.Roots[0].Id), units: map[string]string{}, gone: map[string]bool{}, touched: map[string]bool{},
		tags: map[string]tagged{}, users: map[string]bool{}, requests: map[string]string{},
	}
}

// load writes with eight clients for a while and then kills the server in the middle of it.
func (m *crashModel) load(t *testing.T, p *process, during time.Duration) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg := p.rootConfig(t)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for ctx.Err() == nil {
				m.write(t, cfg)
			}
		})
	}
	timer := time.NewTimer(during)
	<-timer.C
	p.kill()
	cancel()
	writers.Wait()
}

// next draws the next serial number and a known unit to work on, if there is one.
func (m *crashModel) next() (int, string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.serial++
	for id := range m.units {
		return m.serial, id
	}
	return m.serial, ""
}

// note runs the acknowledgement of a write, or counts it as cut off. A refusal by the server is a failure of the test.
func (m *crashModel) note(t *testing.T, err error, acknowledge func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var refusal interface{ ErrorCode() string }
	switch {
	case err == nil:
		m.acknowledged++
		acknowledge()
	case errors.As(err, &refusal):
		t.Errorf("refused: %v", err)
	default:
		m.cutOff++
	}
}

// write makes one write of a random kind.
func (m *crashModel) write(t *testing.T, cfg aws.Config) {
	// The answer may be lost with the server, but never the test: no deadline is needed beyond the connection's end.
	ctx := context.Background()
	client := organizations.NewFromConfig(cfg)
	n, unit := m.next()
	switch kind := rand.IntN(10); {
	case kind < 4 || unit == "":
		name := fmt.Sprintf("unit-%d", n)
		out, err := client.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{
			ParentId: &m.root, Name: &name, Tags: []types.Tag{{Key: aws.String("made"), Value: aws.String("whole")}},
		})
		m.note(t, err, func() { m.units[*out.OrganizationalUnit.Id] = name })
	case kind < 7:
		m.tag(ctx, t, client, unit, n)
	case kind == 7:
		m.remove(ctx, t, client, unit)
	case kind == 8:
		name := fmt.Sprintf("user-%d", n)
		_, err := iam.NewFromConfig(cfg).CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
		m.note(t, err, func() { m.users[name] = true })
	default:
		email := fmt.Sprintf("account-%d@example.com", n)
		out, err := client.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: aws.String("account"), Email: &email})
		m.note(t, err, func() { m.requests[*out.CreateAccountStatus.Id] = email })
	}
}

// tag writes a rising value to a unit. Only one writer at a time holds a unit: it is taken out of the model meanwhile.
func (m *crashModel) tag(ctx context.Context, t *testing.T, client *organizations.Client, unit string, n int) {
	name, ok := m.take(unit)
	if !ok {
		return
	}
	m.mu.Lock()
	m.tags[unit] = tagged{m.tags[unit].acknowledged, append(m.tags[unit].cutOff, n)}
	m.mu.Unlock()
	_, err := client.TagResource(ctx, &organizations.TagResourceInput{
		ResourceId: &unit, Tags: []types.Tag{{Key: aws.String("n"), Value: aws.String(fmt.Sprint(n))}},
	})
	m.note(t, err, func() { m.tags[unit] = tagged{acknowledged: n} })
	m.mu.Lock()
	m.units[unit] = name
	m.mu.Unlock()
}

func (m *crashModel) remove(ctx context.Context, t *testing.T, client *organizations.Client, unit string) {
	if _, ok := m.take(unit); !ok {
		return
	}
	m.mu.Lock()
	m.touched[unit] = true
	m.mu.Unlock()
	_, err := client.DeleteOrganizationalUnit(ctx, &organizations.DeleteOrganizationalUnitInput{OrganizationalUnitId: &unit})
	m.note(t, err, func() { m.gone[unit] = true })
}

func (m *crashModel) take(unit string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name, ok := m.units[unit]
	delete(m.units, unit)
	return name, ok
}
