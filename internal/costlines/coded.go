package costlines

import "umbel/internal/decimal"

// amountData is a column of amounts whose values are told apart: for each row the place of its value in values.
type amountData struct {
	values []decimal.D
	codes  []int32 // nil if all rows have values[0]
}

func (a *amountData) at(row int) decimal.D {
	if a.codes == nil {
		return a.values[0]
	}
	return a.values[a.codes[row]]
}

// coded reads a column of amounts by value; one that is not there is 0 in every row, and so is what has no value.
func (r *reading) coded(column string) (*amountData, error) {
	if !r.has(column) {
		return &amountData{values: make([]decimal.D, 1)}, nil
	}
	f, err := r.formOf(column)
	if err != nil {
		return nil, err
	}
	if f.wide {
		return r.codedWide(column)
	}
	data, err := r.numbers(column, r.scratch)
	if err != nil {
		return nil, err
	}
	out := &amountData{codes: data.codes}
	if data.codes == nil {
		found := newCoding(func(n int64) uint64 { return hashOfNumber(uint64(n)) })
		out.codes = r.scratch.int32s(len(data.values))
		for row, n := range data.values {
			if row > 0 && n == data.values[row-1] {
				out.codes[row] = out.codes[row-1]
				continue
			}
			code, _ := found.code(n)
			out.codes[row] = int32(code)
		}
		data.values = found.values
	}
	out.values = make([]decimal.D, len(data.values))
	for i, n := range data.values {
		out.values[i] = f.decimal(n)
	}
	return out, nil
}

func (r *reading) codedWide(column string) (*amountData, error) {
	data, err := r.wide(column)
	if err != nil {
		return nil, err
	}
	found, out := newCoding(hashOfAmount), &amountData{codes: r.scratch.int32s(len(data))}
	for row, d := range data {
		if d == nil {
			d = &decimal.D{}
		}
		code, _ := found.code(*d)
		out.codes[row] = int32(code)
	}
	out.values = found.values
	return out, nil
}
