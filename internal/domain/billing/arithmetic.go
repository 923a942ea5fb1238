package billing

import "umbel/internal/decimal"

// times, over and buys are products and quotients of numbers that were checked when they came in (Book.Add, checkRecord); beyond
// the range they panic with decimal.ErrRange as Add does, and Compute turns that into its error.

func times(a, b decimal.D) decimal.D { return must(a.Mul(b)) }

func over(a, b decimal.D) decimal.D { return must(a.Quo(b)) }

func buys(budget, price decimal.D) decimal.D { return must(budget.QuoDown(price)) }

func must(d decimal.D, err error) decimal.D {
	if err != nil {
		panic(err)
	}
	return d
}

// percent gives so many hundredths of an amount.
func percent(amount, hundredths decimal.D) decimal.D {
	return over(times(amount, hundredths), decimal.Int(100))
}
