package decimal

import (
	"encoding/json"
	"errors"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// value gives a number as the fraction it stands for.
func value(d D) *big.Rat {
	m, negative := d.magnitude()
	n := new(big.Int).Lsh(new(big.Int).SetUint64(m.hi), 64)
	n.Or(n, new(big.Int).SetUint64(m.lo))
	if negative {
		n.Neg(n)
	}
	return new(big.Rat).SetFrac(n, big.NewInt(unit))
}

// rounded gives a fraction as a number, half to even, and whether it is within the range.
func rounded(r *big.Rat) (*big.Rat, bool) {
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt64(unit))
	n, rest := new(big.Int), new(big.Int)
	n.QuoRem(new(big.Int).Abs(scaled.Num()), scaled.Denom(), rest)
	if half := rest.Lsh(rest, 1).Cmp(scaled.Denom()); half > 0 || half == 0 && n.Bit(0) == 1 {
		n.Add(n, big.NewInt(1))
	}
	top := new(big.Int).Exp(big.NewInt(10), big.NewInt(26+Places), nil)
	inside := n.Cmp(top) < 0
	if scaled.Sign() < 0 {
		n.Neg(n)
	}
	return new(big.Rat).SetFrac(n, big.NewInt(unit)), inside
}

// random makes numbers of all sizes, round ones and the largest among them.
func random(r *rand.Rand) D {
	d := magnitude{r.Uint64() >> (1 + r.IntN(63)), r.Uint64() >> r.IntN(64)}
	switch r.IntN(6) {
	case 0:
		d.hi = 0
	case 1:
		d = magnitude{0, unit * uint64(r.IntN(1000))}
	case 2:
		d = magnitude{limit.hi, limit.lo - 1}
	case 3:
		d = magnitude{0, uint64(r.IntN(3))}
	}
	if d.cmp(limit) >= 0 {
		d.hi = 0
	}
	return d.signed(r.IntN(2) == 0)
}

func TestArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		a, b := random(r), random(r)
		x, y := value(a), value(b)
		check := func(what string, got D, err error, exact *big.Rat) {
			want, inside := rounded(exact)
			if inside != (err == nil) || inside && value(got).Cmp(want) != 0 {
				t.Fatalf("%s %s %s = %s (%v), want %s (within the range: %v)", a, what, b, got, err, want.FloatString(14), inside)
			}
		}
		product, err := a.Mul(b)
		check("×", product, err, new(big.Rat).Mul(x, y))
		if !b.IsZero() {
			quotient, err := a.Quo(b)
			check("/", quotient, err, new(big.Rat).Quo(x, y))
		}
		sum, err := guarded(func() D { return a.Add(b) })
		check("+", sum, err, new(big.Rat).Add(x, y))
		difference, err := guarded(func() D { return a.Sub(b) })
		check("-", difference, err, new(big.Rat).Sub(x, y))
		if a.Cmp(b) != x.Cmp(y) || a.Sign() != x.Sign() || a.Less(b) != (x.Cmp(y) < 0) {
			t.Fatalf("%s and %s compare as %d", a, b, a.Cmp(b))
		}
		if value(Min(a, b)).Cmp(value(Max(a, b))) > 0 || value(a.Abs()).Sign() < 0 {
			t.Fatalf("Min, Max or Abs of %s and %s", a, b)
		}
	}
}

// guarded turns the panic of a sum beyond the range into its error.
func guarded(f func() D) (d D, err error) {
	defer func() {
		if e := recover(); e != nil {
			err = e.(error)
		}
	}()
	return f(), nil
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "+1": "1", "1.": "1", ".5": "0.5", "007.10": "7.1", "-12.500": "-12.5", "1e3": "1000", "1.0E-7": "0.0000001",
		"0.0707368421": "0.0707368421", "123456789012345678901234.123456789012": "123456789012345678901234.123456789012",
		"0.0000000000005": "0", "0.0000000000015": "0.000000000002", "0.30000000000000004": "0.3", "-0.0000000000025": "-0.000000000002",
		"99999999999999999999999999.999999999999": "99999999999999999999999999.999999999999", "1e-1000": "0", "0e999": "0", "1e-99999999": "0",
		"1000000000000000000": "1000000000000000000", "12e18": "12000000000000000000",
	} {
		d, err := Parse(in)
		if err != nil || d.String() != want {
			t.Errorf("%q is read as %s (%v), want %s", in, d, err, want)
		}
	}
	for _, in := range []string{"", "-", ".", "+.", "1.2.3", "1,5", "abc", "1e", "1e5x", "0x10", " 1", "NaN", "Inf"} {
		if d, err := Parse(in); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q is read as %s (%v)", in, d, err)
		}
	}
	for _, in := range []string{"100000000000000000000000000", "1e26", "1e999", "-1e50", strings.Repeat("9", 60)} {
		if d, err := Parse(in); !errors.Is(err, ErrRange) {
			t.Errorf("%q is read as %s (%v)", in, d, err)
		}
	}
}

