// Package clickhouse owns cost lines kept in a ClickHouse server: the engine for more lines than one machine should hold
// (costlines.Engine). It decides nothing about costs, and knows of ClickHouse only its native protocol and its SQL, of which it
// uses what servers from 18.16 on understand; the tests ask such a server and the engine of 26.7.
//
// Lines are in one MergeTree table, partitioned by month and sorted by payer, account, product and time. A line has a column for
// every dimension and metric, its promoted tags and its categories as arrays, and itself as JSON for who asks for whole lines.
// Every line lies in a place: what one change brought for one month. Which places count says the payer's newest manifest, one row
// of a second table, which is written as a whole: that row makes a change visible, whole, and takes replaced places away at the
// same time. A query reads the manifest once and asks for its places; lines of a place never change.
//
// One process at a time may change the lines of a payer: who owns the database sees to that. Any number may ask. Lines of a
// replaced place are removed by a later Compact, an hour after at the earliest, when no query can be asking for them any more.
// Lines of a change that was neither committed nor given up, because the process ended, never count, and stay.
package clickhouse
