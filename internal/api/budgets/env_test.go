package budgets_test

//lint:file-ignore SA1019 what AWS has deprecated is served too

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
	"github.com/aws/smithy-go"

	"umbel/internal/alert"
	"umbel/internal/domain/billing"
	"umbel/internal/operator"
	"umbel/internal/testenv"
)

var ctx = context.Background()

// hook is an endpoint that counts what it is told.
type hook struct {
	mu   sync.Mutex
	got  []string
	fail bool
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fail {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	h.got = append(h.got, string(body))
}

// about counts what was told that contains a text.
func (h *hook) about(text string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range h.got {
		if bytes.Contains([]byte(b), []byte(text)) {
			n++
		}
	}
	return n
}

const topic = "arn:aws:sns:us-east-1:111122223333:alerts"

// world is a server whose alerts to the topic come to an endpoint of the test, with a clock of its own.
type world struct {
	*testenv.Server
	t     *testing.T
	clock *testenv.ManualClock
	told  *hook
	me    string // the first account
	*budgets.Client
}

func newWorld(t *testing.T, options ...testenv.Option) *world {
	t.Helper()
	w := &world{t: t, clock: &testenv.ManualClock{}, told: &hook{}}
	web := httptest.NewServer(w.told)
	t.Cleanup(web.Close)
	options = append(options, testenv.Clock(w.clock), testenv.Alerts(alert.Config{Topics: map[string]string{topic: web.URL}}))
	w.Server = testenv.Start(t, options...)
	w.me = string(w.First)
	w.speak()
	return w
}

// spend puts a line into the bill of an account's payer, and has budgets looked at.
func (w *world) spend(account string, at time.Time, amount string, edit ...func(*billing.Line)) {
	w.t.Helper()
	w.Spend(account, at, amount, edit...)
}

// skewed signs with the server's clock instead of the wall's.
type skewed struct {
	*v4.Signer
	clock *testenv.ManualClock
}

func (s skewed) SignHTTP(
	ctx context.Context, creds aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, opts ...func(*v4.SignerOptions),
) error {
	return s.Signer.SignHTTP(ctx, creds, r, hash, service, region, s.clock.Now(), opts...)
}

// speak makes the client of the first account's administrator: sessions end while the clock moves.
func (w *world) speak() {
	w.Client = budgets.NewFromConfig(w.Administrator(""), func(o *budgets.Options) { o.HTTPSignerV4 = skewed{v4.NewSigner(), w.clock} })
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.clock.Advance(d)
	w.speak()
	w.LookAtBudgets(w.me)
}

func code(err error) string {
	var coded smithy.APIError
	if errors.As(err, &coded) {
		return coded.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func usd(amount string) *types.Spend { return &types.Spend{Amount: &amount, Unit: aws.String("USD")} }

func over(percent float64, t types.NotificationType) *types.Notification {
	return &types.Notification{NotificationType: t, ComparisonOperator: types.ComparisonOperatorGreaterThan, Threshold: percent, ThresholdType: types.ThresholdTypePercentage}
}

var toTopic = []types.Subscriber{{SubscriptionType: types.SubscriptionTypeSns, Address: aws.String(topic)}}

// monthly makes a monthly cost budget of the first account that tells the topic when it is spent.
func (w *world) monthly(name, limit string, filters map[string][]string, edit ...func(*types.Budget)) {
	w.t.Helper()
	b := &types.Budget{BudgetName: &name, BudgetType: types.BudgetTypeCost, TimeUnit: types.TimeUnitMonthly, BudgetLimit: usd(limit), CostFilters: filters}
	for _, e := range edit {
		e(b)
	}
	_, err := w.CreateBudget(ctx, &budgets.CreateBudgetInput{
		AccountId: &w.me, Budget: b,
		NotificationsWithSubscribers: []types.NotificationWithSubscribers{{Notification: over(100, types.NotificationTypeActual), Subscribers: toTopic}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Settle()
}

func (w *world) budget(name string) *types.Budget {
	w.t.Helper()
	out, err := w.DescribeBudget(ctx, &budgets.DescribeBudgetInput{AccountId: &w.me, BudgetName: &name, ShowFilterExpression: aws.Bool(true)})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Budget
}

// deliveries gives what was recorded of alerts.
func (w *world) deliveries() []operator.Delivery {
	w.t.Helper()
	d, err := w.Alerts(operator.AlertsRequest{})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}