func TestFixed(t *testing.T) {
	for _, c := range []struct {
		in     string
		places int
		want   string
	}{
		{"2.005", 2, "2.01"}, {"-2.005", 2, "-2.01"}, {"2.0049999", 2, "2.00"}, {"0.5", 0, "1"}, {"-0.4", 0, "0"}, {"7", 2, "7.00"},
		{"99999999999999999999999999.4", 0, "99999999999999999999999999"}, {"1.123456789012", 12, "1.123456789012"},
	} {
		d, err := Parse(c.in)
		if got := d.Fixed(c.places); err != nil || got != c.want {
			t.Errorf("%s with %d places is %s, want %s", c.in, c.places, got, c.want)
		}
	}
}

func TestMaking(t *testing.T) {
	for want, got := range map[string]D{
		"-7": Int(-7), "9223372036854775807": Int(1<<63 - 1), "-9223372036854775808": Int(-1 << 63), "0.023": New(23, 3), "-1.5": New(-15, 1),
		"6": Sum(Int(1), Int(2), Int(3)), "0": Sum(),
	} {
		if got.String() != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("13 places are accepted")
		}
	}()
	New(1, 13)
}

func TestJSON(t *testing.T) {
	raw, err := json.Marshal(map[string]D{"cost": New(1250, 2)})
	if err != nil || string(raw) != `{"cost":"12.5"}` {
		t.Errorf("got %s, %v", raw, err)
	}
	var back map[string]D
	if err := json.Unmarshal(raw, &back); err != nil || back["cost"] != New(125, 1) {
		t.Errorf("got %v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"cost":"much"}`), &back); !errors.Is(err, ErrSyntax) {
		t.Errorf("got %v", err)
	}
}

func TestQuoByZero(t *testing.T) {
	if _, err := Int(1).Quo(D{}); !errors.Is(err, ErrZero) {
		t.Errorf("got %v", err)
	}
}

// TestShares: shares sum to the whole to the last place, and none is a place or more from its exact part.
func TestShares(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		whole := New(r.Int64N(2_000_000_000)-1_000_000_000, r.IntN(Places+1))
		weights := make([]D, 1+r.IntN(8))
		for i := range weights {
			weights[i] = New(r.Int64N(1_000_000)*int64(r.IntN(3)), r.IntN(6))
		}
		shares := Shares(whole, weights)
		if Sum(shares...) != whole {
			t.Fatalf("%s by %s is %s", whole, weights, shares)
		}
		total := value(Sum(weights...))
		for i := range shares {
			if total.Sign() == 0 {
				break
			}
			exact := new(big.Rat).Quo(new(big.Rat).Mul(value(whole), value(weights[i])), total)
			off := new(big.Rat).Sub(value(shares[i]), exact)
			if off.Abs(off).Cmp(value(smallest)) >= 0 {
				t.Fatalf("%s by %s is %s: share %d should be about %s", whole, weights, shares, i, exact.FloatString(15))
			}
		}
	}
	if got := Shares(Int(1), nil); got != nil {
		t.Errorf("got %v", got)
	}
	if got := Shares(Int(5), make([]D, 2)); got[0] != Int(5) || !got[1].IsZero() {
		t.Errorf("got %v", got)
	}
}

// FuzzParse: what can be read is written so that it is read alike, and is what math/big makes of it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "-12.5", "1e-12", "99999999999999999999999999.999999999999", ".5", "1e", "1.0E-7", "0.0000000000005"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			return
		}
		if back, err := Parse(d.String()); err != nil || back != d {
			t.Fatalf("%q is written %s and read back as %s (%v)", s, d, back, err)
		}
		if len(s) > 40 {
			return // exponents of which math/big makes numbers without end
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok {
			return
		}
		if want, inside := rounded(exact); !inside || value(d).Cmp(want) != 0 {
			t.Fatalf("%q is read as %s, want %s", s, d, want.FloatString(14))
		}
	})
}

func BenchmarkMul(b *testing.B) {
	rate, quantity := New(707368421, 10), New(95_000_123, 3)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rate.Mul(quantity); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte("1234.0707368421")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseBytes(text); err != nil {
			b.Fatal(err)
		}
	}
}

// TestQuoDown: what is bought never costs more than the budget, and one unit more would.
func TestQuoDown(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"2", "0.7", "2.857142857142"}, {"1", "3", "0.333333333333"}, {"6", "3", "2"}, {"0", "5", "0"},
		{"100000000", "30000000", "3.333333333333"}, {"1", "30000000", "0.000000033333"},
	} {
		a, _ := Parse(c.a)
		b, _ := Parse(c.b)
		if got, err := a.QuoDown(b); err != nil || got.String() != c.want {
			t.Errorf("%s / %s = %s, %v; want %s", c.a, c.b, got, err, c.want)
		}
	}
	if _, err := Int(1).QuoDown(D{}); !errors.Is(err, ErrZero) {
		t.Errorf("by zero: %v", err)
	}
}
