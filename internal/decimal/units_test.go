package decimal

import (
	"errors"
	"testing"
)

func TestUnits(t *testing.T) {
	for _, text := range []string{"0", "-1", "12.5", "-0.000000000001", "99999999999999999999999999.999999999999", "-99999999999999999999999999.999999999999"} {
		d, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := FromUnits(d.Units()); err != nil || back != d {
			t.Errorf("%s comes back as %s (%v)", d, back, err)
		}
	}
	for _, hi := range []int64{int64(limit.hi), -int64(limit.hi) - 1, -1 << 63, 1<<63 - 1} {
		if d, err := FromUnits(hi, limit.lo); !errors.Is(err, ErrRange) {
			t.Errorf("got %s, %v", d, err)
		}
	}
}
