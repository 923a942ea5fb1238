// Package usage owns how usage comes in: it reads simple usage records (CSV, JSON lines), Cost and Usage Reports (CUR 1, CUR
// 2.0) and FOCUS (CSV, gzip, Parquet) into the types of package billing, knows a file by its header, names every row it cannot
// take by line and column, and tells the identity of what it read, so that a file counts once. It writes CUR 2.0 and FOCUS 1.2
// as CSV, and makes up the usage of an organization (Simulation). It neither opens files nor stores anything, and it knows no
// price: a simulation asks the price book that it is given.
//
// Sources: AWS Data Exports User Guide, "Cost and Usage Report (CUR) 2.0" and "Legacy Cost and Usage Reports",
// "FOCUS 1.2 with AWS columns"; the FOCUS specification.
package usage
