package organizations

import (
	"iter"

	"umbel/internal/op"
)

// pageSize is how many rows a list gives at most, and without MaxResults (model: MaxResults, 1 to 20).
const pageSize = 20

// paged gives one page of a walk, each row as the API shows it, and the token of the next page. what names the list with
// all that selects its rows, so that a token cannot be used on another.
func paged[Row, Out any](
	sc *scene, what string, token *string, limit *int32, after func(string) iter.Seq2[string, Row], show func(Row) Out,
) ([]Out, *string, error) {
	return filtered(sc, what, token, limit, after, nil, show)
}

// filtered is paged over the rows that keep keeps.
func filtered[Row, Out any](
	sc *scene, what string, token *string, limit *int32, after func(string) iter.Seq2[string, Row], keep func(Row) bool, show func(Row) Out,
) ([]Out, *string, error) {
	n := pageSize
	if limit != nil {
		n = min(n, int(*limit))
	}
	rows, next, err := op.Page(sc.Call, service+"/"+string(sc.o.ID)+"/"+what, op.Value(token), n, after, keep)
	if err != nil {
		return nil, nil, err
	}
	out := make([]Out, 0, len(rows))
	for _, r := range rows {
		out = append(out, show(r))
	}
	return out, op.Optional(next), nil
}

// few walks a short list that is in order of ID.
func few[Row any](rows []Row, id func(Row) string) func(string) iter.Seq2[string, Row] {
	return func(after string) iter.Seq2[string, Row] {
		return func(yield func(string, Row) bool) {
			for _, r := range rows {
				if id(r) > after && !yield(id(r), r) {
					return
				}
			}
		}
	}
}

// text gives a pointer to the text of any string type.
func text[T ~string](v T) *string { return new(string(v)) }
