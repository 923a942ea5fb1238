package op

import (
	"iter"

	"umbel/internal/fault"
)

// PagePurpose is the purpose of the seal key that page tokens are sealed under.
const PagePurpose = "page"

// Page takes the rows of one page from a walk in order of ID. after starts the walk behind an ID ("" for the beginning);
// keep drops rows (nil keeps all). The token is opaque, bound to the operation by what, and good on every replica and
// after a restart. A token that was altered or belongs to another list gives fault.InvalidPageToken.
func Page[V any](c *Call, what, token string, limit int, after func(id string) iter.Seq2[string, V], keep func(V) bool) (rows []V, next string, err error) {
	from := ""
	if token != "" {
		raw, err := c.Pages.Open(token, []byte(what))
		if err != nil {
			return nil, "", fault.New(fault.InvalidPageToken, "").Because(err) // each service has words of its own
		}
		from = string(raw)
	}
	last := ""
	for id, row := range after(from) {
		if keep != nil && !keep(row) {
			continue
		}
		if len(rows) == limit {
			return rows, c.Pages.Seal([]byte(last), []byte(what)), nil
		}
		rows, last = append(rows, row), id
	}
	return rows, "", nil
}
