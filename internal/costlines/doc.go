// Package costlines owns where the lines of bills live and how sums of them are asked for. It never decides what a line costs,
// and knows no wire.
//
// Lines are kept per payer and month in segments: immutable Parquet files that any tool can read (Store). A segment holds at most
// SegmentLines lines in one row group, sorted by account, product and time, with the column names of CUR 2.0; promoted tags are
// columns "tag:<key>", cost categories "category:<name>". A column in which no line of the segment says anything is left out, so
// who reads several segments joins them by column name (DuckDB: union_by_name). Amounts are DECIMAL(18, s) in 64 bits, with the
// fewest places s that keep every amount of the segment exactly; a column with an amount too large for that is DECIMAL(38, 12)
// in 128 bits, in that segment alone. Times are kept to the microsecond.
//
// The manifest of a payer names the segments that count. It is replaced as a whole, so that whenever the process ends, either
// the old set or the new one is there. What no manifest names is removed when a payer is first looked at. Late lines are more segments;
// Compact sorts a month's into one run.
//
// A query reads only the columns it needs, passes over segments that cannot hold what it asks for (first by the manifest, then by
// the minima and maxima in the file), decides conditions once per value of a segment's dictionary, and reads segments in
// parallel. Memory: one segment's needed columns per processor, and the rows of the answer.
package costlines
