package savingsplans

import (
	"cmp"
	"encoding/json"
	"iter"

	"umbel/internal/op"
)

const defaultPage = 1000

func size(maxResults *int32) int { return int(cmp.Or(op.Value(maxResults), defaultPage)) }

// bound gives what a page token belongs to: the request but for the page.
func bound[In any](name string, in *In) string {
	raw, err := json.Marshal(in)
	if err != nil {
		return name // not reached: inputs are plain data
	}
	var members map[string]any
	if json.Unmarshal(raw, &members) == nil {
		delete(members, "NextToken")
		delete(members, "MaxResults")
		if raw, err = json.Marshal(members); err != nil {
			return name
		}
	}
	return "savingsplans." + name + " " + string(raw)
}

// walk gives rows, which are sorted by their keys, from behind a key on.
func walk[T any](all []T, key func(*T) string) func(string) iter.Seq2[string, T] {
	return func(after string) iter.Seq2[string, T] {
		return func(yield func(string, T) bool) {
			for i := range all {
				if k := key(&all[i]); k > after && !yield(k, all[i]) {
					return
				}
			}
		}
	}
}

func anything[In any](*op.Call, *In) string { return "*" }
