package why_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"umbel/internal/why"
)

// denial is a call that is denied, and what the answer has to name as its cause.
type denial struct {
	name  string
	call  func(w *stage) error
	cause string // a part of the text
	// also is what is given besides the message.
	also why.Question
}

// TestDenials makes every kind of denial with a call to a server, pastes its message, and compares what is answered with
// the golden files.
func TestDenials(t *testing.T) {
	w := newStage(t)
	all := [][]denial{ofTheOrganization, ofTheAccount, ofConditions, ofTrust, ofSessions}
	n := 0
	for _, list := range all {
		for _, c := range list {
			n++
			t.Run(c.name, func(t *testing.T) {
				w := w.on(t)
				err := c.call(w)
				if err == nil {
					t.Fatal("the call was allowed")
				}
				message := refusal(t, err)
				q := c.also
				q.Text = message
				a := w.ask(q)
				if a.Said != "" {
					t.Errorf("the message said otherwise: %s", a.Said)
				}
				if text := strings.Join(strings.Fields(w.stable(a.Text)), " "); !strings.Contains(text, c.cause) {
					t.Errorf("the answer does not name %q:\n%s", c.cause, text)
				}
				w.golden(c.name, message, a)
			})
		}
	}
	if n < 30 {
		t.Errorf("only %d denials", n)
	}
}

// refusal gives the message as the AWS CLI prints it.
func refusal(t *testing.T, err error) string {
	t.Helper()
	var operation *smithy.OperationError
	var refused smithy.APIError
	if !errors.As(err, &operation) || !errors.As(err, &refused) || !strings.Contains(refused.ErrorMessage(), "not authorized to perform") {
		t.Fatalf("no refusal: %v", err)
	}
	return "An error occurred (" + refused.ErrorCode() + ") when calling the " + operation.OperationName + " operation: " + refused.ErrorMessage()
}
