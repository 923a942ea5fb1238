package cost

import (
	"maps"
	"slices"

	"umbel/internal/decimal"
	"umbel/internal/fault"
)

// SplitCost is what one value of a cost category costs, before and after its split charges.
type SplitCost struct {
	Value string    // "" for what has no value
	Cost  decimal.D // of the lines that have the value
	Split decimal.D // what others' costs add to it, or, negative, what of its cost others bear
	Total decimal.D // Cost and Split
}

// Split allocates the costs of a category's values as its split charges say, as the details of a cost category show it; lines and
// what Cost Explorer answers are not split. The totals sum to the costs to the last place. What a target receives of one rule does
// not weigh in another: weights are the costs before any split. A proportional split over targets of which none costs anything is
// even.
func Split(costs map[string]decimal.D, rules []SplitCharge) ([]SplitCost, error) {
	split := map[string]decimal.D{}
	for i := range rules {
		r := &rules[i]
		weights, err := r.weights(costs)
		if err != nil {
			return nil, err
		}
		whole := costs[r.Source]
		shares := decimal.Shares(whole.Abs(), weights)
		for k, target := range r.Targets {
			share := shares[k]
			if whole.Sign() < 0 {
				share = share.Neg()
			}
			split[target] = split[target].Add(share)
			split[r.Source] = split[r.Source].Sub(share)
		}
	}
	values := maps.Clone(split)
	maps.Copy(values, costs)
	out := make([]SplitCost, 0, len(values))
	for _, value := range slices.Sorted(maps.Keys(values)) {
		out = append(out, SplitCost{Value: value, Cost: costs[value], Split: split[value], Total: costs[value].Add(split[value])})
	}
	return out, nil
}

// weights gives those of the rule's targets, in their order.
func (r *SplitCharge) weights(costs map[string]decimal.D) ([]decimal.D, error) {
	weights, some := make([]decimal.D, len(r.Targets)), false
	for i, target := range r.Targets {
		switch r.Method {
		case SplitFixed:
			w, err := decimal.Parse(r.Percent[i])
			if err != nil {
				return nil, fault.New(fault.ValidationFailed, "Allocation percentage %s is not a number", r.Percent[i]).Because(err)
			}
			weights[i] = w
		case SplitProportional:
			weights[i] = decimal.Max(costs[target], decimal.D{}) // credits weigh nothing
		}
		some = some || !weights[i].IsZero()
	}
	if !some {
		for i := range weights {
			weights[i] = decimal.Int(1)
		}
	}
	return weights, nil
}
