package iam

import (
	"iter"
	"slices"
	"strings"

	"umbel/internal/fault"
	"umbel/internal/op"
)

// pageSize is how many rows a list gives without MaxItems (IAM API, ListUsers …).
const pageSize = 100

// asked is what every list of IAM takes.
type asked struct {
	marker *string
	max    *int32
}

// page is what every list of IAM gives.
type page[Out any] struct {
	rows      []Out
	truncated *bool
	marker    *string
}

// paged gives one page of a walk, each row as the API shows it. what names all that selects the rows besides the
// operation and the account, so that a marker cannot be used on another list. keep drops rows; nil keeps all.
func paged[Row, Out any](
	sc *scene, what string, q asked, after func(string) iter.Seq2[string, Row], keep func(Row) bool, show func(Row) Out,
) (page[Out], error) {
	limit := pageSize
	if q.max != nil {
		limit = int(*q.max)
	}
	rows, next, err := op.Page(sc.Call, service+"/"+sc.account()+"/"+sc.name+"/"+what, op.Value(q.marker), limit, after, keep)
	if fault.Is(err, fault.InvalidPageToken) {
		err = fault.New(fault.ValidationFailed, "Invalid Marker.").Because(err)
	}
	if err != nil {
		return page[Out]{}, err
	}
	out := make([]Out, 0, len(rows))
	for _, r := range rows {
		out = append(out, show(r))
	}
	return page[Out]{rows: out, truncated: new(next != ""), marker: op.Optional(next)}, nil
}

// few walks a short list, which it sorts, in order of ID.
func few[Row any](rows []Row, id func(Row) string) func(string) iter.Seq2[string, Row] {
	sorted := slices.SortedFunc(slices.Values(rows), func(a, b Row) int { return strings.Compare(id(a), id(b)) })
	return func(after string) iter.Seq2[string, Row] {
		return func(yield func(string, Row) bool) {
			for _, r := range sorted {
				if id(r) > after && !yield(id(r), r) {
					return
				}
			}
		}
	}
}

// part is one walk of several that make up a list, and the prefix that tells its IDs apart.
type part[Row any] struct {
	prefix string
	after  func(string) iter.Seq2[string, Row]
}

// chain walks parts, which are in order of prefix, one behind the other.
func chain[Row any](parts ...part[Row]) func(string) iter.Seq2[string, Row] {
	return func(after string) iter.Seq2[string, Row] {
		return func(yield func(string, Row) bool) {
			for _, p := range parts {
				from, resumed := strings.CutPrefix(after, p.prefix)
				if !resumed && after > p.prefix {
					continue
				}
				if !resumed {
					from = ""
				}
				for id, row := range p.after(from) {
					if !yield(p.prefix+id, row) {
						return
					}
				}
			}
		}
	}
}

// as changes the rows of a walk.
func as[From, To any](after func(string) iter.Seq2[string, From], change func(From) To) func(string) iter.Seq2[string, To] {
	return func(from string) iter.Seq2[string, To] {
		return func(yield func(string, To) bool) {
			for id, row := range after(from) {
				if !yield(id, change(row)) {
					return
				}
			}
		}
	}
}

// under keeps what lies under a path prefix; without one, all.
func under[Row any](prefix *string, path func(Row) string) func(Row) bool {
	if prefix == nil {
		return nil
	}
	return func(r Row) bool { return strings.HasPrefix(path(r), *prefix) }
}
