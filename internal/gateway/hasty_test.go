package gateway

import (
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

func TestHastyClientGetsTime(t *testing.T) {
	const sdk = "aws-sdk-go-v2/1.47.6 ua/2.1 os/linux lang/go#1.26"
	for name, c := range map[string]struct {
		agent  string
		length int
		wait   time.Duration
	}{
		"long answer to the Go SDK":        {sdk, 100 << 10, hastyWait},
		"short answer to the Go SDK":       {sdk, 1 << 10, 0},
		"long answer to another client":    {"Boto3/1.43.11 md/Botocore#1.43.11", 100 << 10, 0},
		"long answer to an unnamed client": {"", 100 << 10, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				a := &answer{ResponseWriter: httptest.NewRecorder(), agent: c.agent}
				if _, err := a.Write(make([]byte, c.length)); err != nil {
					t.Fatal(err)
				}
				if waited := time.Since(begin); waited != c.wait {
					t.Errorf("waited %v, want %v", waited, c.wait)
				}
			})
		})
	}
}
