package decimal

// Units gives the number as a count of 10^-12, in two's complement of 128 bits: for those who store numbers or add many up.
func (a D) Units() (hi int64, lo uint64) { return a.hi, a.lo }

// FromUnits makes a number of what Units gives; ErrRange beyond the range.
func FromUnits(hi int64, lo uint64) (D, error) {
	d := D{hi, lo}
	if m, _ := d.magnitude(); m.cmp(limit) >= 0 {
		return D{}, ErrRange
	}
	return d, nil
}
