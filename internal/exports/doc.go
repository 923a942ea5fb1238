// Package exports owns how cost lines become files that other tools read: which tables there are and what a query over one may say,
// when an export is written, the lay-out of its files, and where they go, a directory or an S3 endpoint. What stands in the columns
// of a table is package usage's to say, what a line costs domain/billing's; the definitions and runs are state of domain/cost. It
// knows no wire.
//
// A run reads a month's lines in batches that fit in memory, in one fixed order, writes them into parts of bounded size aside, and
// only then delivers: the parts, and last the manifest that names them. Whenever the process ends, no manifest names a file that is
// not whole; what is left over of a run is removed by the next. Runs never hold the state open while they work.
//
// Sources: AWS Data Exports User Guide, "Data query", "Understanding export delivery"; AWS Cost and Usage Report User Guide.
package exports
