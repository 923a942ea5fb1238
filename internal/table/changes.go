package table

import (
	"cmp"
	"slices"
)

func sortChanges(cs []Change) {
	slices.SortFunc(cs, func(a, b Change) int { return cmp.Compare(a.ID, b.ID) })
}
