package costlines_test

import (
	"testing"

	"umbel/internal/costlines"
	"umbel/internal/costlines/costlinestest"
)

func TestContract(t *testing.T) {
	costlinestest.Run(t, func(t *testing.T) costlines.Engine { return costlines.OpenSmall(t, t.TempDir(), 70) })
}

func TestContractOfOneSegment(t *testing.T) {
	costlinestest.Run(t, func(t *testing.T) costlines.Engine {
		e, err := costlines.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}
