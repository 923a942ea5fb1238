// Package usage owns how usage comes in: it reads simple usage records (CSV, JSON lines) and the Cost and Usage Reports of AWS into
// the types of package billing, knows a file by its header, names every row it cannot take by line and column, and tells the
// identity of what it read, so that a file counts once. It neither opens files nor stores anything, and it knows no price.
//
// Sources: AWS Data Exports User Guide, "Cost and Usage Report (CUR) 2.0" and "Legacy Cost and Usage Reports".
package usage
