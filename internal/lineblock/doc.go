// Package lineblock owns lines of bills by column: what readers of files make and what keeps lines takes, without a billing.Line for
// each. It knows the columns a line has and their names in CUR 2.0, and neither files nor segments.
package lineblock
